"""How fast pages are served, as ratios to nginx: `python bench/serving.py` (needs nginx, wrk, redis-server).

Everything is measured in one run, in interleaved rounds, on an archive of 2,500 posts (bench/archive.py) in a
scratch SQLite database: each server on one core, wrk on the other. The limit is nginx sending the very bytes
of our page, compressed, from a file. Against it: our pages from memory, the same behind nginx's proxy cache,
our pages made anew for each request, Django's own cache middleware with Redis, and the plain twin
(bench/twin). `--two`: two workers, and wrk on both cores. `--visible`: how long after its commit a change is
seen by two servers, one that hears of it through Redis and one that looks once a second.
`--chart FILE` writes the ratios as SVG.
"""

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.chart import bars  # noqa: E402
from bench.pages import HOST, environment_for, run_inside, say, wait_for  # noqa: E402
from tests.processes import free_port  # noqa: E402

POSTS, KILOBYTES = 2500, 40
CONNECTIONS = 16
BR = {"Accept-Encoding": "br"}
OWN = {"connection", "content-length", "content-type", "date", "server", "etag", "last-modified"}  # of nginx
KINDS = ("article", "home", "category", "tag", "feed")

NGINX = """
worker_processes {workers}; pid {folder}/{name}.pid; error_log {folder}/{name}.log;
events {{ worker_connections 512; }}
http {{
    access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; server_tokens off;
    client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    open_file_cache max=100;
    {http}
    server {{ listen {host}:{port} reuseport; {server} }}
}}
"""


class Servers:
    """Starts servers, and ends them all."""

    def __init__(self, folder: Path, *, workers: int):
        self.folder, self.workers, self.processes = folder, workers, []

    def granian(self, application: str, environment: dict) -> int:
        port = free_port()
        command = [
            *(*self._pinned(), str(ROOT / ".venv/bin/granian"), "--interface", "wsgi", "--host", HOST),
            *("--port", str(port), "--workers", str(self.workers), "--blocking-threads", "1", "--no-ws"),
            *("--log-level", "error", application),
        ]
        self._start(command, environment, port)
        return port

    def nginx(self, name: str, *, http: str = "", server: str) -> int:
        port = free_port()
        file = self.folder / f"{name}.conf"
        values = {"folder": self.folder, "name": name, "host": HOST, "port": port, "workers": self.workers}
        file.write_text(NGINX.format(**values, http=http, server=server))
        command = [*self._pinned(), "nginx", "-c", str(file), "-e", "stderr", "-g", "daemon off;"]
        self._start(command, dict(os.environ), port)
        return port

    def redis(self) -> int:
        port = free_port()
        self._start(
            ["redis-server", "--port", str(port), "--bind", HOST, "--save", ""], dict(os.environ), port
        )
        return port

    @contextlib.contextmanager
    def alone(self, *ports: int):
        """All other servers stand still meanwhile, with whatever they have not finished."""
        others = [
            number
            for process in self.processes
            if not any(str(port) in " ".join(process.args) or process.port == port for port in ports)
            for number in (process.pid, *children(process.pid))
        ]
        for number in others:
            os.kill(number, signal.SIGSTOP)
        try:
            yield
        finally:
            for number in others:
                os.kill(number, signal.SIGCONT)

    def memory(self, port: int) -> tuple[float, float]:
        """Megabytes of the largest worker of this granian, and how many of them are of mapped files."""
        found = []
        for process in self.processes:
            if str(port) in process.args:
                for child in children(process.pid):
                    said = Path(f"/proc/{child}/status").read_text()
                    kinds = [int(re.search(rf"{kind}:\s+(\d+)", said)[1]) for kind in ("VmRSS", "RssFile")]
                    found.append(tuple(kilobytes / 1024 for kilobytes in kinds))
        return max(found)

    def _pinned(self) -> list[str]:
        return ["taskset", "-c", "0"] if self.workers == 1 else []

    def _start(self, command, environment, port):
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=quiet, stderr=quiet)  # noqa: S603
        process.port = port
        self.processes.append(process)
        wait_for(port)

    def stop(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait()


def children(number: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{number}/task/{number}/children").read_text().split()]


def rate(port: int, path: str, seconds: int, *, one_core: bool, **headers: str) -> float:
    """Requests a second."""
    command = [
        *(["taskset", "-c", "1"] if one_core else []),
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{seconds}s",
    ]
    for name, value in (BR | headers).items():
        command += ["-H", f"{name.replace('_', '-')}: {value}"]
    said = subprocess.run(  # noqa: S603
        [*command, f"http://{HOST}:{port}{path}"], capture_output=True, text=True, check=True
    ).stdout
    if "Non-2xx" in said and "If_None_Match" not in headers:
        raise SystemExit(f"{path}: {said}")
    found = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
    time.sleep(min(5, 0.2 + CONNECTIONS / max(found, 1)))  # until it has made what wrk no longer waits for
    return found


def fetch(port: int, path: str):
    request = urllib.request.Request(f"http://{HOST}:{port}{path}", headers=BR)
    with contextlib.closing(urllib.request.urlopen(request)) as answer:  # noqa: S310
        return answer.headers, answer.read()


def compare(options, folder: Path, environment: dict, paths: dict) -> dict[str, float]:
    servers = Servers(folder, workers=2 if options.two else 1)
    try:
        cached = environment | {"PAGE_CACHE_MB": "40"}
        cache = servers.redis()
        redis = {"CACHE_URL": f"redis://{HOST}:{cache}/0"}
        ours = servers.granian("allforces.wsgi:application", cached)
        headers, body = fetch(ours, paths["article"])
        (folder / "page").write_bytes(body)
        told = " ".join(
            f"add_header {name} '{value.replace(chr(39), chr(92) + chr(39))}';"
            for name, value in headers.items()
            if name.lower()
            not in {"content-length", "content-type", "date", "server", "etag", "last-modified"}
        )
        proxied = f"proxy_pass http://{HOST}:{ours}; proxy_cache pages; proxy_cache_valid 200 1m;"
        ports = {
            "nginx, from a file": servers.nginx(
                "file",
                server=f"location / {{ root {folder}; rewrite ^ /page break; "
                f"default_type text/html; {told} }}",
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
    say(f"{'':28} {'':10} requests/s   to nginx (median of the rounds' ratios)")
    ratios = {}
    for (name, kind), found in rates.items():
        ratio = statistics.median(a / b for a, b in zip(found, limit, strict=True))
        say(f"{name:28} {kind:10} {statistics.median(found):10,.0f}   {ratio:.4f}")
        if kind == "article":
            ratios[name] = ratio
    return ratios


# How soon a change is seen


def visible(folder: Path, environment: dict, changes: int) -> None:
    servers = Servers(folder, workers=1)
    try:
        redis = {"CACHE_URL": f"redis://{HOST}:{servers.redis()}/0"}
        environment |= {"PAGE_CACHE_MB": "40"}
        ports = {
            "through Redis": servers.granian("allforces.wsgi:application", environment | redis),
            "by looking": servers.granian("allforces.wsgi:application", environment),
        }
        writer = subprocess.Popen(  # noqa: S603
            [sys.executable, __file__, "--changes", *map(str, [changes, *ports.values()])],
            env=environment | redis,
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
        post.title = title = f"見出し その {number}"
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


def inside(options) -> None:
    import django

    django.setup()
    from bench.pages import addresses, fill_once
    from blog.models import Post

    if options.changes:
        change(options.changes[0], options.changes[1:])
    elif options.articles:
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
    parser.add_argument("--visible", type=int, nargs="?", const=100, metavar="CHANGES")
    parser.add_argument("--chart", type=Path, metavar="FILE")
    parser.add_argument("--prepare", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--articles", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--changes", type=int, nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.prepare or options.articles or options.changes:
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
        if options.visible:
            visible(folder, environment, options.visible)
            return
        ratios = compare(options, folder, environment, paths)
        if options.chart:
            options.chart.write_text(bars("An article, requests a second (nginx = 1)", ratios))


if __name__ == "__main__":
    main()
