"""Markdown → safe HTML, its headings, its text and its reading time. Pure: no Django, nothing of ours.

jekyll_syntax   Liquid tags and kramdown attribute lists, taken out of the Markdown
markdown        the configured parser; emphasis beside Japanese punctuation is in emphasis
sanitizer       what HTML and which addresses may pass
decoration      headings, links, pictures and tables of the sanitised HTML
text            the visible text and how long it takes to read
document        `render`, which joins them
survey          what a body holds, and in which line
"""

from blog.rendering.decoration import Heading, Picture, without_sources
from blog.rendering.document import Rendered, render
from blog.rendering.survey import Survey, survey
from blog.rendering.text import reading_minutes

__all__ = [
    "Heading",
    "Picture",
    "Rendered",
    "Survey",
    "reading_minutes",
    "render",
    "survey",
    "without_sources",
]
