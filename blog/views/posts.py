"""The article."""

import datetime
import unicodedata

from django.db.models import Q
from django.http import Http404
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.generic import DetailView

from blog import structured_data
from blog.addresses import tokyo_date
from blog.models import Post, Tag
from blog.naming import name_key, slugify
from blog.pagecache.keys import NEWEST, POSTS, day_key, depends_on
from blog.views.errors import gone
from blog.views.head import Feed, Head, HeadMixin, SharePicture
from blog.views.sharing import share_links

RELATED_POSTS = 4
HEADINGS_FOR_CONTENTS = 4
DESCRIPTION_LENGTH = 140
DAYS_BETWEEN = 10  # beside the nearest posts; the few pages with more depend on every publication


class PostView(HeadMixin, DetailView):
    """A post that readers may see; 410 for one that they could see once, 404 for any other.

    A preview can inherit this and override `get` and `get_object`: the page is made for a post of any
    status, and kept from search engines when the post is not public.
    """

    context_object_name = "post"
    template_name = "blog/post_detail.html"

    def get_object(self, queryset=None) -> Post:
        slug = unicodedata.normalize("NFC", self.kwargs["slug"])
        try:
            day = datetime.date(self.kwargs["year"], self.kwargs["month"], self.kwargs["day"])
        except ValueError as error:
            raise Http404(_("There is no such day.")) from error
        post = "\0" not in slug and Post.objects.with_page_data().filter(published_on=day, slug=slug).first()
        if not post or not (post.is_public or post.is_gone):
            raise Http404(_("There is no such article."))
        return post

    def get(self, request, *args, **kwargs):
        self.object = self.get_object()
        if self.object.is_gone:
            return gone(request)
        return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs):
        post = self.object
        return super().get_context_data(
            description=post_description(post),
            tags=self.get_tags(),
            pillar=post.pillar if post.pillar and post.pillar.is_public else None,
            contents=contents(post.toc),
            corrections=list(post.corrections.all()),
            share_links=share_links(post.get_canonical_url(), post.title),
            **reading_on(post),
            **kwargs,
        )

    def get_tags(self) -> list[Tag]:
        return list(self.object.tags.order_by("tagged_posts__pk"))

    def get_head(self, context):
        post = self.object
        trail = [(post.title, post.get_absolute_url())]
        if post.category:
            trail.insert(0, (post.category.name, post.category.get_absolute_url()))
        tag_names = [tag.name for tag in context["tags"]]
        return Head(
            title=post.title,
            description=context["description"],
            url=post.get_canonical_url(),
            picture=SharePicture.of(post.cover),
            kind="article",
            noindex=post.noindex or not post.is_public,
            feed=Feed.of(post.category) if post.category else None,
            trail=tuple(trail),
            things=(
                structured_data.news_article(post, context["description"], tag_names, context["corrections"]),
            ),
        )


def post_description(post: Post) -> str:
    """For search engines and shared links: as written, or else how excerpt or text begin; never empty."""
    if post.description:
        return " ".join(post.description.split())
    text = strip_tags(post.excerpt or post.body_html)
    return Truncator(" ".join(text.split())).chars(DESCRIPTION_LENGTH) or post.title


def contents(toc: list[dict]) -> list[dict]:
    """The two highest levels of a long article's headings, with a `depth` of 0 or 1; none of a short one."""
    if len(toc) < HEADINGS_FOR_CONTENTS:
        return []
    levels = sorted({heading["level"] for heading in toc})[:2]
    return [
        heading | {"depth": levels.index(heading["level"])} for heading in toc if heading["level"] in levels
    ]


def reading_on(post: Post) -> dict:
    """Where to go from here, in two queries: `related`, `older` and `newer` posts.

    Related are the editor's choice in the editor's order, filled up with the newest of the category.
    """
    public = Post.objects.public()
    chosen = list(
        public.with_card_data()
        .filter(related_from__post=post)
        .order_by("related_from__position", "related_from__pk")
    )
    of_category = (
        public.filter(category=post.category_id).newest_first() if post.category_id else public.none()
    )
    wanted = Q(pk__in=of_category.values("pk")[: len(chosen) + RELATED_POSTS + 3])
    if post.published_at:  # a draft in a preview may have no place among the others yet
        wanted |= Q(pk__in=public.before(post).values("pk")[:1]) | Q(
            pk__in=public.after(post).values("pk")[:1]
        )
    around = [p for p in Post.objects.with_card_data().filter(wanted).newest_first() if p != post]
    place = post.published_at and (post.published_at, post.pk)
    older = next((p for p in around if place and (p.published_at, p.pk) < place), None)
    newer = next((p for p in reversed(around) if place and (p.published_at, p.pk) > place), None)
    taken = {*chosen, older, newer}
    others = [p for p in around if p not in taken and p.category_id == post.category_id]
    depends_on(*place_keys(post, older, newer))
    missing = max(0, RELATED_POSTS - len(chosen))
    return {"related": chosen + others[:missing], "older": older, "newer": newer}


def place_keys(post: Post, older: Post | None, newer: Post | None) -> list[str]:
    """On what it depends which posts are beside this one, and which are the newest of its category."""
    keys = [] if newer else [NEWEST]
    if post.category_id:
        keys.append(f"c{post.category_id}-posts")
    if not (older and post.published_at):
        return [*keys, POSTS]
    first, last = tokyo_date(older.published_at), tokyo_date((newer or post).published_at)
    if (last - first).days > DAYS_BETWEEN:
        return [*keys, POSTS]
    return [*keys, *(day_key(first + datetime.timedelta(n)) for n in range((last - first).days + 1))]


def tags_named(names: list[str]) -> list[Tag]:
    """The tags that a save would give for these names, by their other names too; new ones are not saved."""
    known = Tag.objects.found_as([name_key(name) for name in names])
    tags = [known.get(name_key(name)) or Tag(name=name, slug=slugify(name)) for name in names]
    return list({tag.slug: tag for tag in tags}.values())
