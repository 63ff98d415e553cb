"""The database does not answer: everybody is told so, and staff keep every word."""

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client

from blog.accounts.resend import may_be_sent_again
from blog.models import Post
from tests.admin_pages import form_fields
from tests.factories import make_superuser
from tests.markup import Markup
from tests.outage import database_away

pytestmark = pytest.mark.django_db
OURS = {"HTTP_ORIGIN": "https://news.example.jp", "HTTP_HOST": "news.example.jp", "secure": True}
ADD = "/admin/blog/post/add/"


@pytest.fixture
def desk():
    """A browser that checks tokens, as real ones do, signed in."""
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.force_login(make_superuser())
    return browser


def lines(fields: dict) -> dict:
    return {
        name: value.replace("\r\n", "\n") for name, value in fields.items() if name != "csrfmiddlewaretoken"
    }


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize("address", ["/", "/2025/10/21/a/", "/tags/", "/search/?q=AI", "/none/"])
def test_a_reader_is_asked_to_come_back_in_a_moment(client, error, address):
    client.raise_request_exception = False
    with database_away(error):
        response = client.get(address)
    page = Markup(response)
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert "no-store" in response["Cache-Control"]
    assert page.text("h1") == "まもなく再開します"
    assert page.meta("robots") == "noindex"
    assert "secret detail" not in response.content.decode()


@pytest.mark.parametrize(
    ("language", "heading", "lang"),
    [
        ("ja,en;q=0.8", "データベースが応答していません", "ja"),
        ("en-GB,en;q=0.8", "The database does not answer", "en"),
        ("fr", "データベースが応答していません", "ja"),
    ],
)
def test_staff_are_told_in_their_language(desk, language, heading, lang):
    with database_away():
        response = desk.get("/admin/", headers={"Accept-Language": language}, **OURS)
    page = Markup(response)
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert page.text("h1") == heading
    assert page.all("html")[0]["attrs"]["lang"] == lang
    assert not page.all("form")


def test_forty_kilobytes_that_met_a_dead_database_come_back_whole_and_are_saved(desk):
    body = "\n一行目は空いている。\n" + "本文の一文です。<b>\"&'</b>\n\n" * 1300
    fields = form_fields(desk.get(ADD, **OURS), title="長い記事", body=body) | {"_continue": "1"}
    with database_away():
        response = desk.post(ADD, fields, **OURS)
        assert response.status_code == 503
        assert "入力した内容はここにあります" in response.content.decode()
        assert lines(form_fields(response)) == lines(fields)
        again = desk.post(ADD, form_fields(response), **OURS)
        assert again.status_code == 503
        assert lines(form_fields(again)) == lines(fields)
    assert desk.post(ADD, form_fields(again), **OURS).status_code == 302
    assert Post.objects.get().body.split() == body.split()


def test_an_old_token_and_a_dead_database_together_lose_nothing(desk):
    fields = form_fields(desk.get(ADD, **OURS), title="題")
    desk.cookies["csrftoken"] = "a" * 32
    with database_away():
        response = desk.post(ADD, fields, **OURS)
    assert response.status_code == 503
    assert lines(form_fields(response)) == lines(fields)


def test_a_password_is_not_sent_back(desk):
    desk.logout()
    token = form_fields(desk.get("/admin/login/", **OURS))["csrfmiddlewaretoken"]
    fields = {"csrfmiddlewaretoken": token, "username": "desk", "password": "ひみつの言葉"}
    with database_away():
        response = desk.post("/admin/login/", fields, **OURS)
    assert response.status_code == 503
    assert "ひみつ" not in response.content.decode()
    assert form_fields(response)["username"] == "desk"


def test_the_words_of_another_site_are_not_put_into_a_form_of_ours(desk):
    with database_away():
        response = desk.post(
            ADD,
            {"title": "他人の言葉"},
            HTTP_ORIGIN="https://evil.example",
            HTTP_HOST="news.example.jp",
            secure=True,
        )
    assert "他人の言葉" not in response.content.decode()


def test_only_a_form_of_ours_is_given_back(rf):
    fields = {"title": "言葉"}
    assert may_be_sent_again(rf.post(ADD, fields, HTTP_ORIGIN="http://testserver"))
    assert not may_be_sent_again(rf.post(ADD, fields, HTTP_ORIGIN="https://evil.example"))
    assert not may_be_sent_again(rf.post(ADD, fields))
    assert not may_be_sent_again(rf.get(ADD, HTTP_REFERER="http://testserver/"))
    checked = rf.post(ADD, fields)
    checked.csrf_processing_done = True
    assert may_be_sent_again(checked)
