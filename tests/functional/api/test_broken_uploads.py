"""Bodies over a real wire that break off, or whose key ends while they come in: nothing is stored, then all of it."""

import gzip
import json
import socket
from typing import Any

import pytest
from django.utils import timezone

from core.services.api_clients import IssuedKey, create_client, revoke_client
from invoices.models import Bulk, Entry, Invoice
from tests.integration.api.bulks import invoice, lines
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
PATH = "/api/v1/invoices/bulk/"
BODY = lines([invoice(number) for number in range(2000)])


@pytest.fixture
def erp(transactional_db: None) -> IssuedKey:
    return create_client(name="ERP", scopes=["intake"], expires_at=None, now=timezone.now(), actor=None)


def head(erp: IssuedKey, **headers: str) -> bytes:
    given = {
        "Host": "localhost",
        "Authorization": f"Api-Key {erp.key}",
        "Content-Type": "application/x-ndjson",
        "Idempotency-Key": "night-1",
        "Connection": "close",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    lines_ = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"POST {PATH} HTTP/1.1\r\n{lines_}\r\n".encode()


def connect(port: int, *pieces: bytes) -> socket.socket:
    sender = socket.create_connection(("127.0.0.1", port), timeout=30)
    for piece in pieces:
        sender.sendall(piece)
    return sender


def answer(sender: socket.socket) -> tuple[int, dict[str, Any]]:
    """Status and body of what came back; the sender has nothing more to say."""
    sender.shutdown(socket.SHUT_WR)
    received = b""
    while piece := sender.recv(65536):
        received += piece
    sender.close()
    start, _, content = received.partition(b"\r\n\r\n")
    return int(start.split()[1]), json.loads(content)


def nothing_stored() -> bool:
    return not (Bulk.objects.exists() or Invoice.objects.exists() or Entry.objects.exists())


def whole(port: int, erp: IssuedKey) -> dict[str, Any]:
    status, bulk = answer(connect(port, head(erp, Content_Length=str(len(BODY)), Prefer="respond-async"), BODY))
    assert status == 202, bulk
    return bulk


def test_a_body_that_breaks_off_is_taken_whole_when_it_comes_again(port: int, erp: IssuedKey) -> None:
    length = str(len(BODY))
    status, problem = answer(connect(port, head(erp, Content_Length=length), BODY[: len(BODY) // 2]))
    assert (status, problem["code"]) == (400, "body_truncated")
    connect(port, head(erp, Content_Length=length), BODY[:1000]).close()  # nobody waits for an answer
    assert nothing_stored()
    assert whole(port, erp)["state"] == "queued"
    assert Bulk.objects.count() == 1


def test_a_packed_body_that_is_cut_is_refused(port: int, erp: IssuedKey) -> None:
    packed = gzip.compress(BODY)[:-100]
    told = head(erp, Content_Length=str(len(packed)), Content_Encoding="gzip")
    status, problem = answer(connect(port, told, packed))
    assert (status, problem["code"]) == (400, "body_truncated")
    assert nothing_stored()


def test_chunks_that_stop_without_their_end_are_refused(port: int, erp: IssuedKey) -> None:
    chunk = f"{len(BODY):x}\r\n".encode() + BODY + b"\r\n"
    status, problem = answer(connect(port, head(erp, Transfer_Encoding="chunked"), chunk))
    assert (status, problem["code"]) == (400, "body_truncated")
    assert nothing_stored()


def test_a_key_that_is_revoked_while_its_body_comes_in_stores_nothing(port: int, erp: IssuedKey) -> None:
    half = len(BODY) // 2
    sender = connect(port, head(erp, Content_Length=str(len(BODY))), BODY[:half])
    # the server has let the key in once it noted its use
    wait_until("the key was used", lambda: type(erp.client).objects.get(pk=erp.client.pk).last_used_at is not None)
    revoke_client(client_id=erp.client.pk, actor=None)
    sender.sendall(BODY[half:])
    status, problem = answer(sender)
    assert (status, problem["code"]) == (401, "api_key_revoked")
    assert nothing_stored()
