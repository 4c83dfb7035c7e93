"""Documents over REST: posted once, told why not, given back as they came; bad bytes are never a fault of ours."""

from __future__ import annotations

import base64
import gzip
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from rest_framework.test import APIClient

from core.models import AuditEvent, SealedDocument, User
from core.services.documents import open_sealed
from invoices.api_incoming import Documents
from invoices.models import Entry, IncomingDocument, Invoice
from tests.budgets import query_budget
from tests.integration.api.ladder import SIGNED_IN, as_person, check_problem, check_schema, with_key
from tests.integration.invoices.documents.made import einvoice, own_seller
from tests.unit.invoices.intake.made import CAMT, MT940

pytestmark = pytest.mark.django_db
URL = "/api/v1/documents/"
DETAIL = "/api/v1/documents/{id}/"
XML = "application/xml"


@pytest.fixture(autouse=True)
def _world(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    own_seller()


@pytest.fixture
def erp() -> APIClient:
    return with_key("intake")


def known_buyer(client: APIClient) -> None:
    """The buyer of the test's invoices, by its VAT number in the name of the source."""
    from buyers.services.registry import BuyerRow, upsert_buyers

    upsert_buyers([BuyerRow("vat:FR40303265045", "Buyer SA")], "ERP")
    upsert_buyers([BuyerRow("vat:FR40303265045", "Buyer SA", code="vat:FR40303265045")], "order-desk")


def send(client: APIClient, data: bytes, *, kind: str = XML, url: str = URL, **headers: str) -> Any:
    return client.generic("POST", url, data, content_type=kind, **headers)


def raw(client: APIClient, data: bytes, **meta: str) -> Any:
    """Without the test client's own look at the length."""
    request = RequestFactory().generic("POST", URL, data, content_type=XML, **client._credentials)
    request.META["wsgi.input"] = request._stream = BytesIO(data)
    request.META.update(meta)
    return Documents.as_view()(request)


def sent(client: APIClient, data: bytes, status: int = 201, **more: str) -> dict[str, Any]:
    response = send(client, data, **more)
    assert response.status_code == status, response.content
    check_schema(response, URL, "post")
    body: dict[str, Any] = response.json()
    return body


class TestSend:
    def test_an_invoice_is_posted(self, erp: APIClient) -> None:
        known_buyer(erp)
        shown = sent(erp, einvoice())
        assert (shown["state"], shown["source"], shown["problem"], shown["invoice"]) == ("posted", "ERP", None, "F-1")
        assert (shown["einvoice"]["payable"], shown["invoices"][0]["open_amount"]) == ("119.00", "119.00")
        assert Invoice.objects.get().source == "ERP"

    def test_the_same_file_again_is_the_same_document(self, erp: APIClient) -> None:
        known_buyer(erp)
        first, again = sent(erp, einvoice()), sent(erp, einvoice(), 200)
        assert (again, Entry.objects.count()) == (first, 1)

    def test_a_form_does_as_well_as_a_body(self, erp: APIClient) -> None:
        known_buyer(erp)
        file = SimpleUploadedFile("..\\..\\inv\x01oice.xml", einvoice(), content_type=XML)
        response = erp.post(URL, {"file": file}, format="multipart")
        check_schema(response, URL, "post")
        assert (response.status_code, response.json()["state"]) == (201, "posted")
        assert "\\" not in response.json()["file_name"]

    def test_a_packed_body_is_unpacked(self, erp: APIClient) -> None:
        known_buyer(erp)
        assert sent(erp, gzip.compress(einvoice()), HTTP_CONTENT_ENCODING="gzip")["state"] == "posted"

    def test_a_person_sends_for_the_order_desk(self) -> None:
        shown = sent(as_person("credit_analyst"), einvoice())
        outcome = (shown["source"], shown["state"], shown["problem"]["code"])
        assert outcome == ("order-desk", "waiting", "buyer_unmatched")

    def test_an_unknown_seller_waits(self, erp: APIClient) -> None:
        shown = sent(erp, einvoice(seller="Foreign Ltd", seller_vat="FR23334175221"))
        assert (shown["state"], shown["problem"]["code"]) == ("waiting", "seller_unknown")
        assert "Foreign Ltd" in shown["problem"]["detail"]

    def test_the_same_key_gets_the_same_answer(self, erp: APIClient) -> None:
        first = send(erp, einvoice(), HTTP_IDEMPOTENCY_KEY="k-1")
        again = send(erp, einvoice(), HTTP_IDEMPOTENCY_KEY="k-1")
        assert (first.status_code, again.status_code, again["Idempotency-Replayed"]) == (201, 201, "true")
        check_problem(send(erp, einvoice("F-2"), HTTP_IDEMPOTENCY_KEY="k-1"), 422, "idempotency_key_reused")


BAD = {
    "text": b"hello",
    "nul": b"\x00" * 100,
    "truncated xml": einvoice()[:-40],
    "truncated pdf": b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0",
    "pdf of noise": b"%PDF-1.4" + bytes(range(256)) * 40,
    "entity bomb": b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>',
    "external entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "wrong encoding": b'<?xml version="1.0" encoding="UTF-8"?><a>\xff\xfe</a>',
    "unknown encoding": b'<?xml version="1.0" encoding="UTF-7"?><a>+ADw-</a>',
    "utf-16 without an end": "<?xml version='1.0' encoding='utf-16'?><a>".encode("utf-16"),
    "deep": b"<a>" * 5_000 + b"</a>" * 5_000,
    "nan": einvoice().replace(b"119.00", b"NaN"),
    "huge number": einvoice().replace(b"119.00", b"1e400"),
    "day zero": einvoice().replace(b"2026-03-01", b"0000-00-00"),
    "wrong sum": einvoice().replace(
        b'<cbc:TaxInclusiveAmount currencyID="EUR">119.00', b'<cbc:TaxInclusiveAmount currencyID="EUR">118.99'
    ),
    "another currency": einvoice().replace(b'currencyID="EUR"', b'currencyID="XXQ"').replace(b">EUR<", b">XXQ<"),
    "zip": b"PK\x03\x04" + b"\x00" * 60,
    "piece of mt940": b":20:X\r\n:25:\x00\x01\r\n:61:rubbish\r\n:86:\xff\xff",
    "attachment": einvoice(attachment=("a.pdf", "!!!")),
}


class TestBadInput:
    @pytest.mark.parametrize("name", BAD)
    def test_bad_bytes_are_refused_with_the_reason(self, erp: APIClient, name: str) -> None:
        shown = sent(erp, BAD[name], kind="application/octet-stream")
        assert (shown["state"], Entry.objects.count()) == ("refused", 0)
        assert len(shown["problem"]["detail"]) > 20
        assert open_sealed(SealedDocument.objects.get()) == BAD[name]
        assert sent(erp, BAD[name], 200, kind="application/octet-stream") == shown

    def test_nothing_is_no_document(self, erp: APIClient) -> None:
        check_problem(send(erp, b""), 400, "body_empty")
        file = SimpleUploadedFile("a.xml", b"")
        check_problem(erp.post(URL, {"file": file}, format="multipart"), 400, "body_empty")
        assert IncomingDocument.objects.count() == 0

    def test_too_much_is_refused_unstored(self, erp: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("invoices.api_incoming.MAX_BYTES", 1_000)
        check_problem(send(erp, b"<" * 1_001), 413, "body_too_large")
        check_problem(send(erp, gzip.compress(b"<" * 1_001), HTTP_CONTENT_ENCODING="gzip"), 413, "body_too_large")
        assert SealedDocument.objects.count() == 0

    @pytest.mark.parametrize("who", ["key", "person"])
    def test_a_form_that_is_too_long_is_refused_unread(self, erp: APIClient, who: str) -> None:
        client = erp if who == "key" else as_person("credit_analyst")
        kind, length = "multipart/form-data; boundary=x", str(1 << 40)
        check_problem(send(client, b"--x--", kind=kind, CONTENT_LENGTH=length), 413, "body_too_large")
        assert SealedDocument.objects.count() == 0

    @pytest.mark.parametrize("kind", [XML, "multipart/form-data; boundary=x"])
    def test_csrf_is_asked_of_sessions(self, kind: str) -> None:
        strict = APIClient(enforce_csrf_checks=True)
        strict.force_login(User.objects.create(username="eva", role="credit_analyst"), backend=SIGNED_IN)
        strict.cookies["csrftoken"] = "t" * 32
        form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.xml"\r\n\r\n%s\r\n--x--\r\n'
        data = einvoice() if kind == XML else form % einvoice()
        check_problem(send(strict, data, kind=kind), 403, "permission_denied")
        assert SealedDocument.objects.count() == 0
        assert send(strict, data, kind=kind, HTTP_X_CSRFTOKEN="t" * 32).status_code == 201

    def test_a_body_that_breaks_off_is_refused_unstored(self, erp: APIClient) -> None:
        response = raw(erp, einvoice(), CONTENT_LENGTH="100000")
        response.render()
        assert (response.status_code, response.data["code"]) == (400, "body_truncated")
        broken = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.xml"\r\n\r\n<a'
        response = send(erp, broken, kind="multipart/form-data; boundary=x")
        check_problem(response, 400, "file_missing")
        assert send(erp, broken, kind="multipart/form-data").status_code == 400

    def test_a_form_needs_its_file(self, erp: APIClient) -> None:
        check_problem(erp.post(URL, {"note": "x"}, format="multipart"), 400, "file_missing")

    @pytest.mark.parametrize("kind", ["application/json", "text/html", ""])
    def test_other_media_types_are_refused(self, erp: APIClient, kind: str) -> None:
        check_problem(send(erp, einvoice(), kind=kind), 415, "unsupported_media_type")

    def test_names_that_no_column_holds_are_refused_or_mended(self, erp: APIClient) -> None:
        assert send(erp, einvoice(), url=f"{URL}?file_name=a%00b").status_code == 400
        assert send(erp, einvoice(), url=f"{URL}?file_name={'n' * 300}").status_code == 400
        shown = sent(erp, einvoice(), url=f"{URL}?file_name=..%2F..%2F%E2%80%AEfdp.exe%0d%0aX: y")
        assert shown["file_name"] == "fdp.exeX: y"


class TestRead:
    def test_the_list_is_filtered(self, erp: APIClient) -> None:
        known_buyer(erp)
        sent(erp, einvoice())
        sent(erp, b"nothing", kind="text/plain")
        for query, count in (("", 2), ("?state=refused", 1), ("?kind=einvoice", 1), ("?text=f-1", 1), ("?source=X", 2)):
            response = erp.get(URL + query)
            check_schema(response, URL)
            assert len(response.json()["results"]) == count, query

    def test_the_cost_of_the_list_stays_bounded(self, erp: APIClient) -> None:
        for number in range(4):
            sent(erp, einvoice(f"F-{number}"))
        with query_budget("api document list"):
            erp.get(URL)

    def test_a_key_for_intake_sees_its_own_only(self, erp: APIClient) -> None:
        other = sent(as_person("credit_analyst"), einvoice("F-9"))
        assert erp.get(URL).json()["results"] == []
        for path in ("", "file/", "attachments/1/"):
            check_problem(erp.get(f"{URL}{other['id']}/{path}"), 404, "document_not_found")

    def test_a_reader_sees_all_and_sends_nothing(self) -> None:
        shown = sent(as_person("credit_analyst"), einvoice())
        reader = with_key("read")
        assert reader.get(f"{URL}{shown['id']}/").json()["id"] == shown["id"]
        check_problem(send(reader, einvoice()), 403, "permission_denied")

    @pytest.mark.parametrize("role", ["sales", "auditor", "administrator"])
    def test_others_may_not(self, role: str) -> None:
        client = as_person(role)
        check_problem(client.get(URL), 403, "permission_denied")
        check_problem(send(client, einvoice()), 403, "permission_denied")
        assert IncomingDocument.objects.count() == 0

    def test_nobody_may_nothing(self) -> None:
        check_problem(APIClient().get(URL), 401, "not_authenticated")
        check_problem(send(APIClient(), einvoice()), 401, "not_authenticated")

    def test_what_is_not_there_is_not_found(self, erp: APIClient) -> None:
        check_problem(erp.get(f"{URL}{10**30}/"), 404, "document_not_found", DETAIL)
        check_problem(erp.delete(URL), 405, "method_not_allowed")

    def test_it_is_written_down(self, erp: APIClient) -> None:
        shown = sent(erp, einvoice())
        event = AuditEvent.objects.get(action="invoices.document.waiting")
        assert (event.subject_id, event.actor_label) == (str(shown["id"]), "api:ERP")


class TestDownload:
    def attached(self, client: APIClient, name: str) -> dict[str, Any]:
        content = base64.b64encode(b"<script>alert(1)</script>").decode()
        return sent(client, einvoice(attachment=(name, content)), url=f"{URL}?file_name=f.html")

    def test_the_original_comes_back_byte_for_byte(self, erp: APIClient) -> None:
        shown = self.attached(erp, "a.html")
        response = erp.get(f"{URL}{shown['id']}/file/")
        assert (response.status_code, response["Content-Type"]) == (200, "application/octet-stream")
        assert response.content == open_sealed(IncomingDocument.objects.get().sealed)
        assert response["Content-Disposition"] == 'attachment; filename="f.html"'
        assert (response["X-Content-Type-Options"], response["Cache-Control"]) == ("nosniff", "private, no-store")
        assert "sandbox" in response["Content-Security-Policy"]

    @pytest.mark.parametrize(
        "name",
        ["a.html", "a&#13;&#10;Set-Cookie: x=1", "../../etc/passwd", "a&quot;b.html", "ключ.html", "&#x202E;fdp"],
    )
    def test_hostile_names_break_no_header(self, erp: APIClient, name: str) -> None:
        shown = self.attached(erp, name)
        response = erp.get(f"{URL}{shown['id']}/attachments/1/", HTTP_ACCEPT="text/html")
        assert (response.status_code, response.content) == (200, b"<script>alert(1)</script>")
        assert response["Content-Type"] == "application/octet-stream"
        assert response["Content-Disposition"].startswith("attachment")
        assert not {"\r", "\n", "/"} & set(response["Content-Disposition"].partition("''")[0])
        assert "Set-Cookie" not in response

    def test_an_altered_file_is_refused(self, erp: APIClient, settings: Any) -> None:
        shown = sent(erp, einvoice())
        path = Path(settings.MEDIA_ROOT) / SealedDocument.objects.get().path
        path.write_bytes(b"other")
        response = erp.get(f"{URL}{shown['id']}/file/")
        check_problem(response, 422, "document_altered", "/api/v1/documents/{id}/file/")


@pytest.mark.parametrize("data", [CAMT.encode(), MT940.encode()])
def test_statements_are_taken(erp: APIClient, data: bytes) -> None:
    assert sent(erp, data, kind="text/plain")["kind"] == "statements"
