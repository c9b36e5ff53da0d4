"""nginx, with the very text of `docs/operating.md`, in front of a real web server."""

import os
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx2
import pytest
from cli_commands import eventually
from cli_ports import free_port
from cli_web import Start, token_of, try_to_sign_in
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from factories import make_workspace, owner_of
from tallystick.cli.ports import answers
from tallystick.importing.models import Upload
from tallystick.workspaces.devices import Device
from tallystick.workspaces.sign_in import sign_in

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
PAGE = Path(__file__).parents[2] / "docs" / "operating.md"
AROUND = """
{user}
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr warn;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {site}
}}
"""
HALF_SENT = b"POST /sign-in/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nabc"


class Proxy:
    """nginx as a process; clients come to it from any address of 127.0.0.0/8."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plain, self.secure = free_port(18_600), free_port(18_650)
        self.url = f"https://127.0.0.1:{self.secure}"
        self.trust = ssl.create_default_context(cafile=make_certificate(folder))

    def start(self, web_port: int) -> "subprocess.Popen[bytes]":
        site = documented().replace("127.0.0.1:8000", f"127.0.0.1:{web_port}")
        site = re.sub(r"\n *listen \[::\].*", "", site)
        site = re.sub(r"listen 80\b", f"listen 127.0.0.1:{self.plain}", site)
        site = re.sub(r"listen 443\b", f"listen 127.0.0.1:{self.secure}", site)
        site = re.sub(r"/etc/letsencrypt/live/[^/]+", str(self.folder), site)
        config = self.folder / "nginx.conf"
        user = "user root;" if os.geteuid() == 0 else ""
        config.write_text(AROUND.format(user=user, folder=self.folder, site=site))
        process = subprocess.Popen([NGINX, "-p", self.folder, "-c", config, "-e", "stderr"])
        assert eventually(lambda: answers(self.plain, "/sign-in/"))
        return process

    def client(self, address: str) -> httpx2.Client:
        """Return a browser at that address."""
        transport = httpx2.HTTPTransport(local_address=address, verify=self.trust)
        return httpx2.Client(base_url=self.url, transport=transport, timeout=20)

    def hold(self, words: bytes) -> ssl.SSLSocket:
        one = socket.create_connection(("127.0.0.1", self.secure), source_address=("127.0.0.9", 0))
        secured = self.trust.wrap_socket(one, server_hostname="127.0.0.1")
        secured.sendall(words)
        return secured


def documented() -> str:
    found = re.search(r"```nginx\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return found[1]


def make_certificate(folder: Path) -> Path:
    """Write key and certificate for 127.0.0.1 as certbot names them."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a test")])
    now, address = datetime.now(UTC), x509.IPAddress(ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "fullchain.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture
def proxy(web: Start, tmp_path: Path) -> Iterator[Proxy]:
    """A web server behind nginx, its settings those of the page."""
    if NGINX is None:
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say("needs nginx: install it (Debian: apt-get install nginx-light)")
    proxy = Proxy(tmp_path)
    server = web(TALLYSTICK_PUBLIC_URL=proxy.url, TALLYSTICK_TRUSTED_PROXIES="127.0.0.1")
    process = proxy.start(server.port)
    yield proxy
    process.terminate()
    process.wait(20)


def test_nginx_as_the_page_has_it(proxy: Proxy):
    workspace = make_workspace()
    email = owner_of(workspace).email
    # Ten guesses from 127.0.0.2, as the web server would count them.
    for _ in range(10):
        sign_in(email=email, password="wrong", address="127.0.0.2", device=Device())
    held = [proxy.hold(HALF_SENT) for _ in range(30)]

    with proxy.client("127.0.0.2") as guessing:
        claims = {"X-Forwarded-For": "198.51.100.7"}
        refused = try_to_sign_in(guessing, email, **claims)
    with proxy.client("127.0.0.3") as client:
        plain = client.get(f"http://127.0.0.1:{proxy.plain}/sign-in/?next=/")
        signed_in = try_to_sign_in(client, email)
        page = client.get(f"/w/{workspace.slug}/")
        address = f"/w/{workspace.slug}/import/"
        uploaded = client.post(
            address,
            data={"csrfmiddlewaretoken": token_of(client.get(address)), "format": ""},
            files={"file": ("large.csv", b"number\n" + b"x\n" * 3_000_000, "text/csv")},
            headers={"Referer": f"{proxy.url}{address}"},
        )

    assert refused.status_code == 429
    assert (plain.status_code, plain.headers["Location"]) == (
        301,
        f"{proxy.url}/sign-in/?next=/",
    )
    assert signed_in.status_code == 302
    assert "Secure" in signed_in.headers["Set-Cookie"]
    assert page.status_code == 200
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert uploaded.status_code == 302
    assert Upload.objects.get().file_name == "large.csv"
    for one in held:
        one.close()
