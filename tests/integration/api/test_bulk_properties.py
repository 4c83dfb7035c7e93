"""Whatever a bulk holds: it is answered record by record or refused as a whole, never with a failure of ours."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from core.api.throttling import ClientRateThrottle
from invoices.queries.verify import verify_ledger
from tests.integration.api.bulks import NDJSON, send
from tests.integration.api.ladder import with_key

pytestmark = pytest.mark.django_db

BROKEN = ("", " ", "\0", "\ud800", "a\ud800b", "\x85", "\u2028", "\\N", "null", "x" * 300)
NUMBERS = ("0", "-0", "1e400", "NaN", "9" * 17, "0.00001", "٣", "100.00")
OTHERS = ("0000-00-00", "2026-02-30", "9999-12-31", "2026-03-01", "USD", "KWD", "XXX", "F-1")
NASTY = st.sampled_from((*BROKEN, *NUMBERS, *OTHERS))
VALUES = st.recursive(
    NASTY | st.text(max_size=8) | st.none() | st.booleans() | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NASTY, inner, max_size=3),
    max_leaves=6,
)
ALLOCATIONS = st.lists(
    st.fixed_dictionaries({"invoice": NASTY, "amount": NASTY | st.integers()}, optional={"source_amount": VALUES}),
    max_size=3,
)
GOOD: dict[str, dict[str, str]] = {
    "invoices": {"buyer": "1", "currency": "USD", "amount": "5", "invoice_date": "2026-03-01", "due_days": "30"},
    "receipts": {"buyer": "1", "currency": "USD", "amount": "5", "received_on": "2026-03-01"},
    "credit-notes": {"buyer": "1", "currency": "USD", "amount": "5", "issued_on": "2026-03-01"},
    "buyers": {"name": "One"},
    "disputes": {"invoice": "F-1", "amount": "1", "reason": "quality", "valid_from": "2026-03-02"},
}
NAMES = sorted({name for fields in GOOD.values() for name in fields} | {"external_id", "source", "code", "website"})
CHANGES = st.dictionaries(st.sampled_from(NAMES) | NASTY, VALUES, max_size=3)
SENT = st.lists(st.tuples(CHANGES, st.none() | ALLOCATIONS), min_size=1, max_size=6)


@pytest.fixture
def erp(monkeypatch: pytest.MonkeyPatch) -> APIClient:
    monkeypatch.setattr(ClientRateThrottle, "allow_request", lambda *_: True)
    return with_key("intake")


@pytest.mark.parametrize("kind", list(GOOD))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=SENT, totals=st.none() | VALUES)
def test_a_bulk_is_answered_whatever_it_holds(erp: APIClient, kind: str, sent: list[Any], totals: Any) -> None:
    lines = [json.dumps(record(kind, number, *one)) for number, one in enumerate(sent)]
    if totals is not None:
        lines.insert(0, json.dumps({"control_totals": totals}))
    response = send(erp, "\n".join(lines).encode(), url=f"/api/v1/{kind}/bulk/", kind=NDJSON)
    body = response.json()
    if response.status_code == 422:
        assert body["code"] in ("control_totals_invalid", "control_totals_mismatch"), body
        return
    assert response.status_code == 200, body
    counts = [body[name] for name in ("created", "updated", "unchanged", "quarantined")]
    assert sum(counts) == body["rows"] == len(sent)
    answers = erp.get(body["records"])
    assert (answers.status_code, len(answers.json()["results"])) == (200, len(sent))
    assert verify_ledger().is_ok


def record(kind: str, number: int, changes: dict[str, Any], allocations: list[Any] | None) -> dict[str, Any]:
    """A good record of the kind with some of its fields spoiled."""
    found: dict[str, Any] = {"external_id": f"F-{number}", **GOOD[kind], **changes}
    if allocations is not None and kind in ("receipts", "credit-notes"):
        found["allocations"] = allocations
    return found
