"""New lines are matched by the job: what is sure posts by itself, the rest waits with its reasons."""

from datetime import date
from decimal import Decimal

import pytest

from buyers.models import BuyerAlias, BuyerGroup
from core.domain.roles import Role
from core.errors import Conflict, Denied, DomainError
from core.intake.ecb import RateRow
from core.models import AuditEvent, Job
from core.services.pokes import get_task
from core.services.rates import add_rates
from core.services.runs import enqueue_once
from invoices.domain.bank import LineState
from invoices.domain.kinds import EntryKind
from invoices.models import BankLine, Entry, PayerAccount, Receipt
from invoices.queries.bank import next_line, open_items_for
from invoices.queries.bank_evidence import all_names
from invoices.queries.verify import verify_ledger
from invoices.services.bank.deciding import Allocation, confirm_line, propose_again, undo_line
from invoices.services.bank.matching import match_again, match_lines
from invoices.services.bank.posting import receipt_id
from invoices.services.bank.settings import change_matching
from invoices.services.bank.taking import MATCH_TASK
from invoices.services.posting.allocations import Incoming, post_receipt
from tests.integration.invoices.builders import make_buyer, make_invoice
from tests.integration.invoices.services.bank.builders import make_actor, make_line

pytestmark = pytest.mark.django_db


def codes(line: BankLine) -> set[str]:
    line.refresh_from_db()
    return {reason["code"] for reason in (line.proposal or {"reasons": []})["reasons"]}


def state(line: BankLine) -> str:
    line.refresh_from_db()
    return line.state


def test_number_amount_and_name_post_by_themselves() -> None:
    buyer = make_buyer("ACME")
    invoice = make_invoice(buyer, "100")
    line = make_line("100", payer_name="BUYER ACME", payer_account="GB1", remittance=f"pays {invoice.number.lower()}")
    assert match_lines().posted == 1
    assert codes(line) == {"number_named", "amount_exact", "name_same"}
    assert (line.state, line.buyer, line.receipt.amount, line.version) == (LineState.POSTED, buyer, 100, 2)
    invoice.refresh_from_db()
    assert invoice.open_amount == 0
    assert PayerAccount.objects.get().buyer == buyer
    event = AuditEvent.objects.get(action="invoices.bank_line.matched")
    assert (event.subject_id, event.actor_label) == (str(line.pk), "system")
    assert verify_ledger().is_ok


def test_the_job_does_it_and_again_changes_nothing() -> None:
    invoice = make_invoice(make_buyer("ACME"), "100")
    make_line("100", payer_name="Buyer ACME", remittance=invoice.number)
    enqueue_once(MATCH_TASK, [{}])
    for _attempt in range(2):
        job = Job.objects.filter(task=MATCH_TASK).latest("pk")
        get_task(MATCH_TASK)(job_id=job.pk)
        job.refresh_from_db()
        assert job.state == Job.State.DONE, job.error
        enqueue_once(MATCH_TASK, [{}])
    assert Receipt.objects.count() == 1
    assert match_lines().lines == 0


def test_a_bank_charge_within_the_tolerance_is_posted_with_it() -> None:
    invoice = make_invoice(make_buyer("ACME"), "5000")
    line = make_line("4975", payer_name="Buyer ACME", remittance=invoice.number)
    assert match_lines().posted == 1
    assert Entry.objects.get(kind=EntryKind.BANK_CHARGE).amount == -25
    invoice.refresh_from_db()
    assert (invoice.open_amount, codes(line)) == (0, {"number_named", "bank_charge", "name_same"})
    undo_line(line_id=line.pk, version=2, reason="they paid less", actor=make_actor())
    invoice.refresh_from_db()
    assert invoice.open_amount == 5000
    assert verify_ledger().is_ok


def test_one_payment_for_a_group_posts_for_its_members() -> None:
    group = BuyerGroup.objects.create(code="G", name="G")
    first, second = make_buyer("ACME", group=group), make_buyer("DAUGHTER", group=group)
    invoices = [make_invoice(first, "100"), make_invoice(second, "50")]
    line = make_line("150", payer_name="Buyer ACME", remittance=" ".join(one.number for one in invoices))
    assert match_lines().posted == 1
    assert "group_payment" in codes(line)
    assert line.buyer == first
    assert verify_ledger().is_ok


def test_two_invoices_of_the_same_amount_are_left_to_a_person() -> None:
    buyer = make_buyer("ACME")
    for _ in range(2):
        make_invoice(buyer, "100")
    line = make_line("100", payer_name="Buyer ACME", payer_account="GB1")
    PayerAccount.objects.create(account="GB1", buyer=buyer, first_seen_on=date(2026, 1, 1))
    assert match_lines().posted == 0
    assert (state(line), line.confidence) == (LineState.PROPOSED, Decimal("0.6"))
    assert len(line.proposal["alternatives"]) >= 1


def test_two_lines_for_one_invoice_pay_it_once() -> None:
    invoice = make_invoice(make_buyer("ACME"), "100")
    lines = [make_line("100", payer_name="Buyer ACME", remittance=invoice.number) for _ in range(2)]
    assert match_lines().posted == 1
    assert [state(line) for line in lines] == [LineState.POSTED, LineState.PROPOSED]
    assert verify_ledger().is_ok


def test_what_was_undone_is_not_proposed_again_by_itself() -> None:
    buyer = make_buyer("ACME")
    invoice = make_invoice(buyer, "100")
    line = make_line("100", payer_name="Buyer ACME", remittance=invoice.number)
    match_lines()
    actor = make_actor()
    undone = undo_line(line_id=line.pk, version=2, reason="not theirs", actor=actor)
    match_again()
    match_lines()
    again = propose_again(line.pk, actor)
    assert (undone.state, again.state) == (LineState.UNDONE, LineState.UNDONE)
    paid = [part["invoice"] for part in (again.proposal or {"allocations": []})["allocations"]]
    assert invoice.pk not in paid


def test_a_receipt_that_the_erp_told_may_be_the_same_payment() -> None:
    buyer = make_buyer("ACME")
    invoice = make_invoice(buyer, "100")
    told = Incoming(
        buyer_id=buyer.pk, source="erp", external_id="R1", currency="USD", amount=Decimal(100), day=date(2026, 4, 12)
    )
    post_receipt(told)
    line = make_line("100", payer_name="Buyer ACME", remittance=invoice.number)
    assert match_lines().posted == 0
    assert (state(line), line.warnings[0]["params"]["number"]) == (LineState.PROPOSED, "R1")
    assert "possible_duplicate" in codes(line)


def test_another_account_and_another_payer_are_warned_of() -> None:
    buyer = make_buyer("ACME")
    PayerAccount.objects.create(account="GB1", buyer=buyer, first_seen_on=date(2026, 1, 1))
    invoice = make_invoice(buyer, "100")
    line = make_line("100", payer_name="Zebra Factoring", payer_account="XX9", remittance=invoice.number)
    assert match_lines().posted == 0
    assert "payer_differs" in codes(line)
    share = Allocation(invoice_id=invoice.pk, amount=Decimal(100))
    line.refresh_from_db()
    done = confirm_line(
        line_id=line.pk, version=line.version, buyer_id=buyer.pk, allocations=[share], actor=make_actor()
    )
    assert [one["code"] for one in done.warnings] == ["payer_account_changed", "payer_not_buyer"]
    assert done.warnings[0]["params"] == {"account": "XX9", "known": "GB1"}


def test_a_spelling_that_was_taken_away_names_nobody_any_more() -> None:
    buyer = make_buyer("ACME")
    first = BuyerAlias.objects.create(buyer=buyer, name="Zebra Timber")
    BuyerAlias.objects.create(buyer=buyer, name="Acme Works")
    assert all_names().find("Zebra Timber") == [(buyer.pk, 100.0)]
    first.delete()
    assert all_names().find("Zebra Timber") == []


def test_open_items_of_a_group_are_offered_once() -> None:
    group = BuyerGroup.objects.create(code="G", name="G")
    buyers = [make_buyer(code, group=group) for code in ("ONE", "TWO", "THREE")]
    invoices = [make_invoice(buyer, "100") for buyer in buyers]
    found = open_items_for(actor=make_actor(), buyer_id=buyers[0].pk, currency="USD")
    assert sorted(one.invoice_id for one in found) == sorted(invoice.pk for invoice in invoices)


def test_a_returned_payment_with_its_reference_bounces_by_itself() -> None:
    invoice = make_invoice(make_buyer("ACME"), "100")
    reference = [{"kind": "EndToEndId", "value": "E2E-1"}]
    make_line("100", payer_name="Buyer ACME", remittance=invoice.number, references=reference)
    match_lines()
    debit = make_line("-100", day="2026-04-15", is_reversal=True, references=reference)
    assert match_lines().posted == 1
    invoice.refresh_from_db()
    assert (state(debit), invoice.open_amount, debit.receipt.amount) == (LineState.POSTED, 100, -100)
    assert verify_ledger().is_ok


def test_two_debits_of_one_reference_bounce_its_credit_once_and_stop_no_other_line() -> None:
    buyer = make_buyer("ACME")
    paid, other = make_invoice(buyer, "100"), make_invoice(buyer, "70")
    reference = [{"kind": "EndToEndId", "value": "E2E-1"}]
    make_line("100", payer_name="Buyer ACME", remittance=paid.number, references=reference)
    debits = [make_line("-100", day="2026-04-15", is_reversal=True, references=reference) for _ in range(2)]
    make_line("70", payer_name="Buyer ACME", remittance=other.number)
    assert match_lines().posted == 3
    assert [state(debit) for debit in debits] == [LineState.POSTED, LineState.OPEN]
    assert debits[1].proposal is None
    for invoice in (paid, other):
        invoice.refresh_from_db()
    assert (paid.open_amount, other.open_amount) == (100, 0)
    assert verify_ledger().is_ok


def test_a_line_that_came_before_its_invoice_is_found_later() -> None:
    line = make_line("100", payer_name="Buyer ACME", remittance="INV-00042-X")
    match_lines()
    assert state(line) == LineState.OPEN
    invoice = make_invoice(make_buyer("ACME"), "100")
    BankLine.objects.filter(pk=line.pk).update(remittance=invoice.number)
    assert match_again() == 1
    assert match_lines().posted == 1


def test_a_line_that_is_matched_again_in_vain_is_decided_on_as_it_was_seen() -> None:
    buyer, line = make_buyer("ACME"), make_line("100", payer_name="Somebody", remittance="goods")
    match_lines()
    line.refresh_from_db()
    assert match_again() == 1
    match_lines()
    done = confirm_line(line_id=line.pk, version=line.version, buyer_id=buyer.pk, actor=make_actor())
    assert done.state == LineState.POSTED


def test_what_the_ledger_refuses_goes_to_a_person_and_the_others_are_posted() -> None:
    good, bad = (make_invoice(make_buyer(code), "100") for code in ("GOOD", "BAD"))
    lines = [
        make_line("100", payer_name=f"Buyer {one.buyer.code}", remittance=one.number, day=day)
        for one, day in ((good, "2026-04-10"), (bad, "2026-04-11"))
    ]
    # another receipt stands under the number that the line's receipt would bear
    taken = {"source": "bank:DE89370400440532013000", "external_id": receipt_id(lines[1])}
    post_receipt(Incoming(buyer_id=good.buyer_id, currency="USD", amount=Decimal(7), day=date(2026, 1, 1), **taken))
    assert match_lines().posted == 1
    assert [state(line) for line in lines] == [LineState.POSTED, LineState.PROPOSED]
    assert ("ledger_refused" in codes(lines[1]), lines[1].confidence) == (True, Decimal("0.5"))
    match_again(states=(LineState.PROPOSED,))
    match_lines()
    lines[1].refresh_from_db()
    assert [warning["code"] for warning in lines[1].warnings] == ["ledger_refused"]
    assert verify_ledger().is_ok


def test_the_threshold_is_a_setting_with_versions() -> None:
    manager, analyst = make_actor(Role.MANAGER), make_actor()
    invoice = make_invoice(make_buyer("ACME"), "100")
    line = make_line("100", payer_name="Buyer ACME", remittance=invoice.number)
    with pytest.raises(Denied):
        change_matching(numbers={}, is_enabled=True, version=0, actor=analyst, reason="x")
    with pytest.raises(DomainError, match=r"from 0\.91 to 1"):
        change_matching(numbers={"threshold": "0.5"}, is_enabled=True, version=0, actor=manager, reason="x")
    change_matching(numbers={"threshold": "1"}, is_enabled=True, version=0, actor=manager, reason="audit week")
    with pytest.raises(Conflict):
        change_matching(numbers={}, is_enabled=True, version=0, actor=manager, reason="x")
    assert match_lines().posted == 0
    assert state(line) == LineState.PROPOSED
    change_matching(numbers={}, is_enabled=False, version=1, actor=manager, reason="x")
    match_again()
    assert match_lines().posted == 0


def test_the_desk_finds_the_next_line_and_open_items_by_number_in_any_spelling() -> None:
    actor = make_actor()
    invoice = make_invoice(make_buyer("ACME"), "100")
    first, second = make_line("10"), make_line("20")
    assert next_line(actor=actor, after=first.pk) == second
    assert next_line(actor=actor, after=second.pk) == first
    found = open_items_for(actor=actor, text=invoice.number.lower().replace("-", " "), currency="USD")
    assert [one.invoice_id for one in found] == [invoice.pk]
    by_buyer = open_items_for(actor=actor, buyer_id=invoice.buyer_id, currency="USD")
    assert [one.open_amount for one in by_buyer] == [100]
    assert next_line(actor=make_actor(Role.SALES)) is None


def test_an_invoice_of_another_currency_that_the_text_names_is_proposed_and_posted_by_a_person() -> None:
    add_rates([RateRow("USD", date(2026, 4, 1), Decimal("1.10"))], source="ECB")
    buyer = make_buyer("ACME")
    invoice = make_invoice(buyer, "100", currency="EUR")
    line = make_line("109.50", payer_name="Buyer ACME", remittance=f"pays {invoice.number}")
    assert match_lines().posted == 0
    assert codes(line) == {"number_named", "other_currency", "amount_converted", "name_same"}
    assert line.proposal is not None
    (part,) = line.proposal["allocations"]
    assert (Decimal(part["amount"]), Decimal(part["source_amount"]), line.confidence) == (
        100,
        Decimal("109.5"),
        Decimal("0.9"),
    )
    wanted = Allocation(invoice_id=invoice.pk, amount=Decimal(100), source_amount=Decimal("109.50"))
    confirm_line(line_id=line.pk, version=line.version, buyer_id=buyer.pk, allocations=[wanted], actor=make_actor())
    invoice.refresh_from_db()
    assert (invoice.open_amount, state(line)) == (0, LineState.POSTED)
    assert verify_ledger().is_ok
