"""Which database a query goes to, where there is a replica."""

from blog.replica import reads_from_replica


class Replica:
    """Reads of a reader's page go to the replica, everything else to the primary (blog/replica.py)."""

    def db_for_read(self, model, **hints):
        return "replica" if reads_from_replica() else "default"

    def db_for_write(self, model, **hints):
        return "default"

    def allow_relation(self, one, other, **hints):
        return True  # rows of the replica are rows of the primary

    def allow_migrate(self, db, app_label, **hints):
        return db == "default"
