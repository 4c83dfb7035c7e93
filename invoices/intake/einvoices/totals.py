"""Do the document's own amounts agree? The rules of EN 16931 about money, to the cent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from invoices.intake.document_values import ZERO
from invoices.intake.einvoices.records import Parts, Totals
from invoices.intake.reasons import FileRefused

CENT = Decimal("0.01")
# What the official Schematron of BR-CO-17 allows, because sellers round VAT line by line.
_TAX_TOLERANCE = Decimal(1)


class Check(NamedTuple):
    """One rule: what the document states, what its parts give, and by which formula."""

    rule: str
    field: str
    stated: Decimal
    computed: Decimal
    formula: str


def check_totals(*, totals: Totals, parts: Parts, has_lines: bool, has_breakdown: bool) -> None:
    """Raise ``sum_differs`` for the first rule that does not hold; the message names both sums and the difference.

    Rules (EN 16931-1, 6.4): BR-CO-10 lines, BR-CO-11 allowances, BR-CO-12 charges, BR-CO-13 net, BR-CO-14 VAT, BR-CO-15
    gross, BR-CO-16 payable, BR-CO-17 VAT of a category (within 1.00, as the official Schematron). Profiles without
    lines (MINIMUM, BASIC WL) or without a breakdown (MINIMUM) are checked by what they have.
    Example: net 1436.50 + VAT 365.28 = gross 1801.78; less 1000 prepaid = 801.78 payable.
    """
    for check in _checks(totals, parts, has_lines=has_lines, has_breakdown=has_breakdown):
        if check.stated != check.computed:
            raise _differs(check)
    for line in parts.taxes:
        _check_category(line.basis, line.rate, line.tax)


def _checks(totals: Totals, parts: Parts, *, has_lines: bool, has_breakdown: bool) -> Iterator[Check]:
    lines, allowances, charges = (amount or ZERO for amount in (totals.lines, totals.allowances, totals.charges))
    if has_lines:
        yield Check("BR-CO-10", "sum of line net amounts (BT-106)", lines, _sum(parts.lines), "Σ BT-131")
    if totals.lines is not None:
        yield Check("BR-CO-11", "sum of allowances (BT-107)", allowances, _sum(parts.allowances), "Σ BT-92")
        yield Check("BR-CO-12", "sum of charges (BT-108)", charges, _sum(parts.charges), "Σ BT-99")
        net = lines - allowances + charges
        yield Check("BR-CO-13", "total without VAT (BT-109)", totals.net, net, "BT-106 − BT-107 + BT-108")
    tax = totals.tax or ZERO
    if has_breakdown:
        taxes = _sum([line.tax for line in parts.taxes])
        yield Check("BR-CO-14", "total VAT (BT-110)", tax, taxes, "Σ BT-117")
    yield Check("BR-CO-15", "total with VAT (BT-112)", totals.gross, totals.net + tax, "BT-109 + BT-110")
    if has_breakdown or totals.prepaid is not None:
        payable = totals.gross - (totals.prepaid or ZERO) + (totals.rounding or ZERO)
        yield Check("BR-CO-16", "amount due (BT-115)", totals.payable, payable, "BT-112 − BT-113 + BT-114")


def _sum(amounts: Sequence[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


def _check_category(basis: Decimal | None, rate: Decimal | None, tax: Decimal) -> None:
    if basis is None or rate is None:
        return
    computed = (basis * rate / 100).quantize(CENT, rounding=ROUND_HALF_UP)
    if abs(tax - computed) >= _TAX_TOLERANCE:
        raise _differs(Check("BR-CO-17", "VAT of a category (BT-117)", tax, computed, f"{basis} × {rate} %"))


def _differs(check: Check) -> FileRefused:
    return FileRefused(
        "sum_differs",
        field=check.field,
        value=check.stated,
        expected=check.computed,
        difference=check.stated - check.computed,
        formula=check.formula,
        rule=check.rule,
    )
