"""Aliases and old addresses of categories, authors and tags."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation

from blog.audit import AuditEntry
from blog.exporter import export_site
from blog.importer import import_site
from blog.models import Author, Category, Post, Tag
from tests.admin_pages import form_errors, save_form, texts
from tests.factories import make_author, make_category, make_draft, make_post, make_scheduled, make_tag
from tests.jekyll_site import write_article

pytestmark = pytest.mark.django_db
KINDS = [("category", Category, make_category), ("author", Author, make_author), ("tag", Tag, make_tag)]
each_kind = pytest.mark.parametrize(("kind", "model", "make"), KINDS, ids=[kind[0] for kind in KINDS])
PLACES = {"category": "category", "author": "authors", "tag": "tags"}


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def change_page(row) -> str:
    return f"/admin/blog/{row._meta.model_name}/{row.pk}/change/"


def aliases(row) -> list[str]:
    return [spelling.name for spelling in row.aliases()]


def post_with(kind: str, name: str, make=make_post) -> Post:
    return make(tags=[name]) if kind == "tag" else make(**{kind: name})


@each_kind
@pytest.mark.parametrize("typed", ["ジェネレーティブAI", "ｼﾞｪﾈﾚｰﾃｨﾌﾞＡＩ", "genai", "ＧｅｎＡＩ"])
def test_an_alias_in_any_width_or_case_gives_the_row(kind, model, make, typed):
    row = make("生成AI")
    row.set_aliases(["ジェネレーティブAI", "GenAI"])
    assert model.objects.for_names([typed, "生成AI"]) == [row]
    assert model.objects.count() == 1


def test_an_alias_typed_as_a_tag_of_a_post_gives_the_tag(admin_client):
    make_tag("生成AI").set_aliases(["GenAI"])
    post = make_post()
    save_form(admin_client, f"/admin/blog/post/{post.pk}/change/", tags="ｇｅｎａｉ、投資")
    assert [tag.name for tag in post.tags.all()] == ["生成AI", "投資"]


@each_kind
def test_no_name_is_an_alias_of_another_row_past_any_path(kind, model, make):
    make("生成AI").set_aliases(["GenAI"])
    other = make("投資")
    for attempt in (
        lambda: model.objects.create(name="genai"),
        lambda: model.objects.bulk_create([model(name="GENAI", key="genai", slug="free")]),
        lambda: other.set_aliases(["ＧＥＮＡＩ"]),
        lambda: other.set_aliases(["生成ＡＩ"]),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
    assert aliases(other) == []


@each_kind
def test_the_form_says_whose_alias_a_name_is(kind, model, make):
    make("生成AI").set_aliases(["GenAI"])
    with pytest.raises(ValidationError) as refusal:
        model(name="ｇｅｎａｉ").full_clean()
    assert "“GenAI” is another name of “生成AI”" in str(refusal.value.message_dict["name"])


@each_kind
def test_aliases_are_typed_in_the_form_and_removed_there(admin_client, kind, model, make):
    row = make("生成AI")
    save_form(admin_client, change_page(row), aliases="GenAI、ジェネレーティブAI, 生成ＡＩ")
    assert aliases(row) == ["GenAI", "ジェネレーティブAI"]
    save_form(admin_client, change_page(row), aliases="ジェネレーティブAI")
    assert aliases(row) == ["ジェネレーティブAI"]
    assert make("GenAI") != row


@each_kind
@pytest.mark.parametrize("typed", ["投資", "インベスト", "長" * 101])
def test_an_alias_that_cannot_be_is_an_error_beside_its_field_and_stays_typed(
    admin_client, kind, model, make, typed
):
    make("投資").set_aliases(["インベスト"])
    row = make("生成AI")
    response = save_form(admin_client, change_page(row), aliases=f"GenAI, {typed}")
    assert list(form_errors(response)) == ["aliases"]
    assert f"GenAI, {typed}" in response.content.decode()
    assert aliases(row) == []


@each_kind
def test_a_new_name_keeps_the_address_and_the_old_name_finds_the_row(admin_client, kind, model, make):
    row = make("投資分析", slug="investment")
    save_form(admin_client, change_page(row), name="マーケット")
    row.refresh_from_db()
    assert (row.name, row.slug, aliases(row)) == ("マーケット", "investment", ["投資分析"])
    assert model.objects.for_names(["投資分析"]) == [row]


@each_kind
def test_old_addresses_redirect_for_good_without_chains(client, kind, model, make):
    for _ in range(11):
        post_with(kind, "AI")
    row = model.objects.get(name="AI")
    for slug in ("second", "third"):
        row.slug = slug
        row.save()
    place = PLACES[kind]
    for old in ("ai", "second"):
        for rest in ("", "page/2/", "feed.xml"):
            response = client.get(f"/{place}/{old}/{rest}")
            assert (response.status_code, response.headers.get("Location")) == (301, f"/{place}/third/{rest}")
    assert client.get(f"/{place}/third/page/2/").status_code == 200


@each_kind
def test_a_slug_that_comes_back_makes_no_loop(client, kind, model, make):
    post_with(kind, "AI")
    row = model.objects.get(name="AI")
    for slug in ("second", "ai"):
        row.slug = slug
        row.save()
    assert client.get(f"/{PLACES[kind]}/ai/").status_code == 200
    assert client.get(f"/{PLACES[kind]}/second/").headers["Location"] == f"/{PLACES[kind]}/ai/"


def test_the_old_feed_of_a_renamed_category_leads_straight_to_the_new_one(client):
    category = make_category("技術", slug="tech")
    category.slug = "technology"
    category.save()
    assert client.get("/feeds/tech.xml").headers["Location"] == "/category/technology/feed.xml"


@pytest.mark.parametrize("make", [make_draft, make_scheduled])
@pytest.mark.parametrize("rest", ["", "feed.xml"])
def test_an_old_address_of_what_only_hidden_posts_use_does_not_tell_the_new_one(client, make, rest):
    post_with("tag", "取引", make)
    tag = Tag.objects.get(name="取引")
    tag.name, tag.slug = "極秘の買収", "極秘の買収"
    tag.save()
    assert client.get(f"/tags/取引/{rest}").status_code == 404


@each_kind
def test_an_old_address_is_not_taken_by_another_row(admin_client, kind, model, make):
    row = make("AI", slug="ai")
    row.slug = "artificial-intelligence"
    row.save()
    assert make("A・I", slug="").slug == "a-i"
    assert make("Ａi.", slug="").slug == "ai-2"
    other = make("投資")
    response = save_form(admin_client, change_page(other), slug="ai")
    assert "“AI”" in form_errors(response)["slug"][0]


def test_an_import_with_the_old_name_of_a_category_and_an_alias_of_a_tag_finds_them(tmp_path):
    category, tag, author = make_category("技術解説"), make_tag("生成AI"), make_author("編集部")
    category.name = "テクノロジー"
    category.save()
    tag.set_aliases(["GenAI"])
    author.set_aliases(["ALLFORCES編集部"])
    write_article(tmp_path, categories=["技術解説"], tags=["ＧｅｎＡＩ"], author="ALLFORCES編集部")
    report = import_site(tmp_path)
    assert not report.problems
    post = Post.objects.get()
    assert (post.category, post.author, list(post.tags.all())) == (category, author, [tag])
    assert (Category.objects.count(), Tag.objects.count(), Author.objects.count()) == (1, 1, 1)


def test_other_names_and_old_addresses_leave_with_an_export_and_come_back(tmp_path):
    post = make_post(category="技術", author="編集部", tags=["AI"])
    for row in (post.category, post.author, post.tags.get()):
        row.name, row.slug = f"新{row.name}", f"new-{row.slug}"
        row.save()
        row.set_aliases([*aliases(row), "別名, その二"])
    export_site(tmp_path / "site")
    Post.objects.all().delete()
    for model in (Category, Author, Tag):
        model.objects.all().delete()
    report = import_site(tmp_path / "site")
    assert not report.problems
    for model, name, slug in ((Category, "技術", "技術"), (Author, "編集部", "編集部"), (Tag, "AI", "ai")):
        row = model.objects.get()
        assert (row.name, row.slug, aliases(row)) == (f"新{name}", f"new-{slug}", [name, "別名, その二"])
        assert model.objects.at([slug]) == {slug: row}


@each_kind
def test_a_row_is_found_in_the_list_by_its_alias_once(admin_client, kind, model, make):
    row = make("生成AI")
    row.set_aliases(["GenAI", "Gen-AI"])
    make("投資")
    found = admin_client.get(f"/admin/blog/{kind}/", {"q": "ｇｅｎ"}).context["cl"].result_list
    assert list(found) == [row]


def test_names_that_differ_in_spaces_or_long_vowels_are_pointed_out(admin_client):
    row = make_tag("サーバー AI")
    twin = make_tag("サーバAI")
    make_tag("投資")
    content = admin_client.get(change_page(row)).content.decode()
    assert f"/admin/blog/tag/{row.pk}/merge/?target={twin.pk}" in content


def test_a_renaming_is_in_the_audit_log(admin_client, admin_user):
    tag = make_tag("AI")
    save_form(admin_client, change_page(tag), name="人工知能")
    entry = AuditEntry.objects.get(action="renamed")
    assert (entry.user, entry.target, entry.details) == (admin_user, "人工知能", {"before": {"name": "AI"}})


def test_tags_that_no_post_uses_are_found(admin_client):
    unused = make_tag("余り")
    make_post(tags=["使う"])
    found = admin_client.get("/admin/blog/tag/", {"use": "none"}).context["cl"].result_list
    assert list(found) == [unused]


def test_nothing_is_added_without_a_name(admin_client):
    response = admin_client.post("/admin/blog/tag/add/", {"name": "", "slug": "", "aliases": "AI"})
    assert texts(response, "errorlist")
    assert not Tag.objects.exists()
