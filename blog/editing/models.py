"""What a form was opened with and what is typed in it, and the working draft beside a published post."""

import datetime
import uuid

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from blog.media.models import Image
from blog.media.uses import ImageUse, picture_paths
from blog.models.markdown import render_body
from blog.models.posts import Post

PRESENT_FOR = datetime.timedelta(seconds=75)
KEPT_FOR = datetime.timedelta(days=30)
_IDLE_FOR = datetime.timedelta(days=2)


class EditingSessionQuerySet(models.QuerySet):
    def present(self):
        """Forms that are open in some browser now, or were a minute ago."""
        return self.filter(seen_at__gt=timezone.now() - PRESENT_FOR)

    def copies(self, user, post: Post | None):
        """The user's unsaved texts of that post, or of new posts for None; the newest first."""
        return self.filter(user=user, post=post, drafted_at__isnull=False).order_by("-drafted_at")

    def prune(self) -> None:
        """Forget forms that were left without a text two days ago, and texts after thirty."""
        now = timezone.now()
        left = Q(opened_at__lt=now - _IDLE_FOR) & (Q(seen_at=None) | Q(seen_at__lt=now - _IDLE_FOR))
        old = Q(drafted_at__lt=now - KEPT_FOR)
        self.filter(left & (Q(drafted_at=None) | old)).delete()


class EditingSession(models.Model):
    """One opened form: what it was opened with (`base`), and what is typed in it and not saved (`draft`).

    `base` and `draft` are values as the form shows them, by field (blog.editing.values). They are
    compared with what is stored when the form is saved: the three-way merge needs the first.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    post = models.ForeignKey(Post, models.SET_NULL, null=True, related_name="editing_sessions")
    of_working_draft = models.BooleanField(default=False)
    was_published = models.BooleanField(default=False)
    opened_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True, default=timezone.now)
    base = models.JSONField(default=dict)
    base_version = models.PositiveIntegerField(default=0)
    base_at = models.DateTimeField(default=timezone.now)
    live = models.JSONField(null=True)  # of a working draft: the published values it builds on
    draft = models.JSONField(null=True)
    drafted_at = models.DateTimeField(null=True)
    # The page that writes the copy, and the number of its last message: late and doubled ones are ignored.
    page = models.CharField(max_length=40, blank=True)
    serial = models.BigIntegerField(default=0)
    conflict = models.JSONField(null=True)  # what the page that shows both sides was made of

    objects = EditingSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("open form")
        verbose_name_plural = _("open forms")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(draft__isnull=True, drafted_at__isnull=True)
                | Q(draft__isnull=False, drafted_at__isnull=False),
                name="editing_copy_has_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["post", "seen_at"], name="editing_present"),
            models.Index(fields=["user", "post", "drafted_at"], name="editing_copies"),
            models.Index(fields=["opened_at"], name="editing_prune"),
        ]

    def __str__(self):
        return self.title

    @property
    def title(self) -> str:
        values = self.draft or self.base
        return values.get("title") or str(_("Without a headline"))

    def keep(self, typed: dict, serial: int) -> None:
        """Take over what is typed, by field; nothing is kept when it is what the form was opened with."""
        draft = (self.draft or self.base) | typed
        self.draft = None if draft == self.base else draft
        self.drafted_at = timezone.now() if self.draft is not None else None
        self.serial = serial

    def settle(self, post: Post, typed: dict) -> None:
        """The form was saved. If it comes back (a second click, the back button), it builds on `typed`."""
        self.post, self.base, self.draft, self.drafted_at, self.conflict = post, typed, None, None, None
        self.base_at, self.seen_at = timezone.now(), None
        self.was_published = post.status == Post.Status.PUBLISHED
        self.save()


class WorkingDraft(models.Model):
    """The next text of a published post, saved without touching the one that readers see.

    `values` are as the form shows them; `live` are the published values when the draft was begun.
    """

    post = models.OneToOneField(Post, models.CASCADE, related_name="working_draft", verbose_name=_("post"))
    values = models.JSONField()
    live = models.JSONField()
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(_("last edit"), auto_now=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("edited by")
    )

    class Meta:
        verbose_name = _("working draft")
        verbose_name_plural = _("working drafts")
        default_permissions = ()

    def __str__(self):
        return self.values.get("title", "")

    @transaction.atomic
    def save(self, **kwargs):
        super().save(**kwargs)
        ImageUse.objects.follow([self])

    @property
    def picture_paths(self) -> set[str]:
        """Of the cover and of all that its text shows, which nobody may delete before it is published."""
        paths = picture_paths(render_body(self.values.get("body", "")).html)
        cover = self.values.get("cover", "")
        image = Image.objects.filter(pk=cover).first() if cover.isdecimal() else None
        return paths | {settings.MEDIA_URL + image.file.name} if image else paths
