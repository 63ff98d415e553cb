"""Every address below /admin/: closed to strangers, and to staff without a permission for it.

A new address is tested as soon as it is there. Only those that any staff may use are listed by hand.
"""

import json
import uuid

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import get_resolver

from blog.models import Post
from tests.factories import (
    make_author,
    make_category,
    make_draft,
    make_image,
    make_page,
    make_staff,
    make_superuser,
    make_tag,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
# Signing in, and what a forgotten password needs.
FOR_ANYBODY = {
    "login", "second_step", "start_again", "passkey_sign_in_begin", "passkey_sign_in", "logout",
    "password_reset", "password_reset_done", "password_reset_complete", "password_reset_confirm",
}  # fmt: skip
FOR_ANY_STAFF = {
    "index", "jsi18n", "password_change", "password_change_done", "account", "account_app",
    "account_remove_app", "account_codes", "account_download_codes", "passkey_begin", "passkey_add",
    "account_remove_passkey", "account_end_sessions",
    "blog_image_thumbnail",  # a picture of 320 pixels, as it is in the public media folder
    "blog_post_editing",  # GET tells the CSRF token; what is sent is refused below
}  # fmt: skip
PLACES = {
    "<path:object_id>": "{pk}", "<path:content_type_id>": "{kind}", "<int:pk>": "{pk}", "<id>": "{pk}",
    "<uuid:pk>": str(uuid.uuid4()), "<int:version>": "1", "<int:year>": "2026", "<int:month>": "11",
    "<int:day>": "24", "<uidb64>": "MQ", "<token>": "x",
    "^(?P<app_label>auth|blog)/$": "blog/", "(?P<url>.*)$": "none-such/",
}  # fmt: skip


def admin_addresses(patterns=None, prefix="", name=""):
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from admin_addresses(pattern.url_patterns, route)
        elif route.startswith("admin/"):
            yield route, pattern.name or ""


ADDRESSES = dict(admin_addresses())


def filled(route: str, pk: str) -> str:
    kind = str(ContentType.objects.get_for_model(Post).pk)
    for place, value in PLACES.items():
        route = route.replace(place, value.format(pk=pk, kind=kind))
    assert "<" not in route, "a kind of place that this test does not know"
    return f"/{route}"


@pytest.fixture
def rows():
    """A row of each kind with the same number, so that what is refused is there."""
    make_staff("first")
    for make in (make_draft, make_image, make_page, make_category, make_author, make_tag):
        make()
    return str(Post.objects.get().pk)


def is_refused(answer) -> bool:
    if answer.status_code == 302:
        # To the sign-in; or Django's short address of a row, which leads to the page that refuses.
        return "/admin/login/" in answer["Location"] or answer["Location"].endswith("/change/")
    return answer.status_code in {403, 404, 405}


@pytest.mark.parametrize("route", [route for route, name in ADDRESSES.items() if name not in FOR_ANYBODY])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_refused(client, rows, route, method):
    answer = getattr(client, method)(filled(route, rows))
    # What was typed while a session ended is kept for the sign-in, with its own page.
    kept = method == "post" and "admin/accounts" in " ".join(t.name or "" for t in answer.templates)
    assert is_refused(answer) or kept, answer.status_code


@pytest.mark.parametrize(
    "route", [r for r, name in ADDRESSES.items() if name not in FOR_ANYBODY | FOR_ANY_STAFF]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_staff_without_permissions_are_refused(client, rows, route, method):
    client.force_login(make_staff())
    answer = getattr(client, method)(filled(route, rows))
    home = answer.status_code == 302 and answer["Location"] == "/admin/"  # "there is no such row"
    assert is_refused(answer) or home, answer.status_code


def test_staff_without_permissions_keep_no_text(client):
    client.force_login(make_staff())
    message = json.dumps({"token": str(uuid.uuid4()), "page": "p", "fields": {"title": "x"}})
    answer = client.post("/admin/blog/post/editing/", message, content_type="application/json")
    assert answer.status_code == 403


@pytest.mark.parametrize("route", [r for r in ADDRESSES if "<" in r])
@pytest.mark.parametrize("pk", ["99999999999999999999", "0"])
def test_a_number_that_no_row_has_is_no_error_of_ours(client, route, pk):
    client.force_login(make_superuser())
    for method in (client.get, client.post):
        assert method(filled(route, pk)).status_code < 500
