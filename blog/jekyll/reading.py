"""From the text of an article's front matter to what it says."""

import datetime
import math
import re
import unicodedata
from collections.abc import Mapping
from urllib.parse import unquote

from django.utils.translation import gettext as _

from blog.jekyll.documents import BadFileError, Document, YamlMapping, load_yaml
from blog.jekyll.front_matter import FrontMatter, Note, Status, reference_slug
from blog.jekyll.moments import parse_moment
from blog.jekyll.names import FileName, address_date, article_path, title_slug

_SEPARATORS = re.compile("[,、，]")
KINDS = ("correction", "addition", "update")


def read(document: Document, name: FileName, zone: datetime.tzinfo) -> FrontMatter:
    """`zone` is for dates without an offset.

    Raises BadFileError. Values that Jekyll would not have minded either are left out, and said in `remarks`.
    """
    first_line = document.opening.count("\n") + 1
    return _Reader(load_yaml(document.yaml, first_line), name, zone).read()


class _Reader:
    def __init__(self, yaml: YamlMapping, name: FileName, zone: datetime.tzinfo):
        self.yaml = yaml
        self.name = name
        self.zone = zone
        self.asked = set()
        self.remarks = [
            (yaml.lines[key], _("The key “%(key)s” stands twice.") % {"key": key}) for key in yaml.repeated
        ]

    def read(self) -> FrontMatter:
        date = self.date()
        slug, foreign_permalink = self.slug(date)
        image, image_alt = self.image()
        related = self.values("related_articles")
        return FrontMatter(
            title=None if self.get("title") is None else self.text("title"),
            date=date,
            slug=slug,
            status=self.status(),
            guid=self.text("guid"),
            categories=self.names("categories", "category"),
            tags=self.names("tags", "tag"),
            author=self.author(),
            excerpt=self.text("excerpt"),
            description=self.text("description"),
            image=image,
            image_alt=self.text("image_alt") or image_alt,
            image_credit=self.text("image_credit"),
            canonical_url=self.canonical_url(),
            noindex=self.noindex(),
            in_sitemap=self.get("sitemap") is not False,
            featured=self.get("featured") is True,
            is_pillar=self.get("pillar") is True,
            pillar_article=reference_slug(self.get("pillar_article")),
            related_articles=tuple(_json_safe(entry) for entry in related if entry is not None),
            reading_time=self.reading_time(),
            last_modified_at=self.moment("last_modified_at"),
            expires_at=self.moment("expires_at"),
            created_at=self.moment("created_at"),
            redirect_from=tuple(str(path).strip() for path in self.values("redirect_from") if path),
            foreign_permalink=foreign_permalink,
            corrections=self.corrections(),
            extra=self.extra(),
            lines=self.yaml.lines,
            remarks=tuple(self.remarks),
        )

    def get(self, key: str):
        self.asked.add(key)
        return self.yaml.values.get(key)

    def remark(self, key: str, message: str) -> None:
        self.remarks.append((self.yaml.lines[key], message))

    def bad(self, key: str, reason: str) -> BadFileError:
        return BadFileError(self.yaml.lines[key], reason)

    def text(self, key: str) -> str:
        value = self.get(key)
        if value is None:
            return ""
        if key not in self.yaml.scalars:
            raise self.bad(key, _("“%(key)s” must be a text.") % {"key": key})
        return self.yaml.scalars[key].strip()

    def values(self, key: str) -> list:
        value = self.get(key)
        if value is None:
            return []
        return value if isinstance(value, list) else [value]

    def names(self, plural: str, singular: str) -> tuple[str, ...]:
        names = [self.text(singular)] if singular in self.yaml.scalars else self._listed(singular)
        if isinstance(self.get(plural), str):
            text = self.text(plural)
            listed = _SEPARATORS.split(text) if _SEPARATORS.search(text) else text.split()
        else:
            listed = self._listed(plural)
        return tuple(dict.fromkeys(name for name in map(str.strip, names + listed) if name))

    def _listed(self, key: str) -> list[str]:
        names = []
        for value in self.values(key):
            if isinstance(value, dict | list):
                raise self.bad(key, _("“%(key)s” must be a list of names.") % {"key": key})
            if value is not None:
                names.append(str(value).lower() if isinstance(value, bool) else str(value))
        return names

    def moment(self, key: str) -> datetime.datetime | None:
        if self.get(key) in (None, ""):
            return None
        try:
            return parse_moment(self.get(key), self.zone)
        except ValueError as error:
            raise self.bad(key, str(error)) from error

    def date(self) -> datetime.datetime | None:
        date = self.moment("date")
        if date is None and self.name.date:
            date = datetime.datetime.combine(self.name.date, datetime.time.min, self.zone)
        if date is None and not self.name.is_draft:
            raise BadFileError(None, _("The date in the file's name does not exist, and there is no “date”."))
        return date

    def slug(self, date: datetime.datetime | None) -> tuple[str, str]:
        """The slug in effect, and the permalink if it is not the post's address."""
        for key in ("slug", "permalink"):
            path = unquote(self.text(key))
            if "\\" in path or "\0" in path or ".." in path.split("/"):
                raise self.bad(key, _("“%(key)s” leads out of the site.") % {"key": key})
        slug = title_slug(self.text("slug")) or title_slug(self.name.slug)
        permalink = unicodedata.normalize("NFC", unquote(self.text("permalink")))
        if not permalink:
            return slug, ""
        day = article_path(address_date(date), "").rstrip("/") + "/" if date else "/:year/:month/:day/"
        permalink = permalink.replace("/:year/:month/:day/", day).replace(":title", slug)
        last = permalink.removeprefix(day).strip("/")
        if permalink.startswith(day) and last and "/" not in last:
            return last, ""
        self.remark(
            "permalink", _("The permalink has another form than the site's addresses; it leads to the post.")
        )
        return slug, permalink

    def status(self) -> str:
        given, hidden = self.text("status"), self.get("published") is False
        if given in set(Status):
            return Status(given)
        if given:
            self.remark("status", _("The status “%(status)s” is not known here.") % {"status": given})
        return Status.DRAFT if self.name.is_draft or hidden else Status.PUBLISHED

    def author(self) -> str:
        value = self.get("author")
        if isinstance(value, list):
            value = value[0] if value else None
        if isinstance(value, dict):
            value = value.get("name")
        if isinstance(value, dict | list):
            raise self.bad("author", _("“%(key)s” must be a text.") % {"key": "author"})
        return "" if value is None else str(value).strip()

    def image(self) -> tuple[str, str]:
        value = self.get("image")
        if not isinstance(value, dict):
            return self.text("image"), ""
        path, alt = value.get("path") or value.get("url"), value.get("alt")
        return (path.strip() if isinstance(path, str) else ""), (alt.strip() if isinstance(alt, str) else "")

    def canonical_url(self) -> str:
        url = self.text("canonical_url")
        if url and not re.match(r"https?://[^\s/]+\S*\Z", url):
            self.remark("canonical_url", _("The canonical URL is no web address and is left out."))
            return ""
        return url

    def noindex(self) -> bool:
        words = re.findall(r"[a-z]+", " ".join(map(str, self.values("robots"))).lower())
        return "noindex" in words or "none" in words

    def reading_time(self) -> int | None:
        if self.get("reading_time") is None or isinstance(self.get("reading_time"), bool | dict | list):
            return None
        minutes = re.match(r"\d{1,6}", self.text("reading_time"), re.ASCII)
        if minutes and 1 <= int(minutes[0]) <= 32767:
            return int(minutes[0])
        self.remark("reading_time", _("The reading time is no number of minutes; it is computed instead."))
        return None

    def corrections(self) -> tuple[Note, ...]:
        """Oldest first. What is no such list belongs to somebody else, and is left alone."""
        notes = []
        for entry in self.values("corrections"):
            fields = entry if isinstance(entry, Mapping) else {}
            kind, text = fields.get("kind", "correction"), fields.get("text")
            try:
                date = parse_moment(fields.get("date"), self.zone)
            except ValueError:
                date = None
            if kind not in KINDS or date is None or not isinstance(text, str) or not text.strip():
                form = _("A correction needs a date, a text and a kind; this one is left out: %(entry)s")
                self.remark("corrections", form % {"entry": str(entry)[:100]})
                continue
            notes.append(Note(kind, date, text.strip()))
        return tuple(sorted(notes, key=lambda note: note.date))

    def extra(self) -> dict[str, object]:
        """What nothing above asked for; so this is read last."""
        return {str(key): value for key, value in self.yaml.values.items() if key not in self.asked}


def _json_safe(value):
    if isinstance(value, Mapping):
        return {str(key): _json_safe(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | set):
        return [_json_safe(entry) for entry in value]
    is_json = isinstance(value, str | int | None) or (isinstance(value, float) and math.isfinite(value))
    return value if is_json else str(value)
