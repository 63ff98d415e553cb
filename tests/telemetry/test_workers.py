"""Several granian workers: whichever is asked tells the sum."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings as django_settings

TOKEN = "only-prometheus-knows"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture
def server(tmp_path):
    """Two workers; the address, and the folder of their figures."""
    port, folder = free_port(), tmp_path / "figures"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "allforces.settings",
        "SECRET_KEY": django_settings.SECRET_KEY,
        "SITE_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'site.sqlite3'}",
        "STATIC_ROOT": str(tmp_path),
        "METRICS_TOKEN": TOKEN,
        "PROMETHEUS_MULTIPROC_DIR": str(folder),
        "LOG_LEVEL": "WARNING",
    }
    here = {"cwd": django_settings.BASE_DIR, "env": environment}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], check=True, timeout=60, **here)
    granian = Path(sys.executable).with_name("granian")
    command = [granian, "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "2"]
    process = subprocess.Popen([*command, "--log-level", "warning", "allforces.wsgi:application"], **here)
    yield f"http://127.0.0.1:{port}", folder
    process.terminate()
    process.wait(30)


def read(address: str, **headers) -> str:
    request = urllib.request.Request(address, headers=headers)  # noqa: S310  our own server
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
        return answer.read().decode()


def test_any_worker_tells_the_figures_of_all(server):
    address, folder = server
    for _ in range(300):
        try:
            read(f"{address}/healthz")
            break
        except OSError:
            time.sleep(0.1)
    asked = 1
    ends = time.monotonic() + 30
    with ThreadPoolExecutor(8) as readers:  # one after the other, the same worker might take them all
        while time.monotonic() < ends and len(list(folder.glob("counter_*.db"))) < 2:
            asked += len(list(readers.map(read, [f"{address}/healthz"] * 8)))
    assert len(list(folder.glob("counter_*.db"))) == 2
    for _ in range(6):
        figures = read(f"{address}/metrics", Authorization=f"Bearer {TOKEN}").splitlines()
        (line,) = [line for line in figures if 'view="healthz"' in line and "requests_total" in line]
        assert float(line.split()[-1]) == asked
        assert sum(line.startswith("# HELP allforces_requests_total") for line in figures) == 1
