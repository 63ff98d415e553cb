import unicodedata

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from blog.models import Author, Category, Post, Tag, TaggedPost
from tests.factories import make_author, make_category, make_post, make_tag

pytestmark = pytest.mark.django_db

NAMED = [Category, Author, Tag]


@pytest.fixture(params=NAMED, ids=lambda model: model.__name__)
def model(request):
    return request.param


def names(queryset):
    return [row.name for row in queryset]


# Names


def test_a_name_is_stored_normalised_with_its_key_and_slug(model):
    row = model.objects.create(name=" ＡＩ\u200b　Ａｇｅｎｔ ")
    row.refresh_from_db()
    assert (row.name, row.key, row.slug) == ("AI Agent", "ai agent", "ai-agent")


def test_the_database_refuses_a_name_that_differs_in_width_or_case_only(model):
    model.objects.create(name="AI")
    for twin in ("AI", "ai", "ＡＩ", "Ai\u200d"):
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.create(name=twin)


def test_the_form_names_the_twin(model):
    model.objects.create(name="生成AI")
    with pytest.raises(ValidationError) as refusal:
        model(name="生成ａｉ").full_clean()
    assert "生成AI" in str(refusal.value.message_dict["name"])


def test_a_row_is_not_its_own_twin(model):
    row = model.objects.create(name="ai")
    row.name = "AI"
    row.full_clean()
    row.save()
    assert model.objects.get().name == "AI"


@pytest.mark.parametrize("name", ["", " ", "\u3000", "\u200b\u2060", "\x00"])
def test_a_name_of_nothing_is_refused_by_the_form_and_by_the_database(model, name):
    with pytest.raises(ValidationError) as refusal:
        model(name=name).full_clean()
    assert "name" in refusal.value.message_dict
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(name=name)


def test_the_database_refuses_an_empty_name_or_slug_even_past_the_model(model):
    row = model.objects.create(name="投資")
    for empty in ({"name": ""}, {"slug": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.filter(pk=row.pk).update(**empty)
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.bulk_create([model(**{"name": "x", "key": "x", "slug": "x"} | empty)])


def test_a_name_that_grows_too_long_when_normalised_is_refused_by_the_form(model):
    with pytest.raises(ValidationError) as refusal:
        model(name="㍿" * 26).full_clean()
    assert "name" in refusal.value.message_dict


def test_the_key_follows_a_name_that_is_saved_alone(model):
    row = model.objects.create(name="旧名")
    row.name = "ＮＥＷ"
    row.save(update_fields=["name"])
    row.refresh_from_db()
    assert (row.name, row.key, row.slug) == ("NEW", "new", "旧名")


# Slugs


def test_c_c_plus_plus_and_c_sharp_stay_apart(model):
    slugs = [model.objects.create(name=name).slug for name in ("C", "C++", "Ｃ＃")]
    assert slugs == ["c", "c-plus-plus", "c-sharp"]


@pytest.mark.parametrize(
    ("name", "slug"),
    [("!?", "exclamation-mark-question-mark"), ("🤖", "robot-face"), ("…", "full-stop-full-stop-full-stop")],
)
def test_a_name_without_letters_has_a_usable_address(model, name, slug):
    row = model.objects.create(name=name)
    assert row.slug == slug
    assert row.get_absolute_url().endswith(f"/{slug}/")


def test_names_with_one_slug_get_addresses_of_their_own(model):
    slugs = [model.objects.create(name=name).slug for name in ("A B", "A-B", "A・B", "A/B")]
    assert slugs == ["a-b", "a-b-2", "a-b-3", "a-b-4"]


def test_a_slug_never_changes_by_being_saved_again(model):
    for name in ("A B", "A-B", "A・B", "a" * 93 + " b" * 3, "a" * 93 + "-b" * 3, "🤖", "か\u3099く", "C++"):
        row = model.objects.create(name=name)
        slug = row.slug
        row.save()
        assert model.objects.get(pk=row.pk).slug == slug


def test_a_new_name_keeps_the_address(model):
    row = model.objects.create(name="技術解説")
    row.name = "テクノロジー"
    row.save()
    assert row.slug == "技術解説"


def test_a_slug_in_another_normalisation_form_is_stored_composed(model):
    row = model.objects.create(name="画像", slug=unicodedata.normalize("NFD", "が画像"))
    assert row.slug == "が画像"


def test_the_form_refuses_a_slug_that_is_taken_in_another_spelling(model):
    model.objects.create(name="一", slug="ai")
    with pytest.raises(ValidationError) as refusal:
        model(name="二", slug="ＡＩ").full_clean()
    assert "slug" in refusal.value.message_dict


def test_the_address_of_a_japanese_slug_is_percent_encoded(model):
    assert model.objects.create(name="規制").get_absolute_url().endswith("/%E8%A6%8F%E5%88%B6/")


# Finding and making by name


def test_rows_are_found_again_whatever_the_width_or_case_and_made_once(model):
    ai = model.objects.create(name="AI")
    rows = model.objects.for_names(["投資", "ＡＩ", "ai", "投資 ", "C++"])
    assert names(rows) == ["投資", "AI", "C++"]
    assert rows[1] == ai
    assert model.objects.count() == 3


def test_names_may_come_from_a_generator(model):
    assert names(model.objects.for_names(name for name in ("a", "b"))) == ["a", "b"]


@pytest.mark.parametrize("name", ["", "\u3000", "\u200b", "長" * 101, "㍿" * 26])
def test_an_impossible_name_is_refused_and_nothing_is_made(model, name):
    with pytest.raises(ValueError, match="name"):
        model.objects.for_names(["投資", name])
    assert not model.objects.exists()


def test_finding_a_hundred_names_is_one_query(model, django_assert_num_queries):
    wanted = [f"名{number}" for number in range(100)]
    model.objects.for_names(wanted)
    with django_assert_num_queries(1):
        assert names(model.objects.for_names(wanted)) == wanted


# Tags of a post


def tag_names(post):
    return [tag.name for tag in post.tags.all()]


def test_tags_keep_the_order_in_which_they_were_typed():
    make_tag("あ"), make_tag("B")
    post = make_post(tags=["投資", "B", "あ", "AI"])
    assert tag_names(Post.objects.get(pk=post.pk)) == ["投資", "B", "あ", "AI"]


def test_prefetched_tags_have_the_same_order():
    orders = [["投資", "B", "あ"], ["あ", "投資", "B"], ["B"], [], ["B", "あ", "投資"]]
    posts = [make_post(tags=order) for order in orders]
    prefetched = {post.pk: tag_names(post) for post in Post.objects.prefetch_related("tags")}
    assert [prefetched[post.pk] for post in posts] == orders


def test_prefetching_the_tags_of_many_posts_is_one_query(django_assert_num_queries):
    for number in range(5):
        make_post(tags=["AI", f"タグ{number}"])
    with django_assert_num_queries(2):
        for post in Post.objects.prefetch_related("tags"):
            assert len(post.tags.all()) == 2


def test_another_order_of_the_same_tags_is_kept():
    post = make_post(tags=["a", "b", "c"])
    post.tags.set(["c", "a", "b"])
    assert tag_names(post) == ["c", "a", "b"]


def test_setting_the_same_tags_writes_nothing():
    post = make_post(tags=["a", "b"])
    taggings = list(TaggedPost.objects.values_list("pk", flat=True))
    post.tags.set(["Ａ", "b"])
    assert list(TaggedPost.objects.values_list("pk", flat=True)) == taggings


def test_a_tag_is_put_on_a_post_once_in_whatever_spelling():
    post = make_post(tags=["AI", "ＡＩ", "ai"])
    post.tags.add("aI", make_tag("AI"))
    assert tag_names(post) == ["AI"]
    assert Tag.objects.count() == 1


def test_a_tag_added_later_comes_last():
    post = make_post(tags=["b", "c"])
    post.tags.add("a")
    assert tag_names(post) == ["b", "c", "a"]


def test_tags_that_cannot_be_set_leave_the_old_ones():
    post = make_post(tags=["a", "b"])
    with pytest.raises(ValueError, match="empty"):
        post.tags.set(["c", "\u200b"])
    assert tag_names(post) == ["a", "b"]
    assert not Tag.objects.filter(name="c").exists()


def test_the_database_refuses_the_same_tag_twice_on_a_post():
    post = make_post(tags=["AI"])
    with pytest.raises(IntegrityError), transaction.atomic():
        TaggedPost.objects.bulk_create([TaggedPost(tag=Tag.objects.get(), content_object=post)])


# What belongs together stays together


@pytest.mark.parametrize("field", ["category", "author"])
def test_a_category_or_author_with_posts_cannot_be_deleted(field):
    row = getattr(make_post(), field)
    with pytest.raises(ProtectedError):
        row.delete()
    assert Post.objects.filter(**{field: row}).exists()


def test_deleting_a_tag_keeps_its_posts():
    post = make_post(tags=["AI", "投資"])
    Tag.objects.get(name="AI").delete()
    assert tag_names(post) == ["投資"]


def test_deleting_a_user_keeps_the_author(django_user_model):
    author = make_author("山の上", user=django_user_model.objects.create_user("writer"))
    author.user.delete()
    author.refresh_from_db()
    assert author.user is None


def test_categories_stand_in_the_editors_order():
    (
        make_category("二番", position=2),
        make_category("一番", position=1),
        make_category("同じ一番", position=1),
    )
    assert names(Category.objects.all()) == ["一番", "同じ一番", "二番"]
