"""Accounts in the admin: nobody gives away, or takes over, more than they have."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client

from blog.audit import AuditEntry
from tests.accounts.steps import give_password, is_in, sign_in, with_app
from tests.admin_pages import form_fields
from tests.factories import make_staff, make_superuser

pytestmark = pytest.mark.django_db
MANAGER = (
    *(f"{verb}_user" for verb in ("add", "change", "delete", "view")),
    *(f"{verb}_group" for verb in ("add", "change", "view")),
    "add_author",
)


def permission(codename: str) -> Permission:
    return Permission.objects.get(codename=codename)


def make_group(name: str, *codenames: str) -> Group:
    group = Group.objects.create(name=name)
    group.permissions.set([permission(codename) for codename in codenames])
    return group


@pytest.fixture
def manager(client):
    """A browser of somebody who manages accounts, and is no superuser."""
    user = make_staff("manager")
    user.user_permissions.set([permission(codename) for codename in MANAGER])
    client.force_login(user)
    client.user = user
    return client


def page_of(user) -> str:
    return f"/admin/auth/user/{user.pk}/change/"


def save(browser, user, **changes):
    changes = {"groups": None, "user_permissions": None} | changes
    return browser.post(page_of(user), form_fields(browser.get(page_of(user)), **changes))


def test_a_manager_cannot_become_or_make_a_superuser(manager):
    own = [permission("add_user").pk, permission("change_user").pk]
    for user in (make_staff("tanaka"), manager.user):
        save(manager, user, is_superuser="on", first_name="太郎", user_permissions=own)
        user.refresh_from_db()
        assert user.first_name == "太郎"
        assert not user.is_superuser


def test_a_manager_gives_groups_and_permissions_they_have_and_no_other(manager):
    user = make_staff("tanaka")
    mine, beyond = make_group("タグ係", "add_author"), make_group("編集長", "add_author", "delete_post")
    save(manager, user, groups=[mine.pk], user_permissions=[permission("add_author").pk])
    assert list(user.groups.all()) == [mine]
    assert list(user.user_permissions.all()) == [permission("add_author")]
    for changes in ({"groups": [mine.pk, beyond.pk]}, {"user_permissions": [permission("delete_post").pk]}):
        response = save(manager, user, **changes)
        assert response.context["adminform"].form.errors
    assert list(user.groups.all()) == [mine]
    assert not user.has_perm("blog.delete_post")


def test_a_manager_does_not_widen_a_group_nor_change_a_mightier_one(manager):
    mine, beyond = make_group("タグ係", "add_author"), make_group("編集長", "delete_post")
    for group in (mine, beyond):
        address = f"/admin/auth/group/{group.pk}/change/"
        fields = {
            "name": group.name,
            "permissions": [permission("add_author").pk, permission("delete_post").pk],
        }
        manager.post(address, fields)
    assert list(mine.permissions.all()) == [permission("add_author")]
    assert list(beyond.permissions.all()) == [permission("delete_post")]


@pytest.mark.parametrize("mightier", ["superuser", "editor"])
def test_a_manager_cannot_take_over_a_mightier_account(manager, mightier):
    user = make_superuser() if mightier == "superuser" else make_staff("editor")
    if mightier == "editor":
        user.groups.add(make_group("編集長", "delete_post"))
    assert (
        manager.post(page_of(user), {"username": user.username, "email": "me@example.jp"}).status_code == 403
    )
    assert manager.post(f"/admin/auth/user/{user.pk}/password/", {}).status_code == 403
    assert manager.post(f"/admin/auth/user/{user.pk}/second-factor/").status_code == 403
    assert manager.post(f"/admin/auth/user/{user.pk}/delete/", {"post": "yes"}).status_code == 403
    selected = {"action": "delete_selected", "_selected_action": [user.pk], "post": "yes"}
    assert manager.post("/admin/auth/user/", selected).status_code == 403
    user.refresh_from_db()
    assert user.email == ""


def test_a_manager_saves_their_own_account(manager):
    assert (
        save(
            manager, manager.user, first_name="花子", user_permissions=[permission("add_author").pk]
        ).status_code
        == 302
    )
    manager.user.refresh_from_db()
    assert manager.user.first_name == "花子"


def test_a_superuser_may_do_all_of_it(client):
    client.force_login(make_superuser())
    user, group = make_staff("tanaka"), make_group("編集長", "delete_post")
    assert save(client, user, is_superuser="on", groups=[group.pk]).status_code == 302
    user.refresh_from_db()
    assert user.is_superuser
    assert list(user.groups.all()) == [group]


def test_a_change_of_role_is_in_the_audit_log_and_other_changes_are_not(client):
    chief = make_superuser()
    client.force_login(chief)
    user, group = make_staff("tanaka"), make_group("編集長", "delete_post")
    save(client, user, first_name="太郎")
    assert not AuditEntry.objects.exists()
    save(client, user, groups=[group.pk], is_staff=None)
    entry = AuditEntry.objects.get()
    assert (entry.user, entry.action, entry.target) == (chief, "role_changed", "tanaka")
    assert entry.details == {"groups": [[], ["編集長"]], "staff": [True, False]}


def test_a_change_of_what_a_group_may_do_is_in_the_audit_log(client):
    client.force_login(make_superuser())
    group = make_group("係", "add_author")
    fields = {"name": "係", "permissions": [permission("add_author").pk, permission("delete_author").pk]}
    client.post(f"/admin/auth/group/{group.pk}/change/", fields)
    assert AuditEntry.objects.get().details == {
        "permissions": [["add_author"], ["add_author", "delete_author"]]
    }


def test_a_deleted_account_is_in_the_audit_log(client):
    client.force_login(make_superuser())
    user = make_staff("tanaka")
    client.post(f"/admin/auth/user/{user.pk}/delete/", {"post": "yes"})
    assert (AuditEntry.objects.get().action, AuditEntry.objects.get().target) == ("deleted", "tanaka")


def test_an_administrator_resets_a_lost_second_factor_and_it_is_recorded(client):
    chief = make_superuser()
    client.force_login(chief)
    user = make_staff("tanaka")
    device = with_app(user)
    theirs = sign_in(Client(), user, device)
    address = f"/admin/auth/user/{user.pk}/second-factor/"
    assert address in client.get(page_of(user)).content.decode()
    assert client.get(address).status_code == 200
    assert is_in(theirs)
    client.post(address)
    assert not is_in(theirs)
    assert give_password(Client(), "tanaka")["Location"] == "/admin/"
    entry = AuditEntry.objects.get()
    assert (entry.user, entry.action, entry.target) == (chief, "second_factor_reset", "tanaka")
    assert address not in client.get(page_of(user)).content.decode()


def test_who_may_only_look_at_accounts_resets_nothing(client):
    user = make_staff("looker")
    user.user_permissions.add(permission("view_user"))
    client.force_login(user)
    other = make_staff("tanaka")
    with_app(other)
    assert client.post(f"/admin/auth/user/{other.pk}/second-factor/").status_code == 403


def test_a_password_set_by_an_administrator_ends_the_sessions(client):
    client.force_login(make_superuser())
    user = make_staff("tanaka")
    theirs = sign_in(Client(), user)
    fields = {"password1": "別の合い言葉です99", "password2": "別の合い言葉です99", "usable_password": "true"}
    assert client.post(f"/admin/auth/user/{user.pk}/password/", fields).status_code == 302
    assert not is_in(theirs)
    assert AuditEntry.objects.get().action == "password_changed"
    other = Client()
    give_password(other, "tanaka", "別の合い言葉です99")
    assert is_in(other)
    assert not is_in(sign_in(Client(), user))  # by the old one


@pytest.mark.parametrize("pk", ["999999", "x", "1e3"])
def test_an_account_that_is_not_there_is_no_error(client, pk):
    client.force_login(make_superuser())
    for address in (f"/admin/auth/user/{pk}/second-factor/", f"/admin/auth/user/{pk}/password/"):
        assert client.get(address).status_code in (302, 404)
