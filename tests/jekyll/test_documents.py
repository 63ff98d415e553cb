import pytest
import yaml

from blog import jekyll
from blog.jekyll import BadFileError


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: x\n---\nBody\n",
        "---\ntitle: x\n---\n\n\nBody without a last line break",
        "\ufeff---\ntitle: x\n---\nBody\n",
        "---\r\ntitle: x\r\n---\r\nBody\r\n",
        "---  \ntitle: x\n...\t\nBody\n",
        "---\ntitle: x\n---",
        "---\n---\n",
        "---\ntitle: x\n---\n---\nA rule, not a fence\n---\n",
    ],
)
def test_the_parts_of_a_file_are_the_file(text):
    document = jekyll.split(text)
    assert document.opening + document.yaml + document.closing + document.body == text


def test_a_fence_inside_a_text_does_not_end_the_front_matter():
    document = jekyll.split("---\nexcerpt: |\n  one\n  ---\n  two\n---\nBody")
    assert document.body == "Body"
    assert jekyll.load_yaml(document.yaml).values == {"excerpt": "one\n---\ntwo\n"}


def test_the_body_knows_its_line():
    assert jekyll.split("---\ntitle: x\n---\nBody").body_line == 4


@pytest.mark.parametrize(
    "text", ["", "Body only", "\n---\ntitle: x\n---\n", "--- \x0b\n", "----\ntitle: x\n----\n"]
)
def test_a_file_without_front_matter_is_refused_at_its_first_line(text):
    with pytest.raises(BadFileError) as error:
        jekyll.split(text)
    assert error.value.line == 1


def test_front_matter_without_an_end_is_refused():
    with pytest.raises(BadFileError):
        jekyll.split("---\ntitle: x\n\n" + "body\n" * 1000)


def test_a_body_of_ten_megabytes_is_refused_and_one_a_byte_smaller_is_not():
    head = "---\ntitle: x\n---\n"
    jekyll.split(head + "a" * 9_999_999)
    with pytest.raises(BadFileError) as error:
        jekyll.split(head + "a" * 10_000_000)
    assert error.value.line == 4


def test_front_matter_of_more_than_256_kilobytes_is_refused():
    with pytest.raises(BadFileError):
        jekyll.split("---\ntitle: " + "あ" * 100_000 + "\n---\n")


def test_the_line_of_the_first_byte_that_is_not_utf8_is_named():
    with pytest.raises(BadFileError) as error:
        jekyll.decode("---\ntitle: 良\n".encode() + "悪".encode("shift_jis"))
    assert error.value.line == 3


def test_the_line_of_a_nul_is_named():
    with pytest.raises(BadFileError) as error:
        jekyll.decode(b"---\ntitle: x\n---\na\0b")
    assert error.value.line == 4


def test_yaml_values_come_with_their_text_and_line():
    mapping = jekyll.load_yaml("a: 1.10\nb:\n  - x\nc: yes\n", first_line=2)
    assert mapping.values == {"a": 1.1, "b": ["x"], "c": True}
    assert mapping.scalars == {"a": "1.10", "c": "yes"}
    assert mapping.lines == {"a": 2, "b": 3, "c": 5}


def test_the_last_of_two_equal_keys_counts_and_both_are_told():
    mapping = jekyll.load_yaml("a: 1\nb: 2\na: 3\n")
    assert mapping.values == {"a": 3, "b": 2}
    assert mapping.repeated == ("a",)
    assert mapping.lines["a"] == 3


def test_no_yaml_is_an_empty_mapping():
    assert jekyll.load_yaml("").values == {}
    assert jekyll.load_yaml("# nothing\n").values == {}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: [1, 2\nc: 3\n", 3),
        ("a: 1\n\tb: 2\n", 2),
        ("- a\n- b\n", 1),
        ("only words\n", 1),
        ("a: 1\nb: !!python/object/apply:os.system [id]\n", 2),
        ("a: 1\nb: !ruby/object:Object {}\n", 2),
        ("a: &x 1\nb: *x\n", 2),
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n", 2),
        ("base: &base {a: 1}\nb:\n  <<: *base\n", 3),
        ("a: " + "[" * 100 + "]" * 100, 1),
        ("a: " + "[" * 100_000, 1),
        ("? [a, b]\n: 1\n", 1),
        ("a: 1\n--- \nb: 2\n", 2),
        ("a: \x07\n", 1),
        ('a: "x\\0"\n', 1),
    ],
    ids=range(15),
)
def test_broken_or_dangerous_yaml_is_refused_with_its_line(text, line):
    with pytest.raises(BadFileError) as error:
        jekyll.load_yaml(text)
    assert error.value.line == line
    assert error.value.reason


@pytest.mark.parametrize(
    "text", ["2025-02-30", "9" * 5000, "0x" + "f" * 5000, "0b_", "1" + ":1" * 5000, "1e" + "9" * 99]
)
def test_what_only_looks_like_a_date_or_a_number_stays_a_text(text):
    assert jekyll.load_yaml(f"a: {text}\n").values == {"a": text}


def test_the_python_loader_is_as_strict_where_libyaml_is_missing(monkeypatch):
    from blog.jekyll import documents

    plain = type("Plain", (yaml.SafeLoader,), dict(documents._Loader.__dict__))
    monkeypatch.setattr(documents, "_Loader", plain)
    assert jekyll.load_yaml("a: 2025-02-30\n").values == {"a": "2025-02-30"}
    for text in ("a: &x 1\nb: *x\n", "a: !!python/none\n", "a: " + "[" * 50):
        with pytest.raises(BadFileError):
            jekyll.load_yaml(text)
