"""Purges of others, the clock, and a database that is away."""

import threading
import time
from dataclasses import replace

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from blog.importer import import_site
from blog.models import Correction, Page, Post, Purge
from blog.pagecache import following, making
from blog.pagecache.purging import purge
from blog.pagecache.snapshots import Snapshot
from tests.factories import hours_ago, make_category, make_page, make_post, tokyo, withdraw
from tests.jekyll_site import write_article
from tests.outage import database_away
from tests.pagecache.conftest import make_site

PATH = "/2025/10/21/budget/"


@pytest.fixture
def post(site):
    return make_post("予算案が可決", slug="budget", published_at=tokyo(2025, 10, 21, 9))


def test_the_process_that_made_a_change_shows_it_at_once(site, post):
    site.get(PATH)
    post.title = "予算案が否決"
    post.save()
    assert "予算案が否決" in site.get(PATH).text


def test_another_process_shows_it_with_its_next_look(site, another_site, post):
    another_site.get(PATH)
    post.title = "予算案が否決"
    post.save()
    another_site.cache.follower.catch_up()
    assert "予算案が否決" in another_site.get(PATH).text


def test_a_change_elsewhere_leaves_a_page_alone(site, post):
    make_post(published_at=tokyo(2025, 10, 22, 9), category="市場")
    make_post(category="市場")
    other = make_post(category="市場")
    site.get(PATH)
    other.body = "書き直し"
    other.save()
    assert site.get(PATH).cache == "allforces; hit"
    assert site.asked == [PATH]


def test_a_page_that_was_being_made_during_a_purge_is_not_kept(site, post):
    ask_django = site.cache.maker.django

    def slow(environ, start_response):
        chunks = ask_django(environ, start_response)
        if not Purge.objects.filter(keys="posts").exists():
            purge({f"p{post.pk}"})
        return chunks

    site.cache.maker.django = slow
    answer = site.get(PATH)
    assert (answer.cache, answer.headers["Cache-Control"]) == ("allforces; fwd=uri-miss", "no-cache")
    site.cache.maker.django = ask_django
    assert site.get(PATH).cache == "allforces; fwd=uri-miss; stored"


def test_one_look_costs_one_query_if_there_is_nothing_new(site, post, django_assert_num_queries):
    site.cache.follower.catch_up()
    with django_assert_num_queries(1):
        site.cache.follower.catch_up()


@pytest.mark.parametrize(
    "path", ["/", "/category/own/", "/feed.xml", "/sitemap.xml", "/2025/10/21/companion/"]
)
def test_a_scheduled_post_appears_at_its_minute_with_nothing_running(site, post, both_clocks, path):
    category = make_category("自分", slug="own")
    make_post("隣の記事", slug="companion", published_at=tokyo(2025, 10, 21, 10), category=category)
    make_post("明日の見出し", category=category, published_at=hours_ago(-1), slug="coming")
    before = site.get(path).text
    both_clocks(minutes=59)
    assert site.get(path).cache == "allforces; hit"
    both_clocks(minutes=2)
    assert site.get(path).text != before


def test_an_expired_post_vanishes_at_its_minute(site, post, both_clocks):
    post.expires_at = timezone.now() + timezone.timedelta(hours=1)
    post.save()
    assert site.get(PATH).status == 200
    assert "予算案が可決" in site.get("/").text
    both_clocks(hours=1)
    assert site.get(PATH).status == 410
    assert "予算案が可決" not in site.get("/").text


def test_numbers_that_were_mended_are_shown_at_once(site, post):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE blog_tally SET count = count + 40")
    wrong = site.get("/archive/").text
    call_command("recount", verbosity=0)
    assert site.get("/archive/").text == site.made_anew("/archive/").text != wrong
    asked = len(site.asked)
    call_command("recount", verbosity=0)
    site.get("/archive/")
    assert len(site.asked) == asked


@pytest.mark.parametrize(
    "path", ["/corrections/", "/corrections/feed.xml", "/sitemap-lists.xml", PATH, "/feed.xml", "/feed.json"]
)
def test_a_correction_dated_by_a_clock_that_is_ahead_appears_at_its_moment(site, post, both_clocks, path):
    ahead = timezone.now() + timezone.timedelta(seconds=5)
    Correction.objects.create(post=post, text="社名を直しました。", published_at=ahead)
    before = site.get(path).text
    assert "社名を直しました" not in before
    both_clocks(seconds=6)
    assert site.get(path).text == site.made_anew(path).text != before


def test_a_boundary_purges_the_pages_of_its_post_and_leaves_others(site, post, both_clocks):
    make_post(published_at=tokyo(2025, 10, 20, 9), category="市場")
    make_post(published_at=tokyo(2025, 10, 22, 9), category="市場")
    make_post(published_at=hours_ago(1), category="市場")
    make_post(published_at=hours_ago(-1), category="市場")
    site.get(PATH), site.get("/")
    both_clocks(hours=2)
    assert site.get("/").cache == "allforces; fwd=uri-miss; stored"
    assert site.get(PATH).cache == "allforces; hit"


def test_a_post_that_is_no_longer_scheduled_moves_no_boundary(site, both_clocks):
    scheduled = make_post(published_at=hours_ago(-1))
    site.get("/")
    assert site.cache.memory.next_boundary == scheduled.published_at.timestamp()
    withdraw(scheduled)
    assert site.cache.memory.next_boundary == float("inf")


def test_a_boundary_that_is_due_outlives_a_purge_that_comes_first(site, both_clocks):
    make_post("予定の見出し", published_at=hours_ago(-1))
    site.get("/")
    both_clocks(minutes=61)
    make_post(published_at=hours_ago(-5))  # told before the next reader comes
    assert "予定の見出し" in site.get("/").text


def test_a_page_made_after_a_boundary_is_not_purged_by_it_again(site, both_clocks):
    make_post("予定の見出し", published_at=hours_ago(-1))
    both_clocks(minutes=61)
    site.get("/")
    make_post(published_at=hours_ago(-5))
    assert site.get("/").cache == "allforces; hit"


def test_more_boundaries_than_are_known_ahead_are_passed_too(site, both_clocks, monkeypatch):
    monkeypatch.setattr(following, "BOUNDARIES", 2)
    posts = []
    for number in range(4):
        fields = {"category": f"分類{number}", "author": f"記者{number}"}
        for hours in (0, 24, 48, 96, 120):
            make_post(published_at=hours_ago(400 * number + hours + 20), **fields)
        published, expires = hours_ago(400 * number + 92), hours_ago(-1)
        posts.append(make_post(published_at=published, expires_at=expires, **fields))
    assert {site.get(post.get_absolute_url()).status for post in posts} == {200}
    both_clocks(minutes=61)
    assert [site.get(post.get_absolute_url()).status for post in posts] == [410] * 4


def test_a_new_process_knows_of_every_moment_that_has_passed_however_many(
    site, post, both_clocks, monkeypatch
):
    monkeypatch.setattr(following, "BOUNDARIES", 2)
    for hours in range(10, 15):
        make_post(published_at=hours_ago(hours))
    for minutes in (1, 1, 1, 60):
        make_post(published_at=hours_ago(-minutes / 60))
    both_clocks(minutes=2)
    site.get("/")
    (entry,) = site.cache.memory.entries.values()
    both_clocks(hours=2)
    late = make_site()
    late.cache.follower.catch_up()
    assert not late.cache.memory.is_current(entry)


def test_many_scheduled_posts_cost_no_more_queries_than_a_few(site, post):
    def cost() -> int:
        for hours in range(1, 4):
            make_post(
                published_at=hours_ago(-hours),
                expires_at=hours_ago(-9),
                tags=["生成AI"],
                category=post.category,
            )
        with CaptureQueriesContext(connection) as asked:
            purge({"schedule"})
        return len(asked)

    for hours in range(10, 15):
        make_post(published_at=hours_ago(hours), category=post.category)
    assert cost() == cost() < 20


def test_a_change_of_nothing_scheduled_does_not_look_ahead(site, post, django_assert_num_queries):
    make_post(published_at=hours_ago(-1), category=post.category)
    site.get(PATH)
    with django_assert_num_queries(2):
        purge({f"p{post.pk}", "texts"})  # writes a row and reads it


def test_a_look_ahead_that_failed_is_made_again(site, post, both_clocks, monkeypatch):
    site.get("/")
    look = following.read_purges

    def look_during_an_older_transaction(lowest):  # of PostgreSQL: every look finds the purges since
        snapshot, purges = look(0)
        return Snapshot(1, snapshot.next + 1, frozenset({1})), [row for row in purges if row[1] > 1]

    monkeypatch.setattr(following, "read_purges", look_during_an_older_transaction)
    site.cache.follower.catch_up()
    with monkeypatch.context() as patch:
        patch.setattr(following, "boundaries", away)
        make_post("予定の記事", published_at=hours_ago(-1), category=post.category)
    site.cache.follower.catch_up()
    assert "予定の記事" not in site.get("/").text
    both_clocks(minutes=61)
    assert "予定の記事" in site.get("/").text


@pytest.mark.parametrize("way", ["deleted", "expired"])
def test_a_category_that_loses_many_posts_at_once_leaves_the_navigation(site, both_clocks, way):
    make_page("編集方針", slug="policy")
    category = make_category("市場", slug="market")
    expires = hours_ago(-1) if way == "expired" else None
    for number in range(1, 6):
        make_post(category=category, published_at=hours_ago(number), expires_at=expires)
    assert "/category/market/" in site.get("/policy/").text
    if way == "deleted":
        Post.objects.filter(category=category).delete()
    both_clocks(minutes=61)
    assert "/category/market/" not in site.get("/policy/").text


def test_an_older_copy_of_the_database_empties_the_memory(site, post):
    purge({"something"}), purge({"something"})
    site.get(PATH)
    Purge.objects.all().delete()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = 'blog_purge'")
    if connection.vendor == "postgresql":
        seen = site.cache.memory.snapshot
        site.cache.memory.snapshot = replace(seen, next=seen.next + 10_000)
    site.cache.follower.catch_up()
    assert not site.cache.memory.entries
    assert site.get(PATH).cache == "allforces; fwd=uri-miss; stored"


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has one writer at a time")
def test_a_purge_with_a_lower_number_that_is_committed_later_is_seen(site, post):
    began, may_end = threading.Event(), threading.Event()

    def long_transaction():
        with transaction.atomic():
            purge({"early"})
            began.set()
            may_end.wait(10)
        connections.close_all()

    thread = threading.Thread(target=long_transaction)
    thread.start()
    began.wait(10)
    purge({"late"})
    follower = site.cache.follower
    follower.catch_up()
    assert "late" in site.cache.memory._purged
    assert "early" not in site.cache.memory._purged
    may_end.set()
    thread.join()
    follower.catch_up()
    assert "early" in site.cache.memory._purged
    count = site.cache.memory.purges
    follower.catch_up()
    assert site.cache.memory.purges == count


def away(*args):
    raise DatabaseError("the database is away")


def test_readers_go_on_reading_while_the_database_is_away(site, post, monkeypatch):
    fresh = site.get(PATH)
    monkeypatch.setattr(following, "read_purges", away)
    site.cache.follower.is_running = True
    site.cache.follower.looked_at = time.monotonic() - 60
    answer = site.get(PATH)
    assert answer.body == fresh.body
    assert answer.cache == "allforces; hit; detail=database-away"
    assert answer.headers["Cache-Control"] == "no-cache"


def test_a_page_that_is_stale_and_cannot_be_made_is_sent_as_the_last_good_copy(site, post):
    old = site.get(PATH)
    purge({f"p{post.pk}"})
    site.cache.maker.django = lambda environ, start_response: start_response("500 Oh", []) or [b"oh"]
    answer = site.get(PATH)
    assert answer.body == old.body
    assert answer.cache == "allforces; hit; detail=error"
    assert site.get("/2025/10/21/").status == 500


def test_what_was_withdrawn_is_not_even_a_good_copy(site, post):
    site.get(PATH), site.get("/")
    withdraw(post)
    site.cache.maker.django = lambda environ, start_response: start_response("500 Oh", []) or [b"oh"]
    assert site.get(PATH).status == 500
    assert site.get("/").status == 500


def update_its_status(post, folder):
    Post.objects.filter(pk=post.pk).update(status="withdrawn")


def import_it_unpublished(post, folder):
    write_article(folder, "2025-10-20-imported.md", date="2025-10-20 09:00:00 +0900", published=False)
    import_site(folder)


def unpublish_a_page(post, folder):
    page = Page.objects.get()
    page.is_published = False
    page.save()


def delete_a_page(post, folder):
    Page.objects.get().delete()


@pytest.mark.parametrize(
    ("withdrawal", "path"),
    [
        (update_its_status, PATH),
        (import_it_unpublished, "/2025/10/20/imported/"),
        (unpublish_a_page, "/policy/"),
        (delete_a_page, "/policy/"),
    ],
)
def test_whatever_withdraws_something_leaves_no_good_copy_of_it(site, post, tmp_path, withdrawal, path):
    make_page(slug="policy")
    import_site(write_article(tmp_path, "2025-10-20-imported.md", date="2025-10-20 09:00:00 +0900"))
    assert site.get(path).status == 200
    withdrawal(post, tmp_path)
    with database_away():
        assert site.get(path).status == 503


@pytest.mark.parametrize("edit", [import_it_unpublished, unpublish_a_page, delete_a_page])
def test_an_import_and_an_edited_page_leave_the_good_copies_of_others(site, post, tmp_path, edit):
    make_page(slug="policy")
    import_site(write_article(tmp_path, "2025-10-20-imported.md", date="2025-10-20 09:00:00 +0900"))
    old = site.get("/tags/")
    edit(post, tmp_path)
    with database_away():
        answer = site.get("/tags/")
    assert (answer.body, answer.cache) == (old.body, "allforces; hit; detail=error")


def test_a_purge_that_its_own_process_cannot_read_does_not_fail_the_save(site, post, monkeypatch, caplog):
    monkeypatch.setattr(following, "read_purges", away)
    post.title = "予算案が否決"
    post.save()
    assert "did not see a purge" in caplog.text


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="threads share no SQLite in memory")
def test_the_thread_looks_by_itself(site, another_site, post):
    another_site.cache._is_to_follow = True
    another_site.get(PATH)
    post.title = "予算案が否決"
    post.save()
    ends = time.monotonic() + 5
    while "予算案が否決" not in another_site.get(PATH).text and time.monotonic() < ends:
        time.sleep(0.05)
    another_site.cache.follower.stop()
    assert "予算案が否決" in another_site.get(PATH).text


def test_readers_do_not_wait_for_a_database_that_does_not_answer(site, post, both_clocks, monkeypatch):
    make_post("予定の見出し", published_at=hours_ago(-1))
    site.get(PATH)
    asked, answers = threading.Event(), threading.Event()
    read = following.read_purges

    def hangs(lowest):
        asked.set()
        answers.wait(10)
        return read(lowest)

    monkeypatch.setattr(following, "read_purges", hangs)
    look = threading.Thread(target=lambda: (site.cache.follower.catch_up(), connection.close()))
    look.start()
    try:
        assert asked.wait(5)
        both_clocks(hours=2)
        site.cache.memory.entries["http://news.example.jp" + PATH].ends_at += 10_000
        found = []
        reader = threading.Thread(target=lambda: found.append(site.cache.follower.pass_boundaries()))
        reader.start()
        reader.join(5)
        assert found == [None]
        assert site.cache.memory.next_boundary > time.time()
    finally:
        answers.set()
        look.join()


@pytest.mark.parametrize("error", [DatabaseError("away"), ValueError("a fault of ours")])
def test_the_thread_that_follows_survives_every_error(site, another_site, post, monkeypatch, error):
    monkeypatch.setattr(following, "SECONDS_BETWEEN_LOOKS", 0.05)
    another_site.get(PATH)
    follower = another_site.cache.follower
    read, failed = following.read_purges, threading.Event()

    def fails(lowest):
        failed.set()
        raise error

    monkeypatch.setattr(following, "read_purges", fails)
    follower.start()
    try:
        assert failed.wait(5)
        monkeypatch.setattr(following, "read_purges", read)
        post.title = "予算案が否決"
        post.save()
        ends = time.monotonic() + 5
        while "予算案が否決" not in another_site.get(PATH).text and time.monotonic() < ends:
            time.sleep(0.05)
        assert "予算案が否決" in another_site.get(PATH).text
    finally:
        follower.stop()


def test_a_change_is_saved_though_the_page_cache_has_a_fault(site, post, monkeypatch, caplog):
    def fails(lowest):
        raise ValueError("a fault of ours")

    monkeypatch.setattr(following, "read_purges", fails)
    post.title = "予算案が否決"
    post.save()
    assert Post.objects.get().title == "予算案が否決"
    assert "did not see a purge of its own process" in caplog.text


def test_a_look_for_a_page_of_another_process_leaves_no_connection_open(site, post, monkeypatch):
    closed = []
    monkeypatch.setattr(making, "close_old_connections", lambda: closed.append(True))
    site.cache.maker._catch_up()
    assert closed
