"""What does not fit between a statement and those before it: told as warnings, never a reason to refuse it."""

from __future__ import annotations

from typing import Any

from invoices.domain.bank import StatementWarning
from invoices.domain.bank_lines import is_listed
from invoices.intake.statements.records import Kind, Statement
from invoices.models import BankStatement


def warnings_of(statement: Statement, row: BankStatement) -> list[dict[str, Any]]:
    """Gaps in balances and numbers against the statement before, and batches whose payments the bank does not list."""
    found = []
    if statement.kind is Kind.STATEMENT and (former := _former(row)) is not None:
        found += _balance_gap(row, former) + _number_gap(row, former)
    unlisted = sum(
        (entry.batch_count or 0) > 1
        and not is_listed(amount=entry.amount, currency=entry.currency, details=entry.details)
        for entry in statement.booked
    )
    if unlisted:
        found.append(_warning(StatementWarning.PAYMENTS_NOT_LISTED, count=unlisted))
    return found


def _former(row: BankStatement) -> BankStatement | None:
    """The latest statement of the account that ends no later than this one begins."""
    if row.opening_date is None and row.closing_date is None:
        return None
    before = BankStatement.objects.filter(account=row.account, kind=Kind.STATEMENT.value)
    before = before.filter(closing_date__lte=row.opening_date or row.closing_date)
    return before.order_by("-closing_date", "-id").first()


def _balance_gap(row: BankStatement, former: BankStatement) -> list[dict[str, Any]]:
    if row.opening_amount is None or former.closing_amount == row.opening_amount:
        return []
    return [
        _warning(
            StatementWarning.BALANCE_GAP,
            former=former.number or former.identification,
            closing=former.closing_amount,
            opening=row.opening_amount,
            currency=row.currency,
        )
    ]


def _number_gap(row: BankStatement, former: BankStatement) -> list[dict[str, Any]]:
    """Numbers go up by one, or begin again with the year; parts of one statement share its number."""
    numbers = (former.number, row.number)
    if not all(number.isascii() and number.isdigit() for number in numbers):
        return []
    last, this = map(int, numbers)
    if this in (last, last + 1, 1):
        return []
    return [_warning(StatementWarning.NUMBER_GAP, former=former.number, number=row.number, expected=last + 1)]


def _warning(code: StatementWarning, **params: object) -> dict[str, Any]:
    return {"code": code.value, "params": {name: str(value) for name, value in params.items()}}
