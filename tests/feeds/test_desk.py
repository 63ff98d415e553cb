import pytest
from django.utils import timezone, translation

from blog.addresses import tokyo_date
from blog.feeds.channels import Channel
from blog.feeds.checks import check_channel
from blog.feeds.desk import alarms
from blog.feeds.models import FeedDay, FeedReader
from blog.models import Post
from blog.outbox.models import Task
from tests.admin_pages import staff_with
from tests.factories import make_category, make_post

pytestmark = pytest.mark.django_db
DESK = "/admin/blog/feedstate/"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def test_the_desk_shows_how_each_feed_is_and_who_reads_it(admin_client, subjects):
    make_post(**subjects)
    check_channel(Channel())
    today = tokyo_date(timezone.now())
    FeedDay.objects.create(key="site", extension="xml", day=today, requests=200, not_modified=150)
    FeedReader.objects.create(key="site", extension="xml", name="Feedly", subscribers=1200, seen_on=today)
    rows = {row.channel.key: row for row in admin_client.get(DESK).context["rows"]}
    assert set(rows) == {"site", "corrections", "category/tech", "tag/ai", "author/yama"}
    site = rows["site"]
    assert (site.requests, site.share_unchanged, site.subscribers, site.problems) == (200, 75, 1200, [])
    page = admin_client.get(DESK).content.decode()
    assert "75 %" in page and "Feedly: 1200" in page


def test_an_empty_category_feed_raises_an_alarm(admin_client):
    make_category("規制・政策")
    assert alarms() == ["The feed of “規制・政策” is empty."]
    assert "規制・政策" in admin_client.get(DESK).content.decode()


def test_a_broken_feed_raises_an_alarm_with_its_formats():
    Post.objects.filter(pk=make_post("空の記事").pk).update(body_html="")
    check_channel(Channel())
    assert alarms() == ["The feed site (Atom, JSON Feed, RSS) has problems."]


def test_a_problem_of_every_format_is_said_once(admin_client):
    Post.objects.filter(pk=make_post("空の記事").pk).update(body_html="")
    check_channel(Channel())
    row = next(row for row in admin_client.get(DESK).context["rows"] if row.channel.key == "site")
    assert row.problems == ["An article has no text: 空の記事"]


def test_all_feeds_can_be_checked_now(admin_client, subjects):
    make_post(**subjects)
    Task.objects.all().delete()
    admin_client.post(f"{DESK}check/")
    keys = set(Task.objects.filter(kind="check_feed").values_list("key", flat=True))
    assert keys == {"site", "corrections", "category/tech", "tag/ai", "author/yama"}


def test_the_desk_is_for_those_who_may_see_it(client):
    client.force_login(staff_with("view_post"))
    assert client.get(DESK).status_code == 403
    assert client.post(f"{DESK}check/").status_code == 403
    client.force_login(staff_with("view_feedstate"))
    assert client.get(DESK).status_code == 200
    assert client.get(f"{DESK}check/").status_code == 405
    assert client.get(f"{DESK}add/").status_code == 403


def test_the_desk_costs_the_same_for_one_feed_and_for_many(admin_client, django_assert_num_queries):
    make_post(category="一", author="一", tags=["一"])
    with django_assert_num_queries(12):
        admin_client.get(DESK)
    for n in range(9):
        make_post(category=f"分類{n}", author=f"人{n}", tags=[f"題{n}"])
    with django_assert_num_queries(12):
        admin_client.get(DESK)


def test_the_desks_front_page_raises_the_alarm_for_those_who_may_see_it(client, admin_client):
    make_post(), make_category("規制・政策")
    assert "規制・政策" in admin_client.get("/admin/").content.decode()
    client.force_login(staff_with("view_post"))
    assert "規制・政策" not in client.get("/admin/").content.decode()


def test_the_front_page_tells_what_the_outbox_gave_up(admin_client):
    make_post()
    Task.objects.update(given_up_at=timezone.now(), last_error="503 from the hub")
    page = admin_client.get("/admin/").content.decode()
    assert "News of a post: 1 task was given up, after a last attempt at" in page
    assert "503 from the hub" in page
