"""`_config.yml` and `_data`: what the database knows and the articles do not say.

`blog/importer/site.py` describes their keys.
"""

from collections import defaultdict

from django.conf import settings

from blog import jekyll
from blog.exporter import pictures
from blog.exporter.catalogue import Catalogue
from blog.models import Author, Category, Tag
from blog.naming import join_tags, name_key, normalise_name, slugify


class Spellings:
    """How the exported articles spell each name. An import takes the first spelling it meets."""

    def __init__(self):
        self._of = {model: defaultdict(set) for model in (Author, Tag)}

    def add(self, front: jekyll.FrontMatter) -> None:
        for model, names in ((Author, [front.author]), (Tag, front.tags)):
            for name in names:
                self._of[model][name_key(name)].add(normalise_name(name))

    def say(self, row: Author | Tag) -> bool:
        """Whether an import of the articles alone would make the row with this name."""
        return self._of[type(row)][row.key] == {row.name}


def config_text(existing: str, catalogue: Catalogue) -> str:
    """The `_config.yml`; in one that is there, only what the import needs is changed."""
    yaml = jekyll.load_yaml(existing).values
    changes = {}
    if not yaml:
        changes["title"] = settings.SITE_NAME
        changes["description"] = settings.SITE_DESCRIPTION
        changes["url"] = settings.SITE_URL
        changes["permalink"] = "/:year/:month/:day/:title/"
    url = str(yaml.get("url") or settings.SITE_URL).rstrip("/")
    changes["guid_url"] = None if catalogue.guid_url == url else catalogue.guid_url
    changes["timezone"] = "Asia/Tokyo"
    changes["content_categories"] = _categories(yaml.get("content_categories") or []) or None
    return jekyll.edit_yaml(existing, changes, "\r\n" if "\r\n" in existing else "\n")


def _categories(existing: list) -> list[dict]:
    """With the keys that are there and mean nothing to us."""
    there = {
        name_key(str(entry["name"])): entry
        for entry in existing
        if isinstance(entry, dict) and "name" in entry
    }
    rows = []
    for category in Category.objects.order_by("position", "name").prefetch_related("spellings", "addresses"):
        fields = _own_slug(category) | {"description": category.description} | _former(category)
        fields = {key: value for key, value in fields.items() if value}
        rows.append({**there.get(category.key, {}), "name": category.name, **fields})
    return rows


def data_files(spellings: Spellings) -> dict[str, str]:
    """Texts by path."""
    authors = {}
    for author in Author.objects.order_by("name").prefetch_related("spellings", "addresses"):
        fields = _own_slug(author) | {"role": author.role, "bio": author.bio} | _former(author)
        authors[author.name] = {key: value for key, value in fields.items() if value}
        if not authors[author.name] and spellings.say(author):
            del authors[author.name]
    tags = {}
    rows = Tag.objects.order_by("name").prefetch_related("spellings", "addresses")
    for tag in rows.iterator(chunk_size=500):
        fields = _own_slug(tag) | {key: value for key, value in _former(tag).items() if value}
        if fields or not spellings.say(tag):
            tags[tag.name] = fields
    files = {"authors": authors, "tags": tags, "pictures": pictures.described()}
    return {f"_data/{name}.yml": jekyll.dump_yaml(rows) for name, rows in files.items() if rows}


def _own_slug(row: Author | Category | Tag) -> dict[str, str]:
    """The slug, if it does not follow from the name."""
    return {} if row.slug == slugify(row.name) else {"slug": row.slug}


def _former(row: Author | Category | Tag) -> dict[str, str]:
    """The other names and the old addresses."""
    names = [spelling for spelling in row.spellings.all() if spelling.key != row.key]
    slugs = [address.slug for address in row.addresses.all() if address.slug != row.slug]
    return {"aliases": join_tags(names), "old_slugs": " ".join(slugs)}
