import datetime
import unicodedata
from contextlib import contextmanager

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from blog.models import Post, RelatedPost
from tests.factories import (
    hours_ago,
    make_draft,
    make_expired,
    make_post,
    make_scheduled,
    make_withdrawn,
    publish,
    tokyo,
    withdraw,
)

pytestmark = pytest.mark.django_db

DAY = tokyo(2025, 10, 21, 9)


@contextmanager
def refused():
    """The database itself must refuse what is done in this block."""
    with pytest.raises(IntegrityError), transaction.atomic():
        yield


# Constraints, past save()


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"slug": ""},
        {"guid": ""},
        {"status": "live"},
        {"status": ""},
        {"published_at": None},
        {"status": "withdrawn", "published_at": None},
        {"published_at": DAY, "expires_at": DAY},
        {"published_at": DAY, "expires_at": DAY - datetime.timedelta(microseconds=1)},
    ],
    ids=str,
)
def test_the_database_refuses_an_impossible_post(change):
    post = make_post(published_at=DAY)
    with refused():
        Post.objects.filter(pk=post.pk).update(**change)
    fields = {"title": "記事", "slug": "x", "status": "published", "published_at": DAY} | change
    with refused():
        Post.objects.bulk_create([Post(**fields)])
    assert Post.objects.get() == post


def test_the_database_refuses_one_guid_twice():
    post = make_post()
    with refused():
        Post.objects.bulk_create([Post(title="写し", slug="copy", guid=post.guid)])


def test_the_database_refuses_one_source_file_twice():
    make_post(source_name="2025-10-21-a.md")
    make_post(), make_post()  # no source file is not a source file
    with refused():
        make_post(source_name="2025-10-21-a.md")


@pytest.mark.parametrize("field", ["category_id", "author_id", "cover_id", "pillar_id"])
def test_the_database_refuses_a_reference_to_nothing(field):
    post = make_post()
    with refused():
        Post.objects.filter(pk=post.pk).update(**{field: 987654321})
        connection.check_constraints()


# One slug a Tokyo day


@pytest.mark.parametrize("make", [make_post, make_withdrawn], ids=["published", "withdrawn"])
def test_a_slug_is_unique_in_the_tokyo_day_across_midnight_in_utc(make):
    make(slug="ai", published_at=datetime.datetime(2025, 10, 20, 15, 0, tzinfo=datetime.UTC))
    with refused():  # the same day in Tokyo, another in UTC
        make_post(slug="ai", published_at=datetime.datetime(2025, 10, 21, 14, 59, 59, 999999, datetime.UTC))
    # the same day in UTC, others in Tokyo
    make_post(slug="ai", published_at=datetime.datetime(2025, 10, 20, 14, 59, 59, 999999, datetime.UTC))
    make_post(slug="ai", published_at=datetime.datetime(2025, 10, 21, 15, 0, tzinfo=datetime.UTC))
    assert sorted(Post.objects.values_list("published_on", flat=True)) == [
        datetime.date(2025, 10, 20),
        datetime.date(2025, 10, 21),
        datetime.date(2025, 10, 22),
    ]


def test_the_database_refuses_the_second_post_of_the_day_past_save():
    make_post(slug="ai", published_at=DAY)
    other = make_post(slug="other", published_at=DAY)
    with refused():
        Post.objects.filter(pk=other.pk).update(slug="ai")
    third = make_post(slug="ai", published_at=DAY + datetime.timedelta(days=1))
    with refused():
        Post.objects.filter(pk=third.pk).update(published_at=DAY + datetime.timedelta(hours=14))


def test_the_form_says_that_the_slug_is_taken_that_day():
    make_post(slug="ai", published_at=DAY)
    twin = Post(
        title="二つ目", slug="ai", status="published", published_at=DAY + datetime.timedelta(hours=14)
    )
    with pytest.raises(ValidationError) as refusal:
        twin.full_clean()
    assert "__all__" in refusal.value.message_dict or "slug" in refusal.value.message_dict
    twin.published_at += datetime.timedelta(hours=1)
    twin.full_clean()


def test_a_post_does_not_collide_with_itself():
    post = make_post(slug="ai", published_at=DAY)
    post.full_clean()
    post.save()


def test_two_forms_of_one_japanese_slug_are_one_slug():
    make_post(slug="ガイド", published_at=DAY)
    with refused():
        make_post(slug=unicodedata.normalize("NFD", "ガイド"), published_at=DAY)


def test_drafts_without_a_date_may_share_a_slug():
    make_draft(slug="ai"), make_draft(slug="ai")
    assert Post.objects.filter(slug="ai", published_on=None).count() == 2


@pytest.mark.parametrize(
    ("moment", "date"),
    [
        (tokyo(2025, 12, 31, 23, 59, 59, 999999), datetime.date(2025, 12, 31)),
        (tokyo(2026, 1, 1), datetime.date(2026, 1, 1)),
        (tokyo(2024, 2, 29, 0, 0, 0, 1), datetime.date(2024, 2, 29)),
        (None, None),
    ],
)
def test_the_database_computes_the_tokyo_date(moment, date):
    post = make_draft(published_at=moment)
    assert Post.objects.values_list("published_on", flat=True).get(pk=post.pk) == date


# Title and slug


def test_a_title_is_composed_and_has_no_stray_white_space():
    post = make_post("  生成\u3000AI\n\tか\u3099く ")
    assert post.title == "生成 AI がく"


@pytest.mark.parametrize("title", ["", " ", "\u3000\n"])
def test_a_title_of_nothing_is_refused(title):
    with pytest.raises(ValidationError) as refusal:
        Post(title=title, slug="x").full_clean()
    assert "title" in refusal.value.message_dict or "__all__" in refusal.value.message_dict
    with refused():
        Post(title=title, slug="x").save()


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("2-ai-article-update", "2-ai-article-update"),
        ("規制 と/投資", "規制-と-投資"),
        (unicodedata.normalize("NFD", "ガイド"), "ガイド"),
        ("C#とC%3F?", "C-とC-3F"),
        ("-ai-", "ai"),
        ("gpt-4.5", "gpt-4.5"),
        ("..", "見出し"),
        ("//", "見出し"),
        ("", "見出し"),
    ],
)
def test_a_slug_can_stand_in_an_address(typed, slug):
    assert make_post("見出し", slug=typed).slug == slug


@pytest.mark.parametrize("title", ["!?", "🤖", "…"])
def test_a_title_without_letters_still_gives_an_address(title):
    post = make_post(title, slug="")
    assert post.slug
    post.full_clean()


def test_the_longest_title_gives_a_slug_that_fits():
    post = make_post("長" * 300, slug="")
    post.full_clean()
    assert len(post.slug) <= 80


def test_the_address_has_the_tokyo_date_and_an_encoded_slug():
    post = make_post(slug="規制", published_at=datetime.datetime(2025, 10, 20, 15, 0, tzinfo=datetime.UTC))
    assert post.get_absolute_url() == "/2025/10/21/%E8%A6%8F%E5%88%B6/"
    assert post.get_canonical_url() == "https://news.example.jp/2025/10/21/%E8%A6%8F%E5%88%B6/"


def test_a_year_before_1000_has_four_digits_in_the_address():
    assert make_post(slug="x", published_at=tokyo(794, 1, 2, 12)).get_absolute_url() == "/0794/01/02/x/"


# GUID


def test_every_post_has_a_guid_of_its_own():
    guids = [make_post().guid for _ in range(3)]
    assert len(set(guids)) == 3
    assert all(guid.startswith("urn:uuid:") for guid in guids)


def test_a_guid_survives_a_new_slug_a_new_date_and_a_withdrawal():
    post = make_post(guid="https://old.example/2025/10/21/ai/")
    post.slug, post.published_at = "new", DAY
    post.save()
    withdraw(post)
    assert Post.objects.get().guid == "https://old.example/2025/10/21/ai/"


@pytest.mark.parametrize("update_fields", [None, ["guid"], ["title"]])
def test_a_guid_cannot_be_changed(update_fields):
    post = make_post()
    guid = post.guid
    post.guid = "urn:uuid:00000000-0000-0000-0000-000000000000"
    with pytest.raises(ValueError, match="GUID"):
        post.save(update_fields=update_fields)
    assert Post.objects.get().guid == guid


# Workflow


def test_a_withdrawn_post_is_gone_and_can_come_back():
    post = make_post()
    withdraw(post)
    assert (post.is_public, post.is_gone) == (False, True)
    publish(post)
    assert (post.is_public, post.is_gone) == (True, False)


def test_only_what_was_public_is_gone():
    assert [make().is_gone for make in (make_draft, make_scheduled, make_post)] == [False, False, False]
    assert make_withdrawn(published_at=hours_ago(-1)).is_gone is False
    assert make_expired().is_gone is True


def test_a_form_in_the_making_is_neither_public_nor_scheduled():
    post = Post(status="published")
    assert (post.is_public, post.is_scheduled, post.is_gone) == (False, False, False)


# What is computed at a save


def test_the_html_follows_the_body():
    post = make_post(body="## 概要\n\n本文")
    assert "<h2" in post.body_html
    assert [entry["text"] for entry in post.toc] == ["概要"]
    post.body = "別の本文"
    post.save(update_fields=["body"])
    post.refresh_from_db()
    assert "別の本文" in post.body_html
    assert "概要" not in post.body_html
    assert post.toc == []


def test_a_save_without_the_body_renders_nothing(monkeypatch):
    post = make_post()
    monkeypatch.setattr("blog.models.markdown.render_body", None)
    post.title = "新しい見出し"
    post.save(update_fields=["title"])
    assert Post.objects.get().title == "新しい見出し"


def test_reading_minutes_come_from_the_text_unless_they_are_given():
    post = make_post(body="あ" * 1600)
    assert post.reading_minutes == 4
    post.given_reading_minutes = 9
    post.save()
    assert Post.objects.get().reading_minutes == 9


def test_the_last_edit_moves_with_every_save_and_the_editorial_change_does_not():
    post = make_post(last_modified_at=DAY)
    edited = post.updated_at
    post.title = "誤字を直した見出し"
    post.save(update_fields=["title"])
    post.refresh_from_db()
    assert post.updated_at > edited
    assert post.last_modified_at == DAY


def test_edited_since_import():
    post = make_post()
    assert not post.edited_since_import
    Post.objects.filter(pk=post.pk).update(imported_at=post.updated_at)
    post.refresh_from_db()
    assert not post.edited_since_import
    post.save()
    assert post.edited_since_import


# Related posts and pillars


def test_related_posts_keep_their_order():
    post, a, b, c = (make_post() for _ in range(4))
    for position, target in enumerate([c, a, b]):
        RelatedPost.objects.create(post=post, target=target, position=position)
    assert [entry.target for entry in post.related_entries.all()] == [c, a, b]


def test_the_database_refuses_impossible_related_posts():
    post, other = make_post(), make_post()
    RelatedPost.objects.create(post=post, target=other)
    for entry in (
        RelatedPost(post=post, target=other),
        RelatedPost(post=post, target=post),
        RelatedPost(post=post),
    ):
        with refused():
            RelatedPost.objects.bulk_create([entry])


def test_an_imported_reference_to_an_article_that_is_not_here_is_kept():
    entry = RelatedPost.objects.create(post=make_post(), reference={"slug": "2025-10-21-missing"})
    assert str(entry)


def test_a_post_is_not_its_own_pillar():
    post = make_post()
    post.pillar = post
    with pytest.raises(ValidationError) as refusal:
        post.full_clean()
    assert "pillar" in refusal.value.message_dict


def test_deleting_a_pillar_keeps_the_posts_that_named_it():
    pillar = make_post(is_pillar=True)
    post = make_post(pillar=pillar)
    pillar.delete()
    post.refresh_from_db()
    assert post.pillar is None
