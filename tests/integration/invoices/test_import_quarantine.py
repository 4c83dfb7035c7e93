"""Rows in quarantine: mended and replayed, or set aside; the batch's totals follow."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import translation

from core.domain.roles import Role
from core.errors import Denied, DomainError, InvalidTransition, NotFound
from core.models import AuditEvent, User
from invoices.models import ImportBatch, Invoice, QuarantinedRow
from invoices.queries.imports import count_by_reason, get_batch, list_quarantine
from invoices.services.quarantine import ReplayResult, discard_row, mend_row, replay
from tests.integration.invoices.intake import Intake, make_user, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def intake(tmp_path: Path, settings: object) -> Intake:
    """Files of this test."""
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]
    return Intake(tmp_path)


@pytest.fixture
def ana() -> User:
    """An analyst."""
    return make_user()


@pytest.fixture
def batch(intake: Intake) -> ImportBatch:
    """Three rows, one taken, two held back."""
    result = intake.take([row(), row(no="2", amount="1o0"), row(no="3", date="13/13/2025")])
    return ImportBatch.objects.get(pk=result.batch_id)


def test_a_mended_row_is_taken_and_the_totals_grow(batch: ImportBatch, ana: User) -> None:
    held = QuarantinedRow.objects.get(line=3)
    mend_row(held.pk, {"amount": "100.00"}, ana)
    assert replay(actor=ana, row_ids=[held.pk]) == ReplayResult(1, 0, 0, 0)
    batch.refresh_from_db()
    held.refresh_from_db()
    assert (batch.rows, batch.created, batch.quarantined, batch.totals) == (3, 2, 1, {"USD": "200.00"})
    assert (held.state, held.decided_by, held.raw["amount"], held.mended["amount"]) == (
        "replayed",
        ana,
        "1o0",
        "100.00",
    )
    assert Invoice.objects.get(external_id="2").batch_id == batch.pk


def test_a_row_that_still_fails_keeps_its_present_reason(batch: ImportBatch, ana: User) -> None:
    held = QuarantinedRow.objects.get(line=3)
    mend_row(held.pk, {"amount": "100.00", "currency": "ZZZ"}, ana)
    assert replay(actor=ana, batch=batch) == ReplayResult(0, 0, 0, 2)
    held.refresh_from_db()
    assert (held.state, held.field, held.reason) == ("open", "currency", "currency_unknown")
    assert "ZZZ" in held.message


def test_a_replayed_row_cannot_be_replayed_or_mended_again(batch: ImportBatch, ana: User) -> None:
    held = QuarantinedRow.objects.get(line=3)
    mend_row(held.pk, {"amount": "100.00"}, ana)
    replay(actor=ana, row_ids=[held.pk])
    assert replay(actor=ana, row_ids=[held.pk]) == ReplayResult(0, 0, 0, 0)
    with pytest.raises(InvalidTransition):
        mend_row(held.pk, {"amount": "5"}, ana)
    assert Invoice.objects.count() == 2


def test_a_discarded_row_stays_on_record(batch: ImportBatch, ana: User) -> None:
    held = QuarantinedRow.objects.get(line=3)
    discard_row(held.pk, ana)
    held.refresh_from_db()
    assert (held.state, held.decided_by) == ("discarded", ana)
    assert replay(actor=ana, batch=batch).still_quarantined == 1
    assert AuditEvent.objects.filter(action="invoices.quarantine.discarded", subject_id=str(held.pk)).exists()


def test_a_contradiction_can_be_replayed_after_it_is_mended(intake: Intake, ana: User) -> None:
    intake.take([row()])
    intake.take([row(amount="90", paid="9/5/2025")])
    held = QuarantinedRow.objects.get()
    mend_row(held.pk, {"amount": "100"}, ana)
    assert replay(actor=ana, row_ids=[held.pk]) == ReplayResult(0, 1, 0, 0)
    assert Invoice.objects.get().open_amount == 0


def test_rows_of_a_duplicate_pass_when_one_gets_another_number(intake: Intake, ana: User) -> None:
    intake.take([row(), row(amount="90")])
    second = QuarantinedRow.objects.get(line=3)
    mend_row(second.pk, {"no": "1a"}, ana)
    assert replay(actor=ana, row_ids=list(QuarantinedRow.objects.values_list("pk", flat=True))).created == 2


def test_a_row_with_too_few_fields_passes_once_they_are_given(intake: Intake, ana: User) -> None:
    intake.take("no,buyer,name,currency,amount,date,due,paid,disputed\n1,0042,Acme\n")
    held = QuarantinedRow.objects.get()
    assert replay(actor=ana, row_ids=[held.pk]).still_quarantined == 1
    mend_row(held.pk, row(), ana)
    assert replay(actor=ana, row_ids=[held.pk]).created == 1


def test_a_surplus_field_can_be_emptied(intake: Intake, ana: User) -> None:
    intake.take([row(disputed="no,surplus")])
    held = QuarantinedRow.objects.get()
    assert held.raw["+1"] == "surplus"
    mend_row(held.pk, {"+1": ""}, ana)
    assert replay(actor=ana, row_ids=[held.pk]).created == 1


def test_a_control_character_must_be_mended_before_it_passes(intake: Intake, ana: User) -> None:
    intake.take([row(no=str(n)) for n in range(20)] + [row(no="x\x00y")])
    held = QuarantinedRow.objects.get()
    assert (held.reason, held.raw["no"]) == ("control_character", "x␀y")
    assert replay(actor=ana, row_ids=[held.pk]).still_quarantined == 1
    mend_row(held.pk, {"no": "xy"}, ana)
    assert replay(actor=ana, row_ids=[held.pk]).created == 1


def test_a_column_that_the_file_has_not_is_refused(batch: ImportBatch, ana: User) -> None:
    with pytest.raises(DomainError, match="no column"):
        mend_row(QuarantinedRow.objects.get(line=3).pk, {"amonut": "5"}, ana)


@pytest.mark.parametrize("role", [Role.SALES, Role.AUDITOR, Role.ADMINISTRATOR])
def test_other_roles_change_nothing(batch: ImportBatch, role: Role) -> None:
    somebody, held = make_user(role, "bob"), QuarantinedRow.objects.get(line=3)
    for refused in (
        lambda: mend_row(held.pk, {"amount": "5"}, somebody),
        lambda: discard_row(held.pk, somebody),
        lambda: replay(actor=somebody, batch=batch),
    ):
        with pytest.raises(Denied):
            refused()
    held.refresh_from_db()
    assert (held.state, held.mended) == ("open", None)


def test_a_row_that_is_not_there_is_said_so(ana: User) -> None:
    with pytest.raises(NotFound):
        discard_row(999_999, ana)


def test_lists_show_batches_and_rows_with_their_reasons(batch: ImportBatch, ana: User) -> None:
    listed = get_batch(batch.pk)
    assert (listed.id, listed.open_rows, listed.quarantined, listed.totals) == (batch.pk, 2, 2, {"USD": "100.00"})
    assert count_by_reason(batch.pk) == {"date_invalid": 1, "number_invalid": 1}
    first, second = list_quarantine(batch_id=batch.pk)
    assert (first.line, first.column, first.value, second.line) == (3, "amount", "1o0", 4)
    mend_row(first.id, {"amount": "100"}, ana)
    assert list_quarantine(batch_id=batch.pk)[0].changed == ("amount",)
    assert [item.line for item in list_quarantine(batch_id=batch.pk, reason="date_invalid")] == [4]
    with pytest.raises(NotFound):
        get_batch(0)


def test_reasons_are_said_in_the_readers_language(batch: ImportBatch) -> None:
    with translation.override("en"):
        assert list_quarantine(batch_id=batch.pk)[0].message == "amount: 1o0 is not a number written like 1,234.56."
