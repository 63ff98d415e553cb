"""blog/search/words.py: long words as terms."""

import pytest

from blog.search.folding import fold
from blog.search.tokens import units
from blog.search.words import word_phrase, words


def proves(text: str, word: str) -> bool:
    """Whether the terms of the word are neighbours among those of the text."""
    return f" {' '.join(word_phrase(units(fold(word))))} " in f" {' '.join(words(fold(text)).split())} "


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("半導体", "半導体"),
        ("人工知能", "日本の人工知能学会"),
        ("データセンター", "大型データセンター、"),
        ("生成AI", "生成ＡＩの活用"),
        ("生成AI活用", "生成 AI 活用術"),
        ("導体投", "半導体投資"),
        ("個人情報", "個人情報保護法"),
        ("情報保護法", "個人情報保護法"),
    ],
)
def test_a_text_holds_the_terms_of_a_word_side_by_side(word, text):
    assert word_phrase(units(fold(word)))
    assert proves(text, word)


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("東京都市", "東京都と京都市"),
        ("東京都市", "京都市、東京都"),
        ("個人情報保", "個人情報と人情報保"),
        ("人工知能学会", "人工知能の機能学会"),
        ("半導体", "半導と導体"),
        ("生成AI", "生成、AI"),
        ("生成AI", "生成AIM"),
    ],
)
def test_words_do_not_run_together(word, text):
    assert word_phrase(units(fold(word)))
    assert not proves(text, word)


def test_a_word_of_three_or_four_units_is_one_term():
    assert len(word_phrase(list("半導体"))) == len(word_phrase(list("人工知能"))) == 1


def test_a_word_that_occurs_often_is_there_once():
    assert words("半導体と半導体の半導体") == words("半導体")


@pytest.mark.parametrize("phrase", ["規制", "AIの規制", "規制、強化", "GPT-5発表", "open source社", "5万円"])
def test_what_is_no_single_word_has_no_terms(phrase):
    assert word_phrase(units(fold(phrase))) == []
