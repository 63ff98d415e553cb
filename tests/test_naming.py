import unicodedata
from types import SimpleNamespace

import pytest

from blog.naming import SLUG_LENGTH, join_tags, name_key, normalise_name, parse_tags, slugify

AWKWARD_CHARACTERS = [chr(c) for c in range(0x3400) if not 0xD800 <= c < 0xE000] + list("ﬁ㍿Ꭰﾞ🤖𝐀𠮷﷽")


def tags(*names):
    return [SimpleNamespace(name=name) for name in names]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("ＡＩ　活用 ", "AI 活用"),
        ("ｸﾗｳﾄﾞ", "クラウド"),
        ("ﾊﾟｿｺﾝ", "パソコン"),
        ("か\u3099", "が"),
        ("ＧＰＴ－４ｏ", "GPT-4o"),
        ("\tEU\u00a0AI\n Act", "EU AI Act"),
        ("生成\u200bAI\ufeff", "生成AI"),
        ("か\u200d\u3099", "が"),
        ("\u202e投資\u2069", "投資"),
        ("a\x00b\x1b", "ab"),
        ("\u200b\u3000", ""),
    ],
)
def test_a_name_is_stored_composed_narrow_and_without_what_is_invisible(typed, stored):
    assert normalise_name(typed) == stored


def test_ai_is_one_name_in_any_width_and_case():
    assert {name_key(name) for name in ("ＡＩ", "AI", "ai", "Ａi", " aI\u200b")} == {"ai"}


@pytest.mark.parametrize(("one", "other"), [("STRASSE", "straße"), ("ΑΣ", "ας"), ("㍿", "株式会社")])
def test_names_that_differ_in_case_or_compatibility_form_are_one(one, other):
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(("one", "other"), [("か", "が"), ("が", "ガ"), ("C", "C++"), ("C++", "C#")])
def test_names_that_differ_in_anything_else_are_two(one, other):
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize("around", ["{}", "か{}\u3099", "a{}b"])
def test_normalising_twice_changes_nothing_more(around):
    for character in AWKWARD_CHARACTERS:
        name = normalise_name(around.format(character))
        assert normalise_name(name) == name
        assert name_key(name) == name_key(around.format(character)) == name_key(name_key(name))


@pytest.mark.parametrize("around", ["{}", "か{}\u3099", "a{}b"])
def test_a_slug_is_never_empty_and_stays_what_it_is_when_it_is_saved_again(around):
    for character in AWKWARD_CHARACTERS:
        name = normalise_name(around.format(character))
        slug = slugify(name)
        assert slug
        assert slugify(slug) == slug
        assert unicodedata.normalize("NFC", slug) == slug
        assert not set(slug) & set("/?#%\\. \n\0")


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("生成AI", "生成ai"),
        ("EU AI Act", "eu-ai-act"),
        ("機械学習・深層学習", "機械学習-深層学習"),
        ("データ", "データ"),
        ("C", "c"),
        ("C++", "c-plus-plus"),
        ("C#", "c-sharp"),
        ("Ｃ＃", "c-sharp"),
        (".NET", "net"),
        ("!?", "exclamation-mark-question-mark"),
        ("！？", "exclamation-mark-question-mark"),
        ("+", "plus-sign"),
        ("🤖", "robot-face"),
        ("🤖 ロボット", "ロボット"),
        ("GPT-4.1", "gpt-4-1"),
        ("か\u3099", "が"),
        ("\u200b", "unnamed"),
    ],
)
def test_slugs(name, slug):
    assert slugify(name) == slug


@pytest.mark.parametrize("name", ["長" * 300, "a" + "-b" * 200, "🤖" * 50, "a" * 99 + " 末尾"])
def test_a_long_name_makes_a_slug_that_fits_and_ends_cleanly(name):
    slug = slugify(name)
    assert 0 < len(slug) <= SLUG_LENGTH
    assert not slug.endswith("-")
    assert slugify(slug) == slug


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("AI, 投資", ["AI", "投資"]),
        ("AI、投資，規制", ["AI", "投資", "規制"]),
        ("AI\n投資\r\n規制", ["AI", "投資", "規制"]),
        ("EU AI Act", ["EU AI Act"]),
        ("EU AI Act、個人情報 保護", ["EU AI Act", "個人情報 保護"]),
        ("投資, AI, 規制", ["投資", "AI", "規制"]),
        ("ＡＩ, AI, ai", ["AI"]),
        ("ai, AI", ["ai"]),
        (",、 ，,\u3000,", []),
        ("", []),
        (None, []),
        ('"東京、大阪", 名古屋', ["東京、大阪", "名古屋"]),
        ("“東京、大阪”、名古屋", ["東京、大阪", "名古屋"]),
        ('"EU AI Act"', ["EU AI Act"]),
        ('"a ""b"", c"', ['a "b", c']),
        ('15" ディスプレイ, AI', ['15" ディスプレイ', "AI"]),
        ('""', []),
        ("!?, C, C++, C#, 🤖", ["!?", "C", "C++", "C#", "🤖"]),
    ],
)
def test_a_typed_tag_string(typed, names):
    assert parse_tags(typed) == names


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ('"生成AI, 投資', ['"生成AI', "投資"]),
        ("“生成AI、投資", ["“生成AI", "投資"]),
        ('"a, b" c, d', ['"a', 'b" c', "d"]),
        ('a "b, c" d', ['a "b', 'c" d']),
    ],
)
def test_a_quote_that_is_not_closed_around_a_whole_name_swallows_no_separator(typed, names):
    assert parse_tags(typed) == names


@pytest.mark.parametrize(
    "names",
    [
        ["AI", "EU AI Act", "投資"],
        ["東京、大阪", "a, b", "名古屋"],
        ['"引用"', 'a "b", c', "“か”", '"'],
        ['"始まり', '終わり"'],
        ["“始まり", "終わり”"],
        ['15" ディスプレイ'],
        ["!?", "C", "C++", "C#", "🤖"],
    ],
)
def test_what_is_shown_in_the_form_is_read_back_as_the_same_tags(names):
    assert parse_tags(join_tags(tags(*names))) == names


def test_the_tag_string_looks_as_a_person_would_type_it():
    assert join_tags(tags("AI", "EU AI Act", "東京、大阪")) == 'AI, EU AI Act, "東京、大阪"'
