"""System checks: a mistake in the configuration is named at start, with what to do about it."""

from django.conf import settings
from django.core.checks import Tags, Warning, register


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
