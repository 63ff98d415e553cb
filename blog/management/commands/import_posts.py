"""`manage.py import_posts FOLDER`: a Jekyll site into the database."""

from pathlib import Path

from django.core.management import BaseCommand, CommandError
from django.utils.translation import gettext as _

from blog.importer import BadFileError, Finding, Report, import_site
from blog.management.progress import track


class Command(BaseCommand):
    help = "Import the articles of a Jekyll site. Run again, it updates what has changed in the folder."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, help="the site's folder, or its _posts")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")
        parser.add_argument("--strict", action="store_true", help="import nothing if anything is wrong")
        parser.add_argument(
            "--force", action="store_true", help="overwrite posts that were edited here since their import"
        )

    def handle(self, *, folder: Path, dry_run: bool, strict: bool, force: bool, **options):
        try:
            report = import_site(
                folder, force=force, strict=strict, dry_run=dry_run, track=track(self.stdout)
            )
        except NotADirectoryError as error:
            raise CommandError(error) from error
        except BadFileError as error:
            place = f"{folder / '_config.yml'}:{error.line or 1}"
            raise CommandError(
                _("%(place)s: %(reason)s Nothing was imported.") % {"place": place, "reason": error.reason}
            ) from error
        for finding in report.notes:
            self.stdout.write(self.line(folder, finding))
        for finding in report.problems:
            self.stderr.write(self.line(folder, finding))
        self.stdout.write(self.summary(report))
        if report.problems:
            raise CommandError(
                _("Nothing was imported: problems: %(count)d.") % {"count": len(report.problems)}
                if strict
                else _("Problems: %(count)d.") % {"count": len(report.problems)}
            )

    @staticmethod
    def line(folder: Path, finding: Finding) -> str:
        path = folder / finding.path
        return f"{path}:{finding.line}: {finding.message}" if finding.line else f"{path}: {finding.message}"

    @staticmethod
    def summary(report: Report) -> str:
        counts = {
            "created": len(report.created),
            "updated": len(report.updated),
            "unchanged": len(report.unchanged),
            "kept": len(report.kept),
            "failed": len(report.failed),
            "pictures": len(report.pictures),
            "redirects": report.redirects,
        }
        if report.is_dry_run:
            text = _(
                "Nothing was written. It would be: created: %(created)d, updated: %(updated)d, unchanged: "
                "%(unchanged)d, kept as edited here: %(kept)d, failed: %(failed)d; new pictures: "
                "%(pictures)d, new redirects: %(redirects)d."
            )
        else:
            text = _(
                "Created: %(created)d, updated: %(updated)d, unchanged: %(unchanged)d, kept as edited here: "
                "%(kept)d, failed: %(failed)d; new pictures: %(pictures)d, new redirects: %(redirects)d."
            )
        return text % counts
