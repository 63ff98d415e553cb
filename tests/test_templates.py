"""What holds for every page of the site."""

from collections import Counter
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.template.loader import get_template

from tests.factories import (
    hours_ago,
    make_author,
    make_category,
    make_image,
    make_page,
    make_post,
    make_withdrawn,
    tokyo,
)
from tests.markup import Markup

pytestmark = pytest.mark.django_db

PATHS = [
    "/",
    "/page/2/",
    "/2025/10/21/long/",
    "/2025/10/21/bare/",
    "/2025/",
    "/2025/10/",
    "/2025/10/21/",
    "/archive/",
    "/category/tech/",
    "/category/tech/page/2/",
    "/tags/",
    "/tags/ai/",
    "/authors/",
    "/authors/desk/",
    "/search/",
    "/search/?q=AI",
    "/search/?q=ない",
    "/about/",
]
ERRORS = {"/nowhere/": 404, "/2025/10/21/gone/": 410}

LONG_BODY = """
## 概要 <b>と</b> "背景"

| 項目 | 値 |
| ---- | -: |
| 投資 | 10 |

### 詳細

本文[^1]。[外の記事](https://elsewhere.example/)

## 数字

```python
print("規制")
```

## まとめ

- [x] 済み

[^1]: 注。
"""


@pytest.fixture
def site(media_root):
    """One post with everything, one with nothing, and enough others for a second page."""
    make_category("Tech", description="技術を読む。")
    make_author("Desk", role="記者", bio="紹介。")
    make_page("媒体について", slug="about", body="## 方針\n\n正確に。")
    fields = {"category": "Tech", "author": "Desk", "tags": ["AI"], "excerpt": "AIの話。"}
    for n in range(12):
        make_post(f"AIの記事 {n}", published_at=tokyo(2025, 10, 20, n), **fields)
    make_post(
        'すべてを備えた "AI" の記事 <b>&amp;</b>',
        slug="long",
        body=LONG_BODY,
        cover=make_image(credit="編集部"),
        published_at=tokyo(2025, 10, 21, 9),
        last_modified_at=tokyo(2025, 10, 22, 9),
        pillar=make_post("総まとめ", published_at=hours_ago(1), featured=True, **fields),
        **fields,
    )
    bare = {"category": None, "author": None, "excerpt": "", "body": ""}
    make_post("何もない記事", slug="bare", published_at=tokyo(2025, 10, 21, 8), **bare)
    make_withdrawn(slug="gone", published_at=tokyo(2025, 10, 21, 7))


@pytest.fixture(params=[*PATHS, *ERRORS])
def answer(request, client, site):
    return client.get(request.param)


@pytest.fixture
def page(answer):
    return Markup(answer)


def test_the_page_is_there(answer):
    assert answer.status_code == ERRORS.get(answer.wsgi_request.path, 200)


def test_there_is_one_h1_in_one_main_below_one_banner(page):
    assert [len(page.all(tag)) for tag in ("h1", "main", "title")] == [1, 1, 1]
    assert page.text("h1")
    assert page.elements[0]["attrs"]["lang"] == "ja"


def test_heading_levels_are_not_skipped(page):
    levels = [int(e["tag"][1]) for e in page.elements if e["tag"] in {"h1", "h2", "h3", "h4", "h5", "h6"}]
    assert all(next_level - level <= 1 for level, next_level in zip([0, *levels], levels, strict=False))


def test_ids_are_unique_and_what_refers_to_them_is_there(page):
    ids = Counter(e["attrs"]["id"] for e in page.elements if "id" in e["attrs"])
    assert [id for id, count in ids.items() if count > 1] == []
    for element in page.elements:
        for name in ("for", "aria-labelledby"):
            assert not (name in element["attrs"] and element["attrs"][name] not in ids), element


def test_the_skip_link_leads_to_the_content(page):
    first = page.all("a")[0]["attrs"]
    assert first["class"] == "skip-link"
    assert page.all("main", id=first["href"][1:])


def test_a_shared_link_has_title_description_and_picture(page):
    assert page.meta("description") == page.meta("og:description") != ""
    assert page.meta("og:title")
    assert page.meta("twitter:card") == "summary_large_image"
    assert page.meta("og:image").startswith(f"{settings.SITE_URL}/")
    assert int(page.meta("og:image:width")) and int(page.meta("og:image:height"))
    assert page.meta("og:image:alt")


def test_nothing_in_the_page_needs_a_looser_content_security_policy(answer, page):
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert page.all("style") == []
    for element in page.elements:
        assert not [name for name in element["attrs"] if name == "style" or name.startswith("on")]
    for script in page.all("script"):
        assert "src" in script["attrs"] or script["attrs"]["type"] == "application/ld+json"


def test_nothing_is_loaded_from_another_site(page):
    loaded = [e["attrs"].get("src") for e in page.elements if e["tag"] != "a"]
    loaded += [e["attrs"]["href"] for e in page.all("link") if e["attrs"]["rel"] != "canonical"]
    assert [address for address in loaded if address and urlsplit(address).netloc] == []


def test_every_picture_has_a_size_and_an_alternative_text(page):
    for picture in page.all("img"):
        assert {"alt", "width", "height"} <= set(picture["attrs"])


def test_no_reader_is_told_apart(answer):
    """A session or a cookie read would make the page one reader's own, and no cache could keep it."""
    assert "Cookie" not in answer.get("Vary", "")
    assert not answer.cookies
    assert not answer.wsgi_request.session.accessed


def test_feeds_are_announced(page):
    feeds = page.hrefs("link", rel="alternate", type="application/rss+xml")
    assert feeds[-1] == "/feed.xml"


def test_every_page_has_an_address_title_and_description_of_its_own(client, site):
    pages = [Markup(client.get(path)) for path in PATHS if not path.startswith("/search/?")]
    for facts in (
        [page.canonical for page in pages],
        [page.text("title") for page in pages],
        [page.meta("description") for page in pages if page.meta("description") != "AIの話。"],
    ):
        assert [fact for fact, count in Counter(facts).items() if count > 1] == []


@pytest.mark.parametrize("path", [path for path in PATHS if "?" not in path])
def test_a_page_names_its_own_address(client, site, path):
    assert Markup(client.get(path)).canonical == f"{settings.SITE_URL}{path}"


def test_the_account_of_the_site_is_told_to_x(client, settings):
    settings.SITE_X_ACCOUNT = "@allforces"
    assert Markup(client.get("/")).meta("twitter:site") == "@allforces"


def test_the_menu_shows_only_categories_in_which_something_is_found(client):
    make_post(category="投資")
    make_withdrawn(category="極秘")
    content = client.get("/archive/").content.decode()
    assert "投資" in content
    assert "極秘" not in content


@pytest.mark.parametrize(
    "template",
    sorted(
        str(path.relative_to(folder))
        for folder in settings.TEMPLATES[0]["DIRS"]
        for path in folder.rglob("*")
        if path.is_file()
    ),
)
def test_every_template_compiles(template):
    assert get_template(template)
