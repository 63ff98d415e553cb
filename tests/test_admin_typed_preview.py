"""The real page of what stands in the form, typed but not saved."""

import pytest
from django.test import Client
from django.utils import translation

from blog.models import Post, Tag
from tests.admin_pages import form_fields, post_page, staff_with
from tests.factories import (
    make_author,
    make_category,
    make_draft,
    make_expired,
    make_image,
    make_post,
    make_scheduled,
    make_superuser,
    make_tag,
    make_withdrawn,
    tokyo,
)
from tests.markup import Markup

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
NEW = "/admin/blog/post/typed-preview/"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def address(post) -> str:
    return f"/admin/blog/post/{post.pk}/typed-preview/"


def typed(browser, post, **changes):
    return browser.post(address(post), form_fields(browser.get(post_page(post)), **changes))


def text(response) -> str:
    return response.content.decode().replace("<wbr>", "")


@pytest.mark.parametrize("make", [make_draft, make_scheduled, make_post, make_expired, make_withdrawn])
def test_a_post_in_any_state_is_shown_as_typed_in_the_sites_own_template(admin_client, make):
    post = make("前の見出し", body="前の本文", tags=["前"])
    category, author, cover = make_category("投資"), make_author("新しい筆者"), make_image()
    response = typed(
        admin_client,
        post,
        title="打ったばかりの見出し",
        body="**「重要」**です",
        excerpt="抜粋",
        description="説明文",
        category=category.pk,
        author=author.pk,
        cover=cover.pk,
        tags="生成AI、まだない",
    )
    assert response.status_code == 200
    assert "blog/post_detail.html" in [template.name for template in response.templates]
    content = text(response)
    assert "<h1>打ったばかりの見出し</h1>" in content
    assert "<strong>「重要」</strong>です" in content
    for shown in ("投資", "新しい筆者", cover.file.url, "生成AI", "まだない", 'content="説明文"'):
        assert shown in content
    assert "前の" not in Markup(response).text("article")


def test_nothing_is_saved(admin_client):
    post = make_draft("前の見出し", body="前の本文", tags=["前"])
    before = Post.objects.values().get()
    typed(admin_client, post, title="後", body="後", tags="新しい", slug="ato")
    assert Post.objects.values().get() == before
    assert [tag.name for tag in post.tags.all()] == ["前"]
    assert not Tag.objects.filter(name="新しい").exists()


def test_a_post_that_has_never_been_saved_has_a_page_too(admin_client):
    tag = make_tag("生成AI")
    fields = form_fields(
        admin_client.get("/admin/blog/post/add/"), title="新しい記事", body="本文", tags="ai, 生成AI"
    )
    response = admin_client.post(NEW, fields)
    assert response.status_code == 200
    assert "<h1>新しい記事</h1>" in text(response)
    assert tag.get_absolute_url() in text(response)
    assert not Post.objects.exists()


@pytest.mark.parametrize("fields", [{}, {"title": "", "body": ""}, {"title": "　"}, {"body": "\0"}])
def test_an_empty_form_is_a_page_without_a_title(admin_client, fields):
    response = admin_client.post(NEW, fields)
    assert response.status_code == 200
    assert "<h1>Untitled</h1>" in text(response)


def test_what_makes_no_sense_leaves_what_is_stored(admin_client):
    post = make_post(category="規制", published_at=tokyo(2025, 10, 21, 9))
    response = typed(
        admin_client,
        post,
        title="長" * 400,
        category="999",
        author="x",
        cover="-1",
        published_at="not a date",
        given_reading_minutes="-5",
    )
    assert response.status_code == 200
    content = text(response)
    assert "長" * 400 in content
    assert "規制" in content
    assert "2025" in content


def test_a_page_without_a_date_is_dated_as_if_it_were_published_now(admin_client):
    page = Markup(typed(admin_client, make_draft()))
    assert page.all("time")


def test_the_text_is_sanitised(admin_client):
    content = text(admin_client.post(NEW, {"body": "<script>alert(1)</script><img src=x onerror=alert(1)>"}))
    assert "alert(1)" not in Markup(admin_client.post(NEW, {"body": "<script>alert(1)</script>"})).text(
        "article"
    )
    assert "onerror" not in content


def test_the_page_may_be_framed_by_the_desk_alone_and_is_neither_cached_nor_indexed(admin_client):
    response = typed(admin_client, make_post())
    assert "frame-ancestors 'self'" in response["Content-Security-Policy"]
    assert "script-src 'self'" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))
    assert response["X-Robots-Tag"] == "noindex"
    scripts = [script["attrs"] for script in Markup(response).all("script")]
    assert all(script.get("type") == "application/ld+json" for script in scripts)


def test_the_desk_may_hold_frames_and_no_other_page_may(admin_client):
    post = make_post()
    for page in (post_page(post), "/admin/blog/post/add/"):
        policy = admin_client.get(page)["Content-Security-Policy"]
        assert "frame-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
    for page in ("/admin/blog/post/", post.get_absolute_url(), post.get_preview_url()):
        response = admin_client.get(page)
        assert "frame-src" not in response["Content-Security-Policy"]
        assert response["X-Frame-Options"] == "DENY"


def test_the_form_of_a_post_knows_the_address_and_that_of_a_page_has_none(admin_client):
    post = make_post()
    assert f'data-page-preview="{address(post)}"' in admin_client.get(post_page(post)).content.decode()
    assert f'data-page-preview="{NEW}"' in admin_client.get("/admin/blog/post/add/").content.decode()
    assert "data-page-preview" not in admin_client.get("/admin/blog/page/add/").content.decode()


def refusal(response) -> str:
    assert response.status_code == 403
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in response["Content-Security-Policy"]
    return text(response)


def test_whoever_is_signed_out_is_told_so_within_the_frame(client):
    assert "You are signed out" in refusal(client.post(NEW))
    assert "You are signed out" in refusal(client.post(address(make_draft("秘密の見出し"))))


@pytest.mark.parametrize("permissions", [(), ("view_post",), ("change_page",)])
def test_staff_who_do_not_write_posts_are_refused(client, permissions):
    post = make_draft("秘密の見出し")
    client.force_login(staff_with(*permissions))
    for answer in (client.post(NEW), client.post(address(post))):
        assert "秘密" not in refusal(answer)


def test_the_desk_decides_which_posts_are_shown(client, monkeypatch):
    mine, theirs = make_draft("わたしの"), make_draft("ほかの人の")
    client.force_login(staff_with("change_post"))
    monkeypatch.setattr(
        "blog.admin.posts.PostAdmin.has_change_permission", lambda self, request, obj=None: obj == mine
    )
    assert client.post(address(mine)).status_code == 200
    refusal(client.post(address(theirs)))


def test_only_posts_with_a_csrf_token_are_answered(admin_client):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(make_superuser("other"))
    assert browser.get(NEW).status_code == 405
    assert browser.post(NEW, {"title": "x"}).status_code == 403


def test_the_page_of_no_post_is_not_found(admin_client):
    assert admin_client.post("/admin/blog/post/999/typed-preview/").status_code == 404


def test_tags_cost_as_many_queries_as_one(admin_client, django_assert_max_num_queries):
    for number in range(9):
        make_tag(f"タグ{number}")
    with django_assert_max_num_queries(12) as one:
        admin_client.post(NEW, {"title": "x", "tags": "タグ0"})
    with django_assert_max_num_queries(len(one)):
        admin_client.post(NEW, {"title": "x", "tags": ",".join(f"タグ{n}" for n in range(9))})
