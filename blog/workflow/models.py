"""Steps that posts have taken, links to their previews, and the newsroom's word list."""

import datetime
import hashlib
import secrets

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

TOKEN_BYTES = 24  # 192 bits


def _moment(moment: datetime.datetime) -> str:
    """`2025/10/21 09:00`, in Tokyo time."""
    return date_format(timezone.localtime(moment), gettext("Y/m/d H:i"))


class State(models.TextChoices):
    """What `states.state_of` calls the state of a post."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    SCHEDULED = "scheduled", _("Scheduled")
    PUBLIC = "public", _("Public")
    EXPIRED = "expired", _("Expired")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Transition(models.Model):
    """One step of a post, as `transitions.perform` took it. The name of the account outlives the account."""

    post = models.ForeignKey("Post", models.CASCADE, related_name="transitions", verbose_name=_("post"))
    name = models.CharField(_("step"), max_length=20)
    from_state = models.CharField(_("from"), max_length=10)
    to_state = models.CharField(_("to"), max_length=10)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("account"),
    )
    username = models.CharField(_("who"), max_length=150)
    at = models.DateTimeField(_("when"), default=timezone.now)
    note = models.TextField(_("note"), blank=True)
    moment = models.DateTimeField(_("date of publication"), null=True)
    confirmed = models.JSONField(_("warnings confirmed"), default=list)

    class Meta:
        ordering = ["-at", "-pk"]
        default_permissions = ("view",)
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(name="return", note=""), name="transition_return_has_note"
            )
        ]

    def __str__(self):
        states = dict(State.choices)
        names = [str(states.get(state, state)) for state in (self.from_state, self.to_state)]
        return f"{_moment(self.at)} {' → '.join(names)}"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


class PreviewLinkQuerySet(models.QuerySet):
    def alive(self):
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())

    def issue(self, post, user, days: int) -> tuple["PreviewLink", str]:
        """A new link and its token, which is kept nowhere: show it now or never."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        expires_at = timezone.now() + datetime.timedelta(days=days)
        link = self.create(post=post, created_by=user, token_hash=_digest(token), expires_at=expires_at)
        return link, reverse("shared_preview", args=[token])

    def with_token(self, token: str) -> "PreviewLink | None":
        """The link of that token, if it still works."""
        return self.alive().filter(token_hash=_digest(token)).first()


class PreviewLink(models.Model):
    """Lets somebody without an account see one post for a while. Only a digest of the secret is kept."""

    post = models.ForeignKey("Post", models.CASCADE, related_name="preview_links", verbose_name=_("post"))
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("made by")
    )
    created_at = models.DateTimeField(_("made"), default=timezone.now)
    expires_at = models.DateTimeField(_("valid until"))
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    objects = PreviewLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        default_permissions = ()
        verbose_name = _("preview link")
        verbose_name_plural = _("preview links")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")), name="preview_link_expires"
            )
        ]

    def __str__(self):
        return gettext("valid until %s") % _moment(self.expires_at)

    def revoke(self) -> None:
        self.revoked_at = self.revoked_at or timezone.now()
        self.save(update_fields=["revoked_at"])


class Spelling(models.Model):
    """One word as the newsroom writes it, and the spellings that the check before publishing finds."""

    preferred = models.CharField(
        _("we write"), max_length=100, unique=True, help_text=_("For example サーバー.")
    )
    variants = models.TextField(
        _("and not"), help_text=_("One spelling a line. It is found inside longer words, but not in code.")
    )

    class Meta:
        ordering = ["preferred"]
        verbose_name = _("spelling")
        verbose_name_plural = _("word list")
        constraints = [
            models.CheckConstraint(condition=~models.Q(preferred=""), name="spelling_preferred_not_empty"),
            models.CheckConstraint(condition=~models.Q(variants=""), name="spelling_variants_not_empty"),
        ]

    def __str__(self):
        return self.preferred

    @property
    def variant_list(self) -> list[str]:
        return [line.strip() for line in self.variants.splitlines() if line.strip()]

    def clean(self):
        self.preferred = self.preferred.strip()
        self.variants = "\n".join(dict.fromkeys(self.variant_list))
        if self.preferred in self.variant_list:
            raise ValidationError(
                {"variants": _("“%(word)s” is the spelling that we want.") % {"word": self.preferred}}
            )
