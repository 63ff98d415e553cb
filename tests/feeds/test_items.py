import pytest

from blog.models import Image
from tests.factories import make_image, make_post, picture_bytes, tokyo
from tests.feeds.rules import CONTENT, CREATOR, SITE, UPDATED, items, moment

pytestmark = pytest.mark.django_db


def test_an_item_tells_all_that_is_known_of_its_post(client, media_root):
    cover = make_image((64, 36), credit="撮影＝山の上")
    post = make_post(
        "規制とR&D、<b>の読み方",
        slug="規制",
        excerpt="A < B & 「C」",
        published_at=tokyo(2025, 10, 21, 9, 30),
        category="技術解説",
        author="山の上",
        tags=["生成AI", "EU AI Act", "技術解説"],
        cover=cover,
    )
    (item,) = items(client)
    assert item.findtext("title") == "規制とR&D、<b>の読み方"
    assert item.findtext("link") == f"{SITE}/2025/10/21/%E8%A6%8F%E5%88%B6/"
    assert item.findtext("description") == "A &lt; B &amp; 「C」"  # read as HTML, it says A < B & 「C」
    assert item.findtext("guid") == post.guid
    assert moment(item.findtext("pubDate")) == tokyo(2025, 10, 21, 9, 30)
    assert item.findtext(CREATOR) == "山の上"
    assert [category.text for category in item.findall("category")] == ["技術解説", "生成AI", "EU AI Act"]
    enclosure = item.find("enclosure")
    assert enclosure.attrib == {
        "url": SITE + cover.file.url,
        "length": str(cover.file.size),
        "type": "image/png",
    }
    assert enclosure.get("length") == str((media_root / cover.file.name).stat().st_size)
    content = item.findtext(CONTENT)
    assert content.startswith(
        f'<figure><img src="{SITE}{cover.file.url}" alt="青い図" width="64" height="36">'
    )
    assert "<figcaption>撮影＝山の上</figcaption>" in content
    assert "二段落目。" in content


def test_an_item_of_a_post_with_next_to_nothing_is_valid(client):
    make_post(excerpt="", body="", category=None, author=None)
    (item,) = items(client)
    assert {child.tag for child in item} == {"title", "link", "guid", "pubDate", UPDATED, CONTENT}


def test_the_description_stands_in_for_a_missing_excerpt(client):
    make_post(excerpt="", description="検索結果のための説明。")
    assert items(client)[0].findtext("description") == "検索結果のための説明。"


def test_the_description_comes_before_the_content(client):
    make_post()
    names = [child.tag for child in items(client)[0]]
    assert names.index("description") < names.index(CONTENT)


def test_tags_come_in_the_order_in_which_they_were_typed(client):
    make_post(category=None, tags=["投資", "AI", "あ"])
    assert [category.text for category in items(client)[0].findall("category")] == ["投資", "AI", "あ"]


@pytest.mark.parametrize("filename", ["cover.png", "表紙 1.png"])
def test_the_type_of_a_cover_follows_its_bytes(client, media_root, filename):
    for format, media_type in {"JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}.items():
        make_post(media_type, cover=Image.objects.keep(picture_bytes(format=format), filename))
    for item in items(client):
        assert item.find("enclosure").get("type") == item.findtext("title")
        assert item.find("enclosure").get("url").isascii()


def test_a_lost_cover_file_does_not_take_the_feed(client, media_root):
    cover = make_image()
    make_post(cover=cover)
    (media_root / cover.file.name).unlink()
    assert items(client)[0].find("enclosure").get("length") == str(cover.size)


def test_the_guid_outlives_every_change_of_address(client):
    post = make_post(guid="https://old.example.jp/2025/10/21/a/", slug="a", published_at=tokyo(2025, 10, 21))
    post.slug, post.published_at = "b", tokyo(2025, 10, 22)
    post.save()
    (item,) = items(client)
    assert item.findtext("guid") == "https://old.example.jp/2025/10/21/a/"
    assert item.findtext("link") == f"{SITE}/2025/10/22/b/"
