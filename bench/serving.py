"""How fast pages are served, as ratios to nginx: `python bench/serving.py` (needs nginx, wrk, redis-server).

Everything is measured in one run, in interleaved rounds, on an archive of 2,500 posts (bench/archive.py) in a
scratch SQLite database: each server on one core, wrk on the other. The limit is nginx sending the very bytes
of our page, compressed, from a file. Against it: granian sending them from a constant, our pages from memory,
the same behind nginx's proxy cache, our pages made anew for each request, Django's own cache middleware with
Redis, and the plain twin (bench/twin). `--two`: two workers, and wrk on both cores. `--chart FILE` writes the
ratios as SVG.
"""

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.chart import bars  # noqa: E402
from bench.processes import HOST, environment_for, run_inside, say  # noqa: E402
from bench.servers import Servers, fetch, rate  # noqa: E402

POSTS, KILOBYTES = 2500, 40
OWN = {"connection", "content-length", "content-type", "date", "server", "etag", "last-modified"}  # of nginx
DEEP = "category, page 500 or the last"
KINDS = ("article", "home", "category", DEEP, "tag", "feed")


def compare(options, folder: Path, environment: dict, paths: dict) -> dict[str, float]:
    servers = Servers(folder, workers=2 if options.two else 1)
    try:
        cached = environment | {"PAGE_CACHE_MB": "40"}
        cache = servers.redis()
        redis = {"CACHE_URL": f"redis://{HOST}:{cache}/0"}
        ours = servers.granian("allforces.wsgi:application", cached)
        headers, body = fetch(ours, paths["article"])
        (folder / "page").write_bytes(body)
        ours_only = [
            (name, value) for name, value in headers.items() if name not in {"connection", "date", "server"}
        ]
        (folder / "answer").write_bytes(json.dumps(ours_only).encode() + b"\n" + body)
        told = " ".join(
            f'add_header {name} "{value}";' for name, value in headers.items() if name.lower() not in OWN
        )
        proxied = f"proxy_pass http://{HOST}:{ours}; proxy_cache pages; proxy_cache_valid 200 1m;"
        ports = {
            "nginx, from a file": servers.nginx(
                "file",
                server=f"location / {{ root {folder}; rewrite ^ /page break; "
                f"default_type text/html; {told} }}",
            ),
            "granian alone": servers.granian(
                "bench.constant:application", environment | {"BENCH_ANSWER": str(folder / "answer")}
            ),
            "page cache": ours,
            "page cache behind nginx's": servers.nginx(
                "proxy",
                http=f"proxy_cache_path {folder}/cache keys_zone=pages:10m;",
                server=f"location / {{ {proxied} proxy_ignore_headers Cache-Control; "
                "proxy_set_header Connection ''; proxy_http_version 1.1; }",
            ),
            "made anew": servers.granian("allforces.wsgi:application", environment),
            "Django's cache and Redis": servers.granian(
                "bench.django_cache:application", environment | redis
            ),
            "plain twin": servers.granian("bench.twin.wsgi:application", environment),
        }
        rates = {}
        tag = {"If_None_Match": headers["ETag"]}
        for _round in range(options.rounds):
            for name, port in ports.items():
                asked = {"article": {}} | ({"304": tag} if name == "page cache" else {})
                for kind in KINDS if name in {"page cache", "made anew", "plain twin"} else ():
                    asked.setdefault(kind, {})
                if name == "plain twin":
                    asked.pop("feed")
                for kind, more in asked.items():
                    path = paths.get(kind, paths["article"])
                    with servers.alone(port, ours if "behind" in name else port, cache):
                        found = rate(port, path, options.seconds, one_core=not options.two, **more)
                    rates.setdefault((name, kind), []).append(found)
            with servers.alone(ours):
                search = rate(ours, "/search/?q=AI", options.seconds, one_core=not options.two)
            rates.setdefault(("made anew", "search"), []).append(search)
        ratios = report(rates)
        for path in json.loads(run_inside("--articles", environment, file=__file__)):
            fetch(ours, path)
        whole, files = servers.memory(ours)
        say(f"a worker after {POSTS:,} articles: {whole:.0f} MB, {files:.0f} of them mapped files (SQLite's)")
        return ratios
    finally:
        servers.stop()


def report(rates: dict) -> dict[str, float]:
    limit = rates["nginx, from a file", "article"]
    say(f"{'':28} {'':32} requests/s   to nginx   to the twin (medians of the rounds' ratios)")
    ratios = {}
    for (name, kind), found in rates.items():
        ratio = _ratio(found, limit)
        twin = rates.get(("plain twin", kind)) if name == "made anew" else None
        beside = f"{_ratio(found, twin):11.1f}" if twin else ""
        say(f"{name:28} {kind:32} {statistics.median(found):10,.0f}   {ratio:8.4f}   {beside}")
        if kind == "article":
            ratios[name] = ratio
    return ratios


def _ratio(rates: list[float], others: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(rates, others, strict=True))


def inside(options) -> None:
    import django

    django.setup()
    from bench.pages import addresses, fill_once
    from blog.models import Post

    if options.articles:
        say(
            json.dumps(
                [post.get_absolute_url() for post in Post.objects.public().only("slug", "published_at")]
            )
        )
    else:
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        fill_once(POSTS, KILOBYTES)
        say(json.dumps(addresses()))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--two", action="store_true")
    parser.add_argument("--chart", type=Path, metavar="FILE")
    parser.add_argument("--prepare", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--articles", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.prepare or options.articles:
        inside(options)
        return
    for program in ("nginx", "wrk", "redis-server", "taskset"):
        if not shutil.which(program):
            raise SystemExit(f"{program} is missing.")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        folder.chmod(0o755)
        environment = environment_for(POSTS, folder)
        paths = json.loads(run_inside("--prepare", environment, file=__file__))
        ratios = compare(options, folder, environment, paths)
        if options.chart:
            options.chart.write_text(bars("An article, requests a second (nginx = 1)", ratios))


if __name__ == "__main__":
    main()
