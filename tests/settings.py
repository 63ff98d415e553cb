"""Settings of the test suite: the project's own, away from anybody's data."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "only-for-the-tests-0123456789-0123456789")
os.environ.setdefault("SITE_URL", "https://news.example.jp")

from allforces.settings import *  # noqa: F403

_scratch = Path(tempfile.mkdtemp(prefix="allforces-tests-"))

ALLOWED_HOSTS = ["news.example.jp", "testserver", "localhost", "127.0.0.1"]
SECURE_SSL_REDIRECT = False
MEDIA_ROOT = _scratch / "media"
STATIC_ROOT = _scratch / "static"
STATIC_ROOT.mkdir()
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
FEED_COUNTS_EVERY = 0  # no thread beside the tests
