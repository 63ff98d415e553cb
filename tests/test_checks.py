"""blog/checks.py: what `check --deploy` says about the address of the site."""

from blog.checks import (
    addresses_of_readers_are_known,
    mail_leaves_the_machine,
    site_host_is_allowed,
    site_url_is_public,
)


def test_a_site_url_of_this_machine_is_named(settings):
    settings.SITE_HOST = "127.0.0.1"
    assert [message.id for message in site_url_is_public(None)] == ["blog.W001"]


def test_a_public_site_url_is_fine(settings):
    settings.SITE_HOST = "news.example.jp"
    settings.ALLOWED_HOSTS = ["news.example.jp"]
    assert site_url_is_public(None) == site_host_is_allowed(None) == []


def test_a_site_host_that_would_be_refused_is_named(settings):
    settings.SITE_HOST = "news.example.jp"
    settings.ALLOWED_HOSTS = ["www.example.jp"]
    assert [message.id for message in site_host_is_allowed(None)] == ["blog.W002"]


def test_a_star_allows_every_host(settings):
    settings.ALLOWED_HOSTS = ["*"]
    assert site_host_is_allowed(None) == []


def test_a_site_behind_a_proxy_that_it_does_not_know_is_named(settings):
    settings.SITE_URL, settings.TRUSTED_PROXIES = "https://news.example.jp", 0
    assert [message.id for message in addresses_of_readers_are_known(None)] == ["blog.W011"]
    settings.TRUSTED_PROXIES = 1
    assert addresses_of_readers_are_known(None) == []


def test_mail_that_goes_nowhere_is_named(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert [message.id for message in mail_leaves_the_machine(None)] == ["blog.W012"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert mail_leaves_the_machine(None) == []
