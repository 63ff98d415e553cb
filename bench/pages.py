"""The cost of readers' pages without any cache: `python bench/pages.py [SIZE …]` (2500 25000 unless told).

For each size an archive is made (bench/archive.py) in a scratch SQLite database, or in the database
`allforces_bench_pages_SIZE` of the server that DATABASE_URL names. Printed are, for each kind of page, the
median milliseconds of CPU for a request through the whole of Django, of this process and of the PostgreSQL
backend that serves it (if that runs on this machine), in brackets the milliseconds on the clock, the number
of queries, and the ratio to the first size: 1.0 is flat.

`--keep FOLDER` keeps the SQLite databases there, and uses those that are there already. How many requests a
second that makes, beside a plain twin, is what bench/serving.py tells.
"""

import argparse
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.processes import HOST, environment_for, run_inside, say  # noqa: E402

SIZES = [2500, 25000]
ROUNDS = 20


def addresses() -> dict[str, str]:
    """Kinds of pages; the deep ones go as far as there are pages."""
    from blog.models import Correction, Post, Tag

    count = Post.objects.count()
    tag = Tag.objects.order_by("pk").first().get_absolute_url()
    post = Post.objects.public().newest_first().select_related("category", "author")[5]
    middle = Post.objects.public().newest_first().order_by("pk")[count // 2]
    category, author, day = (
        post.category.get_absolute_url(),
        post.author.get_absolute_url(),
        middle.published_on,
    )
    notes = Correction.objects.count()
    return {
        "home": "/",
        "home, a deep page": f"/page/{count // 20}/",
        "category": category,
        "category, page 500 or the last": f"{category}page/{min(500, count // 120)}/",
        "tag of a tenth of all": "/tags/big/",
        "the same, a deep page": f"/tags/big/page/{max(2, count // 120)}/",
        "tag of five posts": "/tags/rare/",
        "tag": tag,
        "article": post.get_absolute_url(),
        "article of long ago": middle.get_absolute_url(),
        "year": f"/{day:%Y}/",
        "year, a deep page": f"/{day:%Y}/page/{count // 200}/",
        "month": f"/{day:%Y/%m}/",
        "month, page 2": f"/{day:%Y/%m}/page/2/",
        "day": f"/{day:%Y/%m/%d}/",
        "archive": "/archive/",
        "tags": "/tags/",
        "author": author,
        "author, a deep page": f"{author}page/{count // 400}/",
        "authors": "/authors/",
        "corrections": "/corrections/",
        "corrections, a deep page": f"/corrections/page/{notes // 20}/",
        "feed": "/feed.xml",
        "feed, a deep page": f"/feed.xml?page={count // 40}",
        "feed of a tag, a deep page": f"/tags/big/feed.xml?page={max(2, count // 400)}",
        "feed of an author, a deep page": f"{author}feed.xml?page={count // 800}",
        "feed of corrections, a deep page": f"/corrections/feed.xml?page={notes // 40}",
        "all feeds": "/feeds/",
        "sitemap index": "/sitemap.xml",
        "sitemap of a month": f"/sitemap-posts-{day:%Y-%m}.xml",
        "sitemap of the lists": "/sitemap-lists.xml",
        "sitemap of the tags": "/sitemap-tags.xml",
        "sitemap of the authors": "/sitemap-authors.xml",
        "news sitemap": "/news-sitemap.xml",
    }


def measure() -> dict[str, list[float]]:
    from django.core.wsgi import get_wsgi_application
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    application = get_wsgi_application()
    connection.settings_dict["CONN_MAX_AGE"] = None  # one backend, of which the CPU is counted
    connection.close()
    connection.ensure_connection()
    found = {}
    for kind, path in addresses().items():
        with CaptureQueriesContext(connection) as queries:
            get(application, path)
            queries_once = len(queries)
        spent, passed = [], []
        for _ in range(ROUNDS):
            cpu, clock = cpu_seconds(connection), time.perf_counter()
            get(application, path)
            spent.append((cpu_seconds(connection) - cpu) * 1000)
            passed.append((time.perf_counter() - clock) * 1000)
            if sum(passed) > 2000:
                break
        found[kind] = [statistics.median(spent), statistics.median(passed), queries_once]
    return found


def cpu_seconds(connection) -> float:
    """Of this process and, if it is PostgreSQL on this machine, of the backend that serves the connection."""
    seconds = time.process_time()
    if connection.vendor == "postgresql":
        schedule = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
        if schedule.exists():
            seconds += int(schedule.read_text().split()[0]) / 1e9
    return seconds


def fill_once(size: int, kilobytes: int) -> None:
    from django.db import connection

    from bench.archive import fill
    from blog.models import Post

    if Post.objects.exists():
        return
    start = time.perf_counter()
    fill(size, kilobytes)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    say(f"{size:,} posts on {connection.vendor}, made in {time.perf_counter() - start:.0f} s")


def get(application, path: str) -> bytes:
    path, _question, query = path.partition("?")
    environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(path).encode().decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": HOST,
        "SERVER_PORT": "8000",
        "HTTP_HOST": HOST,
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
    }
    statuses = []
    response = application(environ, lambda status, headers: statuses.append(status))
    body = b"".join(response)
    response.close()
    if not statuses[0].startswith("200"):
        raise SystemExit(f"{path}: {statuses[0]}")
    return body


def inside(options) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    if not Path(settings.STATIC_ROOT).exists():
        call_command("collectstatic", interactive=False, verbosity=0)
    call_command("migrate", verbosity=0)
    fill_once(int(os.environ["BENCH_SIZE"]), options.kilobytes)
    say(json.dumps(measure()))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--kilobytes", type=int, default=4, help="of HTML in a post")
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        inside(options)
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = (options.keep or Path(scratch)).resolve()
        folder.mkdir(exist_ok=True)
        report(options, folder)


def report(options, folder: Path) -> None:
    first = None
    for size in options.sizes:
        environment = environment_for(size, folder)
        if environment["DATABASE_URL"].startswith("postgres"):
            name = urlsplit(environment["DATABASE_URL"]).path[1:]
            create = ["psql", "-q", os.environ["DATABASE_URL"], "-c", f'CREATE DATABASE "{name}"']
            subprocess.run(create, check=False, stderr=subprocess.DEVNULL)  # noqa: S603  it may be there
        weight = ("--kilobytes", str(options.kilobytes))
        found = json.loads(run_inside("--measure", environment, *weight, file=__file__))
        first = first or found
        say(f"{size:,} posts{'':23} CPU ms (clock) queries  to the first size")
        for kind, (cpu, clock, queries) in found.items():
            flat = f"{cpu / first[kind][0]:5.2f} ({clock / first[kind][1]:5.2f})"
            say(f"  {kind:33} {cpu:7.2f} ({clock:7.2f}) {queries:3}  {flat}")


if __name__ == "__main__":
    main()
