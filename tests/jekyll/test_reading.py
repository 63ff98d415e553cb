import datetime
from zoneinfo import ZoneInfo

import pytest

from blog import jekyll
from blog.jekyll import BadFileError, FrontMatter

TOKYO = ZoneInfo("Asia/Tokyo")


def read(yaml: str, path: str = "_posts/2025-10-21-x.md", zone=TOKYO) -> FrontMatter:
    return jekyll.read(jekyll.split(f"---\n{yaml}\n---\n"), jekyll.parse_name(path), zone)


def tokyo(*parts: int) -> datetime.datetime:
    return datetime.datetime(*parts, tzinfo=TOKYO)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2025-10-20 22:03:00 +0000", tokyo(2025, 10, 21, 7, 3)),
        ("2025-10-21 07:03:00 +0900", tokyo(2025, 10, 21, 7, 3)),
        ("2025-10-21 07:03:00 +09:00", tokyo(2025, 10, 21, 7, 3)),
        ("2025-10-20T22:03:00Z", tokyo(2025, 10, 21, 7, 3)),
        ('"2025-10-21 07:03 JST"', tokyo(2025, 10, 21, 7, 3)),
        ("2025-10-20 17:03:00 -05:00", tokyo(2025, 10, 21, 7, 3)),
        ("2025-10-21 07:03:00", tokyo(2025, 10, 21, 7, 3)),
        ('"2025-10-21 07:03"', tokyo(2025, 10, 21, 7, 3)),
        ("2025-10-21", tokyo(2025, 10, 21)),
        ('"2025/10/21"', tokyo(2025, 10, 21)),
        ("2025-10-21 07:03:00.25 +0900", tokyo(2025, 10, 21, 7, 3, 0, 250000)),
    ],
)
def test_dates_are_read_in_all_the_forms_that_front_matter_has(written, moment):
    assert read(f"date: {written}").date == moment


def test_a_date_without_an_offset_is_in_the_sites_time_zone():
    assert read("date: 2025-10-21 07:03:00", zone=ZoneInfo("UTC")).date == tokyo(2025, 10, 21, 16, 3)


@pytest.mark.parametrize(
    "written",
    [
        "2025-13-45",
        "2025-02-30 10:00:00 +0900",
        "0000-01-01",
        "0001-01-01",
        "9999-12-31 23:59:59 -1200",
        "yesterday",
        "20251021",
        "2025-10-21 25:00",
        "2025-10-21 10:00 +9900",
        "[2025, 10, 21]",
        "true",
    ],
)
def test_an_impossible_date_is_refused_at_its_line(written):
    with pytest.raises(BadFileError) as error:
        read(f"title: x\ndate: {written}")
    assert error.value.line == 3


def test_without_a_date_that_of_the_file_counts_at_midnight():
    assert read("title: x").date == tokyo(2025, 10, 21)
    assert read("date:", "_drafts/x.md").date is None


def test_a_post_needs_a_date_in_its_front_matter_if_that_of_its_name_does_not_exist():
    assert read("date: 2025-10-21", "_posts/2025-02-30-x.md").date == tokyo(2025, 10, 21)
    with pytest.raises(BadFileError):
        read("title: x", "_posts/2025-02-30-x.md")


@pytest.mark.parametrize(
    ("yaml", "names"),
    [
        ("tags: [生成AI, 規制]", ("生成AI", "規制")),
        ("tags: 生成AI、EU AI Act，規制, 投資", ("生成AI", "EU AI Act", "規制", "投資")),
        ("tags: ai 規制　投資", ("ai", "規制", "投資")),
        ("tags: [EU AI Act, 2025, 1.5, true, null, '']", ("EU AI Act", "2025", "1.5", "true")),
        ("tag: EU AI Act\ntags: [規制]", ("EU AI Act", "規制")),
        ("tags: [規制, 規制]", ("規制",)),
        ("tags: []", ()),
        ("tags:", ()),
        ("tags: 2025", ("2025",)),
    ],
)
def test_tags_come_as_a_list_or_a_text(yaml, names):
    assert read(yaml).tags == names


def test_the_single_category_goes_first():
    assert read("categories: [投資, 規制]\ncategory: 技術解説").categories == ("技術解説", "投資", "規制")


@pytest.mark.parametrize("yaml", ["tags: [{a: 1}]", "tags: [[a]]", "tags: {a: 1}", "categories: {a: 1}"])
def test_names_that_are_no_names_are_refused(yaml):
    with pytest.raises(BadFileError) as error:
        read(yaml)
    assert error.value.line == 2


@pytest.mark.parametrize(
    ("yaml", "author"),
    [("author: 編集部", "編集部"), ("author: {name: 編集部}", "編集部"), ("author: [甲, 乙]", "甲")],
)
def test_the_author_may_be_a_list_or_a_mapping(yaml, author):
    assert read(yaml).author == author


def test_a_text_is_taken_as_it_was_written():
    front = read("title: 1.10\nexcerpt: yes\ndescription: 2025-10-21")
    assert (front.title, front.excerpt, front.description) == ("1.10", "yes", "2025-10-21")


def test_a_missing_title_is_not_an_empty_one():
    assert read("author: x").title is None
    assert read("title:").title is None
    assert read('title: ""').title == ""


def test_a_list_is_no_text():
    with pytest.raises(BadFileError):
        read("title: [a, b]")


@pytest.mark.parametrize(
    ("yaml", "path", "status"),
    [
        ("title: x", "_posts/2025-10-21-x.md", "published"),
        ("published: true", "_posts/2025-10-21-x.md", "published"),
        ("published: false", "_posts/2025-10-21-x.md", "draft"),
        ("title: x", "_drafts/x.md", "draft"),
        ("status: in_review", "_drafts/x.md", "in_review"),
        ("status: withdrawn\npublished: false", "_posts/2025-10-21-x.md", "withdrawn"),
        ("status: nonsense", "_posts/2025-10-21-x.md", "published"),
    ],
)
def test_the_status_follows_from_folder_and_keys(yaml, path, status):
    assert read(yaml, path).status == status


@pytest.mark.parametrize(
    ("yaml", "slug", "foreign"),
    [
        ("title: x", "x", ""),
        ("slug: 別の名前", "別の名前", ""),
        ("permalink: /2025/10/21/y/", "y", ""),
        ("permalink: /2025/10/21/%E8%A6%8F/", "規", ""),
        ("permalink: /:year/:month/:day/a・b/", "a・b", ""),
        ("permalink: /:year/:month/:day/:title/", "x", ""),
        ("permalink: /2025/10/20/y/", "x", "/2025/10/20/y/"),
        ("permalink: /news/y.html", "x", "/news/y.html"),
        ("permalink: /2025/10/21/", "x", "/2025/10/21/"),
    ],
)
def test_the_slug_comes_from_permalink_slug_or_file(yaml, slug, foreign):
    front = read(yaml)
    assert (front.slug, front.foreign_permalink) == (slug, foreign)
    assert bool(front.remarks) == bool(foreign)


@pytest.mark.parametrize(
    "yaml", ["slug: ../x", "slug: a\\b", "permalink: /2025/10/21/..", "permalink: /%2e%2e/x"]
)
def test_a_slug_that_climbs_is_refused(yaml):
    with pytest.raises(BadFileError):
        read(yaml)


@pytest.mark.parametrize(
    ("robots", "hidden"),
    [
        ("noindex", True),
        ("NoIndex, nofollow", True),
        ("[noindex, nofollow]", True),
        ("none", True),
        ("index", False),
    ],
)
def test_robots_hide_a_post_from_search_engines(robots, hidden):
    assert read(f"robots: {robots}").noindex is hidden


def test_only_a_real_false_takes_a_post_out_of_the_sitemap():
    assert read("sitemap: false").in_sitemap is False
    assert read("sitemap: {priority: 0.8}").in_sitemap is True


@pytest.mark.parametrize(
    ("written", "minutes"),
    [("8", 8), ("8分", 8), ("'12 min'", 12), ("soon", None), ("0", None), ("-3", None)],
)
def test_the_reading_time_is_a_number_of_minutes_or_left_out_with_a_remark(written, minutes):
    front = read(f"reading_time: {written}")
    assert front.reading_time == minutes
    assert bool(front.remarks) == (minutes is None)


def test_the_image_may_be_a_mapping():
    front = read("image: {path: /a.png, alt: 図}")
    assert (front.image, front.image_alt) == ("/a.png", "図")


def test_related_entries_are_kept_as_they_came_but_fit_into_json():
    front = read("related_articles:\n  - {slug: a, on: 2025-10-21, n: .nan}\n  - b\n  - null\n  - [1]")
    assert front.related_articles == ({"slug": "a", "True": "2025-10-21", "n": "nan"}, "b", [1])


@pytest.mark.parametrize(
    ("entry", "stem"),
    [
        ({"slug": "2025-10-21-x"}, "2025-10-21-x"),
        ("2025-10-21-x.md", "2025-10-21-x"),
        ("_posts/a", "a"),
        (7, ""),
        ({}, ""),
    ],
)
def test_an_entry_names_a_file_by_its_stem(entry, stem):
    assert jekyll.reference_slug(entry) == stem


def test_keys_without_a_meaning_are_extra():
    front = read("layout: post\ntitle: x\ncomparison: true\n2025: y")
    assert front.extra == {"layout": "post", "comparison": True, "2025": "y"}


def test_a_canonical_url_that_is_none_is_left_out_with_a_remark():
    assert read("canonical_url: https://example.jp/x/").canonical_url == "https://example.jp/x/"
    front = read("canonical_url: javascript:alert(1)")
    assert front.canonical_url == "" and front.remarks


def test_a_moment_is_written_as_it_is_read():
    moment = tokyo(2025, 10, 21, 7, 3, 0, 120)
    assert jekyll.format_moment(moment, TOKYO) == "2025-10-21 07:03:00.000120 +0900"
    assert jekyll.parse_moment(jekyll.format_moment(moment, TOKYO), TOKYO) == moment
