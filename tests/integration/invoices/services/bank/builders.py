"""Bank lines for tests, as taking would store them."""

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from core.domain.roles import Role
from core.models import User
from invoices.models import BankAccount, BankLine, BankStatement

_numbers = count(1)
DAY = "2026-04-10"


def make_actor(role: Role = Role.ANALYST) -> User:
    number = next(_numbers)
    return User.objects.create(username=f"desk{number}", role=role)


def make_account(number: str = "DE89370400440532013000", currency: str = "USD") -> BankAccount:
    return BankAccount.objects.get_or_create(number=number, currency=currency)[0]


def make_line(amount: str = "100", *, day: str = DAY, currency: str = "USD", **fields: Any) -> BankLine:
    """A line of a statement of its own."""
    number = next(_numbers)
    account = make_account(currency=currency)
    statement = BankStatement.objects.create(
        account=account,
        format="camt.053",
        kind="statement",
        content=f"{number:064d}",
        currency=currency,
        credits=max(Decimal(amount), Decimal(0)),
        debits=min(Decimal(amount), Decimal(0)),
        entries=1,
        booked=1,
    )
    given = {"status": "booked", "fingerprint": f"{number:064d}"[::-1], "position": 1, "entry": 1, **fields}
    return BankLine.objects.create(
        statement=statement,
        account=account,
        amount=Decimal(amount),
        currency=currency,
        day=date.fromisoformat(day),
        **given,
    )
