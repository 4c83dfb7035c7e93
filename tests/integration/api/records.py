"""What the tests of the further record kinds share: a source with buyers and invoices, and short ways to put."""

from __future__ import annotations

import json
from typing import Any

from rest_framework.test import APIClient

from tests.integration.api.bulks import invoice, taken
from tests.integration.api.ladder import as_person, check_problem, check_schema, with_key

BUYERS = "/api/v1/buyers/bulk/"


def source_with_buyers(*codes: str) -> APIClient:
    """The key of ERP, which has told of these buyers."""
    client = with_key("intake")
    rows = [{"external_id": code, "name": f"Buyer {code}"} for code in codes or ("0042", "0077", "0099")]
    taken(client, rows, url=BUYERS)
    return client


def source_with_invoices() -> APIClient:
    """The key of ERP with F-1 (100.00 USD) and F-2 (5,000 JPY), both of 1 March."""
    client = with_key("intake")
    taken(client, [invoice(1), invoice(2, currency="JPY", amount="5000")])
    return client


def without(record: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The record with changes; ``...`` leaves a field out."""
    return {name: value for name, value in (record | changes).items() if value is not ...}


def put(client: APIClient, url: str, path: str, body: Any, *, status: int = 200, **headers: str) -> dict[str, Any]:
    """Put, as documented; gives the answer."""
    response = raw_put(client, url, body, **headers)
    assert response.status_code == status, response.json()
    check_schema(response, path, "put")
    found: dict[str, Any] = response.json()
    return found | {"etag": response.headers["ETag"]}


def raw_put(client: APIClient, url: str, body: Any, **headers: str) -> Any:
    """Put, whatever comes; text goes in as it is."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    text = body if isinstance(body, str) else json.dumps(body)
    return client.generic("PUT", url, text.encode("utf-8", "surrogatepass"), "application/json", headers=given)


def read(client: APIClient, url: str, path: str) -> dict[str, Any]:
    """Read, as documented."""
    response = client.get(url)
    assert response.status_code == 200, response.json()
    check_schema(response, path)
    found: dict[str, Any] = response.json()
    return found | {"etag": response.headers["ETag"]}


def refused(
    client: APIClient, url: str, path: str, body: Any, status: int, code: str, **headers: str
) -> dict[str, Any]:
    """A put that is refused as documented."""
    response = raw_put(client, url, body, **headers)
    found = check_problem(response, status, code)
    check_schema(response, path, "put")
    return found


def check_rungs(url: str, path: str, body: Any, other: str) -> None:
    """Who may put and read: the ladder of every record under its source's number."""
    check_problem(raw_put(with_key("intake"), other, body), 403, "source_of_another")
    check_problem(raw_put(APIClient(), url, body), 401, "not_authenticated")
    for client in (with_key("check", "read"), as_person("sales"), as_person("auditor")):
        check_problem(raw_put(client, url, body), 403, "permission_denied")
    check_problem(with_key("intake").get(other), 403, "source_of_another")
    check_problem(with_key("intake").get(url), 404, "record_not_found", path)
    check_problem(with_key("check").get(url), 403, "permission_denied", path)
    check_problem(with_key("intake").post(url, body, format="json"), 405, "method_not_allowed")
