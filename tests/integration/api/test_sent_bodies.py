"""Single bodies as they come over the wire: packed, in chunks, broken off, hostile. Never a 500, never half."""

import gzip
import json
from io import BytesIO
from typing import Any

import pytest
from django.test import RequestFactory
from rest_framework.test import APIClient

from core.models import User
from invoices.api_intake import InvoiceOfSource
from invoices.models import Entry, Invoice
from tests.integration.api.ladder import SIGNED_IN, check_problem, with_key

pytestmark = pytest.mark.django_db
URL = "/api/v1/invoices/ERP/F-1/"
GOOD = {
    "buyer": "0042",
    "currency": "USD",
    "amount": "100.00",
    "invoice_date": "2026-03-01",
    "due_date": "2026-03-31",
}


@pytest.fixture
def erp() -> APIClient:
    return with_key("intake")


def put(erp: APIClient, body: bytes, **headers: str) -> Any:
    """A PUT whose body is what the server gets, whatever its headers say."""
    given = {"CONTENT_TYPE": "application/json", "HTTP_AUTHORIZATION": erp._credentials["HTTP_AUTHORIZATION"]}
    request = RequestFactory().generic("PUT", URL, **{**given, "wsgi.input": BytesIO(body), **headers})
    response: Any = InvoiceOfSource.as_view()(request, source="ERP", external_id="F-1")
    return response.render() if hasattr(response, "render") else response


def sent(erp: APIClient, body: bytes, **headers: str) -> Any:
    return put(erp, body, CONTENT_LENGTH=str(len(body)), **headers)


def text(**changes: str) -> bytes:
    """A body whose changed values are written as they are."""
    known = {name: json.dumps(value) for name, value in GOOD.items()}
    return ("{" + ", ".join(f'"{name}": {value}' for name, value in (known | changes).items()) + "}").encode()


def told(response: Any) -> tuple[int, str, Any]:
    body = json.loads(response.content)
    return response.status_code, body["code"], body.get("field")


def test_a_packed_body_is_taken(erp: APIClient) -> None:
    assert sent(erp, gzip.compress(text()), HTTP_CONTENT_ENCODING="gzip").status_code == 201
    assert Invoice.objects.get().open_amount == 100


def test_a_body_in_chunks_is_taken(erp: APIClient) -> None:
    assert put(erp, text(), HTTP_TRANSFER_ENCODING="chunked").status_code == 201


@pytest.mark.parametrize("missing", [1, 1000])
def test_a_body_that_breaks_off_stores_nothing(erp: APIClient, missing: int) -> None:
    body = text()
    assert told(put(erp, body, CONTENT_LENGTH=str(len(body) + missing))) == (400, "body_truncated", "body")
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("packed", "code"),
    [
        (gzip.compress(text())[:-9], "body_truncated"),
        (gzip.compress(text())[:20], "body_truncated"),
        (gzip.compress(text())[3:], "body_damaged"),
        (text(), "body_damaged"),
        (gzip.compress(text()) + b"more", "body_truncated"),
    ],
    ids=["cut", "cut early", "without its head", "no package", "more behind it"],  # a package holds its second
)
def test_a_damaged_package_stores_nothing(erp: APIClient, packed: bytes, code: str) -> None:
    assert told(sent(erp, packed, HTTP_CONTENT_ENCODING="gzip")) == (400, code, "body")
    assert not Entry.objects.exists()


def test_a_package_that_grows_beyond_the_limit_is_refused(erp: APIClient) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    assert told(sent(erp, bomb, HTTP_CONTENT_ENCODING="gzip"))[:2] == (413, "body_too_large")


def test_another_packing_is_refused(erp: APIClient) -> None:
    answer = told(sent(erp, text(), HTTP_CONTENT_ENCODING="br"))
    assert answer == (415, "unsupported_media_type", "Content-Encoding")


@pytest.mark.parametrize(
    "body",
    [
        text().decode().encode("utf-16"),
        '{"buyer": "Müller"}'.encode("latin-1"),
        '{"buyer": "宁波"}'.encode("gb18030"),
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"[]",
        b"null",
        b'"text"',
        b"{",
        text()[:-1],
        text() + b"{}",
        text()[:-1] + b', "amount": "1"}',
        text()[:-1] + b', "note": {"a": 1, "a": 2}}',
        text(amount="NaN"),
        text(amount="-Infinity"),
        text(note="Infinity"),
        text(buyer=r'"half \ud800"'),
        text(**{r"half \udfff": '"x"'}),
        b"[" * 60_000,
        b'{"a":' * 40_000,
        ('{"buyer": ' + "9" * 200_000 + "}").encode(),
    ],
)
def test_what_is_no_json_object_is_refused(erp: APIClient, body: bytes) -> None:
    assert told(sent(erp, body))[:2] == (400, "body_invalid")
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"amount": "1e400"}, 422, "amount_invalid"),
        ({"amount": "1e5"}, 422, "amount_invalid"),
        ({"amount": '"1e400"'}, 422, "amount_invalid"),
        ({"amount": '"NaN"'}, 422, "amount_invalid"),
        ({"amount": "9" * 4000}, 422, "amount_invalid"),
        ({"amount": "-0"}, 422, "amount_invalid"),
        ({"amount": '"-0.00"'}, 422, "amount_invalid"),
        ({"amount": '"٣"'}, 422, "amount_invalid"),
        ({"invoice_date": '"0000-00-00"'}, 400, "field_invalid"),
        ({"invoice_date": '"2026-02-30"'}, 400, "field_invalid"),
        ({"due_date": '"9999-12-31"'}, 422, "date_out_of_range"),
        ({"invoice_date": '"0001-01-01"'}, 422, "date_out_of_range"),
        ({"invoice_date": "1e9"}, 400, "field_invalid"),
        ({"buyer": r'"nul \u0000"'}, 400, "field_invalid"),
        ({"buyer": '"' + "x" * 61 + '"'}, 400, "field_invalid"),
        ({"buyer": "[]"}, 400, "field_invalid"),
        ({"buyer": "true"}, 400, "field_invalid"),
        ({"currency": '"ZZZ"'}, 422, "currency_unknown"),
        ({"colour": '"red"'}, 400, "field_unknown"),
        ({r"nul \u0000": '"x"'}, 400, "field_unknown"),
        ({f"key {number}": "1" for number in range(9000)}, 400, "field_unknown"),
    ],
)
def test_a_value_that_cannot_be_is_refused(erp: APIClient, change: dict[str, str], status: int, code: str) -> None:
    assert told(sent(erp, text(**change)))[:2] == (status, code)
    assert not Entry.objects.exists()


@pytest.mark.parametrize("name", ["SAP", "order-desk", "erp", "ERP%20", "%00", "ERP%0A", "E" * 300])
def test_a_record_of_another_source_is_refused(erp: APIClient, name: str) -> None:
    response = erp.put(f"/api/v1/invoices/{name}/F-1/", GOOD, format="json")
    assert response.status_code in (403, 404), response.content
    check_problem(response, response.status_code, response.json()["code"])
    assert not Entry.objects.exists()


@pytest.mark.parametrize(("kind", "content"), [("application/json", "[{}]"), ("application/x-ndjson", "{}\n")])
def test_a_signed_in_person_sends_a_bulk(kind: str, content: str) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(User.objects.create(username="eva", role="credit_analyst"), backend=SIGNED_IN)
    client.cookies["csrftoken"] = "t" * 32
    body = content.replace("{}", json.dumps({**GOOD, "external_id": "F-1"}))
    headers = {"Idempotency-Key": "k1"}
    without = client.generic("POST", "/api/v1/invoices/bulk/", body, content_type=kind, headers=headers)
    check_problem(without, 403, "permission_denied")
    assert not Entry.objects.exists()
    headers["X-CSRFToken"] = "t" * 32
    response = client.generic("POST", "/api/v1/invoices/bulk/", body, content_type=kind, headers=headers)
    assert (response.status_code, response.json().get("created")) == (200, 1), response.json()
