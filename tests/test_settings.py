"""allforces/environment.py and settings.py: a mistake in the environment stops the start."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from allforces import environment

KEY = "0123456789" * 4


def start(**variables):
    """`manage.py check` in an environment of its own; the finished process."""
    env = {name: value for name, value in os.environ.items() if name not in environment.VARIABLES}
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=settings.BASE_DIR,
        env=env | {"DJANGO_SETTINGS_MODULE": "allforces.settings", "SECRET_KEY": KEY} | variables,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_project_starts_with_nothing_but_a_secret():
    finished = start()
    assert finished.returncode == 0, finished.stderr


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"DEBUG": "yes"}, "DEBUG='yes' is neither True nor False"),
        ({"DEBUG": ""}, "DEBUG='' is neither True nor False"),
        ({"SITE_URL": "news.example.jp"}, "must be a scheme and a host"),
        ({"SITE_URL": "https://news.example.jp/blog"}, "must be a scheme and a host"),
        ({"LANGUAGE_CODE": "jp"}, "must be ja or en"),
        ({"ALLOWED_HOST": "news.example.jp"}, "Did you mean ALLOWED_HOSTS?"),
        ({"DATABSE_URL": "sqlite:///x"}, "Did you mean DATABASE_URL?"),
        ({"SECRET_KEY": "short"}, "at least 32 characters"),
        ({"STAFF_SECOND_FACTOR": "yes"}, "must be one of optional, required"),
        ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES='-1' must be a number"),
        ({"TRUSTED_PROXIES": "10.0.0.1"}, "must be a number"),
        ({"LOG_FORMAT": "xml"}, "must be one of line, json"),
        ({"SLOW_QUERY_MS": "1s"}, "must be a number"),
        ({"METRICS_TOKEN": "short"}, "METRICS_TOKEN must have at least 16 characters"),
        ({"METRICS_NETWORKS": "10.0.0.0/8,everybody"}, "METRICS_NETWORKS: 'everybody'"),
        ({"CDN_PURGE": "akamai"}, "must be one of"),
        ({"CDN_PURGE": "fastly", "CDN_TOKEN": "x"}, "CDN_PURGE=fastly needs CDN_SERVICE"),
        ({"CDN_PURGE": "generic"}, "CDN_PURGE=generic needs CDN_PURGE_URL"),
        ({"CDN_SOFT_PURGE": "yes"}, "neither True nor False"),
        ({"CDN_PURGE_METHOD": "DELETE"}, "must be one of POST, PURGE"),
        ({"CDN_TAG_HEADER": "a tag"}, "is no name of a header"),
        ({"SENTRY_DSN": "sentry.example"}, "SENTRY_DSN must be an address"),
        ({"DATABASE_POOL": "many"}, "DATABASE_POOL='many' must be a number"),
        ({"DATABASE_POOL": "4"}, "DATABASE_POOL needs PostgreSQL"),
        ({"DATABASE_URL": "news.example.jp/db"}, "DATABASE_URL must be like postgres://"),
        (
            {"DATABASE_REPLICA_URL": "postgres://u:geheim@h/n"},
            "must name the kind of database of DATABASE_URL",
        ),
        ({"OUTBOX_LATE_MINUTES": "soon"}, "must be a number"),
        ({"MEDIA_BUCKET_URL": "https://s3.example/bucket"}, "MEDIA_BUCKET_URL must be like s3://"),
        ({"MEDIA_BUCKET_URL": "s3://KEY:geheim@s3.example/"}, "MEDIA_BUCKET_URL must be like s3://"),
        ({"MEDIA_BUCKET_URL": "s3://s3.example/bucket"}, "MEDIA_BUCKET_URL must be like s3://"),
        ({"MEDIA_BUCKET_URL": "s3://K:geheim@s3.example/b?https=no"}, "neither True nor False"),
        ({"MEDIA_BUCKET_URL": "s3://K:geheim@s3.example/b?regoin=x"}, "MEDIA_BUCKET_URL must be like s3://"),
        ({"CACHE_URL": "redsi://host"}, "CACHE_URL must be like redis://host:6379/0"),
    ],
)
def test_a_mistake_in_the_environment_stops_the_start_and_is_named(variables, message):
    finished = start(**variables)
    assert finished.returncode != 0
    assert message in finished.stderr
    assert "geheim" not in finished.stderr.partition("ImproperlyConfigured")[2]


def test_there_is_no_default_secret(tmp_path):
    with pytest.raises(ImproperlyConfigured, match="make setup"):
        environment.secret_key({}, tmp_path / "secret-key")


def test_the_secret_that_setup_generated_is_found(tmp_path):
    (tmp_path / "secret-key").write_text(KEY + "\n")
    assert environment.secret_key({}, tmp_path / "secret-key") == KEY


def test_a_network_has_its_own_address_and_header():
    fastly = environment.cdn({"CDN_PURGE": "fastly", "CDN_SERVICE": "s", "CDN_TOKEN": "t"})
    assert (fastly["CDN_PURGE_URL"], fastly["CDN_TAG_HEADER"]) == ("https://api.fastly.com", "Surrogate-Key")
    cloudflare = environment.cdn({"CDN_PURGE": "cloudflare", "CDN_SERVICE": "z", "CDN_TOKEN": "t"})
    assert cloudflare["CDN_PURGE_URL"] == "https://api.cloudflare.com/client/v4"
    assert cloudflare["CDN_TAG_HEADER"] == "Cache-Tag"


def test_a_trailing_slash_in_the_site_address_is_dropped():
    assert environment.site_url("https://news.example.jp/") == "https://news.example.jp"


def test_short_and_foreign_variable_names_are_left_alone():
    environment.refuse_misspelt({"PORTS": "1", "HOME": "x", "DATABASE_HOSTNAME": "3", "SENTRY_DSN": ""})


def test_the_interface_is_japanese_and_the_clock_is_tokyos():
    assert settings.LANGUAGE_CODE == "ja"
    assert settings.TIME_ZONE == "Asia/Tokyo"
