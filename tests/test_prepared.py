import datetime
import threading

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from blog.models import Post
from blog.prepared import prepared
from tests.factories import make_image, make_post, tokyo

pytestmark = pytest.mark.django_db


def test_the_rows_are_those_of_the_query_set_with_these_values(media_root):
    posts = [make_post(published_at=tokyo(2025, 1, n + 1), cover=make_image()) for n in range(5)]
    calls = []

    @prepared(Post)
    def before(length, *, moment, slug, start):
        calls.append(moment)
        rows = Post.objects.with_card_data().filter(published_at__lt=moment).exclude(slug=slug)
        return rows.newest_first()[start : start + length]

    assert before(2, moment=tokyo(2025, 1, 5), slug=posts[2].slug, start=0) == [posts[3], posts[1]]
    assert before(2, moment=tokyo(2025, 1, 4), slug="", start=1) == [posts[1], posts[0]]
    assert before(1, moment=tokyo(2025, 1, 4), slug="", start=0) == [posts[2]]
    assert len(calls) == 2  # once for each length
    found = before(1, moment=tokyo(2025, 1, 4), slug="", start=0)[0]
    with CaptureQueriesContext(connection) as queries:
        assert (found.category.name, found.cover.pk) == (posts[2].category.name, posts[2].cover_id)
    assert not queries


def test_tuples_dates_and_annotations_come_as_from_django():
    post = make_post(published_at=tokyo(2025, 1, 2))

    @prepared(Post)
    def on(*, day):
        return Post.objects.filter(published_on=day).values_list("pk", "published_on", "published_at")

    day = datetime.date(2025, 1, 2)
    assert on(day=day) == [(post.pk, day, post.published_at)]
    assert on(day=datetime.date(2025, 1, 3)) == []


def test_a_value_that_was_looked_at_is_refused():
    @prepared(Post)
    def wrong(*, pk, title):
        return Post.objects.filter(pk=pk + 1)

    with pytest.raises(TypeError, match="pk, title"):
        wrong(pk=1, title="x")


def test_a_value_is_no_sql():
    @prepared(Post)
    def named(*, title):
        return Post.objects.filter(title=title)

    make_post("'; DROP TABLE blog_post; --")
    assert len(named(title="'; DROP TABLE blog_post; --")) == 1
    assert named(title="' OR 1=1 --") == []


def test_each_query_is_executed_anew():
    @prepared(Post)
    def public(*, now):
        return Post.objects.public(now)

    assert public(now=timezone.now()) == []
    make_post()
    assert len(public(now=timezone.now())) == 1


@pytest.mark.django_db(transaction=True)
def test_another_thread_asks_over_a_connection_of_its_own():
    @prepared(Post)
    def public(*, now):
        return Post.objects.public(now)

    make_post()
    public(now=timezone.now())
    found = []

    def ask():
        try:
            found.extend(public(now=timezone.now()))
        finally:
            connections.close_all()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert len(found) == 1
