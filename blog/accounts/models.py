"""Sessions as rows that know whose they are."""

import hashlib

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.utils import timezone

from blog.accounts.user_agents import device_name


class SessionQuerySet(models.QuerySet):
    def of(self, user) -> "SessionQuerySet":
        """The sessions in which this user is signed in, the latest seen first."""
        return self.filter(user=user, expire_date__gt=timezone.now()).order_by("-last_seen")

    def end(self, user, *, keep: str | None = None) -> int:
        """Sign the user out everywhere, but for the session with the key `keep`; how many that were."""
        ended = self.filter(user=user).exclude(session_key=keep or "")
        return ended.delete()[0]


class Session(AbstractBaseSession):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, editable=False)
    user_agent = models.CharField(max_length=300, blank=True)
    signed_in_at = models.DateTimeField(null=True, blank=True)
    last_seen = models.DateTimeField(default=timezone.now)

    objects = BaseSessionManager.from_queryset(SessionQuerySet)()

    class Meta(AbstractBaseSession.Meta):
        abstract = False

    @classmethod
    def get_session_store_class(cls):
        from blog.accounts.sessions import SessionStore

        return SessionStore

    @property
    def handle(self) -> str:
        """A name for the session that can stand in a page, as the key cannot: it would open the session."""
        return hashlib.sha256(self.session_key.encode()).hexdigest()[:20]

    @property
    def device(self) -> str:
        return device_name(self.user_agent)
