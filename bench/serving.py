"""How fast pages are served, as ratios to nginx: `python bench/serving.py` (needs nginx, wrk, redis-server).

Everything is measured in one run, in interleaved rounds, on an archive of 2,500 posts (bench/archive.py) in a
scratch SQLite database: each server on one core, wrk on the other. The limit of each kind of page is nginx
sending its very bytes, compressed, from a file (or its own 304). Against it: granian sending them from a
constant, our pages from memory, the same behind nginx's proxy cache, our pages made anew for each request,
Django's own cache middleware with Redis, and the plain twin (bench/twin). `--two`: two workers, and wrk on
both cores. `--chart FILE` writes the ratios of an article as SVG.
"""

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.chart import bars  # noqa: E402
from bench.processes import HOST, environment_for, run_inside, say  # noqa: E402
from bench.servers import Servers, fetch, rate  # noqa: E402

POSTS, KILOBYTES = 2500, 40
OWN = {"connection", "content-length", "content-type", "date", "server", "etag", "last-modified"}  # of nginx
NGINX, GRANIAN, KEPT, PROXIED = "nginx, from a file", "granian alone", "page cache", "behind nginx's cache"
ANEW, DJANGO, TWIN = "made anew", "Django's cache and Redis", "plain twin"
ARTICLE, UNCHANGED, SEARCH, FEED = "article", "304", "search", "feed"
DEEP = "category, page 500 or the last"
KINDS = (ARTICLE, "home", "category", DEEP, "tag", FEED)
ASKED = {
    NGINX: (*KINDS, SEARCH, UNCHANGED),
    GRANIAN: (ARTICLE,),
    KEPT: (*KINDS, UNCHANGED),
    PROXIED: (ARTICLE,),
    ANEW: (*KINDS, SEARCH),
    DJANGO: (ARTICLE,),
    TWIN: tuple(kind for kind in KINDS if kind != FEED),
}


def compare(options, folder: Path, environment: dict, paths: dict) -> dict[str, float]:
    servers = Servers(folder, workers=2 if options.two else 1)
    try:
        cached = environment | {"PAGE_CACHE_MB": "32"}
        cache = servers.redis()
        redis = {"CACHE_URL": f"redis://{HOST}:{cache}/0"}
        ours = servers.granian("allforces.wsgi:application", cached)
        paths = {kind: paths[kind] for kind in KINDS} | {SEARCH: "/search/?q=AI"}
        pages = {kind: fetch(ours, path) for kind, path in paths.items()}
        of_nginx, places = files(folder, pages)
        file = servers.nginx("file", server=places)
        proxied = f"proxy_pass http://{HOST}:{ours}; proxy_cache pages; proxy_cache_valid 200 1m;"
        ports = {
            NGINX: file,
            GRANIAN: servers.granian(
                "bench.constant:application", environment | {"BENCH_ANSWER": str(constant(folder, pages))}
            ),
            KEPT: ours,
            PROXIED: servers.nginx(
                "proxy",
                http=f"proxy_cache_path {folder}/cache keys_zone=pages:10m;",
                server=f"location / {{ {proxied} proxy_ignore_headers Cache-Control; "
                "proxy_set_header Connection ''; proxy_http_version 1.1; }",
            ),
            ANEW: servers.granian("allforces.wsgi:application", environment),
            DJANGO: servers.granian("bench.django_cache:application", environment | redis),
            TWIN: servers.granian("bench.twin.wsgi:application", environment),
        }
        tags = {ours: pages[ARTICLE][0]["ETag"], file: fetch(file, of_nginx[ARTICLE])[0]["ETag"]}
        rates = {}
        for _round in range(options.rounds):
            for name, port in ports.items():
                for kind in ASKED[name]:
                    tag = {"If_None_Match": tags[port]} if kind == UNCHANGED else {}
                    known = of_nginx if name == NGINX else paths
                    path = known.get(kind, known[ARTICLE])
                    with servers.alone(port, ours if name == PROXIED else port, cache):
                        found = rate(port, path, options.seconds, one_core=not options.two, **tag)
                    rates.setdefault((name, kind), []).append(found)
        ratios = report(rates)
        articles = json.loads(run_inside("--articles", environment, file=__file__))
        with ThreadPoolExecutor(4) as readers:
            list(readers.map(lambda path: fetch(ours, path), articles))
        whole, mapped = servers.memory(ours)
        say(f"a worker after {POSTS:,} articles: {whole:.0f} MB, {mapped:.0f} of them mapped files")
        return ratios
    finally:
        servers.stop()


def files(folder: Path, pages: dict) -> tuple[dict[str, str], str]:
    """Each page in a file, its bytes and headers as ours: where nginx has them, and what it must be told."""
    paths, places = {}, []
    for number, (kind, (headers, body)) in enumerate(pages.items()):
        paths[kind] = f"/page{number}"
        (folder / f"page{number}").write_bytes(body)
        told = " ".join(
            f'add_header {name} "{value}";' for name, value in headers.items() if name.lower() not in OWN
        )
        places.append(f"location = /page{number} {{ root {folder}; default_type text/html; {told} }}")
    return paths, " ".join(places)


def constant(folder: Path, pages: dict) -> Path:
    """The answer for bench/constant.py."""
    headers, body = pages[ARTICLE]
    ours = [(name, value) for name, value in headers.items() if name not in {"connection", "date", "server"}]
    (folder / "answer").write_bytes(json.dumps(ours).encode() + b"\n" + body)
    return folder / "answer"


def report(rates: dict) -> dict[str, float]:
    say(f"{'':28} {'':32} requests/s   to nginx   to the twin (medians of the rounds' ratios)")
    ratios = {}
    for (name, kind), found in rates.items():
        ratio = _ratio(found, rates[NGINX, kind])
        twin = rates.get((TWIN, kind)) if name == ANEW else None
        beside = f"{_ratio(found, twin):11.1f}" if twin else ""
        say(f"{name:28} {kind:32} {statistics.median(found):10,.0f}   {ratio:8.4f}   {beside}")
        if kind == ARTICLE:
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
