"""deploy/nginx and deploy/systemd, read by the programs that they are for; nginx live in front of the app."""

import datetime
import gzip
import http.client
import re
import ssl
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.cluster.machines import ROOT, Nginx
from tests.cluster.people import get

pytestmark = pytest.mark.cluster


@pytest.fixture
def certificate():
    """Writes a certificate of its own for 127.0.0.1 into a folder, as certbot would."""

    def write(folder):
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        now = datetime.datetime.now(datetime.UTC)
        signed = (
            x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + datetime.timedelta(days=1))
        ).sign(key, hashes.SHA256())
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (folder / "privkey.pem").write_bytes(private)
        (folder / "fullchain.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))

    return write


@pytest.fixture
def with_tls(cluster, tmp_path, certificate):
    nginx = Nginx(tmp_path, cluster.apps, cluster.public, "tls.conf")
    certificate(nginx.folder)
    nginx.start()
    yield nginx
    nginx.stop()


class Stub:
    """Stands for the machines: answers what `body`, `status` and `headers` say."""

    def __init__(self):
        self.body, self.status, self.headers = "first", 200, {}
        self.asked = []  # the Accept-Encoding of each request
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                stub.asked.append(self.headers.get("Accept-Encoding", ""))
                self.send_response(stub.status)
                own = {"Content-Length": str(len(stub.body)), "ETag": f'"{stub.body}"', "Connection": "close"}
                for name, value in {**own, **stub.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(stub.body.encode())

            def log_message(self, *arguments):
                """Not on the test's output."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def stub():
    stub = Stub()
    yield stub
    stub.stop()


@pytest.fixture
def before_stub(stub, tmp_path):
    """nginx in front of it, where a minute lasts a second."""
    (tmp_path / "public").mkdir()
    nginx = Nginx(tmp_path, [stub, stub], tmp_path / "public")
    nginx.change("site.conf", "200 1m;", "200 1s;")
    nginx.start()
    yield nginx
    nginx.stop()


def kept(seconds: int, *, stale: int = 3600) -> dict:
    """The headers of a page that others may keep for so long."""
    values = f"s-maxage={seconds}, stale-while-revalidate={seconds}, stale-if-error={stale}"
    return {"Cache-Control": f"public, max-age=0, {values}", "Vary": "Accept-Encoding"}


def test_a_copy_is_shown_for_as_long_as_the_app_allows_while_every_machine_is_away(stub, before_stub):
    stub.headers = kept(1, stale=4)
    assert get(before_stub.port, "/a/").text == "first"
    stub.stop()
    time.sleep(2.5)
    assert get(before_stub.port, "/a/").text == "first"
    end = time.monotonic() + 4.5
    while time.monotonic() < end:  # asking prolongs nothing
        get(before_stub.port, "/a/")
        time.sleep(0.2)
    assert get(before_stub.port, "/a/").status == 503


def test_what_only_a_network_is_told_to_forget_is_not_kept_here(stub, before_stub):
    stub.headers = kept(43_200)
    assert get(before_stub.port, "/a/").text == "first"
    stub.body = "second"
    assert get(before_stub.port, "/a/").text == "second"


def test_nobody_fills_the_cache_with_addresses_and_headers_of_their_own(stub, before_stub):
    stub.headers = kept(1)
    for number in range(30):
        get(before_stub.port, f"/?x={number}")
        get(before_stub.port, f"/?page={number}")
        get(before_stub.port, "/", **{"Accept-Encoding": f"gzip, x{number}"})
        get(before_stub.port, "/", **{"Sec-Fetch-Dest": f"x{number}"})
    for path in ("/%61bout/", "/a%62out/", "/%e3%81%82/", "/%E3%81%82/"):
        get(before_stub.port, path)
    pages = [path for path in (before_stub.folder / "pages").rglob("*") if path.is_file()]
    assert len(pages) == 3  # "/" compressed and plain, and the Japanese address


def test_the_app_hears_which_of_its_encodings_a_browser_takes(stub, before_stub):
    said = {
        "gzip, deflate, br, zstd": "br",
        "br;q=1.0, gzip;q=0.8, *;q=0.1": "br",
        "gzip;q=1.0,deflate;q=0.6,identity;q=0.3": "gzip",
        "gzip, br;q=0": "gzip",
        "gzip;q=0.0": "",
        "brotli, x-gzip": "",
        "identity": "",
    }
    for encoding in said:
        get(before_stub.port, "/a/", **{"Accept-Encoding": encoding})
    assert stub.asked == list(said.values())


def test_a_picture_that_was_deleted_is_not_shown_for_longer_than_a_minute(stub, before_stub):
    stub.headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    assert get(before_stub.port, "/media/a.png").text == "first"
    stub.body, stub.status = "gone", 404
    assert get(before_stub.port, "/media/a.png").text == "first"
    time.sleep(2.2)
    assert get(before_stub.port, "/media/a.png").status == 404


@pytest.mark.parametrize("header", ["Accept-Encoding", "Sec-Fetch-Dest"])
def test_what_differs_by_a_header_is_kept_apart(stub, before_stub, header):
    value = {"Accept-Encoding": "gzip", "Sec-Fetch-Dest": "document"}[header]
    stub.headers = kept(5) | {"Vary": "Accept-Encoding, Sec-Fetch-Dest"}
    assert get(before_stub.port, "/feed.xml").text == "first"
    stub.body = "second"
    assert get(before_stub.port, "/feed.xml", **{header: value}).text == "second"
    assert get(before_stub.port, "/feed.xml").text == "first"


def test_what_varies_by_a_header_that_nginx_does_not_look_at_is_not_kept(stub, before_stub):
    stub.headers = kept(5) | {"Vary": "Cookie"}
    assert get(before_stub.port, "/a/").text == "first"
    stub.body = "second"
    assert get(before_stub.port, "/a/").text == "second"


@pytest.mark.parametrize("server", ["plain.conf", "proxied.conf", "tls.conf"])
def test_nginx_accepts_its_configuration(cluster, tmp_path, certificate, server):
    nginx = Nginx(tmp_path, cluster.apps, cluster.public, server)
    certificate(nginx.folder)
    command = [*map(str, nginx.command()[:-2]), "-t"]
    finished = subprocess.run(command, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    assert "[warn]" not in finished.stderr


def test_systemd_accepts_the_units():
    units = sorted((ROOT / "deploy" / "systemd").iterdir())
    finished = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *units],
        capture_output=True,
        text=True,
    )
    # The programs are those of the machine that it is installed on.
    complaints = [line for line in finished.stderr.splitlines() if "/srv/allforces/" not in line]
    assert complaints == []


def test_tls_ends_at_nginx_and_plain_http_is_sent_there(with_tls):
    answer = get(with_tls.port, "/tags/", Host="news.example.jp")
    assert (answer.status, answer.headers["Location"]) == (301, "https://news.example.jp/tags/")
    context = ssl.create_default_context(cafile=str(with_tls.folder / "fullchain.pem"))
    context.check_hostname = False
    connection = http.client.HTTPSConnection("127.0.0.1", with_tls.tls_port, context=context)
    connection.request("GET", "/")
    response = connection.getresponse()
    assert response.status == 200
    assert response.read()
    connection.close()


@pytest.fixture
def proxied(stub, tmp_path):
    """nginx in front of it and behind a proxy that ends TLS, which this machine is."""
    (tmp_path / "public").mkdir()
    nginx = Nginx(tmp_path, [stub, stub], tmp_path / "public", "proxied.conf")
    nginx.change("server.conf", r"10\.0\.0\.0/8", "127.0.0.0/8")
    nginx.start()
    yield nginx
    nginx.stop()


def test_behind_another_proxy_its_word_tells_http_from_https_and_who_asks(stub, proxied):
    stub.headers = kept(5)
    assert get(proxied.port, "/a/", **{"X-Forwarded-Proto": "https"}).text == "first"
    stub.body = "second"
    assert get(proxied.port, "/a/", **{"X-Forwarded-Proto": "https"}).text == "first"
    assert get(proxied.port, "/a/", **{"X-Forwarded-Proto": "http"}).text == "second"
    assert get(proxied.port, "/readyz", **{"X-Forwarded-For": "203.0.113.5"}).status == 403
    assert get(proxied.port, "/readyz", **{"X-Forwarded-For": "203.0.113.5, 10.0.0.9"}).status == 200


def test_static_files_come_from_the_disk_compressed_and_for_ever(cluster):
    page = get(cluster.nginx.port, "/").text
    address = re.search(r"/static/css/site\.\w+\.css", page)[0]
    answer = get(cluster.nginx.port, address, **{"Accept-Encoding": "gzip"})
    assert answer.status == 200
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["Cache-Control"]
    assert gzip.decompress(answer.content) == (ROOT / "var" / address[1:]).read_bytes()


def test_a_static_file_that_this_disk_lacks_is_asked_of_the_app_and_kept(cluster):
    page = get(cluster.nginx.port, "/").text
    address = re.search(r"/static/css/site\.\w+\.css", page)[0]
    (cluster.public / "static").unlink()
    try:
        answers = [get(cluster.nginx.port, address) for _ in range(2)]
    finally:
        (cluster.public / "static").symlink_to(ROOT / "var" / "static")
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].content == (ROOT / "var" / address[1:]).read_bytes()


def test_pictures_come_from_the_disk_and_what_is_none_is_asked_of_the_app(cluster):
    picture = next(path for path in (cluster.public / "media").rglob("*.png"))
    answer = get(cluster.nginx.port, f"/media/{picture.relative_to(cluster.public / 'media')}")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "image/png")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Surrogate-Key"] == f"f{picture.parent.name}"
    assert answer.content == picture.read_bytes()
    assert get(cluster.nginx.port, "/media/none.png").status == 404
    assert get(cluster.nginx.port, "/media/../../etc/passwd").status in {400, 404}


def test_feeds_are_kept_as_long_as_the_app_allows_and_staff_get_no_copy(cluster):
    first, second = (get(cluster.nginx.port, "/feed.atom?") for _ in range(2))
    assert [first.headers["X-Cache"], second.headers["X-Cache"]] == ["MISS", "HIT"]
    assert second.content == first.content
    assert get(cluster.nginx.port, "/feed.atom?", Cookie="a=b; sessionid=c").headers["X-Cache"] == "BYPASS"


def test_a_request_has_one_id_in_the_log_of_nginx_and_in_that_of_the_app(cluster):
    found = get(cluster.nginx.port, "/search/?q=AI", **{"X-Request-ID": "made-up-by-a-reader"})
    identity = found.headers["X-Request-ID"]
    assert re.fullmatch("[0-9a-f]{32}", identity)
    assert any(identity in app.log.read_text() for app in cluster.apps)
    log = cluster.nginx.folder / "access.log"
    end = time.monotonic() + 5
    while not re.search(rf"/search/\?q=AI.* {identity}\n", log.read_text()):  # written after the answer
        assert time.monotonic() < end
        time.sleep(0.05)


def test_the_state_of_the_machines_is_told_inside_only(cluster):
    assert get(cluster.nginx.port, "/readyz").status == 200  # the loopback is inside
    configuration = (cluster.nginx.folder / "site.conf").read_text()
    place = configuration.partition("location = /readyz {")[2].partition("}")[0]
    assert "deny all;" in place
