"""System checks: a mistake in the configuration is named at start, with what to do about it."""

from django.conf import settings
from django.core.checks import Tags, Warning, register
from django.db import connection

from blog.search import index
from blog.tally import keeping


@register(Tags.database)
def search_index_is_complete(app_configs, databases=(), **kwargs):
    """Asked for by `check --database default`, and by `migrate`."""
    if "default" not in (databases or ()) or "blog_searchentry" not in connection.introspection.table_names():
        return []
    if index.is_outdated():
        message = "The search index is of an older version."
    elif pending := index.pending_count():
        message = f"The search index is out of step: it lacks {pending} posts."
    else:
        return []
    return [Warning(message, hint="Run `manage.py rebuild_search`.", id="blog.W003")]


@register(Tags.database)
def posts_are_counted(app_configs, databases=(), **kwargs):
    """Asked for by `check --database default`, and by `migrate`."""
    if "default" not in (databases or ()) or not keeping.has_table() or keeping.is_installed():
        return []
    message = "The triggers that count the published posts are missing: lists would lack pages."
    return [Warning(message, hint="Run `manage.py recount`.", id="blog.W010")]


@register(Tags.security, deploy=True)
def site_url_is_public(app_configs, **kwargs):
    if settings.SITE_HOST in {"127.0.0.1", "localhost"}:
        return [
            Warning(
                "SITE_URL still names this machine.",
                hint="Set SITE_URL to the public address: every link in feeds and sitemaps begins with it.",
                id="blog.W001",
            )
        ]
    return []


@register(Tags.security, deploy=True)
def addresses_of_readers_are_known(app_configs, **kwargs):
    if settings.SITE_URL.startswith("https:") and not settings.TRUSTED_PROXIES:
        return [
            Warning(
                "TRUSTED_PROXIES is 0: everybody has the address of the proxy that ends TLS.",
                hint="Set it to the number of proxies, or a few wrong passwords lock all staff out.",
                id="blog.W011",
            )
        ]
    return []


@register(deploy=True)
def mail_leaves_the_machine(app_configs, **kwargs):
    if settings.EMAIL_BACKEND == "django.core.mail.backends.console.EmailBackend":
        return [
            Warning(
                "EMAIL_URL is not set: mail, as for new passwords, is only printed on the console.",
                hint="Set it to a server that sends, as in smtp+tls://user:password@host:587.",
                id="blog.W012",
            )
        ]
    return []


@register(Tags.security, deploy=True)
def site_host_is_allowed(app_configs, **kwargs):
    if settings.SITE_HOST not in settings.ALLOWED_HOSTS and "*" not in settings.ALLOWED_HOSTS:
        return [
            Warning(
                f"ALLOWED_HOSTS does not hold {settings.SITE_HOST}, the host of SITE_URL.",
                hint="Add it, or leave ALLOWED_HOSTS unset.",
                id="blog.W002",
            )
        ]
    return []
