"""What Jekyll's Markdown has beyond ours, taken out: Liquid tags and kramdown's attribute lists.

Code shows what it holds, so an article about Liquid reads as written; only the pair
`{% raw %}…{% endraw %}` goes from it, which Jekyll needed there. Unclosed tags stay visible.
Sources: https://shopify.github.io/liquid/ and https://kramdown.gettalong.org/syntax.html#attribute-list-definitions
"""

import re

from markdown_it import MarkdownIt

# No part runs past the next opening of its own kind or gives back what it took: searching stays linear.
_SYNTAX = re.compile(
    r"""
      (?<!\\)(?P<ticks>`+)
    | \{%-?\s*+(?P<tag>\w*+) (?:[^%{] | %(?!\}) | \{(?!%))*+ %\}
    | \{\{ (?P<output> (?:[^{}\n] | \{(?!\{) | \}(?!\}))*+ ) \}\}
    | ^(?P<margin>[ \t>]*+) \{:[^{}\n]*\} [ \t]*$
    | (?<=[)\]*_`~>]) \{:[^{}\n]*\}
    """,
    re.MULTILINE | re.VERBOSE,
)
_SIGNS = re.compile(r"\{[%{:]")
_BLANK_LINE = re.compile(r"(\n[ \t>]*\n)")
_TICKS = re.compile(r"(?<!\\)`+")
_CODE_BLOCK = re.compile(r"```|~~~| {4}|\t")
_RAW_TAG = re.compile(r"\{%-?\s*(?:end)?raw\s*-?%\}")
_STRING = re.compile(r"""-?\s*(?:"([^"]*)"|'([^']*)')""")


def without_jekyll_syntax(source: str, parser: MarkdownIt) -> str:
    """`source` as Jekyll's Liquid pass would have left it, less kramdown's `{: …}`.

    A tag's output is unknown here and left out, but for a literal: `{{ "/about/" | relative_url }}`
    leaves `/about/`. A comment block goes whole, if it is closed.
    """
    if not _SIGNS.search(source):
        return source
    scan = _Scan()
    for piece, is_code in _code_blocks_apart(source, parser):
        if is_code:
            scan.keep_code(piece)
        else:
            for paragraph in _BLANK_LINE.split(piece):
                scan.keep_prose(paragraph)
    return "".join(scan.kept)


class _Scan:
    """Goes through the pieces in order, for raw and comment blocks may span several."""

    def __init__(self):
        self.kept = []
        self._inside = ""  # the block that we are in: "raw", "comment" or none
        self._comment_start = 0

    def keep_code(self, code):
        self.kept.append(_RAW_TAG.sub("", code) if "endraw" in code else code)

    def keep_prose(self, text):
        closing = _closing_ticks(text)
        position = 0
        while match := _SYNTAX.search(text, position):
            self.kept.append(text[position : match.start()])
            position = match.end()
            if match["ticks"]:
                position = closing.get(match.start()) or position
                self.keep_code(text[match.start() : position])
            elif match["tag"] is not None:
                self._tag(match)
            elif self._inside == "raw":
                self.kept.append(match[0])
            else:
                self.kept.append(_literal(match["output"]) or match["margin"] or "")
        self.kept.append(text[position:])

    def _tag(self, match):
        name = match["tag"]
        if self._inside and name == f"end{self._inside}":
            self._inside = ""
            if name == "endcomment":
                del self.kept[self._comment_start :]
        elif self._inside == "raw":
            self.kept.append(match[0])
        elif name in {"raw", "comment"} and not self._inside:
            self._inside = name
            self._comment_start = len(self.kept)


def _literal(output):
    string = _STRING.match(output or "")
    return string and (string[1] or string[2])


def _closing_ticks(text):
    """Start of each run of backticks → end of the next run of the same length (CommonMark 6.1)."""
    following, closing = {}, {}
    for run in reversed(list(_TICKS.finditer(text))):
        closing[run.start()] = following.get(len(run[0]))
        following[len(run[0])] = run.end()
    return closing


def _code_blocks_apart(source, parser):
    """(text, is it a fenced or indented code block) for each stretch of lines, in order."""
    if not _CODE_BLOCK.search(source):
        return [(source, False)]
    tokens = []
    parser.block.parse(source, parser, {}, tokens)
    lines = [f"{line}\n" for line in source.split("\n")]
    pieces, line = [], 0
    for first, last in (token.map for token in tokens if token.type in {"fence", "code_block"}):
        pieces += [("".join(lines[line:first]), False), ("".join(lines[first:last]), True)]
        line = last
    return [*pieces, ("".join(lines[line:]), False)]
