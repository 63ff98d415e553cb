import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from blog.audit import AuditEntry
from blog.models import Post, PreviewLink
from tests.admin_pages import post_page
from tests.factories import (
    hours_ago,
    make_draft,
    make_expired,
    make_image,
    make_post,
    make_scheduled,
    make_superuser,
    make_withdrawn,
)
from tests.workflow.people import make_editor, make_publisher, make_writer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


@pytest.fixture
def chief():
    return make_superuser()


def issue(post, user, days=7) -> str:
    return PreviewLink.objects.issue(post, user, days)[1]


def panel(post) -> str:
    return f"/admin/blog/post/{post.pk}/preview-links/"


@pytest.mark.parametrize("make", [make_draft, make_scheduled, make_post, make_expired, make_withdrawn])
def test_whoever_has_the_link_sees_the_real_page_of_a_post_in_any_state(client, chief, make):
    image = make_image()
    post = make(
        "限定の見出し", body=f"**強い**本文\n\n![図]({image.file.url})", tags=["甲"], cover=make_image()
    )
    response = client.get(issue(post, chief))
    content = response.content.decode().replace("<wbr>", "")
    assert response.status_code == 200
    assert "blog/post_detail.html" in [template.name for template in response.templates]
    for text in ("<h1>限定の見出し</h1>", "<strong>強い</strong>本文", post.cover.file.url, image.file.url):
        assert text in content
    for address in (post.cover.file.url, image.file.url):
        picture = client.get(address)
        assert picture.status_code == 200
        picture.close()


def test_the_page_is_the_text_as_it_was_last_saved(client, chief):
    post = make_draft(body="初稿")
    address = issue(post, chief)
    post.body = "第二稿"
    post.save()
    assert "第二稿" in client.get(address).content.decode()


@pytest.mark.parametrize("works", [True, False])
def test_the_answer_is_never_stored_indexed_or_told_to_other_sites(client, chief, works):
    address = issue(make_post(), chief) if works else "/preview/nonsense/"
    response = client.get(address)
    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Referrer-Policy"] == "no-referrer"
    assert 'name="robots" content="noindex"' in response.content.decode()


def test_the_page_names_no_address_of_the_desk_and_offers_nothing_to_share(client, chief):
    content = client.get(issue(make_draft(), chief)).content.decode()
    assert "/admin/" not in content
    assert "canonical" not in content
    assert "x.com" not in content


def test_a_link_that_expired_was_revoked_or_never_was_says_so_and_no_more(client, chief):
    post = make_draft("極秘")
    expired, revoked = issue(post, chief), issue(post, chief)
    first, second = PreviewLink.objects.order_by("pk")
    past = timezone.now() - datetime.timedelta(seconds=1)
    PreviewLink.objects.filter(pk=first.pk).update(created_at=hours_ago(48), expires_at=past)
    second.revoke()
    for address in (expired, revoked, "/preview/nonsense/", f"/preview/{'x' * 3000}/", "/preview/あ/"):
        response = client.get(address)
        assert response.status_code == 404
        assert "has expired or was revoked" in response.content.decode()
        assert "極秘" not in response.content.decode()


def test_the_link_of_a_deleted_post_does_not_work(client, chief):
    post = make_draft()
    address = issue(post, chief)
    post.delete()
    assert client.get(address).status_code == 404


def test_nothing_can_be_sent_to_the_page(client, chief):
    assert client.post(issue(make_draft(), chief)).status_code == 405


def test_the_secret_is_long_and_is_not_in_the_database(chief):
    link, address = PreviewLink.objects.issue(make_draft(), chief, 7)
    token = address.split("/")[2]
    assert len(token) >= 32, "192 bits in base64"
    stored = {str(value) for value in PreviewLink.objects.values().get(pk=link.pk).values()}
    assert not any(token in value for value in stored)


def test_a_link_without_an_end_is_refused_by_the_database(chief):
    moment = timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        PreviewLink.objects.create(post=make_draft(), token_hash="x", created_at=moment, expires_at=moment)


def test_a_link_is_made_on_the_desk_shown_once_and_revoked(client):
    editor = make_editor("shin")
    client.force_login(editor)
    post = make_draft("出す前の話")
    made = client.post(panel(post), {"days": "3"})
    address = made.context["preview_links"]["address"]
    assert address.startswith("https://news.example.jp/preview/")
    assert address in made.content.decode()
    link = PreviewLink.objects.get()
    assert link.created_by == editor
    assert abs(link.expires_at - timezone.now() - datetime.timedelta(days=3)) < datetime.timedelta(minutes=1)
    path = address.removeprefix("https://news.example.jp")
    assert client.get(path).status_code == 200
    for page in (client.get(panel(post)), client.get(post_page(post))):
        assert f'name="revoke" value="{link.pk}"' in page.content.decode()
        assert path not in page.content.decode()
    after = client.post(panel(post), {"revoke": link.pk})
    assert 'name="revoke"' not in after.content.decode()
    assert client.get(path).status_code == 404


def test_making_a_link_is_in_the_audit_log_without_the_secret(client):
    client.force_login(make_editor("shin"))
    post = make_draft("出す前の話")
    address = client.post(panel(post), {"days": "1"}).context["preview_links"]["address"]
    entry = AuditEntry.objects.get()
    assert (entry.username, entry.action, entry.target) == ("shin", "preview_shared", "出す前の話")
    assert address.split("/")[-2] not in str(entry.details)


@pytest.mark.parametrize("days", ["", "0", "2", "-1", "9999", "あ"])
def test_only_the_offered_durations_are_taken(client, days):
    client.force_login(make_editor())
    response = client.post(panel(make_draft()), {"days": days})
    assert response.context["preview_links"]["form"].errors
    assert not PreviewLink.objects.exists()


@pytest.mark.parametrize("key", ["", "x", "999", "9" * 30])
def test_revoking_what_is_not_there_does_nothing(client, chief, key):
    client.force_login(chief)
    post = make_draft()
    issue(post, chief)
    assert client.post(panel(post), {"revoke": key}).status_code == 200
    assert PreviewLink.objects.alive().count() == 1


def test_a_link_is_revoked_only_on_the_page_of_its_own_post(client, chief):
    issue(make_draft(), chief)
    client.force_login(chief)
    client.post(panel(make_draft()), {"revoke": PreviewLink.objects.get().pk})
    assert PreviewLink.objects.alive().count() == 1


def test_a_writer_shares_their_own_posts_and_no_others(client):
    writer = make_writer()
    own, public, hidden = make_draft(created_by=writer), make_post(), make_draft()
    client.force_login(writer)
    assert client.post(panel(own), {"days": "1"}).status_code == 200
    Post.objects.filter(pk=own.pk).update(status="in_review")
    assert client.post(panel(own), {"days": "1"}).status_code == 200
    assert (
        client.get(panel(public)).status_code == client.post(panel(public), {"days": "1"}).status_code == 403
    )
    assert (
        client.get(panel(hidden)).status_code == client.post(panel(hidden), {"days": "1"}).status_code == 404
    )
    assert set(PreviewLink.objects.values_list("post", flat=True)) == {own.pk}


def test_visitors_are_asked_to_sign_in(client):
    assert client.post(panel(make_draft()), {"days": "1"}).status_code == 403
    assert not PreviewLink.objects.exists()


def test_the_panel_costs_the_same_for_any_number_of_links(client, django_assert_max_num_queries):
    publisher = make_publisher()
    client.force_login(publisher)
    post = make_draft()
    client.get(panel(post))
    for _number in range(9):
        issue(post, publisher)
    with django_assert_max_num_queries(8):
        client.get(panel(post))
