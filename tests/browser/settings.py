"""Settings of the browser suite: the tests' own, with a database that the server's threads can share."""

import os

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES, _scratch

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in the thread of the tests

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"] = {"NAME": _scratch / "browser.sqlite3"}

SITE_URL = "http://127.0.0.1"
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_SECURE = False
SECURE_HSTS_SECONDS = 0
