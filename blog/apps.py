from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class BlogConfig(AppConfig):
    name = "blog"
    verbose_name = _("Newsroom")

    def ready(self):
        from blog import checks  # noqa: F401  registers the system checks
        from blog.history import snapshots
        from blog.pagecache import purging

        snapshots.register()
        purging.start_watching(self)
        if settings.SENTRY_DSN:
            from blog.telemetry import sentry

            sentry.start(settings.SENTRY_DSN, settings.SITE_HOST)
