"""What must hold for every file: order does not matter, twice is once, sums add up, mending makes it whole."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.models import User
from invoices.models import QuarantinedRow
from invoices.services.imports.results import ImportResult, Outcome
from invoices.services.quarantine import mend_row, replay
from tests.integration.invoices.intake import Intake, ledger, make_user, row

pytestmark = pytest.mark.django_db
Row = Mapping[str, str]
BAD = {"amount": "x", "date": "31/2/2025", "currency": "XXZ", "buyer": ""}
few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def good_rows(draw: st.DrawFn) -> dict[str, str]:
    """A row that can be taken; few numbers and buyers, so that rows meet."""
    return row(
        no=draw(st.sampled_from("ABCDEF")),
        buyer=draw(st.sampled_from(["0042", "42", "7"])),
        name=draw(st.sampled_from(["Acme", "ACME", "Acme  Ltd", "深圳公司"])),
        currency=draw(st.sampled_from(["USD", "EUR"])),
        amount=draw(st.sampled_from(["10.00", "10.5", "0.01"])),
        paid=draw(st.sampled_from(["", "9/5/2025", "1/4/2025"])),
        disputed=draw(st.sampled_from(["yes", "no"])),
        due=draw(st.sampled_from(["3/5/2025", "3/3/2025"])),
    )


@st.composite
def some_rows(draw: st.DrawFn) -> dict[str, str]:
    """A row that can be taken, or one with a bad cell."""
    good = draw(good_rows())
    name = draw(st.sampled_from([None, None, *BAD]))
    return good if name is None else good | {name: BAD[name]}


@pytest.fixture
def intake(tmp_path: Path, settings: object) -> Intake:
    """Files of this test."""
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]
    return Intake(tmp_path)


class _Back(Exception):
    """Ends an example: the ledger is as before."""


def after(intake: Intake, *files: list[Row]) -> tuple[list[ImportResult], dict[str, list[tuple[object, ...]]]]:
    """The results and the ledger after importing the files into an empty one, which is empty again afterwards."""
    try:
        with transaction.atomic():
            results = [intake.take(rows) for rows in files]
            found = ledger()
            call_command("verify_ledger")
            raise _Back
    except _Back:
        return results, found


@few
@given(rows=st.lists(some_rows(), min_size=1, max_size=12), data=st.data())
def test_the_order_of_rows_does_not_matter(intake: Intake, rows: list[Row], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(rows))
    (first,), one = after(intake, rows)
    (second,), other = after(intake, shuffled)
    assert one == other
    assert first.tally.counts == second.tally.counts
    assert first.tally.total(*Outcome) == second.tally.total(*Outcome)


@few
@given(rows=st.lists(some_rows(), min_size=1, max_size=12))
def test_importing_twice_is_importing_once(intake: Intake, rows: list[Row]) -> None:
    _, once = after(intake, rows)
    (first, second), twice = after(intake, rows, rows)
    assert twice == once
    counts = second.tally.counts
    assert (counts[Outcome.CREATED], counts[Outcome.UPDATED]) == (0, 0)
    assert counts[Outcome.QUARANTINED] == first.tally.counts[Outcome.QUARANTINED]


@few
@given(rows=st.lists(some_rows(), min_size=1, max_size=12))
def test_counts_and_sums_add_up_to_the_file(intake: Intake, rows: list[Row]) -> None:
    (result,), found = after(intake, rows)
    tally = result.tally
    readable = [r for r in rows if r["amount"] != "x" and r["currency"] != "XXZ"]
    assert tally.rows == len(rows)
    assert tally.without_amount == len(rows) - len(readable)
    assert sum(tally.total(*Outcome).values()) == sum(Decimal(r["amount"]) for r in readable)
    assert sum(tally.total(Outcome.CREATED).values()) == sum(line[5] for line in found["invoices_invoice"])
    assert len(result.quarantine) == tally.counts[Outcome.QUARANTINED]


@few
@given(rows=st.lists(good_rows(), min_size=1, max_size=8, unique_by=lambda r: r["no"]), data=st.data())
def test_a_broken_file_that_is_mended_gives_the_ledger_of_the_good_file(
    intake: Intake, rows: list[Row], data: st.DataObject
) -> None:
    broken = [data.draw(st.sampled_from([r, *({**r, name: text} for name, text in BAD.items())])) for r in rows]
    _, wanted = after(intake, rows)
    try:
        with transaction.atomic():
            result = intake.take(broken)
            _mend(result, rows, make_user())
            found = ledger()
            call_command("verify_ledger")
            raise _Back
    except _Back:
        assert found["invoices_invoice"] == wanted["invoices_invoice"]
        assert found["invoices_entry"] == wanted["invoices_entry"]
        assert found["invoices_disputeversion"] == wanted["invoices_disputeversion"]
        assert found["invoices_controlbalance"] == wanted["invoices_controlbalance"]


def _mend(result: ImportResult, rows: list[Row], actor: User) -> None:
    held = list(QuarantinedRow.objects.filter(batch_id=result.batch_id))
    for quarantined in held:
        mend_row(quarantined.pk, dict(rows[quarantined.line - 2]), actor)
    if held:
        assert replay(actor=actor, row_ids=[q.pk for q in held]).still_quarantined == 0
