import pytest

from blog import jekyll

YAML = """\
layout: post  # stays
title: "規制の行方"

# when it was published
date: 2025-10-21 07:03:00 +0900
tags: ["AI", '規制']
excerpt: |
  一行目
  # not a comment

  二行目
custom:
  when: 2025-10-21
  list: [1, 2]
"""


def test_without_a_change_the_text_stays_to_the_byte():
    assert jekyll.edit_yaml(YAML, {"title": "規制の行方", "missing": None}) == YAML


def test_only_the_lines_of_the_changed_key_change():
    edited = jekyll.edit_yaml(YAML, {"title": "新しい見出し"})
    assert edited == YAML.replace('title: "規制の行方"', "title: 新しい見出し")


def test_a_key_is_added_at_the_end_and_removed_with_its_lines():
    assert jekyll.edit_yaml(YAML, {"guid": "urn:x"}) == YAML + "guid: urn:x\n"
    assert "custom" not in jekyll.edit_yaml(YAML, {"custom": None})
    assert jekyll.edit_yaml(YAML, {"tags": None}) == YAML.replace("tags: [\"AI\", '規制']\n", "")


def test_a_block_text_is_replaced_as_a_whole():
    edited = jekyll.edit_yaml(YAML, {"excerpt": "短い"})
    assert jekyll.load_yaml(edited).values == jekyll.load_yaml(YAML).values | {"excerpt": "短い"}
    assert "二行目" not in edited


@pytest.mark.parametrize(
    "text", ["{title: a, date: 2025-10-21}", "  title: a\n  date: 2025-10-21\n", "? title\n: a\n"]
)
def test_yaml_in_another_shape_keeps_its_meaning(text):
    expected = jekyll.load_yaml(text).values | {"title": "b", "featured": True}
    assert jekyll.load_yaml(jekyll.edit_yaml(text, {"title": "b", "featured": True})).values == expected


def test_line_endings_stay_those_of_the_file():
    edited = jekyll.edit_yaml("title: a\r\ndate: 2025-10-21\r\n", {"title": "b", "tags": ["x", "y"]}, "\r\n")
    assert edited == "title: b\r\ndate: 2025-10-21\r\ntags:\r\n  - x\r\n  - y\r\n"


def test_a_text_without_a_last_line_break_gets_one_before_a_new_key():
    assert jekyll.edit_yaml("title: a", {"guid": "x"}) == "title: a\nguid: x\n"


@pytest.mark.parametrize(
    "value",
    [
        "2025",
        "yes",
        "null",
        "2025-10-21",
        "a: b",
        "# a",
        "",
        " 空白 ",
        "改行\nあり\n---\n",
        "\r\n",
        "絵文字🎌",
        "'引用\"",
        "\u2028",
        "あ" * 500,
    ],
)
def test_any_text_survives_being_written(value):
    assert jekyll.load_yaml(jekyll.edit_yaml(YAML, {"title": value})).values["title"] == value


def test_what_is_dumped_is_readable():
    assert jekyll.dump_yaml({"b": "日本語" * 50, "a": [1]}) == "b: " + "日本語" * 50 + "\na:\n  - 1\n"
    assert jekyll.dump_yaml({}) == ""


def test_one_list_in_two_places_is_written_twice():
    tags = ["x"]
    assert "&" not in jekyll.dump_yaml({"a": tags, "b": tags})
