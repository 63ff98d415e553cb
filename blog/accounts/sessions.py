"""The session engine (settings.SESSION_ENGINE): Django's own, over rows that can be listed and ended."""

import datetime

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.http import HttpRequest
from django.utils import timezone

SIGNED_IN = "signed_in"
SIGHTINGS = datetime.timedelta(minutes=5)


class SessionStore(db.SessionStore):
    last_seen = None

    @classmethod
    def get_model_class(cls):
        from blog.accounts.models import Session

        return Session

    def create_model_instance(self, data):
        row = super().create_model_instance(data)
        sign_in = data.get(SIGNED_IN, {})
        row.user_id = data.get(SESSION_KEY)
        row.user_agent = sign_in.get("user_agent", "")
        row.signed_in_at = sign_in.get("at") and datetime.datetime.fromisoformat(sign_in["at"])
        return row

    def _get_session_from_db(self):
        row = super()._get_session_from_db()
        self.last_seen = row and row.last_seen
        return row

    def touch(self) -> None:
        """Note that the session is in use; a write once in a few minutes at most."""
        now = timezone.now()
        if self.last_seen and now - self.last_seen > SIGHTINGS:
            self.last_seen = now
            self.model.objects.filter(session_key=self.session_key).update(last_seen=now)


def note_sign_in(request: HttpRequest) -> None:
    """Keep what the list of sessions says of this one."""
    request.session[SIGNED_IN] = {
        "user_agent": request.headers.get("User-Agent", "").replace("\0", "")[:300],
        "at": timezone.now().isoformat(),
    }
