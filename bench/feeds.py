"""The cost of a feed: `python bench/feeds.py [POSTS]` (2,500 unless told otherwise).

Articles of 40 kB are made up in a scratch SQLite database, 1,300 of them under one tag. Printed are the CPU
milliseconds of a request through the whole of Django, without the network (the median of 40): a full feed, a
304, page 60, and the same for the tag; and each as a ratio to the front page in the same run.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 40
UNDER_ONE_TAG = 1300


def measure(count: int) -> None:
    sys.path.insert(0, str(ROOT))
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from bench.search import fill
    from blog.models import Post, Tag, TaggedPost

    fill(count, 40_000)
    tag = Tag.objects.create(name="大きなタグ", slug="big")
    posts = Post.objects.public().newest_first().values_list("pk", flat=True)[:UNDER_ONE_TAG]
    TaggedPost.objects.bulk_create(TaggedPost(tag=tag, content_object_id=pk) for pk in posts)

    home = milliseconds("/")
    say(f"{count:,} articles of 40 kB, SQLite; CPU ms, and as a ratio to the front page ({home:.1f})")
    for name, path in {
        "full feed, RSS": "/feed.xml",
        "full feed, Atom": "/feed.atom",
        "full feed, JSON Feed": "/feed.json",
        "page 60, RSS": "/feed.xml?page=60",
        f"feed of a tag with {UNDER_ONE_TAG:,} posts": "/tags/big/feed.xml",
    }.items():
        say(f"  {name:35} {row(milliseconds(path), home)}")
    for name, path in {"304, site": "/feed.xml", "304, tag": "/tags/big/feed.xml"}.items():
        say(f"  {name:35} {row(milliseconds(path, unchanged=True), home)}")


def row(value: float, home: float) -> str:
    return f"{value:8.2f}  {value / home:6.2f}"


def milliseconds(path: str, *, unchanged: bool = False) -> float:
    from django.test import Client

    client = Client()
    first = client.get(path)
    headers = {"If-None-Match": first["ETag"]} if unchanged else {}
    spent = []
    for _ in range(ROUNDS):
        start = time.process_time()
        response = client.get(path, headers=headers)
        spent.append((time.process_time() - start) * 1000)
        if response.status_code != (304 if unchanged else 200):
            raise SystemExit(f"{path}: {response.status_code}")
    return statistics.median(spent)


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2500
    if os.environ.get("BENCH_INSIDE"):
        measure(count)
        return
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "BENCH_INSIDE": "1",
            "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
            "MEDIA_ROOT": folder,
            "SECRET_KEY": "only-for-the-benchmark-0123456789-0123456789",
            "DJANGO_SETTINGS_MODULE": "allforces.settings",
            "SITE_URL": "http://testserver",
            "DEBUG": "True",
            "LOG_LEVEL": "ERROR",
        }
        subprocess.run([sys.executable, __file__, str(count)], env=environment, check=True)  # noqa: S603


if __name__ == "__main__":
    main()
