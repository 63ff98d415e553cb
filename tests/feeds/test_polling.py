import email.utils

import pytest

from blog.models import Post
from tests.factories import hours_ago, make_draft, make_post, make_scheduled, tokyo
from tests.feeds.rules import EVERY_FEED

pytestmark = pytest.mark.django_db


def conditional(client, path, etag):
    return client.get(path, HTTP_IF_NONE_MATCH=etag)


@pytest.mark.parametrize("path", EVERY_FEED)
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
    "it is withdrawn": lambda post: post.withdraw(),
    "it is deleted": lambda post: post.delete(),
    "it is changed past save()": lambda post: Post.objects.filter(pk=post.pk).update(title="別の見出し"),
    "it expires": lambda post: Post.objects.filter(pk=post.pk).update(expires_at=hours_ago(0)),
    "it gets a tag": lambda post: post.tags.add("投資"),
    "it loses a tag": lambda post: post.tags.remove("政策"),
    "its category is renamed": lambda post: edit(post.category, name="新分類"),
    "its author is renamed": lambda post: edit(post.author, name="新執筆者"),
}


@pytest.mark.parametrize("path", EVERY_FEED)
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
    assert not response.has_header("Last-Modified")  # a cache on the way would believe it


def test_a_change_elsewhere_does_not_stir_the_feed(client, subjects):
    post = make_post(**subjects)
    etags = {path: client.get(path)["ETag"] for path in EVERY_FEED[1:]}
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


@pytest.mark.parametrize("path", EVERY_FEED)
def test_head_says_what_get_says_without_the_body(client, subjects, path):
    make_post(**subjects)
    get, head = client.get(path), client.head(path)
    assert head.status_code == 200
    assert head.content == b""
    for name in ("ETag", "Content-Type", "Content-Length"):
        assert head[name] == get[name]
    assert client.head(path, HTTP_IF_NONE_MATCH=get["ETag"]).status_code == 304


@pytest.mark.parametrize("path", EVERY_FEED)
def test_only_reading_is_allowed(client, subjects, path):
    make_post(**subjects)
    assert client.post(path).status_code == 405


@pytest.mark.parametrize("path", EVERY_FEED)
def test_a_feed_sets_no_cookie_and_differs_for_nobody(client, admin_client, subjects, path):
    make_post(**subjects)
    response = client.get(path)
    assert not response.cookies
    assert response["Vary"] == "Accept-Encoding"
    assert admin_client.get(path).content == response.content
