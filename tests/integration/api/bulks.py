"""What the tests of bulks share: records, bodies, and short ways to send them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import count
from typing import Any

from rest_framework.test import APIClient

from tests.integration.api.ladder import check_problem, check_schema

INVOICES = "/api/v1/invoices/bulk/"
NDJSON = "application/x-ndjson"
JSON = "application/json"
SOURCE = "ERP"
BULK = "/api/v1/bulks/{id}/"
RECORDS = "/api/v1/bulks/{id}/records/"
_keys = count(1)


def invoice(number: int | str = 1, /, **changes: Any) -> dict[str, Any]:
    """A good record; ``...`` leaves a field out."""
    known = {
        "external_id": f"F-{number}",
        "buyer": "0042",
        "buyer_name": "Acme",
        "currency": "USD",
        "amount": "100.00",
        "invoice_date": "2026-03-01",
        "due_date": "2026-03-31",
    }
    return {name: value for name, value in (known | changes).items() if value is not ...}


def totals(rows: int | None = None, **sums: str) -> dict[str, Any]:
    """The object that asks for control totals."""
    return {"control_totals": {"rows": rows, "sums": sums or None}}


def lines(records: Iterable[Any]) -> bytes:
    """NDJSON; text goes in as it is."""
    return "".join(f"{one if isinstance(one, str) else json.dumps(one)}\n" for one in records).encode()


def send(
    client: APIClient, body: Any, *, url: str = INVOICES, kind: str = NDJSON, key: str | None = "", **headers: str
) -> Any:
    """POST a bulk: records, or bytes as they are."""
    if not isinstance(body, bytes):
        body = lines(body) if kind == NDJSON else json.dumps(list(body)).encode()
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    if key is not None:
        given["Idempotency-Key"] = key or f"bulk-{next(_keys)}"
    return client.generic("POST", url, body, content_type=kind, headers=given)


def taken(client: APIClient, body: Any, *, url: str = INVOICES, **options: Any) -> dict[str, Any]:
    """Send what is answered at once; gives the bulk."""
    response = send(client, body, url=url, **options)
    assert response.status_code == 200, response.json()
    check_schema(response, url, "post")
    found: dict[str, Any] = response.json()
    assert found["state"] == "done"
    return found


def records(client: APIClient, bulk: dict[str, Any], query: str = "") -> list[dict[str, Any]]:
    """The answers to the records of a bulk."""
    response = client.get(bulk["records"] + query)
    assert response.status_code == 200, response.json()
    check_schema(response, RECORDS)
    found: list[dict[str, Any]] = response.json()["results"]
    return found


def outcomes(client: APIClient, bulk: dict[str, Any]) -> list[str]:
    """Outcome by record, in order."""
    return [record["outcome"] for record in records(client, bulk)]


def refused(response: Any, status: int, code: str, field: str | None = None, url: str = INVOICES) -> dict[str, Any]:
    """A refusal of the whole, as documented."""
    body = check_problem(response, status, code)
    check_schema(response, url, "post")
    assert body.get("field") == field, body
    return body


def only_problem(client: APIClient, record: Any, *, url: str = INVOICES, **options: Any) -> tuple[str, str, str]:
    """Code, field and value of the one record sent."""
    bulk = taken(client, [record], url=url, **options)
    assert (bulk["rows"], bulk["quarantined"]) == (1, 1), bulk
    (answer,) = records(client, bulk)
    problem = answer["problem"]
    assert problem["detail"]
    assert "?" not in problem["detail"].replace(problem.get("value", ""), "")
    return problem["code"], problem.get("field", ""), problem.get("value", "")
