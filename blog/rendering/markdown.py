"""The Markdown parser: CommonMark with GitHub's tables, strikethrough and task lists, and footnotes.

Where Jekyll's kramdown reads the archive's articles in another way, its reading counts.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_block import StateBlock, lheading
from markdown_it.rules_core import StateCore, smartquotes
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.footnote.index import footnote_ref

from blog.rendering.emphasis import CJKParserInline
from blog.rendering.jekyll_syntax import without_jekyll_syntax
from blog.rendering.text import WIDE

MAX_NESTING = 50  # quotes, lists and brackets; deeper ones are cut, as each costs stack frames
QUOTES_LIMIT = 10_000  # characters; markdown-it copies a paragraph's text for each quotation mark in it
RAW_HTML_LENGTH = 500_000  # characters of raw HTML in a body
RAW_HTML_BUDGET = 2_000_000  # tags times (200 + formatting tags): 10,000 tags, 1,300 if all are formatting

_UNDERLINE = re.compile(r"(?:-+|=+)[ \t]*")
_REFERENCE = re.compile(r"\[\^[^\s\]]{1,100}\]")
_FORMATTING = re.compile(r"<(?:a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)\b", re.IGNORECASE)
_TASK = re.compile(r"\[([ xX])\][ \t]+")
_EM_DASH = re.compile(r"(?<!-)---(?!-)")
_EN_DASH = re.compile(r"(?<=\s)--(?=\s)|(?<=[^\s-])--(?=[^\s-])")


def _jekyll_syntax(state: StateCore) -> None:
    state.src = without_jekyll_syntax(state.src, state.md)


def _setext_heading(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A heading underlined with `---` or `===` is one line after a blank one, as kramdown has it.

    Below a longer paragraph, `---` is a rule.
    """
    if start + 1 >= end or (start and not state.isEmpty(start - 1)):
        return False
    underline = state.src[state.bMarks[start + 1] + state.tShift[start + 1] : state.eMarks[start + 1]]
    return bool(_UNDERLINE.fullmatch(underline)) and lheading(state, start, end, silent)


def _footnote_reference(state: StateInline, silent: bool) -> bool:
    """The plugin's rule, which alone would look for the `]` of each `[^` through the whole text."""
    return bool(_REFERENCE.match(state.src, state.pos)) and footnote_ref(state, silent)


def _typography(state: StateCore) -> None:
    """`...`, `--` and `---` become … – —, straight quotation marks curly, as on the old site.

    markdown-it's own replacements would also make © of an enumeration's (c).
    """
    paragraphs = [token for token in state.tokens if token.type == "inline"]
    for paragraph in paragraphs:
        if "..." in paragraph.content or "--" in paragraph.content:
            is_address = False
            for token in paragraph.children:
                if token.type == "link_open":
                    is_address = token.markup == "autolink"
                elif token.type == "link_close":
                    is_address = False
                elif token.type == "text" and not is_address:
                    dashed = _EN_DASH.sub("–", _EM_DASH.sub("—", token.content))
                    token.content = dashed.replace("...", "…")
    everything = state.tokens
    state.tokens = [paragraph for paragraph in paragraphs if len(paragraph.content) <= QUOTES_LIMIT]
    smartquotes(state)
    state.tokens = everything


def _task_lists(state: StateCore) -> None:
    """`- [x]` shows ☑, which needs no label and survives in feed readers, where an input would not."""
    for item, _paragraph, inline in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        if item.type == "list_item_open" and inline.type == "inline" and inline.children:
            first = inline.children[0]
            if task := _TASK.match(first.content) if first.type == "text" else None:
                item.attrSet("class", "task-list-item")
                first.content = ("☐ " if task[1] == " " else "☑ ") + first.content[task.end() :]


def _limit_raw_html(state: StateCore) -> None:
    """Show raw HTML as text where there is so much of it that it could make the sanitiser slow.

    An HTML parser looks through the open elements at each tag, and opens a forgotten `<b>` again in each
    block (HTML Standard, section 13.2.4.3), so that its work and its output can grow with the square.
    """
    raw = [token for token in state.tokens if token.type == "html_block"]
    raw += [
        child
        for token in state.tokens
        if token.type == "inline" and "<" in token.content
        for child in token.children
        if child.type == "html_inline"
    ]
    tags = sum(token.content.count("<") for token in raw)
    formatting = sum(len(_FORMATTING.findall(token.content)) for token in raw)
    length = sum(len(token.content) for token in raw)
    if length > RAW_HTML_LENGTH or tags * (200 + formatting) > RAW_HTML_BUDGET:
        for token in raw:
            token.content = escapeHtml(token.content)


def _mark_lines(state: StateCore) -> None:
    if state.env.get("lines"):
        for token in state.tokens:
            if token.map and token.nesting >= 0 and token.type not in {"inline", "html_block"}:
                token.attrSet("data-line", str(token.map[0]))


def _soft_break(self, tokens, index, options, env) -> str:
    """A line break between wide characters is no space (CSS Text 3, section 4.1.3)."""
    before = _neighbour(tokens, range(index - 1, -1, -1))[-1:]
    after = _neighbour(tokens, range(index + 1, len(tokens)))[:1]
    return "" if WIDE.match(before) and WIDE.match(after) else "\n"


def _neighbour(tokens, indexes) -> str:
    nearest = next((tokens[i] for i in indexes if tokens[i].content or tokens[i].type == "softbreak"), None)
    return nearest.content if nearest and nearest.type == "text" else ""


def _table_cell(self, tokens, index, options, env) -> str:
    if style := tokens[index].attrs.pop("style", ""):
        tokens[index].attrSet("class", style.replace("text-align:", "align-"))
    return self.renderToken(tokens, index, options, env)


def _note_id(token) -> str:
    """`1` for the first note, `1:1` for the second reference to it. No heading's id has a colon."""
    repeat = f":{token.meta['subId']}" if token.meta.get("subId") else ""
    return f"{token.meta['id'] + 1}{repeat}"


def _note_reference(self, tokens, index, options, env) -> str:
    token = tokens[index]
    number = token.meta["id"] + 1
    return (
        f'<sup class="footnote-ref"><a href="#fn:{number}" id="fnref:{_note_id(token)}"'
        f' role="doc-noteref">[{number}]</a></sup>'
    )


def _note_way_back(self, tokens, index, options, env) -> str:
    # The last character keeps phones from showing the arrow as an emoji.
    target = _note_id(tokens[index])
    return f' <a href="#fnref:{target}" class="footnote-backref" role="doc-backlink">↩\ufe0e</a>'


def _parser() -> MarkdownIt:
    parser = MarkdownIt()
    parser.inline = CJKParserInline()
    parser.configure("commonmark", {"typographer": True, "maxNesting": MAX_NESTING})
    parser.enable(["table", "strikethrough"])
    parser.use(footnote_plugin, inline=False)
    parser.inline.ruler.at("footnote_ref", _footnote_reference)
    parser.block.ruler.at("lheading", _setext_heading)
    parser.core.ruler.before("block", "jekyll_syntax", _jekyll_syntax)
    parser.core.ruler.before("text_join", "typography", _typography)
    parser.core.ruler.push("task_lists", _task_lists)
    parser.core.ruler.push("limit_raw_html", _limit_raw_html)
    parser.core.ruler.push("mark_lines", _mark_lines)
    for name, rule in {
        "softbreak": _soft_break,
        "th_open": _table_cell,
        "td_open": _table_cell,
        "footnote_ref": _note_reference,
        "footnote_anchor": _note_way_back,
        "footnote_open": lambda self, tokens, index, options, env: f'<li id="fn:{_note_id(tokens[index])}">',
        "footnote_block_open": lambda *args: '<div class="footnotes" role="doc-endnotes">\n<ol>\n',
        "footnote_block_close": lambda *args: "</ol>\n</div>\n",
    }.items():
        parser.add_render_rule(name, rule)
    return parser


_PARSER = _parser()
_PARSER_OF_SOURCES = _parser()
_PARSER_OF_SOURCES.disable(["jekyll_syntax", "typography", "smartquotes", "task_lists", "limit_raw_html"])


def parser_of_sources() -> MarkdownIt:
    """The same grammar, but nothing is taken out or set in type: every token knows its line as written."""
    return _PARSER_OF_SOURCES


def to_html(markdown: str, *, lines: bool = False) -> str:
    """HTML of `markdown`, not yet safe; with `lines`, blocks carry the source line they begin in."""
    return _PARSER.render(markdown, {"lines": lines})
