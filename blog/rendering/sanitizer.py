"""Which HTML and which addresses may pass. What is not listed here does not."""

import re
from urllib.parse import parse_qs

import nh3

_SCHEMES = {"http", "https", "mailto", "tel"}
_PLAIN_TAGS = (
    "b bdi br caption cite code dd del dfn div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i ins kbd mark"
    " p pre q rp rt ruby s samp small span strong sub summary sup table tbody tfoot thead tr u ul var wbr"
)
_ATTRIBUTES = {
    "a": {"href", "title", "id", "class", "role"},
    "abbr": {"title"},
    "bdo": set(),
    "blockquote": set(),
    "code": {"class"},
    "col": {"span"},
    "colgroup": {"span"},
    "details": {"open"},
    "div": {"class", "role"},
    "img": {"src", "alt", "title", "width", "height"},
    "li": {"id", "class", "value"},
    "ol": {"start", "reversed"},
    "sup": {"class"},
    "td": {"class", "colspan", "rowspan"},
    "th": {"class", "colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "*": {"lang", "dir"},
}
_VALUES = {
    "class": re.compile(r"language-[\w+#.-]+|footnotes|footnote-(?:ref|backref)|task-list-item|align-\w+"),
    "colspan": re.compile(r"[1-9][0-9]{0,2}"),
    "datetime": re.compile(r"[0-9]{4}(-[0-9][0-9](-[0-9][0-9])?)?"),
    "dir": re.compile(r"ltr|rtl|auto"),
    "height": re.compile(r"[0-9]{1,5}"),
    "id": re.compile(
        r"fn(ref)?:[0-9]+(:[0-9]+)?"
    ),  # footnotes; headings get theirs afterwards, others get none
    "lang": re.compile(r"[a-zA-Z]{2,8}(-[a-zA-Z0-9]{1,8})*"),
    "role": re.compile(r"doc-(noteref|backlink|endnotes)"),
    "rowspan": re.compile(r"[1-9][0-9]{0,2}"),
    "data-line": re.compile(r"[0-9]{1,8}"),
    "scope": re.compile(r"col|row|colgroup|rowgroup"),
    "span": re.compile(r"[1-9][0-9]{0,2}"),
    "start": re.compile(r"-?[0-9]{1,9}"),
    "value": re.compile(r"-?[0-9]{1,9}"),
    "width": re.compile(r"[0-9]{1,5}"),
}
_SKIPPED = "".join(map(chr, range(0x21)))  # at the ends
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z\d+.-]*(?=:)")
_AUTHORITY = re.compile(r"(?:https?:)?/{2,}([^/?#]*)|https?:/?([^/?#]*)", re.IGNORECASE)
_AMAZON = re.compile(r"(?:.*\.)?amazon\.[a-z.]+")


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name in {"href", "src"}:
        return clean_address(value) or None
    allowed = _VALUES.get(name)
    return value if allowed is None or allowed.fullmatch(value) else None


def _cleaner(attributes_anywhere: set[str]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags={*_PLAIN_TAGS.split(), *_ATTRIBUTES} - {"*"},
        attributes=_ATTRIBUTES | {"*": _ATTRIBUTES["*"] | attributes_anywhere},
        attribute_filter=_attribute,
        url_schemes=_SCHEMES,
        link_rel=None,  # decoration writes rel, for links to other sites only
    )


_CLEANER = _cleaner(set())
_CLEANER_WITH_LINES = _cleaner({"data-line"})


def sanitize(html: str, *, lines: bool = False) -> str:
    """Well-formed HTML, attributes in double quotes, with nothing that could run, load or pose as ours.

    With `lines`, the source lines that `to_html` marks the blocks with stay.
    """
    return (_CLEANER_WITH_LINES if lines else _CLEANER).clean(html)


def clean_address(address: str) -> str:
    """The address as browsers will read it (URL Standard, section 4.4), or empty if its scheme may not pass.

    White space and controls that browsers skip are gone, and so are the backslashes that they take for
    slashes: no disguise is left for `java\\tscript:` or `\\\\\\\\other.example`.
    """
    address = re.sub(r"[\t\n\r]", "", address.strip(_SKIPPED))
    path, mark, rest = re.match(r"([^?#]*)([?#]?)(.*)", address, re.DOTALL).groups()
    address = path.replace("\\", "/") + mark + rest
    scheme = _SCHEME.match(address)
    return address if not scheme or scheme[0].lower() in _SCHEMES else ""


def host_of(address: str) -> str | None:
    """The host, in lower case and without port, that a cleaned address leads to; None for one on our site."""
    if not (match := _AUTHORITY.match(address)):
        return None
    host = (match[1] or match[2] or "").rpartition("@")[2].lower()
    return re.sub(r":\d*$", "", host).rstrip(".")


def is_affiliate(address: str) -> bool:
    """Whether this is a paid link: one to Amazon with an associate's tag."""
    return bool(_AMAZON.fullmatch(host_of(address) or "")) and "tag" in parse_qs(address.partition("?")[2])
