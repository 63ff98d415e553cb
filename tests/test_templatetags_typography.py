"""blog/templatetags/typography.py: where a headline may break."""

import itertools

import pytest

from blog.templatetags.typography import phrases


def test_a_headline_may_break_between_its_phrases():
    assert phrases("電力が決めるAI投資の順番").split("<wbr>") == ["電力が", "決める", "AI投資の", "順番"]


@pytest.mark.parametrize("headline", ["【2026年版】AI活用ガイド", "GPT-5とClaude Code 2.0の比較"])
def test_numbers_and_latin_words_stay_whole(headline):
    parts = phrases(headline).split("<wbr>")
    assert "".join(parts) == headline
    assert not [1 for left, right in itertools.pairwise(parts) if (left[-1] + right[0]).isascii()]


@pytest.mark.parametrize("headline", ["", "<b>&「」", "a\u2028b"])
def test_a_headline_stays_text(headline):
    assert "<b>" not in phrases(headline)
