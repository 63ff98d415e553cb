"""What a body holds, and in which line: its links, pictures, headings and prose.

Read from the Markdown as it was written, with Liquid left in, so that the lines are those of the editor.
"""

import re
from dataclasses import dataclass
from html import unescape

from markdown_it.token import Token

from blog.rendering.markdown import parser_of_sources

_HTML_TAG = re.compile(r"<(a|img)\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>", re.IGNORECASE)
_NOT_PROSE = re.compile(r"<(code|pre|script|style)\b.*?</\1>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_HTML_ATTRIBUTE = re.compile(r"\b(href|src|alt)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)


@dataclass(frozen=True)
class Place:
    """Something in a line of the body (from 1): a link's or picture's address, a heading's or line's text."""

    line: int
    text: str


@dataclass(frozen=True)
class SurveyedPicture(Place):
    alt: str


@dataclass(frozen=True)
class SurveyedHeading(Place):
    level: int


@dataclass(frozen=True)
class Survey:
    """`prose` is what stands in a line outside code and addresses. All in document order."""

    links: tuple[Place, ...]
    pictures: tuple[SurveyedPicture, ...]
    headings: tuple[SurveyedHeading, ...]
    prose: tuple[Place, ...]


def survey(markdown: str) -> Survey:
    """Any text is accepted."""
    found = _Finder()
    level = 0
    for token in parser_of_sources().parse(markdown.replace("\r\n", "\n").replace("\r", "\n")):
        if token.type == "heading_open":
            level = int(token.tag[1])
        elif token.type == "html_block":
            found.html(token.content, token.map[0] + 1)
        elif token.type == "inline":
            found.inline(token)
            if level:
                found.headings.append(SurveyedHeading(token.map[0] + 1, token.content, level))
                level = 0
    return Survey(tuple(found.links), tuple(found.pictures), tuple(found.headings), tuple(found.prose))


class _Finder:
    def __init__(self):
        self.links, self.pictures, self.headings, self.prose = [], [], [], []

    def inline(self, token: Token) -> None:
        line, text = token.map[0] + 1, ""
        for child in token.children:
            if child.type in {"softbreak", "hardbreak"}:
                self._line(line, text)
                line, text = line + 1, ""
            elif child.type == "text":
                text += child.content
            elif child.type == "code_inline":
                text += "\n"  # nothing is found across code
                line += child.content.count("\n")
            elif child.type == "link_open":
                self.links.append(Place(line, str(child.attrGet("href") or "")))
            elif child.type == "image":
                self.pictures.append(SurveyedPicture(line, str(child.attrGet("src") or ""), child.content))
            elif child.type == "html_inline":
                self.html(child.content, line)
        self._line(line, text)

    def _line(self, line: int, text: str) -> None:
        if text.strip():
            self.prose.append(Place(line, text))

    def html(self, source: str, line: int) -> None:
        for tag in _HTML_TAG.finditer(source):
            attributes = {
                name.lower(): unescape(quoted or single or bare)
                for name, quoted, single, bare in _HTML_ATTRIBUTE.findall(tag[2])
            }
            here = line + source.count("\n", 0, tag.start())
            if tag[1].lower() == "img":
                picture = SurveyedPicture(here, attributes.get("src", ""), attributes.get("alt", ""))
                self.pictures.append(picture)
            elif "href" in attributes:
                self.links.append(Place(here, attributes["href"]))
        for number, text in enumerate(_NOT_PROSE.sub(_blank, source).split("\n")):
            self._line(line + number, text)


def _blank(match: re.Match) -> str:
    return "\n" * match[0].count("\n")
