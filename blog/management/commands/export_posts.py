"""`manage.py export_posts FOLDER`: everything as a Jekyll site."""

import os
from pathlib import Path

from django.core.management import BaseCommand, CommandError
from django.utils.translation import gettext as _

from blog.audit import record
from blog.exporter import export_site
from blog.management.progress import track


class Command(BaseCommand):
    help = (
        "Write every post, page and picture as a Jekyll site, from which import_posts makes the same again."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, help="made if it is not there; other files in it stay")

    def handle(self, *, folder: Path, **options):
        try:
            report = export_site(folder, track=track(self.stdout))
        except NotADirectoryError as error:
            raise CommandError(error) from error
        record(
            None,
            "exported",
            folder=os.fsencode(folder).decode(errors="replace"),
            posts=report.posts,
            pages=report.pages,
            pictures=report.pictures,
        )
        for path in report.others:
            self.stdout.write(
                _("%(path)s: no post or page has this file; it was left.") % {"path": folder / path}
            )
        for path, reason in report.problems.items():
            self.stderr.write(f"{folder / path}: {reason}")
        self.stdout.write(
            _(
                "Posts: %(posts)d, pages: %(pages)d, pictures: %(pictures)d; files written: %(written)d, the "
                "others were the same already."
            )
            % vars(report)
        )
        if report.problems:
            raise CommandError(_("Problems: %(count)d.") % {"count": len(report.problems)})
