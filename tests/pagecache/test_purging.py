"""What a change tells: which keys, and that nothing goes untold."""

import threading

import pytest
from django.db import OperationalError, connection, connections, transaction

from blog.models import Author, Category, Correction, Image, Page, Post, Purge, RelatedPost, Tag, Task
from blog.pagecache import purging
from blog.pagecache.purging import changing, purge
from blog.search import index
from tests.factories import (
    hours_ago,
    make_author,
    make_category,
    make_draft,
    make_image,
    make_page,
    make_post,
    make_scheduled,
    make_tag,
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


def test_a_correction_or_related_post_that_moves_purges_the_post_that_it_leaves(post, told):
    other, target = make_post(), make_post()
    note = Correction.objects.create(post=post, text="数字を直しました。")
    entry = RelatedPost.objects.create(post=post, target=target)
    for moved in (note, entry):
        told()
        moved.post = other
        moved.save()
        assert {f"p{post.pk}", f"p{other.pk}"} <= told()
    entry.post = post  # and is deleted instead of saved
    entry.delete()
    assert told() == {f"p{other.pk}"}


@pytest.fixture
def published_meanwhile(told):
    """A post as somebody has it in memory who does not know yet that it was published."""
    draft = make_draft()
    stale = Post.objects.get(pk=draft.pk)
    publish(draft)
    told()
    return stale


def test_a_deletion_tells_of_the_post_that_somebody_published_meanwhile(published_meanwhile):
    pk = published_meanwhile.pk
    published_meanwhile.delete()
    assert Purge.objects.get().gone == f"p{pk}"


def test_tags_are_told_of_though_somebody_published_the_post_meanwhile(published_meanwhile, told):
    published_meanwhile.tags.set(["半導体"])
    assert {f"p{published_meanwhile.pk}", f"t{Tag.objects.get().pk}-posts"} <= told()


def test_a_deletion_of_many_tells_of_those_that_somebody_published_meanwhile(told):
    draft = make_draft()
    posts = Post.objects.filter(pk=draft.pk)
    assert posts.get().status == "draft" and not any(post.is_public for post in posts)
    publish(draft)
    told()
    posts.delete()
    assert Purge.objects.get().gone == f"p{draft.pk}"


def test_a_deletion_of_many_takes_none_that_it_has_not_told_of(monkeypatch):
    make_draft()
    monkeypatch.setattr(index, "remove", lambda keys: make_draft(title="後から書いた記事"))
    Post.objects.filter(status="draft").delete()
    assert Post.objects.get().title == "後から書いた記事"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.parametrize("many", [False, True])
def test_who_publishes_a_post_that_is_being_deleted_waits(transactional_db, monkeypatch, many):
    draft, refused = make_draft(), []

    def publish_elsewhere():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '200ms'")
            publish(Post.objects.get(pk=draft.pk))
        except OperationalError as error:
            refused.append(error)
        finally:
            connections.close_all()

    def remove(keys):
        thread = threading.Thread(target=publish_elsewhere)
        thread.start()
        thread.join(timeout=20)

    monkeypatch.setattr(index, "remove", remove)
    (Post.objects.filter(pk=draft.pk) if many else draft).delete()
    assert len(refused) == 1
    assert not Post.objects.exists()


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


def write_and_leave_open(post):
    write_and_leave_open.cursor = connection.cursor()
    write_and_leave_open.cursor.execute("UPDATE blog_post SET title = 'x' RETURNING id, title")
    assert (post.pk, "x") in write_and_leave_open.cursor.fetchall()


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
        write_and_leave_open,
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


SEEN = [
    "SELECT 1; UPDATE blog_post SET title = 'x'",
    "WITH one AS (DELETE FROM blog_post RETURNING id) SELECT * FROM one",
    "MERGE INTO blog_post p USING one ON true WHEN MATCHED THEN UPDATE SET title = 'x'",
    "UPDATE public . blog_post SET title = 'x'",
    'UPDATE "public"."blog_post" SET title = \'x\'',
    "UPDATE ONLY blog_post SET title = 'x'",
    "UPDATE/**/blog_post SET title = 'x'",
    "UPDATE -- in passing\n blog_post SET title = 'x'",
    "UPDATE `blog_post` SET title = 'x'",
    "UPDATE [blog_post] SET title = 'x'",
    "UPDATE OR IGNORE blog_post SET title = 'x'",
    "DO $$ BEGIN EXECUTE 'UPDATE blog_post SET title = NULL'; END $$",
    "EXPLAIN ANALYZE DELETE FROM blog_post",
    "TRUNCATE blog_author CASCADE",
    "REPLACE INTO blog_tag (id, name) VALUES (1, 'x')",
    'INSERT OR REPLACE INTO "blog_tag" ("id", "name") VALUES (%s, %s)',
    'INSERT INTO "blog_image" ("id", "alt") VALUES (%s, %s) ON CONFLICT("id") DO UPDATE SET "alt" = \'x\'',
    "COPY blog_page FROM '/tmp/pages'",
    b"UPDATE blog_post SET title = 'x'",
    'UPDATE "blog_author" SET "bio" = %s',
]
NOT_SEEN = [
    "  ( SELECT title FROM blog_post FOR UPDATE)",
    "WITH one AS (SELECT id FROM blog_post) SELECT * FROM one",
    "EXPLAIN SELECT * FROM blog_post",
    'PRAGMA table_info("blog_post")',
    'SAVEPOINT "blog_post"',
    "UPDATE blog_postscript SET title = 'x'",
    'INSERT INTO "blog_author" ("name") VALUES (%s) RETURNING "id"',
    'INSERT OR IGNORE INTO "blog_tag" ("name") VALUES (%s)',
    'INSERT INTO "blog_tag" ("name") VALUES (%s) ON CONFLICT DO NOTHING',
    'DELETE FROM "blog_searchentry" WHERE "post_id" IN (SELECT U0."id" FROM "blog_post" U0)',
    'UPDATE "blog_deadlink" SET "path" = (SELECT U0."slug" FROM "blog_post" U0)',
    'INSERT INTO "blog_searchentry" ("post_id") VALUES (1) ON CONFLICT("post_id") DO UPDATE SET version = 1',
]


@pytest.mark.parametrize("statement", SEEN)
def test_what_writes_is_seen_however_it_is_written(statement):
    assert purging._is_seen(statement)


@pytest.mark.parametrize("statement", NOT_SEEN)
def test_what_writes_nothing_that_readers_see_is_let_pass(statement):
    assert not purging._is_seen(statement)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only psycopg takes them")
def test_statements_that_are_no_text_are_seen_too(post, told):
    from psycopg import sql

    composed = sql.SQL("WITH one AS (SELECT 1)\nUPDATE {} SET title = 'x'").format(
        sql.Identifier("blog_post")
    )
    for statement in (composed, b"UPDATE blog_post SET title = 'x'"):
        write_sql(statement)(post)
        assert told() == {"site"}


def test_a_wrapper_around_the_query_that_connects_leaves_ours():
    fresh = connections.create_connection("default")
    try:
        with fresh.execute_wrapper(lambda execute, *args: execute(*args)), fresh.cursor() as cursor:
            cursor.execute("SELECT 1")
        assert fresh.execute_wrappers == [purging._notice]
    finally:
        fresh.close()


def relate_posts(post):
    RelatedPost.objects.create(post=post, target=Post.objects.exclude(pk=post.pk).first())


def save_picture(post):
    image = Image.objects.get()
    image.alt = "別の説明"
    image.save()


@pytest.mark.parametrize("change", [update_posts, write_and_leave_open, relate_posts, save_picture])
def test_without_a_surrounding_transaction_too_nothing_is_written_untold(
    transactional_db, post, media_root, monkeypatch, change
):
    def rows():
        return [
            list(model.objects.order_by("pk").values_list("pk", field))
            for model, field in ((Post, "title"), (RelatedPost, "post"), (Image, "alt"))
        ]

    make_image()
    before = rows()
    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(Purge.objects, "create", fail)
        change(post)
    assert rows() == before
    change(post)
    assert rows() != before


def fail(**values):
    raise RuntimeError


@pytest.mark.skipif(connection.vendor != "sqlite", reason="whose statement lasts until all is read")
def test_what_returning_gives_is_there_to_be_read_in_every_way(transactional_db):
    posts = [make_post() for _number in range(5)]
    keys = sorted((post.pk,) for post in posts)
    returning = "UPDATE blog_post SET title = 'x' RETURNING id"
    with connection.cursor() as cursor:
        cursor.execute(returning)
        assert cursor.description[0][0] == "id"
        read = [cursor.fetchone(), *cursor.fetchmany(2), *cursor.fetchmany()]
        assert sorted(read + list(cursor)) == keys
        assert cursor.fetchone() is None
        cursor.execute(returning)
        assert sorted(cursor.execute(returning).fetchall()) == keys
        cursor.execute("SELECT 7")
        assert cursor.fetchall() == [(7,)]
        cursor.execute(returning)
        cursor.executemany("UPDATE blog_post SET title = 'y' WHERE id = %s", keys[:2])
        assert cursor.rowcount == 2


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


@pytest.mark.parametrize("path", ["/feeds/", "/feeds.opml", "/sitemap.xml", "/tags/", "/authors/", "/"])
def test_what_is_new_is_on_the_pages_that_list_it(site, path):
    make_post()
    site.get(path)
    make_category("新設"), make_author("新人"), make_tag("新語")
    assert site.get(path).text == site.made_anew(path).text


def test_a_new_category_purges_what_lists_its_feed_and_an_edited_one_the_site(told):
    category = make_category("新設")
    assert told() == {"categories"}
    category.save()
    assert told() == {"site"}


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


def test_of_a_block_that_fails_nothing_stays_written_though_its_caller_goes_on(post, told):
    with transaction.atomic(), changing() as change:
        with pytest.raises(RuntimeError), changing(post.surrogate_key):
            Post.objects.filter(pk=post.pk).update(title="こっそり")
            raise RuntimeError
        change.touch("a")
    assert told() == {"a"}
    with pytest.raises(RuntimeError), changing(post.surrogate_key):
        Post.objects.filter(pk=post.pk).update(title="こっそり")
        raise RuntimeError
    assert not Post.objects.filter(title="こっそり").exists()


def test_followers_hear_of_many_purges_of_a_transaction_once(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
        purge({"a"})
        with transaction.atomic():
            purge({"b"})
    assert len(callbacks) == 1
