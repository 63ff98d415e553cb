"""The second pass: articles become rows, a batch at a time."""

from dataclasses import dataclass

from django.db import DataError, IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from blog import jekyll
from blog.importer.addresses import Plan
from blog.importer.pictures import PictureStore
from blog.importer.redirects import RedirectWriter
from blog.importer.report import Report
from blog.importer.survey import Article, ArticleFile, ArticleReader
from blog.importer.taxonomy import NameCache
from blog.models import Author, Category, Correction, ImageUse, Post, RelatedPost, Tag, TaggedPost
from blog.pagecache.keys import SITE
from blog.pagecache.purging import changing
from blog.search import index

BATCH = 100

# What a file decides, and with it every import of the file. The others are given once, or computed here.
_FROM_FILE = (
    "title",
    "slug",
    "body",
    *Post.rendered_fields,
    "excerpt",
    "description",
    "cover_id",
    "category_id",
    "author_id",
    "status",
    "published_at",
    "expires_at",
    "last_modified_at",
    "given_reading_minutes",
    "canonical_url",
    "noindex",
    "in_sitemap",
    "featured",
    "is_pillar",
    "front_matter",
    "source_name",
    "imported_digest",
)


@dataclass(frozen=True)
class _Loaded:
    article: Article
    file: ArticleFile
    post: Post


class PostWriter:
    """Creates and updates posts. An article that the database refuses is named; the others are stored."""

    def __init__(
        self,
        plan: Plan,
        reader: ArticleReader,
        pictures: PictureStore,
        redirects: RedirectWriter,
        report: Report,
    ):
        self.plan = plan
        self.reader = reader
        self.pictures = pictures
        self.redirects = redirects
        self.report = report
        self.names = NameCache()

    def write(self, articles: list[Article]) -> None:
        """Store the articles, all in one transaction; if one of them is refused, each in its own."""
        pictures = len(self.pictures.written)
        try:
            with transaction.atomic(), changing(SITE) as change:
                loaded = self._load(articles)
                new = [one for one in loaded if one.post.pk is None]
                known = self._not_edited([one for one in loaded if one.post.pk is not None])
                self._create(new)
                self._update(known)
                for one in known:
                    if not one.post.is_public:
                        change.remove(one.post.surrogate_key)
                index.write(one.post for one in new + known)
                self.redirects.write([(one.article, one.post.pk) for one in new + known])
        except (DataError, IntegrityError) as error:
            self.pictures.roll_back(pictures)
            self.names.forget()
            if len(articles) == 1:
                self._refuse(articles[0], None, _("The database refuses it: %(error)s") % {"error": error})
                return
            for article in articles:
                self.write([article])
        except BaseException:
            self.pictures.roll_back(pictures)
            raise
        else:
            self.report.posts.created += [one.article.source_name for one in new]
            self.report.posts.updated += [one.article.source_name for one in known]

    def _refuse(self, article: Article, line: int | None, reason: str) -> None:
        if article.path not in self.report.posts.failed:  # a batch is tried twice
            self.report.posts.failed.append(article.path)
            self.report.problem(article.path, line, reason)

    def _load(self, articles: list[Article]) -> list[_Loaded]:
        files = []
        for article in articles:
            try:
                files.append((article, self.reader.read(article.path)))
            except jekyll.BadFileError as error:  # it has changed since the survey
                self._refuse(article, error.line, error.reason)
        fronts = [file.front for _article, file in files]
        self.names.load(Category, [name for front in fronts for name in front.categories[:1]])
        self.names.load(Author, [front.author for front in fronts])
        self.names.load(Tag, [name for front in fronts for name in front.tags])
        return [_Loaded(article, file, self._post(article, file)) for article, file in files]

    def _post(self, article: Article, file: ArticleFile) -> Post:
        front = file.front
        for picture in file.pictures:
            self.pictures.store(picture)
        cover = file.cover and self.pictures.store(file.cover, front.image_alt, front.image_credit)
        post = Post(
            guid=article.guid,
            title=file.title,
            slug=article.slug,
            body=file.document.body,
            excerpt=front.excerpt,
            description=front.description,
            cover=cover,
            category_id=self.names.pk(Category, "".join(front.categories[:1])),
            author_id=self.names.pk(Author, front.author),
            status=front.status,
            published_at=article.date,
            expires_at=front.expires_at,
            created_at=front.created_at or min(filter(None, (article.date, timezone.now()))),
            last_modified_at=front.changed_at,
            given_reading_minutes=front.reading_time,
            canonical_url=front.canonical_url,
            noindex=front.noindex,
            in_sitemap=front.in_sitemap,
            featured=front.featured,
            is_pillar=front.is_pillar,
            front_matter=file.document.head,
            source_name=article.source_name,
            imported_digest=file.digest,
        )
        known = self.plan.post_of.get(article.source_name)
        if known:
            post.pk = known.pk
        post.normalise()
        post.render()
        return post

    def _not_edited(self, loaded: list[_Loaded]) -> list[_Loaded]:
        """Without the posts that somebody has saved since the plan was made."""
        if self.plan.force:
            return loaded
        posts = Post.objects.filter(pk__in=[one.post.pk for one in loaded])
        untouched = set(posts.filter(updated_at__lte=F("imported_at")).values_list("pk", flat=True))
        for one in loaded:
            if one.post.pk not in untouched:
                self.plan.keep(one.article, self.report)
        return [one for one in loaded if one.post.pk in untouched]

    def _create(self, loaded: list[_Loaded]) -> None:
        Post.objects.bulk_create([one.post for one in loaded])
        # `updated_at` is the moment of the insertion; being no later, the post counts as not edited here.
        Post.objects.filter(pk__in=[one.post.pk for one in loaded]).update(imported_at=F("updated_at"))
        self._add_what_belongs_to(loaded)

    def _update(self, loaded: list[_Loaded]) -> None:
        now = timezone.now()
        for one in loaded:
            values = {name: getattr(one.post, name) for name in _FROM_FILE}
            Post.objects.filter(pk=one.post.pk).update(**values, pillar=None, updated_at=now, imported_at=now)
        keys = [one.post.pk for one in loaded]
        TaggedPost.objects.filter(content_object__in=keys).delete()
        RelatedPost.objects.filter(post__in=keys).delete()
        Correction.objects.filter(post__in=keys).delete()
        self._add_what_belongs_to(loaded)

    def _add_what_belongs_to(self, loaded: list[_Loaded]) -> None:
        ImageUse.objects.follow([one.post for one in loaded])
        TaggedPost.objects.bulk_create(
            TaggedPost(tag_id=tag, content_object=one.post)
            for one in loaded
            for tag in self.names.pks(Tag, one.file.front.tags)
        )
        RelatedPost.objects.bulk_create(
            RelatedPost(post=one.post, reference=entry, position=position)
            for one in loaded
            for position, entry in enumerate(one.file.front.related_articles)
        )
        notes = [
            Correction(post=one.post, kind=note.kind, published_at=note.date, text=note.text)
            for one in loaded
            for note in one.file.front.corrections
        ]
        for note in notes:
            note.render()
        Correction.objects.bulk_create(notes)
