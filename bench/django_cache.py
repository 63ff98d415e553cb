"""The site with Django's own cache middleware around all of it, for bench/serving.py."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application


def for_everybody(get_response):
    """Our views forbid what is not made for the page cache to be kept; here it may."""

    def answer(request):
        response = get_response(request)
        del response.headers["Cache-Control"]
        return response

    return answer


settings.MIDDLEWARE.insert(0, "django.middleware.cache.UpdateCacheMiddleware")
settings.MIDDLEWARE.insert(1, "bench.django_cache.for_everybody")
settings.MIDDLEWARE.append("django.middleware.cache.FetchFromCacheMiddleware")
settings.CACHE_MIDDLEWARE_SECONDS = 600

application = get_wsgi_application()
