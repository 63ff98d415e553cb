"""What the benchmarks of pages run in: processes with settings and a database of their own."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
DATABASE = "allforces_bench_pages"


def environment_for(size: int, folder: Path) -> dict:
    server = os.environ.get("DATABASE_URL", "")
    url = f"sqlite:///{folder}/{size}.sqlite3"
    if server.startswith("postgres"):
        url = urlsplit(server)._replace(path=f"/{DATABASE}_{size}").geturl()
    return os.environ | {
        "DATABASE_URL": url,
        "MEDIA_ROOT": str(folder),
        "STATIC_ROOT": str(folder / "static"),
        "SECRET_KEY": "only-for-the-benchmark-0123456789-0123456789",
        "DJANGO_SETTINGS_MODULE": "allforces.settings",
        "PYTHONPATH": str(ROOT),
        "SITE_URL": f"http://{HOST}",
        "LOG_LEVEL": "ERROR",
        "PAGE_CACHE_MB": "0",
        "BENCH_SIZE": str(size),
    }


def run_inside(order: str, environment: dict, *more: str, file: str) -> str:
    """The last line that this file says when it is run in a process of its own; the others are passed on."""
    command = [sys.executable, file, order, *more]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    *others, answer = done.stdout.strip().splitlines()
    for line in others:
        say(line)
    return answer


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201
