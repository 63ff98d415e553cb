"""blog.search.search: what is found, in which order, and how well."""

import random
import re
import unicodedata

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.articles import NAMES, NOUNS, Writer
from blog.importer import import_site
from blog.models import Post
from blog.search import search
from blog.search.hits import Hits
from tests.factories import hours_ago, make_draft, make_post, make_scheduled, make_withdrawn

pytestmark = pytest.mark.django_db


def titles(query, **more):
    return [post.title for post in search(query, **more).posts]


def test_title_over_tag_over_excerpt_over_body():
    plain = {"excerpt": "", "body": "別の話。"}
    make_post("本文にある", **plain | {"body": "規制の話。"})
    make_post("抜粋にある", **plain | {"excerpt": "規制の話。"})
    make_post("札にある", **plain, tags=["規制"])
    make_post("規制が題名にある", **plain)
    assert titles("規制") == ["規制が題名にある", "札にある", "抜粋にある", "本文にある"]


def test_of_equals_the_newer_comes_first():
    make_post("規制の記事", published_at=hours_ago(2))
    make_post("規制の記事 新", published_at=hours_ago(1))
    make_post("規制の記事 古", published_at=hours_ago(3))
    assert titles("規制") == ["規制の記事 新", "規制の記事", "規制の記事 古"]


def test_by_date():
    make_post("題名の規制", published_at=hours_ago(2))
    make_post("別の題名", body="規制", published_at=hours_ago(1))
    assert titles("規制", order="date") == ["別の題名", "題名の規制"]


def test_an_unknown_order_is_an_error():
    with pytest.raises(ValueError, match="order"):
        search("規制", order="price")


def test_pages_do_not_overlap(monkeypatch):
    monkeypatch.setattr("blog.search.ranking.SCORED", 4)
    for number in range(23):
        make_post(f"規制 {number}" if number % 3 else f"記事 {number}", body="規制の話。")
    pages = [titles("規制", offset=offset, limit=5) for offset in range(0, 25, 5)]
    found = [title for page in pages for title in page]
    assert len(found) == len(set(found)) == search("規制").total == 23
    assert all(title.startswith("規制") for title in found[:15])


def test_more_hits_than_are_counted(monkeypatch):
    monkeypatch.setattr("blog.search.hits.LIMIT", 5)
    for number in range(8):
        make_post(f"規制 {number}")
    make_draft("規制の草稿")
    results = search("規制")
    assert (results.total, results.is_more, len(results.posts)) == (5, True, 5)
    assert not search("規制 3").is_more


def test_only_what_readers_may_see_is_found_unless_other_posts_are_given():
    make_post("公開の規制")
    make_draft("草稿の規制", tags=["極秘"])
    make_scheduled("予約の規制")
    make_withdrawn("取り下げの規制")
    assert titles("規制") == ["公開の規制"]
    assert search("規制", posts=Post.objects.all()).total == 4
    assert titles("極秘") == []
    assert titles("規制", posts=Post.objects.none()) == []


def test_how_something_was_found():
    make_post("生成モデルの話", body="活用術を学ぶ。")
    make_post("別の話", body="量子の話。")
    assert search("生成モデル").how == "all"
    assert search("生成モデル活用術").how == "pieces"
    assert search("生成モデル 量子").how == "any"
    assert search("生成モデル 量子").total == 2
    assert search("活用術生成").how == "pieces", "no text holds it, but its parts"
    assert search("存在しない").how == search("").how == search("。").how == "nothing"


@pytest.mark.parametrize(
    "query",
    [
        'NEAR("規制" "投資")', "規制 OR 投資", "規制*", "^規制", "title:規制", "(規制", "規制)", '"', "'",
        "「", "-", "- -", "規制 & | ! <-> :*", "\\", "\0", "%", "_", "あ" * 10_000, "a b " * 3000, "🈂️",
        "\ud800", "﷽" * 50, "\ue000\ue001\ue010", "--規制", '"" ""', "·規制·", "x" * 10_000, "1" * 500,
    ],
)  # fmt: skip
def test_anything_may_be_typed(query):
    make_post("規制と投資")
    for order in ("relevance", "date"):
        results = search(query, order=order)
        assert results.total >= len(results.posts)


def test_nine_hits_cost_as_many_queries_as_one():
    def queries():
        with CaptureQueriesContext(connection) as captured:
            search("規制 投資")
        return len(captured)

    make_post("規制と投資", tags=["規制"])
    few = queries()
    for number in range(8):
        make_post(
            "規制と投資", tags=["規制", f"札{number}"], category=f"分野{number}", author=f"記者{number}"
        )
    assert queries() == few <= 16


# Quality, over the demo articles and made-up ones.


@pytest.fixture
def library(media_root):
    import_site(settings.BASE_DIR / "blog" / "demo")
    writer = Writer()
    for number in range(40):
        tags = writer.random.sample([*NOUNS, *NAMES], 2)
        make_post(writer.title(number), body=writer.text(3000), excerpt=writer.text(150), tags=tags)
    return written_texts()


def written_texts() -> dict[int, str]:
    posts = (
        Post.objects.public().select_related("category", "author", "search_entry").prefetch_related("tags")
    )
    texts = {}
    for post in posts:
        names = [tag.name for tag in post.tags.all()]
        names += [str(row) for row in (post.category, post.author) if row]
        texts[post.pk] = unfolded("\n".join([post.search_entry.text, *names]))
    return texts


def unfolded(text: str) -> str:
    """As it is written, but for width and case."""
    return unicodedata.normalize("NFKC", text).casefold()


def test_words_of_one_to_three_characters_are_found_exactly_where_they_are(library):
    chance = random.Random(11)  # noqa: S311
    words = {
        word for text in library.values() for word in re.findall(r"[\u4e00-\u9fff]{2,3}|[ァ-ヶー]{2,3}", text)
    }
    words = chance.sample(sorted(words), 150)
    everything = "\n".join(library.values())
    for length in (1, 2, 3):
        for start in chance.sample(range(len(everything) - 3), 60):
            part = everything[start : start + length]
            if re.fullmatch(r"[\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff]+", part):
                words.append(part)
    for word in words:
        truth = {pk for pk, text in library.items() if unfolded(word) in text}
        hits = Hits.of(word)
        assert set(hits.pks) == truth if truth else hits.how != "all", word


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("ワークフローを組む", "フロー"),
        ("ヒューマンエラーの話", "エラー"),
        ("パスキーの話", "キー"),
        ("サーバー管理の話", "サーバ管理"),
        ("サーバ管理の話", "サーバー管理"),
        ("メーカーとサーバの値段", "メーカとサーバーの値段"),
        ("データの話", "データー"),
        ("APIsの話", "API"),
        ("APIの話", "apis"),
        ("PCsとEVs", "pc ev"),
        ("レヴューの話", "レビュー"),
        ("ディープ•ラーニング", "ディープラーニング"),
        ("Łódźの会社", "lodz"),
        ("GPTー5の話", "GPT-5"),
        ("RTX5090の話", "RTX 5090"),
        ("H100の話", "H 100"),
        ("Googleの2つのGemini", "Google 2 Gemini"),
        ("規制\n強化", "規制強化"),
    ],
)
def test_a_word_is_found_however_it_is_written(written, typed):
    make_post("見出し", body=written)
    assert search(typed).how == "all"


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("東京 大阪支社", "京大"),
        ("ビールの話", "ビル"),
        ("コートの話", "コト"),
        ("エラの話", "エラー"),
        ("AWSの話", "AW"),
        ("httpsの話", "http"),
    ],
)
def test_a_word_is_not_found_in_another_one(written, typed):
    make_post("見出し", body=written)
    assert search(typed).how in {"nothing", "any", "pieces"}


def test_a_copied_piece_that_begins_with_a_hyphen_finds_what_follows():
    make_post("GPT-5がGmailに", body="別の話")
    results = search("-5がGmail")
    assert (results.total, results.how) == (1, "pieces")


def test_a_name_and_its_version_may_stand_in_a_longer_name():
    make_post("GPT-5 の mini 版", body="別の話")
    assert search("GPT-5-mini").total == search("GPT 5 mini").total == 1


def test_a_query_set_with_a_join_or_a_slice_gives_each_post_once():
    for number in range(3):
        make_post(f"規制 {number}", tags=["札", "別の札", "もう一つ"])
    assert search("規制", posts=Post.objects.filter(tags__name__isnull=False)).total == 3
    assert search("規制", posts=Post.objects.order_by("pk")[:2]).total == 2


def test_a_limit_or_an_offset_below_zero_is_an_error():
    for wrong in ({"limit": -1}, {"offset": -1}):
        with pytest.raises(ValueError, match="below 0"):
            search("規制", **wrong)


@pytest.mark.parametrize("length", [8, 12, 20])
def test_an_article_is_found_by_a_fragment_of_its_title(library, length):
    chance = random.Random(length)  # noqa: S311
    ranks = []
    for post in Post.objects.public():
        for _ in range(3):
            start = chance.randrange(max(1, len(post.title) - length))
            ranks.append(reciprocal_rank(post, post.title[start : start + length]))
    assert sum(ranks) / len(ranks) >= 0.9


@pytest.mark.parametrize(
    "piece", ["oogleの発表とGem", "eepMind Alph", "gle）の全貌", "発表とGem", "1800円のGo"]
)
def test_a_piece_of_a_title_may_begin_and_end_within_a_word(piece):
    make_post("Googleの発表とGemini", body="別の話")
    make_post("DeepMind AlphaFoldの話", body="別の話")
    make_post("競争（Google）の全貌", body="別の話")
    make_post("21800円のGoogle", body="別の話")
    make_post("本文", body="Googleの発表とGeminiの全貌。DeepMind Alphaの、全貌。")
    assert piece.replace(" ", "") in titles(piece)[0].replace(" ", "")


def test_an_article_is_found_by_words_of_its_title(library):
    chance = random.Random(4)  # noqa: S311
    ranks = []
    for post in Post.objects.public():
        words = re.findall(r"[\u4e00-\u9fff]{2,}|[ァ-ヶー]{3,}|[A-Za-z][A-Za-z0-9]+", post.title)
        ranks.append(reciprocal_rank(post, " ".join(chance.sample(words, min(3, len(words))))))
    assert sum(ranks) / len(ranks) >= 0.9


def reciprocal_rank(post, query) -> float:
    keys = [found.pk for found in search(query).posts]
    return 1 / (keys.index(post.pk) + 1) if post.pk in keys else 0.0


@pytest.mark.parametrize(
    ("base", "variants"),
    [
        ("サーバー", ["サーバ", "ｻｰﾊﾞｰ", "「サーバー」"]),
        ("ディープラーニング", ["ディープ・ラーニング", "ﾃﾞｨｰﾌﾟﾗｰﾆﾝｸﾞ"]),
        ("GPT-5", ["GPT5", "GPT 5", "gpt-5", "ＧＰＴ－５", "ＧＰＴ５", "「GPT-5」"]),
        ("生成AI", ["生成ＡＩ", "生成ai", "「生成 AI」", "生成\u200bAI"]),
        ("o1-preview", ["o1 preview", "O1-PREVIEW"]),
        ("GPU", ["GPUs", "gpu", "ＧＰＵ"]),
        ("データセンター", ["データセンタ", "ﾃﾞｰﾀｾﾝﾀｰ"]),
        ("規制", ["規\u00ad制", "規\u2060制", "\u200e規制"]),
    ],
)
def test_every_spelling_finds_the_same(library, base, variants):
    found = Hits.of(base)
    assert found.how == "all"
    for variant in variants:
        assert Hits.of(variant).pks == found.pks, variant
