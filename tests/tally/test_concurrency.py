"""PostgreSQL: who publishes waits for nobody else who does."""

import threading

import pytest
from django.db import connection, connections, transaction

from blog.corrections.views import Notes
from blog.listing import Listing
from blog.models import Correction, Post
from blog.tally import keeping
from tests.factories import make_draft, publish

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


def in_another_connection(work) -> threading.Thread:
    def run():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '5s'")
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_two_publish_at_once_and_neither_waits_for_the_other():
    first, second = make_draft(tags=["AI"]), make_draft(tags=["AI"])
    with transaction.atomic():
        publish(first)
        other = in_another_connection(lambda: publish(second))
        other.join(timeout=20)
        assert Post.objects.get(pk=second.pk).is_public  # while ours is not committed yet
    assert (Listing().count(), keeping.wrong_numbers()) == (2, 0)


def test_many_at_once_lose_no_number():
    posts = [make_draft(tags=["AI", "投資"]) for _ in range(8)]

    def step(mine):
        for post in mine:
            publish(post)
            Post.objects.filter(pk=post.pk).update(status="withdrawn")
            publish(post)

    threads = [in_another_connection(lambda n=n: step(posts[n::4])) for n in range(4)]
    for thread in threads:
        thread.join(timeout=60)
    assert (Listing().count(), keeping.wrong_numbers(), keeping.wrong_copies()) == (8, 0, 0)


def test_a_tagging_made_while_its_post_is_published_gets_the_new_date():
    draft = make_draft()
    with transaction.atomic():
        publish(draft)
        other = in_another_connection(lambda: draft.tags.add("AI"))
        other.join(timeout=0.5)
    other.join(timeout=20)
    assert (keeping.wrong_copies(), keeping.wrong_numbers()) == (0, 0)


@pytest.mark.parametrize("is_note_first", [True, False])
def test_a_note_and_its_post_saved_at_once_wait_for_each_other_in_one_order(is_note_first):
    post = make_draft()
    note = Correction.objects.create(post=post, text="直しました。")
    saves = [note.save, lambda: publish(Post.objects.get(pk=post.pk))]
    first, second = saves if is_note_first else reversed(saves)
    with transaction.atomic():
        Post.objects.select_for_update().get(
            pk=post.pk
        )  # so that the other begins while this one is not done
        other = in_another_connection(second)
        other.join(timeout=0.5)
        assert other.is_alive()
        first()
    other.join(timeout=20)
    assert Notes().count() == 1
    assert (keeping.wrong_copies(), keeping.wrong_numbers()) == (0, 0)
