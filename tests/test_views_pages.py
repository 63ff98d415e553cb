import pytest

from tests.factories import make_page
from tests.markup import Markup

pytestmark = pytest.mark.django_db


def test_a_page_is_read_at_its_slug_and_linked_in_the_footer(client):
    make_page("編集方針", slug="policy", body="## 訂正\n\n**誤り**は直す。")
    page = Markup(client.get("/policy/"))
    assert page.text("h1") == "編集方針"
    assert page.text("title") == "編集方針 | ALLFORCES"
    assert page.meta("description") == "訂正 誤りは直す。"
    assert page.canonical == "https://news.example.jp/policy/"
    assert "/policy/" in page.hrefs()


def test_an_empty_page_has_a_description_nevertheless(client):
    make_page("準備中", slug="soon", body="")
    assert Markup(client.get("/soon/")).meta("description") == "準備中"


def test_an_unpublished_page_answers_404_and_is_linked_nowhere(client):
    make_page("下書きの頁", slug="draft", is_published=False)
    response = client.get("/draft/")
    assert response.status_code == 404
    assert "下書きの頁" not in response.content.decode()


def test_a_page_costs_two_queries(client, django_assert_num_queries):
    make_page(slug="policy")
    with django_assert_num_queries(2):
        client.get("/policy/")
