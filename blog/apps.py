from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class BlogConfig(AppConfig):
    name = "blog"
    verbose_name = _("Newsroom")

    def ready(self):
        from blog import checks  # noqa: F401  registers the system checks
        from blog.history import snapshots
        from blog.pagecache import purging
        from blog.tally import migrating

        snapshots.register()
        purging.start_watching(self)
        pre_migrate.connect(migrating.before, sender=self)
        post_migrate.connect(migrating.after, sender=self)
        if settings.SENTRY_DSN:
            from blog.telemetry import sentry

            sentry.start(settings.SENTRY_DSN, settings.SITE_HOST)
