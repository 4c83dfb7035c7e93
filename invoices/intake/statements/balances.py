"""Does a statement add up? Its own balances, sums and counts against its entries."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from invoices.intake.document_values import ZERO
from invoices.intake.reasons import FileRefused
from invoices.intake.statements.records import Balance, Entry, Status


def check_balances(*, opening: Balance, closing: Balance, entries: Sequence[Entry], rule: str) -> None:
    """Closing = opening + Σ booked entries, all in one currency; raises ``balance_differs`` with the difference.

    Example: 100.00 + (−20.00 + 5.50) = 85.50.
    """
    booked = [entry for entry in entries if entry.status is Status.BOOKED]
    for field, currency in (("closing balance", closing.currency), *(("entry", one.currency) for one in booked)):
        if currency != opening.currency:
            raise FileRefused("currencies_differ", field=field, value=currency, expected=opening.currency, rule=rule)
    moved = sum((entry.amount for entry in booked), ZERO)
    expected = opening.amount + moved
    if closing.amount != expected:
        raise FileRefused(
            "balance_differs",
            field="closing balance",
            opening=opening.amount,
            entries=moved,
            expected=expected,
            value=closing.amount,
            difference=closing.amount - expected,
            rule=rule,
        )


def check_sum(*, field: str, stated: Decimal, entries: Sequence[Decimal], rule: str) -> None:
    """A sum that the bank states against the amounts listed, both without sign."""
    computed = abs(sum(entries, ZERO))
    if stated != computed:
        difference = stated - computed
        raise FileRefused(
            "sum_differs",
            field=field,
            value=stated,
            expected=computed,
            difference=difference,
            formula="Σ",
            rule=rule,
        )


def check_count(*, field: str, stated: int, counted: int, rule: str) -> None:
    """A number of entries that the bank states against those listed."""
    if stated != counted:
        raise FileRefused("count_differs", field=field, value=stated, expected=counted, rule=rule)
