"""Keeping, renaming, ordering, sharing and deleting filters."""

import pytest
from django.db import IntegrityError, transaction

from blog.models import SavedFilter
from tests.admin_pages import form_fields, staff_with, texts
from tests.factories import make_post, make_staff

pytestmark = pytest.mark.django_db
ADD, EDIT = "/admin/filters/add/", "/admin/filters/"


def add(client, name="規制の下書き", query="state=draft&q=規制", **fields):
    return client.post(ADD, {"name": name, "query": query, **fields}, follow=True)


@pytest.fixture
def editor(client):
    """A browser of somebody who may see posts but not publish them."""
    client.user = staff_with("view_post", "change_post")
    client.force_login(client.user)
    return client


def own(user, name="甲", **fields) -> SavedFilter:
    return SavedFilter.objects.create(**{"user": user, "name": name, "query": "cover=no"} | fields)


def test_the_present_filter_is_kept_under_a_name_and_opens_the_same_list(admin_client):
    make_post("公開")
    page = admin_client.get("/admin/blog/post/", {"cover": "no", "p": "0"}).content.decode()
    assert f"{ADD}?query=cover%3Dno" in page
    response = add(admin_client, "図なし", "cover=no&p=3")
    assert response.redirect_chain[-1][0] == "/admin/blog/post/?cover=no"
    assert [tab.name for tab in response.context["tabs"] if tab.is_active] == ["図なし"]


def test_a_japanese_search_survives(admin_client):
    make_post("規制の記事")
    response = add(admin_client, query="q=%E8%A6%8F%E5%88%B6")
    assert [post.title for post in response.context["cl"].result_list] == ["規制の記事"]


def test_nothing_is_offered_to_be_kept_when_a_tab_shows_it_already(admin_client):
    for query in ("", "state=public"):
        assert ADD not in admin_client.get(f"/admin/blog/post/?{query}").content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "",
        "p=2",
        "unknown=1",
        "state=draft&next=https://example.com/",
        "user__password__startswith=a",
        "q=" + "あ" * 400,
        "//example.com/",
        "_popup=1",
    ],
)
def test_a_query_that_is_no_filter_of_the_list_is_refused_and_the_name_is_still_there(admin_client, query):
    response = add(admin_client, "残る名前", query)
    assert texts(response, "errorlist")
    assert 'value="残る名前"' in response.content.decode()
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize("name", ["", "   ", "長" * 61])
def test_a_name_that_is_none_is_refused_beside_its_field(admin_client, name):
    response = add(admin_client, name)
    assert response.context["form"].errors["name"]
    assert not SavedFilter.objects.exists()


def test_a_name_is_taken_once_per_user_however_it_is_spaced(admin_client, admin_user):
    own(make_staff("other"), "規制 下書き")
    add(admin_client, "規制　下書き")
    response = add(admin_client, " 規制  下書き ")
    assert "already" in response.context["form"].errors["name"][0]
    assert SavedFilter.objects.filter(user=admin_user).count() == 1


def test_the_database_keeps_names_apart_too(admin_user):
    own(admin_user)
    with pytest.raises(IntegrityError), transaction.atomic():
        own(admin_user)


def test_only_publishers_share_by_whatever_request(editor, admin_client):
    add(editor, "私用", shared="on")
    assert SavedFilter.objects.get(name="私用").shared is False
    add(admin_client, "共用", shared="on")
    assert SavedFilter.objects.get(name="共用").shared is True


def test_there_is_an_end_to_filters(admin_client, admin_user):
    for number in range(30):
        own(admin_user, f"第{number}")
    response = add(admin_client)
    assert "30" in texts(response, "errorlist")[0]
    assert SavedFilter.objects.count() == 30


def test_one_page_renames_reorders_and_deletes(editor):
    first, second, third = (own(editor.user, name, position=n) for n, name in enumerate("甲乙丙"))
    names = {form.instance.pk: form.prefix for form in editor.get(EDIT).context["formset"]}
    changes = {
        f"{names[first.pk]}-name": "改名",
        f"{names[first.pk]}-position": "9",
        f"{names[third.pk]}-DELETE": "on",
    }
    response = editor.post(EDIT, form_fields(editor.get(EDIT), **changes), follow=True)
    assert "saved" in texts(response, "messagelist")[0]
    assert list(editor.user.saved_filters.values_list("name", flat=True)) == [second.name, "改名"]


def test_a_name_that_is_taken_is_refused_on_that_page_with_everything_still_there(editor):
    own(editor.user, "甲")
    own(editor.user, "乙", position=1)
    fields = form_fields(editor.get(EDIT), **{"saved_filters-0-name": "乙"})
    response = editor.post(EDIT, fields)
    assert response.status_code == 200
    assert texts(response, "errorlist")
    assert response.content.decode().count('value="乙"') == 2
    assert set(editor.user.saved_filters.values_list("name", flat=True)) == {"甲", "乙"}


def test_nobody_changes_the_filters_of_somebody_else(editor):
    others = own(make_staff("other"), "他人の", shared=True)
    mine = own(editor.user, "私の")
    assert "他人の" not in editor.get(EDIT).content.decode()
    fields = form_fields(
        editor.get(EDIT), **{"saved_filters-0-id": str(others.pk), "saved_filters-0-name": "奪う"}
    )
    editor.post(EDIT, fields)
    fields = form_fields(editor.get(EDIT), **{"saved_filters-0-user": str(others.user_id)})
    editor.post(EDIT, fields)
    others.refresh_from_db()
    mine.refresh_from_db()
    assert (others.name, mine.user) == ("他人の", editor.user)


@pytest.mark.parametrize("changes", [{"saved_filters-TOTAL_FORMS": "x"}, {"saved_filters-0-position": "-1"}])
def test_a_crafted_form_is_refused_without_a_crash(editor, changes):
    own(editor.user)
    response = editor.post(EDIT, form_fields(editor.get(EDIT), **changes))
    assert response.status_code == 200
    assert SavedFilter.objects.get().name == "甲"


def test_without_filters_the_page_says_how_to_get_one(editor):
    assert "Save this filter" in editor.get(EDIT).content.decode()


def test_filters_need_the_permission_to_see_posts(client):
    client.force_login(staff_with("view_tag"))
    assert client.get(EDIT).status_code == client.get(ADD).status_code == 403
    assert client.post(ADD, {"name": "甲", "query": "cover=no"}).status_code == 403
    assert not SavedFilter.objects.exists()
