import datetime
import email.utils

import pytest
from django.utils import timezone

from blog.models import Post
from tests.factories import hours_ago, make_draft, make_post, make_scheduled, tokyo, withdraw
from tests.feeds.validity import EVERY_ADDRESS

pytestmark = pytest.mark.django_db


def conditional(client, path, etag):
    return client.get(path, HTTP_IF_NONE_MATCH=etag)


@pytest.mark.parametrize("path", EVERY_ADDRESS)
def test_a_poll_when_nothing_changed_is_a_304_without_a_body(client, subjects, path):
    make_post(**subjects)
    first = client.get(path)
    for given in (first["ETag"], f"W/{first['ETag']}", f'"other", {first["ETag"]}', "*"):
        again = conditional(client, path, given)
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])


def edit(post, **fields):
    for name, value in fields.items():
        setattr(post, name, value)
    post.save()


CHANGES = {
    "a post is published": lambda post: make_post(category=post.category, author=post.author, tags=["AI"]),
    "its text is corrected": lambda post: edit(post, body="訂正した本文。"),
    "its address changes": lambda post: edit(post, slug="renamed"),
    "it is withdrawn": lambda post: withdraw(post),
    "it is deleted": lambda post: post.delete(),
    "it is changed past save()": lambda post: Post.objects.filter(pk=post.pk).update(title="別の見出し"),
    "it expires": lambda post: Post.objects.filter(pk=post.pk).update(expires_at=hours_ago(0)),
    "it gets a tag": lambda post: post.tags.add("投資"),
    "it loses a tag": lambda post: post.tags.remove("政策"),
    "its category is renamed": lambda post: edit(post.category, name="新分類"),
    "its author is renamed": lambda post: edit(post.author, name="新執筆者"),
}


@pytest.mark.parametrize("path", EVERY_ADDRESS)
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_no_change_is_ever_hidden_behind_a_304(client, subjects, path, change):
    make_post(**subjects)
    post = make_post(**subjects)
    post.tags.add("政策")
    first = client.get(path)
    change(post)
    later = email.utils.format_datetime(hours_ago(-1), usegmt=True)
    response = client.get(path, HTTP_IF_NONE_MATCH=first["ETag"], HTTP_IF_MODIFIED_SINCE=later)
    assert response.status_code == 200
    assert response["ETag"] != first["ETag"]
    assert client.get(path, HTTP_IF_MODIFIED_SINCE=later).status_code == 200


def test_a_change_elsewhere_does_not_stir_the_feed(client, subjects):
    post = make_post(**subjects)
    etags = {path: client.get(path)["ETag"] for path in EVERY_ADDRESS[3:]}
    make_post(category="市場", author="川", tags=["投資"]), make_draft(**subjects), make_scheduled(**subjects)
    post.featured = True
    post.save()
    for path, etag in etags.items():
        assert conditional(client, path, etag).status_code == 304


def test_the_same_feed_has_the_same_bytes_at_any_time(client, monkeypatch):
    make_post(published_at=tokyo(2025, 10, 21))
    first = client.get("/feed.xml").content
    monkeypatch.setattr("django.utils.timezone.now", lambda: tokyo(2030, 1, 1))
    assert client.get("/feed.xml").content == first


@pytest.mark.parametrize(
    "given", ["", "nonsense", '"', 'W/"', '"a" "b"', "\\", '"' + "a" * 5000 + '"', "規制"]
)
def test_a_hostile_if_none_match_is_ignored(client, given):
    make_post()
    assert conditional(client, "/feed.xml", given).status_code == 200


@pytest.mark.parametrize("path", EVERY_ADDRESS)
def test_a_304_costs_one_query(client, subjects, path, django_assert_num_queries):
    make_post(**subjects)
    etag = client.get(path)["ETag"]
    with django_assert_num_queries(1):
        assert conditional(client, path, etag).status_code == 304


def test_an_edit_that_readers_cannot_see_does_not_stir_the_feed(client):
    post = make_post()
    etag = client.get("/feed.xml")["ETag"]
    edit(post, featured=True, noindex=True)
    assert conditional(client, "/feed.xml", etag).status_code == 304


@pytest.mark.parametrize("path", EVERY_ADDRESS)
def test_last_modified_is_when_the_feed_was_first_seen_as_it_is(client, subjects, clock, path):
    post = make_post(**subjects)
    assert not client.get(path).has_header("Last-Modified")  # the second is not over
    clock(minutes=10)
    since = client.get(path)["Last-Modified"]
    assert client.get(path, HTTP_IF_MODIFIED_SINCE=since).status_code == 304
    make_post(**subjects).delete()
    assert client.get(path, HTTP_IF_MODIFIED_SINCE=since).status_code == 304
    Post.objects.filter(pk=post.pk).update(title="別の見出し")
    assert client.get(path, HTTP_IF_MODIFIED_SINCE=since).status_code == 200
    clock(minutes=10)
    later = client.get(path)["Last-Modified"]
    assert email.utils.parsedate_to_datetime(later) > email.utils.parsedate_to_datetime(since)


@pytest.mark.parametrize("given", ["Wed, 21 Oct 2099 07:28:00 GMT", "yesterday", "", "9" * 400, "規制"])
def test_a_date_that_we_did_not_give_is_not_compared(client, clock, given):
    make_post()
    client.get("/feed.xml")
    clock(minutes=10)
    assert client.get("/feed.xml", HTTP_IF_MODIFIED_SINCE=given).status_code == 200


def test_a_page_is_withdrawn_between_two_polls_and_neither_header_hides_it(client, clock):
    make_post()
    post = make_post()
    client.get("/feed.atom")
    clock(minutes=10)
    first = client.get("/feed.atom")
    withdraw(post)
    asked = {"HTTP_IF_MODIFIED_SINCE": first["Last-Modified"]}
    assert client.get("/feed.atom", **asked).status_code == 200
    assert client.get("/feed.atom", **asked, HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200


def test_an_answer_may_be_kept_until_the_next_post_appears_or_vanishes(client, clock):
    make_post()
    assert client.get("/feed.xml")["Cache-Control"] == "public, max-age=300, s-maxage=60"
    make_post(published_at=timezone.now() + datetime.timedelta(seconds=90))
    assert client.get("/feed.xml")["Cache-Control"] == "public, max-age=90, s-maxage=60"
    make_post(expires_at=timezone.now() + datetime.timedelta(seconds=30))
    assert client.get("/feed.xml")["Cache-Control"] == "public, max-age=30, s-maxage=30"


def test_a_scheduled_post_ends_the_304_at_its_minute(client, clock):
    make_post()
    make_post("予約", published_at=timezone.now() + datetime.timedelta(minutes=5))
    etag = client.get("/feed.json")["ETag"]
    clock(minutes=4)
    assert conditional(client, "/feed.json", etag).status_code == 304
    clock(minutes=2)
    assert conditional(client, "/feed.json", etag).status_code == 200


@pytest.mark.parametrize("path", EVERY_ADDRESS)
def test_head_says_what_get_says_without_the_body(client, subjects, path):
    make_post(**subjects)
    get, head = client.get(path), client.head(path)
    assert head.status_code == 200
    assert head.content == b""
    for name in ("ETag", "Content-Type", "Content-Length"):
        assert head[name] == get[name]
    assert client.head(path, HTTP_IF_NONE_MATCH=get["ETag"]).status_code == 304


@pytest.mark.parametrize("path", EVERY_ADDRESS)
def test_only_reading_is_allowed(client, subjects, path):
    make_post(**subjects)
    assert client.post(path).status_code == 405


@pytest.mark.parametrize("path", EVERY_ADDRESS)
def test_a_feed_sets_no_cookie_and_differs_for_nobody(client, admin_client, subjects, path):
    make_post(**subjects)
    response = client.get(path)
    assert not response.cookies
    assert response["Vary"] == "Sec-Fetch-Dest, Accept-Encoding"
    assert admin_client.get(path).content == response.content
