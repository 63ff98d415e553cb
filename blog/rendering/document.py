"""The way from a Markdown body to what a page, a feed and the search show of it."""

from collections.abc import Callable, Set
from dataclasses import dataclass

from blog.rendering.decoration import Decorator, Heading, Picture
from blog.rendering.markdown import to_html
from blog.rendering.sanitizer import sanitize
from blog.rendering.text import reading_minutes, visible_lines, without_controls


@dataclass(frozen=True)
class Rendered:
    """`html` is safe, `lines` the visible text, a line for each block, `headings` in document order."""

    html: str
    headings: tuple[Heading, ...]
    lines: str
    reading_minutes: int

    @property
    def text(self) -> str:
        return self.lines.replace("\n", " ")


def render(
    markdown: str,
    *,
    site_hosts: Set[str] = frozenset(),
    picture: Callable[[str], Picture | None] | None = None,
    lines: bool = False,
) -> Rendered:
    """Render a body. Any text is accepted, nothing is raised, and the same text gives the same HTML.

    `site_hosts` are the host names whose links and pictures count as our own; relative addresses always do.
    `picture` is asked about each picture by its address with percent-encoding undone. A picture on another
    site that it does not know becomes a link to it. With `lines`, for an editor's preview, `data-line` of a
    block says in which line of the source it begins, counted from 0.
    """
    html = to_html(without_controls(markdown), lines=lines)
    html = without_controls(sanitize(html, lines=lines)).strip()
    document = Decorator(html, site_hosts, picture)
    lines = visible_lines(document.html)
    return Rendered(document.html, tuple(document.headings), lines, reading_minutes(lines))
