import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from blog.models import Author, Category, Post, Tag
from tests.admin_pages import form_fields, texts
from tests.factories import make_author, make_category, make_draft, make_post, make_scheduled, make_tag

pytestmark = pytest.mark.django_db
KINDS = [("category", Category, make_category), ("author", Author, make_author), ("tag", Tag, make_tag)]
each_kind = pytest.mark.parametrize(("kind", "model", "make"), KINDS, ids=[kind[0] for kind in KINDS])


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def use(kind: str, name: str, make=make_post) -> Post:
    return make(tags=[name]) if kind == "tag" else make(**{kind: name})


def add(browser, kind: str, **fields):
    address = f"/admin/blog/{kind}/add/"
    return browser.post(address, form_fields(browser.get(address), **fields) | {"_save": "1"}, follow=True)


@each_kind
def test_a_name_is_enough_and_gives_the_slug(admin_client, kind, model, make):
    add(admin_client, kind, name="Ｃ＋＋　入門")
    row = model.objects.get()
    assert (row.name, row.slug) == ("C++ 入門", "c-plus-plus-入門")


@each_kind
def test_the_same_name_in_another_spelling_is_refused_and_the_twin_is_named(admin_client, kind, model, make):
    make("AI")
    response = add(admin_client, kind, name="ａｉ")
    assert "AI" in texts(response, "errorlist")[0]
    assert model.objects.count() == 1


@each_kind
def test_a_slug_in_use_is_refused(admin_client, kind, model, make):
    make("AI", slug="ai")
    assert texts(add(admin_client, kind, name="別の名", slug="ＡＩ"), "errorlist")
    assert model.objects.count() == 1


@each_kind
@pytest.mark.parametrize("name", ["　", "\u200b", "", "長" * 101, "㍿" * 40])
def test_a_name_that_is_none_or_too_long_is_refused(admin_client, kind, model, make, name):
    assert texts(add(admin_client, kind, name=name), "errorlist")
    assert not model.objects.exists()


@each_kind
def test_only_public_posts_are_counted_and_in_one_query(admin_client, kind, model, make):
    make("誰も使わない")
    use(kind, "使う")
    use(kind, "使う")
    use(kind, "使う", make_draft)
    use(kind, "使う", make_scheduled)
    address = f"/admin/blog/{kind}/"

    def queries():
        with CaptureQueriesContext(connection) as captured:
            response = admin_client.get(address)
        counts = {row.name: row.public_posts for row in response.context["cl"].result_list}
        return counts, len(captured)

    counts, few = queries()
    assert (counts["使う"], counts["誰も使わない"]) == (2, 0)
    for number in range(20):
        use(kind, f"名{number}")
    counts, many = queries()
    assert (counts["使う"], counts["名3"]) == (2, 1)
    assert many <= few


@each_kind
@pytest.mark.parametrize("query", ["ＡＩ規制", "ai規制", "規制"])
def test_a_name_is_found_whatever_its_width_or_case(admin_client, kind, model, make, query):
    wanted = make("AI規制")
    make("投資")
    assert list(admin_client.get(f"/admin/blog/{kind}/", {"q": query}).context["cl"].result_list) == [wanted]


@pytest.mark.parametrize(
    ("kind", "source"), [("category", "post"), ("author", "post"), ("tag", "taggedpost")]
)
def test_a_name_is_offered_while_it_is_typed_in_a_post(admin_client, kind, source):
    {name: make for name, _, make in KINDS}[kind]("AI規制")
    asked = {"app_label": "blog", "model_name": source, "field_name": kind, "term": "ａｉ"}
    choices = admin_client.get("/admin/autocomplete/", asked).json()["results"]
    assert [choice["text"] for choice in choices] == ["AI規制"]


@pytest.mark.parametrize("field", ["category", "cover", "pillar"])
@pytest.mark.parametrize("term", ["\0", "%00", "'", "a " * 500, "\U0001f600"])
def test_nothing_typed_into_a_choice_breaks_it(admin_client, field, term):
    asked = {"app_label": "blog", "model_name": "post", "field_name": field, "term": term}
    assert admin_client.get("/admin/autocomplete/", asked).status_code == 200


@pytest.mark.parametrize(("kind", "model", "make"), KINDS[:2], ids=["category", "author"])
def test_what_a_post_uses_is_not_deleted_and_the_page_says_why(admin_client, kind, model, make):
    use(kind, "使う", make_draft)
    row = model.objects.get(name="使う")
    delete = f"/admin/blog/{kind}/{row.pk}/delete/"
    page = admin_client.get(delete).content.decode()
    assert "is in use and cannot be deleted" in page
    assert "1 post uses “使う”" in page
    assert f"/admin/blog/{kind}/{row.pk}/merge/" in page
    admin_client.post(delete, {"post": "yes"})
    selected = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    assert "Nothing was deleted" in admin_client.post(f"/admin/blog/{kind}/", selected).content.decode()
    assert model.objects.filter(pk=row.pk).exists()


def test_a_tag_in_use_is_deleted_after_the_page_has_said_how_many_posts_lose_it(admin_client):
    post = use("tag", "使う", make_draft)
    use("tag", "使う")
    tag = Tag.objects.get(name="使う")
    delete = f"/admin/blog/tag/{tag.pk}/delete/"
    assert "2 posts lose this tag" in admin_client.get(delete).content.decode()
    admin_client.post(delete, {"post": "yes"})
    assert not Tag.objects.filter(pk=tag.pk).exists()
    assert list(Post.objects.get(pk=post.pk).tags.all()) == []


@each_kind
def test_the_list_of_posts_that_use_it_is_one_click_away(admin_client, kind, model, make):
    post = use(kind, "使う", make_draft)
    use(kind, "別", make_draft)
    row = model.objects.get(name="使う")
    page = admin_client.get(f"/admin/blog/{kind}/{row.pk}/delete/").content.decode()
    address = page.split('<a href="/admin/blog/post/?')[1].split('"')[0]
    assert list(admin_client.get(f"/admin/blog/post/?{address}").context["cl"].result_list) == [post]


@each_kind
def test_a_tag_with_many_posts_is_refused_as_cheaply_as_one_with_few(admin_client, kind, model, make):
    use(kind, "使う")
    row = model.objects.get(name="使う")

    def queries():
        with CaptureQueriesContext(connection) as captured:
            admin_client.get(f"/admin/blog/{kind}/{row.pk}/delete/")
        return len(captured)

    few = queries()
    for _ in range(10):
        use(kind, "使う")
    assert queries() == few


@each_kind
def test_what_nothing_uses_is_deleted(admin_client, kind, model, make):
    row = make("余り")
    admin_client.post(f"/admin/blog/{kind}/{row.pk}/delete/", {"post": "yes"})
    assert not model.objects.exists()


@each_kind
def test_each_leads_to_its_page_on_the_site(admin_client, kind, model, make):
    row = use(kind, "AI") and model.objects.get()
    content = admin_client.get(f"/admin/blog/{kind}/{row.pk}/change/").content.decode()
    assert 'class="viewsitelink"' in content


@each_kind
def test_no_link_leads_to_a_page_that_is_not_there(admin_client, client, kind, model, make):
    row = make("AI")
    content = admin_client.get(f"/admin/blog/{kind}/{row.pk}/change/").content.decode()
    is_there = client.get(row.get_absolute_url()).status_code == 200
    assert ('class="viewsitelink"' in content) == is_there


def test_a_name_taken_between_check_and_save_is_an_error_and_not_a_crash(admin_client, monkeypatch):
    save_as_it_is = Category.save

    def overtaken(self, **kwargs):
        monkeypatch.setattr(Category, "save", save_as_it_is)
        raise IntegrityError("UNIQUE constraint failed: blog_category.key")

    address = "/admin/blog/category/add/"
    fields = form_fields(admin_client.get(address), name="AI") | {"_save": "1"}
    monkeypatch.setattr(Category, "save", overtaken)
    assert admin_client.post(address, fields).status_code == 302
    assert Category.objects.get().name == "AI"


def test_the_tags_of_the_library_are_not_offered_beside_ours(admin_client):
    content = admin_client.get("/admin/").content.decode()
    assert "/admin/blog/tag/" in content
    assert "/admin/taggit/" not in content
