import pytest
from django.utils import timezone

from blog.media.pictures import prepare
from blog.models import Redirect, Spelling
from blog.workflow.checks import check, check_all
from blog.workflow.checks.content import width
from tests.factories import (
    hours_ago,
    make_category,
    make_draft,
    make_expired,
    make_image,
    make_page,
    make_post,
    make_scheduled,
    make_tag,
    make_withdrawn,
    picture_bytes,
    tokyo,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


def make_flawless(**fields):
    return make_draft(
        **{
            "title": "推論チップの新顔を比べる",
            "slug": "inference-chips",
            "excerpt": "三つを比べた。",
            "description": "推論チップ三つの性能と値段を比べました。",
            "body": "本文です。\n\n## 見出し\n\n続き。\n\n### 小見出し\n\n終わり。",
            "cover": make_image(),
        }
        | fields
    )


def found(post, *names) -> list:
    return [finding for finding in check(post) if not names or finding.check in names]


def texts(post, *names) -> list[str]:
    return [finding.summary for finding in found(post, *names)]


def test_nothing_is_found_in_a_flawless_post():
    assert found(make_flawless()) == []


@pytest.mark.parametrize(
    ("fields", "name", "blocks"),
    [
        ({"body": ""}, "body", True),
        ({"body": " 　\n\n"}, "body", True),
        ({"title": "長" * 41}, "title", False),
        ({"title": "a" * 82}, "title", False),
        ({"excerpt": " "}, "excerpt", False),
        ({"description": ""}, "description", False),
        ({"cover": None}, "cover", False),
        ({"category": None}, "category", False),
        ({"author": None}, "author", False),
        ({"body": "# 題\n\n本文"}, "heading_first", False),
        ({"body": "## 甲\n\n#### 乙\n\n本文"}, "heading_order", False),
        ({"body": "### 甲\n\n本文"}, "heading_order", False),
        ({"body": "{% include ad.html %}"}, "liquid", True),
        ({"body": "値は {{ site.title }} です"}, "liquid", True),
        ({"body": "[話]({{site.url}}/a/)"}, "liquid", True),
        ({"body": "[話](/2020/01/01/nai/)"}, "link", True),
        ({"body": "[話](#ない見出し)\n\n## ある見出し"}, "anchor", False),
        ({"body": "![図](/media/images/nai.png)"}, "picture", True),
        ({"body": "![図](https://other.example/x.png)"}, "picture_elsewhere", False),
        ({"body": "サーバが増えた"}, "word_body", False),
        ({"title": "サーバが増えた"}, "word_title", False),
    ],
)
def test_what_is_wrong_is_found_and_either_blocks_or_warns(fields, name, blocks):
    [finding] = found(make_flawless(**fields), name)
    assert finding.blocks == blocks
    assert finding.text and finding.mend


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "字" * 40},
        {"title": "a" * 80},
        {"body": "`{% raw %}` と `サーバ`\n\n```\n{{ x }} サーバ\n## 甲\n```\n\n    サーバ {{ y }}"},
        {"body": "## 甲\n\n### 乙\n\n## 丙\n\n### 丁\n\n#### 戊\n\n## 己"},
        {"body": "[外](https://other.example/x/) [便](mailto:a@b.example) [電](tel:03)"},
        {"body": "[見出しへ](#ある見出し)\n\n## ある見出し"},
        {"body": "注[^1]\n\n[^1]: 脚注。"},
        {"body": "100% と {約束} と { 括弧 }"},
    ],
)
def test_what_is_right_is_left_alone(fields):
    assert found(make_flawless(**fields)) == []


def test_half_width_characters_count_half():
    assert (width("AI規制"), width("ＡＩ規制"), width("")) == (3, 4, 0)


def test_a_cover_without_alternative_text_is_found():
    assert [f.check for f in found(make_flawless(cover=make_image(alt=" ")))] == ["cover_alt"]


def test_findings_name_the_lines_of_the_body():
    body = "一行目\nサーバ\n\n[話](/nai/)\n\n| 甲 | 乙 |\n|---|---|\n| 丙 | サーバ |\n\n[話](/nai/)"
    assert texts(make_flawless(body=body)) == [
        "A link leads nowhere: /nai/ (lines 4, 10)",
        "“サーバ” is written “サーバー” here. (lines 2, 8)",
    ]


def test_lines_are_right_below_liquid_that_spans_several():
    body = "{% comment %}\n一\n二\n{% endcomment %}\n\n[話](/nai/)"
    assert texts(make_flawless(body=body), "link") == ["A link leads nowhere: /nai/ (line 6)"]


# Links


@pytest.mark.parametrize(
    "address",
    [
        "/2025/10/21/aru/",
        "/2025/10/21/aru",
        "https://news.example.jp/2025/10/21/aru/",
        "//news.example.jp/2025/10/21/aru/?x=1#top",
        "/2025/10/20/mukashi/",
        "/%E4%BB%8A/2025/../../2025/10/21/aru/",
        "/category/shared/",
        "/category/shared/feed.xml",
        "/tags/生成ai/",
        "/tags/%E7%94%9F%E6%88%90ai/page/2/",
        "/authors/henshu/",
        "/about/",
        "/",
        "/archive/",
        "/2025/10/",
        "/search/?q=AI",
        "/feed.xml",
    ],
)
def test_links_to_what_readers_find_are_alive(address):
    there = make_post(slug="aru", published_at=tokyo(2025, 10, 21, 9))
    Redirect.objects.create(old_path="/2025/10/20/mukashi/", post=there)
    make_category("Shared"), make_tag("生成AI"), make_page(slug="about")
    there.author.slug = "henshu"
    there.author.save()
    assert texts(make_flawless(body=f"[話](<{address}>)")) == []


@pytest.mark.parametrize(
    "address",
    [
        "/2025/10/21/nai/",
        "/2025/02/30/aru/",
        "/category/nai/",
        "/tags/nai/",
        "/authors/nai/",
        "/nai/",
        "/secret-page/",
        "/media/images/nai.pdf",
        "/assets/nai.png",
        "/admin/",
        "/preview/abc/",
        "/a/b/c/d/",
        "nai.html",
        "https://news.example.jp/nai/",
    ],
)
def test_links_to_what_readers_do_not_find_are_dead(address):
    make_page(slug="secret-page", is_published=False)
    [finding] = found(make_flawless(body=f"[話]({address})"))
    assert (finding.check, finding.blocks, finding.lines) == ("link", True, (1,))


@pytest.mark.parametrize("make", [make_draft, make_withdrawn, make_expired])
def test_a_link_to_a_post_that_readers_do_not_see_is_dead(make):
    make(slug="kakure", published_at=tokyo(2025, 10, 21, 9))
    assert found(make_flawless(body="[話](/2025/10/21/kakure/)"), "link")


def test_two_posts_scheduled_for_one_moment_may_link_to_each_other():
    moment = hours_ago(-24)
    other = make_scheduled(slug="aite", published_at=moment)
    post = make_flawless(body=f"[話]({other.get_absolute_url()})")
    assert found(post, "link"), "now it would be dead"
    assert not [finding for finding in check(post, moment) if finding.check == "link"]


def test_a_post_may_link_to_itself():
    post = make_flawless(published_at=tokyo(2099, 1, 5), body="[上](/2099/01/05/inference-chips/)")
    assert found(post, "link") == []


@pytest.mark.parametrize(
    "address", ["http://[", "//[/", "/\\", "\x01", "javascript:1", "/" + "あ" * 3000 + "/", "?"]
)
def test_no_address_breaks_the_check(address):
    check(make_flawless(body=f"<a href='{address}'>話</a> ![図]({address})"))


# Pictures


def test_a_picture_has_the_alternative_text_of_its_own_or_of_the_media_library():
    named, silent = make_image(alt="青い図"), make_image(alt="")
    body = f"![]({named.file.url})\n![赤い図]({silent.file.url})\n![]({silent.file.url})"
    [finding] = found(make_flawless(body=body))
    assert (finding.check, finding.lines) == ("picture_alt", (3,))


def test_a_picture_of_the_old_site_is_known_by_its_old_path():
    make_image(old_path="/assets/images/旧.png")
    assert found(make_flawless(body="![](/assets/images/%E6%97%A7.png)")) == []


def test_a_picture_whose_file_was_replaced_is_still_there_and_says_what_it_says_now():
    image = make_image(alt="")
    old = image.file.url
    image.replace(*prepare(picture_bytes((9, 9))), "new.png")
    post = make_flawless(body=f"![]({old})\n![]({image.file.url})")
    assert [(finding.check, finding.lines) for finding in found(post)] == [("picture_alt", (1, 2))]
    image.alt = "青い図"
    image.save()
    assert found(post) == []


def test_raw_html_is_looked_at_too():
    body = '<div>\n<a href="/nai/">話</a>\n\n<img src="/media/x.png">\n</div>'
    assert {(f.check, f.lines) for f in found(make_flawless(body=body))} == {
        ("link", (2,)),
        ("picture", (4,)),
    }


# Twins


@pytest.mark.parametrize("title", ["推論チップの新顔を比べる", "ＡＩの今", "AIの今", "ai の今", "Ａｉ の今"])
def test_another_post_with_the_same_title_is_found_in_any_width_and_case(title):
    make_post("推論チップの新顔を比べる"), make_post("AIの今")
    assert found(make_flawless(title=title), "twin_title")
    assert not found(make_flawless(title=f"{title}と明日"), "twin_title")


@pytest.mark.parametrize(
    ("slug", "other", "near"),
    [
        ("ai-news", "ai-news", True),
        ("ai-news", "ainews", True),
        ("ai-news-2", "ai-news", True),
        ("ai-news", "ai-news-12", True),
        ("AI-news", "ai-news", True),
        ("gpt-5", "gpt-4", False),
        ("ai-news", "ai-newsroom", False),
        ("生成ai", "生成ai-2", True),
    ],
)
def test_nearly_the_same_slug_is_found(slug, other, near):
    make_post(slug=other, published_at=tokyo(2020, 1, 1))
    assert bool(found(make_flawless(slug=slug), "twin_slug")) == near


def test_a_post_is_not_its_own_twin():
    post = make_flawless()
    post.save()
    assert found(post) == []


# The word list


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("サーバー", []),
        ("メールサーバを置く", ["サーバ"]),
        ("サーバーとサーバ", ["サーバ"]),
        ("サーバント・リーダー", []),
        ("サーバーレスの時代", []),
        ("サーバレスの時代", ["サーバレス"]),
        ("ユーザビリティ", []),
        ("GitHubとGithub", ["Github"]),
        ("https://example.com/Github/サーバ", []),
        ("[サーバ](https://example.com/)", ["サーバ"]),
        ("**サーバ**", ["サーバ"]),
        ("`サーバ`", []),
        ("MyGithubber", []),
    ],
)
def test_a_variant_is_found_in_prose_but_not_in_code_or_in_the_word_we_want(text, words):
    post = make_flawless(body=f"{text}")
    assert [f.text.split("”")[0][1:] for f in found(post, "word_body")] == words


def test_the_list_can_be_changed_or_be_empty():
    Spelling.objects.all().delete()
    assert found(make_flawless(body="サーバ")) == []
    Spelling.objects.create(preferred="A+B (仮)", variants="A+B\nA.B")
    assert texts(make_flawless(body="A+B (仮) と A.B と AxB"), "word_body") == [
        "“A.B” is written “A+B (仮)” here. (line 1)"
    ]


def test_a_finding_keeps_its_key_when_its_line_moves():
    one, two = make_flawless(body="サーバ"), make_flawless(body="一行\n\nサーバ")
    assert found(one, "word_body")[0].key == found(two, "word_body")[0].key


def test_many_posts_are_checked_at_once_with_as_many_queries_as_one(django_assert_num_queries):
    def make(count):
        image = make_image()
        return [
            make_draft(
                slug=f"kiji-{count}-{number}",
                body=f"[甲](/2025/10/21/x{number}/) [乙](/tags/t{number}/) ![丙]({image.file.url})",
                cover=image,
            )
            for number in range(count)
        ]

    one, nine = make(1), make(9)
    with django_assert_num_queries(8):
        check_all(one)
    with django_assert_num_queries(8):
        assert len(check_all(nine, [timezone.now()] * 9)) == 9


def test_a_link_to_a_former_address_or_file_is_no_dead_link(media_root):
    category, image = make_category("技術", slug="tech"), make_image()
    make_post(category=category)
    category.slug = "technology"
    category.save()
    old = image.file.name
    image.replace(*prepare(picture_bytes((9, 9))), "new.png")
    body = f"[分類](/category/tech/) [フィード](/category/technology/feed.atom) [図](/media/{old})"
    assert found(make_flawless(body=body), "link") == []
