"""What measuring, logging and counting cost: `python bench/telemetry.py`.

The same requests with and without the telemetry middleware, one after the other in one process, the log
written as JSON to nowhere, the figures to shared files as of one of several workers. Printed are the CPU
microseconds of a request through the whole of Django (the median of 30
blocks of 20) and of one `count_hit`.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCKS, IN_A_BLOCK = 31, 20


def measure() -> None:
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from bench.search import fill
    from blog.models import Post

    fill(20, 40_000)
    handlers = {name: handler(with_it) for name, with_it in {"without": False, "with": True}.items()}
    paths = {"healthz": "/healthz", "front page": "/", "article": Post.objects.first().get_absolute_url()}
    for name, path in paths.items():
        spent = {key: [] for key in handlers}
        for number in range(BLOCKS):
            for key in sorted(handlers, reverse=number % 2 == 0):
                spent[key].append(microseconds(handlers[key], path))
        medians = {key: statistics.median(values[1:]) for key, values in spent.items()}
        more = medians["with"] - medians["without"]
        share = more / medians["without"]
        say(f"  {name:12} {medians['without']:8.0f} µs, with telemetry {more:+.0f} ({share:+.1%})")
    say(f"  count_hit    {hit():8.3f} µs")


def handler(with_telemetry: bool):
    """Django as it is, or without this project's telemetry."""
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler
    from django.test import override_settings

    if with_telemetry:
        return WSGIHandler()
    middleware = [name for name in settings.MIDDLEWARE if "telemetry" not in name]
    with override_settings(MIDDLEWARE=middleware):
        return WSGIHandler()


def microseconds(handle, path: str) -> float:
    """Of one request, from a block of them: reading the clock costs much itself."""
    from django.test import RequestFactory

    environs = [RequestFactory().get(path).environ for _ in range(IN_A_BLOCK)]
    started = time.process_time()
    for environ in environs:
        response = handle(environ, lambda status, headers: None)
        for _ in response:
            pass
        response.close()
    return (time.process_time() - started) / IN_A_BLOCK * 1e6


def hit() -> float:
    from blog.telemetry.cache import count_hit

    started = time.process_time()
    for _ in range(1_000_000):
        count_hit("hit")
    return time.process_time() - started


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def main() -> None:
    if os.environ.get("BENCH_INSIDE"):
        measure()
        return
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "BENCH_INSIDE": "1",
            "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
            "MEDIA_ROOT": folder,
            "SECRET_KEY": "only-for-the-benchmark-0123456789-0123456789",
            "DJANGO_SETTINGS_MODULE": "allforces.settings",
            "SITE_URL": "http://testserver",
            "LOG_FORMAT": "json",
            "PROMETHEUS_MULTIPROC_DIR": f"{folder}/figures",
            "STATIC_ROOT": f"{folder}/static",
        }
        run = {"env": environment, "check": True, "stderr": subprocess.DEVNULL}
        subprocess.run([sys.executable, "manage.py", "collectstatic", "-v0", "--no-input"], cwd=ROOT, **run)
        subprocess.run([sys.executable, __file__], **run)  # noqa: S603


if __name__ == "__main__":
    main()
