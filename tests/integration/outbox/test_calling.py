"""A webhook cannot be led anywhere else: not by its address, its name, a redirect, nor held for ever."""

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from core.services.outbox.calling import Answer, post
from tests.receiver import Receiver

NAME = "hooks.example.com"


def call(url: str, **given: Any) -> Answer:
    return post(url, body=b'{"a":1}', headers={"Content-Type": "application/json"}, **given)


class Names:
    """A resolver that answers each time with the next of its answers, and the last one from then on."""

    def __init__(self, *answers: list[tuple[str, int]]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        self.asked.append(host)
        now = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        families = {4: socket.AF_INET, 6: socket.AF_INET6}
        return [
            (families[ipaddress.ip_address(one).version], socket.SOCK_STREAM, 6, "", (one, at or port))
            for one, at in now
        ]


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
    ],
)
def test_this_machine_is_unreachable_however_it_is_written(
    settings: Any, receiver: Receiver, scheme: str, host: str
) -> None:
    settings.WEBHOOK_ALLOW_LOOPBACK = False
    answer = call(f"{scheme}://{host}:{receiver.port}/")
    assert answer.status is None
    assert receiver.got == []


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "169.254.169.254", "192.168.0.1", "100.64.0.1", "::ffff:10.0.0.1", "fd00::1", "224.0.0.1"]
)
def test_name_of_an_inner_address_is_refused(address: str) -> None:
    names = Names([(address, 0)])
    answer = call(f"https://{NAME}/", resolve=names)
    assert answer.status is None
    assert answer.excerpt == f"{NAME}: {address} is not a public address."


def test_one_inner_address_among_public_ones_refuses_the_name() -> None:
    answer = call(f"https://{NAME}/", resolve=Names([("93.184.216.34", 0), ("10.0.0.1", 0)]))
    assert answer.excerpt == f"{NAME}: 10.0.0.1 is not a public address."


def test_name_that_changes_its_answer_is_looked_up_once_and_kept(receiver: Receiver) -> None:
    names = Names([("127.0.0.1", receiver.port)], [("127.0.0.2", 1)])
    answer = call(f"http://{NAME}:{receiver.port}/in", resolve=names)
    assert (answer.status, names.asked) == (204, [NAME])
    assert receiver.got[0].headers["Host"] == f"{NAME}:{receiver.port}"


def test_name_that_was_public_when_it_was_checked_does_not_lead_inside(settings: Any, receiver: Receiver) -> None:
    """The second answer is never asked for: the connection goes to the first one's address, where nobody listens."""
    settings.WEBHOOK_ALLOW_LOOPBACK = False
    settings.WEBHOOK_CONNECT_SECONDS = 0.2
    names = Names([("192.31.196.1", 0)], [("127.0.0.1", receiver.port)])
    answer = call(f"https://{NAME}:{receiver.port}/", resolve=names)
    assert (answer.status, names.asked, receiver.got) == (None, [NAME], [])


def test_unknown_name_is_said_so() -> None:
    answer = call("https://no-such-name.invalid/")
    assert answer.status is None
    assert "cannot be found" in answer.excerpt


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(receiver: Receiver, status: int) -> None:
    receiver.answer = lambda said, before: status
    with Receiver() as inner:
        receiver.extra = {"Location": inner.url}
        answer = call(receiver.url)
        assert (answer.status, answer.is_accepted) == (status, False)
        assert (len(receiver.got), inner.got) == (1, [])


def test_proxy_of_the_environment_is_not_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    with Receiver() as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert call(receiver.url).status == 204
        assert proxy.got == []


def test_http_leads_to_this_machine_only() -> None:
    answer = call(f"http://{NAME}/", resolve=Names([("93.184.216.34", 0)]))
    assert "use https://" in answer.excerpt


def test_only_the_beginning_of_an_answer_is_read(receiver: Receiver) -> None:
    receiver.answer, receiver.text = lambda said, before: 200, b"x" * 3_000_000
    answer = call(receiver.url)
    assert (answer.status, len(answer.excerpt)) == (200, 2000)


@pytest.mark.parametrize("drip", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nX-Slow: "])
def test_receiver_that_drips_is_cut_off(settings: Any, drip: bytes) -> None:
    settings.WEBHOOK_TOTAL_SECONDS = 0.5
    with socket.create_server(("127.0.0.1", 0)) as server:
        stop = threading.Event()
        threading.Thread(target=_drip, args=(server, drip, stop), daemon=True).start()
        answer = call(f"http://127.0.0.1:{server.getsockname()[1]}/")
        stop.set()
    assert answer.status is None
    assert answer.duration_ms < 5000


def _drip(server: socket.socket, first: bytes, stop: threading.Event) -> None:
    peer, _ = server.accept()
    with peer:
        peer.sendall(first)
        while not stop.wait(0.05):
            try:
                peer.sendall(b"a")
            except OSError:
                return


# --- TLS -------------------------------------------------------------------------------------------


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Callable[[], tuple[int, Path, list[str]]]]:
    """A TLS receiver whose certificate is for ``NAME``, signed by itself; gives port, certificate, names asked for."""
    certificate, key = _certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    seen: list[str] = []
    context.sni_callback = lambda sock, name, ctx: seen.append(name or "")
    server = HTTPServer(("127.0.0.1", 0), _Hello)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield lambda: (server.server_address[1], certificate, seen)
    server.shutdown()
    server.server_close()


class _Hello(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.headers["Host"].encode())

    def log_message(self, *_: object) -> None:
        pass


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(built.public_bytes(serialization.Encoding.PEM))
    private = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    paths[1].write_bytes(key.private_bytes(*private))
    return paths


def test_certificate_and_host_are_those_of_the_name_though_the_address_is_pinned(settings: Any, secure: Any) -> None:
    port, certificate, seen = secure()
    settings.WEBHOOK_CA_FILE = str(certificate)
    answer = call(f"https://{NAME}:{port}/", resolve=Names([("127.0.0.1", port)]))
    assert (answer.status, answer.excerpt, seen) == (200, f"{NAME}:{port}", [NAME])


def test_certificate_of_another_name_is_refused(settings: Any, secure: Any) -> None:
    port, certificate, _ = secure()
    settings.WEBHOOK_CA_FILE = str(certificate)
    answer = call(f"https://other.example.com:{port}/", resolve=Names([("127.0.0.1", port)]))
    assert answer.status is None
    assert "Hostname mismatch" in answer.excerpt


def test_certificate_that_nobody_vouches_for_is_refused(secure: Any) -> None:
    port, _, _ = secure()
    answer = call(f"https://{NAME}:{port}/", resolve=Names([("127.0.0.1", port)]))
    assert answer.status is None
    assert "CERTIFICATE_VERIFY_FAILED" in answer.excerpt
