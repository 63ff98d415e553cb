from dataclasses import dataclass


@dataclass(frozen=True)
class Heading:
    level: int
    id: str
    text: str


@dataclass(frozen=True)
class Picture:
    url: str
    width: int | None
    height: int | None
    alt: str


@dataclass(frozen=True)
class Rendered:
    html: str
    headings: tuple
    text: str
    reading_minutes: int


def render(markdown, *, site_hosts=frozenset(), picture=None):
    return Rendered(markdown, (), markdown, 1)
