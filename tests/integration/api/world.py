"""A small portfolio: two sales people, buyers in two currencies and a group, late and paid items, alerts, scores."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from alerts.queries.signals.collect import Close
from alerts.services.advance import advance
from buyers.models import Buyer, BuyerGroup
from buyers.services.memberships import set_group_membership
from core.models import ExchangeRate, User
from invoices.models import Invoice
from invoices.services.posting.adjustments import set_dispute
from tests.integration.invoices.builders import make_buyer, make_invoice, make_receipt, pay

AS_OF = date(2026, 4, 16)
LATER = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class World:
    """What the tests ask about."""

    ana: User
    ben: User
    acme: Buyer
    blue: Buyer
    cobalt: Buyer
    late: Invoice
    euro: Invoice


def make_world() -> World:
    """ana owns ACME (late, USD) and COBALT (open, USD); ben owns BLUE (EUR, disputed, unapplied cash)."""
    ExchangeRate.objects.create(currency="USD", rate_date="2026-04-15", per_eur=Decimal("1.25"), source="test")
    ana, ben = (User.objects.create(username=name, role="sales") for name in ("ana", "ben"))
    acme = make_buyer("ACME", country="DE", currency="USD", sales_owner=ana)
    blue = make_buyer("BLUE", country="FR", currency="EUR", sales_owner=ben, name_zh="蓝色")
    cobalt = make_buyer("COBALT", country="DE", currency="USD", sales_owner=ana)
    late = make_invoice(acme, "1000", issued="2026-02-01", due="2026-03-10")
    pay(make_invoice(acme, "250", issued="2026-01-01", due="2026-01-31"), "250", day="2026-02-10")
    euro = make_invoice(blue, "400", currency="EUR", issued="2026-03-20", due="2026-04-10")
    set_dispute(euro.pk, key="D1", amount=Decimal(100), reason="quality", valid_from=date(2026, 4, 12))
    make_receipt(blue, "80", currency="EUR", day="2026-04-14")
    for _ in range(4):
        make_invoice(cobalt, "500", issued="2026-04-01", due="2026-05-31")
    _group(acme, blue)
    advance(Close(AS_OF, LATER, "USD"), run_id=None)
    return World(ana, ben, acme, blue, cobalt, late, euro)


def _group(*members: Buyer) -> None:
    group = BuyerGroup.objects.create(code="G1", name="Group One")
    for member in members:
        set_group_membership(member.pk, group=group, valid_from=date(2026, 1, 1))
