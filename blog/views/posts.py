"""The article."""

import datetime
import unicodedata
from functools import cached_property

from django.db.models import DateTimeField, F, FilteredRelation, Q, Value
from django.http import Http404
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.generic import DetailView

from blog import structured_data
from blog.addresses import tokyo_date
from blog.models import Correction, Post, RelatedPost, Tag, TaggedPost
from blog.naming import name_key, slugify
from blog.pagecache.keys import NEWEST, POSTS, day_key, depends_on
from blog.prepared import prepared
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
        return find_post(**self.kwargs)

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
            corrections=self.attached[1],
            share_links=share_links(post.get_canonical_url(), post.title),
            **reading_on(post),
            **kwargs,
        )

    @cached_property
    def attached(self) -> tuple[list[Tag], list[Correction]]:
        return tags_and_corrections(self.object)

    def get_tags(self) -> list[Tag]:
        return self.attached[0]

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
            picture=SharePicture.of_post(post),
            kind="article",
            noindex=post.noindex or not post.is_public,
            feed=Feed.of(post.category) if post.category else None,
            trail=tuple(trail),
            things=(
                structured_data.news_article(post, context["description"], tag_names, context["corrections"]),
            ),
        )


def find_post(year: int, month: int, day: int, slug: str) -> Post:
    """The post at this address that readers may see, or could see once. Raises Http404."""
    try:
        date = datetime.date(year, month, day)
    except ValueError as error:
        raise Http404(_("There is no such day.")) from error
    post = next(iter(_at(day=date, slug=unicodedata.normalize("NFC", slug))), None)
    if not post or not (post.is_public or post.is_gone):
        raise Http404(_("There is no such article."))
    return post


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


def tags_and_corrections(post: Post) -> tuple[list[Tag], list[Correction]]:
    """In one query: the tags in the order typed, with name and slug; the corrections with what is shown."""
    tags, corrections = [], []
    for is_note, _place, pk, first, second, moment in sorted(
        _attached(post=post.pk, now=timezone.now()), key=lambda row: row[:2]
    ):
        if is_note:
            corrections.append(Correction(pk=pk, post=post, kind=first, html=second, published_at=moment))
        else:
            tags.append(Tag(pk=pk, name=first, slug=second))
    depends_on(*(tag.surrogate_key for tag in tags))
    return tags, sorted(corrections, key=lambda note: (note.published_at, note.pk))


@prepared(Post)
def _attached(*, post, now):
    notes = Correction.objects.dated_until(now).filter(post=post).order_by()
    names = TaggedPost.objects.filter(content_object=post).order_by()
    no_moment = Value(None, DateTimeField())
    return notes.values_list(Value(1), "pk", "pk", "kind", "html", "published_at").union(
        names.values_list(Value(0), "pk", "tag", "tag__name", "tag__slug", no_moment), all=True
    )


def reading_on(post: Post) -> dict:
    """Where to go from here, in one query: `related`, `older` and `newer` posts.

    Related are the editor's choice in the editor's order, filled up with the newest of the category.
    """
    place = {"category": post.category_id} if post.category_id else {}
    if post.published_at:  # a draft in a preview may have no place among the others yet
        place["moment"] = post.published_at
    now = timezone.now()
    around = [p for p in _around(now=now, pk=post.pk, **place) if p != post and p.is_public_at(now)]
    place = post.published_at and (post.published_at, post.pk)
    older = next((p for p in around if place and (p.published_at, p.pk) < place), None)
    newer = next((p for p in reversed(around) if place and (p.published_at, p.pk) > place), None)
    related = sorted((p for p in around if p.chosen), key=lambda p: (p.position, p.chosen))
    taken = {*related, older, newer}
    others = [p for p in around if p not in taken and p.category_id == post.category_id]
    depends_on(*place_keys(post, older, newer))
    missing = max(0, RELATED_POSTS - len(related))
    return {"related": related + others[:missing], "older": older, "newer": newer}


@prepared(Post)
def _around(*, now, pk, category=None, moment=None):
    """The chosen ones (with `chosen` and `position`), the newest of the category, and the two neighbours.

    Of the chosen, those too that are not public: to ask for that here would lead SQLite through all posts.
    """
    public = Post.objects.public(now)
    chosen = RelatedPost.objects.filter(post=pk, target__isnull=False)
    wanted = [chosen.order_by().values("target")]
    if category:
        of_category = public.filter(category=category).newest_first()
        wanted.append(of_category.values("pk")[: RELATED_POSTS + 3])  # the post and its neighbours
    if moment:
        post = Post(pk=pk, published_at=moment)
        # Before the gate: of two upper bounds SQLite looks up the first in its index.
        older, newer = Post.objects.before(post).public(now), public.after(post)
        wanted += [older.values("pk")[:1], newer.values("pk")[:1]]
    entry = FilteredRelation("related_from", condition=Q(related_from__post=pk))
    around = Post.objects.in_any(*wanted)
    around = around.annotate(entry=entry, chosen=F("entry__pk"), position=F("entry__position"))
    return around.with_card_data().newest_first()


@prepared(Post)
def _at(*, day, slug):
    return Post.objects.with_page_data().filter(published_on=day, slug=slug)


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
