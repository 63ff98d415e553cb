from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class BlogConfig(AppConfig):
    name = "blog"
    verbose_name = _("Newsroom")

    def ready(self):
        from blog import checks  # noqa: F401  registers the system checks
        from blog.history import snapshots
        from blog.tally import migrating

        snapshots.register()
        pre_migrate.connect(migrating.before, sender=self)
        post_migrate.connect(migrating.after, sender=self)
