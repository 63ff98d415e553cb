import datetime
import unicodedata

import pytest

from blog import jekyll
from blog.jekyll import BadFileError, FileName

UTC = datetime.UTC


def test_a_posts_name_gives_date_and_untrimmed_slug():
    assert jekyll.parse_name("_posts/2025-10-21-gpt-5-.md") == FileName(
        False, "2025-10-21-gpt-5-", datetime.date(2025, 10, 21), "gpt-5-"
    )


@pytest.mark.parametrize(
    ("path", "date", "slug"),
    [
        ("_posts/2025-1-2-x.markdown", datetime.date(2025, 1, 2), "x"),
        ("_posts/25-10-21-x.md", datetime.date(2025, 10, 21), "x"),
        ("_posts/deep/er/2025-10-21-2-b.v2.md", datetime.date(2025, 10, 21), "2-b.v2"),
        ("_posts/2025-13-45-x.md", None, "x"),
        ("_drafts/idea.md", None, "idea"),
        ("_drafts/2025-10-21-idea.md", datetime.date(2025, 10, 21), "idea"),
    ],
)
def test_names_are_read_as_jekyll_reads_them(path, date, slug):
    name = jekyll.parse_name(path)
    assert (name.date, name.slug) == (date, slug)
    assert name.is_draft == path.startswith("_drafts/")


@pytest.mark.parametrize("path", ["_posts/idea.md", "_posts/2025-10-idea.md", "_posts/２０２５-10-21-x.md"])
def test_a_post_whose_name_has_no_date_is_refused(path):
    with pytest.raises(BadFileError):
        jekyll.parse_name(path)


def test_a_name_in_nfd_is_the_same_name():
    nfd = unicodedata.normalize("NFD", "_posts/2025-10-21-ガイド.md")
    assert jekyll.parse_name(nfd).slug == "ガイド"


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("3-ai-article-update", "3-ai-article-update"),
        ("eu-ai-law-", "eu-ai-law"),
        ("--a---b--", "a-b"),
        ("GPT-5 と規制", "GPT-5-と規制"),
        ("規制・投資", "規制-投資"),
        ("データ", "データ"),
        ("v2.5_~!$&'()+,;=@x", "v2.5_~!$&'()+,;=@x"),
        ("100%?#/\\x", "100-x"),
        ("第Ⅳ章①", "第Ⅳ章"),
        (unicodedata.normalize("NFD", "ガ"), "ガ"),
        ("・・・", ""),
    ],
)
def test_slugs_follow_jekylls_title_rule(text, slug):
    assert jekyll.title_slug(text) == slug


def test_the_date_in_an_address_is_that_of_tokyo():
    assert jekyll.address_date(datetime.datetime(2025, 10, 20, 15, 0, tzinfo=UTC)) == datetime.date(
        2025, 10, 21
    )
    assert jekyll.article_path(datetime.date(2025, 1, 2), "x") == "/2025/01/02/x/"


def test_aliases_have_the_date_of_the_file_or_the_untrimmed_slug():
    name = jekyll.parse_name("_posts/2025-10-20-x-.md")
    moment = datetime.datetime(2025, 10, 20, 20, 0, tzinfo=UTC)
    assert jekyll.file_aliases(name, moment, "another") == []
    assert set(jekyll.file_aliases(name, moment, "x")) == {
        "/2025/10/20/x-/",
        "/2025/10/20/x/",
        "/2025/10/21/x-/",
        "/2025/10/21/x/",
    }


def test_a_derived_guid_is_the_percent_encoded_address():
    assert (
        jekyll.derived_guid("https://example.jp", "/2025/10/21/規制(案)/", "_posts/a.md")
        == "https://example.jp/2025/10/21/%E8%A6%8F%E5%88%B6(%E6%A1%88)/"
    )


def test_a_guid_without_an_address_or_with_one_too_long_is_a_uuid_and_always_the_same():
    draft = jekyll.derived_guid("https://example.jp", None, "_drafts/a.md")
    assert draft.startswith("urn:uuid:")
    assert draft == jekyll.derived_guid("https://example.jp", None, "_drafts/a.md")
    assert draft != jekyll.derived_guid("https://example.jp", None, "_drafts/b.md")
    assert jekyll.derived_guid("https://example.jp", "/2025/10/21/" + "規" * 80 + "/", "a").startswith(
        "urn:uuid:"
    )


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("前文\n\n### **規制**の[行方](/x/) ###\n\n## 次", "規制の行方"),
        ("##空白なし", "空白なし"),
        ("本文だけ", "Gpt 5 の費用"),
        ("", "Gpt 5 の費用"),
    ],
)
def test_an_empty_title_has_a_stand_in(body, title):
    assert jekyll.stand_in_title(body, jekyll.parse_name("_posts/2025-10-21-gpt-5-の費用.md")) == title


@pytest.mark.parametrize(
    ("reference", "path"),
    [
        ("/assets/a.png", "/assets/a.png"),
        ("assets//./a.png", "/assets/a.png"),
        ("/assets/%E5%9B%B3.png?v=2", "/assets/図.png"),
        (unicodedata.normalize("NFD", "/assets/ガ.png"), "/assets/ガ.png"),
        ("https://example.jp/assets/a.png", "/assets/a.png"),
        ("https://elsewhere.example/a.png", None),
        ("//elsewhere.example/a.png", None),
        ("https://example.jp.evil.example/a.png", None),
    ],
)
def test_pictures_are_found_by_paths_of_the_site(reference, path):
    assert jekyll.picture_path(reference, ["https://example.jp", ""]) == path


@pytest.mark.parametrize(
    "reference",
    [
        "../../etc/passwd",
        "/assets/../../x.png",
        "/assets/%2e%2e/x.png",
        "/assets/..%2fx.png",
        "..\\x.png",
        "C:\\x.png",
        "C:/x.png",
        "file:///etc/passwd",
        "/assets/%5c..%5cx.png",
        "/a%00.png",
        "/%ff.png",
        "data:image/png;base64,AAAA",
    ],
)
def test_paths_that_lead_out_of_the_site_are_refused(reference):
    with pytest.raises(BadFileError):
        jekyll.picture_path(reference)
