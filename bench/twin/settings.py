"""The project's settings, with the plain views and the templates beside them."""

from allforces.settings import *  # noqa: F403

ROOT_URLCONF = "bench.twin.urls"
WSGI_APPLICATION = "bench.twin.wsgi.application"
TEMPLATES[0]["DIRS"].insert(0, BASE_DIR / "bench" / "twin" / "templates")  # noqa: F405
