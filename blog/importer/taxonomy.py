"""Categories, authors and tags: the rows that the site describes, and a cache of rows by name."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from blog.importer.report import Report
from blog.importer.site import Site
from blog.models import Author, Category, Tag
from blog.naming import NAME_LENGTH, name_key, normalise_name, parse_tags, slugify


def store_described(site: Site, force: bool, report: Report) -> None:
    """Make the rows that `_config.yml` and `_data` describe. One that is here stays so without `force`."""
    for position, (name, fields) in enumerate(site.categories.items()):
        described = {key: fields[key] for key in ("slug", "description") if key in fields}
        _store(Category, name, described | {"position": position}, fields, force, "_config.yml", report)
    for name, fields in site.authors.items():
        described = {key: fields[key] for key in ("slug", "role", "bio") if key in fields}
        _store(Author, name, described, fields, force, "_data/authors.yml", report)
    for name, fields in site.tags.items():
        described = {key: fields[key] for key in ("slug",) if key in fields}
        _store(Tag, name, described, fields, force, "_data/tags.yml", report)


def _store(model, name: str, fields: dict, others: dict, force: bool, path: str, report: Report) -> None:
    row = model.objects.found_as([name_key(name)]).get(name_key(name))
    if row and not force:
        return
    row = row or model()
    before = {field: getattr(row, field) for field in ("name", *fields)}
    for field, value in {"name": name, **fields}.items():
        setattr(row, field, value)
    try:
        row.full_clean(exclude=["key"], validate_constraints=False)  # `save` makes the slug
    except ValidationError as error:
        report.problem(path, None, f"{name}: {' '.join(error.messages)}")
        return
    if row.pk is None or before != {field: getattr(row, field) for field in before}:
        row.save()
    _add_former(row, others, path, report)


def _add_former(row, fields: dict, path: str, report: Report) -> None:
    """The other names and old addresses, but for those that are another row's."""
    for name in parse_tags(fields.get("aliases", "")):
        taken = row.spelling_elsewhere(name)
        if taken or len(name) > NAME_LENGTH:
            report.note(path, None, str(taken.refusal()) if taken else _("The name is too long."))
        else:
            row.spellings.get_or_create(key=name_key(name), defaults={"name": name})
    for slug in map(slugify, fields.get("old_slugs", "").split()):
        if not type(row).objects.at([slug]):
            row.addresses.create(slug=slug)


class NameCache:
    """Keys of the rows by name, without a query for each article."""

    def __init__(self):
        self._keys: dict[type, dict[str, int]] = {}

    def load(self, model, names: Iterable[str]) -> None:
        """Find or make the rows of these names; names that are empty after normalisation are left out."""
        known = self._keys.setdefault(model, {})
        missing = {}
        for name in names:
            key = name_key(name)
            if key and key not in known:
                missing.setdefault(key, name)
        known.update({key: row.pk for key, row in model.objects.found_as(missing).items()})
        known.update(_make_with_free_slugs(model, {key: missing[key] for key in missing if key not in known}))
        for key, name in missing.items():
            if key not in known:
                known[key] = model.objects.for_names([name])[0].pk

    def pk(self, model, name: str) -> int | None:
        return self._keys[model].get(name_key(name))

    def pks(self, model, names: Iterable[str]) -> list[int]:
        """In the order of the names, each once."""
        return [pk for pk in dict.fromkeys(self.pk(model, name) for name in names) if pk is not None]

    def forget(self) -> None:
        """After a rollback: rows made in it are no more."""
        self._keys.clear()


def _make_with_free_slugs(model, names: dict[str, str]) -> dict[str, int]:
    """Rows for those names (by key) whose slugs are free, in two queries; keys by key."""
    rows = {}
    for key, name in names.items():
        rows.setdefault(slugify(name), model(name=normalise_name(name), key=key, slug=slugify(name)))
    taken = model.objects.at(rows)
    made = model.objects.bulk_create([row for slug, row in rows.items() if slug not in taken])
    return {row.key: row.pk for row in made}
