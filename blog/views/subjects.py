"""Posts by category, tag and author, and the lists of these."""

from django.conf import settings
from django.http import Http404, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import ListView

from blog.addresses import absolute_url
from blog.listing import Listing
from blog.models import Author, Category, Tag
from blog.naming import slugify
from blog.pagecache.keys import members_key
from blog.prepared import prepared
from blog.views.head import Feed, Head, HeadMixin
from blog.views.lists import PostListView


class SubjectView(PostListView):
    """The posts of one row of `model`.

    An address in another width or case, with the name for the slug (`/tags/生成ＡＩ/`), or that the row had
    before it was renamed or merged redirects.
    """

    model = None
    kind = ""  # what the row is, above its name

    def get(self, request, *args, **kwargs):
        self.subject = self.find(kwargs["slug"])
        self.surrogate_keys = [members_key(self.subject)]
        if self.subject.slug != kwargs["slug"]:
            if self.empty_is_missing and not self.get_queryset().exists():
                raise Http404(_("There is nothing here."))  # the name might tell what is to come
            self.kwargs["slug"] = self.subject.slug
            path = self.page_path(kwargs.get("page") or 1)
            query = request.META["QUERY_STRING"]
            return HttpResponsePermanentRedirect(f"{path}?{query}" if query else path)
        return super().get(request, *args, **kwargs)

    def find(self, slug: str):
        if here := _with_slug(self.model, slug=slug):
            return here[0]
        found = self.model.objects.at([slug, slugify(slug)])
        if not found:
            raise Http404(_("There is nothing here."))
        return found.get(slug) or next(iter(found.values()))

    def get_queryset(self):
        return Listing.of(self.subject)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            subject=self.subject,
            kind=self.kind,
            heading=self.subject.name,
            feed=Feed.of(self.subject),
            **kwargs,
        )

    def trail(self) -> list[tuple[str, str]]:
        return [(self.subject.name, self.subject.get_absolute_url())]

    def description(self) -> str:
        text = _("The newest articles on “%(name)s”. %(site)s: %(description)s")
        return text % {
            "name": self.subject.name,
            "site": settings.SITE_NAME,
            "description": settings.SITE_DESCRIPTION,
        }

    def get_head(self, context):
        page = context["page_obj"]
        title = _("Articles on %(name)s") % {"name": self.subject.name}
        return Head(
            title=self.on_page(title, page),
            description=self.on_page(" ".join(self.description().split()), page),
            url=self.canonical_url(page),
            feed=context["feed"],
            trail=tuple(self.trail()),
        )


@prepared(Category)
def _with_slug(model, *, slug):
    return model.objects.filter(slug=slug).order_by()


class CategoryView(SubjectView):
    model = Category
    url_name = "category"
    kind = gettext_lazy("Category")

    def get_context_data(self, **kwargs):
        return super().get_context_data(hide_category=True, **kwargs)

    def description(self):
        return self.subject.description or super().description()


class TagView(SubjectView):
    """A tag of none but hidden posts answers 404: its name might tell what they are about."""

    model = Tag
    url_name = "tag"
    kind = gettext_lazy("Tag")
    empty_is_missing = True

    def trail(self):
        return [(_("Tags"), reverse("tags")), *super().trail()]


class AuthorView(SubjectView):
    model = Author
    url_name = "author"
    kind = gettext_lazy("Author")
    template_name = "blog/author.html"
    empty_is_missing = True

    def trail(self):
        return [(_("Authors"), reverse("authors")), *super().trail()]

    def description(self):
        text = _("The articles of %(name)s.") % {"name": self.subject.name}
        return f"{text} {self.subject.bio}"


class TagsView(HeadMixin, ListView):
    """Every tag that readers can use, the most used first."""

    context_object_name = "tags"
    template_name = "blog/tags.html"

    def get_queryset(self):
        return Tag.objects.in_use().order_by("-public_posts", "name")

    def get_head(self, context):
        return Head(
            title=_("Tags"),
            description=_("Every subject that %(site)s writes about, as tags.")
            % {"site": settings.SITE_NAME},
            url=absolute_url(reverse("tags")),
            trail=((_("Tags"), reverse("tags")),),
        )


class AuthorsView(HeadMixin, ListView):
    context_object_name = "authors"
    template_name = "blog/authors.html"

    def get_queryset(self):
        return Author.objects.in_use()

    def get_head(self, context):
        return Head(
            title=_("Authors"),
            description=_("Who writes for %(site)s.") % {"site": settings.SITE_NAME},
            url=absolute_url(reverse("authors")),
            trail=((_("Authors"), reverse("authors")),),
        )
