"""What is answered from memory, what is not, and how."""

import re
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import quote

import pytest
from django.db import connection
from django.urls import resolve
from django.utils import timezone

from blog.cards.addresses import card_path
from blog.feeds import counting
from blog.pagecache import following, making
from blog.pagecache.purging import purge
from blog.push.cdn import SETTLED
from tests.factories import hours_ago, make_post, make_staff, make_withdrawn, tokyo, withdraw
from tests.pagecache.conftest import make_site


@pytest.fixture
def post(site):
    return make_post("予算案が可決", slug="budget", published_at=tokyo(2025, 10, 21, 9), tags=["生成AI"])


PATH = "/2025/10/21/budget/"


def test_a_page_is_made_once(site, post):
    first, second = site.get(PATH), site.get(PATH)
    assert first.body == second.body
    assert "予算案が可決" in second.text
    assert site.asked == [PATH]
    assert first.cache == "allforces; fwd=uri-miss; stored"
    assert second.cache == "allforces; hit"


@pytest.mark.parametrize(
    ("accepted", "sent"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("BR ; q=0.5", "br"),
        ("*", "br"),
        ("identity", None),
        ("", None),
    ],
)
def test_the_coding_is_one_that_the_reader_accepts(site, post, accepted, sent):
    plain = site.get(PATH)
    answer = site.get(PATH, HTTP_ACCEPT_ENCODING=accepted)
    assert answer.headers.get("Content-Encoding") == sent
    assert answer.headers["Content-Length"] == str(len(answer.body))
    assert answer.decoded == plain.body
    assert answer.headers["Vary"] == "Accept-Encoding"


def test_each_coding_has_an_etag_of_its_own_and_each_is_known_again(site, post):
    answers = [site.get(PATH, HTTP_ACCEPT_ENCODING=coding) for coding in ("br", "gzip", "")]
    tags = [answer.headers["ETag"] for answer in answers]
    assert len(set(tags)) == 3
    for coding, own in zip(("br", "gzip", ""), tags, strict=True):
        for tag in (own, f"W/{own}", f'"another", {own}', "*"):
            answer = site.get(PATH, HTTP_ACCEPT_ENCODING=coding, HTTP_IF_NONE_MATCH=tag)
            assert (answer.status, answer.body) == (304, b"")
            assert "Content-Length" not in answer.headers
            assert answer.headers["ETag"] == own
        # Who has it in another coding may not be able to read that (a cache in front, for its own readers).
        for tag in (*({*tags} - {own}), '"another"', "nonsense" * 1000):
            assert site.get(PATH, HTTP_ACCEPT_ENCODING=coding, HTTP_IF_NONE_MATCH=tag).status == 200


def test_an_escaped_question_mark_is_part_of_the_path(site):
    for _number in range(25):
        make_post()
    assert site.get("/?page=2").status == 200
    assert site.get("/%3Fpage=2").status == 404


def test_a_host_with_something_else_than_a_port_is_refused(site, post):
    assert site.get(PATH, HTTP_HOST="news.example.jp:8000").status == 200
    assert site.get(PATH, HTTP_HOST="news.example.jp:evil").status == 400
    assert site.get(PATH, HTTP_HOST="news.example.jp:").status == 400


def test_the_scheme_is_the_one_that_django_reads(site, post, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_SSL_REDIRECT = True
    site = make_site()
    assert site.get(PATH, HTTP_X_FORWARDED_PROTO="https, http").status == 200
    assert site.get(PATH, HTTP_X_FORWARDED_PROTO="https").cache == "allforces; hit"
    assert site.get(PATH, HTTP_X_FORWARDED_PROTO="http").status == 301
    assert site.get(PATH).status == 301
    assert site.get(PATH, **{"wsgi.url_scheme": "https"}).cache == "allforces; hit"


def test_a_first_request_with_a_known_etag_is_answered_304_too(site, another_site, post):
    tag = site.get(PATH).headers["ETag"]
    assert another_site.get(PATH, HTTP_IF_NONE_MATCH=tag).status == 304
    assert another_site.get(PATH).status == 200


def test_the_moment_of_the_last_change_is_told_once_it_is_true_to_the_second(site, post, both_clocks):
    assert "Last-Modified" not in site.get(PATH).headers
    both_clocks(seconds=3)
    changed = site.get(PATH).headers["Last-Modified"]
    assert site.get(PATH, HTTP_IF_MODIFIED_SINCE=changed).status == 304
    post.title = "予算案が否決"
    post.save()
    both_clocks(seconds=3)
    assert site.get(PATH, HTTP_IF_MODIFIED_SINCE=changed).status == 200
    both_clocks(seconds=3)
    assert site.get(PATH).headers["Last-Modified"] != changed


def test_a_page_made_anew_with_the_same_words_keeps_its_date(site, post, both_clocks):
    site.get("/robots.txt")
    both_clocks(seconds=10)
    changed = site.get("/robots.txt").headers["Last-Modified"]
    purge({"site"})
    both_clocks(seconds=10)
    site.get("/robots.txt")
    assert site.asked == ["/robots.txt", "/robots.txt"]
    assert site.get("/robots.txt").headers["Last-Modified"] == changed


def test_head_is_the_same_without_the_body(site, post):
    whole = site.get(PATH)
    for _time in range(2):
        head = site.get(PATH, method="HEAD")
        assert (head.status, head.body) == (200, b"")
        assert head.headers["Content-Length"] == whole.headers["Content-Length"]
        assert head.headers["ETag"] == whole.headers["ETag"]
    assert len(site.asked) == 1


def test_a_head_request_can_be_the_first(site, post):
    assert site.get(PATH, method="HEAD").body == b""
    assert "予算案が可決" in site.get(PATH).text


@pytest.mark.parametrize("path", [PATH, "/", "/tags/", "/feed.xml", "/sitemap.xml"])
def test_query_parameters_that_mean_nothing_do_not_make_another_page(site, post, path):
    plain = site.get(path)
    for query in ("utm_source=x", "fbclid=1&gclid=2", "%00=%ff", "a=b" * 500, "=", "&&&", "pages=2"):
        answer = site.get(f"{path}?{query}")
        assert answer.body == plain.body
    assert len(site.asked) == 1
    assert len(site.cache.memory.entries) == 1


def test_a_page_number_in_the_query_is_another_page(site):
    for _number in range(12):
        make_post()
    second = site.get("/?page=2")
    assert second.text != site.get("/").text
    assert site.get("/?utm=1&page=2&page=2").body == second.body
    assert site.asked == ["/", "/"]


@pytest.mark.parametrize(
    "address",
    [
        "/?page=02",
        "/?page=%EF%BC%92",
        "/?page=",
        "/?page=last",
        "/page/02/",
        "/?" + "a&" * 60,
        "/?page=9" + "9" * 9,
    ],
)
def test_other_ways_to_write_an_address_fill_nothing(site, address):
    for _number in range(12):
        make_post()
    plain = site.made_anew(address)
    for _time in range(2):
        assert site.get(address).status == plain.status
    assert len(site.asked) == 2
    assert not site.cache.memory.entries


def test_a_decomposed_address_fills_nothing(site):
    make_post("がぎぐ", slug="がぎぐ", published_at=tokyo(2025, 10, 21, 9))
    decomposed = quote(unicodedata.normalize("NFD", "/2025/10/21/がぎぐ/"))
    assert site.get(decomposed).status == 200
    assert not site.cache.memory.entries


def test_a_number_in_the_query_of_a_numbered_page_fills_nothing(site):
    for _number in range(12):
        make_post()
    for number in (1, 3, 1000, 99999):
        assert site.get(f"/page/2/?page={number}").status == 200
    assert len(site.cache.memory.entries) == 1


def test_a_tag_with_a_japanese_address_is_kept(site, post):
    path = f"/tags/{quote('生成ai')}/"
    site.get(path)
    assert "予算案が可決" in site.get(path).text
    assert len(site.asked) == 1


def test_staff_with_a_session_are_not_answered_from_memory(site, post, client):
    site.get(PATH)
    client.force_login(make_staff())
    answer = site.get(PATH, HTTP_COOKIE=f"sessionid={client.cookies['sessionid'].value}")
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.cache == ""
    assert len(site.asked) == 2


def test_other_cookies_neither_matter_nor_reach_the_page(site, post):
    plain = site.get(PATH, HTTP_COOKIE="_ga=1; csrftoken=abc")
    assert site.get(PATH).body == plain.body
    assert "Set-Cookie" not in plain.headers
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    "path", ["/search/?q=予算案", "/admin/login/", "/healthz", "/preview/none/", "/search/feed.xml?q=予算案"]
)
def test_what_is_made_for_one_reader_is_not_kept(site, post, path):
    for _time in range(2):
        site.get(path)
    assert len(site.asked) == 2
    assert not site.cache.memory.entries


def test_post_and_authorised_requests_pass(site, post):
    site.get(PATH)
    assert site.get(PATH, method="POST").status == 403  # without a token
    assert site.get(PATH, HTTP_AUTHORIZATION="Basic x").status == 200
    assert len(site.asked) == 3


def test_what_is_missing_or_gone_is_not_kept(site, post):
    withdrawn = make_withdrawn(published_at=tokyo(2025, 10, 21, 8))
    for path, status in {"/nothing-here/": 404, withdrawn.get_absolute_url(): 410, "/page2/": 301}.items():
        assert [site.get(path).status for _time in range(2)] == [status, status]
    assert not site.cache.memory.entries


def test_a_redirect_keeps_the_whole_query(site, post):
    answer = site.get("/tags/%E7%94%9F%E6%88%90%EF%BC%A1%EF%BC%A9/?utm_source=x")
    assert answer.status == 301
    assert answer.headers["Location"].endswith("?utm_source=x")


def test_only_names_of_ours_are_kept_and_they_share_a_page(site, post):
    site.get(PATH)
    assert site.get(PATH, HTTP_HOST="news.example.jp:443").cache == "allforces; hit"
    assert site.get(PATH, HTTP_HOST="NEWS.example.jp").cache == "allforces; hit"
    assert site.get(PATH, HTTP_HOST="evil.example").status == 400
    assert len(site.cache.memory.entries) == 1


def test_plain_http_gets_a_page_of_its_own(site, post, settings):
    site.get(PATH, HTTP_X_FORWARDED_PROTO="https")
    site.get(PATH, HTTP_X_FORWARDED_PROTO="http")
    site.get(PATH, HTTP_X_FORWARDED_PROTO="made up")
    assert len(site.cache.memory.entries) == 2


def test_a_person_sees_the_readable_feed_and_programs_the_kept_one(site, post):
    feed = site.get("/feed.xml")
    readable = site.get("/feed.xml", HTTP_SEC_FETCH_DEST="document")
    assert readable.headers["Content-Type"].startswith("text/html")
    assert site.get("/feed.xml").body == feed.body
    assert feed.headers["Vary"] == "Accept-Encoding, Sec-Fetch-Dest"
    assert len(site.cache.memory.entries) == 1


def test_every_answer_of_a_feed_is_counted_and_so_is_what_has_not_changed(site, post):
    counting.counts.take()
    tag = site.get("/feed.xml").headers["ETag"]
    site.get("/feed.xml", HTTP_USER_AGENT="Feedly/1.0 (12 subscribers)")
    site.get("/feed.xml", HTTP_IF_NONE_MATCH=tag)
    requests, unchanged, readers = counting.counts.take()
    assert [(place[:2], number) for place, number in requests.items()] == [(("site", "xml"), 3)]
    assert list(unchanged.values()) == [1]
    assert [name for _key, _form, name in readers] == ["Feedly"]


def test_others_may_keep_a_page_for_no_longer_than_it_is_good(site, post, both_clocks):
    make_post(published_at=hours_ago(-200 / 3600))
    ages = []
    for _step in range(4):
        said = site.get("/feed.xml").headers["Cache-Control"]
        ages.append(int(re.search(r"max-age=(\d+)", said)[1]))
        both_clocks(seconds=60)
    assert ages == [200, 140, 80, 20]
    assert site.asked == ["/feed.xml"]
    assert "s-maxage=1" in site.get("/").headers["Cache-Control"]


def test_a_post_that_is_scheduled_later_shortens_what_others_may_keep(site, post, both_clocks):
    site.get("/feed.xml")
    both_clocks(seconds=10)
    assert "max-age=300" in site.get("/feed.xml").headers["Cache-Control"]
    make_post(published_at=hours_ago(-20 / 3600))
    assert "max-age=20" in site.get("/feed.xml").headers["Cache-Control"]


@pytest.mark.parametrize(("path", "cdn_seconds"), [(PATH, 1), (PATH, 5), (PATH, 86400), ("/feed.xml", 60)])
def test_nothing_that_others_are_told_reaches_beyond_the_moment_of_an_expiry(
    site, post, both_clocks, monkeypatch, path, cdn_seconds
):
    view = resolve(path).func
    monkeypatch.setattr(view, "policy", replace(view.policy, cdn_seconds=cdn_seconds))
    ends = make_post(published_at=hours_ago(5), expires_at=hours_ago(-2)).expires_at
    for seconds in (0, 3540, 59.7, 0.1, 0.1, 3000.05, 500, 80.3, 0.3, 0.3, 15, 3.1, 0.5, 0.5):
        both_clocks(seconds=seconds)
        said = dict(re.findall(r"([a-z-]+)=([0-9]+)", site.get(path).headers["Cache-Control"]))
        fresh = max(int(said["max-age"]), int(said["s-maxage"]))
        left = (ends - timezone.now()).total_seconds()
        assert fresh + int(said["stale-while-revalidate"]) <= left
        assert fresh + int(said["stale-if-error"]) <= left
        assert int(said["stale-while-revalidate"]) <= 10
    assert left < 1
    assert len(site.asked) == 1


def test_a_process_that_has_not_looked_for_purges_lately_lets_nobody_keep_a_page(site, another_site, post):
    site.get(PATH), another_site.get("/"), another_site.get(PATH)
    follower = another_site.cache.follower
    follower.is_running = True
    follower.catch_up()
    assert "s-maxage=1," in another_site.get(PATH).headers["Cache-Control"]
    follower.looked_at -= SETTLED.total_seconds() - 0.4
    for answer in (another_site.get(PATH), another_site.get("/"), another_site.get("/tags/")):
        assert "max-age=0, s-maxage=0" in answer.headers["Cache-Control"]
        assert answer.cache in {"allforces; hit", "allforces; fwd=uri-miss; stored"}
    follower.catch_up()
    assert "s-maxage=1," in another_site.get(PATH).headers["Cache-Control"]


def test_a_look_counts_from_when_the_database_was_asked(site, post, monkeypatch):
    site.get(PATH)
    asked_at = []
    read = following.read_purges

    def slowly(lowest):
        asked_at.append(time.monotonic())
        found = read(lowest)
        time.sleep(0.05)
        return found

    monkeypatch.setattr(following, "read_purges", slowly)
    site.cache.follower.catch_up()
    assert site.cache.follower.looked_at <= asked_at[0]


def test_an_answer_of_before_a_look_is_not_kept_as_one_of_after_it(site, post, monkeypatch):
    """Two threads, of which one makes its answer while the other learns that purges are followed again."""
    site.get(PATH)
    entry = site.cache.memory.entries["http://news.example.jp" + PATH]
    entry.modified -= 10
    made = type(entry)._made

    def meanwhile(self, *values):
        monkeypatch.setattr(type(entry), "_made", made)
        self.answer("br", time.time(), float("inf"))
        return made(self, *values)

    monkeypatch.setattr(type(entry), "_made", meanwhile)
    entry.answer("gzip", time.time(), 0)
    assert "s-maxage=0" not in dict(entry.answer("gzip", time.time(), float("inf"))[0])["Cache-Control"]


def in_threads(number: int, function) -> list:
    """What it returns in each of so many threads at once."""

    def call(_number):
        try:
            return function()
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as threads:
        return list(threads.map(call, range(number)))


def test_a_page_that_takes_long_and_has_no_good_copy_is_made_once_all_the_same(site, post, monkeypatch):
    monkeypatch.setattr(making, "PATIENCE", 0.05)
    django = site.cache.maker.django

    def slowly(environ, start_response):
        time.sleep(0.5)
        return django(environ, start_response)

    site.cache.maker.django = slowly
    answers = in_threads(6, lambda: site.get(PATH))
    assert {answer.status for answer in answers} == {200}
    assert site.asked == [PATH]


def test_a_page_that_another_thread_made_since_the_first_look_is_not_made_again(site, post):
    memory = site.cache.memory
    find = memory.find

    def too_early(address):
        memory.find = find
        in_threads(1, lambda: site.get(PATH))

    memory.find = too_early
    assert site.get(PATH).status == 200
    assert site.asked == [PATH]


def test_memory_has_a_bound(site):
    posts = [make_post(body="長い本文です。" * 2000) for _number in range(12)]
    small = make_site(capacity=60_000)
    for post in posts:
        small.get(post.get_absolute_url())
    assert small.cache.memory.weight <= 60_000
    assert 1 <= len(small.cache.memory.entries) < 12
    assert small.get(posts[-1].get_absolute_url()).cache == "allforces; hit"
    assert small.get(posts[0].get_absolute_url()).status == 200


def test_a_share_card_is_kept_like_a_page_and_goes_with_its_article(site):
    post = make_post("一度だけ描く")
    path = card_path(post)
    first, second = site.get(path), site.get(path, HTTP_ACCEPT_ENCODING="br")
    assert len(site.asked) == 1 and second.cache == "allforces; hit"
    assert second.decoded == first.decoded and first.decoded.startswith(b"\x89PNG")
    assert re.search(r"max-age=43[0-9]{3},", second.headers["Cache-Control"])
    withdraw(post)
    assert site.get(path).status == 404
