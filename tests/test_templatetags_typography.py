"""blog/templatetags/typography.py: where a headline may break."""

import itertools

import pytest

from blog.phrases import phrases_of
from blog.templatetags.typography import phrases


def test_a_headline_may_break_between_its_phrases():
    assert phrases("電力が決めるAI投資の順番").split("<wbr>") == ["電力が", "決める", "AI投資の", "順番"]


@pytest.mark.parametrize("headline", ["【2026年版】AI活用ガイド", "GPT-5とClaude Code 2.0の比較"])
def test_numbers_and_latin_words_stay_whole(headline):
    parts = phrases_of(headline)
    assert "".join(parts) == headline
    assert not [1 for left, right in itertools.pairwise(parts) if (left[-1] + right[0]).isascii()]


@pytest.mark.parametrize(
    "parted",
    [
        "AI活用完全ガイド｜/部門別の/導入",
        "EU AI Act施行2026年8月：/日本企業が/動く",
        "医療・クリニックの/AI導入事例｜/問診から/始める",
        "産業標準化へ：/進化と/応用可能性",
        "政府が/ご利用者向けに/お客様相談窓口を/新設",
        "AIが/もたらす産業構造の/転換",
        "見出し｜",
        "2026年/オープンソース/LLMの/躍進",
        "AIエージェントが/（Google・/Microsoft）の/進化と",
        "「AlphaGeometry 2」は、/何を/変えるのか",
    ],
)
def test_words_and_dates_stay_whole_and_a_mark_ends_a_phrase(parted):
    assert phrases(parted.replace("/", "")).split("<wbr>") == parted.split("/")


def test_a_name_with_a_hyphen_stays_whole_and_nothing_else_changes():
    kept = '<span class="whole">GPT-4o</span>超え'
    assert phrases("GPT-4o超え") == kept
    assert phrases("GPT-4.1-mini、") == '<span class="whole">GPT-4.1-mini</span>、'
    assert phrases("<a-b>&") == '&lt;<span class="whole">a-b</span>&gt;&amp;'
    long = "an-address-of-many-words-that-may-well-break"
    assert phrases(long) == long


@pytest.mark.parametrize("headline", ["", "<b>&「」", "a\u2028b"])
def test_a_headline_stays_text(headline):
    assert "<b>" not in phrases(headline)
