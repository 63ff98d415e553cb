"""A correction, an addition or an update: dated, typed, and shown to readers on the article."""

import nh3
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _

from blog.models.markdown import render_body
from blog.pagecache.keys import CORRECTIONS
from blog.pagecache.purging import changing
from blog.querysets import public_filter, scheduled_filter
from blog.tally.models import Tally

# A note is not an article: paragraphs, lists, links and emphasis.
_TAGS = {"p", "br", "a", "em", "strong", "code", "del", "s", "ul", "ol", "li"}
_SHOWN_TAGS = {"a": {"href", "title"}}


class CorrectionQuerySet(models.QuerySet):
    def public(self, now=None):
        """Those of posts that readers may see."""
        return self.filter(public_filter(now=now, moment="shown_at"))

    def dated_until(self, now):
        """What the page and the feed entry of a post show beside its text, if they show the post at all.

        The gate is that of the post; a preview has the notes of a post that nobody else may see.
        """
        return self.filter(published_at__lte=now)

    def coming(self, now):
        """Those that appear after `now`, though their post is there already; the first one first."""
        return self.filter(scheduled_filter(now, "shown_at"), shown_at=F("published_at")).order_by("shown_at")

    def newest_first(self):
        return self.order_by("-shown_at", "-pk")


class Correction(models.Model):
    class Kind(models.TextChoices):
        CORRECTION = "correction", _("Correction")
        ADDITION = "addition", _("Addition")
        UPDATE = "update", _("Update")

    post = models.ForeignKey("blog.Post", models.CASCADE, related_name="corrections", verbose_name=_("post"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.CORRECTION)
    published_at = models.DateTimeField(_("date of the note"), default=timezone.now)
    text = models.TextField(
        _("text"),
        max_length=2000,
        help_text=_("What was wrong and what is right. Markdown: links, emphasis, lists."),
    )
    html = models.TextField(editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("written by"),
    )

    # Of its post, kept by the triggers of `blog.tally`; `shown_at` is when both had been published.
    status = models.CharField(max_length=10, default="", editable=False)
    shown_at = models.DateTimeField(null=True, editable=False)
    expires_at = models.DateTimeField(null=True, editable=False)

    objects = CorrectionQuerySet.as_manager()
    tally_scope = Tally.Scope.CORRECTIONS

    class Meta:
        ordering = ["published_at", "pk"]
        verbose_name = _("correction notice")
        verbose_name_plural = _("correction notices")
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="correction_text_not_empty"),
            models.CheckConstraint(
                condition=Q(kind__in=["correction", "addition", "update"]), name="correction_kind_known"
            ),
        ]
        indexes = [
            models.Index(fields=["published_at"], name="correction_date"),
            models.Index(fields=["status", "shown_at", "id", "expires_at"], name="correction_dated"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.plain_text[:60]}"

    @property
    def plain_text(self) -> str:
        return " ".join(strip_tags(self.html.replace("<br>", " ").replace("</p>", " ")).split())

    def get_absolute_url(self) -> str:
        return f"{self.post.get_absolute_url()}#correction-{self.pk}"

    def clean(self):
        self.text = self.text.strip()
        if not self.text:
            raise ValidationError({"text": _("The text is empty.")})
        post = self.post if self.post_id else None
        if post and (post.published_at is None or post.published_at > timezone.now()):
            raise ValidationError({"post": _("Readers have not seen this post yet: simply change it.")})
        if self.published_at is None:
            return
        if self.published_at > timezone.now():
            raise ValidationError({"published_at": _("The date of a note cannot be in the future.")})
        if post and self.published_at < post.published_at:
            raise ValidationError(
                {"published_at": _("The date of a note cannot be before the post's publication.")}
            )

    def render(self) -> None:
        """Bring the HTML up to date with the text, without saving."""
        html = nh3.clean(render_body(self.text).html, tags=_TAGS, attributes=_SHOWN_TAGS, link_rel=None)
        self.html = html.strip()

    @transaction.atomic
    def save(self, **kwargs):
        """The post counts as edited, and for its readers as changed on the day of the note."""
        self.render()
        self._lock_post()
        with changing(CORRECTIONS) as change:
            stored = Correction.objects.select_for_update().filter(pk=self.pk).exclude(post=self.post_id)
            for pk in stored.values_list("post", flat=True):  # that the note is taken from
                change.touch(f"{self.post.surrogate_prefix}{pk}")
            super().save(**kwargs)
            self.post.mark_changed(self.published_at)
            self.post.save(update_fields=["last_modified_at"])
        self.post.tell_readers_view()

    @transaction.atomic
    def delete(self, **kwargs):
        self._lock_post()
        with changing(CORRECTIONS):
            deleted = super().delete(**kwargs)
            self.post.save(update_fields=["last_modified_at"])
        self.post.tell_readers_view()
        return deleted

    def _lock_post(self) -> None:
        """Before the note, as a change of the post does, whose triggers write its notes: or two might wait
        for each other."""
        type(self.post).objects.select_for_update().filter(pk=self.post_id).values_list("pk").first()
