"""What sanitised HTML lacks for a page: ids of headings, rel of links, sizes of pictures, room for tables.

It works on the sanitiser's output, so Markdown and raw HTML are treated alike. That output is well-formed and
has no `<` or `>` but those of tags; all that is added here is either constant or escaped.
"""

import re
import unicodedata
from collections.abc import Callable, Set
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import unquote

from blog.rendering.sanitizer import host_of, is_affiliate
from blog.rendering.text import characters, visible_text, without_controls

_TAG = re.compile(r'<(/?)(a|h[1-6]|img|li|pre|table|t(?:head|body)|th)((?: [^\s=]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r' ([^\s=]+)="([^"]*)"')
SIZES = "(min-width: 48rem) 45rem, 100vw"  # of the column of text, as static/css/site.css makes it
_GIVEN_ID = re.compile(r" ?\{#([^\s{}<>]+)\}(?=</h[1-6]>)")  # kramdown: `## 見出し {#id}`


_SOURCES = re.compile("<picture><source [^>]*>|</picture>")


def without_sources(html: str) -> str:
    """The HTML as if no picture had other sources than its file."""
    return _SOURCES.sub("", html)


@dataclass(frozen=True)
class Heading:
    """`level` is 2 to 6 (the page's title has 1), `id` the anchor, `text` the visible text."""

    level: int
    id: str
    text: str


@dataclass(frozen=True)
class Picture:
    """What a lookup knows of a picture: its address, its size in pixels, its alternative text.

    `srcset` are AVIFs of it in several widths, as the attribute of that name wants them.
    """

    url: str
    width: int | None
    height: int | None
    alt: str
    srcset: str = ""


class Decorator:
    """One document's pass: `html` and `headings` are its results."""

    def __init__(self, html: str, site_hosts: Set[str], picture: Callable[[str], Picture | None] | None):
        self.headings: list[Heading] = []
        self._site_hosts = {host_of(f"//{host}") for host in site_hosts}
        self._picture = picture
        self._ids: set[str] = set()
        self._repeats: dict[str, int] = {}
        self._outline: list[int] = []
        self._open_headings: list[int] = []
        self._in_link = self._in_head = False
        self._tables = 0
        self.html = _TAG.sub(self._tag, html)
        if self.headings:
            self.html = _GIVEN_ID.sub("", self.html)

    def _tag(self, match: re.Match) -> str:
        closing, tag, attributes = match.groups()
        match tag:
            case "a":
                self._in_link = not closing
                return match[0] if closing else self._link(attributes)
            case "img":
                return self._image(dict(_ATTRIBUTE.findall(attributes)))
            case "li":
                return f"<{closing}li{self._unique_id(attributes)}>"
            case "pre" if not closing:
                return f'<pre{attributes} tabindex="0">'  # it scrolls, so the keyboard must reach it
            case "table":
                return self._table(match[0], closing)
            case "thead" | "tbody":
                self._in_head = tag == "thead" and not closing
            case "th" if self._in_head and not closing and " scope=" not in attributes:
                return f'<th scope="col"{attributes}>'
            case _ if tag[0] == "h":
                return f"</h{self._open_headings.pop()}>" if closing else self._heading(match)
        return match[0]

    def _heading(self, match: re.Match) -> str:
        level = self._level(max(2, int(match[2][1])))
        self._open_headings.append(level)
        inner = match.string[match.end() : match.string.find(f"</{match[2]}>", match.end())]
        given = _GIVEN_ID.search(f"{inner}</h1>")
        inner = inner[: given.start()] if given else inner
        anchor = self._anchor(given[1] if given else characters(inner))
        self.headings.append(Heading(level, anchor, visible_text(inner)))
        return f'<h{level}{match[3]} id="{anchor}">'

    def _level(self, written: int) -> int:
        """The level written, less the levels skipped above it, which HTML and screen readers do not forgive.

        `#` counts as `##`, for the page's title is the only h1: below it the archive's articles repeat their
        title with `#`, and their sections have `##` as in all others.
        """
        while self._outline and self._outline[-1] >= written:
            self._outline.pop()
        self._outline.append(written)
        return len(self._outline) + 1

    def _anchor(self, text: str) -> str:
        """As kramdown's GitHub parser makes them, so that old links into articles still land."""
        hyphenated = text.lower().replace(" ", "-").replace("\t", "-")
        base = "".join(c for c in hyphenated if c == "-" or _is_word(c)) or "section"
        candidate = base
        while candidate in self._ids:
            self._repeats[base] = self._repeats.get(base, 0) + 1
            candidate = f"{base}-{self._repeats[base]}"
        self._ids.add(candidate)
        return candidate

    def _unique_id(self, attributes: str) -> str:
        match = re.search(r' id="([^"]*)"', attributes)
        if match and match[1] in self._ids:
            return attributes.replace(match[0], "")
        if match:
            self._ids.add(match[1])
        return attributes

    def _is_elsewhere(self, address: str) -> bool:
        host = host_of(address)
        return host is not None and host not in self._site_hosts

    def _rel(self, address: str) -> str:
        if not self._is_elsewhere(address):
            return ""
        return f' rel="external noopener noreferrer{" sponsored" * is_affiliate(address)}"'

    def _link(self, attributes: str) -> str:
        href = unescape(dict(_ATTRIBUTE.findall(attributes)).get("href", ""))
        return f"<a{self._unique_id(attributes)}{self._rel(href)}>"

    def _image(self, attributes: dict[str, str]) -> str:
        source, alt = unescape(attributes.pop("src", "")), attributes.pop("alt", "")
        known = self._picture(without_controls(unquote(source))) if self._picture and source else None
        if known:
            source = known.url
            alt = alt or escape(known.alt)
            size = {"width": known.width, "height": known.height}
            attributes |= {name: str(number) for name, number in size.items() if number is not None}
        elif not source:
            return alt
        elif self._is_elsewhere(source):
            return self._foreign_image(source, alt)
        rest = "".join(f' {name}="{value}"' for name, value in attributes.items())
        image = f'<img src="{escape(source)}" alt="{alt}"{rest} loading="lazy" decoding="async">'
        if not (known and known.srcset):
            return image
        sources = f'<source type="image/avif" srcset="{escape(known.srcset)}" sizes="{SIZES}">'
        return f"<picture>{sources}{image}</picture>"

    def _foreign_image(self, source: str, alt: str) -> str:
        """A link: a picture from another site would tell it who reads us."""
        label = alt or escape(source)
        return label if self._in_link else f'<a href="{escape(source)}"{self._rel(source)}>{label}</a>'

    def _table(self, tag: str, closing: str) -> str:
        """The outermost table in a box that scrolls, named after the heading above it.

        A group and not a region: an article's tables would crowd a page's landmarks.
        """
        if closing:
            self._tables -= 1
            return tag if self._tables else "</table></div>"
        self._tables += 1
        if self._tables > 1:
            return tag
        name = f' aria-labelledby="{self.headings[-1].id}"' if self.headings else ""
        return f'<div class="table-scroll" tabindex="0" role="group"{name}>{tag}'


def _is_word(character: str) -> bool:
    """Ruby's `\\p{Word}`: letters, marks, decimal digits, connector punctuation."""
    category = unicodedata.category(character)
    return category[0] in "LM" or category in {"Nd", "Pc"}
