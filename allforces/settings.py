"""All settings, read from the environment. The README's table describes each variable."""

import datetime
import os
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from allforces import connections, environment

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
environment.refuse_misspelt(os.environ)

DEBUG = environment.boolean("DEBUG", env.str("DEBUG", "False"))
SECRET_KEY = environment.secret_key(os.environ, VAR_DIR / "secret-key")

# The site

SITE_URL = environment.site_url(env.str("SITE_URL", f"http://127.0.0.1:{env.int('PORT', 8000)}"))
SITE_NAME = env.str("SITE_NAME", "ALLFORCES")
SITE_DESCRIPTION = env.str("SITE_DESCRIPTION", "AIと投資の今を伝えるニュースメディア")
SITE_X_ACCOUNT = env.str("SITE_X_ACCOUNT", "")
SITE_HOST = urlsplit(SITE_URL).hostname

# Monitors and health checks ask this machine by its own names.
ALLOWED_HOSTS = [*env.list("ALLOWED_HOSTS", default=[SITE_HOST]), "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# Applications

INSTALLED_APPS = [
    "blog",
    "allforces.apps.NewsroomAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "django.forms",
    "taggit",
    "markdownx",
    "csp",
    "reversion",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django_otp_webauthn",
    "axes",
]

MIDDLEWARE = [
    "blog.telemetry.middleware.TelemetryMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "blog.replica.ReplicaMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "blog.accounts.middleware.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "blog.middleware.OldAddressMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "allforces.urls"
WSGI_APPLICATION = "allforces.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "blog.telemetry.templates.TimedTemplates",
        "NAME": "django",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "blog.context_processors.site",
            ],
        },
    },
]

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # widgets' templates stand in templates/ too

# Storage

if "DATABASE_URL" in os.environ:
    _primary = connections.database(env, "DATABASE_URL")
else:
    VAR_DIR.mkdir(exist_ok=True)
    _primary = {"ENGINE": connections.SQLITE, "NAME": VAR_DIR / "allforces.sqlite3"}

DATABASES = connections.databases(
    _primary,
    connections.database(env, "DATABASE_REPLICA_URL") if env.str("DATABASE_REPLICA_URL", "") else None,
    environment.count("DATABASE_POOL", env.str("DATABASE_POOL", "0")),
)
DATABASE_ROUTERS = ["allforces.routers.Replica"] if "replica" in DATABASES else []
OUTBOX_IS_LATE_AFTER = 60 * environment.count("OUTBOX_LATE_MINUTES", env.str("OUTBOX_LATE_MINUTES", "10"))

CACHES = {"default": connections.cache(env)}

PAGE_CACHE_MB = environment.count("PAGE_CACHE_MB", env.str("PAGE_CACHE_MB", "32"), digits=5)
PAGE_SHARED_SECONDS = environment.count("PAGE_SHARED_SECONDS", env.str("PAGE_SHARED_SECONDS", "1"), digits=7)

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", str(VAR_DIR / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "allforces.storage.StaticFiles"},
}
if env.str("MEDIA_BUCKET_URL", ""):
    STORAGES["default"] = connections.bucket(env.str("MEDIA_BUCKET_URL"), SITE_URL)
WHITENOISE_USE_FINDERS = DEBUG
FILE_UPLOAD_PERMISSIONS = 0o644

# Language and time

LANGUAGE_CODE = env.str("LANGUAGE_CODE", "ja")
LANGUAGES = [("ja", "日本語"), ("en", "English")]
if LANGUAGE_CODE not in dict(LANGUAGES):
    raise ImproperlyConfigured(f"LANGUAGE_CODE={LANGUAGE_CODE!r} must be ja or en.")
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True
USE_I18N = True

# Staff

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "admin:login"
SESSION_ENGINE = "blog.accounts.sessions"
CSRF_FAILURE_VIEW = "blog.accounts.resend.csrf_failure"
PASSWORD_RESET_TIMEOUT = 3 * 60 * 60
DEFAULT_FROM_EMAIL = f"{SITE_NAME} <no-reply@{SITE_HOST}>"

AUTHENTICATION_BACKENDS = [
    "blog.accounts.throttling.Backend",
    "django.contrib.auth.backends.ModelBackend",
]
TRUSTED_PROXIES = environment.count("TRUSTED_PROXIES", env.str("TRUSTED_PROXIES", "0"))
AXES_HANDLER = "blog.accounts.throttling.Handler"
AXES_CLIENT_IP_CALLABLE = "blog.accounts.addresses.client_address"
AXES_LOCKOUT_CALLABLE = "blog.accounts.throttling.refused"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = datetime.timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "code", "csrfmiddlewaretoken"]

STAFF_SECOND_FACTOR = environment.choice(
    "STAFF_SECOND_FACTOR", env.str("STAFF_SECOND_FACTOR", "optional"), ("optional", "required")
)
OTP_TOTP_ISSUER = SITE_NAME
# Wrong codes make the app wait whoever sends them: hardly for the first dozen, half an hour at the 22nd.
# Recovery codes are too long to be guessed, and stay a way in for whom others keep waiting.
OTP_TOTP_THROTTLE_FACTOR = 0.001
OTP_STATIC_THROTTLE_FACTOR = 0
# Passkeys are bound to a host's name and a secure origin, for which an IP address will not do.
_passkeys_here = SITE_URL.startswith("https://") or SITE_HOST == "localhost"
OTP_WEBAUTHN_RP_NAME = SITE_NAME
OTP_WEBAUTHN_RP_ID = SITE_HOST if _passkeys_here else "localhost"
OTP_WEBAUTHN_ALLOWED_ORIGINS = [
    SITE_URL if _passkeys_here else f"http://localhost:{urlsplit(SITE_URL).port or 80}"
]
OTP_WEBAUTHN_ALLOW_PASSWORDLESS_LOGIN = False

DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024  # a body may have 10 MB
vars().update(connections.email(env))

TAGGIT_TAGS_FROM_STRING = "blog.naming.parse_tags"
TAGGIT_STRING_FROM_TAGS = "blog.naming.join_tags"

MARKDOWNX_URLS_PATH = "/admin/markdown/preview/"
MARKDOWNX_UPLOAD_URLS_PATH = "/admin/markdown/upload/"
MARKDOWNX_SERVER_CALL_LATENCY = 400  # milliseconds after the last key

# Feeds, and who is told of news

WEBSUB_HUBS = environment.addresses("WEBSUB_HUBS", env.list("WEBSUB_HUBS", default=[]))
INDEXNOW_KEY = environment.indexnow_key(env.str("INDEXNOW_KEY", ""))
INDEXNOW_ENDPOINT = env.str("INDEXNOW_ENDPOINT", "https://api.indexnow.org/indexnow")
SITEMAP_PINGS = environment.addresses("SITEMAP_PINGS", env.list("SITEMAP_PINGS", default=[]))
vars().update(environment.cdn(os.environ))  # CDN_PURGE and its kin
FEED_COUNTS_EVERY = 60  # seconds after which the requests that were counted are written down

# Security

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "media-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

if SITE_URL.startswith("https://"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]  # monitors ask the port behind the proxy
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    # Not SECURE_HSTS_PRELOAD: anybody may then have the whole domain built into browsers, for years.
    SILENCED_SYSTEM_CHECKS = ["security.W021"]
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

# What is seen of the site at work

SLOW_QUERY_MS = environment.count("SLOW_QUERY_MS", env.str("SLOW_QUERY_MS", "200"), digits=6)
METRICS_TOKEN = environment.token("METRICS_TOKEN", env.str("METRICS_TOKEN", ""))
METRICS_NETWORKS = environment.networks("METRICS_NETWORKS", env.list("METRICS_NETWORKS", default=[]))
PROMETHEUS_MULTIPROC_DIR = environment.folder(env.str("PROMETHEUS_MULTIPROC_DIR", ""))
SENTRY_DSN = environment.sentry_dsn(env.str("SENTRY_DSN", ""))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "blog.telemetry.logs.WithRequestId"}},
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} [{request_id}] {message}", "style": "{"},
        "json": {"()": "blog.telemetry.logs.Json"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["request_id"],
            "formatter": environment.choice("LOG_FORMAT", env.str("LOG_FORMAT", "line"), ("line", "json")),
        },
    },
    "loggers": {
        "axes": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},  # the line of each request tells of 404 and the like
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
}
if SENTRY_DSN:
    LOGGING["handlers"]["sentry"] = {"()": "blog.telemetry.sentry.Handler"}
    LOGGING["root"]["handlers"].append("sentry")
