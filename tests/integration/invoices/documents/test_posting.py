"""E-invoices that came in stand in the ledger for what they say, to the cent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from invoices.models import CreditNote, DueDateChange, Entry, Invoice, Order, Receipt, SuspendedAllocation
from invoices.queries.documents import posted_invoices
from invoices.queries.verify import verify_ledger
from invoices.services.documents import receiving
from invoices.services.documents.deciding import retry_arrived
from invoices.services.posting.allocations import Incoming, post_receipt
from invoices.tasks import retry_corrections
from tests.integration.invoices.documents.made import SOURCE, TODAY, balance, einvoice, own_seller, receive

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _ours() -> None:
    own_seller()


def codes(row: Any) -> list[str]:
    return [one["code"] for one in row.warnings]


def only_invoice() -> Invoice:
    found: Invoice = Invoice.objects.get()
    return found


class TestIssue:
    def test_an_invoice_is_issued_under_its_own_number(self) -> None:
        row = receive(einvoice("F-1", "119.00"))
        invoice = only_invoice()
        assert (row.state, row.problem, row.invoice, row.buyer) == ("posted", None, invoice, invoice.buyer)
        assert (invoice.source, invoice.external_id, invoice.number) == (SOURCE, "F-1", "F-1")
        assert (invoice.open_amount, invoice.due_date) == (Decimal("119.00"), date(2026, 3, 31))
        assert verify_ledger().mismatches == ()

    def test_the_same_bytes_twice_are_one_document(self) -> None:
        first, second = receive(einvoice()), receive(einvoice())
        assert (first.pk, Invoice.objects.count(), Entry.objects.count()) == (second.pk, 1, 1)

    def test_the_same_bytes_are_read_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        posted, refused = receive(einvoice()), receive(b"<Order/>")
        assert (posted.state, refused.state) == ("posted", "refused")
        monkeypatch.setattr(receiving, "read_or_refusal", None)
        assert [receive(data).pk for data in (einvoice(), b"<Order/>")] == [posted.pk, refused.pk]

    def test_the_same_invoice_in_another_file_changes_nothing(self) -> None:
        receive(einvoice())
        row = receive(einvoice() + b"\n")
        assert (row.state, row.invoice, Entry.objects.count()) == ("unchanged", only_invoice(), 1)

    def test_the_same_invoice_from_another_source_changes_nothing(self) -> None:
        receive(einvoice())
        row = receive(einvoice(), source="platform")
        assert (row.state, row.invoice, Entry.objects.count()) == ("unchanged", only_invoice(), 1)

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"gross": "120.00"}, "amount"),
            ({"issued": "2026-03-02"}, "invoice_date"),
            ({"currency": "USD"}, "currency"),
            ({"buyer": "Another SARL", "buyer_vat": "FR23334175221"}, "buyer"),
        ],
    )
    def test_a_number_is_issued_once(self, change: dict[str, str], field: str) -> None:
        receive(einvoice())
        row = receive(einvoice(**change))  # type: ignore[arg-type]
        assert (row.state, row.problem["code"], row.problem["params"]["field"]) == ("waiting", "number_known", field)
        assert Entry.objects.count() == 1

    def test_an_order_of_the_same_source_and_buyer_is_linked(self) -> None:
        buyer = receive(einvoice("F-0")).buyer
        order = Order.objects.create(
            buyer=buyer, source=SOURCE, external_id="PO-7", currency="EUR", amount=500, order_date=date(2026, 2, 1)
        )
        assert receive(einvoice("F-1", order="PO-7")).invoice.order == order

    def test_money_for_another_payee_is_remarked(self) -> None:
        row = receive(einvoice(payee="Factoring GmbH"))
        assert (row.state, codes(row)) == ("posted", ["payee_differs"])

    def test_a_due_date_from_words_is_remarked(self) -> None:
        row = receive(einvoice(due=None, terms="Payment within 30 days"))
        assert (row.invoice.due_date, codes(row)) == (date(2026, 3, 31), ["due_from_words"])

    def test_two_companies_with_the_same_numbers_have_series(self) -> None:
        from invoices.services.documents.sellers import add_own_seller

        add_own_seller(name="Second AG", vat_id="DE129273398", series="S2-")
        receive(einvoice())
        row = receive(einvoice(seller="Second AG", seller_vat="DE129273398", gross="50.00"))
        assert (row.state, row.invoice.external_id, row.invoice.number) == ("posted", "S2-F-1", "F-1")


class TestPrepaid:
    def test_what_is_open_is_the_payable_amount(self) -> None:
        row = receive(einvoice(gross="300.00", prepaid="100.00"))
        invoice = only_invoice()
        assert (invoice.amount, invoice.open_amount) == (Decimal(300), Decimal(200))
        assert (row.receipt.amount, codes(row)) == (Decimal(100), ["prepaid_posted"])
        assert balance(row.buyer) == Decimal(200)

    def test_more_than_the_invoice_stays_unapplied(self) -> None:
        row = receive(einvoice(gross="300.00", prepaid="400.00", due=None))
        assert (only_invoice().open_amount, balance(row.buyer)) == (Decimal(0), Decimal(-100))

    def test_a_deposit_that_the_ledger_has_is_not_posted_twice(self) -> None:
        buyer = receive(einvoice("F-0")).buyer
        deposit = post_receipt(
            Incoming(
                buyer_id=buyer.pk,
                source="bank",
                external_id="B-1",
                currency="EUR",
                amount=Decimal(100),
                day=date(2026, 2, 20),
            )
        )
        row = receive(einvoice("F-1", "300.00", prepaid="100.00"))
        assert (row.receipt, codes(row), row.invoice.open_amount) == (None, ["prepaid_found"], Decimal(200))
        assert list(Receipt.objects.all()) == [deposit]
        assert balance(buyer) == Decimal("319.00")

    def test_a_negative_prepaid_amount_waits(self) -> None:
        row = receive(einvoice(gross="220.00", prepaid="-220.00"))
        assert (row.state, row.problem["code"], Invoice.objects.count()) == ("waiting", "prepaid_negative", 0)


class TestInstalments:
    PARTS = (("2026-04-01", "150.00"), ("2026-05-01", "50.00"))

    def test_each_due_date_is_an_item_of_its_own(self) -> None:
        row = receive(einvoice(gross="300.00", prepaid="100.00", due=None, instalments=self.PARTS))
        found = posted_invoices(row)
        assert [(one.external_id, one.number) for one in found] == [("F-1", "F-1"), ("F-1#2", "F-1")]
        assert [(one.open_amount, one.due_date) for one in found] == [
            (Decimal(150), date(2026, 4, 1)),
            (Decimal(50), date(2026, 5, 1)),
        ]

    def test_the_same_again_changes_nothing(self) -> None:
        data = einvoice(gross="200.00", due=None, instalments=self.PARTS)
        receive(data)
        row = receive(data + b"\n")
        assert (row.state, row.parts, Entry.objects.count()) == ("unchanged", 2, 2)

    def test_a_wrong_sum_waits(self) -> None:
        row = receive(einvoice(gross="201.00", due=None, instalments=self.PARTS))
        assert (row.state, row.problem["code"]) == ("waiting", "instalments_differ")


class TestCorrections:
    def test_a_corrected_invoice_is_reversed_and_issued_anew(self) -> None:
        receive(einvoice("F-1", "119.00"))
        row = receive(einvoice("F-2", "90.00", kind="384", original="F-1", due="2026-04-15"))
        invoice = only_invoice()
        assert (row.state, row.invoice, codes(row)) == ("posted", invoice, ["corrected"])
        assert (invoice.open_amount, invoice.due_date) == (Decimal(90), date(2026, 4, 15))
        assert sorted(Entry.objects.values_list("kind", flat=True)) == ["issue", "issue", "reversal"]
        assert DueDateChange.objects.count() == 1

    def test_it_waits_for_its_invoice(self) -> None:
        correction = einvoice("F-2", "90.00", kind="384", original="F-1")
        assert receive(correction).problem["code"] == "original_unknown"
        assert retry_arrived(today=TODAY)["tried"] == 0
        receive(einvoice("F-1", "119.00"))
        assert (receive(correction).state, only_invoice().open_amount) == ("posted", Decimal(90))

    def test_it_is_posted_by_itself_once_its_invoice_is_there(self) -> None:
        row = receive(einvoice("F-2", "90.00", kind="384", original="F-1"))
        other = receive(einvoice("F-3", "90.00", kind="384", original="F-9"))
        receive(einvoice("F-1", "119.00"))
        retry_corrections()
        row.refresh_from_db()
        other.refresh_from_db()
        assert (row.state, row.decided_by, only_invoice().open_amount) == ("posted", None, Decimal(90))
        assert other.state == "waiting"
        assert retry_arrived(today=TODAY) == {"tried": 0, "settled": 0}

    def test_without_its_invoice_named_it_waits(self) -> None:
        row = receive(einvoice("F-2", "90.00", kind="384"))
        assert (row.state, row.problem["code"]) == ("waiting", "original_not_named")

    def test_less_than_what_was_paid_waits(self) -> None:
        receive(einvoice("F-1", "119.00", prepaid="119.00", due=None))
        row = receive(einvoice("F-2", "90.00", kind="384", original="F-1"))
        assert (row.state, row.problem["params"]["code"]) == ("waiting", "over_allocation")

    def test_what_was_prepaid_before_is_not_paid_again(self) -> None:
        receive(einvoice("F-1", "300.00", prepaid="100.00"))
        row = receive(einvoice("F-2", "280.00", kind="384", original="F-1", prepaid="100.00"))
        assert (row.state, only_invoice().open_amount, Receipt.objects.count()) == ("posted", Decimal(180), 1)


class TestCredits:
    @pytest.mark.parametrize("credit", [{"gross": "40.00", "kind": "381"}, {"gross": "-40.00"}])
    def test_a_credit_is_set_against_the_invoice_that_it_names(self, credit: dict[str, str]) -> None:
        receive(einvoice("F-1", "119.00"))
        row = receive(einvoice("C-1", original="F-1", **credit))  # type: ignore[arg-type]
        assert (row.state, row.credit_note.amount, only_invoice().open_amount) == ("posted", Decimal(40), Decimal(79))

    def test_a_credit_before_its_invoice_waits_in_suspense(self) -> None:
        row = receive(einvoice("C-1", "40.00", kind="381", original="F-1"))
        assert (row.state, codes(row)) == ("posted", ["original_awaited"])
        assert SuspendedAllocation.objects.get().state == "waiting"
        receive(einvoice("F-1", "119.00"))
        assert (only_invoice().open_amount, SuspendedAllocation.objects.get().state) == (Decimal(79), "allocated")

    def test_more_than_is_open_stays_as_unapplied_credit(self) -> None:
        receive(einvoice("F-1", "119.00"))
        row = receive(einvoice("C-1", "200.00", kind="381", original="F-1"))
        assert (only_invoice().open_amount, balance(row.buyer)) == (Decimal(0), Decimal(-81))

    def test_a_credit_for_nothing_stands_unapplied(self) -> None:
        row = receive(einvoice("C-1", "40.00", kind="381"))
        assert (row.state, row.warnings, balance(row.buyer)) == ("posted", [], Decimal(-40))

    def test_the_same_credit_in_another_file_changes_nothing(self) -> None:
        receive(einvoice("C-1", "40.00", kind="381"))
        row = receive(einvoice("C-1", "40.00", kind="381") + b"\n")
        assert (row.state, CreditNote.objects.count()) == ("unchanged", 1)

    def test_another_credit_of_the_same_number_waits(self) -> None:
        receive(einvoice("C-1", "40.00", kind="381"))
        row = receive(einvoice("C-1", "41.00", kind="381"))
        assert (row.state, row.problem["code"]) == ("waiting", "number_known")


@pytest.mark.parametrize("document", [{}, {"prepaid": "19.00"}, {"kind": "381"}])
def test_the_registry_is_told_of_the_buyer_once(document: dict[str, str]) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert receive(einvoice(**document)).state == "posted"  # type: ignore[arg-type]
    assert sum("CREATE TEMP TABLE given_buyer" in one["sql"] for one in queries) == 1


class TestRefused:
    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"kind": "325"}, "kind_not_posted"),
            ({"gross": "0.00"}, "amount_zero"),
            ({"gross": "10.005"}, "amount_precision"),
            ({"issued": "1949-12-31", "due": "1950-01-01"}, "date_out_of_range"),
            ({"number": "N" * 96}, "value_too_long"),
        ],
    )
    def test_what_no_person_can_mend_is_refused(self, change: dict[str, str], code: str) -> None:
        row = receive(einvoice(**change))  # type: ignore[arg-type]
        assert (row.state, row.problem["code"], Entry.objects.count()) == ("refused", code, 0)

    def test_a_due_date_before_the_issue_waits(self) -> None:
        row = receive(einvoice(due="2026-02-01"))
        assert (row.state, row.problem["code"]) == ("waiting", "due_before_issue")

    def test_more_files_inside_than_anybody_needs_are_refused(self) -> None:
        data = einvoice(attachment=("a.txt", "YQ=="))
        one = data[data.index(b"<cac:AdditionalDocumentReference>") : data.index(b"<cac:AccountingSupplierParty>")]
        row = receive(data.replace(one, one * 201))
        assert (row.state, row.problem["code"], row.attachments.count()) == ("refused", "attachments_many", 0)

    def test_sums_that_no_ledger_holds_wait(self) -> None:
        receive(einvoice("F-1", "9000000000000000.00"))
        row = receive(einvoice("F-2", "9000000000000000.00"))
        assert (row.state, row.problem["code"], Entry.objects.count()) == ("waiting", "ledger_refused", 1)
