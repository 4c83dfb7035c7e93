"""Groups, limits and fresh facts on the big ledger, and the key with which order checks are asked."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from bench import credit_world_sql as sql
from bench.data import END, vacuum

NAME = "bench"
SETTLED = {"BFEW": 20, "BMANY": 20_000}


def prepare() -> str:
    """Bring the instance to where a measurement begins; returns a key with the scope ``check``."""
    from django.db import connection, transaction

    from core.house import today

    with transaction.atomic(), connection.cursor() as cursor:
        for code, settled in SETTLED.items():
            for statement in sql.SETTLED:
                cursor.execute(statement, {"code": code, "settled": settled, "end": END})
        for statement in (*sql.FORGET, *sql.WORLD):
            cursor.execute(statement)
        for statement in sql.FRESH:
            cursor.execute(statement, {"today": today()})
    _hear_of_money(today())
    vacuum()
    return _issue_key()


def _hear_of_money(day: date) -> None:
    """A receipt of the day: an order is stopped where the ledger has not heard of money for a week."""
    from buyers.models import Buyer
    from invoices.services.posting.allocations import Incoming, post_receipt

    post_receipt(
        Incoming(
            buyer_id=Buyer.objects.get(code="BFEW").pk,
            source=NAME,
            external_id=f"money of {day}",
            currency="EUR",
            amount=Decimal(1),
            day=day,
        )
    )


def _issue_key() -> str:
    """The client's name is the source that it speaks for."""
    from django.utils import timezone

    from core.services.api_clients import create_client

    now = timezone.now()
    return create_client(name=NAME, scopes=["check"], expires_at=now + timedelta(days=1), now=now, actor=None).key
