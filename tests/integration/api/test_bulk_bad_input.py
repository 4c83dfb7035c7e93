"""Bodies and records that are broken: a stable code that names field and value, never a 500, never half."""

import gzip
import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.test import RequestFactory, override_settings
from rest_framework.test import APIClient

from core.models import ApiClient
from core.services.api_clients import revoke_client
from invoices.api_bulks import InvoiceBulk
from invoices.models import Bulk, BulkRecord, Entry, ImportBatch, Invoice
from tests.integration.api.bulks import JSON, NDJSON, invoice, lines, only_problem, records, refused, send, taken
from tests.integration.api.ladder import with_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def erp() -> APIClient:
    return with_key("intake")


def nothing_stored() -> bool:
    return not any(model.objects.exists() for model in (Bulk, BulkRecord, ImportBatch, Invoice, Entry))


def text(**changes: str) -> str:
    """A record whose changed values are written as they are: ``text(amount="NaN")``."""
    known = {name: json.dumps(value) for name, value in invoice(1).items()}
    return "{" + ", ".join(f'"{name}": {value}' for name, value in (known | changes).items()) + "}"


def raw(erp: APIClient, body: bytes, **headers: str) -> Any:
    """A request whose body is what the server gets over the wire, whatever its headers say."""
    known = {"HTTP_AUTHORIZATION": erp._credentials["HTTP_AUTHORIZATION"], "HTTP_IDEMPOTENCY_KEY": "k1"}
    given = known | {"CONTENT_TYPE": NDJSON, "wsgi.input": BytesIO(body)} | headers
    return InvoiceBulk.as_view()(RequestFactory().generic("POST", "/api/v1/invoices/bulk/", **given))


class TestBodies:
    @pytest.mark.parametrize(
        ("body", "kind", "status", "code", "field"),
        [
            (b"", NDJSON, 400, "body_empty", "body"),
            (b"\n \n", NDJSON, 422, "no_records", "file"),
            (b"[]", JSON, 422, "no_records", "file"),
            ('{"buyer": "Müller"}'.encode("latin-1"), NDJSON, 400, "encoding_invalid", "body"),
            ('{"buyer": "宁波"}'.encode("gb18030"), NDJSON, 400, "encoding_invalid", "body"),
            (json.dumps([invoice(1)]).encode("utf-16"), JSON, 400, "encoding_invalid", "body"),
            ('{"buyer": "é'.encode()[:-1], NDJSON, 400, "encoding_invalid", "body"),
            (json.dumps([invoice(1), invoice(2)]).encode()[:-20], JSON, 422, "json_broken", "file"),
            (json.dumps([invoice(1)]).encode() + b"{}", JSON, 422, "json_broken", "file"),
            (b'[{"external_id": "1"} {"external_id": "2"}]', JSON, 422, "json_broken", "file"),
            (b'{"external_id": "1"}', JSON, 422, "json_broken", "file"),
            (b"[" * 60_000, JSON, 422, "json_broken", "file"),
            (b'["' + b"x" * 200_000 + b'"]', JSON, 422, "json_broken", "file"),
        ],
    )
    def test_a_broken_body_is_refused_as_a_whole(
        self, erp: APIClient, body: bytes, kind: str, status: int, code: str, field: str
    ) -> None:
        refused(send(erp, body, kind=kind), status, code, field)
        assert nothing_stored()

    def test_a_body_that_breaks_off_stores_nothing(self, erp: APIClient) -> None:
        body = lines([invoice(1), invoice(2)])
        response = raw(erp, body, CONTENT_LENGTH=str(len(body) + 10))
        response.render()
        assert (response.status_code, response.data["code"], response.data["field"]) == (400, "body_truncated", "body")
        assert nothing_stored()
        assert send(erp, body, key="k1").json()["created"] == 2

    @pytest.mark.parametrize("cut", [slice(None, -9), slice(None, 30), slice(5, None)])
    def test_a_damaged_gzip_stream_stores_nothing(self, erp: APIClient, cut: slice) -> None:
        packed = gzip.compress(lines(invoice(number) for number in range(50)))[cut]
        response = send(erp, packed, Content_Encoding="gzip")
        assert response.json()["code"] in ("body_truncated", "body_damaged")
        refused(response, 400, response.json()["code"], "body")
        assert nothing_stored()

    def test_other_types_and_packings_are_refused(self, erp: APIClient) -> None:
        refused(send(erp, b"a,b", kind="text/csv"), 415, "unsupported_media_type", "Content-Type")
        refused(send(erp, b"x", Content_Encoding="br"), 415, "unsupported_media_type", "Content-Encoding")
        assert nothing_stored()

    def test_more_than_the_limit_is_refused_while_it_comes_in(self, erp: APIClient) -> None:
        with override_settings(BULK_MAX_BYTES=1000):
            bomb = gzip.compress(b" " * 5_000_000)
            refused(send(erp, bomb, Content_Encoding="gzip"), 413, "body_too_large", "body")
        with override_settings(BULK_MAX_RECORDS=2):
            refused(send(erp, [invoice(number) for number in range(3)]), 422, "too_many_rows", "file")
        assert nothing_stored()

    def test_a_key_that_is_revoked_while_the_body_comes_in_stores_nothing(self, erp: APIClient) -> None:
        client = ApiClient.objects.get()

        def pieces(_request: Any) -> Iterator[bytes]:
            yield lines([invoice(1)])
            revoke_client(client_id=client.pk, actor=None)
            yield lines([invoice(2)])

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("invoices.api_bulks.body_pieces", pieces)
            refused(send(erp, [invoice(1)]), 401, "api_key_revoked")
        assert nothing_stored()

    def test_a_body_in_chunks_needs_no_length(self, erp: APIClient) -> None:
        response = raw(erp, lines([invoice(1)]), HTTP_TRANSFER_ENCODING="chunked")
        assert (response.status_code, json.loads(response.content)["created"]) == (200, 1)


class TestRecords:
    @pytest.mark.parametrize(
        ("record", "code", "field"),
        [
            (text(amount="NaN"), "number_invalid", "amount"),
            (text(amount="Infinity"), "number_invalid", "amount"),
            (text(amount="1e400"), "number_invalid", "amount"),
            (text(amount="-0"), "amount_zero", "amount"),
            (text(amount="-0.0"), "amount_zero", "amount"),
            (text(amount='"-0.00"'), "amount_zero", "amount"),
            (text(amount="-5"), "amount_not_positive", "amount"),
            (text(amount='"1,234.50"'), "number_invalid", "amount"),
            (text(amount="0.001"), "amount_precision", "amount"),
            (text(amount="1" * 400), "number_too_large", "amount"),
            (text(amount="true"), "text_expected", "amount"),
            (text(amount='{"value": 1}'), "type_invalid", "amount"),
            (text(amount="null"), "value_missing", "amount"),
            (text(invoice_date='"0000-00-00"'), "date_invalid", "invoice_date"),
            (text(invoice_date='"2026-02-30"'), "date_invalid", "invoice_date"),
            (text(invoice_date='"1066-10-14"'), "date_out_of_range", "invoice_date"),
            (text(invoice_date="20260301"), "text_expected", "invoice_date"),
            (text(currency='"ZZZ"'), "currency_unknown", "currency"),
            (text(external_id="42"), "text_expected", "external_id"),
            (text(external_id='""'), "value_missing", "external_id"),
            (text(external_id='"' + "x" * 121 + '"'), "value_too_long", "external_id"),
            (text(buyer_name=r'"half \ud800"'), "half_character", "buyer_name"),
            (text(buyer_name=r'"nul \u0000"'), "control_character", "buyer_name"),
            (text(terms='"tomorrow"'), "value_unknown", "terms"),
            (text(colour='"red"'), "name_unknown", "row"),
            (text(amout='"5"'), "name_unknown", "row"),
            (text()[:-1] + ', "amount": "1"}', "name_repeated", "row"),
            (text(source='"SAP"'), "source_of_another", "row"),
            ("not json", "record_invalid", "row"),
            ("[1, 2]", "record_invalid", "row"),
            ('{"external_id": "F-1"', "record_invalid", "row"),
            ("[" * 50_000, "record_invalid", "row"),
            ('{"buyer_name": "' + "x" * 70_000 + '"}', "record_too_long", "row"),
        ],
    )
    def test_a_bad_record_names_what_is_wrong(self, erp: APIClient, record: str, code: str, field: str) -> None:
        assert only_problem(erp, record)[:2] == (code, field)
        assert not Invoice.objects.exists()

    def test_bad_records_do_not_stop_good_ones(self, erp: APIClient) -> None:
        bulk = taken(erp, [invoice(1), "not json", text(amount="NaN"), invoice(2), r'{"\ud800": "x"}'])
        assert [one["outcome"] for one in records(erp, bulk)] == [
            "created",
            *["quarantined"] * 2,
            "created",
            "quarantined",
        ]
        assert sorted(Invoice.objects.values_list("external_id", flat=True)) == ["F-1", "F-2"]

    def test_two_records_of_one_id_with_other_content_are_both_refused(self, erp: APIClient) -> None:
        bulk = taken(erp, [invoice(1), invoice(1, amount="7.00"), invoice(2), invoice(2)])
        answers = records(erp, bulk)
        assert [one["outcome"] for one in answers] == ["quarantined", "quarantined", "created", "unchanged"]
        assert answers[0]["problem"]["code"] == "duplicate_in_file"
