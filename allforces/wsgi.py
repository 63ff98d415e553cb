"""The WSGI application that granian serves."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "allforces.settings")

application = get_wsgi_application()  # loads the apps, without which the page cache cannot be imported

if settings.PAGE_CACHE_MB:
    from blog.pagecache.application import PageCache
    from blog.pagecache.shared import shared_pages

    application = PageCache(application, capacity=settings.PAGE_CACHE_MB * 2**20, shared=shared_pages())
