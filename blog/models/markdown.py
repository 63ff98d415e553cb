"""A body in Markdown with its HTML kept beside it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from markdownx.models import MarkdownxField

from blog.media.models import Image
from blog.rendering import Rendered, render


def render_body(markdown: str, *, lines: bool = False) -> Rendered:
    """The site's one way from Markdown to HTML: pages, previews and feeds all show this.

    `lines` marks the blocks with the lines they came from, for a preview that scrolls with its source.
    """
    return render(
        markdown, site_hosts=frozenset({settings.SITE_HOST}), picture=Image.objects.find, lines=lines
    )


class MarkdownContent(models.Model):
    """`body_html` and `toc` follow `body` at every save; reading a page renders nothing.

    `toc` is a list of `{"level": 2, "id": "概要", "text": "概要"}` in document order.
    """

    body = MarkdownxField(_("body"), blank=True)
    body_html = models.TextField(editable=False, blank=True)
    toc = models.JSONField(editable=False, default=list)

    class Meta:
        abstract = True

    def render(self) -> Rendered:
        """Bring the computed fields up to date with `body`, without saving."""
        rendered = render_body(self.body)
        self.body_html = rendered.html
        self.toc = [{"level": h.level, "id": h.id, "text": h.text} for h in rendered.headings]
        return rendered

    def save(self, *, update_fields=None, **kwargs):
        if update_fields is None or "body" in update_fields:
            self.render()
            update_fields = update_fields and {*update_fields, *self.rendered_fields}
        super().save(update_fields=update_fields, **kwargs)

    rendered_fields = ("body_html", "toc")
