import itertools
import random

import pytest

from blog.editing.blocks import join_blocks, split_blocks
from blog.editing.merge import Conflict, merge_list, merge_text

BASE = "一段落目。\n\n二段落目。\n\n三段落目。\n"


def merged(base, mine, theirs) -> str:
    result = merge_text(base, mine, theirs)
    assert not result.conflicts
    return result.text()


def conflict(base, mine, theirs) -> Conflict:
    (found,) = merge_text(base, mine, theirs).conflicts
    return found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "一行",
        "一行\n",
        "\n\n始まりの空行\n\n\n\n終わり\n\n",
        "```python\na = 1\n\nb = 2\n```\n\n本文",
        "~~~\n```\n\n~~~\n\n本文",
        "```\n閉じない\n\n続く\n",
        "- 一\n- 二\n\n　\n\n全角の空白の行",
    ],
)
def test_a_text_comes_back_from_its_blocks_as_it_was(text):
    assert join_blocks(*split_blocks(text)) == text


def test_a_code_fence_is_one_block_with_its_blank_lines():
    _lead, blocks = split_blocks("前\n\n```python\na = 1\n\nb = 2\n```\n\n後")
    assert [block.text for block in blocks] == ["前", "```python\na = 1\n\nb = 2\n```", "後"]


def test_a_fence_in_backticks_is_not_opened_by_inline_code():
    assert len(split_blocks("```一行の``` コード\n\n次の段落")[1]) == 2


def test_what_only_one_of_them_changed_is_taken_from_that_one():
    changed = BASE.replace("二", "弐")
    assert merged(BASE, changed, BASE) == changed
    assert merged(BASE, BASE, changed) == changed


def test_edits_of_neighbouring_paragraphs_both_survive():
    mine, theirs = BASE.replace("一", "壱"), BASE.replace("二", "弐")
    assert merged(BASE, mine, theirs) == "壱段落目。\n\n弐段落目。\n\n三段落目。\n"
    assert merged(BASE, theirs, mine) == "壱段落目。\n\n弐段落目。\n\n三段落目。\n"


def test_the_same_edit_by_both_is_made_once():
    changed = BASE.replace("二", "弐")
    assert merged(BASE, changed.replace("一", "壱"), changed) == changed.replace("一", "壱")
    assert merged(BASE, changed, changed) == changed


def test_the_same_paragraph_edited_by_both_is_a_conflict():
    found = conflict(BASE, BASE.replace("二段", "弐段"), BASE.replace("二段", "２段"))
    assert (found.base, found.mine, found.theirs) == ("二段落目。", "弐段落目。", "２段落目。")


def test_a_conflict_leaves_the_other_paragraphs_merged():
    mine = BASE.replace("二段", "弐段").replace("一", "壱")
    theirs = BASE.replace("二段", "２段").replace("三", "参")
    result = merge_text(BASE, mine, theirs)
    assert result.text(["決めた文。"]) == "壱段落目。\n\n決めた文。\n\n参段落目。\n"
    assert result.text([""]) == "壱段落目。\n\n参段落目。\n"
    assert result.text([result.conflicts[0].both]) == (
        "壱段落目。\n\n２段落目。\n\n弐段落目。\n\n参段落目。\n"
    )


def test_a_deletion_against_an_edit_is_a_conflict():
    found = conflict(BASE, BASE.replace("二段落目。\n\n", ""), BASE.replace("二段", "弐段"))
    assert (found.mine, found.theirs) == ("", "弐段落目。")


def test_a_deletion_beside_an_edit_is_none():
    assert merged(BASE, BASE.replace("二段落目。\n\n", ""), BASE.replace("三", "参")) == (
        "一段落目。\n\n参段落目。\n"
    )


def test_new_paragraphs_in_the_same_place_are_a_conflict_and_in_two_places_are_not():
    def insert(after, text):
        return BASE.replace(after, f"{after}\n\n{text}")

    found = conflict(BASE, insert("一段落目。", "甲の文。"), insert("一段落目。", "乙の文。"))
    assert (found.base, found.mine, found.theirs) == ("", "甲の文。", "乙の文。")
    assert merged(BASE, insert("一段落目。", "甲の文。"), insert("二段落目。", "乙の文。")) == (
        "一段落目。\n\n甲の文。\n\n二段落目。\n\n乙の文。\n\n三段落目。\n"
    )


def test_a_new_paragraph_beside_an_edited_one_is_no_conflict():
    mine = BASE.replace("一段落目。", "一段落目。\n\n間の文。")
    assert merged(BASE, mine, BASE.replace("一", "壱")) == (
        "壱段落目。\n\n間の文。\n\n二段落目。\n\n三段落目。\n"
    )
    assert merged(BASE, mine, BASE.replace("二", "弐")) == (
        "一段落目。\n\n間の文。\n\n弐段落目。\n\n三段落目。\n"
    )


def test_an_edit_with_a_new_paragraph_after_it_is_told_apart():
    mine = BASE.replace("一段落目。", "壱段落目。\n\nまったく別の新しい文章。")
    theirs = BASE.replace("二段", "弐段")
    assert merged(BASE, mine, theirs) == (
        "壱段落目。\n\nまったく別の新しい文章。\n\n弐段落目。\n\n三段落目。\n"
    )


def test_edits_of_two_paragraphs_conflict_only_where_the_other_edited_too():
    mine = BASE.replace("一段", "壱段").replace("二段", "弐段")
    found = conflict(BASE, mine, BASE.replace("二段", "２段"))
    assert found.mine == "弐段落目。"


def test_a_paragraph_rewritten_and_edited_is_a_conflict_with_both_texts():
    found = conflict(BASE, BASE.replace("二段落目。", "別の話。"), BASE.replace("二段", "弐段"))
    assert (found.mine, found.theirs) == ("別の話。", "弐段落目。")


def test_a_moved_paragraph_keeps_what_the_other_wrote_elsewhere():
    mine = "二段落目。\n\n三段落目。\n\n一段落目。\n"
    assert merged(BASE, mine, BASE.replace("三", "参")) == "二段落目。\n\n参段落目。\n\n一段落目。\n"


def test_a_moved_paragraph_that_the_other_edited_is_a_conflict_and_no_text_is_lost():
    mine = "二段落目。\n\n三段落目。\n\n一段落目。\n"
    result = merge_text(BASE, mine, BASE.replace("一", "壱"))
    (found,) = result.conflicts
    assert "壱段落目。" in found.theirs
    assert "一段落目。" in result.text([found.theirs])


def test_two_edits_of_one_code_fence_are_one_conflict():
    code = "```\na = 1\n\nb = 2\n```\n\n本文\n"
    found = conflict(code, code.replace("a = 1", "a = 3"), code.replace("b = 2", "b = 4"))
    assert found.mine == "```\na = 3\n\nb = 2\n```"


def test_line_ends_of_windows_make_no_difference():
    assert merged(BASE.replace("\n", "\r\n"), BASE.replace("一", "壱"), BASE.replace("二", "弐")) == (
        "壱段落目。\n\n弐段落目。\n\n三段落目。\n"
    )


def test_who_only_changed_the_line_break_at_the_end_disturbs_nobody():
    mine, theirs = BASE.rstrip("\n"), BASE.replace("一", "壱")
    assert merged(BASE, mine, theirs) == "壱段落目。\n\n二段落目。\n\n三段落目。"
    assert merged(BASE, theirs, mine) == "壱段落目。\n\n二段落目。\n\n三段落目。"
    longer = BASE + "\n四段落目。\n"
    assert merged(BASE, mine, longer) == longer


def test_a_text_written_by_both_from_nothing_is_a_conflict():
    found = conflict("", "甲の原稿。\n\n続き。", "乙の原稿。")
    assert (found.mine, found.theirs) == ("甲の原稿。\n\n続き。", "乙の原稿。")


def test_a_text_emptied_by_one_and_edited_by_the_other_is_a_conflict():
    result = merge_text(BASE, "", BASE.replace("二段", "弐段"))
    assert result.conflicts
    assert "弐段落目。" in "".join(found.theirs for found in result.conflicts)


def test_short_values_are_merged_as_one_piece():
    assert merged("", "2099-01-05T09:00", "") == "2099-01-05T09:00"
    assert merged("3", "", "3") == ""
    assert conflict("3", "4", "5").theirs == "5"


def test_no_paragraph_of_either_side_is_ever_lost():
    chance = random.Random(20251021)  # noqa: S311
    letters = [f"{letter}についての段落です。" for letter in "甲乙丙丁戊己庚辛"]
    for _ in range(400):
        base = chance.sample(letters, 5)
        sides = []
        for name in ("佐藤", "鈴木"):
            blocks, new = list(base), []
            for _ in range(chance.randrange(1, 4)):
                place = chance.randrange(len(blocks) + 1)
                text = f"{name}が書いた{chance.random()}。"
                if chance.random() < 0.5 and place < len(blocks):
                    blocks[place] = text
                else:
                    blocks.insert(place, text)
                new.append(text)
            sides.append((blocks, [text for text in new if text in blocks]))
        (mine, my_new), (theirs, their_new) = sides
        result = merge_text("\n\n".join(base), "\n\n".join(mine), "\n\n".join(theirs))
        everything = result.text([found.both for found in result.conflicts])
        for text in itertools.chain(my_new, their_new):
            assert everything.count(text) == 1
        for text in base:
            if text in mine and text in theirs and text not in my_new:
                assert text in everything


@pytest.mark.parametrize("paragraph", ["あいうえおかきくけこ" * 4, "---"])
def test_a_long_text_is_merged_paragraph_by_paragraph(paragraph):
    blocks = [f"{paragraph}{number if len(paragraph) > 3 else ''}" for number in range(1_000)]
    mine, theirs = list(blocks), list(blocks)
    mine[3], theirs[900] = "甲の文。", "乙の文。"
    result = merged(*("\n\n".join(text) for text in (blocks, mine, theirs)))
    blocks[3], blocks[900] = "甲の文。", "乙の文。"
    assert result == "\n\n".join(blocks)


def test_a_text_of_endless_repetition_is_still_answered():
    blocks = ["繰り返し"] * 20_000
    mine, theirs = ["甲", *blocks, "甲"], ["乙", *blocks[1:], "乙"]
    result = merge_text(*("\n\n".join(text) for text in (blocks, mine, theirs)))
    assert result.conflicts


def test_tags_of_both_are_kept_and_removals_too():
    assert merge_list(["甲", "乙"], ["甲", "乙", "丙"], ["甲", "丁"]) == ["甲", "丁", "丙"]
    assert merge_list(["甲", "乙"], ["乙", "甲"], ["甲", "乙"]) == ["乙", "甲"]
    assert merge_list(["甲"], [], ["甲", "乙"]) == ["乙"]
    assert merge_list(["AI"], ["ai", "丙"], ["AI", "乙"], key=str.lower) == ["AI", "乙", "丙"]


def test_a_new_order_survives_when_the_other_changed_no_member():
    assert merge_list(list("abc"), list("cab"), list("abc")) == list("cab")
    assert merge_list(list("abc"), list("cabd"), list("bca")) == list("cabd")
