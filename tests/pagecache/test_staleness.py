"""A page that was kept is never older than what a site without a cache would make."""

import os
import random
from itertools import zip_longest

import pytest
from django.urls import reverse
from django.utils import timezone

from blog.media.pictures import inspect
from blog.models import Author, Category, Correction, Image, Merge, Page, Post, RelatedPost, Tag
from tests.factories import (
    hours_ago,
    make_author,
    make_category,
    make_draft,
    make_image,
    make_page,
    make_post,
    make_superuser,
    picture_bytes,
    publish,
    withdraw,
)

SEEDS = range(int(os.environ.get("STALENESS_SEEDS", "2")))  # more of them find rarer mistakes
EDITS = 25
PAGES = 14
NAMES = ["生成AI", "半導体", "規制", "資金調達"]


class Newsroom:
    """Does at random what people do to a site, with everybody's clock."""

    def __init__(self, seed: int, clock):
        self.chance, self.clock = random.Random(seed), clock  # noqa: S311
        self.categories = [make_category(name) for name in ("技術解説", "市場")]
        self.authors = [make_author(name) for name in ("編集部", "技術取材班")]
        self.page = make_page("編集方針", slug="policy")
        self.editor = make_superuser()
        make_image()
        for hours in (1, 2, 30, 50, 51, 300, 2000):
            make_post(published_at=hours_ago(hours), **self.any_subject(), tags=self.any_tags())

    def any_subject(self) -> dict:
        return {"category": self.chance.choice(self.categories), "author": self.chance.choice(self.authors)}

    def any_tags(self) -> list[str]:
        return self.chance.sample(NAMES, self.chance.randrange(3))

    def any_post(self, **fields) -> Post:
        posts = list(Post.objects.filter(**fields).order_by("pk"))
        return self.chance.choice(posts) if posts else make_post(**self.any_subject())

    def do_something(self) -> str:
        edit = self.chance.choice([name for name in dir(self) if name.startswith("edit_")])
        getattr(self, edit)()
        return edit

    def edit_new(self):
        make_post(**self.any_subject(), published_at=hours_ago(0), tags=self.any_tags())

    def edit_new_of_old(self):
        make_post(**self.any_subject(), published_at=hours_ago(self.chance.uniform(1, 400)))

    def edit_draft(self):
        make_draft(**self.any_subject(), tags=self.any_tags())

    def edit_schedule(self):
        make_post(
            **self.any_subject(),
            published_at=hours_ago(-self.chance.uniform(0.1, 2)),
            tags=self.any_tags(),
        )

    def edit_limit(self):
        post = self.any_post(status="published")
        post.expires_at = max(timezone.now(), post.published_at) + timezone.timedelta(
            minutes=self.chance.randrange(1, 90)
        )
        post.save()

    def edit_wait(self):
        self.clock(minutes=self.chance.randrange(1, 60))

    def edit_wait_a_day(self):
        self.clock(hours=24)

    def edit_title(self):
        post = self.any_post()
        post.title = f"書き直した見出し {self.chance.random()}"
        post.save()

    def edit_body(self):
        post = self.any_post()
        post.body += f"\n\n加筆 {self.chance.random()}"
        post.excerpt = f"抜粋 {self.chance.random()}"
        post.mark_changed()
        post.save()

    def edit_publish(self):
        publish(self.any_post(status="draft"))

    def edit_withdraw(self):
        withdraw(self.any_post(status="published"))

    def edit_delete(self):
        self.any_post().delete()

    def edit_delete_many(self):
        Post.objects.filter(pk=self.any_post().pk).delete()

    def edit_move_in_time(self):
        post = self.any_post(status="published")
        post.published_at = hours_ago(self.chance.uniform(0, 500))
        post.expires_at = None
        post.save()

    def edit_subject(self):
        post = self.any_post()
        for name, value in self.any_subject().items():
            setattr(post, name, value)
        post.save()

    def edit_slug(self):
        post = self.any_post()
        post.slug = f"slug-{self.chance.random()}"
        post.save()

    def edit_flags(self):
        post = self.any_post()
        post.featured, post.noindex = self.chance.random() < 0.5, self.chance.random() < 0.3
        post.save()

    def edit_tags(self):
        self.any_post().tags.set(self.any_tags())

    def edit_one_tag(self):
        self.any_post().tags.add(self.chance.choice(NAMES))

    def edit_related(self):
        post, target = self.any_post(), self.any_post()
        if post != target and not RelatedPost.objects.filter(post=post, target=target).exists():
            RelatedPost.objects.create(post=post, target=target)

    def edit_unrelate(self):
        if entry := RelatedPost.objects.order_by("pk").first():
            entry.delete()

    def edit_pillar(self):
        post, pillar = self.any_post(), self.any_post()
        if post != pillar:
            post.pillar = pillar
            post.save()

    def edit_cover(self):
        post = self.any_post()
        post.cover = make_image()
        post.save()

    def edit_picture(self):
        image = self.chance.choice(list(Image.objects.order_by("pk")))
        image.alt = f"別の説明 {self.chance.random()}"
        image.save()

    def edit_other_file(self):
        image = self.chance.choice(list(Image.objects.order_by("pk")))
        content = picture_bytes((80, 45))
        image.replace(content, inspect(content), "other.png")

    def edit_correct(self):
        post = self.any_post(status="published")
        if post.published_at <= timezone.now():
            Correction.objects.create(post=post, text=f"数字を直しました {self.chance.random()}")

    def edit_uncorrect(self):
        if note := Correction.objects.order_by("pk").first():
            note.delete()

    def edit_rename(self):
        row = self.chance.choice([*self.categories, *self.authors, *Tag.objects.order_by("pk")])
        row.refresh_from_db()
        row.name = f"{row.name[:20]}{self.chance.randrange(99)}"
        row.save()

    def edit_describe(self):
        category = self.chance.choice(self.categories)
        Category.objects.filter(pk=category.pk).update(description=f"説明 {self.chance.random()}")

    def edit_biography(self):
        author = self.chance.choice(self.authors)
        author.bio = f"経歴 {self.chance.random()}"
        author.save()

    def edit_merge_tags(self):
        tags = list(Tag.objects.order_by("pk"))
        if len(tags) > 1:
            Merge.objects.merge(*self.chance.sample(tags, 2), self.editor)

    def edit_page(self):
        self.page.body = f"方針 {self.chance.random()}"
        self.page.save()

    def edit_hide_page(self):
        Page.objects.update(is_published=self.chance.random() < 0.5)

    def edit_many(self):
        Post.objects.filter(category=self.categories[0]).update(category=self.categories[1])


def addresses() -> list[str]:
    """Every kind of kept address, for whatever is there now or was."""
    days = {moment.astimezone(timezone.get_default_timezone()) for moment in moments()}
    subjects = [
        *(reverse("category", args=[slug]) for slug in Category.objects.values_list("slug", flat=True)),
        *(reverse("tag", args=[slug]) for slug in Tag.objects.values_list("slug", flat=True)),
        *(reverse("author", args=[slug]) for slug in Author.objects.values_list("slug", flat=True)),
    ]
    return [
        *("/", "/page/2/", "/archive/", "/tags/", "/authors/", "/corrections/", "/feeds/", "/policy/"),
        *(
            "/feed.xml",
            "/feed.atom?page=2",
            "/feed.json",
            "/corrections/feed.xml",
            "/smartformat.xml",
            "/feeds.opml",
        ),
        *(
            "/sitemap.xml",
            "/news-sitemap.xml",
            "/sitemap-lists.xml",
            "/sitemap-tags.xml",
            "/sitemap-authors.xml",
        ),
        *("/sitemap-categories.xml", "/sitemap-pages.xml", "/robots.txt", "/site.webmanifest"),
        *{f"/sitemap-posts-{day:%Y-%m}.xml" for day in days},
        *{f"/{day:%Y/%m/%d}/" for day in days},
        *{f"/{day:%Y/%m}/" for day in days},
        *{f"/{day:%Y}/" for day in days},
        *subjects,
        *(f"{path}feed.xml" for path in subjects),
        *(post.get_absolute_url() for post in Post.objects.exclude(published_at=None)),
    ]


def moments():
    return Post.objects.exclude(published_at=None).values_list("published_at", flat=True)


def differing(kept, fresh) -> list[tuple[str, str]]:
    lines = zip_longest(kept.text.splitlines(), fresh.text.splitlines())
    return [] if kept.text == fresh.text else [pair for pair in lines if pair[0] != pair[1]][:3]


@pytest.mark.parametrize("seed", SEEDS)
def test_after_any_edit_pages_are_what_a_site_without_a_cache_would_make(
    site, another_site, media_root, both_clocks, seed, caplog
):
    caplog.set_level("ERROR", "django.request")  # pages come and go
    newsroom = Newsroom(seed, both_clocks)
    known = dict.fromkeys(addresses())
    done = []
    for _number in range(EDITS):
        looked_at = newsroom.chance.sample(list(known), min(PAGES, len(known)))
        for path in looked_at:
            site.get(path)
            another_site.get(path)
        done.append(newsroom.do_something())
        another_site.cache.follower.catch_up()
        for path in looked_at:
            fresh = site.made_anew(path)
            for kept in (site.get(path), another_site.get(path)):
                assert kept.status == fresh.status, (path, done[-3:])
                assert differing(kept, fresh) == [], (path, done[-3:])
        known |= dict.fromkeys(addresses())
    assert len(site.asked) < 1.8 * EDITS * PAGES, "something was kept"
