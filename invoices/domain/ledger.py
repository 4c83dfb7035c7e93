"""Rules of the ledger that are asked in more than one place (domain.md section 2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from invoices.domain.kinds import EntryKind

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Materiality:
    """When an overdue part counts: above max(share of the invoice, min(floor, cap share of the invoice)).

    ``floor_base`` is 100 USD in base currency; the defaults are the handbook's: 1 %, 100, 10 %.
    """

    share: Decimal = Decimal("0.01")
    floor_base: Decimal = Decimal(100)
    cap_share: Decimal = Decimal("0.10")

    def threshold(self, *, invoice_amount_base: Decimal) -> Decimal:
        """max(share × amount, min(floor, cap share × amount)), in base currency.

        Example: an invoice of 5,000 gives max(50, min(100, 500)) = 100; one of 400 gives max(4, min(100, 40)) = 40.
        """
        amount = abs(invoice_amount_base)
        return max(self.share * amount, min(self.floor_base, self.cap_share * amount))

    def is_material(self, *, overdue_base: Decimal, invoice_amount_base: Decimal) -> bool:
        """True if the undisputed overdue part is strictly above the threshold.

        Example: bank charges of 25 left on an invoice of 5,000 at 121 days are not material.
        """
        return overdue_base > self.threshold(invoice_amount_base=invoice_amount_base)


DEFAULT_MATERIALITY = Materiality()


@dataclass(frozen=True, slots=True)
class Posting:
    """An entry as the rules see it; ``is_reversed`` is true once another entry took it back."""

    kind: EntryKind
    amount: Decimal
    effective_date: date
    is_reversed: bool = False


def open_amount(*, postings: Iterable[Posting], as_of: date) -> Decimal:
    """``Σ entries with effective_date ≤ as_of``.

    Example: issue 100 on 1 March, receipt −40 on 10 March: 100 on the 9th, 60 on the 10th.
    """
    return sum((p.amount for p in postings if p.effective_date <= as_of), ZERO)


def settled_on(*, postings: Iterable[Posting]) -> date | None:
    """The last standing receipt allocation of an invoice with nothing open; None while open.

    An invoice closed by credit alone is neither paid nor late: None.
    """
    kept = list(postings)
    if not kept or sum((p.amount for p in kept), ZERO) != 0:
        return None
    paid = [p.effective_date for p in kept if p.kind is EntryKind.RECEIPT and not p.is_reversed]
    return max(paid, default=None)
