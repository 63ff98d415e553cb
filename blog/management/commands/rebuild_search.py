"""`manage.py rebuild_search`: index the posts that the search does not know, or knows by older rules."""

from django.core.management import BaseCommand
from django.utils.translation import gettext as _

from blog.management.progress import track
from blog.search import index


class Command(BaseCommand):
    help = (
        "Bring the search index up to date. May be stopped and run again at any time, while the site serves."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--all", action="store_true", help="forget the index first, and index every post anew"
        )

    def handle(self, *, all: bool, verbosity: int, **options):
        if all or index.is_outdated():
            index.clear()
        keys = index.pending_keys()
        batches = range(0, len(keys), index.BATCH)
        if verbosity:
            batches = track(self.stdout)(batches, len(batches), _("Indexing"))
        for start in batches:
            index.write_stored(keys[start : start + index.BATCH])
        if verbosity:
            self.stdout.write(_("Posts indexed: %d.") % len(keys))
