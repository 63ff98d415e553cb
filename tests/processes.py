"""Servers that a test starts for itself, and may therefore kill."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port: int, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")


class Server:
    """A program with a port of its own; what it says is in `log`."""

    def __init__(self, folder: Path, name: str):
        self.port, self.process = free_port(), None
        self.log = folder / f"{name}.log"

    def command(self) -> list:
        raise NotImplementedError

    def environment(self) -> dict:
        return dict(os.environ)

    def start(self) -> None:
        with self.log.open("ab") as log:
            # A group of its own: a killed machine takes its workers along.
            self.process = subprocess.Popen(
                [str(word) for word in self.command()],
                env=self.environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_for_port(self.port)

    def kill(self) -> None:
        """At once and with everything it has begun, as when a machine loses its power."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """As an operator does: it may finish what it has begun."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.kill()


class Redis(Server):
    def command(self):
        return [
            "redis-server",
            "--port",
            self.port,
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            self.log.parent,
        ]
