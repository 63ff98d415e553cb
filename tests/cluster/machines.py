"""What a site on two machines is made of: apps, nginx, and a wire to the database that can be cut."""

import contextlib
import itertools
import os
import re
import select
import shutil
import socket
import sys
import threading
import time
from pathlib import Path

from django.conf import settings

from tests.processes import Server, free_port

ROOT = Path(settings.BASE_DIR)
NGINX = ROOT / "deploy" / "nginx"


class App(Server):
    """granian as deploy/systemd/allforces.service starts it, with fewer workers."""

    def __init__(self, folder: Path, name: str, variables: dict):
        super().__init__(folder, name)
        self.variables = variables

    def command(self):
        granian = [Path(sys.executable).parent / "granian", "--interface", "wsgi", "--no-ws"]
        batch = ["chrt", "--batch", "0"]
        place = ["--host", "127.0.0.1", "--port", self.port]
        workers = ["--workers", "1", "--blocking-threads", "4", "--respawn-interval", "10"]
        return [*batch, *granian, *place, *workers, "--log-level", "warning", "allforces.wsgi:application"]

    def environment(self):
        return super().environment() | self.variables


SECONDS_NGINX_RESTS = 2  # fail_timeout in machines.conf


class Nginx(Server):
    """The configuration of deploy/nginx, with nothing changed but places and ports."""

    def __init__(self, folder: Path, apps: list[App], public: Path, server: str = "plain.conf"):
        super().__init__(folder, "nginx")
        self.folder = folder / "nginx"
        self.tls_port = free_port()
        shutil.copytree(NGINX, self.folder)
        shutil.copy("/etc/nginx/mime.types", self.folder)
        (self.folder / server).rename(self.folder / "server.conf")
        machines = "".join(
            f"    server 127.0.0.1:{app.port} max_fails=3 fail_timeout={SECONDS_NGINX_RESTS}s;\n"
            for app in apps
        )
        self.change("machines.conf", r"(?:    server 10\.\S+ .*\n)+", machines)
        self.change("nginx.conf", r"user www-data;", "user root;" if os.geteuid() == 0 else "")
        self.change("nginx.conf", r"include /etc/nginx/modules-enabled/.*\n", "")  # beside Debian's prefix
        self.change("nginx.conf", r"/run/nginx\.pid", str(self.folder / "pid"))
        self.change("nginx.conf", r"/var/(?:cache|log)/nginx", str(self.folder))
        temporary = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        lines = "".join(f"{kind}_temp_path {self.folder}/{kind};" for kind in temporary)
        self.change("nginx.conf", r"sendfile on;", f"sendfile on; {lines}")
        self.change("site.conf", r"/srv/allforces/public", str(public))
        self.change("site.conf", r"/etc/nginx", str(self.folder))
        self.change("server.conf", r" *listen \[::\].*\n", "", needed=False)
        self.change("server.conf", r"listen 80\b", f"listen 127.0.0.1:{self.port}")
        self.change("server.conf", r"listen 443\b", f"listen 127.0.0.1:{self.tls_port}", needed=False)
        certificates = "/etc/letsencrypt/live/news.example.jp"
        self.change("server.conf", certificates, str(self.folder), needed=False)

    def change(self, file: str, pattern: str, text: str, *, needed: bool = True) -> None:
        path = self.folder / file
        changed, times = re.subn(pattern, lambda _match: text, path.read_text())
        assert times or not needed, f"{file} has no {pattern}"
        path.write_text(changed)

    def command(self):
        return [
            "nginx",
            "-p",
            self.folder,
            "-c",
            self.folder / "nginx.conf",
            "-e",
            "stderr",
            "-g",
            "daemon off;",
        ]


class Wire:
    """Forwards a port to another one; `cut` is what a lost network or server looks like."""

    def __init__(self, host: str, port: int):
        self.target, self.port = (host, port), free_port()
        self._pairs, self._lock = set(), threading.Lock()
        self._cut, self._accepting = threading.Event(), None

    def join(self) -> None:
        self._cut.clear()
        listener = socket.create_server(("127.0.0.1", self.port))
        self._accepting = threading.Thread(target=self._accept, args=[listener], daemon=True)
        self._accepting.start()

    def cut(self) -> None:
        """Every connection is broken, and no new one is taken."""
        self._cut.set()
        self._accepting.join()
        with self._lock:
            for end in itertools.chain.from_iterable(self._pairs):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def _accept(self, listener: socket.socket) -> None:
        with listener:
            while not self._cut.is_set():
                ready, _, _ = select.select([listener], [], [], 0.05)
                if ready:
                    near, _address = listener.accept()
                    threading.Thread(target=self._forward, args=[near], daemon=True).start()

    def _forward(self, near: socket.socket) -> None:
        with near, socket.create_connection(self.target) as far:
            pair = (near, far)
            with self._lock:
                self._pairs.add(pair)
            with contextlib.suppress(OSError):
                while True:
                    ready, _, _ = select.select(pair, [], [])
                    for end in ready:
                        data = end.recv(65536)
                        if not data:
                            return
                        (far if end is near else near).sendall(data)
            with self._lock:
                self._pairs.discard(pair)


def workers(app: App) -> set[int]:
    """The processes of a machine that answer requests."""
    children = Path(f"/proc/{app.process.pid}/task/{app.process.pid}/children")
    return set(map(int, children.read_text().split()))


def until(condition, seconds: float = 30) -> None:
    """Wait until it is true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not true after {seconds} seconds"
        time.sleep(0.1)
