import os
import secrets
import subprocess
import sys
from types import SimpleNamespace

import psycopg
import pytest

from tests.cluster.machines import ROOT, App, Nginx, Wire
from tests.cluster.people import Editor, get
from tests.processes import Redis

HOST, USER = os.environ.get("PGHOST", "127.0.0.1"), os.environ.get("PGUSER", "postgres")
PASSWORD = secrets.token_urlsafe(12)


def manage(variables: dict, *words: str) -> None:
    command = [sys.executable, "manage.py", *words]
    finished = subprocess.run(command, cwd=ROOT, env=os.environ | variables, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stdout + finished.stderr


@pytest.fixture(scope="session")
def database():
    """The name of a PostgreSQL database for this run alone."""
    name = f"allforces_cluster_{os.getpid()}"
    with psycopg.connect(host=HOST, user=USER, dbname="postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        yield name
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def cluster(database, tmp_path_factory):
    """Two machines with the demo articles behind nginx, with their own Redis and a wire to PostgreSQL."""
    folder = tmp_path_factory.mktemp("cluster")
    public = folder / "public"
    public.mkdir()
    (public / "static").symlink_to(ROOT / "var" / "static")
    wire, redis = Wire(HOST, 5432), Redis(folder, "redis")
    variables = {
        "DJANGO_SETTINGS_MODULE": "allforces.settings",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DATABASE_URL": f"postgres://{USER}@127.0.0.1:{wire.port}/{database}",
        "DATABASE_POOL": "4",
        "CACHE_URL": f"redis://127.0.0.1:{redis.port}/0",
        "MEDIA_ROOT": str(public / "media"),
        "STATIC_ROOT": str(ROOT / "var" / "static"),
        "TRUSTED_PROXIES": "1",
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
    }
    apps = [App(folder, "app-1", variables), App(folder, "app-2", variables)]
    nginx = Nginx(folder, apps, public)
    variables["SITE_URL"] = f"http://127.0.0.1:{nginx.port}"
    servers = [redis, *apps, nginx]
    wire.join()
    try:
        manage(variables, "migrate", "--verbosity", "0")
        manage(variables, "import_posts", "blog/demo")
        manage(variables, "createsuperuser", "--no-input", "--username", "desk", "--email", "")
        for server in servers:
            server.start()
        yield SimpleNamespace(
            folder=folder,
            public=public,
            variables=variables,
            wire=wire,
            redis=redis,
            apps=apps,
            nginx=nginx,
            database=database,
        )
    finally:
        for server in reversed(servers):
            server.stop()
        wire.cut()


@pytest.fixture
def paths(cluster) -> list[str]:
    """Addresses that readers ask for: the front page, an article, lists, a feed."""
    with psycopg.connect(host=HOST, user=USER, dbname=cluster.database) as connection:
        day, slug = connection.execute(
            "SELECT (published_at AT TIME ZONE 'Asia/Tokyo')::date, slug FROM blog_post"
            " WHERE status = 'published' AND published_at < now() ORDER BY published_at DESC LIMIT 1"
        ).fetchone()
    found = ["/", f"/{day:%Y/%m/%d}/{slug}/", "/archive/", "/tags/", "/feed.xml"]
    for path in found:
        assert get(cluster.nginx.port, path).status == 200
    return found


@pytest.fixture
def editor(cluster) -> Editor:
    editor = Editor(cluster.nginx.port)
    editor.sign_in("desk", PASSWORD)
    return editor


@pytest.fixture
def titles(cluster):
    """The titles of all posts, as the database itself has them."""

    def read() -> set[str]:
        with psycopg.connect(host=HOST, user=USER, dbname=cluster.database) as connection:
            return {title for (title,) in connection.execute("SELECT title FROM blog_post")}

    return read
