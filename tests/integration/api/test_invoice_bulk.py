"""POST /api/v1/invoices/bulk/: what is taken in, how each record is answered, and that nothing comes twice."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import timezone
from rest_framework.test import APIClient

from core.services.api_clients import create_client
from invoices.models import Bulk, Entry, ImportBatch, Invoice, QuarantinedRow
from invoices.services.quarantine import mend_row, replay
from tests.integration.api.bulks import (
    BULK,
    INVOICES,
    JSON,
    NDJSON,
    invoice,
    lines,
    outcomes,
    records,
    refused,
    send,
    taken,
    totals,
)
from tests.integration.api.ladder import as_person, check_problem, check_schema, with_key
from tests.integration.credit.builders import run_jobs
from tests.integration.invoices.intake import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def erp() -> APIClient:
    return with_key("intake")


def ledger() -> tuple[Any, ...]:
    """What a refused bulk must not change."""
    return (
        Entry.objects.count(),
        Bulk.objects.count(),
        ImportBatch.objects.count(),
        QuarantinedRow.objects.count(),
        list(Invoice.objects.order_by("pk").values_list("pk", "amount", "due_date", "open_amount")),
    )


class TestTaken:
    @pytest.mark.parametrize("kind", [NDJSON, JSON])
    def test_every_record_is_answered(self, erp: APIClient, kind: str) -> None:
        sent = [invoice(1), invoice(2, amount="250.5", currency="EUR"), invoice(3, amount="zero")]
        bulk = taken(erp, sent, kind=kind)
        assert [bulk[name] for name in ("rows", "created", "updated", "unchanged", "quarantined")] == [3, 2, 0, 0, 1]
        assert (bulk["source"], bulk["kind"], bulk["sums"]) == ("ERP", "invoices", {"EUR": "250.50", "USD": "100.00"})
        first, second, third = records(erp, bulk)
        assert (first["external_id"], first["outcome"], first["problem"]) == ("F-1", "created", None)
        assert (second["position"], second["outcome"]) == (2, "created")
        assert (third["outcome"], third["problem"]["code"], third["problem"]["field"]) == (
            "quarantined",
            "number_invalid",
            "amount",
        )
        assert third["problem"]["value"] == "zero"

    def test_the_ledger_holds_what_was_sent(self, erp: APIClient) -> None:
        taken(erp, [invoice(1, number="2026/7", terms="da", due_date=..., due_days=45, amount=99)])
        found = Invoice.objects.get(source="ERP", external_id="F-1")
        assert (found.number, found.terms, str(found.due_date), found.open_amount) == ("2026/7", "da", "2026-04-15", 99)
        assert found.buyer.name == "Acme"

    def test_the_same_again_is_unchanged_and_a_new_due_date_updates(self, erp: APIClient) -> None:
        taken(erp, [invoice(1), invoice(2)])
        again = taken(erp, [invoice(1), invoice(2, due_date="2026-05-31"), invoice(3)])
        assert outcomes(erp, again) == ["unchanged", "updated", "created"]
        assert Entry.objects.count() == 3

    def test_what_contradicts_the_ledger_waits_in_quarantine(self, erp: APIClient) -> None:
        taken(erp, [invoice(1)])
        bulk = taken(erp, [invoice(1, amount="120.00")])
        (answer,) = records(erp, bulk, "?outcome=quarantined")
        assert answer["problem"]["code"] == "contradicts_ledger"
        assert "PUT" in answer["problem"]["fix"]
        row = QuarantinedRow.objects.get()
        assert (row.reason, row.raw["amount"], row.batch.file_name) == (
            "contradicts_ledger",
            "120.00",
            f"bulk-{bulk['id']}.json",
        )

    def test_a_quarantined_record_is_mended_and_replayed(self, erp: APIClient) -> None:
        taken(erp, [invoice(1, amount="zero")])
        row, analyst = QuarantinedRow.objects.get(), make_user()
        mend_row(row.pk, {"amount": "12.00"}, analyst)
        assert replay(actor=analyst, row_ids=[row.pk]).created == 1
        assert Invoice.objects.get(source="ERP", external_id="F-1").open_amount == 12

    def test_records_come_in_pages(self, erp: APIClient) -> None:
        bulk = taken(erp, [invoice(number) for number in range(5)])
        page = erp.get(f"{bulk['records']}?page_size=3").json()
        rest = erp.get(page["next"]).json()
        assert [row["position"] for row in page["results"] + rest["results"]] == [1, 2, 3, 4, 5]
        assert rest["next"] is None

    def test_gzip_is_unpacked(self, erp: APIClient) -> None:
        bulk = taken(erp, gzip.compress(lines([invoice(1)])), Content_Encoding="gzip")
        assert (bulk["created"], bulk["size"]) == (1, len(lines([invoice(1)])))

    def test_blank_lines_and_a_mark_at_the_start_do_not_count(self, erp: APIClient) -> None:
        body = b"\xef\xbb\xbf\n" + lines([invoice(1), "", invoice(2)]).replace(b"\n", b"\r\n")
        assert outcomes(erp, taken(erp, body)) == ["created", "created"]

    def test_chinese_is_kept(self, erp: APIClient) -> None:
        taken(erp, [invoice(1, buyer_name="宁波贸易有限公司")])
        assert Invoice.objects.get().buyer.name == "宁波贸易有限公司"


class TestControlTotals:
    @pytest.mark.parametrize("kind", [NDJSON, JSON])
    def test_totals_that_agree_let_it_pass(self, erp: APIClient, kind: str) -> None:
        sent = [totals(2, USD="200", EUR="0.10"), invoice(1, amount="200.00"), invoice(2, amount="0.1", currency="EUR")]
        assert taken(erp, sent, kind=kind)["created"] == 2

    @pytest.mark.parametrize(
        ("asked", "field", "found"),
        [
            (totals(3), "rows", "2"),
            (totals(2, USD="200.01"), "sums.USD", "200"),
            (totals(2, USD="200", EUR="1"), "sums.EUR", "0"),
        ],
    )
    def test_totals_that_differ_post_nothing(
        self, erp: APIClient, asked: dict[str, Any], field: str, found: str
    ) -> None:
        before = ledger()
        body = refused(
            send(erp, [asked, invoice(1), invoice(2)]), 422, "control_totals_mismatch", f"control_totals.{field}"
        )
        assert body["found"] == found
        assert ledger() == before

    @pytest.mark.parametrize(
        "asked",
        [
            {"control_totals": {"row": 2}},
            {"control_totals": {"rows": "two"}},
            {"control_totals": {"rows": 1.5}},
            {"control_totals": {"rows": True}},
            {"control_totals": {"sums": {"USD": "NaN"}}},
            {"control_totals": {"sums": {"usd": "1"}}},
            {"control_totals": {"sums": ["USD", 1]}},
            {"control_totals": 3},
            {"control_totals": {}, "external_id": "F-1"},
            '{"control_totals": {"sums": {"USD": 1e400}}}',
            '{"control_totals": {"rows": 1, "rows": 2}}',
        ],
    )
    def test_totals_that_say_nothing_are_refused(self, erp: APIClient, asked: Any) -> None:
        before = ledger()
        refused(send(erp, [asked, invoice(1)]), 422, "control_totals_invalid", "file")
        refused(send(erp, [totals(1), invoice(1), totals(1)]), 422, "control_totals_invalid", "file")
        assert ledger() == before


class TestAsAJob:
    def test_a_large_body_becomes_a_job(self, erp: APIClient) -> None:
        with override_settings(BULK_AT_ONCE_BYTES=100):
            response = send(erp, [invoice(1), invoice(2, currency="ZZZ")])
        assert response.status_code == 202
        check_schema(response, INVOICES, "post")
        assert response["Location"] == f"/api/v1/bulks/{response.json()['id']}/"
        assert (response.json()["state"], Invoice.objects.count()) == ("queued", 0)
        run_jobs()
        done = erp.get(response["Location"])
        check_schema(done, BULK)
        assert [done.json()[name] for name in ("state", "created", "quarantined", "records_read")] == ["done", 1, 1, 2]
        assert outcomes(erp, done.json()) == ["created", "quarantined"]

    def test_the_caller_may_prefer_a_job(self, erp: APIClient) -> None:
        assert send(erp, [invoice(1)], Prefer="respond-async").status_code == 202

    def test_a_job_whose_totals_differ_posts_nothing(self, erp: APIClient) -> None:
        response = send(erp, [totals(7), invoice(1)], Prefer="respond-async")
        run_jobs()
        found = erp.get(response["Location"])
        check_schema(found, BULK)
        body = found.json()
        assert (body["state"], body["problem"]["code"], body["created"]) == ("refused", "control_totals_mismatch", 0)
        assert (Invoice.objects.count(), ImportBatch.objects.count()) == (0, 0)

    def test_the_same_body_under_way_is_the_same_job(self, erp: APIClient) -> None:
        first = send(erp, [invoice(1)], Prefer="respond-async")
        second = send(erp, [invoice(1)], Prefer="respond-async")
        assert first["Location"] == second["Location"]
        run_jobs()
        third = send(erp, [invoice(1)])
        assert third.json()["unchanged"] == 1

    def test_a_failed_job_is_shown_as_such(self, erp: APIClient) -> None:
        response = send(erp, [invoice(1)], Prefer="respond-async")
        Path(settings.MEDIA_ROOT, Bulk.objects.get().path).unlink()
        with pytest.raises(AssertionError, match="FileNotFoundError"):
            run_jobs()
        body = erp.get(response["Location"]).json()
        assert (body["state"], body["problem"]["code"]) == ("failed", "bulk_failed")
        assert send(erp, [invoice(1)], Prefer="respond-async")["Location"] != response["Location"]


class TestSentTwice:
    def test_the_same_key_and_body_get_the_stored_answer(self, erp: APIClient) -> None:
        first = send(erp, [invoice(1)], key="k1")
        before = ledger()
        second = send(erp, [invoice(1)], key="k1")
        assert (second.status_code, second.content) == (200, first.content)
        assert (second["Idempotency-Replayed"], second["Location"]) == ("true", first["Location"])
        assert ledger() == before

    def test_the_same_body_packed_is_the_same(self, erp: APIClient) -> None:
        first = send(erp, [invoice(1)], key="k1")
        packed = send(erp, gzip.compress(lines([invoice(1)])), key="k1", Content_Encoding="gzip")
        assert packed.content == first.content

    def test_the_same_key_with_another_body_is_refused(self, erp: APIClient) -> None:
        send(erp, [invoice(1)], key="k1")
        before = ledger()
        refused(send(erp, [invoice(2)], key="k1"), 422, "idempotency_key_reused", "Idempotency-Key")
        assert ledger() == before

    def test_a_refusal_is_kept_as_well(self, erp: APIClient) -> None:
        first = send(erp, [totals(9), invoice(1)], key="k1")
        assert send(erp, [totals(9), invoice(1)], key="k1").content == first.content


class TestWho:
    def test_a_key_writes_under_its_own_name_only(self, erp: APIClient) -> None:
        bulk = taken(erp, [invoice(1, source="ERP"), invoice(2, source="SAP")])
        answers = records(erp, bulk)
        assert [one["outcome"] for one in answers] == ["created", "quarantined"]
        assert (answers[1]["problem"]["code"], answers[1]["problem"]["value"]) == ("source_of_another", "SAP")
        assert set(Invoice.objects.values_list("source", flat=True)) == {"ERP"}

    def test_strangers_and_other_scopes_are_refused(self) -> None:
        before = ledger()
        refused(send(APIClient(), [invoice(1)]), 401, "not_authenticated")
        for client in (with_key("check", "read"), as_person("sales"), as_person("auditor")):
            refused(send(client, [invoice(1)]), 403, "permission_denied")
        refused(send(with_key("intake"), [invoice(1)], key=None), 400, "idempotency_key_missing", "Idempotency-Key")
        check_problem(with_key("intake").get(INVOICES), 405, "method_not_allowed")
        assert ledger() == before

    def test_another_clients_bulk_is_not_there(self, erp: APIClient) -> None:
        bulk = taken(erp, [invoice(1)])
        issued = create_client(name="SAP", scopes=["intake"], expires_at=None, now=timezone.now(), actor=None)
        other = APIClient(headers={"Authorization": f"Api-Key {issued.key}"})
        for path in (f"/api/v1/bulks/{bulk['id']}/", bulk["records"]):
            check_problem(other.get(path), 404, "bulk_not_found")
            assert with_key("read").get(path).status_code == 200
        check_problem(APIClient().get(bulk["records"]), 401, "not_authenticated")

    def test_a_person_may_send_a_bulk(self) -> None:
        assert taken(as_person("credit_analyst"), [invoice(1)])["source"] == "order-desk"
