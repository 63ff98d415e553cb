"""blog/search/query.py and tokens.py: what somebody typed, as needles."""

import pytest

from blog.search.query import NEEDLES, QUERY_LENGTH, Needle, clean, parse
from blog.search.tokens import grams, phrase, phrase_grams, positional, spellings, units


def needles(typed):
    return [needle.units for needle in parse(typed).needles]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("規制", [("規", "制")]),
        ("規制　投資", [("規", "制"), ("投", "資")]),
        ("生成AI", [("生", "成", "ai")]),
        ("GPT-5", [("gpt", "5")]),
        ("GPT5", [("gpt", "5")]),
        ("GPT 5", [("gpt", "5")]),
        ("Llama 3.1", [("llama", "3", "1")]),
        ("o1-preview", [("o", "1", "preview")]),
        ("AI 2026", [("ai",), ("2026",)]),
        ("「規制と投資」", [("規", "制", "と", "投", "資")]),
        ('"open source"', [("open", "source")]),
        ("“open source”", [("open", "source")]),
        ("AI「規制」", [("ai",), ("規", "制")]),
        ("規制 規制", [("規", "制")]),
        ("100%", [("100", "%")]),
        ("C++", [("c", "+", "+")]),
        ("「", []),
        ('"', []),
        ("。、", []),
        ("-", []),
        ("--", []),
    ],
)
def test_the_needles_of_a_query(typed, found):
    assert needles(typed) == found


def test_a_word_after_a_minus_is_excluded():
    query = parse("投資 -規制 -「生成AI」")
    assert [needle.units for needle in query.needles] == [("投", "資")]
    assert [needle.units for needle in query.excluded] == [("規", "制"), ("生", "成", "ai")]


def test_a_hyphen_within_a_word_excludes_nothing():
    assert parse("GPT-5 state-of-the-art").excluded == ()


def test_a_query_is_no_longer_than_it_needs_to_be():
    assert len(clean("あ" * 10_000)) == QUERY_LENGTH
    assert len(parse(" ".join(f"語{n}" for n in range(60))).needles) == NEEDLES


def test_a_query_that_finds_nothing_is_tried_in_pieces_and_then_any_of_them():
    tries = [
        (how, query.any_of, len(query.needles))
        for how, query in parse("生成AI活用術").attempts(lambda row: True)
    ]
    assert tries == [("all", False, 1), ("pieces", False, 3), ("any", True, 3)]


def test_a_fragment_may_begin_and_end_within_a_word():
    tries = [query.needles for how, query in parse("oogleの発表とGem").attempts(bool) if how == "pieces"]
    assert Needle(("の", "発", "表", "と", "gem"), begins=True) in tries[0]


def test_a_long_word_that_no_text_holds_is_cut_into_the_longest_parts_that_some_do():
    known = ["人工知能", "規制法", "法案"]
    tries = parse("人工知能規制法案").attempts(lambda row: any("".join(row) in word for word in known))
    cut = [query for how, query in tries if how == "pieces"][-1]
    assert ["".join(needle.units) for needle in cut.needles] == ["人工知能", "規制", "法案"]


@pytest.mark.parametrize(
    ("word", "spelled"),
    [
        ("サーバー", ["サーバ"]),
        ("サーバ", ["サーバ"]),
        ("フロー", ["フロー"]),
        ("サーバー管理", ["サーバ管理", "サーバー管理"]),
        ("サーバ管理", ["サーバ管理", "サーバー管理"]),
        ("メーカとサーバー", ["メーカとサーバ", "メーカーとサーバ"]),
        ("gpuサーバ", ["gpuサーバ"]),
    ],
)
def test_the_last_long_vowel_of_a_katakana_word_is_written_or_not(word, spelled):
    assert ["".join(row) for row in spellings(tuple(units(word)))] == spelled


def test_a_phrase_of_many_katakana_words_has_few_spellings_one_as_it_was_typed():
    row = tuple(units("メーカーとサーバとユーザーとプリンターとデータの"))
    assert len(spellings(row)) == 8
    assert row in spellings(row)


def test_positional_terms_prove_neighbours():
    assert positional("生成ai活用。gpt-5").split() == [
        "生",
        "生成",
        "成\ue001",
        "ai",
        "活",
        "活用",
        "用",
        "gpt",
        "5",
    ]


@pytest.mark.parametrize("text", ["生成ai活用", "gpt-5の発表", "aiの、規制", "規制、ai", "株", "a、株"])
def test_the_terms_of_a_phrase_are_neighbours_in_every_text_that_holds_it(text):
    terms, is_beginning = phrase(units(text))
    row = f" {' '.join(positional(f'前後{text}後').split())} "
    assert f" {' '.join(terms)}{'' if is_beginning else ' '}" in row


@pytest.mark.parametrize("text", ["生成ai活用", "gpt-5の発表", "規制、ai", "株", "llama 3.1"])
def test_the_grams_of_a_phrase_are_among_those_of_every_text_that_holds_it(text):
    assert set(phrase_grams(units(text))) <= grams(units(f"前後{text}後")).keys()


def test_one_word_is_not_two():
    assert not set(phrase_grams(units("open ai"))) <= grams(units("openai")).keys()


def test_a_very_long_word_is_cut_for_the_index():
    assert max(map(len, units("x" * 5000))) == 40
