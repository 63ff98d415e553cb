"""All corrections of the site, for readers."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from blog.addresses import absolute_url
from blog.listing import Listing, Scope
from blog.models import Correction
from blog.pagecache.keys import CORRECTIONS
from blog.views.head import Feed, Head
from blog.views.lists import PostListView


class Notes(Listing):
    """Every correction, as the list shows it."""

    def __init__(self):
        super().__init__(Scope(Correction))

    def __getitem__(self, asked: slice) -> list[Correction]:
        notes = Correction.objects.select_related("post", "post__category")
        notes = notes.defer("post__body", "post__body_html", "post__toc", "post__front_matter")
        return list(self.rows(notes, asked.start or 0, asked.stop))


class CorrectionsView(PostListView):
    """Newest first; of posts that readers may see."""

    context_object_name = "corrections"
    template_name = "blog/corrections/list.html"
    url_name = "corrections"
    surrogate_keys = (CORRECTIONS,)

    def get_queryset(self):
        return Notes()

    def get_context_data(self, **kwargs):
        feed = Feed(f"{settings.SITE_NAME}: {_('Corrections')}", reverse("corrections_feed"))
        return super().get_context_data(feed=feed, **kwargs)

    def get_head(self, context):
        page = context["page_obj"]
        text = _("What %(site)s has corrected, added or updated in its articles after publication.")
        return Head(
            title=self.on_page(_("Corrections"), page),
            description=self.on_page(text % {"site": settings.SITE_NAME}, page),
            url=absolute_url(self.page_path(page.number)),
            feed=context["feed"],
            trail=((_("Corrections"), reverse("corrections")),),
        )
