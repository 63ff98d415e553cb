"""The gate in the database (`public()`) and in memory (`is_public`) are one rule, down to the microsecond."""

import datetime
import itertools

import pytest
from django.db.models import Max
from django.utils import timezone

from blog.models import Author, Category, Post, Tag
from blog.querysets import public_filter
from blog.templatetags.stencils import card
from tests.factories import (
    make_author,
    make_category,
    make_draft,
    make_expired,
    make_image,
    make_post,
    make_scheduled,
    make_tag,
    make_withdrawn,
    tokyo,
)

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 3, 31, 15, 0, tzinfo=datetime.UTC)  # midnight in Tokyo
INSTANT = datetime.timedelta(microseconds=1)
MOMENTS = [
    None,
    NOW - datetime.timedelta(days=400),
    NOW - datetime.timedelta(milliseconds=500),
    NOW - INSTANT,
    NOW,
    NOW + INSTANT,
    NOW + datetime.timedelta(milliseconds=500),
    NOW + datetime.timedelta(days=400),
]


@pytest.fixture
def clock(monkeypatch):
    """Sets the time for both sides of the rule."""

    def set_to(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment)

    set_to(NOW)
    return set_to


def allowed(status, published_at, expires_at):
    """Whether the table's constraints let such a row be stored."""
    if status in {"published", "withdrawn"} and published_at is None:
        return False
    return published_at is None or expires_at is None or expires_at > published_at


@pytest.fixture
def every_combination():
    rows = [
        Post(
            title="記事",
            slug=f"p{number}",
            status=status,
            published_at=published_at,
            expires_at=expires_at,
            featured=any_flag,
            noindex=any_flag,
            in_sitemap=not any_flag,
        )
        for number, (status, published_at, expires_at, any_flag) in enumerate(
            itertools.product(Post.Status.values, MOMENTS, MOMENTS, [False, True])
        )
        if allowed(status, published_at, expires_at)
    ]
    Post.objects.bulk_create(rows)
    return Post.objects.all()


@pytest.mark.parametrize("now", [moment for moment in MOMENTS if moment])
def test_public_and_is_public_agree_on_every_combination_at_every_boundary(every_combination, clock, now):
    clock(now)
    in_database = set(Post.objects.public().values_list("pk", flat=True))
    assert in_database == {post.pk for post in every_combination if post.is_public}
    assert in_database == {post.pk for post in every_combination if post.is_public_at(now)}
    assert in_database == set(Post.objects.public(now).values_list("pk", flat=True))
    assert 0 < len(in_database) < len(every_combination)


def test_both_sides_agree_with_the_rule_as_it_is_written_down(every_combination, clock):
    for post in every_combination:
        due = post.published_at is not None and post.published_at <= NOW
        expired = post.expires_at is not None and post.expires_at <= NOW
        assert post.is_public == (post.status == "published" and due and not expired)


def test_scheduled_and_is_scheduled_agree(every_combination, clock):
    scheduled = set(Post.objects.scheduled().values_list("pk", flat=True))
    assert scheduled == {post.pk for post in every_combination if post.is_scheduled}
    assert scheduled.isdisjoint(Post.objects.public().values_list("pk", flat=True))


def test_no_post_is_both_public_and_gone(every_combination, clock):
    for post in every_combination:
        assert not (post.is_public and post.is_gone)
        due = post.published_at is not None and post.published_at <= NOW
        assert post.is_gone == (due and post.status in {"published", "withdrawn"} and not post.is_public)


@pytest.mark.parametrize(
    ("moment", "visible"),
    [
        (tokyo(2026, 4, 1, 9, 29, 59), False),
        (tokyo(2026, 4, 1, 9, 30) - INSTANT, False),
        (tokyo(2026, 4, 1, 9, 30), True),
        (tokyo(2026, 4, 1, 9, 30) + INSTANT, True),
        (tokyo(2026, 4, 30, 18, 0) - INSTANT, True),
        (tokyo(2026, 4, 30, 18, 0), False),
    ],
)
def test_a_scheduled_post_appears_at_its_minute_and_goes_at_its_hour_by_itself(clock, moment, visible):
    post = make_post(published_at=tokyo(2026, 4, 1, 9, 30), expires_at=tokyo(2026, 4, 30, 18, 0))
    clock(moment)
    assert Post.objects.public().exists() is visible
    assert post.is_public is visible


def test_the_rule_does_not_depend_on_the_zone_in_which_a_moment_is_written(clock):
    make_post(published_at=NOW.astimezone(datetime.timezone(datetime.timedelta(hours=-8))))
    assert Post.objects.public(NOW.astimezone(datetime.timezone(datetime.timedelta(hours=14)))).exists()
    assert not Post.objects.public(NOW - INSTANT).exists()


def test_public_narrows_any_query_set_and_keeps_what_it_had():
    tech, market = make_category("技術"), make_category("市場")
    wanted = make_post(category=tech)
    make_post(category=market), make_draft(category=tech), make_scheduled(category=tech)
    assert list(tech.posts.public()) == [wanted]
    assert list(Post.objects.public().filter(category=tech)) == [wanted]


# Counts


def everything_hidden(**fields):
    for make in (make_draft, make_scheduled, make_withdrawn, make_expired):
        make(**fields)
    make_post(status=Post.Status.IN_REVIEW, **fields)


@pytest.mark.parametrize("model", [Category, Author, Tag], ids=lambda model: model.__name__)
def test_counts_are_of_public_posts_only_and_each_post_counts_once(model):
    fields = {"category": "AI", "author": "AI", "tags": ["AI", "投資"]}
    make_post(**fields), make_post(**fields)
    everything_hidden(**fields)
    assert model.objects.with_public_counts().get(name="AI").public_posts == 2


def test_a_name_whose_posts_are_all_hidden_is_not_in_use():
    everything_hidden(category="技術", author="山", tags=["AI"])
    make_category("空"), make_author("空"), make_tag("空")
    for model in (Category, Author, Tag):
        assert not model.objects.in_use().exists()
        assert set(model.objects.with_public_counts().values_list("public_posts", flat=True)) == {0}


def test_the_filter_can_be_used_from_another_table_beside_other_aggregates():
    make_post(category="技術", published_at=tokyo(2025, 10, 21)), everything_hidden(category="技術")
    latest = Max("posts__published_at", filter=public_filter("posts__"))
    row = Category.objects.in_use().annotate(latest=latest).get()
    assert (row.public_posts, row.latest) == (1, tokyo(2025, 10, 21))


# Order, days, sitemap


def test_newest_first_and_the_later_row_first_at_one_moment():
    old = make_post(published_at=tokyo(2025, 1, 1))
    first, second = make_post(published_at=tokyo(2026, 1, 1)), make_post(published_at=tokyo(2026, 1, 1))
    assert list(Post.objects.newest_first()) == [second, first, old]


def test_between_takes_the_start_and_leaves_the_end():
    start, end = tokyo(2026, 1, 1), tokyo(2026, 1, 2)
    inside = [make_post(published_at=start), make_post(published_at=end - INSTANT)]
    make_post(published_at=start - INSTANT), make_post(published_at=end)
    assert list(Post.objects.between(start, end).order_by("published_at")) == inside


def test_the_sitemap_leaves_out_what_search_engines_must_not_list():
    listed = make_post()
    make_post(noindex=True), make_post(in_sitemap=False), make_post(noindex=True, in_sitemap=False)
    make_post(canonical_url="https://other.example/first-published-here/")
    assert list(Post.objects.in_sitemap()) == [listed]


def test_card_data_is_one_query_for_all_that_a_card_shows(django_assert_num_queries, media_root):
    make_post(category="技術", cover=make_image(rendition_widths=[320])), make_post(category="市場")
    with django_assert_num_queries(1):
        posts = list(Post.objects.with_card_data().newest_first())
        cards = [card({}, post, "card") for post in posts]
    assert [post.category.name in shown for post, shown in zip(posts, cards, strict=True)] == [True, True]
    assert ["<img" in shown for shown in cards] == ["320w" in shown for shown in cards] == [False, True]
    assert {"body", "body_html", "canonical_url"} <= posts[0].get_deferred_fields()


def test_rows_of_the_newsroom_are_one_query_without_the_text(django_assert_num_queries, media_root):
    make_post(category="技術", author="山", cover=make_image()), make_post(category="市場", author="川")
    with django_assert_num_queries(1):
        rows = [
            (post.category.name, post.author.name, post.cover and post.cover.alt, post.guid)
            for post in Post.objects.without_text().newest_first()
        ]
    assert [row[:3] for row in rows] == [("市場", "川", None), ("技術", "山", "青い図")]
    assert {"body", "body_html"} <= Post.objects.without_text().first().get_deferred_fields()
