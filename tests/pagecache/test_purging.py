"""What a change tells: which keys, and that nothing goes untold."""

import pytest
from django.db import connection, transaction

from blog.models import Author, Category, Correction, Image, Page, Post, Purge, RelatedPost, Tag, Task
from blog.pagecache import purging
from blog.pagecache.purging import changing, purge
from tests.factories import (
    hours_ago,
    make_author,
    make_category,
    make_draft,
    make_image,
    make_page,
    make_post,
    make_scheduled,
    publish,
    withdraw,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def told():
    """The keys of all purges since it was asked last."""

    def take() -> set[str]:
        keys = {key for purge in Purge.objects.all() for key in purge.keys.split()}
        Purge.objects.all().delete()
        return keys

    take()  # that of the migrations
    return take


@pytest.fixture
def post(told):
    for _number in range(4):
        make_post(), make_post(category="市場")
    post = make_post(tags=["生成AI"])
    told()
    return post


def test_a_draft_is_nobodys_business(told):
    category = make_category()
    author = make_author()
    told()
    draft = make_draft(category=category, author=author)
    draft.tags.set(["生成AI", "半導体"])
    draft.body = "書きかけ"
    draft.save()
    draft.delete()
    assert told() == set()


def test_a_typo_purges_what_shows_the_post_and_no_list(post, told):
    post.body += "。"
    post.save()
    assert told() == {f"p{post.pk}", "texts"}


def test_a_publication_purges_the_lists_that_gain_the_post(post, told):
    tag = Tag.objects.get()
    chosen_by = make_post()
    draft = make_draft(author=make_author("技術取材班"))
    draft.tags.set(["生成AI"])
    RelatedPost.objects.create(post=chosen_by, target=draft)
    told()
    publish(draft)
    draft.refresh_from_db()
    assert told() == {
        *("posts", "texts", "newest", "corrections"),
        f"p{draft.pk}",
        f"p{chosen_by.pk}",
        f"c{draft.category_id}-posts",
        f"a{draft.author_id}-posts",
        f"t{tag.pk}-posts",
        f"day-{draft.published_on:%Y-%m-%d}",
    }


def test_a_move_purges_where_the_post_was_and_where_it_is(post, told):
    old, new = post.category, make_category("市場")
    old_day = post.published_on
    post.category, post.published_at = new, hours_ago(72)
    post.save()
    post.refresh_from_db()
    assert {
        f"c{old.pk}-posts",
        f"c{new.pk}-posts",
        f"day-{old_day:%Y-%m-%d}",
        f"day-{post.published_on:%Y-%m-%d}",
    } <= told()


def test_a_withdrawn_post_shall_not_be_seen_again(post, told):
    withdraw(post)
    assert Purge.objects.get().gone == f"p{post.pk}"
    Purge.objects.all().delete()
    publish(post)
    assert Purge.objects.get().gone == ""
    Purge.objects.all().delete()
    pk = post.pk
    post.delete()
    assert Purge.objects.get().gone == f"p{pk}"


def test_the_first_and_the_last_posts_of_a_category_change_the_navigation_of_every_page(told):
    posts = [make_post(category="市場")]
    assert "site" in told()
    posts += [make_post(category="市場") for _number in range(4)]
    told()
    withdraw(posts.pop())
    assert "site" not in told()
    while posts:
        withdraw(posts.pop())
    assert "site" in told()


def test_a_scheduled_post_has_everybody_look_at_the_clock(post, told):
    scheduled = make_scheduled()
    assert told() == {"schedule"}
    scheduled.tags.set(["半導体"])
    assert told() == {"schedule"}
    post.expires_at = hours_ago(-1)
    post.save()
    assert "schedule" in told()


def test_other_tags_purge_the_lists_of_both(post, told):
    old = Tag.objects.get()
    post.tags.set(["半導体"])
    new = Tag.objects.get(name="半導体")
    assert {f"t{old.pk}-posts", f"t{new.pk}-posts", f"p{post.pk}"} <= told()
    post.tags.set(["半導体"])
    assert told() == set()


def test_corrections_and_related_posts_purge_their_post(post, told):
    note = Correction.objects.create(post=post, text="数字を直しました。")
    assert told() == {"corrections", f"p{post.pk}", "texts"}
    note.delete()
    assert told() == {"corrections", f"p{post.pk}", "texts"}
    entry = RelatedPost.objects.create(post=post, target=make_post())
    told()
    entry.delete()
    assert told() == {f"p{post.pk}"}


def rename_tag(post):
    Tag.objects.update(name="別の名前")


def update_posts(post):
    Post.objects.filter(pk=post.pk).update(title="こっそり")


def insert_posts(post):
    Post.objects.bulk_create([Post(title="一括", slug="bulk", body="", published_at=hours_ago(1))])


def describe_category(post):
    category = Category.objects.first()
    category.description = "新しい説明"
    category.save()


def insert_categories(post):
    Category.objects.bulk_create([Category(name="新設", key="新設", slug="new")])


def write_biography(post):
    Author.objects.update(bio="経歴")


def describe_picture(post):
    Image.objects.update(alt="別の説明")


def write_page(post):
    make_page()


def hide_page(post):
    Page.objects.update(is_published=False)


def add_a_tag(post):
    post.tags.add("半導体")


def write_sql(statement: str):
    def write(post):
        with connection.cursor() as cursor:
            cursor.execute(statement)

    return write


@pytest.mark.parametrize(
    "change",
    [
        write_sql("UPDATE blog_post SET title = 'こっそり'"),
        write_sql("update blog_post set title = 'こっそり'"),
        write_sql('  -- in passing\n  Delete From\n"blog_relatedpost"'),
        write_sql(
            "WITH one AS (SELECT 1 AS id) UPDATE blog_post SET title = 'x' WHERE id IN (SELECT id FROM one)"
        ),
        write_sql("/* of a script */ delete from blog_correction"),
        rename_tag,
        update_posts,
        insert_posts,
        describe_category,
        insert_categories,
        write_biography,
        describe_picture,
        write_page,
        hide_page,
        add_a_tag,
    ],
)
def test_a_change_that_nobody_speaks_for_purges_the_site(post, told, change):
    make_page(), make_image()
    told()
    change(post)
    assert "site" in told()


@pytest.mark.parametrize("autocommit", [False, True])
def test_a_new_row_that_nobody_speaks_for_is_told_to_the_network_too(request, settings, autocommit):
    request.getfixturevalue("transactional_db" if autocommit else "db")
    settings.CDN_PURGE = "fastly"
    insert_categories(None)
    assert Purge.objects.latest("pk").keys == "site"
    assert "site" in Task.objects.get(kind="purge").payload["tags"]


@pytest.mark.parametrize(("plan", "gone"), [(None, "site"), (["a migration"], "")])
def test_good_copies_outlive_migrations_but_not_the_emptying_of_the_database(told, plan, gone):
    purging._migrated(using="default", plan=plan)
    told = Purge.objects.latest("pk")
    assert (told.keys, told.gone) == ("site", gone)


def test_reading_purges_nothing(told):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 'update blog_post' FROM blog_post")
    assert told() == set()


def test_an_author_a_tag_or_a_picture_that_is_edited_purges_what_shows_it(told):
    author, tag, image = make_author("新人"), Tag.objects.create(name="新語"), make_image()
    told()
    for row in (author, tag, image):
        row.save()
        assert told() == {row.surrogate_key}


def test_what_readers_do_not_see_yet_purges_nothing(told):
    make_author("新人"), Tag.objects.create(name="新語")
    image = make_image()
    image.make_thumbnail()
    assert told() == set()


def test_a_purge_is_committed_with_its_change_or_not_at_all(post, told):
    with pytest.raises(RuntimeError), transaction.atomic():
        post.title = "書き直し"
        post.save()
        raise RuntimeError
    assert told() == set()


def test_the_outermost_block_tells_for_all(told):
    with changing("a") as outer, changing("b") as inner:
        inner.remove("c")
        outer.touch("d")
    row = Purge.objects.get()
    assert (row.keys, row.gone) == ("a b c d", "c")


def test_a_block_that_fails_tells_nothing_and_leaves_nothing_behind(told):
    with pytest.raises(RuntimeError), changing("a"):
        raise RuntimeError
    assert told() == set()
    Page.objects.update(is_published=False)
    assert told() == {"site"}


def test_followers_hear_of_many_purges_of_a_transaction_once(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
        purge({"a"})
        with transaction.atomic():
            purge({"b"})
    assert len(callbacks) == 1
