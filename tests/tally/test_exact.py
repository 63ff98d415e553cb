"""Totals and pages against counting by hand, while everything that can happen to a post happens."""

import datetime
import json
import random

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from blog.addresses import tokyo_date
from blog.checks import posts_are_counted
from blog.corrections.views import Notes
from blog.listing import FEW, Listing, next_month
from blog.models import Author, Category, Correction, Merge, Post, Tag, TaggedPost, Tally
from blog.tally import keeping
from tests.factories import make_author, make_category, make_draft, make_post, make_superuser, make_tag, tokyo

pytestmark = pytest.mark.django_db

NAMES = ("甲", "乙", "丙")
STATUSES = ("draft", "in_review", "published", "published", "published", "withdrawn")


class Chaos:
    """Random edits by every way of writing."""

    def __init__(self, seed: int, clock):
        self.random, self.clock, self.made = random.Random(seed), clock, 0  # noqa: S311
        self.user = make_superuser()
        for name in NAMES:
            make_category(f"分類{name}"), make_author(f"記者{name}"), make_tag(f"印{name}")
        for _ in range(8):
            self.add()

    def any(self, model):
        return self.random.choice(list(model.objects.order_by("pk")))

    def some(self):
        keys = list(Post.objects.order_by("pk").values_list("pk", flat=True))
        return Post.objects.filter(pk__in=self.random.sample(keys, min(4, len(keys))))

    def moment(self):
        return timezone.now() + datetime.timedelta(minutes=self.random.randint(-60 * 24 * 70, 60 * 24 * 2))

    def fields(self) -> dict:
        status, published = self.random.choice(STATUSES), self.moment()
        expires = published + datetime.timedelta(hours=self.random.choice([1, 30, 24 * 40]))
        self.made += 1
        return {
            "status": status,
            "slug": f"chaos-{self.made}",
            "published_at": published,
            "expires_at": expires if self.random.random() < 0.3 else None,
            "category": self.random.choice([None, self.any(Category)]),
            "author": self.any(Author),
        }

    def step(self):
        edits = (self.add, self.add, self.add_many, self.save_one, self.retag, self.drop, self.update,
                 self.withdraw_many, self.move_dates, self.merge, self.split, self.later, self.rename,
                 self.drop_many, self.tag_many, self.correct, self.correct_many,
                 self.drop_note)  # fmt: skip
        self.random.choice(edits)()

    def add(self):
        make_post(tags=self.random.sample([f"印{name}" for name in NAMES], 2), **self.fields())

    def add_many(self):
        posts = Post.objects.bulk_create(
            Post(title="束", guid=f"chaos:{self.made}:{n}", **self.fields()) for n in range(3)
        )
        TaggedPost.objects.bulk_create(TaggedPost(tag=self.any(Tag), content_object=post) for post in posts)

    def save_one(self):
        post = self.any(Post)
        for name, value in self.fields().items():
            setattr(post, name, value)
        post.save()

    def retag(self):
        self.any(Post).tags.set(self.random.sample([f"印{name}" for name in NAMES], 1))

    def tag_many(self):
        tag = self.any(Tag)
        TaggedPost.objects.bulk_create(
            [TaggedPost(tag=tag, content_object=post) for post in self.some()], ignore_conflicts=True
        )
        tagging = self.any(TaggedPost)
        tagging.status, tagging.published_at = self.random.choice(STATUSES), self.moment()
        tagging.save()  # what it believes of the post is not believed

    def correct(self):
        note = Correction(post=self.any(Post), text="直しました。", published_at=self.moment())
        note.save()
        note.status, note.shown_at = self.random.choice(STATUSES), self.moment()
        note.save()  # what it believes of the post is not believed

    def correct_many(self):
        posts = [self.any(Post), *self.some()]
        Correction.objects.bulk_create(
            [Correction(post=post, text="直しました。", published_at=self.moment()) for post in posts]
        )
        keys = list(Correction.objects.values_list("pk", flat=True)[:2])
        Correction.objects.filter(pk__in=keys).update(published_at=self.moment(), post=self.any(Post))

    def drop_note(self):
        if note := Correction.objects.order_by("pk").first():
            note.delete()

    def drop(self):
        self.any(Post).delete()
        self.add()

    def drop_many(self):
        self.some().filter(status="withdrawn").delete()
        if Post.objects.count() < 5:
            self.add()

    def update(self):
        self.some().update(category=self.any(Category), author=self.any(Author))

    def withdraw_many(self):
        self.some().filter(published_at__isnull=False).update(status="withdrawn")

    def move_dates(self):
        self.some().update(published_at=self.moment(), expires_at=None)

    def merge(self):
        model = self.random.choice([Category, Author, Tag])
        rows = list(model.objects.order_by("?")[:2])
        if len(rows) == 2 and model.objects.count() > 2:
            Merge.objects.merge(*rows, self.user)

    def split(self):
        merge = Merge.objects.filter(undone_at=None).first()
        if merge and merge.model.objects.filter(pk=merge.target_id).exists():
            merge.undo(self.user)

    def later(self):
        self.clock(minutes=self.random.choice([1, 45, 60 * 20]))

    def rename(self):
        post = self.any(Post)
        post.title = f"{post.title}改"
        post.save()


@pytest.fixture(params=[1, 2, 3])
def chaos(request, clock, monkeypatch):
    monkeypatch.setattr("blog.listing.FEW", 2)  # so that a small list needs every step of a large one
    return Chaos(request.param, clock)


def by_hand(subject=None) -> list:
    """The keys of the public posts, the newest first, each asked whether it is public."""
    posts = Post.objects.prefetch_related("tags")
    if isinstance(subject, Tag):
        posts = [post for post in posts if subject in post.tags.all()]
    elif subject:
        posts = [post for post in posts if getattr(post, subject._meta.model_name) == subject]
    public = [post for post in posts if post.is_public]
    return sorted(public, key=lambda post: (post.published_at, post.pk), reverse=True)


def notes_by_hand() -> list:
    """The corrections that readers can see, the newest first; none before the post itself."""
    now = timezone.now()
    notes = [(max(note.published_at, note.post.published_at), note.pk, note)
             for note in Correction.objects.select_related("post") if note.post.is_public]  # fmt: skip
    return [note for moment, _pk, note in sorted(notes, reverse=True) if moment <= now]


def every_subject():
    return [None, *Category.objects.all(), *Author.objects.all(), *Tag.objects.all()]


def test_totals_and_pages_stay_exact_whatever_happens(chaos):
    for _ in range(12):
        for _ in range(8):
            chaos.step()
        assert (keeping.wrong_numbers(), keeping.wrong_copies()) == (0, 0)
        expected = notes_by_hand()
        notes = Notes()
        assert (notes.count(), list(Correction.objects.public().newest_first())) == (len(expected), expected)
        for start in range(0, len(expected) + 3, 3):
            assert notes[start : start + 3] == expected[start : start + 3], start
        for subject in every_subject():
            expected = by_hand(subject)
            listing = Listing.of(subject) if subject else Listing()
            assert listing.count() == len(expected), subject
            for start in range(0, len(expected) + 3, 3):
                assert listing[start : start + 3] == expected[start : start + 3], (subject, start)
            if subject:
                assert type(subject).objects.with_public_counts().get(pk=subject.pk).public_posts == len(
                    expected
                )


def test_periods_stay_exact_whatever_happens(chaos):
    for _ in range(60):
        chaos.step()
    expected = by_hand()
    months = {}
    for post in expected:
        first = tokyo_date(post.published_at).replace(day=1)
        months[first] = months.get(first, 0) + 1
    assert dict(Listing().months) == months
    days = {tokyo_date(post.published_at) for post in expected}
    periods = [(day, day + datetime.timedelta(days=1)) for day in days]
    periods += [(month, next_month(month)) for month in months]
    periods += [
        (datetime.date(year, 1, 1), datetime.date(year + 1, 1, 1)) for year in {day.year for day in days}
    ]
    for start, end in periods:
        posts = [post for post in expected if start <= tokyo_date(post.published_at) < end]
        listing = Listing(start=start, end=end)
        assert listing.count() == len(posts)
        for place in range(0, len(posts) + 3, 3):
            assert listing[place : place + 3] == posts[place : place + 3], (start, end, place)


def test_a_day_with_more_posts_than_are_passed_over_has_all_its_pages(monkeypatch):
    monkeypatch.setattr("blog.listing.FEW", 2)
    posts = [make_post(published_at=tokyo(2025, 1, 31, hour)) for hour in range(9)]
    make_post(published_at=tokyo(2025, 2, 1))
    make_post(published_at=tokyo(2025, 1, 30, 23))
    listing = Listing(start=datetime.date(2025, 1, 31), end=datetime.date(2025, 2, 1))
    assert [listing[start : start + 3] for start in (0, 3, 6, 9)] == [
        posts[:5:-1], posts[5:2:-1], posts[2::-1], [],
    ]  # fmt: skip


def test_beyond_the_last_page_nothing_is_passed_over(django_assert_num_queries, monkeypatch):
    monkeypatch.setattr("blog.listing.FEW", 2)
    for _ in range(3):
        make_post()
    with django_assert_num_queries(1):
        assert Listing()[50_000:50_010] == []
    with django_assert_num_queries(1):
        assert list(Listing().rows(Post.objects.all(), 50_000, 50_010)) == []


@pytest.mark.django_db(transaction=True)
def test_a_file_loaded_with_the_taggings_before_the_posts_is_counted(tmp_path):
    post, _draft = make_post(tags=["AI"]), make_draft(tags=["AI"])
    Correction.objects.create(post=post, text="直しました。")
    file = tmp_path / "dump.json"
    call_command(
        *("dumpdata", "blog.Category", "blog.Author", "blog.Tag", "blog.TaggedPost", "blog.Post"),
        "blog.Correction",
        output=file,
    )
    rows = json.loads(file.read_text())
    rows.sort(key=lambda row: row["model"] == "blog.post")
    file.write_text(json.dumps(rows))
    call_command("flush", interactive=False, verbosity=0)
    call_command("loaddata", file, verbosity=0)
    assert (Listing.of(Tag.objects.get()).count(), Notes().count()) == (1, 1)
    assert (keeping.wrong_numbers(), keeping.wrong_copies()) == (0, 0)


def test_numbers_of_nothing_are_removed_when_the_outbox_is_cleaned():
    make_post(expires_at=timezone.now() + datetime.timedelta(days=1)).delete()
    assert Tally.objects.filter(count=0).exists()
    keeping.forget_empty()
    assert not Tally.objects.exists()


def test_a_scheduled_post_counts_from_its_minute_on(clock):
    make_post(published_at=timezone.now() + datetime.timedelta(minutes=5))
    assert Listing().count() == 0
    clock(minutes=4, seconds=59)
    assert Listing().count() == 0
    clock(seconds=1)
    assert Listing().count() == 1


def test_an_expired_post_counts_no_more_from_its_moment_on(clock):
    post = make_post(expires_at=timezone.now() + datetime.timedelta(minutes=5))
    clock(minutes=4, seconds=59)
    assert Listing.of(post.category).count() == 1
    clock(seconds=1)
    assert Listing.of(post.category).count() == 0


def test_days_are_those_of_tokyo():
    make_post(published_at=tokyo(2025, 9, 30, 23, 59, 59))
    make_post(published_at=tokyo(2025, 10, 1))
    assert [(days.first.month, days.count) for days in Listing().months] == [(10, 1), (9, 1)]


def test_a_failed_statement_leaves_the_numbers_alone():
    post = make_post()
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.filter(pk=post.pk).update(status="unheard of")
    assert (keeping.wrong_numbers(), Listing().count()) == (0, 1)


def test_numbers_that_are_out_of_step_are_told_and_mended():
    Correction.objects.create(post=make_post(tags=["AI"]), text="直しました。")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE blog_tally SET count = count + 1 WHERE scope IN (3, 4)")
        cursor.execute("UPDATE blog_taggedpost SET status = ''")
        cursor.execute("UPDATE blog_correction SET status = ''")
    with pytest.raises(CommandError, match="誤り"):
        call_command("recount", check=True)
    call_command("recount", verbosity=0)
    call_command("recount", check=True, verbosity=0)
    assert Listing.of(Tag.objects.get()).count() == 1
    assert Listing.of(Tag.objects.get())[0:5]
    assert (Notes().count(), len(Notes()[0:5])) == (1, 1)


def test_triggers_that_went_missing_come_back_with_the_next_migrate_and_all_is_counted():
    keeping.remove()
    assert not keeping.is_installed()
    assert [warning.id for warning in posts_are_counted(None, databases=["default"])] == ["blog.W010"]
    make_post(tags=["AI"])
    assert Listing().count() == 0
    call_command("migrate", verbosity=0)
    assert posts_are_counted(None, databases=["default"]) == []
    assert (keeping.wrong_numbers(), Listing().count()) == (0, 1)


def test_a_deep_page_passes_over_few_posts(django_assert_num_queries):
    """Three small queries, and an offset within a day."""
    posts = [
        Post(
            title="束",
            slug=f"p{n}",
            guid=f"g{n}",
            status="published",
            published_at=tokyo(2025, 1, 1 + n % 20, n % 24, n // 24 % 60),
        )
        for n in range(FEW * 2 + 40)
    ]
    Post.objects.bulk_create(posts)
    listing = Listing()
    with django_assert_num_queries(3) as captured:
        found = listing[FEW + 50 : FEW + 60]
    assert found == by_hand()[FEW + 50 : FEW + 60]
    assert int(captured[-1]["sql"].split("OFFSET ")[1].split(")")[0]) < 40
