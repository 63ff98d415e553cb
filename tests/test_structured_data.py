import json

import pytest

from blog.models import Post
from blog.structured_data import as_script_text, breadcrumbs, news_article, organization, website
from tests.factories import make_author, make_category, make_draft, make_image, make_post, tokyo
from tests.markup import Markup

HOSTILE = "</script><!--<script>\"'\\&\u2028\u2029\u0000{{ x }}%"


def test_text_cannot_leave_its_script_element():
    text = as_script_text({"headline": HOSTILE})
    assert not set(text) & set("<>&\u2028\u2029\u0000")
    assert json.loads(text)["@graph"][0]["headline"] == HOSTILE


@pytest.mark.django_db
def test_a_page_stays_valid_whatever_a_title_contains(client):
    title = "</script><script>alert(1)</script>「\"'\\」\u2028& <b>"
    post = make_post(title, category=HOSTILE.replace("\0", ""), tags=["</script>"])
    page = Markup(client.get(post.get_absolute_url()))
    assert page.thing("NewsArticle")["headline"] == Post.objects.get().title
    assert page.thing("NewsArticle")["keywords"] == ["</script>"]
    assert page.text("h1") == Post.objects.get().title


@pytest.mark.django_db
def test_an_article_is_described_in_full(media_root):
    post = make_post(
        "見出し",
        slug="a",
        author=make_author("山本"),
        category=make_category("投資"),
        cover=make_image((120, 63), alt="図", credit="編集部"),
        published_at=tokyo(2025, 10, 21, 9),
        last_modified_at=tokyo(2025, 10, 22, 9),
    )
    article = news_article(Post.objects.get(pk=post.pk), "説明", ["AI"])
    assert article["url"] == "https://news.example.jp/2025/10/21/a/"
    assert article["datePublished"] == "2025-10-21T09:00:00+09:00"
    assert article["dateModified"] == "2025-10-22T09:00:00+09:00"
    assert article["author"]["@type"] == "Person"
    assert article["author"]["url"] == "https://news.example.jp/authors/%E5%B1%B1%E6%9C%AC/"
    assert article["articleSection"] == "投資"
    (image,) = article["image"]
    assert (image["width"], image["height"], image["caption"], image["creditText"]) == (
        120,
        63,
        "図",
        "編集部",
    )
    assert image["url"].startswith("https://news.example.jp/media/")


@pytest.mark.django_db
def test_an_article_with_nothing_but_a_title_is_described_too():
    article = news_article(make_draft(author=None, category=None), "説明", [])
    assert "datePublished" not in article
    assert article["author"] == {"@id": "https://news.example.jp/#organization"}
    assert article["image"] == ["https://news.example.jp/static/img/share.png"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "kind"), [("ALLFORCES編集部", "Organization"), ("編集部", "Organization"), ("山本", "Person")]
)
def test_a_desk_is_not_a_person(name, kind):
    assert news_article(make_post(author=name), "", [])["author"]["@type"] == kind


@pytest.mark.django_db
def test_an_editorial_change_before_publication_does_not_make_an_article_older_than_itself():
    post = make_post(published_at=tokyo(2025, 10, 21), last_modified_at=tokyo(2025, 10, 20))
    article = news_article(post, "", [])
    assert article["dateModified"] == article["datePublished"]


def test_breadcrumbs_begin_at_the_front_page():
    steps = breadcrumbs([("タグ", "/tags/"), ("生成AI", "/tags/生成ai/")])["itemListElement"]
    assert [(step["position"], step["name"]) for step in steps] == [
        (1, "ALLFORCES"),
        (2, "タグ"),
        (3, "生成AI"),
    ]
    assert steps[2]["item"] == "https://news.example.jp/tags/%E7%94%9F%E6%88%90ai/"


@pytest.mark.parametrize("account", ["@allforces", "allforces"])
def test_the_publisher_names_its_account(settings, account):
    settings.SITE_X_ACCOUNT = account
    assert organization()["sameAs"] == ["https://x.com/allforces"]


@pytest.mark.django_db
def test_the_front_page_describes_site_search_and_publisher(client):
    page = Markup(client.get("/"))
    assert page.thing("NewsMediaOrganization") == organization()
    assert page.thing("WebSite") == website()
    assert website()["potentialAction"]["target"]["urlTemplate"] == (
        "https://news.example.jp/search/?q={search_term_string}"
    )


@pytest.mark.django_db
def test_an_article_leads_back_through_its_category(client):
    post = make_post("見出し", category="投資")
    steps = Markup(client.get(post.get_absolute_url())).thing("BreadcrumbList")["itemListElement"]
    assert [step["name"] for step in steps] == ["ALLFORCES", "投資", "見出し"]
