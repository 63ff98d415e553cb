"""`manage.py import_posts FOLDER`: a Jekyll site into the database."""

import os
import re
from pathlib import Path

from django.core.management import BaseCommand, CommandError
from django.utils.translation import gettext as _

from blog.audit import record
from blog.importer import Finding, Report, import_site
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
        if not report.nothing_written:
            created, updated = len(report.posts.created), len(report.posts.updated)
            record(
                None,
                "imported",
                folder=os.fsencode(folder).decode(errors="replace"),
                created=created,
                updated=updated,
            )
        for finding in report.notes:
            self.stdout.write(self.line(report, finding))
        for finding in report.problems:
            self.stderr.write(self.line(report, finding))
        self.stdout.write(self.summary(report))
        if report.problems:
            count = {"count": len(report.problems)}
            raise CommandError(
                _("Problems: %(count)d. Nothing was imported.") % count
                if report.nothing_written
                else _("Problems: %(count)d. The rest was imported.") % count
            )

    @staticmethod
    def line(report: Report, finding: Finding) -> str:
        place = f"{report.root / finding.path}:{finding.line}" if finding.line else report.root / finding.path
        # What a file or its name says must not steer the terminal.
        return re.sub(r"[\x00-\x1f\x7f-\x9f]", "\ufffd", f"{place}: {finding.message}")

    @staticmethod
    def summary(report: Report) -> str:
        lines = [
            _(
                "Posts: created %(created)d, updated %(updated)d, unchanged %(unchanged)d, "
                "kept as edited here %(kept)d, failed %(failed)d."
            )
            % {key: len(paths) for key, paths in vars(report.posts).items()},
            _(
                "Static pages: created %(created)d, updated %(updated)d, unchanged %(unchanged)d, "
                "kept as edited here %(kept)d, failed %(failed)d."
            )
            % {key: len(paths) for key, paths in vars(report.pages).items()},
            _("New pictures: %(pictures)d, new redirects: %(redirects)d.")
            % {"pictures": len(report.pictures), "redirects": report.redirects},
        ]
        if report.nothing_written:
            lines.insert(0, _("Nothing was written. This is what would have happened:"))
        return "\n".join(lines)
