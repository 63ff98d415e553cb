"""blog/search/query.py and tokens.py: what somebody typed, as needles."""

import pytest

from blog.search.query import NEEDLES, QUERY_LENGTH, Needle, clean, parse
from blog.search.tokens import Proof, Row, joined, proof, units


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
    tries = [(how, query.any_of, len(query.needles)) for how, query in parse("生成AI活用術").attempts()]
    assert tries == [("all", False, 1), ("pieces", False, 3), ("any", True, 3)]


def test_a_fragment_may_begin_and_end_within_a_word():
    tries = [query.needles for how, query in parse("oogleの発表とGem").attempts() if how == "pieces"]
    assert Needle(("の", "発", "表", "と", "gem"), begins=True) in tries[0]


@pytest.mark.parametrize(
    ("text", "gram"),
    [
        ("生成ai活用。gpt-5", "生"),
        ("生成ai活用。gpt-5", "生成"),
        ("生成ai活用。gpt-5", "生成·ai·"),
        ("生成ai活用。gpt-5", "成·ai·活"),
        ("生成ai活用。gpt-5", "·gpt·"),
        ("生成ai活用。gpt-5", "·gpt··5·"),
        ("半導体", "半導体"),
        ("人工知能学会", "工知能学"),
        ("データセンタ", "ータセンタ"),
        ("人工知能だけでは", "人工知能だけでは"),
    ],
)
def test_the_grams_of_a_text(text, gram):
    assert gram in Row.of(text).grams()


@pytest.mark.parametrize("gram", ["用·gpt·", "·ai··gpt·", "能。", "a", "\n", " ", "活用 "])
def test_what_does_not_stand_together_is_no_gram(gram):
    assert gram not in Row.of("生成ai活用。gpt-5").grams()


@pytest.mark.parametrize(
    "text", ["生成ai活用", "gpt-5の発表", "aiの、規制", "規制、ai", "株", "a、株", "3.1 と 4"]
)
def test_the_units_of_a_phrase_are_a_part_of_every_text_that_holds_it(text):
    assert joined(units(text)) in Row.of(f"前後{text}後").text


@pytest.mark.parametrize(
    "text",
    [
        "生成ai活用",
        "gpt-5の発表",
        "規制、ai",
        "株",
        "llama 3.1",
        "人工知能学会が発表",
        "ディプラニングフレムワク",
    ],
)
def test_the_grams_of_a_phrase_are_among_those_of_every_text_that_holds_it(text):
    assert set(proof(tuple(units(text))).grams) <= Row.of(f"前後{text}後").grams()


@pytest.mark.parametrize("text", ["株", "規制", "半導体", "生成ai", "gpt 5", "人工知能", "データセンタ"])
def test_what_is_a_gram_proves_itself(text):
    assert proof(tuple(units(text))) == Proof((joined(units(text)),), "", True, "")


@pytest.mark.parametrize("text", ["人工知能の半導体", "規制、投資", "state of the art", "人工知能だけでは"])
def test_what_is_longer_must_be_read(text):
    assert not proof(tuple(units(text))).is_complete


def test_a_compound_with_its_kana_is_enough_but_not_the_only_proof():
    assert proof(tuple(units("人工知能だけでは"))).enough == "人工知能だけでは"
    assert "人工知能だけでは" not in Row.of("人工知能だけではない").grams()


def test_a_phrase_that_is_still_being_typed_has_a_beginning():
    assert proof(("の", "gem"), begins=True) == Proof((), "の·gem", True, "")


def test_a_very_long_phrase_is_looked_up_by_some_of_it():
    assert len(proof(tuple(units("規制と投資は別の話である。" * 20))).grams) < 20


def test_one_word_is_not_two():
    assert not set(proof(tuple(units("open ai"))).grams) <= Row.of("openai").grams()


def test_a_very_long_word_is_cut_for_the_index():
    assert max(map(len, units("x" * 5000))) == 40
