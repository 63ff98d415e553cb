import itertools
import random
import unicodedata

import pytest

from blog.history.diffs import Fold, Line, Span, count, diff_lines, diff_text, folded


def shown(spans) -> str:
    """`推論[-電力-]{+費用+}`"""
    marks = {"same": "%s", "del": "[-%s-]", "ins": "{+%s+}"}
    return "".join(marks[span.kind] % span.text for span in spans)


def kinds(lines) -> list[str]:
    return [line.kind for line in lines]


def sides(lines) -> tuple[str, str]:
    """Both texts, put together again from what is shown."""
    old = ["".join(s.text for s in line.spans if s.kind != "ins") for line in lines if line.kind != "ins"]
    new = ["".join(s.text for s in line.spans if s.kind != "del") for line in lines if line.kind != "del"]
    return "\n".join(old), "\n".join(new)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("電力を減らす。", "費用を減らす。", "[-電力-]{+費用+}を減らす。"),
        ("設備の計画を左右する。", "設備の計画を大きく左右する。", "設備の計画を{+大きく+}左右する。"),
        ("規制は厳しい。", "規制。", "規制[-は厳しい-]。"),
        ("", "新しい", "{+新しい+}"),
        ("消える", "", "[-消える-]"),
        ("同じ", "同じ", "同じ"),
    ],
)
def test_a_change_within_a_sentence_is_shown_by_character(old, new, expected):
    assert shown(diff_text(old, new)) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("価格は1,200円", "価格は1,350円", "価格は[-1,200-]{+1,350+}円"),
        ("GPT-4を使う", "GPT-5を使う", "[-GPT-4-]{+GPT-5+}を使う"),
        ("ＧＰＴ４を使う", "ＧＰＴ５を使う", "[-ＧＰＴ４-]{+ＧＰＴ５+}を使う"),
    ],
)
def test_a_number_or_a_latin_word_changes_as_a_whole(old, new, expected):
    assert shown(diff_text(old, new)) == expected


def test_a_single_character_that_stayed_between_two_changes_is_no_confetti():
    assert shown(diff_text("どう減らすかは、", "どう減らせるかが、")) == "どう減ら[-すかは-]{+せるかが+}、"


def test_a_mark_stays_with_its_letter():
    assert shown(diff_text("葛\U000e0100飾区", "葛飾区")) == "[-葛\U000e0100-]{+葛+}飾区"
    dakuten = "か゚行"  # has no composed form
    assert shown(diff_text(dakuten, "か行")) == "[-か゚-]{+か+}行"


def test_only_the_line_that_changed_is_marked():
    lines = diff_lines("一段落目。\n\n二段落目です。\n\n三。", "一段落目。\n\n二段落目である。\n\n三。")
    assert kinds(lines) == ["same", "same", "changed", "same", "same"]
    assert shown(lines[2].spans) == "二段落目で[-す-]{+ある+}。"


def test_a_new_paragraph_is_new_and_the_blank_line_before_it_too():
    lines = diff_lines("一。\n\n二。", "一。\n\n挿入した段落。\n\n二。")
    assert kinds(lines).count("ins") == 2
    assert not {"del", "changed"} & set(kinds(lines))


def test_lines_are_numbered_on_the_side_where_they_stand():
    lines = diff_lines("一\n消える行である\n三", "一\n三\n四番目の行")
    numbers = [(line.kind, line.old_number, line.new_number) for line in lines]
    assert numbers == [("same", 1, 1), ("del", 2, None), ("same", 3, 2), ("ins", None, 3)]


def test_a_paragraph_that_has_nothing_in_common_is_not_mixed_with_the_old_one():
    lines = diff_lines("電力の話をする。", "株価について書く記事")
    assert kinds(lines) == ["del", "ins"]


def test_changed_lines_find_their_partners_past_a_new_one():
    old = "推論に使う電力を減らす。\n利用者が待てる時間には限りがある。"
    new = "冒頭に足した別の文です！\n推論に使う費用を減らす。\n利用者が待てる時間には限度がある。"
    lines = diff_lines(old, new)
    assert kinds(lines) == ["ins", "changed", "changed"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("一\r\n二\r\n", "一\n二\n"),
        ("一\r二", "一\n二"),
        (unicodedata.normalize("NFD", "ガイドライン"), "ガイドライン"),
    ],
)
def test_what_no_reader_could_see_is_no_difference(old, new):
    assert set(kinds(diff_lines(old, new))) == {"same"}
    assert count(old, new) == (0, 0)


def test_full_width_and_half_width_differ():
    assert shown(diff_text("ＡＩ", "AI")) == "[-ＡＩ-]{+AI+}"


def test_characters_that_came_and_went_are_counted_without_line_ends():
    assert count("一。\n二。", "一。\n\n二。\n追加した。") == (5, 0)
    assert count("電力を減らす", "費用を減らす") == (2, 2)


def test_a_long_unchanged_stretch_is_folded_and_three_lines_stay_around_a_change():
    old = "\n".join(f"行{number}" for number in range(100))
    new = old.replace("行50\n", "行50を変えた\n")
    shown_lines = folded(diff_lines(old, new))
    assert [len(line.lines) if isinstance(line, Fold) else 1 for line in shown_lines] == [47, *[1] * 7, 46]
    assert shown_lines[4].kind == "changed"


def test_equal_texts_are_one_fold():
    assert [type(line) for line in folded(diff_lines("一\n二\n三", "一\n二\n三"))] == [Fold]


def test_a_single_line_is_not_worth_a_fold():
    assert all(isinstance(line, Line) for line in folded(diff_lines("同\n旧い行", "同\n別の文")))


def paragraphs(number: int, length: int, seed: int = 1) -> list[str]:
    letters = "推論電力設備計画市場価格半導体規制のはがをにでと、。"
    chooser = random.Random(seed)  # noqa: S311
    return ["".join(chooser.choices(letters, k=length)) for _ in range(number)]


BODIES = {
    "a usual edit": (
        "\n\n".join(paragraphs(110, 120)),
        "\n\n".join(paragraphs(110, 120)).replace("電力", "費用"),
    ),
    "another text": ("\n\n".join(paragraphs(110, 120)), "\n\n".join(paragraphs(110, 120, seed=2))),
    "one line of 13,000 characters": ("".join(paragraphs(1, 13_000)), "".join(paragraphs(1, 13_000, seed=2))),
    "the same line again and again": ("あ\n" * 20_000, "あ\n" * 19_000 + "い\n" * 500),
    "two lines again and again": ("あ\nい\n" * 10_000, "い\nい\nあ\n" * 7_000),
    "one character": ("の" * 13_000, "の" * 12_000),
    "lines in reverse": (
        "\n".join(map(str, range(10_000))),
        "\n".join(map(str, reversed(range(10_000)))),
    ),
    "200 lines that are all alike": (
        "\n".join(f"項目{n} は同じ値である" for n in range(200)),
        "\n".join(f"項目{n} は別の値である" for n in range(200)),
    ),
}


@pytest.mark.parametrize(("old", "new"), BODIES.values(), ids=BODIES.keys())
def test_what_is_shown_is_both_texts_whatever_was_cut_short(old, new):
    assert sides(diff_lines(old, new)) == (old, new)


def test_alike_lines_are_paired_however_many():
    lines = diff_lines(*BODIES["200 lines that are all alike"])
    assert set(kinds(lines)) == {"changed"}


def test_spans_are_never_empty_and_never_of_one_kind_twice_in_a_row():
    for seed in range(30):
        (old,), (new,) = paragraphs(1, 60, seed), paragraphs(1, 60, seed + 100)
        spans = diff_text(old, new)
        assert all(span.text for span in spans)
        assert all(a.kind != b.kind for a, b in itertools.pairwise(spans))
        assert isinstance(spans[0], Span)
