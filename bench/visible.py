"""How soon after its commit a change is seen: `python bench/visible.py [CHANGES]` (100; needs redis-server).

By two servers on the archive of bench/serving.py: one hears of it through Redis, one looks once a second.
Printed are the median and the 99th percentile in milliseconds.
"""

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.processes import HOST, environment_for, run_inside, say  # noqa: E402
from bench.servers import Servers, fetch  # noqa: E402
from bench.serving import POSTS  # noqa: E402

CHANGES = 100
PORTS = "BENCH_PORTS"  # of the servers, for the process that makes the changes


def visible(folder: Path, environment: dict, changes: int) -> None:
    servers = Servers(folder, workers=1)
    try:
        redis = {"CACHE_URL": f"redis://{HOST}:{servers.redis()}/0"}
        environment |= {"PAGE_CACHE_MB": "32"}
        ports = {
            "through Redis": servers.granian("allforces.wsgi:application", environment | redis),
            "by looking": servers.granian("allforces.wsgi:application", environment),
        }
        writer = subprocess.Popen(  # noqa: S603
            [sys.executable, __file__, str(changes)],
            env=environment | redis | {PORTS: " ".join(map(str, ports.values()))},
        )
        if writer.wait():
            raise SystemExit("The changes failed.")
    finally:
        servers.stop()


def change(changes: int, ports: list[int]) -> None:
    """In a process that has the models, and a page cache that tells the others."""
    from django.core.wsgi import get_wsgi_application

    from blog.models import Post
    from blog.pagecache.application import PageCache
    from blog.pagecache.shared import shared_pages

    PageCache(get_wsgi_application(), capacity=2**20, shared=shared_pages())
    waits = {port: [] for port in ports}
    for number in range(changes):
        post = Post.objects.public().newest_first()[0]
        post.title = title = f"change{number}of{changes}"
        for port in ports:
            fetch(port, "/")
        post.save()
        committed = time.perf_counter()
        left = set(ports)
        while left:
            for port in list(left):
                if title.encode() in plain(port, "/"):
                    waits[port].append(time.perf_counter() - committed)
                    left.discard(port)
        time.sleep(0.07)  # not in step with the looks
    for name, found in zip(("through Redis", "by looking"), waits.values(), strict=True):
        found.sort()
        high = found[min(len(found) - 1, int(len(found) * 0.99))]
        say(f"seen {name:14} median {statistics.median(found) * 1000:5.0f} ms, 99 % {high * 1000:5.0f} ms")


def plain(port: int, path: str) -> bytes:
    with contextlib.closing(urllib.request.urlopen(f"http://{HOST}:{port}{path}")) as answer:
        return answer.read()


def main() -> None:
    changes = int(sys.argv[1]) if len(sys.argv) > 1 else CHANGES
    if PORTS in os.environ:
        import django

        django.setup()
        change(changes, list(map(int, os.environ[PORTS].split())))
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        environment = environment_for(POSTS, folder)
        run_inside("--prepare", environment, file=str(ROOT / "bench" / "serving.py"))
        visible(folder, environment, changes)


if __name__ == "__main__":
    main()
