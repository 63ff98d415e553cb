"""Pictures in the body: whether they are here, and say what they show."""

from collections.abc import Callable, Iterator
from urllib.parse import unquote

from django.utils.translation import gettext as _

from blog.models import Image
from blog.workflow.checks.finding import Article, Finding, lines_by_text
from blog.workflow.checks.links import own_path


def _path(address: str) -> str | None:
    path = own_path(unquote(address))
    return path and path.replace("\0", "")


def _known(articles: list[Article]) -> dict[str, str]:
    """Alternative texts by the path at which a picture is asked for."""
    paths = {_path(picture.text) for article in articles for picture in article.survey.pictures} - {None}
    return Image.objects.values_at(paths, "alt")


def checker(articles: list[Article]) -> Callable[[Article], Iterator[Finding]]:
    known = _known(articles)

    def check(article: Article) -> Iterator[Finding]:
        missing, elsewhere, silent = [], [], []
        for picture in article.survey.pictures:
            path = _path(picture.text)
            if path is None:
                elsewhere.append((picture.text[:80], picture.line))
            elif path not in known:
                missing.append((path, picture.line))
            elif not (picture.alt.strip() or known[path].strip()):
                silent.append(picture.line)
        for path, lines in lines_by_text(missing).items():
            yield Finding(
                "picture",
                _("A picture is not here: %(path)s") % {"path": path},
                _("Upload it again, or take it out."),
                lines=lines,
                blocks=True,
            )
        if silent:
            yield Finding(
                "picture_alt",
                _("A picture has no alternative text."),
                _("Say between the brackets what it shows: ![…](…)"),
                lines=tuple(silent),
            )
        for address, lines in lines_by_text(elsewhere).items():
            yield Finding(
                "picture_elsewhere",
                _("A picture is on another site: %(address)s") % {"address": address},
                _("Readers get a link instead. Upload the picture if we may use it."),
                lines=lines,
            )

    return check
