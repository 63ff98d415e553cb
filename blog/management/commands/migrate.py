"""`manage.py migrate`: Django's own; several machines may start it at once, and take turns."""

from django.core.management.commands import migrate
from django.db import connections
from django.utils.translation import gettext as _

from blog.tally import keeping

LOCK = 0x616C6C666F726365  # "allforce"; advisory locks are numbers that nobody else may use


class Command(migrate.Command):
    def handle(self, *args, **options):
        connection = connections[options["database"]]
        if connection.vendor != "postgresql":  # SQLite has one machine, and locks itself
            try:
                return super().handle(*args, **options)
            except BaseException:
                if keeping.has_table(options["database"]):  # its triggers went before the first migration
                    keeping.install(options["database"])
                raise
        # A connection of its own: the lock is the session's and goes with it, even if this process is killed.
        holder = connection.copy()
        holder.settings_dict["OPTIONS"].pop("pool", None)  # a pool of one would wait for itself
        try:
            with holder.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
                if not cursor.fetchone()[0]:
                    self.stdout.write(_("Another machine migrates; waiting for it."))
                    cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            return super().handle(*args, **options)
        finally:
            holder.close()
