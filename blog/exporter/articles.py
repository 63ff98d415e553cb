"""A post as a Jekyll file: the front matter it came with, and in it only what has changed since."""

import unicodedata
from collections.abc import Mapping

from django.utils.translation import gettext as _

from blog import jekyll
from blog.addresses import TOKYO, canonical_path
from blog.exporter.catalogue import Catalogue
from blog.exporter.pictures import path_of
from blog.models import Image, Post, Redirect
from blog.naming import name_key

Status = Post.Status
PATH_LENGTH = Redirect._meta.get_field("old_path").max_length


def article_text(post: Post, catalogue: Catalogue) -> tuple[str, jekyll.FrontMatter]:
    """The file's text, and what its front matter says.

    `post` needs its category, author, cover, tags, redirects and related entries. Reading the file back gives
    the same post; ValueError is raised should that not be so.
    """
    document = jekyll.split(post.front_matter or "---\n---\n")
    name = jekyll.parse_name(catalogue.files[post.pk])
    front = jekyll.read(document, name, TOKYO)
    # A change can uncover another: with another date, a permalink is no longer the address.
    for _round in range(3):
        changes = ArticleChanges(post, front, catalogue).changes()
        if not changes:
            break
        yaml = jekyll.edit_yaml(document.yaml, changes, document.newline)
        document = jekyll.Document(document.opening, yaml, document.closing, "")
        front = jekyll.read(document, name, TOKYO)
    head = (
        document.head if document.head.endswith("\n") or not post.body else document.head + document.newline
    )
    text = head + post.body
    if ArticleChanges(post, front, catalogue).changes() or jekyll.split(text).body != post.body:
        raise ValueError(_("The post cannot be written as a Jekyll file."))
    return text, front


class ArticleChanges:
    """The keys to set (None: to remove) so that front matter which says `front` says what `post` is."""

    def __init__(self, post: Post, front: jekyll.FrontMatter, catalogue: Catalogue):
        self.post = post
        self.front = front
        self.catalogue = catalogue
        self.name = jekyll.parse_name(catalogue.files[post.pk])
        self.is_edited = post.imported_at is None or post.edited_since_import

    def changes(self) -> Mapping[str, object]:
        post, front = self.post, self.front
        title = front.title or jekyll.stand_in_title(post.body, self.name)
        as_stored = Post(title=title, slug=front.slug, guid=post.guid)
        as_stored.normalise()
        changes = {}
        if front.title is None or as_stored.title != post.title:
            changes["title"] = post.title
        if front.date != post.published_at:
            changes["date"] = _moment(post.published_at)
        changes |= self._categories() | self._tags() | self._author()
        for key in ("excerpt", "description", "canonical_url"):
            if getattr(front, key) != getattr(post, key).strip():
                changes[key] = getattr(post, key).strip() or None
        changes |= self._image()
        if front.status != post.status:
            changes |= self._status()
        if as_stored.slug != post.slug:
            changes |= self._slug()
        if front.noindex != post.noindex:
            changes["robots"] = "noindex" if post.noindex else None
        if front.in_sitemap != post.in_sitemap:
            changes["sitemap"] = None if post.in_sitemap else False
        if front.featured != post.featured:
            changes["featured"] = post.featured or None
        if front.is_pillar != post.is_pillar:
            changes["pillar"] = post.is_pillar or None
        if front.reading_time != (post.given_reading_minutes or None):
            changes["reading_time"] = post.given_reading_minutes or None
        if front.changed_at != post.last_modified_at:
            changes["last_modified_at"] = _moment(post.last_modified_at)
        if front.expires_at != post.expires_at:
            changes["expires_at"] = _moment(post.expires_at)
        changes |= self._corrections()
        return (
            changes | self._created_at() | self._pillar() | self._related() | self._redirects() | self._guid()
        )

    def _categories(self) -> dict:
        first, *others = self.front.categories or ("",)
        category = self.post.category.name if self.post.category else ""
        if name_key(first) == name_key(category):
            return {}
        others = [name for name in others if name_key(name) != name_key(category)]
        return {"categories": [category, *others] if category else None, "category": None}

    def _tags(self) -> dict:
        names = [tagged.tag.name for tagged in self.post.tagged_posts.all()]
        keys = dict.fromkeys(filter(None, map(name_key, self.front.tags)))
        if list(keys) == list(map(name_key, names)):
            return {}
        return {"tags": names or None, "tag": None}

    def _author(self) -> dict:
        author = self.post.author.name if self.post.author else ""
        return {} if name_key(author) == name_key(self.front.author) else {"author": author or None}

    def _image(self) -> dict:
        """A picture that was missing at the import stays named; one that an editor took away does not."""
        named = named_picture(self.front, self.catalogue)
        if self.post.cover is None:
            removed = self.is_edited and named and Image.objects.filter(old_path=named).exists()
            return {"image": None, "image_alt": None, "image_credit": None} if removed else {}
        if path_of(self.post.cover) == named or (named and not self.is_edited):
            return {}
        return {"image": path_of(self.post.cover), "image_alt": None, "image_credit": None}

    def _status(self) -> dict:
        """`published: false` too, where Jekyll would publish what is not for readers."""
        status = self.post.status
        said = status if status in {Status.IN_REVIEW, Status.WITHDRAWN} else None
        hidden = status != Status.PUBLISHED and not self.name.is_draft
        return {"status": said, "published": False if hidden else None}

    def _slug(self) -> dict:
        slug = self.post.slug
        if jekyll.title_slug(slug) == slug:
            ours = {} if self.front.foreign_permalink else {"permalink": None}
            return {"slug": slug, **ours}
        return {"permalink": f"/:year/:month/:day/{slug}/"}

    def _created_at(self) -> dict:
        """The date stands for it, and a moment that an import has made up is not worth a key."""
        implied = self.front.created_at or self.post.published_at
        if self.post.created_at == implied or not (self.is_edited or self.front.created_at):
            return {}
        return {"created_at": _moment(self.post.created_at)}

    def _pillar(self) -> dict:
        named = unicodedata.normalize("NFC", self.front.pillar_article)
        if self.post.pillar_id is None:
            removed = self.is_edited and self.catalogue.stems.get(named) not in {None, self.post.pk}
            return {"pillar_article": None} if removed else {}
        stem = self.catalogue.stem(self.post.pillar_id)
        if stem == named:
            return {}
        title = Post.objects.values_list("title", flat=True).get(pk=self.post.pillar_id)
        return {"pillar_article": {"slug": stem, "title": title}}

    def _related(self) -> dict:
        entries = [self._entry(entry) for entry in self.post.related_entries.all()]
        return {} if entries == list(self.front.related_articles) else {"related_articles": entries or None}

    def _entry(self, related):
        """As it came, if it still names its post."""
        if related.target_id is None:
            return related.reference
        stem = self.catalogue.stem(related.target_id)
        if unicodedata.normalize("NFC", jekyll.reference_slug(related.reference)) == stem:
            return related.reference
        return {"slug": stem, "title": related.target_title}

    def _redirects(self) -> dict:
        """Paths that nothing else says, and not those that an editor has removed."""
        named = {canonical_path(path): path for path in self.front.redirect_from}
        here = {redirect.old_path for redirect in self.post.redirects.all()}
        implied = {
            canonical_path(path)
            for path in jekyll.file_aliases(self.name, self.post.published_at, self.front.slug)
        }
        if self.front.foreign_permalink:
            implied.add(canonical_path(self.front.foreign_permalink))
        removed = {path for path in named.keys() - here if self._could_be_here(path)}
        missing = here - implied - named.keys()
        if not removed and not missing:
            return {}
        kept = [written for path, written in named.items() if path not in removed]
        return {"redirect_from": [*kept, *sorted(missing)] or None}

    def _could_be_here(self, path: str) -> bool:
        """Whether an import would have made this redirect."""
        return (
            1 < len(path) <= PATH_LENGTH
            and path not in self.catalogue.addresses
            and not Redirect.objects.filter(old_path=path).exists()
        )

    def _corrections(self) -> dict:
        here = [
            jekyll.Note(note.kind, note.published_at, note.text.strip())
            for note in self.post.corrections.all()
        ]
        if here == list(self.front.corrections):
            return {}
        written = [{"kind": note.kind, "date": _moment(note.date), "text": note.text} for note in here]
        return {"corrections": written or None}

    def _guid(self) -> dict:
        date = self.post.published_at
        address = date and jekyll.article_path(jekyll.address_date(date), self.post.slug)
        name = self.catalogue.files[self.post.pk]
        said = self.front.guid or jekyll.derived_guid(self.catalogue.guid_url, address, name)
        return {} if said == self.post.guid else {"guid": self.post.guid}


def named_picture(front: jekyll.FrontMatter, catalogue: Catalogue) -> str | None:
    """The path of the cover that the front matter names, if it is one of this site."""
    try:
        return front.image and jekyll.picture_path(front.image, catalogue.origins)
    except jekyll.BadFileError:
        return None


def _moment(moment) -> str | None:
    return moment and jekyll.format_moment(moment, TOKYO)
