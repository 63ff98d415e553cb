"""A Jekyll site into the database.

folder      the files, and nothing outside of the folder
site        `_config.yml` and `_data`
survey      first pass: every article is read and judged, little of it is kept
addresses   who gets which address and GUID
posts       second pass: batches of articles become posts
pictures, taxonomy, redirects, references, pages   what belongs to them
report      what was done, as data

Run twice it changes nothing. Memory holds some hundred bytes of each article, and one batch in full.
"""

import gc
import os
from collections.abc import Callable, Iterable
from contextlib import closing, contextmanager, nullcontext

from django.db import transaction
from django.utils.translation import gettext as _

from blog.importer.addresses import Plan, carry_out, make_plan
from blog.importer.folder import SiteFolder
from blog.importer.pages import import_pages
from blog.importer.pictures import PictureFiles, PictureStore
from blog.importer.posts import BATCH, PostWriter
from blog.importer.redirects import RedirectWriter
from blog.importer.references import resolve_references
from blog.importer.report import Finding, Report
from blog.importer.site import read_site
from blog.importer.survey import Article, ArticleReader, Survey
from blog.importer.taxonomy import store_described
from blog.jekyll import BadFileError

__all__ = ["Finding", "Report", "import_site"]

Track = Callable[[Iterable, int, str], Iterable]


def untracked(items: Iterable, length: int, label: str) -> Iterable:
    return items


def import_site(
    folder: str | os.PathLike,
    *,
    force: bool = False,
    strict: bool = False,
    dry_run: bool = False,
    track: Track = untracked,
) -> Report:
    """Import a Jekyll site, or the `_posts` folder of one.

    `force` overwrites what was edited here since its import. `strict` imports nothing if the report has a
    problem, `dry_run` nothing at all; the report then says what would have happened. `track(items, length,
    label)` wraps the long loops to show progress.

    Nothing is imported from a site with an unusable `_config.yml`: GUIDs and dates depend on it for good.
    Raises NotADirectoryError when there is no such site.
    """
    site_folder = SiteFolder(folder)
    if strict and not dry_run:
        rehearsal = _run(site_folder, force, one_transaction=True, dry_run=True, track=track)
        if rehearsal.problems:
            return rehearsal
    return _run(site_folder, force, one_transaction=strict or dry_run, dry_run=dry_run, track=track)


def _run(folder: SiteFolder, force: bool, *, one_transaction: bool, dry_run: bool, track: Track) -> Report:
    report = Report(folder.root, nothing_written=dry_run)
    try:
        site = read_site(folder, report)
    except BadFileError as error:
        report.nothing_written = True
        report.problem("_config.yml", error.line, error.reason)
        return report
    with closing(PictureFiles(folder, site)) as files:
        pictures = PictureStore(files, report, dry_run)
        reader = ArticleReader(folder, site, files)
        survey = Survey(reader, report, track)
        try:
            with transaction.atomic() if one_transaction else nullcontext():
                store_described(site, force, report)
                plan = make_plan(survey.articles, site.guid_url, force, report)
                to_write = _to_write(plan, report)
                redirects = RedirectWriter(plan, to_write, report)
                with transaction.atomic():
                    carry_out(plan.moves)
                    redirects.write_moves(plan)
                _write(to_write, PostWriter(plan, reader, pictures, redirects, report), track)
                resolve_references()
                import_pages(pictures, force, report)
                if dry_run or (one_transaction and report.problems):
                    report.nothing_written = True
                    transaction.set_rollback(True)
                    pictures.roll_back()
        except BaseException:
            if one_transaction:
                pictures.roll_back()
            raise
        survey.report_pictures()
    return report


def _to_write(plan: Plan, report: Report) -> list[Article]:
    articles = []
    for article in plan.articles:
        if plan.is_kept(article):
            plan.keep(article, report)
        elif plan.is_unchanged(article):
            report.posts.unchanged.append(article.source_name)
        else:
            articles.append(article)
    return articles


def _write(articles: list[Article], writer: PostWriter, track: Track) -> None:
    batches = [articles[start : start + BATCH] for start in range(0, len(articles), BATCH)]
    with _fewer_garbage_collections():
        for batch in track(batches, len(batches), _("Importing")):
            writer.write(batch)


@contextmanager
def _fewer_garbage_collections():
    """Rendering makes tens of thousands of small objects for each article, hardly any of them in a cycle.

    Looking for cycles among them at Python's usual pace takes a tenth of an import's time.
    """
    usual = gc.get_threshold()
    gc.set_threshold(50_000, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
