"""Name and password, the second step, and what a session without it may not do."""

import pytest
from django.test import Client
from django_otp.plugins.otp_static.models import StaticToken

from tests.accounts.steps import (
    ACCOUNT,
    CODE,
    LOGIN,
    WRONG,
    code_of,
    give_code,
    give_password,
    has_codes,
    is_in,
    sign_in,
    with_app,
    wrong_code_of,
)
from tests.factories import make_post, make_staff, make_superuser
from tests.markup import Markup

pytestmark = pytest.mark.django_db


def test_a_password_alone_signs_in_who_has_no_second_factor(client):
    make_staff("tanaka")
    assert give_password(client, "tanaka")["Location"] == "/admin/"
    assert is_in(client)


def test_a_wrong_password_is_named_beside_its_field_and_the_name_is_still_there(client):
    make_staff("tanaka")
    response = give_password(client, "tanaka", WRONG)
    assert "正しい" in response.context["form"].errors["password"][0]
    assert 'value="tanaka"' in response.content.decode()
    assert WRONG not in response.content.decode()
    assert not is_in(client)


@pytest.mark.parametrize("name", ["", "x" * 10_000, "a\0b", "ｔａｎａｋａ"])
def test_odd_names_are_refused_or_read_but_never_break_the_page(client, name):
    make_staff("tanaka")
    response = give_password(client, name)
    assert response.status_code in (200, 302)
    assert is_in(client) == (name == "ｔａｎａｋａ")


def test_the_same_is_said_whether_or_not_the_name_exists(client):
    make_staff("tanaka")
    errors = [give_password(client, name, WRONG).context["form"].errors for name in ("tanaka", "nobody")]
    assert errors[0] == errors[1]


def test_who_is_no_staff_is_not_let_in(client, django_user_model):
    django_user_model.objects.create_user("reader", password="秘密の言葉123")
    assert give_password(client, "reader").status_code == 200
    assert not is_in(client)


@pytest.mark.parametrize(
    ("next_page", "landing"),
    [
        ("/admin/blog/tag/", "/admin/blog/tag/"),
        ("https://evil.example/", "/admin/"),
        ("//evil.example/", "/admin/"),
        ("javascript:alert(1)", "/admin/"),
    ],
)
def test_next_is_kept_through_both_steps_when_it_is_ours(client, next_page, landing):
    device = with_app(make_superuser())
    response = client.post(
        LOGIN, {"username": "chief", "password": "秘密の言葉123", "next": next_page}, follow=True
    )
    assert response.redirect_chain[-1][0].startswith(CODE)
    fields = {"next": Markup(response).all("input", name="next")[0]["attrs"].get("value", "")}
    assert client.post(CODE, {"code": code_of(device)} | fields)["Location"] == landing


def test_after_the_password_the_code_is_asked_for(client):
    device = with_app(make_staff("tanaka"))
    assert give_password(client, "tanaka")["Location"] == CODE
    assert not is_in(client)
    assert client.get(LOGIN)["Location"] == CODE
    assert give_code(client, code_of(device))["Location"] == "/admin/"
    assert is_in(client)


def test_nobody_gets_to_the_code_without_the_password(client):
    with_app(make_staff("tanaka"))
    assert client.get(CODE)["Location"].startswith(LOGIN)
    assert give_code(client, "123456")["Location"].startswith(LOGIN)


@pytest.mark.parametrize("typed", ["{0}", " {0} ", "{1} {2}", "{1}-{2}"])
def test_a_code_may_be_typed_in_groups(client, typed):
    device = with_app(make_staff("tanaka"))
    give_password(client, "tanaka")
    code = code_of(device)
    give_code(client, typed.format(code, code[:3], code[3:]))
    assert is_in(client)


def test_a_full_width_code_is_read(client):
    device = with_app(make_staff("tanaka"))
    give_password(client, "tanaka")
    give_code(client, code_of(device).translate({ord("0") + n: chr(ord("０") + n) for n in range(10)}))
    assert is_in(client)


@pytest.mark.parametrize("code", ["", "12345", "abc", "x" * 200, "\0", "一二三四五六", "²³¹²³¹"])
def test_what_is_no_code_is_refused_beside_the_field(client, code):
    with_app(make_staff("tanaka"))
    give_password(client, "tanaka")
    response = give_code(client, code)
    assert response.status_code == 200
    assert response.context["form"].errors["code"]
    assert not is_in(client)


def test_a_code_serves_once(client):
    device = with_app(make_staff("tanaka"))
    code = code_of(device)
    sign_in(client, device.user, device)
    other = Client()
    give_password(other, "tanaka")
    response = give_code(other, code)
    assert response.context["form"].errors["code"] == ["コードが違うか、すでに使われています。"]
    assert not is_in(other)


def test_the_code_of_somebody_elses_app_is_refused(client):
    with_app(make_staff("tanaka"))
    stranger = with_app(make_staff("suzuki"))
    give_password(client, "tanaka")
    give_code(client, code_of(stranger))
    assert not is_in(client)


def test_a_recovery_code_serves_once_and_the_rest_is_counted(client):
    user = make_staff("tanaka")
    with_app(user)
    code = has_codes(user)[0]
    give_password(client, "tanaka")
    response = client.post(CODE, {"code": code.upper()}, follow=True)
    assert "残りの回復コードは9個です" in response.content.decode()
    other = Client()
    give_password(other, "tanaka")
    give_code(other, code)
    assert is_in(client)
    assert not is_in(other)


def test_recovery_codes_are_not_stored_as_they_are(client):
    codes = has_codes(make_staff())
    stored = set(StaticToken.objects.values_list("token", flat=True))
    assert len(stored) == len(set(codes)) == 10
    assert not stored & {code.replace("-", "") for code in codes}


def test_the_session_gets_a_new_key_with_each_step(client):
    device = with_app(make_staff("tanaka"))
    keys = []
    client.get(LOGIN)
    for step in (lambda: give_password(client, "tanaka"), lambda: give_code(client, code_of(device))):
        step()
        keys.append(client.cookies["sessionid"].value)
    assert keys[0] != keys[1]
    old = Client()
    old.cookies["sessionid"] = keys[0]
    assert not is_in(old)


EVERYWHERE = [
    "/admin/",
    "/admin/blog/post/",
    "/admin/blog/post/add/",
    "/admin/auth/user/",
    "/admin/autocomplete/?app_label=blog&model_name=post&field_name=category",
    "/admin/password_change/",
    "/admin/jsi18n/",
    ACCOUNT,
    f"{ACCOUNT}app/",
    f"{ACCOUNT}codes/",
]


@pytest.mark.parametrize("address", EVERYWHERE)
def test_a_session_with_only_the_password_opens_nothing(client, address):
    user = make_superuser()
    with_app(user)
    client.force_login(user)
    response = client.get(address)
    assert response.status_code == 302
    assert response["Location"].startswith(LOGIN)


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/admin/markdown/preview/", {"content": "文"}),
        ("/admin/markdown/upload/", {}),
        ("/admin/blog/post/add/", {}),
    ],
)
def test_a_session_with_only_the_password_sends_nothing(client, address, fields):
    user = make_superuser()
    with_app(user)
    client.force_login(user)
    assert client.post(address, fields).status_code == 403


@pytest.mark.parametrize(
    "address",
    [
        f"{ACCOUNT}app/remove/",
        f"{ACCOUNT}sessions/end/",
        f"{ACCOUNT}codes/",
        f"{ACCOUNT}codes/download/",
        f"{ACCOUNT}passkeys/1/remove/",
    ],
)
def test_the_account_is_not_changed_by_who_is_signed_out(client, address):
    device = with_app(make_staff("tanaka"))
    give_password(client, "tanaka")
    assert client.post(address)["Location"].startswith(LOGIN)
    device.refresh_from_db()


def test_readers_pages_do_not_look_at_the_session(client):
    post = make_post()
    response = client.get(post.get_absolute_url())
    assert "Cookie" not in response.get("Vary", "")


def test_another_account_can_be_chosen_at_the_second_step(client):
    with_app(make_staff("tanaka"))
    make_staff("suzuki")
    give_password(client, "tanaka")
    assert client.post("/admin/login/again/")["Location"] == LOGIN
    assert client.get(CODE)["Location"].startswith(LOGIN)
    give_password(client, "suzuki")
    assert is_in(client)


def test_who_has_the_password_but_is_dismissed_stays_out(client):
    user = make_staff("tanaka")
    device = with_app(user)
    give_password(client, "tanaka")
    user.is_active = False
    user.save()
    give_code(client, code_of(device))
    assert not is_in(client)


def test_a_wrong_code_is_told_and_the_right_one_still_works(client):
    device = with_app(make_staff("tanaka"))
    give_password(client, "tanaka")
    response = give_code(client, wrong_code_of(device))
    assert response.context["form"].errors["code"] == ["コードが違うか、すでに使われています。"]
    give_code(client, code_of(device))
    assert is_in(client)


def test_signing_out_works_and_signed_out_twice_does_no_harm(client):
    sign_in(client, make_staff("tanaka"))
    client.post("/admin/logout/")
    assert not is_in(client)
    assert client.post("/admin/logout/").status_code == 302


def test_the_secrets_of_second_factors_have_no_admin_page(client):
    client.force_login(make_superuser())
    page = client.get("/admin/").content.decode()
    assert "otp_totp" not in page
    assert "otp_static" not in page
    assert client.get("/admin/otp_totp/totpdevice/").status_code == 404
