"""blog/search/index.py: whatever is done to a post, a search knows it at once."""

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from blog.checks import search_index_is_complete
from blog.importer import import_site
from blog.models import Post, SearchEntry, Tag
from blog.search import index, search
from blog.search.models import VERSION
from tests.admin_pages import post_page, save_form
from tests.factories import make_author, make_category, make_draft, make_post, make_tag
from tests.jekyll_site import write_article

pytestmark = pytest.mark.django_db


def titles(query, **more):
    return [post.title for post in search(query, **more).posts]


@pytest.mark.parametrize("query", ["題名の語", "抜粋の語", "本文の語", "札の語", "分野の語", "筆者の語"])
def test_a_post_is_found_by_every_word_of_it(query):
    make_post(
        "題名の語",
        excerpt="抜粋の語",
        body="本文の語",
        category="分野の語",
        author="筆者の語",
        tags=["札の語"],
    )
    make_post("別の話")
    assert titles(query) == ["題名の語"]


def test_words_of_text_and_names_are_anded():
    make_post("規制の話", tags=["札の語"], author="山田")
    make_post("規制の別の話")
    assert titles("規制 札の語") == titles("山田 札の語 規制") == ["規制の話"]
    assert titles("規制 -札の語") == titles("規制 -山田") == ["規制の別の話"]


def test_saving_again_forgets_the_old_words():
    post = make_post("欧州", body="規制")
    post.title, post.body = "米国", "投資"
    post.save()
    assert titles("欧州") == titles("規制") == []
    assert titles("投資") == ["米国"]


def test_saving_the_title_alone_keeps_the_body():
    post = make_post("古い題名", body="本文の語")
    post.title = "新しい題名"
    post.save(update_fields=["title"])
    assert titles("本文の語 新しい") == ["新しい題名"]


def test_saving_what_is_not_searched_writes_nothing():
    post = make_post()
    with CaptureQueriesContext(connection) as captured:
        post.featured = True
        post.save()
    written = [q["sql"] for q in captured if "search" in q["sql"] and not q["sql"].startswith("SELECT")]
    assert written == []


def test_the_index_goes_back_with_the_transaction():
    with transaction.atomic():
        make_post("消える記事")
        transaction.set_rollback(True)
    assert titles("消える記事") == []
    assert SearchEntry.objects.count() == 0


def test_saving_at_the_desk(admin_client):
    post = make_post("前の題名")
    save_form(admin_client, post_page(post), title="次の題名", body="机で書いた本文", tags="新しい札")
    assert titles("机で書いた") == titles("新しい札") == ["次の題名"]


def test_an_import_and_its_repetition(tmp_path):
    write_article(tmp_path, title="取り込んだ記事", body="規制の話\n")
    import_site(tmp_path)
    assert titles("規制") == ["取り込んだ記事"]
    write_article(tmp_path, title="取り込んだ記事", body="投資の話\n")
    import_site(tmp_path)
    assert titles("規制") == []
    assert titles("投資") == ["取り込んだ記事"]


@pytest.mark.parametrize("delete", [lambda post: post.delete(), lambda post: Post.objects.all().delete()])
def test_a_deleted_post_leaves_nothing(delete):
    delete(make_post("消す記事"))
    assert titles("消す記事") == []
    assert SearchEntry.objects.count() == 0


@pytest.mark.parametrize(
    ("make", "field"), [(make_category, "category"), (make_author, "author"), (make_tag, "tags")]
)
def test_a_name_that_changes_is_found_at_once_and_no_post_is_read(make, field):
    row = make("古い名前")
    for _ in range(3):
        make_post("記事", **{field: [row] if field == "tags" else row})
    row.name = "新しいサーバー"
    with CaptureQueriesContext(connection) as captured:
        row.save()
    assert not [query for query in captured if "search" in query["sql"] or "blog_post" in query["sql"]]
    assert search("古い名前").total == 0
    assert search("新しいサーバ").total == 3


def test_names_made_in_bulk_are_found():
    Tag.objects.bulk_create([Tag(name="ヴァイオリン", key="ヴァイオリン", slug="v")])
    make_post("記事", tags=[Tag.objects.get(slug="v")])
    assert search("バイオリン").total == 1


def test_a_rebuild_brings_what_is_missing_and_nothing_else(capsys):
    kept, lost = make_post("残った記事"), make_draft("失われた記事")
    index.remove([lost.pk])
    assert [message.id for message in search_index_is_complete(None, ["default"])] == ["blog.W003"]
    assert index.pending_keys() == [lost.pk]
    call_command("rebuild_search")
    assert "1" in capsys.readouterr().out
    assert search_index_is_complete(None, ["default"]) == []
    assert titles("失われた記事", posts=Post.objects.all()) == ["失われた記事"]
    assert titles("残った記事") == [kept.title]


def test_a_rebuild_can_be_stopped_and_goes_on(monkeypatch):
    monkeypatch.setattr(index, "BATCH", 2)
    for number in range(5):
        make_post(f"記事 {number}")
    index.clear()
    index.write_stored(index.pending_keys()[:2])
    assert len(index.pending_keys()) == 3
    call_command("rebuild_search", verbosity=0)
    assert search("記事").total == 5


def test_an_index_of_other_rules_is_told_and_made_anew():
    make_post("記事の題名")
    SearchEntry.objects.update(version=VERSION - 1)
    (message,) = search_index_is_complete(None, ["default"])
    assert "older version" in message.msg
    call_command("rebuild_search")
    assert search_index_is_complete(None, ["default"]) == []
    assert titles("記事の題名") == ["記事の題名"]


def test_the_check_asks_no_database_that_was_not_named():
    index.clear()
    make_post()
    SearchEntry.objects.all().delete()
    assert search_index_is_complete(None) == []
