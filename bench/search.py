"""Speed and size of the search: `python bench/search.py [POSTSxKB …]`, as in `2500x40 25000x4 100000x4`.

For each size the posts are made up and written into a database of their own: SQLite in a scratch folder, and
PostgreSQL if DATABASE_URL names a server (database `allforces_bench_search`, made and dropped). Printed are

- the time to index a post, and the size of the index;
- for each kind of query, and for all of them, the median and the 95th percentile of the milliseconds that
  `blog.search.search` takes, in wall time and in CPU time of this process.
"""

import argparse
import datetime
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
SIZES = ["2500x40", "25000x4", "100000x4"]
BATCH = 500
ROUNDS = 5
DATABASE = "allforces_bench_search"
FIRST = datetime.datetime(2010, 1, 1, 9, tzinfo=datetime.UTC)


def measure(size: str) -> None:
    count, kilobytes = map(int, size.split("x"))
    sys.path.insert(0, str(ROOT))
    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    call_command("migrate", verbosity=0)
    connection.force_debug_cursor = False
    seconds = fill(count, kilobytes * 1000)
    say(f"\n{count:,} posts of {kilobytes} kB on {connection.vendor}")
    say(f"  indexed in {seconds / count * 1000:.2f} ms a post; a post of 40 kB anew in {save_again():.1f} ms")
    say(f"  index {index_megabytes():.1f} MB, texts {text_megabytes():.1f} MB")
    measured = {kind: times(queries) for kind, queries in query_sets(count).items()}
    for kind, rows in measured.items():
        report(kind, rows)
    report("all", [row for rows in measured.values() for row in rows])


def fill(count: int, size: int) -> float:
    from django.db import connection, transaction

    from bench.articles import NAMES, NOUNS, Writer
    from blog.models import Author, Category, Post, Tag, TaggedPost
    from blog.search import index

    writer = Writer()
    categories = [Category.objects.create(name=name) for name in NOUNS[:12]]
    authors = [Author.objects.create(name=f"記者{number}") for number in range(20)]
    tags = [Tag.objects.create(name=name) for name in dict.fromkeys([*NOUNS[10:160], *NAMES])]
    step = datetime.timedelta(days=16 * 365) / count
    seconds = 0.0
    for start in range(0, count, BATCH):
        posts = []
        for number in range(start, min(start + BATCH, count)):
            lines = writer.text(size)
            post = Post(
                title=writer.title(number),
                slug=f"post-{number}",
                excerpt=writer.text(200).replace("\n", ""),
                body=lines,
                body_html=lines,
                category=writer.random.choice(categories),
                author=writer.random.choice(authors),
                status="draft" if number % 50 == 0 else "published",
                published_at=FIRST + step * number,
            )
            post.rendered_lines = lines
            posts.append(post)
        with transaction.atomic():
            Post.objects.bulk_create(posts)
            TaggedPost.objects.bulk_create(
                TaggedPost(tag=tag, content_object=post)
                for post in posts
                for tag in writer.random.sample(tags, 4)
            )
            begun = time.perf_counter()
            index.write(posts)
            seconds += time.perf_counter() - begun
    with connection.cursor() as cursor:
        # What autovacuum does in its own time.
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    return seconds


def save_again() -> float:
    from django.db import transaction

    from bench.articles import Writer
    from blog.models import Post
    from blog.search import index

    post = Post.objects.order_by("pk").last()
    writer = Writer(seed=7)
    took = []
    for _ in range(9):
        with transaction.atomic():
            post.rendered_lines = writer.text(40_000)
            begun = time.perf_counter()
            index.write([post])
            took.append((time.perf_counter() - begun) * 1000)
    return statistics.median(took[1:])


def query_sets(count: int) -> dict[str, list[str]]:
    from bench.articles import KANJI, NAMES, NOUNS, VERBS

    chance = random.Random(3)  # noqa: S311
    common = [*NOUNS[:24], "AI", "GPU", "OpenAI", "データ", "サーバー"]
    rare = [a + b for a, b in zip(chance.choices(KANJI, k=30), chance.choices(KANJI, k=30), strict=True)]
    rare += [f"第{chance.randrange(count)}回" for _ in range(10)]
    phrases = [
        f"「{a}の{b}を{v}」"
        for a, b, v in zip(*(chance.choices(x, k=20) for x in (NOUNS, NOUNS, VERBS)), strict=True)
    ]
    phrases += [f"「{noun}だけでは」" for noun in NOUNS[:10]] + [
        "GPT-5",
        "o1-preview",
        "「生成AIの人工知能」",
        "GPT 5は",
    ]
    three = [" ".join(chance.sample([*NOUNS[:60], *NAMES[:8]], 3)) for _ in range(40)]
    single = ["株", "新", "国", "学", "安"]
    return {"common": common, "one kanji": single, "rare": rare, "phrase": phrases, "three words": three}


def times(queries: list[str]) -> list[tuple[float, float, int]]:
    """Of every search: milliseconds by the clock and of this process, and the number of hits."""
    from blog.search import search

    rows = []
    for round_number in range(ROUNDS):
        for query in queries:
            begun, begun_cpu = time.perf_counter(), time.process_time()
            total = search(query).total
            if round_number:  # the first warms the caches up
                wall, cpu = time.perf_counter() - begun, time.process_time() - begun_cpu
                rows.append((wall * 1000, cpu * 1000, total))
    return rows


def report(kind: str, rows: list[tuple[float, float, int]]) -> None:
    wall, cpu, found = zip(*rows, strict=True)
    say(
        f"  {kind:12} median {statistics.median(wall):6.1f} ms, 95 % {percentile(wall):6.1f} ms"
        f"   (CPU {statistics.median(cpu):.1f}, {percentile(cpu):.1f}; {statistics.median(found):,.0f} hits)"
    )


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def percentile(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def index_megabytes() -> float:
    return megabytes(
        "SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'blog_search\\_%' ESCAPE '\\'",
        "SELECT pg_total_relation_size('blog_search_grams')",
    )


def text_megabytes() -> float:
    return megabytes(
        "SELECT sum(pgsize) FROM dbstat WHERE name = 'blog_searchentry'",
        "SELECT pg_total_relation_size('blog_searchentry')",
    )


def megabytes(on_sqlite: str, on_postgresql: str) -> float:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(on_sqlite if connection.vendor == "sqlite" else on_postgresql)
        return cursor.fetchone()[0] / 1_000_000


def in_own_process(size: str, database: str, scratch: str) -> None:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "allforces.settings",
        "SECRET_KEY": "a-benchmark-needs-no-secret-at-all-only-its-length",
        "DATABASE_URL": database,
        "MEDIA_ROOT": f"{scratch}/media",
    }
    subprocess.run([sys.executable, __file__, "--here", size], check=True, env=environment)  # noqa: S603


def on_postgresql(size: str, url: str, scratch: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        server.execute(f"CREATE DATABASE {DATABASE}")
        try:
            in_own_process(size, urlsplit(url)._replace(path=f"/{DATABASE}").geturl(), scratch)
        finally:
            server.execute(f"DROP DATABASE {DATABASE}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", default=SIZES, metavar="POSTSxKB")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        measure(options.sizes[0])
        return
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as scratch:
            in_own_process(size, f"sqlite:///{scratch}/search.sqlite3", scratch)
            url = os.environ.get("DATABASE_URL", "")
            if url.startswith("postgres"):
                on_postgresql(size, url, scratch)


if __name__ == "__main__":
    main()
