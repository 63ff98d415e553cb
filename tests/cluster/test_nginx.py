"""deploy/nginx and deploy/systemd, read by the programs that they are for; nginx live in front of the app."""

import datetime
import gzip
import http.client
import re
import ssl
import subprocess

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


@pytest.mark.parametrize("server", ["plain.conf", "tls.conf"])
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


def test_static_files_come_from_the_disk_compressed_and_for_ever(cluster):
    page = get(cluster.nginx.port, "/").text
    address = re.search(r"/static/css/site\.\w+\.css", page)[0]
    answer = get(cluster.nginx.port, address, **{"Accept-Encoding": "gzip"})
    assert answer.status == 200
    assert answer.headers["Content-Encoding"] == "gzip"
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
    assert answer.content == picture.read_bytes()
    assert get(cluster.nginx.port, "/media/none.png").status == 404
    assert get(cluster.nginx.port, "/media/../../etc/passwd").status in {400, 404}


def test_feeds_are_kept_as_long_as_the_app_allows_and_staff_get_no_copy(cluster):
    first, second = (get(cluster.nginx.port, "/feed.atom?") for _ in range(2))
    assert [first.headers["X-Cache"], second.headers["X-Cache"]] == ["MISS", "HIT"]
    assert second.content == first.content
    assert get(cluster.nginx.port, "/feed.atom?", Cookie="a=b; sessionid=c").headers["X-Cache"] == "BYPASS"


def test_the_state_of_the_machines_is_told_inside_only(cluster):
    assert get(cluster.nginx.port, "/readyz").status == 200  # the loopback is inside
    configuration = (cluster.nginx.folder / "site.conf").read_text()
    place = configuration.partition("location = /readyz {")[2].partition("}")[0]
    assert "deny all;" in place
