"""What the list of posts has beyond Django's: tabs, filters, a telling date."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from blog.models import DeadLink, SavedFilter, WorkingDraft
from tests.admin_pages import staff_with
from tests.factories import hours_ago, make_author, make_draft, make_post, make_scheduled, make_staff, tokyo
from tests.workflow.people import make_writer

pytestmark = pytest.mark.django_db
LIST = "/admin/blog/post/"


def tabs(client, query="") -> dict[str, bool]:
    page = client.get(f"{LIST}?{query}").content.decode()
    found = re.search(r'<nav class="filter-tabs".*?</nav>', page, re.S)[0]
    items = re.findall(r"<li><a ([^>]*)>(.*?)</a>", found, re.S)
    return {re.sub(r"\s*<small>.*", "", name, flags=re.S): "aria-current" in tag for tag, name in items}


def test_the_list_comes_with_filters_that_a_newsroom_needs(admin_client, admin_user):
    make_author("私", user=admin_user)
    make_draft("私の", author="私")
    make_draft("他の")
    names = tabs(admin_client)
    assert list(names) == ["All posts", "My drafts", "In review", "Scheduled", "Public"]
    assert [name for name, active in names.items() if active] == ["All posts"]
    found = admin_client.get(LIST, {"mine": "yes", "state": "draft"}).context["cl"].result_list
    assert [post.title for post in found] == ["私の"]
    with translation.override("ja"):
        assert list(tabs(admin_client)) == ["すべて", "自分の下書き", "レビュー待ち", "予約公開", "公開中"]


@pytest.mark.parametrize(
    "query", ["state=draft&mine=yes", "mine=yes&state=draft&p=1", "mine=yes&state=draft&_facets=True"]
)
def test_a_tab_is_active_in_whatever_order_its_filter_is_written(admin_client, query):
    assert [name for name, active in tabs(admin_client, query).items() if active] == ["My drafts"]


def test_another_filter_makes_no_tab_active(admin_client):
    assert not any(tabs(admin_client, "state=draft&cover=no").values())


def test_own_filters_come_in_their_order_and_shared_ones_with_their_owner(admin_client, admin_user):
    other = make_staff("suzuki")
    for user, name, position, shared in (
        (admin_user, "二番", 2, False),
        (admin_user, "一番", 1, False),
        (other, "共有", 0, True),
        (other, "秘密", 0, False),
    ):
        SavedFilter.objects.create(user=user, name=name, query="cover=no", position=position, shared=shared)
    assert list(tabs(admin_client))[5:] == ["一番", "二番", "共有"]
    assert "<small>suzuki</small>" in admin_client.get(LIST).content.decode()


def test_the_window_for_choosing_a_post_has_no_tabs(admin_client):
    assert "filter-tabs" not in admin_client.get(LIST, {"_popup": "1"}).content.decode()


def test_a_scheduled_post_tells_when_and_how_soon(admin_client):
    make_scheduled(published_at=hours_ago(-49))
    page = admin_client.get(LIST).content.decode()
    assert '<span class="coming">in 2\xa0days</span>' in page


def test_a_draft_tells_what_is_planned_and_a_published_post_when_it_was(admin_client):
    make_draft(published_at=tokyo(2031, 3, 5, 18, 30))
    make_post(published_at=tokyo(2025, 10, 21, 9, 5))
    page = admin_client.get(LIST).content.decode()
    assert "planned: " in page
    assert "2025/10/21 09:05" in page
    with translation.override("ja"):
        assert "予定 2031年3月5日(水) 18:30" in admin_client.get(LIST).content.decode()


def test_nonsense_in_our_filters_filters_nothing(admin_client):
    make_post()
    for query in ({"problem": "x"}, {"mine": "x"}):
        assert admin_client.get(LIST, query).context["cl"].result_count == 1


def test_somebody_without_a_byline_has_no_posts_of_their_own(client):
    make_post()
    client.force_login(staff_with("view_post"))
    assert client.get(LIST, {"mine": "yes"}).context["cl"].result_count == 0


def test_a_hundred_posts_and_thirty_filters_cost_the_queries_of_one(admin_client, admin_user):
    def queries(query=""):
        with CaptureQueriesContext(connection) as captured:
            assert admin_client.get(f"{LIST}?{query}").status_code == 200
        return len(captured)

    def make(count):
        for number in range(count):
            post = make_post(tags=["共通", f"札{SavedFilter.objects.count()}"])
            DeadLink.objects.create(post=post, path="/x/")
            if number < 30:
                name = f"絞り込み{SavedFilter.objects.count()}"
                SavedFilter.objects.create(user=admin_user, name=name, query="cover=no", shared=True)

    make(1)
    queries()
    few, few_dead = queries(), queries("problem=dead_links")
    make(99)
    assert few == queries() < 20
    assert few_dead == queries("problem=dead_links") < 20


def test_a_row_tells_of_a_working_draft_and_a_filter_finds_it(admin_client):
    WorkingDraft.objects.create(post=make_post("直している"), values={}, live={})
    make_post("直していない")
    page = admin_client.get(LIST).content.decode()
    assert page.count('class="draft-mark"') == 1
    found = admin_client.get(LIST, {"working_draft": "yes"}).context["cl"].result_list
    assert [post.title for post in found] == ["直している"]
    with translation.override("ja"):
        assert "反映待ちの下書きあり" in admin_client.get(LIST).content.decode()


def test_a_writer_is_not_told_of_working_drafts_of_others(client):
    writer = make_writer()
    WorkingDraft.objects.create(post=make_post("他の"), values={}, live={})
    WorkingDraft.objects.create(post=make_post("自分の", created_by=writer), values={}, live={})
    client.force_login(writer)
    assert client.get(LIST).content.decode().count('class="draft-mark"') == 1
    found = client.get(LIST, {"working_draft": "yes"}).context["cl"].result_list
    assert [post.title for post in found] == ["自分の"]


def test_working_drafts_cost_the_list_no_query(admin_client):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            admin_client.get(LIST)
        return len(captured)

    posts = [make_post() for _number in range(5)]
    before = queries()
    for post in posts:
        WorkingDraft.objects.create(post=post, values={}, live={})
    assert queries() == before
