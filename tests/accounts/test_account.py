"""Account security: the app, recovery codes, passkeys and sessions of one's own."""

import datetime
import re

import pytest
import segno
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp_webauthn.models import WebAuthnCredential

from blog.accounts.user_agents import device_name
from blog.audit import AuditEntry
from blog.models import Session
from tests.accounts.steps import (
    ACCOUNT,
    APP,
    CODE,
    CODES,
    LOGIN,
    code_of,
    give_code,
    give_password,
    has_codes,
    is_in,
    sign_in,
    with_app,
    wrong_code_of,
)
from tests.admin_pages import texts
from tests.factories import make_staff, make_superuser
from tests.markup import Markup

pytestmark = pytest.mark.django_db
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"


def with_passkey(user, name="鍵") -> WebAuthnCredential:
    return WebAuthnCredential.objects.create(
        user=user, name=name, credential_id=name.encode(), public_key=b"k", transports=[], sign_count=0
    )


def shown_codes(response) -> list[str]:
    return re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", response.content.decode())


def set_up_app(browser, user):
    browser.get(APP)
    return browser.post(APP, {"code": code_of(TOTPDevice.objects.get(user=user, confirmed=False))})


def test_the_first_account_sets_up_an_app_and_gets_ten_codes(client):
    user = make_superuser()
    client.force_login(user)
    page = client.get(APP).content.decode()
    device = TOTPDevice.objects.get()
    assert "<svg" in page
    assert "style=" not in page
    assert not device.confirmed
    response = client.post(APP, {"code": code_of(device)})
    codes = shown_codes(response)
    assert len(set(codes)) == 10
    assert is_in(client)
    other = Client()
    give_password(other, "chief")
    assert not is_in(other)
    give_code(other, codes[3])
    assert is_in(other)


def test_the_typed_secret_is_the_one_in_the_qr_code(client):
    user = make_staff()
    client.force_login(user)
    page = client.get(APP).content.decode()
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    assert f"secret={secret}" in TOTPDevice.objects.get().config_url


def test_the_qr_code_is_drawn_to_scale_with_a_quiet_zone_at_any_size(client):
    client.force_login(make_staff())
    [svg] = re.findall(r'<svg[^>]*class="segno".*?</svg>', client.get(APP).content.decode(), re.S)
    code = segno.make(TOTPDevice.objects.get().config_url, error="m")
    width, height = code.symbol_size(border=4)
    assert f'viewBox="0 0 {width} {height}"' in svg
    assert f"M0 0h{width}v{height}h-{width}z" in svg
    assert not re.search(r"<svg[^>]* (width|height)=", svg)
    assert "transform" not in svg


def test_a_phone_opens_its_app_by_a_link_to_what_is_in_the_qr_code(client):
    client.force_login(make_staff())
    [link] = Markup(client.get(APP)).all("a", class_="app-link")
    assert link["attrs"]["href"] == TOTPDevice.objects.get().config_url
    assert link["attrs"]["href"].startswith("otpauth://totp/")


def test_the_secret_stays_the_same_until_a_code_proves_it(client):
    client.force_login(make_staff())
    pages = [re.search(r'class="secret">([^<]+)', client.get(APP).content.decode())[1] for _ in range(2)]
    assert pages[0] == pages[1]


def test_a_wrong_code_sets_up_nothing(client):
    client.force_login(make_staff())
    client.get(APP)
    response = client.post(APP, {"code": wrong_code_of(TOTPDevice.objects.get())})
    assert response.context["form"].errors["code"]
    assert not TOTPDevice.objects.filter(confirmed=True).exists()


def test_a_recovery_code_does_not_prove_an_app(client):
    user = make_staff()
    client.force_login(user)
    client.get(APP)
    assert client.post(APP, {"code": "abcde-fghjk"}).context["form"].errors["code"]


def test_five_wrong_codes_in_setting_up_have_to_wait(client):
    client.force_login(make_staff())
    client.get(APP)
    device = TOTPDevice.objects.get()
    for _ in range(5):
        response = client.post(APP, {"code": wrong_code_of(device)})
    assert response.status_code == 429
    assert response["Retry-After"]


def test_setting_up_a_factor_ends_sessions_that_had_only_the_password(client):
    user = make_staff("tanaka")
    stranger = Client()
    give_password(stranger, "tanaka")
    sign_in(client, user)
    set_up_app(client, user)
    assert is_in(client)
    assert not Session.objects.filter(session_key=stranger.cookies["sessionid"].value).exists()
    assert not is_in(stranger)


def test_a_new_phone_takes_the_place_of_the_old_one(client):
    user = make_staff("tanaka")
    old = with_app(user)
    has_codes(user)
    sign_in(client, user, old)
    response = set_up_app(client, user)
    assert response["Location"] == ACCOUNT  # the codes from before stay good
    assert is_in(client)
    assert TOTPDevice.objects.get(user=user).pk != old.pk
    assert StaticDevice.objects.get().token_set.count() == 10


def test_new_codes_make_the_old_ones_void_and_are_never_shown_again(client):
    user = make_staff("tanaka")
    device = with_app(user)
    old = has_codes(user)
    sign_in(client, user, device)
    new = shown_codes(client.post(CODES))
    assert len(new) == 10
    assert not shown_codes(client.get(CODES))
    other = Client()
    give_password(other, "tanaka")
    give_code(other, old[0])
    assert not is_in(other)
    give_code(other, new[0])
    assert is_in(other)


def test_who_signed_in_by_recovery_code_stays_in_when_the_codes_are_renewed(client):
    user = make_staff("tanaka")
    with_app(user)
    give_password(client, "tanaka")
    give_code(client, has_codes(user)[0])
    client.post(CODES)
    assert is_in(client)


def test_codes_can_be_downloaded_but_nothing_else_can(client):
    user = make_staff("tanaka")
    sign_in(client, user, with_app(user))
    codes = "\n".join(shown_codes(client.post(CODES)))
    response = client.post(f"{CODES}download/", {"codes": codes})
    assert response.content.decode() == codes + "\n"
    assert "attachment" in response["Content-Disposition"]
    assert client.post(f"{CODES}download/", {"codes": "<script>alert(1)</script>"}).status_code == 400


def test_without_a_factor_there_are_no_codes(client):
    client.force_login(make_staff())
    assert client.post(CODES)["Location"] == ACCOUNT
    assert not StaticDevice.objects.exists()


def test_removing_the_last_factor_removes_the_codes(client):
    user = make_staff("tanaka")
    device = with_app(user)
    has_codes(user)
    sign_in(client, user, device)
    client.post(f"{ACCOUNT}app/remove/")
    assert not TOTPDevice.objects.exists()
    assert not StaticDevice.objects.exists()
    assert is_in(client)
    assert give_password(Client(), "tanaka")["Location"] == "/admin/"


def test_removing_one_of_two_factors_keeps_the_session_and_the_codes(client):
    user = make_staff("tanaka")
    device = with_app(user)
    with_passkey(user)
    has_codes(user)
    sign_in(client, user, device)
    client.post(f"{ACCOUNT}app/remove/")
    assert is_in(client)
    assert StaticDevice.objects.exists()
    assert give_password(Client(), "tanaka")["Location"] == CODE


def test_a_passkey_is_removed_by_its_owner_only(client):
    mine, yours = with_passkey(make_staff("tanaka"), "私"), with_passkey(make_staff("suzuki"), "君")
    device = with_app(mine.user)
    sign_in(client, mine.user, device)
    client.post(f"{ACCOUNT}passkeys/{yours.pk}/remove/")
    client.post(f"{ACCOUNT}passkeys/{mine.pk}/remove/")
    client.post(f"{ACCOUNT}passkeys/{10**30}/remove/")
    assert list(WebAuthnCredential.objects.all()) == [yours]


def test_nothing_is_changed_by_a_get(client):
    user = make_staff("tanaka")
    device = with_app(user)
    sign_in(client, user, device)
    for address in ("app/remove/", "sessions/end/", "codes/download/", "passkeys/1/remove/"):
        assert client.get(ACCOUNT + address).status_code == 405


def test_every_change_of_a_factor_is_in_the_audit_log(client):
    user = make_staff("tanaka")
    sign_in(client, user)
    set_up_app(client, user)
    client.post(f"{ACCOUNT}app/remove/")
    details = list(AuditEntry.objects.order_by("pk").values_list("action", "details"))
    assert details == [
        ("second_factor_changed", {"added": "app"}),
        ("second_factor_changed", {"added": "recovery codes"}),
        ("second_factor_changed", {"removed": "app"}),
    ]


# Passkeys, as far as a server alone can tell (the rest is in tests/browser/test_signing_in.py)


def test_passkey_challenges_go_only_to_whom_they_concern(client):
    begin = [f"{ACCOUNT}passkeys/begin/", "/admin/login/passkey/begin/"]
    assert [client.post(address).status_code for address in begin] == [403, 403]
    user = make_staff("tanaka")
    passkey = with_passkey(user)
    give_password(client, "tanaka")
    assert client.post(begin[0]).status_code == 403  # a password does not add a key beside the key
    options = client.post(begin[1]).json()
    assert options["rpId"] == "news.example.jp"
    assert len(options["allowCredentials"]) == 1
    assert passkey.name not in str(options)


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{}", "nonsense", '{"credential": {}}', '{"name": "x", "credential": {"id": "%"}}', "\0"],
)
@pytest.mark.parametrize("address", [f"{ACCOUNT}passkeys/", "/admin/login/passkey/"])
def test_a_forged_passkey_is_refused_with_a_reason(client, address, body):
    user = make_staff("tanaka")
    with_passkey(user)
    give_password(client, "tanaka")
    if address.startswith(ACCOUNT):
        WebAuthnCredential.objects.all().delete()
    client.post(f"{address}begin/")
    response = client.post(address, body, content_type="application/json")
    assert response.status_code == 400
    assert response.json()["error"]
    assert not WebAuthnCredential.objects.exclude(user=user, name="鍵").exists()


def test_a_challenge_serves_once(client):
    user = make_staff("tanaka")
    with_passkey(user)
    give_password(client, "tanaka")
    client.post("/admin/login/passkey/begin/")
    for _ in range(2):
        client.post("/admin/login/passkey/", '{"credential": {}}', content_type="application/json")
    assert "passkey_challenge" not in client.session


def test_where_passkeys_cannot_work_the_page_says_where_they_do(client):
    client.force_login(make_staff())
    page = client.get(ACCOUNT, HTTP_HOST="127.0.0.1").content.decode()
    assert "https://news.example.jp" in page
    assert "data-passkeys" not in page
    assert 'data-passkeys="add"' in client.get(ACCOUNT, HTTP_HOST="news.example.jp").content.decode()


# Sessions


def test_sessions_are_listed_by_device_and_this_one_is_marked(client):
    user = make_staff("tanaka")
    give_password(client, "tanaka", HTTP_USER_AGENT=CHROME)
    give_password(Client(), "tanaka", HTTP_USER_AGENT=IPHONE)
    give_password(Client(), make_staff("suzuki").username, HTTP_USER_AGENT="Firefox Linux")
    response = client.get(ACCOUNT)
    page = response.content.decode()
    assert {row.device for row in response.context["sessions"]} == {"Chrome（Windows）", "Safari（iPhone）"}
    assert page.count("この端末</span>") == 1
    for session in Session.objects.filter(user=user):
        assert session.session_key not in page


def test_the_list_costs_the_same_for_one_session_and_for_nine(client):
    user = make_staff("tanaka")
    client.force_login(user)
    counts = []
    for more in (0, 8):
        for _ in range(more):
            Client().force_login(user)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(ACCOUNT)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_one_other_session_is_ended_at_its_next_request(client):
    user = make_staff("tanaka")
    phone, tablet = Client(), Client()
    for browser in (client, phone, tablet):
        sign_in(browser, user)
    handle = Session.objects.get(session_key=phone.cookies["sessionid"].value).handle
    client.post(f"{ACCOUNT}sessions/end/", {"session": handle})
    assert [is_in(browser) for browser in (client, phone, tablet)] == [True, False, True]
    assert AuditEntry.objects.get().details == {"count": 1}


def test_all_other_sessions_are_ended_and_nobody_elses(client):
    user = make_staff("tanaka")
    phone, tablet, stranger = Client(), Client(), Client()
    for browser in (client, phone, tablet):
        sign_in(browser, user)
    sign_in(stranger, make_staff("suzuki"))
    response = client.post(f"{ACCOUNT}sessions/end/", follow=True)
    assert texts(response, "messagelist") == ["2件をログアウトしました。"]
    assert [is_in(browser) for browser in (client, phone, tablet, stranger)] == [True, False, False, True]


def test_somebody_elses_session_cannot_be_ended(client):
    sign_in(client, make_staff("tanaka"))
    stranger = sign_in(Client(), make_staff("suzuki"))
    handle = Session.objects.get(session_key=stranger.cookies["sessionid"].value).handle
    client.post(f"{ACCOUNT}sessions/end/", {"session": handle})
    assert is_in(stranger)


def test_being_seen_is_written_at_most_once_in_a_few_minutes(client):
    client.force_login(make_staff())
    key = client.cookies["sessionid"].value

    def seen_after(minutes):
        moment = timezone.now() - datetime.timedelta(minutes=minutes)
        Session.objects.filter(session_key=key).update(last_seen=moment)
        client.get(ACCOUNT)
        return Session.objects.get(session_key=key).last_seen != moment

    assert [seen_after(minutes) for minutes in (1, 4, 6)] == [False, False, True]


def test_an_expired_session_is_not_listed(client):
    user = make_staff()
    client.force_login(user)
    Client().force_login(user)
    Session.objects.exclude(session_key=client.cookies["sessionid"].value).update(
        expire_date=timezone.now() - datetime.timedelta(days=1)
    )
    assert len(client.get(ACCOUNT).context["sessions"]) == 1


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (CHROME, "Chrome（Windows）"),
        (CHROME + " Edg/131.0", "Edge（Windows）"),
        (IPHONE, "Safari（iPhone）"),
        (IPHONE.replace("Version", "CriOS/131 Version"), "Chrome（iPhone）"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:133.0) Gecko/20100101 Firefox/133.0",
            "Firefox（Mac）",
        ),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/131.0 Mobile Safari/537.36", "Chrome（Android）"),
        ("", "不明なブラウザー"),
        ("<script>", "不明なブラウザー"),
    ],
)
def test_a_browser_is_called_what_people_call_it(user_agent, name):
    assert device_name(user_agent) == name


def test_an_odd_user_agent_breaks_nothing(client):
    make_staff("tanaka")
    give_password(client, "tanaka", HTTP_USER_AGENT="x" * 5000 + "\0")
    assert is_in(client)


# STAFF_SECOND_FACTOR=required


@pytest.fixture
def required(settings):
    settings.STAFF_SECOND_FACTOR = "required"


@pytest.mark.usefixtures("required")
def test_who_must_have_a_factor_is_led_to_it_and_can_do_nothing_else(client):
    user = make_superuser()
    assert give_password(client, "chief")["Location"] == ACCOUNT
    assert client.get(ACCOUNT).status_code == 200
    for address in ("/admin/", "/admin/blog/post/", "/admin/password_change/"):
        response = client.get(address, follow=True)
        assert response.redirect_chain[-1][0].startswith(ACCOUNT), address
    assert client.post("/admin/markdown/preview/", {"content": "文"}).status_code == 403
    assert client.get(LOGIN)["Location"].startswith(ACCOUNT)
    assert not is_in(client)
    response = set_up_app(client, user)
    assert len(shown_codes(response)) == 10
    assert is_in(client)


@pytest.mark.usefixtures("required")
def test_who_must_have_a_factor_and_removes_it_is_led_to_it_again(client):
    user = make_staff("tanaka")
    device = with_app(user)
    sign_in(client, user, device)
    assert is_in(client)
    client.post(f"{ACCOUNT}app/remove/")
    assert not is_in(client)
    assert client.get(ACCOUNT).status_code == 200


@pytest.mark.usefixtures("required")
def test_a_session_from_before_the_rule_is_held_to_it(client):
    client.force_login(make_superuser())
    assert not is_in(client)
