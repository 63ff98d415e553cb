"""The picture of a shared article without a cover."""

import io

import pytest
from PIL import Image, ImageChops

from blog.cards import drawing
from blog.cards.addresses import card_path
from blog.cards.views import WORDMARK
from tests.factories import make_draft, make_image, make_post, make_scheduled, make_withdrawn
from tests.markup import Markup

HEADLINES = [
    "電力が決めるAI投資の順番　データセンターの「系統接続」を基礎から解説",
    "GPT-5",
    "「引用」から始まる見出し",
    "【2026年最新】生成AIの業務活用で失敗しないための完全ガイド：導入前に必ず確認すべき10のチェックポイント"
    * 2,
    "あ" * 300,
    "W" * 300,
    "",
    "🚀\ufe0f",
    "が" * 10,
]


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


def ink(card: Image.Image, box: tuple) -> tuple | None:
    """Where in this part of a card something stands on the paper."""
    part = card.crop(box)
    return ImageChops.difference(part, Image.new("RGB", part.size, drawing.PAPER)).convert("L").point(
        lambda value: 255 * (value > 60)
    ).getbbox()  # fmt: skip


@pytest.mark.parametrize("headline", HEADLINES, ids=range(len(HEADLINES)))
def test_any_headline_keeps_to_its_room(headline):
    card = opened(drawing.draw(headline, "技術解説", WORDMARK))
    assert card.size == (1200, 630)
    assert ink(card, (0, 30, drawing.MARGIN // 2, 600)) is None
    assert ink(card, (1200 - drawing.MARGIN + 2, 30, 1200, 600)) is None
    assert ink(card, (0, 460, 1200, 490)) is None
    assert (ink(card, (0, 140, 1200, 460)) is None) == (headline in {"", "🚀\ufe0f"})


def test_a_headline_breaks_between_its_phrases_into_lines_about_as_long_as_each_other():
    size, lines = drawing._fitted("生成AIの導入で問われる企業の責任と投資家が確かめるべき点")
    assert "".join(lines) == "生成AIの導入で問われる企業の責任と投資家が確かめるべき点"
    assert lines[0].endswith(("の", "で", "る", "と"))
    widths = [drawing._width(line, size) for line in lines]
    assert min(widths) > max(widths) / 2


def test_a_headline_that_is_too_long_ends_with_an_ellipsis():
    size, lines = drawing._fitted("責任と投資、" * 40)
    assert size == drawing.SIZES[-1] and lines[-1].endswith("…") and not lines[-1].endswith("、…")


@pytest.mark.parametrize("sign", ["🚀", "✅", "⭐\ufe0f", "\u200b", "\u202e", "\U000e0041"])
def test_what_the_font_lacks_and_what_is_invisible_is_left_out(sign):
    plain, with_it = (drawing.draw(text, "", WORDMARK) for text in ("速報です", f"速報{sign}です"))
    assert plain == with_it


def test_english_breaks_between_words():
    _size, lines = drawing._fitted("OpenAI announces new reasoning model for enterprise customers in Japan")
    assert " ".join(lines) == "OpenAI announces new reasoning model for enterprise customers in Japan"


def test_nothing_is_cut_without_an_ellipsis():
    _size, lines = drawing._fitted("word " * 40)
    assert lines[-1].endswith("…")


@pytest.mark.django_db
def test_an_article_without_a_cover_is_shared_with_a_card_of_its_headline(client):
    post = make_post("電力が決めるAI投資の順番", slug="電力")
    page = Markup(client.get(post.get_absolute_url()))
    address = page.meta("og:image")
    assert address.startswith("http") and address.endswith(".png")
    assert (page.meta("og:image:width"), page.meta("og:image:height")) == ("1200", "630")
    assert page.meta("og:image:alt") == post.title
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert opened(answer.content).size == (1200, 630)


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"title": "正しい見出し"}, {"slug": "after"}])
def test_the_card_of_a_former_headline_or_address_leads_to_the_one_of_now(client, change):
    post = make_post("誤った見出し", slug="before")
    old = card_path(post)
    for name, value in change.items():
        setattr(post, name, value)
    post.save()
    answer = client.get(old)
    assert (answer.status_code, answer["Location"]) == (302, card_path(post))
    assert card_path(post) != old


@pytest.mark.django_db
def test_a_renamed_category_is_on_another_card(client):
    post = make_post(category="半導体")
    old = card_path(post)
    post.category.name = "素子"
    post.category.save()
    assert Markup(client.get(post.get_absolute_url())).meta("og:image").endswith(card_path(post))
    assert card_path(post) != old


@pytest.mark.django_db
@pytest.mark.parametrize("make", [make_draft, make_scheduled, make_withdrawn])
def test_there_is_no_card_of_what_readers_may_not_see(client, make):
    post = make("秘密")
    path = f"/2025/10/21/{post.slug}/card-0.png" if post.published_at is None else card_path(post)
    assert client.get(path).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/2025/13/99/a/card-0.png", "/2025/10/21/%00/card-0.png", "/2025/10/21/a/card-x y.png"]
)
def test_there_is_no_card_where_there_is_no_article(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.django_db
def test_an_article_with_a_cover_is_shared_with_it(client, media_root):
    post = make_post(cover=make_image((1200, 630)))
    assert Markup(client.get(post.get_absolute_url())).meta("og:image").endswith(post.cover.file.url)
