"""What people decide on bank lines, and that it can be taken back."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from buyers.models import BuyerGroup
from core.domain.roles import Role
from core.errors import Conflict, Denied, DomainError, InvalidTransition, NotFound
from core.models import AuditEvent
from invoices.domain.bank import LineState
from invoices.domain.kinds import EntryKind
from invoices.models import ControlBalance, Entry, PayerAccount, Receipt
from invoices.queries.verify import verify_ledger
from invoices.services.bank.deciding import (
    Allocation,
    confirm_line,
    confirm_return,
    ignore_line,
    propose_again,
    undo_line,
)
from tests.integration.invoices.builders import make_buyer, make_invoice
from tests.integration.invoices.services.bank.builders import make_actor, make_line

pytestmark = pytest.mark.django_db


def allocations(*pairs: tuple[object, str]) -> list[Allocation]:
    return [Allocation(invoice_id=invoice.pk, amount=Decimal(amount)) for invoice, amount in pairs]


def test_a_confirmed_line_pays_its_invoices_and_the_rest_stays_unapplied() -> None:
    buyer, actor = make_buyer(), make_actor()
    first, second = make_invoice(buyer, "60"), make_invoice(buyer, "70")
    line = make_line("100")
    done = confirm_line(
        line_id=line.pk,
        version=1,
        buyer_id=buyer.pk,
        allocations=allocations((first, "60"), (second, "30")),
        actor=actor,
    )
    assert (done.state, done.version, done.buyer_id, done.decided_by) == (LineState.POSTED, 2, buyer.pk, actor)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.open_amount, second.open_amount) == (0, 40)
    assert ControlBalance.objects.get().unapplied_cash == 10
    receipt = Receipt.objects.get()
    assert (receipt.source, receipt.amount, str(receipt.received_on)) == (
        "bank:DE89370400440532013000",
        100,
        "2026-04-10",
    )
    assert AuditEvent.objects.filter(action="invoices.bank_line.confirmed", subject_id=str(line.pk)).exists()
    assert verify_ledger().is_ok


def test_a_charge_closes_what_the_bank_kept() -> None:
    buyer, actor = make_buyer(), make_actor()
    invoice = make_invoice(buyer, "100")
    line = make_line("85")
    confirm_line(
        line_id=line.pk,
        version=1,
        buyer_id=buyer.pk,
        allocations=allocations((invoice, "85")),
        charge=Decimal(15),
        actor=actor,
    )
    invoice.refresh_from_db()
    assert invoice.open_amount == 0
    assert Entry.objects.get(kind=EntryKind.BANK_CHARGE).amount == -15
    assert verify_ledger().is_ok


def test_an_undone_line_is_open_again_and_can_be_posted_for_another_buyer() -> None:
    wrong, right, actor = make_buyer(), make_buyer(), make_actor()
    bad, good = make_invoice(wrong, "100"), make_invoice(right, "100")
    line = make_line("85", payer_account="GB1")
    confirm_line(
        line_id=line.pk,
        version=1,
        buyer_id=wrong.pk,
        allocations=allocations((bad, "85")),
        charge=Decimal(15),
        actor=actor,
    )
    undone = undo_line(line_id=line.pk, version=2, reason="another buyer's money", actor=actor)
    assert (undone.state, undone.receipt, undone.buyer_id) == (LineState.UNDONE, None, None)
    assert undone.refuted == [{"buyer": wrong.pk, "invoices": [bad.pk]}]
    bad.refresh_from_db()
    assert bad.open_amount == 100
    assert not PayerAccount.objects.exists()
    done = confirm_line(
        line_id=line.pk, version=undone.version, buyer_id=right.pk, allocations=allocations((good, "85")), actor=actor
    )
    good.refresh_from_db()
    assert (good.open_amount, done.state) == (15, LineState.POSTED)
    assert Receipt.objects.filter(reverses__isnull=True).count() == 2
    assert [b.unapplied_cash for b in ControlBalance.objects.all()] == [0, 0]
    assert verify_ledger().is_ok


def test_one_payment_for_a_group_pays_its_members_only() -> None:
    group = BuyerGroup.objects.create(code="G", name="Group")
    mother, daughter, stranger = make_buyer(group=group), make_buyer(group=group), make_buyer()
    actor = make_actor()
    own, hers, theirs = make_invoice(mother, "40"), make_invoice(daughter, "60"), make_invoice(stranger, "10")
    line = make_line("100")
    with pytest.raises(DomainError, match="outside its group"):
        confirm_line(
            line_id=line.pk,
            version=1,
            buyer_id=mother.pk,
            allocations=allocations((own, "40"), (theirs, "10")),
            actor=actor,
        )
    line.refresh_from_db()
    assert (line.state, Receipt.objects.count()) == (LineState.OPEN, 0)
    confirm_line(
        line_id=line.pk, version=1, buyer_id=mother.pk, allocations=allocations((own, "40"), (hers, "60")), actor=actor
    )
    hers.refresh_from_db()
    assert hers.open_amount == 0
    assert verify_ledger().is_ok


@pytest.mark.parametrize(
    ("given", "charge", "code"),
    [
        ([("0", "100.01")], "0", "allocated_more"),
        ([("0", "60"), ("0", "10")], "0", "allocation_repeated"),
        ([("0", "100")], "0", "over_allocation"),
        ([("0", "60")], "5", "charge_too_large"),
        ([("0", "-5")], "0", "amount_invalid"),
        ([("0", "1.005")], "0", "amount_invalid"),
    ],
)
def test_a_refused_decision_changes_nothing(given: list[tuple[str, str]], charge: str, code: str) -> None:
    buyer, actor = make_buyer(), make_actor()
    invoice, line = make_invoice(buyer, "60"), make_line("100")
    shares = [Allocation(invoice_id=invoice.pk, amount=Decimal(amount)) for _which, amount in given]
    with pytest.raises(DomainError) as refused:
        confirm_line(
            line_id=line.pk, version=1, buyer_id=buyer.pk, allocations=shares, charge=Decimal(charge), actor=actor
        )
    assert refused.value.code == code
    line.refresh_from_db()
    assert (line.state, line.version, Receipt.objects.count()) == (LineState.OPEN, 1, 0)


def test_who_may_not_import_may_not_decide() -> None:
    line = make_line("100")
    for role in (Role.SALES, Role.AUDITOR, Role.ADMINISTRATOR):
        with pytest.raises(Denied):
            ignore_line(line_id=line.pk, version=1, reason="interest", actor=make_actor(role))
    line.refresh_from_db()
    assert line.state == LineState.OPEN


def test_an_ignored_line_says_why_and_may_be_taken_up_again() -> None:
    line, actor = make_line("100"), make_actor()
    with pytest.raises(DomainError, match="Say why"):
        ignore_line(line_id=line.pk, version=1, reason="  ", actor=actor)
    ignored = ignore_line(line_id=line.pk, version=1, reason="interest", actor=actor)
    assert (ignored.state, ignored.reason) == (LineState.IGNORED, "interest")
    with pytest.raises(InvalidTransition):
        confirm_line(line_id=line.pk, version=2, buyer_id=make_buyer().pk, actor=actor)
    assert propose_again(line.pk, actor).state == LineState.OPEN


def test_a_decision_on_an_old_version_is_a_conflict() -> None:
    line, actor, buyer = make_line("100"), make_actor(), make_buyer()
    confirm_line(line_id=line.pk, version=1, buyer_id=buyer.pk, actor=actor)
    with pytest.raises(Conflict) as conflict:
        confirm_line(line_id=line.pk, version=1, buyer_id=buyer.pk, actor=actor)
    assert conflict.value.code == "bank_line_changed"
    assert Receipt.objects.count() == 1


def test_returned_money_opens_the_invoice_again() -> None:
    buyer, actor = make_buyer(), make_actor()
    invoice, line = make_invoice(buyer, "100"), make_line("85")
    confirm_line(
        line_id=line.pk,
        version=1,
        buyer_id=buyer.pk,
        allocations=allocations((invoice, "85")),
        charge=Decimal(15),
        actor=actor,
    )
    debit = make_line("-85", day="2026-04-14", is_reversal=True)
    done = confirm_return(line_id=debit.pk, version=1, returned_line_id=line.pk, actor=actor)
    invoice.refresh_from_db()
    assert (invoice.open_amount, done.state, done.receipt.amount) == (100, LineState.POSTED, -85)
    assert str(done.receipt.received_on) == "2026-04-14"
    again = undo_line(line_id=debit.pk, version=done.version, reason="of another payment", actor=actor)
    line.refresh_from_db()
    assert (again.state, line.state) == (LineState.UNDONE, LineState.UNDONE)
    assert verify_ledger().is_ok


def test_an_account_that_another_line_told_too_stays_known_when_the_first_is_undone() -> None:
    buyer, actor = make_buyer(), make_actor()
    lines = [make_line("100", payer_account="GB1") for _ in range(2)]
    done = [confirm_line(line_id=line.pk, version=1, buyer_id=buyer.pk, actor=actor) for line in lines]
    undo_line(line_id=done[0].pk, version=2, reason="twice", actor=actor)
    assert PayerAccount.objects.get().line == lines[1]
    undo_line(line_id=done[1].pk, version=2, reason="twice", actor=actor)
    assert not PayerAccount.objects.exists()


def test_a_buyer_that_nobody_knows_is_refused_by_name() -> None:
    line = make_line("100")
    with pytest.raises(NotFound) as refused:
        confirm_line(line_id=line.pk, version=1, buyer_id=4_711, actor=make_actor())
    assert (refused.value.code, refused.value.params) == ("buyer_not_found", {"field": "buyer", "value": "4711"})


def test_money_that_went_back_cannot_be_posted_again_before_its_return_is_undone() -> None:
    buyer, actor = make_buyer(), make_actor()
    invoice, line = make_invoice(buyer, "100"), make_line("100")
    confirm_line(line_id=line.pk, version=1, buyer_id=buyer.pk, allocations=allocations((invoice, "100")), actor=actor)
    debit = make_line("-100", day="2026-04-14", is_reversal=True)
    done = confirm_return(line_id=debit.pk, version=1, returned_line_id=line.pk, actor=actor)
    with pytest.raises(Conflict) as refused:
        undo_line(line_id=line.pk, version=2, reason="another buyer", actor=actor)
    assert (refused.value.code, refused.value.params["returned_by"]) == ("line_returned", debit.pk)
    line.refresh_from_db()
    assert (line.state, line.version) == (LineState.POSTED, 2)
    undo_line(line_id=debit.pk, version=done.version, reason="another buyer", actor=actor)
    line.refresh_from_db()
    assert line.state == LineState.UNDONE
    assert verify_ledger().is_ok


@pytest.mark.django_db(transaction=True)
def test_of_parallel_decisions_one_wins() -> None:
    buyer, actor = make_buyer(), make_actor()
    invoice, line = make_invoice(buyer, "100"), make_line("100")
    barrier = Barrier(4)

    def decide(_number: int) -> str:
        barrier.wait(timeout=30)
        try:
            confirm_line(
                line_id=line.pk, version=1, buyer_id=buyer.pk, allocations=allocations((invoice, "100")), actor=actor
            )
        except DomainError as refused:
            return refused.code
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(decide, range(4)))
    assert sorted(codes) == ["", *["bank_line_changed"] * 3]
    assert Receipt.objects.count() == 1
    assert verify_ledger().is_ok
