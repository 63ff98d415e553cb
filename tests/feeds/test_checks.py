import json

import pytest
from django.utils import translation

from blog.feeds.channels import CategoryChannel, Channel
from blog.feeds.checks import LARGEST, check_channel, problems_of
from blog.feeds.directory import channel_for
from blog.feeds.formats import FORMATS
from blog.feeds.models import FeedCheck
from blog.models import Post
from blog.outbox.work import Worker
from blog.push.handlers import HANDLERS
from tests.factories import make_category, make_post, withdraw

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def problems(channel=None):
    return {check.extension: check.problems for check in check_channel(channel or Channel())}


def test_a_good_feed_has_no_problems_in_any_format():
    post = make_post()
    found = check_channel(Channel())
    assert [check.extension for check in found] == list(FORMATS)
    for check in found:
        assert (check.problems, check.entries, check.newest_at) == ([], 1, post.published_at)
        assert check.size > 500


def test_an_empty_feed_is_a_problem():
    make_category("技術", slug="tech")
    assert problems(CategoryChannel("tech")) == {name: ["It has no articles."] for name in FORMATS}


def test_an_article_without_text_is_named():
    Post.objects.filter(pk=make_post("空の記事").pk).update(body_html="")
    assert problems()["atom"] == ["An article has no text: 空の記事"]


def test_a_feed_over_a_megabyte_is_a_problem():
    Post.objects.filter(pk=make_post().pk).update(body_html=f"<p>{'長' * (LARGEST // 3)}</p>")
    assert problems()["xml"] == ["Larger than 1 MB."]


RSS = "<rss><channel><title>T</title>{}</channel></rss>"
ITEM = (
    "<item><title>{}</title><link>{}</link><guid>{}</guid>"
    '<c:encoded xmlns:c="http://purl.org/rss/1.0/modules/content/">x</c:encoded></item>'
)


@pytest.mark.parametrize(
    ("form", "document", "problem"),
    [
        ("xml", "<rss><channel>", "It cannot be read"),
        ("atom", "<feed>\x01</feed>", "It cannot be read"),
        ("json", '{"items": [', "It cannot be read"),
        ("xml", RSS.format(ITEM.format("a", "/relative/", "1")), "A link is not absolute: a"),
        ("xml", RSS.format(ITEM.format("", "https://a/", "1")), "An article has no title: https://a/"),
        ("xml", RSS.format(ITEM.format("a", "https://a/", "1") * 2), "Two articles have the same id: 1"),
        ("json", json.dumps({"title": "", "items": []}), "The feed has no title."),
    ],
)
def test_what_would_trouble_a_subscriber_is_found(form, document, problem):
    _entries, found = problems_of(document.encode(), FORMATS[form])
    assert any(text.startswith(problem) for text in found)


def test_each_publication_has_its_feeds_looked_at(subjects):
    make_post(**subjects)
    while Worker(HANDLERS).work_one():
        pass
    keys = set(FeedCheck.objects.values_list("key", flat=True))
    assert keys == {"site", "corrections", "category/tech", "tag/ai", "author/yama"}
    assert FeedCheck.objects.count() == 15


def test_a_new_look_takes_the_place_of_the_last_one():
    post = make_post()
    check_channel(Channel())
    withdraw(post)
    check_channel(Channel())
    assert FeedCheck.objects.count() == 3
    assert set(FeedCheck.objects.values_list("entries", flat=True)) == {0}


def test_the_checks_of_a_feed_that_is_gone_go_too(subjects):
    post = make_post(**subjects)
    while Worker(HANDLERS).work_one():
        pass
    withdraw(post)
    while Worker(HANDLERS).work_one():
        pass
    keys = set(FeedCheck.objects.values_list("key", flat=True))
    assert keys == {"site", "corrections", "category/tech"}


@pytest.mark.parametrize("key", ["", "tag", "tag/", "planet/x", "site/x"])
def test_there_is_no_channel_for_a_key_that_is_none(key):
    with pytest.raises(ValueError, match="no feed"):
        channel_for(key)


def test_a_check_of_an_address_that_was_left_is_forgotten(admin_client):
    category = make_category("技術", slug="tech")
    make_post(category=category)
    check_channel(CategoryChannel("tech"))
    category.slug = "technology"
    category.save()
    admin_client.post("/admin/blog/feedstate/check/")
    while Worker(HANDLERS).work_one():
        pass
    keys = set(FeedCheck.objects.values_list("key", flat=True))
    assert "category/technology" in keys and "category/tech" not in keys
