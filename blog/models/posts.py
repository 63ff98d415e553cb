"""The article."""

import re
import unicodedata
import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager

from blog.addresses import absolute_url, canonical_path, post_path, tokyo_date
from blog.models.announcing import SEEN_BY_READERS, Announced
from blog.models.markdown import MarkdownContent
from blog.models.redirects import Redirect
from blog.models.surrogates import PLACED_BY, Surrogates
from blog.models.taxonomy import Author, Category, PostTagManager, TaggedPost
from blog.models.visibility import TokyoDate, TokyoMonth, Visible
from blog.naming import slugify
from blog.pagecache.keys import TEXTS
from blog.pagecache.purging import changing
from blog.querysets import PostQuerySet, last_change
from blog.rendering import Rendered
from blog.search import index


def new_guid() -> str:
    return uuid.uuid4().urn


class Post(Visible, Announced, Surrogates, MarkdownContent):
    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_REVIEW = "in_review", _("In review")
        PUBLISHED = "published", _("Published")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    title = models.CharField(_("title"), max_length=300)
    slug = models.CharField(
        _("slug"),
        max_length=200,
        blank=True,
        help_text=_("The last part of the address; made from the title when left empty. May be Japanese."),
    )
    guid = models.CharField("GUID", max_length=500, unique=True, default=new_guid, editable=False)
    excerpt = models.TextField(_("excerpt"), blank=True, help_text=_("Shown in lists and feeds."))
    description = models.TextField(
        _("meta description"),
        blank=True,
        help_text=_("For search engines and shared links, 120 characters or so."),
    )
    cover = models.ForeignKey(
        "Image", models.PROTECT, null=True, blank=True, related_name="posts", verbose_name=_("cover image")
    )

    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="posts", verbose_name=_("category")
    )
    author = models.ForeignKey(
        Author, models.PROTECT, null=True, blank=True, related_name="posts", verbose_name=_("author")
    )
    tags = TaggableManager(
        _("tags"),
        through=TaggedPost,
        manager=PostTagManager,
        blank=True,
        help_text=_("Separated by commas (, 、 ，). A tag may hold spaces."),
    )

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("begun by"),
    )

    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    published_at = models.DateTimeField(
        _("published"), null=True, blank=True, help_text=_("In the future: scheduled for that moment.")
    )
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    published_on = models.GeneratedField(
        expression=TokyoDate("published_at"), output_field=models.DateField(null=True), db_persist=True
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("last edit"), auto_now=True)
    last_modified_at = models.DateTimeField(
        _("last editorial change"),
        null=True,
        blank=True,
        help_text=_("Shown to readers as the date of the update. Leave it when you only mend a typo."),
    )

    reading_minutes = models.PositiveSmallIntegerField(_("reading minutes"), default=1, editable=False)
    given_reading_minutes = models.PositiveSmallIntegerField(
        _("reading minutes, given"),
        null=True,
        blank=True,
        help_text=_("Computed from the text when left empty."),
    )
    canonical_url = models.URLField(
        _("canonical URL"),
        max_length=500,
        blank=True,
        help_text=_("Only if the article first appeared elsewhere."),
    )
    noindex = models.BooleanField(_("hide from search engines"), default=False)
    in_sitemap = models.BooleanField(_("in the sitemap"), default=True)
    featured = models.BooleanField(_("featured"), default=False)
    is_pillar = models.BooleanField(_("pillar post"), default=False)
    pillar = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="pillar_for",
        verbose_name=_("its pillar post"),
    )
    related = models.ManyToManyField(
        "self", through="RelatedPost", through_fields=("post", "target"), symmetrical=False, blank=True
    )

    version = models.PositiveIntegerField(default=1, editable=False)  # one more with every save

    # What an import leaves, so that an export can give it back.
    front_matter = models.TextField(_("front matter as imported"), blank=True, editable=False)
    source_name = models.CharField(
        _("imported from"), max_length=500, unique=True, null=True, blank=True, editable=False
    )
    imported_digest = models.CharField(max_length=64, blank=True, editable=False)
    imported_at = models.DateTimeField(_("imported"), null=True, editable=False)

    objects = PostQuerySet.as_manager()
    rendered_fields = (*MarkdownContent.rendered_fields, "reading_minutes")

    class Meta:
        ordering = ["-published_at", "-pk"]
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        permissions = [
            ("publish_post", _("Can publish, schedule and withdraw posts")),
            ("review_post", _("Can return posts with a note")),
            ("edit_any_post", _("Can edit the posts of others")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["published_on", "slug"],
                name="post_slug_unique_in_its_day",
                violation_error_message=_("Another post of that day has this slug."),
            ),
            models.CheckConstraint(condition=~Q(title=""), name="post_title_not_empty"),
            models.CheckConstraint(condition=~Q(slug=""), name="post_slug_not_empty"),
            models.CheckConstraint(condition=~Q(guid=""), name="post_guid_not_empty"),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "in_review", "published", "withdrawn"]),
                name="post_status_known",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "in_review"]) | Q(published_at__isnull=False),
                name="post_published_has_date",
                violation_error_message=_("A published post needs a date."),
            ),
            models.CheckConstraint(
                condition=Q(expires_at__isnull=True)
                | Q(published_at__isnull=True)
                | Q(expires_at__gt=F("published_at")),
                name="post_expires_after_publication",
                violation_error_message=_("The post would expire before it is published."),
            ),
        ]
        indexes = [
            # The gate in the order of the lists, with all that it asks: a page is found without a post read.
            models.Index(fields=["status", "published_at", "id", "expires_at"], name="post_dated"),
            models.Index(
                fields=["category", "status", "published_at", "id", "expires_at"], name="post_category"
            ),
            models.Index(fields=["author", "status", "published_at", "id", "expires_at"], name="post_author"),
            models.Index(
                fields=["status", "published_at", "id"], name="post_featured", condition=Q(featured=True)
            ),
            models.Index(
                fields=["status", "expires_at"], name="post_expiry", condition=Q(expires_at__isnull=False)
            ),
            models.Index(fields=["status", "updated_at"], name="post_status_edit"),
            # What changed last of each month, for the sitemap.
            models.Index(
                "status", TokyoMonth("published_at"), last_change().desc(), name="post_month_change"
            ),
        ]

    def __str__(self):
        return self.title

    # Addresses

    def get_absolute_url(self) -> str:
        """`/2025/10/21/slug/`, with the Tokyo date; the preview for a post without a date."""
        if self.published_at is None:
            return self.get_preview_url()
        return post_path(tokyo_date(self.published_at), self.slug)

    def get_preview_url(self) -> str:
        return reverse("admin:blog_post_preview", args=[self.pk])

    def get_canonical_url(self) -> str:
        return self.canonical_url or absolute_url(self.get_absolute_url())

    # Saving

    def clean(self):
        self.normalise()
        if self.pillar_id and self.pillar_id == self.pk:
            raise ValidationError({"pillar": _("A post cannot be its own pillar post.")})

    def normalise(self) -> None:
        self.title = " ".join(unicodedata.normalize("NFC", self.title).split())
        slug = re.sub(r"[\s/\\?#%]+", "-", unicodedata.normalize("NFC", self.slug)).strip("-.")
        self.slug = slug or slugify(self.title)[:80].rstrip("-")

    def render(self) -> Rendered:
        rendered = super().render()
        self.reading_minutes = self.given_reading_minutes or rendered.reading_minutes
        self.rendered_lines = rendered.lines  # for the search index
        return rendered

    @transaction.atomic
    def save(self, *, update_fields=None, **kwargs):
        self.normalise()
        old = None
        if not self._state.adding:
            stored = Post.objects.select_for_update().filter(pk=self.pk)
            old = stored.only("guid", "version", *SEEN_BY_READERS, *PLACED_BY).first()
        if old and old.guid != self.guid:
            raise ValueError("The GUID of a post never changes: feed readers would show it twice.")
        if old:
            self.version = old.version + 1
        if update_fields is not None:
            update_fields = {*update_fields, "updated_at", "version"}
        with changing() as change:
            super().save(update_fields=update_fields, **kwargs)
            self.note_change(old, change)
        if update_fields is None or update_fields & {"slug", "published_at"}:
            self._leave_redirect(old)
        self.announce(old)
        if update_fields is None or update_fields & {"title", "excerpt", "body"}:
            index.write([self])

    def delete(self, **kwargs):
        with changing() as change:
            stored = Post.objects.select_for_update().filter(pk=self.pk).only(*PLACED_BY).first()
            if stored:  # and published meanwhile, say
                stored.tell_readers_view()
                stored.note_removal(change)
            index.remove([self.pk])
            return super().delete(**kwargs)

    def _leave_redirect(self, old: "Post | None") -> None:
        """Readers who have the address that the post had until now are sent on.

        The status does not matter: a post that was withdrawn or went back to draft was public before.
        """
        if old is None:
            return
        address = self.published_at and canonical_path(self.get_absolute_url())
        old_address = old.published_at and canonical_path(old.get_absolute_url())
        if address == old_address:
            return
        if old_address and old.published_at <= timezone.now():
            Redirect.objects.update_or_create(old_path=old_address, defaults={"post": self})
        if address:
            self.redirects.filter(old_path=address).delete()

    def render_again(self) -> None:
        digest = self.html_digest
        with changing(self.surrogate_key, TEXTS):
            super().render_again()
        if self.html_digest != digest:
            self.tell_readers_view()

    @property
    def edited_since_import(self) -> bool:
        return self.imported_at is not None and self.updated_at > self.imported_at
