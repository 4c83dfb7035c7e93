"""A bulk whose web server, worker and database are killed in the middle: sent again, it is in the ledger once."""

import http.client
import json
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from tests.functional.platform.instances import Instance
from tests.waiting import wait_until

pytestmark = pytest.mark.xdist_group("platform")

ROWS = 100_000
PATH = "/api/v1/invoices/bulk/"
COUNT = """
from invoices.models import Entry, Invoice
from django.db.models import Sum
print(Invoice.objects.count(), Entry.objects.count(), Invoice.objects.aggregate(s=Sum("open_amount"))["s"])
"""


def body() -> bytes:
    """Records with the totals that they must give: amounts of 1.01 to 300.00."""
    cents = [101 + number % 29_900 for number in range(ROWS)]
    asked = {"control_totals": {"rows": ROWS, "sums": {"USD": f"{sum(cents) / 100:.2f}"}}}
    records = (
        {
            "external_id": f"F-{number}",
            "buyer": f"{number % 500:04d}",
            "currency": "USD",
            "amount": f"{amount / 100:.2f}",
            "invoice_date": "2026-03-01",
            "due_date": "2026-03-31",
        }
        for number, amount in enumerate(cents)
    )
    return "\n".join(map(json.dumps, (asked, *records))).encode()


class Erp:
    """The system that sends."""

    def __init__(self, instance: Instance) -> None:
        done = instance.manage("create_api_client", "ERP", "--scopes", "intake", "--json")
        assert done.returncode == 0, done.stderr
        self._port = instance.port
        self._key = f"Api-Key {json.loads(done.stdout)['key']}"

    def call(self, method: str, path: str, content: bytes | None = None, *, key: str = "") -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        headers = {"Authorization": self._key, "Content-Type": "application/x-ndjson", "Idempotency-Key": key}
        try:
            connection.request(method, path, body=content, headers=headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def call_in_chunks(self, content: bytes, *, key: str) -> tuple[int, Any]:
        """Send a body whose length nobody told."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        headers = {"Authorization": self._key, "Content-Type": "application/x-ndjson", "Idempotency-Key": key}
        try:
            connection.request("POST", PATH, body=iter([content[:40], content[40:]]), headers=headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def begin(self, content: bytes, *, key: str) -> socket.socket:
        """Send the first half of the body and keep the connection."""
        sender = socket.create_connection(("127.0.0.1", self._port), timeout=60)
        head = f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {self._key}\r\n"
        head += (
            f"Content-Type: application/x-ndjson\r\nIdempotency-Key: {key}\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        sender.sendall(head.encode() + content[: len(content) // 2])
        return sender

    def send(self, content: bytes, *, key: str) -> dict[str, Any]:
        """Send until there is an answer, as a client does whose connection breaks."""
        answers: list[tuple[int, Any]] = []

        def sent() -> bool:
            with suppress(OSError, http.client.HTTPException, ValueError):
                answers.append(self.call("POST", PATH, content, key=key))
            return bool(answers) and answers[-1][0] < 500

        wait_until("the bulk is received", sent)
        assert answers[-1][0] == 202, answers
        return dict(answers[-1][1])

    def state(self, path: str) -> dict[str, Any]:
        """The bulk as it stands; nothing while the server is away."""
        with suppress(OSError, http.client.HTTPException, ValueError):
            status, found = self.call("GET", path)
            if status == 200:
                return dict(found)
        return {}

    def is_reading(self, path: str) -> bool:
        """True if records of the bulk have been read and it still runs: one answer says both."""
        found = self.state(path)
        assert found.get("state") in {None, "queued", "running"}, found
        return found.get("state") == "running" and bool(found["records_read"])


def test_a_bulk_survives_kills_of_everything(
    new_instance: Callable[[], Instance], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOB_LEASE_SECONDS", "3")
    instance = new_instance().with_schema().start()
    erp, content = Erp(instance), body()

    half = erp.begin(content, key="night-1")
    instance.kill("web")
    wait_until("the web server is back", instance.answers)
    half.close()

    bulk = erp.send(content, key="night-1")
    path = f"/api/v1/bulks/{bulk['id']}/"
    for program in ("worker", "postgres"):
        wait_until("the records are being read", lambda: erp.is_reading(path))
        before = instance.kill(program)
        wait_until(f"{program} is back", lambda: instance.has_another(program, before))  # noqa: B023
        wait_until("the web server answers", instance.answers)

    wait_until("the bulk is done", lambda: erp.state(path).get("state") == "done", seconds=240)
    done = erp.state(path)
    assert (done["rows"], done["created"], done["quarantined"], done["problem"]) == (ROWS, ROWS, 0, None)
    total = json.loads(content.split(b"\n", 1)[0])["control_totals"]["sums"]["USD"]
    assert done["sums"] == {"USD": total}
    counted = instance.manage("shell", "--no-imports", "-c", COUNT)
    assert counted.stdout.split() == [str(ROWS), str(ROWS), f"{total}00"]

    assert erp.send(content, key="night-1")["id"] == bulk["id"]
    again = f"/api/v1/bulks/{erp.send(content, key='night-2')['id']}/"
    wait_until("it is done again", lambda: erp.state(again).get("state") == "done", seconds=180)
    assert erp.state(again)["unchanged"] == ROWS
    assert instance.manage("verify_ledger").returncode == 0

    known = content.split(b"\n")[1]
    status, last = erp.call_in_chunks(known + b"\n", key="day-1")
    assert (status, last["unchanged"]) == (200, 1), last
