"""`manage.py recount`: compare the numbers that the triggers keep with the posts, and mend them."""

from django.core.management import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from blog.pagecache.keys import SITE
from blog.pagecache.purging import changing
from blog.tally import keeping


class Command(BaseCommand):
    help = "Count the published posts anew if the numbers behind the pages of the lists are wrong."

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="only say whether they are; status 1 if so")

    def handle(self, *, check: bool, verbosity: int, **options):
        wrong = keeping.wrong_numbers() + keeping.wrong_copies()
        missing = not keeping.is_installed()
        if check and (wrong or missing):
            raise CommandError(_("Wrong numbers: %d. Triggers missing: %s.") % (wrong, missing))
        if not check and (wrong or missing):
            with transaction.atomic(), changing(SITE):  # pages show these numbers
                if missing:
                    keeping.install()
                else:
                    keeping.recount()
        if verbosity:
            self.stdout.write(_("Wrong numbers: %d.") % wrong)
