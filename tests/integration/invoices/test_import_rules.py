"""What a row does to the ledger: created, brought up to date, left alone, or held back with a reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command

from buyers.models import Buyer
from core.models import AuditEvent
from invoices.domain.kinds import BatchState
from invoices.intake.reasons import FileRefused
from invoices.models import CreditNote, DisputeVersion, DueDateChange, ImportBatch, Invoice, QuarantinedRow, Receipt
from invoices.services.imports import applying
from invoices.services.imports.profiles import find_profile
from invoices.services.imports.running import dry_run, run_import
from tests.integration.invoices.intake import PROFILE, WITHOUT_DISPUTES, Intake, counts, csv_text, ledger, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def intake(tmp_path: Path, settings: object) -> Intake:
    """Files of this test."""
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]
    return Intake(tmp_path)


def reasons(batch_id: int | None) -> list[tuple[int, str, str, str]]:
    """Line, field, value and reason of a batch's quarantine."""
    rows = QuarantinedRow.objects.filter(batch_id=batch_id).order_by("line")
    return list(rows.values_list("line", "field", "value", "reason"))


def test_an_open_invoice_is_created_with_its_buyer(intake: Intake) -> None:
    result = intake.take([row()])
    invoice = Invoice.objects.get()
    assert counts(result) == {"created": 1}
    assert (invoice.external_id, invoice.number, invoice.buyer.code, invoice.buyer.name) == ("1", "1", "0042", "Acme")
    assert (invoice.invoice_date, invoice.due_date) == (date(2025, 4, 3), date(2025, 5, 3))
    assert (invoice.amount, invoice.open_amount, invoice.settled_on) == (100, 100, None)
    assert invoice.batch_id == result.batch_id


def test_a_settled_date_becomes_a_receipt_of_the_full_amount(intake: Intake) -> None:
    intake.take([row(paid="9/5/2025")])
    invoice, receipt = Invoice.objects.get(), Receipt.objects.get()
    assert (receipt.amount, receipt.received_on) == (100, date(2025, 5, 9))
    assert (invoice.open_amount, invoice.settled_on) == (0, date(2025, 5, 9))


def test_a_payment_before_the_invoice_counts_from_the_invoice_date(intake: Intake) -> None:
    intake.take([row(paid="1/4/2025")])
    assert Receipt.objects.get().received_on == date(2025, 4, 1)
    assert Invoice.objects.get().settled_on == date(2025, 4, 3)
    call_command("verify_ledger")


def test_a_paid_amount_leaves_the_rest_open(intake: Intake) -> None:
    header = ("no", "buyer", "currency", "amount", "date", "due", "paid", "paid amount", "disputed")
    text = csv_text([row(paid="9/5/2025") | {"paid amount": "30.00"}, row(no="2") | {"paid amount": "0"}], header)
    intake.take(text, PROFILE + '[settlement]\nreceipt = "paid_amount"\n')
    assert dict(Invoice.objects.values_list("external_id", "open_amount")) == {"1": 70, "2": 100}


def test_the_same_file_again_changes_nothing(intake: Intake) -> None:
    rows = [row(), row(no="2", paid="9/5/2025", disputed="yes"), row(no="3", disputed="yes")]
    intake.take(rows)
    before = ledger()
    assert counts(intake.take(rows)) == {"unchanged": 3}
    assert ledger() == before


@pytest.mark.parametrize(
    ("changes", "field", "value", "ledger_value"),
    [
        ({"amount": "100.01"}, "amount", "100.01", "100"),
        ({"currency": "EUR"}, "currency", "EUR", "USD"),
        ({"buyer": "42"}, "buyer_code", "42", "0042"),
        ({"date": "4/4/2025"}, "invoice_date", "2025-04-04", "2025-04-03"),
    ],
)
def test_a_row_that_contradicts_the_ledger_is_held_back(
    intake: Intake, changes: dict[str, str], field: str, value: str, ledger_value: str
) -> None:
    intake.take([row()])
    before = ledger()
    result = intake.take([row(no="0", buyer="0042"), row(**changes, paid="9/5/2025", due="1/6/2025")])
    assert counts(result) == {"created": 1, "quarantined": 1}
    held = QuarantinedRow.objects.get()
    assert (held.line, held.field, held.value, held.reason) == (3, field, value, "contradicts_ledger")
    assert ledger_value in held.message
    assert held.raw["amount"] == changes.get("amount", "100.00")
    Invoice.objects.get(external_id="1", amount=100, open_amount=100)
    assert ledger()["buyers_buyer"] == before["buyers_buyer"]


def test_a_settled_date_other_than_the_one_on_record_is_held_back(intake: Intake) -> None:
    intake.take([row(paid="9/5/2025")])
    result = intake.take([row(paid="10/5/2025")])
    assert [(r.field, r.reason) for r in result.quarantine] == [("settled_date", "contradicts_ledger")]
    assert Receipt.objects.count() == 1


def test_an_open_invoice_that_is_now_settled_is_brought_up_to_date(intake: Intake) -> None:
    intake.take([row(), row(no="2")])
    result = intake.take([row(paid="9/5/2025"), row(no="2")])
    assert counts(result) == {"updated": 1, "unchanged": 1}
    assert Invoice.objects.get(external_id="1").settled_on == date(2025, 5, 9)


def test_an_older_file_without_the_payment_takes_nothing_back(intake: Intake) -> None:
    intake.take([row()])
    intake.take([row(paid="9/5/2025")])
    assert counts(intake.take([row()])) == {"unchanged": 1}
    assert Invoice.objects.get().open_amount == 0


def test_a_partly_paid_invoice_receives_only_what_is_still_open(intake: Intake) -> None:
    header = ("no", "buyer", "currency", "amount", "date", "due", "paid", "paid amount", "disputed")
    partly = csv_text([row(no="1", paid="9/5/2025") | {"paid amount": "30.00"}], header)
    intake.take(partly, PROFILE.replace('"erp"', '"bank"').replace("test", "bank"))
    Invoice.objects.update(source="erp")
    intake.take([row(paid="20/5/2025")])
    assert sorted(Receipt.objects.values_list("amount", flat=True)) in ([100], [Decimal(30), Decimal(70)])
    assert Invoice.objects.get().open_amount == 0
    call_command("verify_ledger")


@time_machine.travel("2025-06-15T04:00:00Z")
def test_a_changed_due_date_counts_from_today(intake: Intake) -> None:
    intake.take([row()])
    assert counts(intake.take([row(due="1/7/2025")])) == {"updated": 1}
    change = DueDateChange.objects.get()
    assert (change.due_date, change.valid_from) == (date(2025, 7, 1), date(2025, 6, 15))
    invoice = Invoice.objects.get()
    assert (invoice.due_date, invoice.original_due_date) == (date(2025, 7, 1), date(2025, 5, 3))
    assert counts(intake.take([row(due="1/7/2025")])) == {"unchanged": 1}


def test_two_contents_of_one_invoice_in_a_file_are_both_held_back(intake: Intake) -> None:
    result = intake.take([row(), row(no="2"), row(amount="90.00")])
    assert counts(result) == {"created": 1, "quarantined": 2}
    assert reasons(result.batch_id) == [
        (2, "invoice_id", "1", "duplicate_in_file"),
        (4, "invoice_id", "1", "duplicate_in_file"),
    ]
    assert "line 4" in result.quarantine[0].message
    assert "line 2" in result.quarantine[1].message
    assert list(Invoice.objects.values_list("external_id", flat=True)) == ["2"]


def test_a_row_that_is_there_twice_counts_once(intake: Intake) -> None:
    result = intake.take([row(), row()])
    assert counts(result) == {"created": 1, "unchanged": 1}
    assert result.as_json()["sums"]["created"] == {"USD": "100.00"}
    assert result.as_json()["file_totals"] == {"USD": "200.00"}


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"no": ""}, "invoice_id", "value_missing"),
        ({"no": "x" * 121}, "invoice_id", "value_too_long"),
        ({"buyer": " "}, "buyer_code", "value_missing"),
        ({"currency": "US$"}, "currency", "currency_unknown"),
        ({"amount": "1.234,56x"}, "amount", "number_invalid"),
        ({"amount": "0.00"}, "amount", "amount_zero"),
        ({"amount": "-5"}, "amount", "amount_negative"),
        ({"amount": "5.005"}, "amount", "amount_precision"),
        ({"amount": "5.5", "currency": "JPY"}, "amount", "amount_precision"),
        ({"amount": "12345678901234567"}, "amount", "number_too_large"),
        ({"amount": "=1+1"}, "amount", "number_invalid"),
        ({"date": "4/13/2025"}, "invoice_date", "date_invalid"),
        ({"date": "2025-04-03"}, "invoice_date", "date_invalid"),
        ({"date": "3/4/0025"}, "invoice_date", "date_out_of_range"),
        ({"due": ""}, "due_date", "value_missing"),
        ({"paid": "soon"}, "settled_date", "date_invalid"),
        ({"disputed": "maybe"}, "disputed", "value_unknown"),
        ({"disputed": "no,extra"}, "row", "too_many_fields"),
    ],
)
def test_a_row_that_cannot_be_read_is_held_back_with_its_field(
    intake: Intake, changes: dict[str, str], field: str, reason: str
) -> None:
    changes = {"amount": f'"{changes["amount"]}"'} if "," in changes.get("amount", "") else changes
    result = intake.take([row(no="good"), row(**changes)])
    assert counts(result) == {"created": 1, "quarantined": 1}
    assert [(r.line, r.field, r.reason) for r in result.quarantine] == [(3, field, reason)]
    assert result.quarantine[0].message


def test_three_decimals_are_right_for_a_currency_that_has_them(intake: Intake) -> None:
    intake.take([row(currency="KWD", amount="5.005")])
    assert Invoice.objects.get().amount == Decimal("5.005")


def test_the_profile_decides_what_3_4_2025_means(intake: Intake) -> None:
    intake.take([row()], PROFILE.replace("D/M/YYYY", "M/D/YYYY"))
    assert Invoice.objects.get().invoice_date == date(2025, 3, 4)


def test_a_filtered_row_is_counted_apart_and_sums_still_add_up(intake: Intake) -> None:
    profile = PROFILE + '[[filters]]\ncolumn = "name"\ndrop = ["Internal"]\n'
    answer = intake.take([row(), row(no="2", name="Internal", amount="7")], profile).as_json()
    assert (answer["rows"], answer["created"], answer["filtered"]) == (2, 1, 1)
    assert answer["file_totals"] == {"USD": "107.00"}
    assert answer["sums"]["filtered"] == {"USD": "7.00"}


def test_negative_rows_become_credit_notes_where_the_profile_says_so(intake: Intake) -> None:
    profile = PROFILE + '[amounts]\nnegative = "credit_note"\n'
    rows = [row(), row(no="C1", amount="-40.00")]
    answer = intake.take(rows, profile).as_json()
    assert (answer["created"], answer["totals"]) == (2, {"USD": "60.00"})
    note = CreditNote.objects.get()
    assert (note.external_id, note.amount, note.issued_on) == ("C1", 40, date(2025, 4, 3))
    assert counts(intake.take(rows, profile)) == {"unchanged": 2}
    changed = intake.take([row(no="C1", amount="-41.00")], profile)
    assert changed.quarantine[0].reason == "contradicts_ledger"
    settled = intake.take([row(no="C2", amount="-1", paid="9/5/2025")], profile)
    assert settled.quarantine[0].reason == "credit_note_settled"
    call_command("verify_ledger")


def test_spellings_become_aliases_and_the_most_frequent_is_the_name(intake: Intake) -> None:
    intake.take([row(name="ACME inc"), row(no="2", name="Acme Ltd"), row(no="3", name="Acme Ltd")])
    buyer = Buyer.objects.get()
    assert buyer.name == "Acme Ltd"
    assert list(buyer.aliases.values_list("name", flat=True)) == ["ACME inc"]


def test_a_flagged_invoice_is_disputed_from_its_due_date(intake: Intake) -> None:
    intake.take([row(disputed="yes")])
    version = DisputeVersion.objects.get()
    assert (version.amount, version.valid_from, version.reason) == (100, date(2025, 5, 3), "unspecified")
    assert Invoice.objects.get().disputed_amount == 100


def test_a_dispute_ends_when_the_invoice_is_settled(intake: Intake) -> None:
    intake.take([row(disputed="yes", paid="9/5/2025"), row(no="2", disputed="yes", paid="1/5/2025")])
    versions = DisputeVersion.objects.order_by("invoice__external_id", "valid_from")
    assert list(versions.values_list("invoice__external_id", "amount", "valid_from")) == [
        ("1", 100, date(2025, 5, 3)),
        ("1", 0, date(2025, 5, 9)),
        ("2", 0, date(2025, 5, 1)),
    ]
    assert not Invoice.objects.exclude(disputed_amount=0).exists()


@time_machine.travel("2025-06-15T04:00:00Z")
def test_a_flag_that_comes_and_goes_opens_and_closes_the_dispute(intake: Intake) -> None:
    for flag, outcome in (("no", "created"), ("yes", "updated"), ("yes", "unchanged"), ("no", "updated")):
        assert counts(intake.take([row(disputed=flag)])) == {outcome: 1}
    assert Invoice.objects.get().disputed_amount == 0
    with time_machine.travel("2025-06-20T04:00:00Z"):
        assert counts(intake.take([row(disputed="yes")])) == {"updated": 1}
    assert DisputeVersion.objects.latest("valid_from").valid_from == date(2025, 6, 20)
    assert Invoice.objects.get().disputed_amount == 100


def test_a_file_without_a_dispute_column_says_nothing_about_disputes(intake: Intake) -> None:
    intake.take([row(disputed="yes")])
    assert counts(intake.take([row()], WITHOUT_DISPUTES)) == {"unchanged": 1}
    assert Invoice.objects.get().disputed_amount == 100


def test_a_dry_run_says_the_same_and_writes_nothing(intake: Intake) -> None:
    intake.take([row()])
    before, batches = ledger(), ImportBatch.objects.count()
    text = csv_text(
        [row(paid="9/5/2025"), row(no="2"), row(no="3", amount="x"), row(no="4"), row(no="4", due="1/1/2026")]
    )
    (intake.folder / "dry.csv").write_text(text)
    profile, _ = find_profile(intake.profile())
    answer = dry_run(intake.folder / "dry.csv", profile)
    assert counts(answer) == {"updated": 1, "created": 1, "quarantined": 3}
    assert ledger() == before
    assert ImportBatch.objects.count() == batches
    assert counts(intake.take(text)) == counts(answer)


def test_a_crash_while_posting_leaves_nothing_behind(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    before = ledger()
    batch = intake.batch([row(), row(no="2", paid="9/5/2025")])
    real = applying.post_plan

    def post_and_die(*args: object, **kwargs: object) -> object:
        real(*args, **kwargs)  # type: ignore[arg-type]
        raise ConnectionError("the power went")

    monkeypatch.setattr(applying, "post_plan", post_and_die)
    with pytest.raises(ConnectionError):
        run_import(batch)
    assert ledger() == before
    batch.refresh_from_db()
    assert batch.state == BatchState.RUNNING
    monkeypatch.undo()
    assert counts(run_import(batch)) == {"created": 2}


def test_a_refused_file_is_noted_with_its_reason(intake: Intake) -> None:
    batch = intake.batch("no,buyer\n1,2\n")
    with pytest.raises(FileRefused):
        run_import(batch)
    batch.refresh_from_db()
    assert (batch.state, batch.detail["refusal"]["code"]) == (BatchState.REFUSED, "columns_missing")
    assert "currency" in batch.error
    assert AuditEvent.objects.filter(action="invoices.import.refused", subject_id=str(batch.pk)).exists()


def test_a_file_with_a_header_only_is_refused(intake: Intake) -> None:
    with pytest.raises(FileRefused, match="no rows"):
        intake.take([])


def test_a_row_that_the_ledger_itself_refuses_is_held_back(intake: Intake) -> None:
    intake.take([row(no="1")])
    Receipt.objects.create(
        buyer=Buyer.objects.get(),
        source="erp",
        external_id="settled:2",
        currency="USD",
        amount=1,
        received_on=date(2025, 1, 1),
    )
    result = intake.take([row(no="2", paid="9/5/2025"), row(no="3")])
    assert counts(result) == {"created": 1, "quarantined": 1}
    assert [r.reason for r in result.quarantine] == ["refused_by_ledger"]
    assert not Invoice.objects.filter(external_id="2").exists()


def test_batches_and_audit_hold_the_control_totals(intake: Intake) -> None:
    result = intake.take([row(), row(no="2", amount="x")])
    batch = ImportBatch.objects.get(pk=result.batch_id)
    assert (batch.state, batch.rows, batch.created, batch.quarantined) == (BatchState.DONE, 2, 1, 1)
    assert batch.totals == {"USD": "100.00"}
    assert batch.detail["rows_without_amount"] == 1
    event = AuditEvent.objects.get(action="invoices.import.finished")
    assert event.data["created"] == 1
