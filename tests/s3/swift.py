"""OpenStack Swift with its S3 interface, which checks every signature: four processes on loopback."""

import getpass
import shutil
import subprocess
import sys
from pathlib import Path

from tests.processes import free_port, wait_for_port

KEY, SECRET = "test:newsroom", "not-a-secret-of-anybody"
KINDS = ("account", "container", "object")

SERVER = """
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
user = {user}
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
workers = 0
fallocate_reserve = 0
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""

PROXY = """
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
user = {user}
swift_dir = {folder}
workers = 0
strict_cors_mode = false
[pipeline:main]
pipeline = catch_errors gatekeeper s3api tempauth slo proxy-server
[app:proxy-server]
use = egg:swift#proxy
allow_account_management = true
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
s3_acl = false
cors_preflight_allow_origin = *
[filter:slo]
use = egg:swift#slo
[filter:tempauth]
use = egg:swift#tempauth
user_test_newsroom = {secret} .admin
"""


class Swift:
    def __init__(self, folder: Path, programs: Path = Path(sys.executable).parent):
        self.folder, self.programs, self.processes = folder, programs, []
        self.port = free_port()

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        (self.folder / "devices" / "disk").mkdir(parents=True)
        (self.folder / "swift.conf").write_text("[swift-hash]\nswift_hash_path_suffix = tests\n")
        ports = {}
        for kind in KINDS:
            ports[kind] = free_port()
            self._ring(kind, ports[kind])
        for kind, port in ports.items():
            self._run(kind, SERVER.format(kind=kind, port=port, user=getpass.getuser(), folder=self.folder))
        proxy = PROXY.format(port=self.port, user=getpass.getuser(), folder=self.folder, secret=SECRET)
        self._run("proxy", proxy)
        for port in (*ports.values(), self.port):
            wait_for_port(port)

    def stop(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _ring(self, kind: str, port: int) -> None:
        builder = [self.programs / "swift-ring-builder", f"{kind}.builder"]
        for words in (["create", "2", "1", "0"], ["add", f"r1z1-127.0.0.1:{port}/disk", "1"], ["rebalance"]):
            subprocess.run([*builder, *words], cwd=self.folder, check=True, capture_output=True)

    def _run(self, kind: str, configuration: str) -> None:
        file = self.folder / f"{kind}.conf"
        file.write_text(configuration)
        with (self.folder / f"{kind}.log").open("wb") as log:
            command = [self.programs / f"swift-{kind}-server", file]
            self.processes.append(subprocess.Popen(command, stdout=log, stderr=log))
