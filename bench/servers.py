"""Servers that a benchmark starts for itself, and what it asks of them."""

import contextlib
import os
import re
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

from bench.processes import HOST, ROOT
from tests.processes import free_port, wait_for_port

CONNECTIONS = 16
PATIENCE = 60  # seconds after which something hangs
BATCH = ("chrt", "--batch", "0")  # CPUSchedulingPolicy=batch
BR = {"Accept-Encoding": "br"}

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
        """As deploy/systemd/allforces.service starts it."""
        port = free_port()
        command = [
            *(*self._pinned(), *BATCH, str(ROOT / ".venv/bin/granian"), "--interface", "wsgi", "--no-ws"),
            *("--host", HOST, "--port", str(port), "--workers", str(self.workers)),
            *("--blocking-threads", "4", "--log-level", "error", application),
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
        wait_for_port(port)

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
        [*command, f"http://{HOST}:{port}{path}"],
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + PATIENCE,
    ).stdout
    if "Non-2xx" in said and "If_None_Match" not in headers:
        raise SystemExit(f"{path}: {said}")
    found = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
    time.sleep(min(5, 0.2 + CONNECTIONS / max(found, 1)))  # until it has made what wrk no longer waits for
    return found


def fetch(port: int, path: str):
    request = urllib.request.Request(f"http://{HOST}:{port}{path}", headers=BR)
    with contextlib.closing(urllib.request.urlopen(request, timeout=PATIENCE)) as answer:  # noqa: S310
        return answer.headers, answer.read()
