import pytest
from django.utils import translation

from blog.models import Post
from tests.admin_pages import staff_with
from tests.factories import make_draft, make_post, make_scheduled, make_staff, make_withdrawn, tokyo

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/markdown/posts/"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def found(browser, query="") -> list[dict]:
    return browser.get(ADDRESS, {"q": query}).json()["results"]


def test_a_post_is_found_by_a_part_of_its_title_with_its_address_date_and_state(admin_client):
    make_post("電力と半導体の関係", slug="denryoku", published_at=tokyo(2025, 10, 21, 0, 30))
    make_post("別の記事")
    assert found(admin_client, "半導体") == [
        {
            "title": "電力と半導体の関係",
            "path": "/2025/10/21/denryoku/",
            "date": "2025/10/21",
            "state": "public",
            "state_label": "Public",
        }
    ]


def test_full_width_finds_half_width(admin_client):
    make_post("GPU不足")
    assert [post["title"] for post in found(admin_client, "ＧＰＵ")] == ["GPU不足"]


@pytest.mark.parametrize(
    ("make", "state"), [(make_draft, "draft"), (make_scheduled, "scheduled"), (make_withdrawn, "withdrawn")]
)
def test_what_readers_do_not_see_is_offered_and_marked(admin_client, make, state):
    make("見出し")
    assert found(admin_client, "見出し")[0]["state"] == state


def test_a_post_without_a_date_has_no_address_to_link_to(admin_client):
    make_draft("日付なし")
    assert found(admin_client)[0]["path"] == found(admin_client)[0]["date"] == ""


def test_without_a_query_the_last_edited_come_first_and_twenty_at_most(admin_client):
    posts = [make_post(published_at=tokyo(2025, 1, 1 + n)) for n in range(22)]
    posts[3].save()
    titles = [post["title"] for post in found(admin_client)]
    assert titles[0] == posts[3].title
    assert len(titles) == 20


def test_nine_posts_cost_as_many_queries_as_one(admin_client, django_assert_num_queries):
    make_post("半導体")
    found(admin_client, "半導体")
    with django_assert_num_queries(8):  # session, user and second factor, posts and the search for them
        found(admin_client, "半導体")
    for _ in range(8):
        make_post("半導体")
    with django_assert_num_queries(8):
        assert len(found(admin_client, "半導体")) == 9


@pytest.mark.parametrize("query", ["\0", "%", "_", "' OR 1=1", "字" * 2000, "a b c d e f g h i j k l m"])
def test_odd_queries_find_nothing_and_break_nothing(admin_client, query):
    make_post("ふつうの見出し", excerpt="抜粋", slug="plain")
    assert admin_client.get(ADDRESS, {"q": query}).status_code == 200


def test_only_staff_who_may_see_posts_are_answered(client):
    make_post()
    assert client.get(ADDRESS).status_code == 403
    client.force_login(make_staff())
    assert client.get(ADDRESS).status_code == 403
    client.force_login(staff_with("change_page"))
    assert client.get(ADDRESS).status_code == 403
    client.force_login(staff_with("view_post"))
    assert client.get(ADDRESS).status_code == 200


def test_the_desk_decides_whose_posts_are_offered(admin_client, monkeypatch):
    make_post("見える")
    make_post("見えない")
    desk = "blog.admin.posts.PostAdmin.get_queryset"
    monkeypatch.setattr(desk, lambda self, request: Post.objects.filter(title="見える"))
    assert [post["title"] for post in found(admin_client)] == ["見える"]


def test_the_answer_is_not_kept_by_any_cache(admin_client):
    assert admin_client.get(ADDRESS)["Cache-Control"] == "private, no-store"
    assert admin_client.post(ADDRESS).status_code == 405
