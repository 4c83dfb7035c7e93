"""Whatever people decide on lines, in whatever order: money is neither made nor lost."""

from contextlib import suppress
from decimal import Decimal

from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from core.errors import DomainError
from invoices.domain.bank import LineState
from invoices.domain.kinds import EntryKind
from invoices.models import BankLine, ControlBalance, Entry, Receipt
from invoices.queries.verify import verify_ledger
from invoices.services.bank.deciding import (
    Allocation,
    confirm_line,
    confirm_return,
    ignore_line,
    propose_again,
    undo_line,
)
from invoices.services.bank.matching import match_again, match_lines
from tests.integration.invoices.builders import make_buyer, make_invoice
from tests.integration.invoices.services.bank.builders import make_actor, make_line

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["confirm", "undo", "ignore", "again", "match", "return"]),
        st.integers(0, 3),
        st.lists(st.tuples(st.integers(0, 2), st.integers(1, 90)), max_size=3, unique_by=lambda one: one[0]),
        st.integers(0, 20),
    ),
    min_size=1,
    max_size=8,
)


class LineProperties(TestCase):
    """On three invoices, three credits and one returned credit."""

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(STEPS)
    def test_allocations_and_what_is_unapplied_are_the_money_that_came(self, steps: list) -> None:  # type: ignore[type-arg]
        self.buyer, self.actor = make_buyer("ACME"), make_actor()
        self.invoices = [make_invoice(self.buyer, amount) for amount in ("60", "80", "100")]
        texts = [self.invoices[0].number, "", self.invoices[2].number]
        self.lines = [
            make_line(amount, payer_name="Buyer ACME", remittance=text)
            for amount, text in zip(("60", "75", "40"), texts, strict=True)
        ]
        self.lines.append(make_line("-75", is_reversal=True))
        for step in steps:
            with suppress(DomainError):  # refused: the next look finds everything as it was
                self._do(*step)
            self._check()

    def _do(self, verb: str, place: int, shares: list[tuple[int, int]], charge: int) -> None:
        line = BankLine.objects.get(pk=self.lines[place].pk)
        named = {"line_id": line.pk, "version": line.version, "actor": self.actor}
        if verb == "confirm":
            given = [Allocation(invoice_id=self.invoices[one].pk, amount=Decimal(amount)) for one, amount in shares]
            confirm_line(buyer_id=self.buyer.pk, allocations=given, charge=Decimal(charge), **named)
        elif verb == "undo":
            undo_line(reason="wrong", **named)
        elif verb == "ignore":
            ignore_line(reason="none of ours", **named)
        elif verb == "again":
            propose_again(line.pk, self.actor)
        elif verb == "return":
            confirm_return(returned_line_id=self.lines[1].pk, **(named | {"line_id": self.lines[3].pk}))
        else:
            match_again()
            match_lines()

    def _check(self) -> None:
        assert verify_ledger().is_ok
        posted = BankLine.objects.filter(state=LineState.POSTED, receipt__isnull=False)
        standing = posted.aggregate(total=Sum("amount"))["total"] or Decimal(0)
        received = Receipt.objects.aggregate(total=Sum("amount"))["total"] or Decimal(0)
        used = Entry.objects.filter(source_amount__isnull=False).aggregate(total=Sum("source_amount"))["total"]
        unapplied = ControlBalance.objects.aggregate(total=Sum("unapplied_cash"))["total"]
        assert standing == received == (used or Decimal(0)) + unapplied
        for line in posted.filter(amount__gt=0, receipt__reversed_by__isnull=True):
            kept = line.receipt.allocations.filter(kind=EntryKind.RECEIPT, reversed_by__isnull=True)
            allocated = -(kept.aggregate(total=Sum("amount"))["total"] or Decimal(0))
            assert 0 <= allocated <= line.amount
