import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from blog.models import Post, Redirect, RelatedPost
from tests.admin_pages import form_errors, form_fields, post_page, save_form, texts
from tests.factories import (
    hours_ago,
    make_draft,
    make_image,
    make_post,
    make_tag,
    tokyo,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
ADD = "/admin/blog/post/add/"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def test_a_draft_needs_nothing_but_a_title(admin_client):
    response = save_form(admin_client, ADD, title="ＡＩの今", body="**本文**")
    post = Post.objects.get()
    assert response.redirect_chain[-1][0].startswith(post_page(post))
    assert (post.title, post.status, post.slug) == ("ＡＩの今", "draft", "aiの今")
    assert "<strong>本文</strong>" in post.body_html
    assert post.published_at is None


def test_a_title_is_needed_and_what_was_typed_stays(admin_client):
    response = save_form(admin_client, ADD, title="　", body="書いた本文", tags="甲、乙", slug="sono-slug")
    assert list(form_errors(response)) == ["title"]
    content = response.content.decode()
    for typed in ("書いた本文", "甲、乙", "sono-slug"):
        assert typed in content
    assert not Post.objects.exists()


def test_the_body_is_stored_as_it_was_typed(admin_client):
    body = "\n\n  一行目  \n\n```\n\tcode\n```\n<b>\n最後の行  \n"
    post = make_draft(body=body)
    save_form(admin_client, post_page(post))
    post.refresh_from_db()
    assert post.body == body


def test_line_breaks_of_the_browser_do_not_get_into_the_body(admin_client):
    unix, windows = make_draft(body="一行目\n二行目"), make_draft(body="一行目\r\n二行目")
    for post in (unix, windows):
        save_form(admin_client, post_page(post), body="一行目\r\n二行目")
    assert Post.objects.get(pk=unix.pk).body == "一行目\n二行目"
    assert Post.objects.get(pk=windows.pk).body == "一行目\r\n二行目", "an untouched import stays as it came"
    save_form(admin_client, post_page(windows), body="一行目\r\n直した")
    assert Post.objects.get(pk=windows.pk).body == "一行目\n直した"


def test_tags_are_typed_as_a_string_and_shown_as_one(admin_client):
    make_tag("ai")
    post = make_draft()
    save_form(admin_client, post_page(post), tags='ＡＩ、EU AI Act，半導体,"A, B"')
    assert [tag.name for tag in post.tags.order_by("tagged_posts__pk")] == [
        "ai",
        "EU AI Act",
        "半導体",
        "A, B",
    ]
    assert form_fields(admin_client.get(post_page(post)))["tags"] == 'ai, EU AI Act, 半導体, "A, B"'


def test_a_tag_that_is_too_long_is_named(admin_client):
    post = make_draft()
    response = save_form(admin_client, post_page(post), tags="短い、" + "長" * 101)
    assert "長長長" in form_errors(response)["tags"][0]
    assert not post.tags.exists()


def test_unchanged_fields_are_not_reported_as_changed(admin_client):
    post = make_post(tags=["乙", "甲"], published_at=tokyo(2025, 10, 21, 9, 5).replace(second=7))
    save_form(admin_client, post_page(post))
    assert LogEntry.objects.get().change_message == "[]"


def test_related_posts_keep_their_order_and_imported_entries_stay(admin_client):
    post, first, second = make_post(), make_post("一"), make_post("二")
    RelatedPost.objects.create(post=post, reference={"url": "/2020/01/01/x/"}, position=1)
    response = admin_client.get(post_page(post))
    assert "/2020/01/01/x/" in response.content.decode()
    fields = form_fields(response) | {
        "related_entries-TOTAL_FORMS": 3,
        "related_entries-1-position": 3,
        "related_entries-1-target": first.pk,
        "related_entries-1-post": post.pk,
        "related_entries-2-position": 2,
        "related_entries-2-target": second.pk,
        "related_entries-2-post": post.pk,
    }
    admin_client.post(post_page(post), fields | {"_continue": "1"})
    assert [entry.target for entry in post.related_entries.all()] == [None, second, first]


@pytest.mark.parametrize("case", ["nothing", "itself", "twice"])
def test_a_wrong_related_post_is_an_error_and_not_a_crash(admin_client, case):
    post, other = make_post(), make_post()
    target = {"nothing": "", "itself": post.pk, "twice": other.pk}[case]
    fields = form_fields(admin_client.get(post_page(post))) | {
        "related_entries-TOTAL_FORMS": 2,
        "related_entries-0-position": 1,
        "related_entries-0-target": target,
        "related_entries-0-post": post.pk,
        "related_entries-1-position": 2,
        "related_entries-1-target": other.pk,
        "related_entries-1-post": post.pk,
    }
    response = admin_client.post(post_page(post), fields | {"_continue": "1"})
    assert response.status_code == 200
    assert texts(response, "errorlist")
    assert not post.related_entries.exists()


def test_a_post_cannot_be_its_own_pillar(admin_client):
    post = make_post()
    assert list(form_errors(save_form(admin_client, post_page(post), pillar=post.pk))) == ["pillar"]


def test_the_chosen_cover_is_shown_with_a_thumbnail(admin_client):
    image = make_image()
    post = make_post(cover=image)
    assert f"/admin/blog/image/{image.pk}/thumbnail/" in admin_client.get(post_page(post)).content.decode()


@pytest.mark.parametrize("cover", ["999", "x", "１２", "9" * 30, "-1"])
def test_a_cover_that_does_not_exist_is_refused(admin_client, cover):
    post = make_post()
    assert list(form_errors(save_form(admin_client, post_page(post), cover=cover))) == ["cover"]


def test_a_body_over_ten_megabytes_is_refused_beside_the_field(admin_client, monkeypatch):
    monkeypatch.setattr("blog.admin.markdown.MAX_BODY_BYTES", 1000)
    post = make_post()
    assert list(form_errors(save_form(admin_client, post_page(post), body="字" * 400))) == ["body"]


def test_the_form_costs_the_same_number_of_queries_for_any_number_of_related_posts(admin_client):
    post = make_post(tags=["甲", "乙"], cover=make_image())

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert admin_client.get(post_page(post)).status_code == 200
        return captured.captured_queries

    few = len(queries())
    for number in range(3):
        RelatedPost.objects.create(post=post, target=make_post(), position=number)
    assert len(queries()) <= few + 3  # the choice in each row
    assert few <= 25


def test_a_new_slug_leaves_a_redirect_that_the_page_shows(admin_client):
    post = make_post(slug="mae", published_at=tokyo(2025, 10, 21, 9))
    response = save_form(admin_client, post_page(post), slug="ato")
    assert Redirect.objects.get().post == post
    assert "/2025/10/21/mae/" in response.content.decode()


def test_a_post_that_never_moved_has_no_old_addresses(admin_client):
    content = admin_client.get(post_page(make_post())).content.decode()
    assert content.split("field-redirect_list")[1].split('class="readonly">')[1].startswith("none<")


def test_what_an_import_brought_is_shown_and_cannot_be_changed(admin_client):
    post = make_post()
    Post.objects.filter(pk=post.pk).update(
        front_matter="layout: <post>\nfoo: 1", source_name="_posts/x.md", imported_at=hours_ago(2)
    )
    content = admin_client.get(post_page(post)).content.decode()
    assert "layout: &lt;post&gt;\nfoo: 1" in content
    assert "_posts/x.md" in content
    save_form(
        admin_client,
        post_page(post),
        front_matter="x",
        source_name="y",
        guid="z",
        imported_at="2020-01-01T00:00",
    )
    stored = Post.objects.get()
    assert (stored.front_matter, stored.source_name, stored.guid) == (
        "layout: <post>\nfoo: 1",
        "_posts/x.md",
        post.guid,
    )
