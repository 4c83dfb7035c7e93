"""docs/examples/duewatch_client.py against a real server and a real worker, as somebody copies it."""

import importlib.util
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from core.services.api_clients import create_client
from invoices.models import Entry, Invoice
from tests.integration.api.bulks import invoice

pytestmark = pytest.mark.django_db(transaction=True)
FILE = Path(__file__).parents[3] / "docs" / "examples" / "duewatch_client.py"
BODY = {"buyer": "0042", "currency": "USD", "amount": "1250.00", "invoice_date": "2026-03-01", "due_date": "2026-03-31"}


@pytest.fixture(scope="module")
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("duewatch_client", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def client_of(example: ModuleType, port: int) -> Any:
    issued = create_client(name="ERP", scopes=["intake", "read"], expires_at=None, now=timezone.now(), actor=None)
    return example.Duewatch(f"http://127.0.0.1:{port}", issued.key)


def test_an_invoice_is_put_read_and_corrected(port: int, example: ModuleType) -> None:
    client = client_of(example, port)
    assert client.put("invoices/ERP/F-1001", BODY)["outcome"] == "created"
    seen, etag = client.get("invoices/ERP/F-1001")
    assert seen["open_amount"] == "1250.00"
    corrected = client.put("invoices/ERP/F-1001", BODY | {"amount": "1200.00"}, etag=etag)
    assert corrected["outcome"] == "updated"
    with pytest.raises(example.Refused) as refusal:
        client.put("invoices/ERP/F-1001", BODY | {"amount": "1100.00"}, etag=etag)
    assert refusal.value.code == "invoice_changed"
    rows = client.rows("invoices", amount__gte="1000", fields="number,open_amount", page_size="1")
    assert list(rows) == [{"number": "F-1001", "open_amount": "1200.00"}]


def test_a_bulk_is_taken_once_and_its_bad_records_are_named(port: int, example: ModuleType) -> None:
    client = client_of(example, port)
    records = [invoice(1), invoice(2, amount="0.50"), invoice(3, due_date="0000-00-00")]
    totals = {"rows": 3, "sums": {"USD": "200.50"}}
    first = client.bulk("invoices", records, totals=totals)
    assert (first["created"], first["quarantined"]) == (2, 1)
    assert [one["problem"]["code"] for one in client.quarantined(first)] == ["date_invalid"]
    assert client.bulk("invoices", records, totals=totals)["id"] == first["id"]
    with pytest.raises(example.Refused) as refusal:
        client.bulk("invoices", [invoice(4)], totals={"rows": 2})
    assert refusal.value.code == "control_totals_mismatch"
    assert Entry.objects.count() == 2


def test_a_large_bulk_is_waited_for(
    port: int, example: ModuleType, start_worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    start_worker()
    bulk = client_of(example, port).bulk("invoices", (invoice(number) for number in range(3000)))
    assert (bulk["state"], bulk["created"]) == ("done", 3000)
    assert Invoice.objects.count() == 3000


def test_who_is_throttled_comes_back(
    serve: Callable[..., AbstractContextManager[int]], example: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    with serve(API_RATE="1/min") as port:
        client = client_of(example, port)
        monkeypatch.setattr(example, "time", SimpleNamespace(sleep=waits.append))
        with pytest.raises(example.Refused) as refusal:
            list(map(client.put, ("invoices/ERP/F-1",) * 3, (BODY,) * 3))
    assert refusal.value.code == "throttled"
    assert 1 <= min(waits) <= max(waits) <= 60
