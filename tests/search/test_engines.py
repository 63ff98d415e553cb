"""What every search engine must do: the interface `blog.search.engines.Engine`.

It is held against the engine of the database that the tests run on, and, when the environment variable
SEARCH_ENGINE_UNDER_TEST names a class (`package.module.Class`), against that one too: docs/search.md.
"""

import os

import pytest
from django.utils.module_loading import import_string

from blog.models import Post
from blog.search.engines import Document, Scope, engine
from blog.search.query import Query, parse
from tests.factories import make_post

pytestmark = pytest.mark.django_db
OTHER = os.environ.get("SEARCH_ENGINE_UNDER_TEST")


@pytest.fixture(params=["own", *([OTHER] if OTHER else [])])
def index(request):
    """An empty engine."""
    index = engine() if request.param == "own" else import_string(request.param)()
    index.clear()
    return index


def document(pk, title="見出し", excerpt="抜粋", body="本文"):
    return Document(pk, title, excerpt, body)


def find(index, query, scope=Scope.TEXT, limit=10, **more):
    return index.find(parse(query), scope=scope, limit=limit, **more)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("規制", "欧州の規制が"),
        ("半導体", "半導体の"),
        ("株", "株"),
        ("株", "持ち株"),
        ("株", "a株式"),
        ("AI", "生成ＡＩの"),
        ("生成AI", "生成 AI"),
        ("AI活用", "生成AI活用術"),
        ("GPT5", "GPT-5が"),
        ("GPT 5", "GPT5"),
        ("GPT5は", "gpt-5は速い"),
        ("Llama 3.1", "Llama-3.1を"),
        ("サーバー", "サーバ管理"),
        ("「規制と投資」", "その規制と投資の"),
        ("人工知能学会", "人工知能学会の"),
        ("知能学", "人工知能学会の"),
        ("AI半導", "生成AI半導体"),
        ("100%", "100％の"),
        ("C++", "C++で"),
        ("🚀", "発射🚀する"),
        ("규제", "유럽규제"),
        ("Кремль", "о Кремле и Кремль"),
        ("state of the art", "a state of the art model"),
    ],
)
def test_a_text_that_holds_the_words_is_found(index, query, text):
    index.write([document(1, body=text), document(2)], [])
    assert find(index, query) == [1]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("規制投資", "規制、投資"),
        ("制規", "規制。規制"),
        ("AI", "maintain openai"),
        ("半導体AI", "半導体、AI"),
        ("GPT5", "GPT-50"),
        ("「規制と投資」", "投資と規制"),
        ("100%", "100円"),
        ("株%", "株"),
        ("人工知能", "人工 知的 機能"),
        ("open ai", "openai"),
    ],
)
def test_a_text_that_does_not_hold_them_is_not(index, query, text):
    index.write([document(1, body=text)], [])
    assert find(index, query) == []


def test_words_are_anded_across_title_excerpt_and_body(index):
    index.write([document(1, "投資", "規制", "欧州"), document(2, "投資", "規制", "米国")], [])
    assert find(index, "規制 投資") == [2, 1]
    assert find(index, "欧州 規制 投資") == [1]


def test_title_and_excerpt_do_not_run_together(index):
    index.write([document(1, "規", "制", "の話")], [])
    assert find(index, "規制") == find(index, "制の") == []


def test_excluded_words(index):
    index.write([document(1, body="投資と規制"), document(2, body="投資")], [])
    assert find(index, "投資 -規制") == [2]


def test_any_of_the_words(index):
    index.write([document(1, body="投資"), document(2, body="規制"), document(3)], [])
    assert index.find(Query(parse("投資 規制").needles, any_of=True), limit=10) == [2, 1]


def test_scopes(index):
    index.write([document(1, "規制"), document(2, excerpt="規制"), document(3, body="規制")], [])
    assert find(index, "規制", Scope.TITLE) == [1]
    assert find(index, "規制", Scope.HEAD) == [2, 1]
    assert find(index, "規制") == [3, 2, 1]


def test_a_word_that_is_still_being_typed_is_found_by_its_beginning(index):
    index.write([document(1, "Anthropicの発表"), document(2, "GPT-5の発表")], [])
    assert index.find(parse("anthr", unfinished=True), scope=Scope.TITLE, limit=10) == [1]
    assert index.find(parse("の発", unfinished=True), scope=Scope.TITLE, limit=10) == [2, 1]
    assert find(index, "anthr", Scope.TITLE) == []


def test_the_highest_keys_come_first_and_no_more_than_the_limit(index):
    index.write([document(pk, body="規制") for pk in range(1, 8)], [])
    assert find(index, "規制", limit=3) == [7, 6, 5]


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6, 9])
def test_the_highest_come_first_however_far_apart_they_are(index, limit):
    keys = [3, 4095, 4096, 30_000, 300_000, 9_000_000]
    index.write([document(pk, body="規制") for pk in keys], [])
    index.write([document(pk, body="投資") for pk in (5000, 9_000_001)], [])
    assert find(index, "規制", limit=limit) == keys[::-1][:limit]
    assert index.find_each([(parse(word), Scope.TEXT) for word in ("投資", "規制")], limit=limit) == [
        [9_000_001, 5000][:limit],
        keys[::-1][:limit],
    ]
    assert index.find_each([(parse("規制"), Scope.TEXT)], limit=limit, lowest=30_000) == [
        keys[:2:-1][:limit],
    ]


def test_only_those_among_some_keys_are_found(index):
    index.write([document(pk, body="規制" if pk % 3 else "投資") for pk in range(1, 100)], [])
    assert find(index, "規制", among=[1, 2, 3, 70, 500]) == [70, 2, 1]
    assert find(index, "規制", among=range(40, 100), limit=3) == [98, 97, 95]
    assert find(index, "規制", among=[]) == []


def test_only_posts_of_the_query_set_are_found(index):
    one, other = make_post(), make_post()
    index.clear()
    index.write([document(post.pk, body="規制") for post in (one, other)], [])
    assert find(index, "規制", posts=Post.objects.filter(pk=one.pk)) == [one.pk]
    assert find(index, "規制", posts=Post.objects.none()) == []


def test_a_document_can_be_replaced_and_removed(index):
    old, new = document(1, "規制", body="規制"), document(1, "投資", body="投資")
    index.write([old], [])
    index.write([new], [old])
    assert find(index, "規制") == find(index, "規制", Scope.HEAD) == []
    assert find(index, "投資") == find(index, "投資", Scope.TITLE) == [1]
    index.remove([new])
    assert find(index, "投資") == []


def test_who_says_it_more_often_is_more_relevant(index):
    index.write(
        [document(1, body="規制。" + "他の話。" * 9), document(2, body="規制の。" * 9 + "他の話。")], []
    )
    relevance = index.relevance(parse("規制"), [1, 2])
    assert relevance[2] > relevance[1] > 0


@pytest.mark.parametrize("length", [100_000, 1_000_000])
def test_a_text_of_any_length_can_be_indexed(index, length):
    index.write(
        [document(1, body="規制" + "".join(map(chr, range(0x4E00, 0x9000))) * (length // 16_000))], []
    )
    assert find(index, "規制") == [1]
