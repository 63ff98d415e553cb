from django.conf import settings


def site(request):
    """What every template may say about the site."""
    return {
        "SITE_URL": settings.SITE_URL,
        "SITE_NAME": settings.SITE_NAME,
        "SITE_DESCRIPTION": settings.SITE_DESCRIPTION,
        "SITE_X_ACCOUNT": settings.SITE_X_ACCOUNT,
    }
