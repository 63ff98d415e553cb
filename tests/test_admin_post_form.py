import datetime

import pytest
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from blog.admin.post_form import PostForm
from blog.models import Post, Redirect, RelatedPost
from tests.admin_pages import form_fields, staff_with, texts
from tests.factories import (
    hours_ago,
    make_draft,
    make_expired,
    make_image,
    make_post,
    make_scheduled,
    make_tag,
    make_withdrawn,
    tokyo,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
ADD = "/admin/blog/post/add/"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def writer(client):
    """A browser of somebody who may write and change posts, but not publish them."""
    client.force_login(staff_with("add_post", "change_post", "view_post"))
    return client


def page(post) -> str:
    return f"/admin/blog/post/{post.pk}/change/"


def save(browser, address: str, button="_continue", **changes):
    """Fill in the form at that address, press the button, and follow to the page that comes then."""
    fields = form_fields(browser.get(address), **changes) | {button: "1"}
    return browser.post(address, fields, follow=True)


def errors(response) -> dict:
    return {name: list(map(str, found)) for name, found in response.context["adminform"].form.errors.items()}


# Writing


def test_a_draft_needs_nothing_but_a_title(admin_client):
    response = save(admin_client, ADD, title="ＡＩの今", body="**本文**")
    post = Post.objects.get()
    assert response.redirect_chain[-1][0].startswith(page(post))
    assert (post.title, post.status, post.slug) == ("ＡＩの今", "draft", "aiの今")
    assert "<strong>本文</strong>" in post.body_html
    assert post.published_at is None


def test_a_title_is_needed_and_what_was_typed_stays(admin_client):
    response = save(admin_client, ADD, title="　", body="書いた本文", tags="甲、乙", slug="sono-slug")
    assert list(errors(response)) == ["title"]
    content = response.content.decode()
    for typed in ("書いた本文", "甲、乙", "sono-slug"):
        assert typed in content
    assert not Post.objects.exists()


def test_the_body_is_stored_as_it_was_typed(admin_client):
    body = "\n\n  一行目  \n\n```\n\tcode\n```\n<b>\n最後の行  \n"
    post = make_draft(body=body)
    save(admin_client, page(post))
    post.refresh_from_db()
    assert post.body == body


def test_line_breaks_of_the_browser_do_not_get_into_the_body(admin_client):
    unix, windows = make_draft(body="一行目\n二行目"), make_draft(body="一行目\r\n二行目")
    for post in (unix, windows):
        save(admin_client, page(post), body="一行目\r\n二行目")
    assert Post.objects.get(pk=unix.pk).body == "一行目\n二行目"
    assert Post.objects.get(pk=windows.pk).body == "一行目\r\n二行目", "an untouched import stays as it came"
    save(admin_client, page(windows), body="一行目\r\n直した")
    assert Post.objects.get(pk=windows.pk).body == "一行目\n直した"


def test_tags_are_typed_as_a_string_and_shown_as_one(admin_client):
    make_tag("ai")
    post = make_draft()
    save(admin_client, page(post), tags='ＡＩ、EU AI Act，半導体,"A, B"')
    assert [tag.name for tag in post.tags.order_by("tagged_posts__pk")] == [
        "ai",
        "EU AI Act",
        "半導体",
        "A, B",
    ]
    assert form_fields(admin_client.get(page(post)))["tags"] == 'ai, EU AI Act, 半導体, "A, B"'


def test_a_tag_that_is_too_long_is_named(admin_client):
    post = make_draft()
    response = save(admin_client, page(post), tags="短い、" + "長" * 101)
    assert "長長長" in errors(response)["tags"][0]
    assert not post.tags.exists()


def test_unchanged_fields_are_not_reported_as_changed(admin_client):
    post = make_post(tags=["乙", "甲"], published_at=tokyo(2025, 10, 21, 9, 5).replace(second=7))
    save(admin_client, page(post))
    assert LogEntry.objects.get().change_message == "[]"


def test_related_posts_keep_their_order_and_imported_entries_stay(admin_client):
    post, first, second = make_post(), make_post("一"), make_post("二")
    RelatedPost.objects.create(post=post, reference={"url": "/2020/01/01/x/"}, position=1)
    response = admin_client.get(page(post))
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
    admin_client.post(page(post), fields | {"_continue": "1"})
    assert [entry.target for entry in post.related_entries.all()] == [None, second, first]


@pytest.mark.parametrize("case", ["nothing", "itself", "twice"])
def test_a_wrong_related_post_is_an_error_and_not_a_crash(admin_client, case):
    post, other = make_post(), make_post()
    target = {"nothing": "", "itself": post.pk, "twice": other.pk}[case]
    fields = form_fields(admin_client.get(page(post))) | {
        "related_entries-TOTAL_FORMS": 2,
        "related_entries-0-position": 1,
        "related_entries-0-target": target,
        "related_entries-0-post": post.pk,
        "related_entries-1-position": 2,
        "related_entries-1-target": other.pk,
        "related_entries-1-post": post.pk,
    }
    response = admin_client.post(page(post), fields | {"_continue": "1"})
    assert response.status_code == 200
    assert texts(response, "errorlist")
    assert not post.related_entries.exists()


def test_a_post_cannot_be_its_own_pillar(admin_client):
    post = make_post()
    assert list(errors(save(admin_client, page(post), pillar=post.pk))) == ["pillar"]


def test_the_chosen_cover_is_shown_with_a_thumbnail(admin_client):
    image = make_image()
    post = make_post(cover=image)
    assert f"/admin/blog/image/{image.pk}/thumbnail/" in admin_client.get(page(post)).content.decode()


@pytest.mark.parametrize("cover", ["999", "x", "１２", "9" * 30, "-1"])
def test_a_cover_that_does_not_exist_is_refused(admin_client, cover):
    post = make_post()
    assert list(errors(save(admin_client, page(post), cover=cover))) == ["cover"]


def test_a_body_over_ten_megabytes_is_refused_beside_the_field(admin_client, monkeypatch):
    monkeypatch.setattr("blog.admin.markdown.MAX_BODY_BYTES", 1000)
    post = make_post()
    assert list(errors(save(admin_client, page(post), body="字" * 400))) == ["body"]


def test_the_form_costs_the_same_number_of_queries_for_any_number_of_related_posts(admin_client):
    post = make_post(tags=["甲", "乙"], cover=make_image())

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert admin_client.get(page(post)).status_code == 200
        return captured.captured_queries

    few = len(queries())
    for number in range(3):
        RelatedPost.objects.create(post=post, target=make_post(), position=number)
    assert len(queries()) <= few + 3  # the choice in each row
    assert few < 25


# Publishing


def test_a_draft_is_published_at_once(admin_client):
    post = make_draft()
    response = save(admin_client, page(post), button="_publish")
    post.refresh_from_db()
    assert post.is_public
    assert abs(post.published_at - timezone.now()) < datetime.timedelta(minutes=1)
    assert response.redirect_chain[-1][0] == page(post)
    assert "is public" in response.content.decode()


def test_a_new_post_is_published_in_one_step(admin_client):
    save(admin_client, ADD, button="_publish", title="速報", body="本文", tags="速報")
    post = Post.objects.get()
    assert post.is_public
    assert [tag.name for tag in post.tags.all()] == ["速報"]


def test_a_date_in_the_future_schedules(admin_client):
    post = make_draft()
    response = save(admin_client, page(post), button="_publish", published_at="2099-01-05T09:00")
    post.refresh_from_db()
    assert post.is_scheduled
    assert post.published_at == tokyo(2099, 1, 5, 9)
    assert "2099/01/05 09:00" in response.content.decode()


def test_the_button_says_what_it_will_do(admin_client):
    def label(post):
        content = admin_client.get(page(post)).content.decode()
        return content.split('name="_publish" value="')[1].split('"')[0]

    assert label(make_draft()) == "Publish now"
    assert label(make_draft(published_at=tokyo(2099, 1, 5, 9))) == "Schedule for 2099/01/05 09:00"
    assert label(make_draft(published_at=tokyo(2020, 1, 5, 9))) == "Publish with the date 2020/01/05 09:00"


def test_a_scheduled_post_can_be_published_now_or_moved_or_taken_back(admin_client):
    now, moved, back = make_scheduled(), make_scheduled(), make_scheduled()
    save(admin_client, page(now), button="_publish_now")
    save(admin_client, page(moved), published_at="2099-01-05T09:00")
    save(admin_client, page(back), status="draft")
    for post in (now, moved, back):
        post.refresh_from_db()
    assert now.is_public
    assert (moved.is_scheduled, moved.published_at) == (True, tokyo(2099, 1, 5, 9))
    assert back.status == "draft"


def test_a_public_post_is_withdrawn_and_published_again_with_its_old_date(admin_client):
    post = make_post(published_at=tokyo(2025, 10, 21, 9))
    save(admin_client, page(post), button="_withdraw")
    post.refresh_from_db()
    assert post.status == "withdrawn"
    save(admin_client, page(post), button="_publish")
    post.refresh_from_db()
    assert post.is_public
    assert post.published_at == tokyo(2025, 10, 21, 9)


def test_withdrawing_saves_what_was_typed(admin_client):
    post = make_post()
    save(admin_client, page(post), button="_withdraw", excerpt="理由を書き足した")
    post.refresh_from_db()
    assert (post.status, post.excerpt) == ("withdrawn", "理由を書き足した")


def test_a_draft_cannot_be_withdrawn(admin_client):
    post = make_draft()
    response = save(admin_client, page(post), button="_withdraw")
    assert "Only a published post" in str(errors(response))
    post.refresh_from_db()
    assert post.status == "draft"


def test_the_status_that_readers_have_seen_is_not_in_the_form(admin_client):
    for post in (make_post(), make_expired(), make_withdrawn()):
        assert "status" not in form_fields(admin_client.get(page(post)))
        save(admin_client, page(post), status="draft")
        post.refresh_from_db()
        assert post.status != "draft"


def test_no_status_publishes_without_the_button(admin_client):
    post = make_draft()
    for status in ("published", "withdrawn", "nonsense"):
        assert list(errors(save(admin_client, page(post), status=status))) == ["status"]


def test_a_slug_taken_on_that_day_is_an_error_beside_the_slug(admin_client):
    make_post(slug="onaji", published_at=tokyo(2025, 10, 21, 9))
    post = make_draft(slug="onaji")
    response = save(
        admin_client, page(post), button="_publish", published_at="2025-10-21T23:00", body="新しい本文"
    )
    assert errors(response) == {"slug": ["Another post of that day has this slug."]}
    assert "新しい本文" in response.content.decode()
    post.refresh_from_db()
    assert post.status == "draft"
    save(admin_client, page(post), button="_publish", published_at="2025-10-22T00:00")
    post.refresh_from_db()
    assert post.is_public


def test_a_slug_made_from_the_title_can_be_taken_too(admin_client):
    make_post("同じ題", slug="同じ題", published_at=tokyo(2025, 10, 21, 9))
    response = save(admin_client, ADD, button="_publish", title="同じ題", published_at="2025-10-21T10:00")
    assert list(errors(response)) == ["slug"]


def test_a_public_post_needs_its_date(admin_client):
    post = make_post()
    response = save(admin_client, page(post), published_at="")
    assert errors(response) == {"published_at": ["A published post needs a date."]}


def test_after_an_error_the_page_still_tells_what_is_stored(admin_client):
    post = make_post(slug="ima", published_at=tokyo(2025, 10, 21, 9))
    response = save(admin_client, page(post), published_at="", slug="atarashii")
    content = response.content.decode()
    assert "state-public" in content
    assert response.context["absolute_url"] == "/2025/10/21/ima/"
    assert form_fields(response)["slug"] == "atarashii"


def test_the_top_of_the_page_says_what_is_wrong_and_leads_there(admin_client):
    post = make_draft()
    content = save(admin_client, page(post), title="", tags="長" * 101).content.decode()
    summary = content.split('error-summary" role="alert">')[1].split("</div>")[0]
    assert "Nothing was saved yet" in summary
    for field in ("title", "tags"):
        assert f'href="#id_{field}"' in summary
        assert f'id="id_{field}"' in content


def test_a_post_cannot_expire_before_it_is_published(admin_client):
    post = make_post()
    response = save(admin_client, page(post), expires_at="2001-01-01T00:00")
    assert errors(response) == {"expires_at": ["The post would expire before it is published."]}


@pytest.mark.parametrize(
    "typed",
    [
        "0001-01-01T00:00",
        "1989-12-31T23:59",
        "2100-01-02T00:00",
        "9999-12-31T23:59",
        "明日",
        "2025-02-30T00:00",
    ],
)
@pytest.mark.parametrize("button", ["_continue", "_publish"])
def test_a_date_that_cannot_be_meant_is_refused(admin_client, typed, button):
    post = make_draft()
    response = save(admin_client, page(post), button=button, published_at=typed)
    assert list(errors(response)) == ["published_at"]
    assert typed in response.content.decode()


def test_a_slug_taken_between_check_and_save_is_an_error_and_not_a_crash(admin_client, monkeypatch):
    post = make_draft(slug="onaji")
    fields = form_fields(admin_client.get(page(post)), published_at="2025-10-21T09:00") | {"_publish": "1"}
    save_as_it_is = Post.save

    def overtaken(self, **kwargs):
        """Between this request's check and its save, and outside its transaction, another one saved."""
        monkeypatch.setattr(Post, "save", save_as_it_is)
        monkeypatch.setattr(PostForm, "is_valid", is_valid_after_the_rival)
        raise IntegrityError("UNIQUE constraint failed: blog_post.published_on, blog_post.slug")

    def is_valid_after_the_rival(form, is_valid=PostForm.is_valid):
        monkeypatch.setattr(PostForm, "is_valid", is_valid)
        make_post(slug="onaji", published_at=tokyo(2025, 10, 21, 8))
        return form.is_valid()

    monkeypatch.setattr(Post, "save", overtaken)
    response = admin_client.post(page(post), fields)
    assert errors(response) == {"slug": ["Another post of that day has this slug."]}


# Dates


def test_a_save_moves_no_date_that_readers_see(admin_client):
    published = tokyo(2025, 10, 21, 9, 5).replace(second=7, microsecond=123)
    modified = tokyo(2025, 10, 22)
    post = make_post(published_at=published, expires_at=tokyo(2099, 1, 1, 0, 0).replace(second=5))
    Post.objects.filter(pk=post.pk).update(last_modified_at=modified)
    save(admin_client, page(post), title="誤字を直した")
    post.refresh_from_db()
    assert post.title == "誤字を直した"
    assert (post.published_at, post.last_modified_at) == (published, modified)
    assert post.expires_at == tokyo(2099, 1, 1, 0, 0).replace(second=5)


def test_an_editorial_change_moves_the_date_of_the_update(admin_client):
    post = make_post()
    save(admin_client, page(post), editorial_change="on")
    post.refresh_from_db()
    assert abs(post.last_modified_at - timezone.now()) < datetime.timedelta(minutes=1)


def test_what_readers_have_not_seen_has_no_date_of_update(admin_client):
    for post in (make_draft(), make_scheduled(), make_withdrawn()):
        assert "editorial_change" not in admin_client.get(page(post)).content.decode()
        save(admin_client, page(post), editorial_change="on")
        post.refresh_from_db()
        assert post.last_modified_at is None


def test_a_new_slug_leaves_a_redirect_that_the_page_shows(admin_client):
    post = make_post(slug="mae", published_at=tokyo(2025, 10, 21, 9))
    response = save(admin_client, page(post), slug="ato")
    assert Redirect.objects.get().post == post
    assert "/2025/10/21/mae/" in response.content.decode()


def test_a_post_that_never_moved_has_no_old_addresses(admin_client):
    content = admin_client.get(page(make_post())).content.decode()
    assert content.split("field-redirect_list")[1].split('class="readonly">')[1].startswith("none<")


def test_what_an_import_brought_is_shown_and_cannot_be_changed(admin_client):
    post = make_post()
    Post.objects.filter(pk=post.pk).update(
        front_matter="layout: <post>\nfoo: 1", source_name="_posts/x.md", imported_at=hours_ago(2)
    )
    content = admin_client.get(page(post)).content.decode()
    assert "layout: &lt;post&gt;\nfoo: 1" in content
    assert "_posts/x.md" in content
    save(
        admin_client, page(post), front_matter="x", source_name="y", guid="z", imported_at="2020-01-01T00:00"
    )
    stored = Post.objects.get()
    assert (stored.front_matter, stored.source_name, stored.guid) == (
        "layout: <post>\nfoo: 1",
        "_posts/x.md",
        post.guid,
    )


# Permissions


def test_a_writer_writes_and_hands_in_for_review(writer):
    save(writer, ADD, title="原稿", status="in_review")
    assert Post.objects.get().status == "in_review"


@pytest.mark.parametrize("button", ["_publish", "_publish_now", "_withdraw"])
def test_a_writer_has_no_publishing_buttons_and_cannot_make_one_up(writer, button):
    posts = [
        make_draft(published_at=hours_ago(1)),
        make_scheduled(),
        make_post(),
        make_withdrawn(),
        make_expired(),
    ]
    for post in posts:
        before = (post.status, post.published_at)
        assert f'name="{button}"' not in writer.get(page(post)).content.decode()
        response = save(
            writer, page(post), button=button, published_at="2020-01-01T00:00", status="published"
        )
        assert "may not publish" in str(errors(response))
        post.refresh_from_db()
        assert (post.status, post.published_at) == before


@pytest.mark.parametrize("make", [make_draft, make_scheduled, make_post, make_withdrawn, make_expired])
def test_a_writer_changes_neither_status_nor_dates_of_publication_by_any_request(writer, make):
    post = make()
    before = (post.status, post.published_at, post.expires_at)
    save(writer, page(post), published_at="2020-01-01T00:00", expires_at="2099-01-01T00:00", title="変えた")
    save(writer, page(post), published_at="2020-01-01T00:00", status="published", title="変えた")
    post.refresh_from_db()
    assert (post.status, post.published_at, post.expires_at) == before


def test_a_writer_cannot_create_a_published_post(writer):
    save(writer, ADD, title="勝手に", status="published", published_at="2020-01-01T00:00")
    save(writer, ADD, button="_publish", title="勝手に", published_at="2020-01-01T00:00")
    assert not Post.objects.exists()


def test_a_writer_is_told_when_a_slug_is_taken_on_the_day(writer):
    make_post(slug="onaji", published_at=tokyo(2025, 10, 21, 9))
    post = make_post(slug="betsu", published_at=tokyo(2025, 10, 21, 10))
    assert list(errors(save(writer, page(post), slug="onaji"))) == ["slug"]


def test_deleting_what_is_published_needs_the_permission_to_publish(client):
    client.force_login(staff_with("view_post", "change_post", "delete_post"))
    public, draft = make_post(), make_draft()
    assert client.post(f"/admin/blog/post/{public.pk}/delete/", {"post": "yes"}).status_code == 403
    selected = {"action": "delete_selected", "_selected_action": [public.pk, draft.pk], "post": "yes"}
    assert client.post("/admin/blog/post/", selected).status_code == 403
    assert client.post(f"/admin/blog/post/{draft.pk}/delete/", {"post": "yes"}).status_code == 302
    assert list(Post.objects.all()) == [public]


def test_who_may_only_look_gets_a_page_without_fields(client):
    client.force_login(staff_with("view_post"))
    post = make_post(tags=["甲"])
    response = client.get(page(post))
    assert response.status_code == 200
    assert 'name="title"' not in response.content.decode()
    assert client.post(page(post), {"title": "x"}).status_code == 403
