"""`manage.py prune_history`: old versions are thinned out."""

from django.core.management import BaseCommand, CommandError
from django.utils.translation import gettext as _

from blog.history.pruning import DAYS, prune


class Command(BaseCommand):
    help = "Thin out old versions: the last of each day is kept, and everything that was published."

    def add_arguments(self, parser):
        parser.add_argument("--days", type=int, default=DAYS, help="keep every version of so many days")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be deleted")

    def handle(self, *, days: int, dry_run: bool, **options):
        if days < 0:
            raise CommandError(_("The number of days cannot be negative."))
        gone, kept = prune(days, dry_run=dry_run)
        text = _("Versions deleted: %(gone)d, kept: %(kept)d.")
        if dry_run:
            text = _("Versions that would be deleted: %(gone)d, kept: %(kept)d.")
        self.stdout.write(text % {"gone": gone, "kept": kept})
