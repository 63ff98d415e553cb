"""Changing a password, and setting it anew by mail."""

import re

import pytest
from django.core import mail
from django.test import Client

from blog.audit import AuditEntry
from blog.models import Session
from tests.accounts.steps import CODE, PASSWORD, WRONG, give_password, is_in, sign_in, with_app
from tests.factories import make_staff

pytestmark = pytest.mark.django_db
ASK, CHANGE = "/admin/password_reset/", "/admin/password_change/"
NEW = "あたらしい合言葉77"


def link_in(message) -> str:
    return re.search(r"https://news\.example\.jp(/admin/password_reset/\S+)", message.body)[1]


def set_by_link(browser, link, first=NEW, second=NEW):
    form = browser.get(link, follow=True)
    address = form.redirect_chain[-1][0] if form.redirect_chain else link
    return browser.post(address, {"new_password1": first, "new_password2": second}, follow=True)


def asked_link(browser, user) -> str:
    user.email = "tanaka@example.jp"
    user.save()
    browser.post(ASK, {"email": "tanaka@example.jp"})
    return link_in(mail.outbox[-1])


def test_the_login_page_leads_to_the_mail(client):
    assert ASK in client.get("/admin/login/").content.decode()


def test_the_same_is_said_whether_or_not_the_address_exists(client):
    make_staff("tanaka", email="tanaka@example.jp")
    pages = [
        re.sub(r'value="[^"]{64}"', "", client.post(ASK, {"email": address}, follow=True).content.decode())
        for address in ("tanaka@example.jp", "nobody@example.jp")
    ]
    assert pages[0] == pages[1]
    assert len(mail.outbox) == 1


def test_the_mail_is_japanese_and_its_link_names_our_host_whatever_the_request_says(client):
    user = make_staff("tanaka", email="tanaka@example.jp")
    client.post(ASK, {"email": user.email}, HTTP_HOST="localhost")
    message = mail.outbox[0]
    assert message.subject == "ALLFORCES：パスワードの再設定"
    assert "tanaka" in message.body
    assert "3時間以内" in message.body
    assert set(re.findall(r"https?://([^/]+)", message.body)) == {"news.example.jp"}
    assert message.from_email == "ALLFORCES <no-reply@news.example.jp>"


def test_a_used_link_sets_the_password_and_ends_all_sessions(client):
    user = make_staff("tanaka")
    intruder = sign_in(Client(), user)
    link = asked_link(client, user)
    assert "設定しました" in set_by_link(client, link).content.decode()
    assert not is_in(intruder)
    assert not Session.objects.filter(user=user).exists()
    assert AuditEntry.objects.get().action == "password_changed"
    other = Client()
    give_password(other, "tanaka", NEW)
    assert is_in(other)


def test_a_link_serves_once(client):
    link = asked_link(client, make_staff("tanaka"))
    set_by_link(client, link)
    page = Client().get(link, follow=True)
    assert "すでに使われたか" in page.content.decode()
    assert "new_password1" not in page.content.decode()


def test_a_forged_link_is_no_link(client):
    link = asked_link(client, make_staff("tanaka"))
    for forged in (
        link[:-2] + "x/",
        "/admin/password_reset/xx/set-password/",
        "/admin/password_reset/MQ/x-y/",
    ):
        assert "new_password1" not in client.get(forged, follow=True).content.decode()


def test_a_new_password_does_not_replace_the_second_factor(client):
    user = make_staff("tanaka")
    with_app(user)
    set_by_link(client, asked_link(client, user))
    assert give_password(client, "tanaka", NEW)["Location"] == CODE
    assert not is_in(client)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ("短い", "短い", "短すぎます"),
        ("1234567890123", "1234567890123", "数字"),
        ("password1234", "password1234", "一般的"),
        (NEW, NEW + "x", "一致"),
        ("tanaka-san", "tanaka-san", "似"),
    ],
)
def test_a_bad_password_is_refused_in_japanese(client, first, second, reason):
    link = asked_link(client, make_staff("tanaka"))
    response = set_by_link(client, link, first, second)
    errors = [error for field in response.context["form"].errors.values() for error in field]
    assert reason in " ".join(errors)


def test_mails_are_limited_by_address(client):
    make_staff("tanaka", email="tanaka@example.jp")
    for _ in range(10):
        client.post(ASK, {"email": "tanaka@example.jp"})
    response = client.post(ASK, {"email": "tanaka@example.jp"})
    assert response.status_code == 429
    assert response["Retry-After"] == "3600"
    assert 'value="tanaka@example.jp"' in response.content.decode()
    assert len(mail.outbox) == 10
    assert client.post(ASK, {"email": "a@example.jp"}, REMOTE_ADDR="192.0.2.9").status_code == 302


def test_no_address_is_refused_beside_the_field(client):
    response = client.post(ASK, {"email": "これはちがう"})
    assert response.context["form"].errors["email"]
    assert 'value="これはちがう"' in response.content.decode()


def change(browser, old=PASSWORD, new=NEW):
    return browser.post(CHANGE, {"old_password": old, "new_password1": new, "new_password2": new})


def test_changing_the_password_ends_the_other_sessions_and_keeps_this_one(client):
    user = make_staff("tanaka")
    device = with_app(user)
    other = sign_in(Client(), user)
    device.delete()
    sign_in(client, user)
    sign_in(other, user)
    assert change(client)["Location"] == "/admin/account/"
    assert is_in(client)
    assert not is_in(other)
    assert Session.objects.filter(user=user).count() == 1


def test_the_old_password_is_asked_for(client):
    sign_in(client, make_staff("tanaka"))
    assert change(client, old=WRONG).context["form"].errors["old_password"]
    assert is_in(client)
