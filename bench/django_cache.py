"""The site with Django's own cache middleware around all of it, for bench/serving.py."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application

settings.MIDDLEWARE.insert(0, "django.middleware.cache.UpdateCacheMiddleware")
settings.MIDDLEWARE.append("django.middleware.cache.FetchFromCacheMiddleware")
settings.CACHE_MIDDLEWARE_SECONDS = 600

application = get_wsgi_application()
