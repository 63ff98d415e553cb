"""Changing some keys of a YAML text and leaving every other character of it alone."""

from collections.abc import Mapping

import yaml

from blog.jekyll.documents import load_yaml


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data):
        return True

    def increase_indent(self, flow=False, indentless=False):
        return super().increase_indent(flow, indentless=False)


def dump_yaml(values: Mapping) -> str:
    """Readable YAML: Japanese as it is, no folded lines, keys in the order given."""
    if not values:
        return ""
    return yaml.dump(dict(values), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=float("inf"))


def edit_yaml(text: str, changes: Mapping[str, object], newline: str = "\n") -> str:
    """`text` with the keys in `changes` set to their values; None removes a key.

    Other lines stay as they are, comments and quotes included. A text written in a way that cannot be edited
    by lines (a flow mapping, say) is written anew, with the same meaning.
    """
    old = load_yaml(text).values
    changes = {key: value for key, value in changes.items() if (value is not None or key in old)}
    changes = {key: value for key, value in changes.items() if key not in old or old[key] != value}
    if not changes:
        return text
    wanted = {key: value for key, value in (old | changes).items() if value is not None or key not in changes}
    edited = _edit_lines(text, changes, newline)
    try:
        if load_yaml(edited).values == wanted:
            return edited
    except ValueError:
        pass
    return dump_yaml(wanted).replace("\n", newline)


def _edit_lines(text: str, changes: Mapping[str, object], newline: str) -> str:
    """Replace the lines of each changed key; the caller checks what came of it."""
    node = yaml.compose(text, yaml.SafeLoader)
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += newline
    starts = [key.start_mark.line for key, _value in pairs] + [len(lines)]
    output, remaining = lines[: starts[0]], dict(changes)
    for (key, _value), start, end in zip(pairs, starts, starts[1:], strict=False):
        if key.value not in changes:
            output += lines[start:end]
            continue
        last = end  # comments and blank lines before the next key belong to that one
        while last > start + 1 and lines[last - 1].lstrip()[:1] in {"", "#"}:
            last -= 1
        value = remaining.pop(key.value, None)
        if value is not None:
            output.append(dump_yaml({key.value: value}).replace("\n", newline))
        output += lines[last:end]
    output += [
        dump_yaml({key: value}).replace("\n", newline)
        for key, value in remaining.items()
        if value is not None
    ]
    return "".join(output)
