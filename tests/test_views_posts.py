import unicodedata
from urllib.parse import quote

import pytest

from blog.models import RelatedPost
from tests.factories import (
    hours_ago,
    make_draft,
    make_expired,
    make_image,
    make_post,
    make_scheduled,
    make_withdrawn,
    tokyo,
    withdraw,
)
from tests.markup import Markup

pytestmark = pytest.mark.django_db

LONG_BODY = "\n\n".join(f"## 見出し{n}\n\n### 小見出し{n}\n\n#### 細目{n}\n\n本文。" for n in range(1, 4))


def test_a_post_is_read_at_the_tokyo_date_of_its_publication(client):
    make_post("夜の速報", slug="late", published_at=tokyo(2025, 10, 21, 0, 30))
    assert Markup(client.get("/2025/10/21/late/")).text("h1") == "夜の速報"
    assert client.get("/2025/10/20/late/").status_code == 404


@pytest.mark.parametrize("spelling", ["ガバナンス入門", unicodedata.normalize("NFD", "ガバナンス入門")])
@pytest.mark.parametrize("encode", [str, quote])
def test_a_japanese_address_works_in_every_spelling(client, spelling, encode):
    make_post(slug="ガバナンス入門", published_at=tokyo(2025, 10, 21, 9))
    response = client.get(f"/2025/10/21/{encode(spelling)}/")
    assert response.status_code == 200
    assert Markup(response).canonical == f"https://news.example.jp/2025/10/21/{quote('ガバナンス入門')}/"


@pytest.mark.parametrize(
    "path",
    [
        "/2025/13/01/x/",
        "/2025/02/30/x/",
        "/0000/01/01/x/",
        "/9999/12/31/x/",
        "/2025/10/21/%00/",
        "/2025/10/21/a%00b/",
        "/2025/10/21/" + "あ" * 3000 + "/",
        "/2025/10/21/%ff%fe/",
        "/2025/1/2/x/",
    ],
)
def test_an_address_that_cannot_be_answers_404(client, path):
    make_post(published_at=tokyo(2025, 10, 21, 9))
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("make", [make_draft, make_scheduled])
def test_what_was_never_public_answers_404(client, make):
    post = make("極秘", published_at=hours_ago(-30))
    response = client.get(post.get_absolute_url())
    assert response.status_code == 404
    assert "極秘" not in response.content.decode()


@pytest.mark.parametrize("make", [make_withdrawn, make_expired])
def test_what_was_public_answers_410_in_the_sites_design_without_its_title(client, make):
    response = client.get(make("誤報").get_absolute_url())
    page = Markup(response)
    assert response.status_code == 410
    assert page.text("h1") == "この記事は公開を終了しました"
    assert page.meta("robots") == "noindex"
    assert "誤報" not in response.content.decode()


def test_head_is_answered_like_get_without_a_body(client):
    response = client.head(make_post().get_absolute_url())
    assert response.status_code == 200
    assert response.content == b""


def test_the_article_tells_who_wrote_it_when_and_for_how_long(client):
    post = make_post(
        author="山本",
        category="投資分析",
        given_reading_minutes=7,
        published_at=tokyo(2025, 10, 21, 9, 5),
        tags=["半導体", "AI"],
    )
    page = Markup(client.get(post.get_absolute_url()))
    assert page.hrefs(rel="author") == [quote("/authors/山本/")]
    assert page.text("div", class_="byline") == "山本 2025年10月21日 9:05 約7分"
    assert [tag["text"] for tag in page.all("a", rel="tag")] == ["半導体", "AI"]
    assert quote("/category/投資分析/") in page.hrefs()


def test_the_date_of_an_update_is_told_only_when_it_is_later(client):
    published = tokyo(2025, 10, 21, 9)
    changed = make_post(published_at=published, last_modified_at=tokyo(2025, 10, 22, 18))
    unchanged = make_post(published_at=published, last_modified_at=published)
    assert "更新 2025年10月22日 18:00" in Markup(client.get(changed.get_absolute_url())).text(
        "div", class_="byline"
    )
    assert "更新" not in client.get(unchanged.get_absolute_url()).content.decode()


def test_a_long_article_has_a_table_of_contents_of_two_levels(client):
    page = Markup(client.get(make_post(body=LONG_BODY).get_absolute_url()))
    entries = [f"{name}{n}" for name in ("見出し", "小見出し") for n in (1, 2, 3)]
    shown = page.all("li", class_="contents-0") + page.all("li", class_="contents-1")
    assert {entry["text"].strip() for entry in shown} == set(entries)
    assert {f"#{quote(entry)}" for entry in entries} <= set(page.hrefs())
    assert set(entries) <= {element["attrs"].get("id") for element in page.elements}


def test_an_article_of_three_headings_has_no_table_of_contents(client):
    response = client.get(make_post(body="## 一\n\n## 二\n\n## 三\n").get_absolute_url())
    assert "目次" not in response.content.decode()


def test_related_posts_are_the_editors_in_order_then_the_newest_of_the_category(client):
    post = make_post(category="投資分析")
    chosen = [
        make_post(f"選んだ記事{n}", category="別の分野", published_at=hours_ago(500 + n)) for n in (1, 2)
    ]
    for position, target in enumerate(reversed(chosen)):
        RelatedPost.objects.create(post=post, target=target, position=position)
    for n in range(1, 8):
        make_post(f"同じ分野{n}", category="投資分析", published_at=hours_ago(100 + n))
    make_post("別の分野の新着", category="別の分野", published_at=hours_ago(1))
    page = Markup(client.get(post.get_absolute_url()))
    # 同じ分野1 is the previous article and stands there.
    assert page.titles() == ["選んだ記事2", "選んだ記事1", "同じ分野2", "同じ分野3"]


def test_related_posts_that_readers_may_not_see_are_left_out(client):
    post = make_post()
    for position, target in enumerate([make_draft("草稿"), make_withdrawn("誤報"), make_scheduled("予告")]):
        RelatedPost.objects.create(post=post, target=target, position=position)
    RelatedPost.objects.create(post=post, reference={"title": "まだ無い記事"}, position=9)
    content = client.get(post.get_absolute_url()).content.decode()
    assert not [title for title in ("草稿", "誤報", "予告", "まだ無い記事") if title in content]


def test_neighbours_are_the_next_older_and_newer_even_within_one_moment(client):
    moment = tokyo(2025, 10, 21, 9)
    first, second, third = (make_post(f"同時刻{n}", category=None, published_at=moment) for n in (1, 2, 3))
    page = Markup(client.get(second.get_absolute_url()))
    assert page.hrefs(rel="prev") == [first.get_absolute_url()]
    assert page.hrefs(rel="next") == [third.get_absolute_url()]


def test_the_oldest_and_the_newest_post_have_one_neighbour(client):
    old, new = make_post(published_at=hours_ago(9)), make_post(published_at=hours_ago(1))
    assert Markup(client.get(old.get_absolute_url())).hrefs(rel="prev") == []
    assert Markup(client.get(new.get_absolute_url())).hrefs(rel="next") == []


def test_the_pillar_post_is_linked_only_while_it_is_public(client):
    pillar = make_post("総まとめ", category=None, published_at=hours_ago(900))
    for _ in range(2):
        make_post(category=None, published_at=hours_ago(50))
    post = make_post(pillar=pillar, category=None)
    assert "総まとめ" in Markup(client.get(post.get_absolute_url())).text("p", class_="pillar")
    withdraw(pillar)
    assert "総まとめ" not in client.get(post.get_absolute_url()).content.decode()


def test_share_links_carry_the_address_and_the_title_and_load_nothing(client):
    post = make_post("「AI & 投資」の今", slug="shared", published_at=tokyo(2025, 10, 21, 9))
    page = Markup(client.get(post.get_absolute_url()))
    links = page.hrefs(target="_blank")
    address = quote("https://news.example.jp/2025/10/21/shared/", safe="")
    assert [link.split("/")[2] for link in links] == [
        "x.com",
        "www.facebook.com",
        "www.linkedin.com",
        "b.hatena.ne.jp",
    ]
    assert all(address in link for link in links)
    assert quote("「AI & 投資」の今", safe="").replace("%20", "+") in links[0]


def test_the_cover_has_its_size_alternative_text_and_credit(client, media_root):
    image = make_image((120, 63), alt="工場の図", credit="写真：編集部")
    page = Markup(client.get(make_post(cover=image).get_absolute_url()))
    (cover,) = page.all("img", alt="工場の図")
    assert (cover["attrs"]["width"], cover["attrs"]["height"]) == ("120", "63")
    assert page.text("figcaption") == "写真：編集部"


def test_a_post_says_what_its_writer_said_about_it_to_search_engines(client):
    post = make_post(
        description="説明。", excerpt="抜粋。", noindex=True, canonical_url="https://first.example/a"
    )
    page = Markup(client.get(post.get_absolute_url()))
    assert page.meta("description") == page.meta("og:description") == "説明。"
    assert page.meta("robots") == "noindex"
    assert page.canonical == page.meta("og:url") == "https://first.example/a"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"excerpt": "抜粋\n\nの 文。"}, "抜粋 の 文。"),
        ({"excerpt": "", "body": "**本文**の*始まり*。\n\n続き。"}, "本文の始まり。 続き。"),
        ({"excerpt": "あ" * 500}, "あ" * 139 + "…"),
    ],
)
def test_without_a_description_the_excerpt_or_the_text_stands_in(client, fields, expected):
    page = Markup(client.get(make_post(**fields).get_absolute_url()))
    assert page.meta("description") == expected


def test_an_article_costs_four_queries_whatever_surrounds_it(client, django_assert_num_queries, media_root):
    alone = make_post()
    with django_assert_num_queries(4):
        client.get(alone.get_absolute_url())
    for n in range(9):
        neighbour = make_post(cover=make_image(), author=f"記者{n}", tags=["AI", "投資", f"印{n}"])
        RelatedPost.objects.create(post=alone, target=neighbour, position=n)
    alone.tags.set(["AI", "投資", "半導体"])
    alone.pillar, alone.cover = neighbour, make_image()
    alone.save()
    with django_assert_num_queries(4):
        client.get(alone.get_absolute_url())


def test_the_contents_beside_the_text_come_before_it_from_link_to_link(client):
    post = make_post(body="## 一\n\n文。\n\n## 二\n\n文。\n\n## 三\n\n文。\n\n## 四\n\n文。")
    page = client.get(post.get_absolute_url()).content.decode()
    assert 0 < page.index('class="contents-aside"') < page.index('<article class="article"')
