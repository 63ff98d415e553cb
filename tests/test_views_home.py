import pytest

from blog.models import Category
from tests.factories import hours_ago, make_category, make_image, make_post
from tests.markup import Markup

pytestmark = pytest.mark.django_db


def make_posts(number, **fields):
    return [make_post(f"第{n}報", published_at=hours_ago(n), **fields) for n in range(1, number + 1)]


def test_the_newest_post_leads_and_ten_are_shown(client):
    make_posts(12)
    page = Markup(client.get("/"))
    newest = [f"第{n}報" for n in range(1, 11)]
    assert page.titles()[:10] == newest


def test_the_newest_featured_post_leads(client):
    make_posts(3)
    make_post("先週の特集", featured=True, published_at=hours_ago(170))
    make_post("先月の特集", featured=True, published_at=hours_ago(800))
    assert Markup(client.get("/")).titles()[0] == "先週の特集"


@pytest.mark.parametrize("hours", [2.5, 500])
def test_a_featured_post_is_shown_once(client, hours):
    make_posts(11)
    make_post("特集", featured=True, published_at=hours_ago(hours))
    assert Markup(client.get("/")).titles().count("特集") == 1


def test_the_next_page_goes_on_where_the_front_page_ends(client):
    make_posts(12)
    assert Markup(client.get("/page/2/")).titles() == ["第11報", "第12報"]


def test_sections_show_older_posts_of_each_category_in_the_order_of_categories(client):
    Category.objects.create(name="規制", position=1)
    Category.objects.create(name="半導体", position=2)
    make_posts(10, category="半導体")
    for n in range(5):
        make_post(f"規制の動き{n}", category="規制", published_at=hours_ago(100 + n))
        make_post(f"半導体の動き{n}", category="半導体", published_at=hours_ago(200 + n))
    page = Markup(client.get("/"))
    assert page.titles()[10:] == [
        *(f"規制の動き{n}" for n in range(3)),
        *(f"半導体の動き{n}" for n in range(3)),
    ]


def test_a_section_is_full_when_the_newest_of_its_stories_leads_the_page(client):
    make_posts(10, category="半導体")
    for n in range(5):
        make_post(f"規制の動き{n}", category="規制", featured=not n, published_at=hours_ago(100 + n))
    titles = Markup(client.get("/")).titles()
    assert titles[0] == "規制の動き0"
    assert titles[11:] == [f"規制の動き{n}" for n in range(1, 4)]


def test_posts_without_category_author_cover_or_excerpt_are_shown(client):
    for n in range(12):
        make_post(f"裸の記事{n}", category=None, author=None, excerpt="", published_at=hours_ago(n + 1))
    assert len(Markup(client.get("/")).titles()) == 10


def test_an_empty_site_has_a_front_page(client):
    response = client.get("/")
    assert response.status_code == 200
    assert "まだ記事がありません" in response.content.decode()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/page2/", "/page/2/"),
        ("/page12/", "/page/12/"),
        ("/page1/", "/"),
        ("/page/1/", "/"),
        ("/page0/", "/"),
    ],
)
def test_old_and_double_addresses_lead_to_the_stable_one(client, old, new):
    response = client.get(old)
    assert (response.status_code, response["Location"]) == (301, new)


def test_a_page_asked_for_in_the_query_names_its_stable_address(client):
    make_posts(11)
    response = client.get("/?page=2")
    assert Markup(response).canonical == "https://news.example.jp/page/2/"
    assert Markup(response).titles() == ["第11報"]


@pytest.mark.parametrize("page", ["abc", "0", "-1", "99999", "last", "1.5", "9" * 5000, "%00", "٣x"])
def test_a_page_that_is_none_answers_404(client, page):
    make_posts(11)
    assert client.get(f"/?page={page}").status_code == 404


@pytest.mark.parametrize(
    "path", ["/page/0/", "/page/3/", "/page/99999/", "/page/" + "9" * 5000 + "/", "/page/x/"]
)
def test_a_page_number_that_is_none_answers_404(client, path):
    make_posts(11)
    assert client.get(path).status_code == 404


def test_pagination_links_stable_addresses(client):
    make_posts(31)
    page = Markup(client.get("/page/2/"))
    assert page.hrefs(rel="prev") == ["/"]
    assert page.hrefs(rel="next") == ["/page/3/"]
    assert page.hrefs(aria_current="page") == ["/page/2/"]


def test_the_front_page_costs_the_same_for_one_post_and_for_thirty(
    client, django_assert_num_queries, media_root
):
    make_post(cover=make_image())
    with django_assert_num_queries(4):
        client.get("/")
    for n in range(30):
        make_post(category=make_category(f"分野{n % 4}"), author=f"記者{n}", cover=make_image(), tags=["AI"])
    with django_assert_num_queries(4):
        client.get("/")
    with django_assert_num_queries(3):
        client.get("/page/3/")
