"""A body in Markdown with its HTML kept beside it."""

import hashlib

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from markdownx.models import MarkdownxField

from blog.media.models import Image
from blog.media.uses import ImageUse, picture_paths
from blog.rendering import Rendered, render, without_sources


def render_body(markdown: str, *, lines: bool = False) -> Rendered:
    """The site's one way from Markdown to HTML: pages, previews and feeds all show this.

    `lines` marks the blocks with the lines they came from, for a preview that scrolls with its source.
    """
    return render(
        markdown, site_hosts=frozenset({settings.SITE_HOST}), picture=Image.objects.find, lines=lines
    )


class MarkdownContent(models.Model):
    """`body_html`, `toc` and the uses of pictures follow `body` at every save; reading renders nothing.

    `html_digest` tells two texts apart without reading them.
    `toc` is a list of `{"level": 2, "id": "概要", "text": "概要"}` in document order.
    """

    body = MarkdownxField(_("body"), blank=True)
    body_html = models.TextField(editable=False, blank=True)
    toc = models.JSONField(editable=False, default=list)
    html_digest = models.CharField(max_length=32, editable=False, blank=True)

    class Meta:
        abstract = True

    def render(self) -> Rendered:
        """Bring the computed fields up to date with `body`, without saving."""
        rendered = render_body(self.body)
        self.body_html = rendered.html
        html = without_sources(rendered.html)  # a picture is the same in any size
        self.html_digest = hashlib.blake2b(html.encode(), digest_size=16).hexdigest()
        self.toc = [{"level": h.level, "id": h.id, "text": h.text} for h in rendered.headings]
        return rendered

    @property
    def picture_paths(self) -> set[str]:
        return picture_paths(self.body_html)

    def render_again(self) -> None:
        """Make the stored HTML anew, because a picture in it has changed. This is no edit."""
        self.render()
        fields = {name: getattr(self, name) for name in self.rendered_fields}
        type(self)._base_manager.filter(pk=self.pk).update(**fields)

    def save(self, *, update_fields=None, **kwargs):
        rendered = update_fields is None or "body" in update_fields
        if rendered:
            self.render()
            update_fields = update_fields and {*update_fields, *self.rendered_fields}
        with transaction.atomic():
            super().save(update_fields=update_fields, **kwargs)
            if rendered:
                ImageUse.objects.follow([self])

    rendered_fields = ("body_html", "toc", "html_digest")
