"""blog/search/passages.py: where the hits are."""

import pytest

from blog.search.passages import PASSAGE_LENGTH, best_passage, marked
from blog.search.query import parse


def hits(text, query):
    return [part.text for part in marked(text, parse(query).needles) if part.hit]


@pytest.mark.parametrize(
    ("text", "query", "found"),
    [
        ("AI規制の今", "規制", ["規制"]),
        ("ＡＩ規制とai", "AI", ["ＡＩ", "ai"]),
        ("サーバーとｻｰﾊﾞｰ", "サーバ", ["サーバー", "ｻｰﾊﾞｰ"]),
        ("ディープ・ラーニング", "ディープラーニング", ["ディープ・ラーニング"]),
        ("ヴァイオリン", "バイオリン", ["ヴァイオリン"]),
        ("GPT-5とGPT5とGPT 5", "GPT5", ["GPT-5", "GPT5", "GPT 5"]),
        ("GPUs and GPU", "gpu", ["GPUs", "GPU"]),
        ("1,000円と1000円", "1000円", ["1,000円", "1000円"]),
        ("maintain", "ai", []),
        ("ビールとビル", "ビル", ["ビル"]),
        ("ワークフローとフロア", "フロー", ["フロー"]),
        ("サーバー管理とサーバ管理", "サーバ管理", ["サーバー管理", "サーバ管理"]),
        ("サーバー管理とサーバ管理", "サーバー管理", ["サーバー管理", "サーバ管理"]),
        ("サーバーレスとサーバー", "サーバ", ["サーバ", "サーバー"]),
        ("レヴュー", "レビュー", ["レヴュー"]),
        ("GPTー5", "GPT5", ["GPTー5"]),
        ("生成 AI 活用", "生成AI活用", ["生成 AI 活用"]),
        ("APIsとAPI", "API", ["APIs", "API"]),
        ("規\u200b制", "規制", ["規\u200b制"]),
        ("", "規制", []),
    ],
)
def test_a_hit_is_marked_as_it_is_written(text, query, found):
    assert hits(text, query) == found


def test_the_parts_are_the_whole_text():
    text = "＜b＞規制</b>&amp; サーバー・ルーム、GPT-5 の話。"
    assert "".join(part.text for part in marked(text, parse("規制 GPT5 サーバ").needles)) == text


def test_the_passage_is_the_sentence_that_holds_most():
    body = "見出し\n規制の話。\n前の文は関係がない話です。投資と規制の両方を、欧州から見る。後の文。"
    passage = "".join(part.text for part in best_passage(body, parse("規制 投資").needles))
    assert "投資と規制の両方" in passage


def test_a_long_paragraph_is_cut_at_sentences():
    body = "関係がない文である。" * 30 + "ここに規制がある。" + "後に続く文である。" * 30
    passage = "".join(part.text for part in best_passage(body, parse("規制").needles))
    assert passage.startswith("… ここに規制がある。")
    assert passage.endswith("。")
    assert len(passage) <= PASSAGE_LENGTH + 2


def test_a_sentence_without_end_is_cut_around_the_hit():
    body = "長い文で、" * 100 + "規制が、" + "まだ続いて、" * 100
    passage = "".join(part.text for part in best_passage(body, parse("規制").needles))
    assert "規制" in passage
    assert len(passage) < PASSAGE_LENGTH * 1.5


@pytest.mark.parametrize(("text", "query"), [("#" * 200, "#" * 60 + "$"), ("ー" * 200, "ー" * 80 + "ア")])
def test_a_row_of_signs_costs_no_more_than_its_length(text, query):
    assert hits(text, query) == []


def test_a_body_without_a_hit_has_no_passage():
    assert best_passage("何もない。", parse("規制").needles) == []
