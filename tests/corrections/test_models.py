import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from blog.models import Correction, Post
from tests.factories import hours_ago, make_draft, make_post, make_scheduled, make_withdrawn, tokyo

pytestmark = pytest.mark.django_db


def note(post, text="誤りを直しました。", **fields) -> Correction:
    return Correction.objects.create(post=post, text=text, **fields)


@pytest.mark.parametrize(
    ("field", "moment"),
    [("published_at", hours_ago(-1)), ("published_at", hours_ago(3))],
    ids=["in the future", "before the publication"],
)
def test_the_date_of_a_note_lies_between_the_publication_and_now(field, moment):
    post = make_post(published_at=hours_ago(2))
    with pytest.raises(ValidationError) as refusal:
        Correction(post=post, text="誤り", published_at=moment, html="-").full_clean()
    assert set(refusal.value.message_dict) == {field}


def test_the_moment_of_the_publication_itself_is_a_date_for_a_note():
    post = make_post(published_at=hours_ago(2))
    Correction(post=post, text="誤り", published_at=post.published_at, html="-").full_clean()


@pytest.mark.parametrize("make", [make_draft, make_scheduled])
def test_a_post_that_readers_have_not_seen_has_nothing_to_correct(make):
    with pytest.raises(ValidationError) as refusal:
        Correction(post=make(), text="誤り", html="-").full_clean()
    assert "post" in refusal.value.message_dict


def test_a_withdrawn_post_can_be_corrected():
    Correction(post=make_withdrawn(), text="誤り", html="-").full_clean()


@pytest.mark.parametrize("fields", [{"text": ""}, {"kind": "apology"}], ids=["no text", "unknown kind"])
def test_the_database_itself_refuses(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        note(make_post(), **fields)


def test_a_note_of_nothing_but_blanks_is_refused():
    with pytest.raises(ValidationError) as refusal:
        Correction(post=make_post(), text=" 　\n", html="-").full_clean()
    assert "text" in refusal.value.message_dict


def test_markdown_becomes_html_without_anything_that_can_do_harm():
    text = (
        '正しくは**1,350台**です。[資料](https://example.jp/ "題")\n\n<script>alert(1)</script>'
        "<img src=x onerror=alert(1)>\n\n# 見出し\n\n- 一\n- 二\n\n[悪](javascript:alert(1))"
    )
    html = note(make_post(), text).html
    assert "<strong>1,350台</strong>" in html
    assert '<a href="https://example.jp/" title="題">資料</a>' in html
    assert "<li>一</li>" in html
    assert not any(word in html for word in ("<script", "onerror", "<img", "<h1", "<h2", 'href="javascript'))
    assert "見出し" in html


def test_the_plain_text_has_no_tags_and_no_double_blanks():
    assert note(make_post(), "正しくは**1,350台**です。\n\n<b>第二</b>").plain_text.startswith(
        "正しくは1,350台です。"
    )


def test_a_note_moves_the_date_of_the_articles_last_change():
    post = make_post(published_at=tokyo(2025, 10, 20))
    note(post, published_at=tokyo(2025, 10, 22))
    post.refresh_from_db()
    assert post.last_modified_at == post.changed_at == tokyo(2025, 10, 22)


def test_an_older_note_never_moves_the_date_back():
    post = make_post(published_at=tokyo(2025, 10, 20), last_modified_at=tokyo(2025, 10, 25))
    note(post, published_at=tokyo(2025, 10, 22))
    post.refresh_from_db()
    assert post.last_modified_at == tokyo(2025, 10, 25)


def test_mending_a_typo_does_not_move_the_date_and_an_editorial_change_does():
    post = make_post(published_at=tokyo(2025, 10, 20), body="誤字")
    post.body = "正字"
    post.save()
    assert (post.changed_at, post.was_changed) == (tokyo(2025, 10, 20), False)
    post.mark_changed()
    assert timezone.now() - post.changed_at < datetime.timedelta(minutes=1)
    assert post.was_changed


def test_a_change_before_the_publication_is_none_for_readers():
    post = make_post(published_at=tokyo(2025, 10, 20), last_modified_at=tokyo(2025, 10, 19))
    assert (post.changed_at, post.was_changed) == (tokyo(2025, 10, 20), False)
    assert make_draft().changed_at is None


def test_a_note_counts_as_an_edit_so_that_an_import_does_not_undo_it():
    post = make_post(published_at=tokyo(2025, 10, 20), last_modified_at=tokyo(2025, 10, 25))
    Post.objects.filter(pk=post.pk).update(imported_at=timezone.now(), updated_at=hours_ago(5))
    written = note(Post.objects.get(), published_at=tokyo(2025, 10, 22))
    assert Post.objects.get().edited_since_import
    Post.objects.update(imported_at=timezone.now(), updated_at=hours_ago(5))
    written.refresh_from_db()
    written.delete()
    assert Post.objects.get().updated_at > hours_ago(1)


def test_only_notes_of_public_posts_are_public():
    shown = note(make_post())
    note(make_withdrawn()), note(make_scheduled()), note(make_draft())
    assert list(Correction.objects.public()) == [shown]


def test_the_oldest_note_stands_first_on_the_article():
    post = make_post(published_at=tokyo(2025, 10, 20))
    late = note(post, published_at=tokyo(2025, 10, 23))
    early = note(post, published_at=tokyo(2025, 10, 21))
    assert list(post.corrections.all()) == [early, late]
