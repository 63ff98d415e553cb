"""Too many wrong answers: whom they hold up, for how long, and whom they must not."""

import datetime

import pytest
from axes.models import AccessAttempt
from django.test import Client, RequestFactory
from django.utils import timezone

from blog.accounts.addresses import client_address
from blog.accounts.throttling import ADDRESS_LIMIT
from tests.accounts.steps import (
    WRONG,
    code_of,
    give_code,
    give_password,
    has_codes,
    is_in,
    with_app,
    wrong_code_of,
)
from tests.factories import make_staff

pytestmark = pytest.mark.django_db
HERE, ELSEWHERE = {"REMOTE_ADDR": "192.0.2.1"}, {"REMOTE_ADDR": "198.51.100.7"}


def minutes_pass(minutes: int) -> None:
    for attempt in AccessAttempt.objects.all():
        earlier = attempt.attempt_time - datetime.timedelta(minutes=minutes)
        AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=earlier)


def fail(times: int, name: str = "tanaka", where=HERE, browser=None):
    for _ in range(times):
        response = give_password(browser or Client(), name, WRONG, **where)
    return response


def test_the_fifth_wrong_password_is_answered_with_the_time_to_wait():
    make_staff("tanaka")
    assert fail(4).status_code == 200
    response = fail(1)
    assert response.status_code == 429
    assert 14 * 60 < int(response["Retry-After"]) <= 15 * 60
    assert response.context["form"].errors["password"] == [
        "間違いが続いたため、いまは受け付けていません。15分後にもう一度お試しください。"
    ]
    assert 'value="tanaka"' in response.content.decode()


def test_the_right_password_is_not_even_looked_at_while_waiting():
    make_staff("tanaka")
    fail(5)
    browser = Client()
    assert give_password(browser, "tanaka", **HERE).status_code == 429
    assert not is_in(browser)


def test_the_told_time_is_the_truth():
    make_staff("tanaka")
    fail(5)
    minutes_pass(10)
    response = fail(1)  # an attempt while waiting does not make the wait longer
    assert 4 * 60 < int(response["Retry-After"]) <= 5 * 60
    assert "5分後" in response.content.decode()
    minutes_pass(5)
    browser = Client()
    give_password(browser, "tanaka", **HERE)
    assert is_in(browser)


def test_typing_somebodys_name_elsewhere_does_not_keep_them_out():
    make_staff("tanaka")
    assert fail(8, where=ELSEWHERE).status_code == 429
    browser = Client()
    give_password(browser, "tanaka", **HERE)
    assert is_in(browser)


def test_a_colleague_at_the_same_address_is_not_kept_out():
    make_staff("tanaka")
    make_staff("suzuki")
    fail(8)
    browser = Client()
    give_password(browser, "suzuki", **HERE)
    assert is_in(browser)


def test_an_address_that_tries_many_names_is_held_up_as_a_whole():
    make_staff("suzuki")
    for number in range(ADDRESS_LIMIT):
        fail(1, f"name-{number}")
    response = give_password(Client(), "suzuki", **HERE)
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 15 * 60
    assert give_password(Client(), "suzuki", **ELSEWHERE).status_code == 302


def test_another_browser_at_the_same_address_gets_no_fresh_tries():
    make_staff("tanaka")
    for number in range(5):
        response = fail(1, where=HERE | {"HTTP_USER_AGENT": f"Mozilla/{number}"})
    assert response.status_code == 429


def test_signing_in_forgets_the_failures():
    make_staff("tanaka")
    fail(4)
    give_password(Client(), "tanaka", **HERE)
    assert not AccessAttempt.objects.exists()
    assert fail(4).status_code == 200


def test_wrong_codes_count_and_the_right_password_does_not_forget_them():
    device = with_app(make_staff("tanaka"))
    for _ in range(4):
        browser = Client()
        give_password(browser, "tanaka", **HERE)
        assert give_code(browser, wrong_code_of(device), **HERE).status_code == 200
    browser = Client()
    give_password(browser, "tanaka", **HERE)
    response = give_code(browser, wrong_code_of(device), **HERE)
    assert response.status_code == 429
    assert "15分後" in response.context["form"].errors["code"][0]
    assert give_code(browser, code_of(device), **HERE).status_code == 429
    assert not is_in(browser)


def test_codes_guessed_from_many_addresses_are_held_up_by_the_app_itself():
    device = with_app(make_staff("tanaka"))
    device.throttling_failure_count, device.throttling_failure_timestamp = 22, timezone.now()
    device.save()
    browser = Client()
    give_password(browser, "tanaka", **HERE)
    response = give_code(browser, code_of(device), **HERE)
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 30 * 60


def test_a_recovery_code_gets_in_while_others_hold_up_the_app():
    user = make_staff("tanaka")
    device = with_app(user)
    codes = has_codes(user)
    device.throttling_failure_count, device.throttling_failure_timestamp = 30, timezone.now()
    device.save()
    browser = Client()
    give_password(browser, "tanaka", **HERE)
    give_code(browser, codes[0], **HERE)
    assert is_in(browser)


def test_neither_password_nor_code_is_kept_with_the_failures():
    device = with_app(make_staff("tanaka"))
    fail(1)
    browser = Client()
    give_password(browser, "tanaka", **HERE)
    code = wrong_code_of(device)
    give_code(browser, code, **HERE)
    for attempt in AccessAttempt.objects.all():
        assert WRONG not in attempt.post_data
        assert code not in attempt.post_data


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "address"),
    [
        (0, "192.0.2.1", "", "192.0.2.1"),
        (0, "192.0.2.1", "203.0.113.9", "192.0.2.1"),  # anybody can send the header
        (1, "10.0.0.1", "203.0.113.9", "203.0.113.9"),
        (1, "10.0.0.1", "1.2.3.4, 203.0.113.9", "203.0.113.9"),  # the left part is the visitor's own
        (2, "10.0.0.1", "1.2.3.4, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "10.0.0.1", "203.0.113.9", "10.0.0.1"),  # it did not come by both
        (1, "10.0.0.1", "", "10.0.0.1"),
        (1, "10.0.0.1", "nonsense", None),
        (0, "", "", None),
        (0, "2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::"),  # a customer has the whole /64
        (0, "::ffff:192.0.2.1", "", "192.0.2.1"),
    ],
)
def test_the_address_is_what_trusted_proxies_say(settings, proxies, remote, forwarded, address):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR=remote)
    if forwarded:
        request.META["HTTP_X_FORWARDED_FOR"] = forwarded
    assert client_address(request) == address


def test_an_attacker_cannot_choose_an_address_by_a_header():
    make_staff("tanaka")
    for number in range(5):
        response = fail(1, where=HERE | {"HTTP_X_FORWARDED_FOR": f"203.0.113.{number}"})
    assert response.status_code == 429


def test_a_forgotten_proxy_is_named_in_the_log(caplog):
    client_address(RequestFactory().get("/", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.9"))
    assert "TRUSTED_PROXIES" in caplog.text
