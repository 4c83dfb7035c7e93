"""Requests for limits in tests: short ways to ask and to sign."""

from datetime import date
from decimal import Decimal

from buyers.models import Buyer, BuyerGroup
from core.models import User
from core.money import Money
from credit.domain.kinds import LimitKind
from credit.domain.limit_inputs import Assumptions
from credit.models import LimitRequest
from credit.services.limits import NewLimit
from credit.services.requests import Asked, approve_request, create_request
from tests.integration.credit import stock
from tests.integration.credit.builders import EARLIER, TODAY


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def new_limit(
    amount: str,
    *,
    kind: LimitKind = LimitKind.OWN,
    currency: str = "USD",
    since: date = TODAY,
    until: date | None = None,
) -> NewLimit:
    return NewLimit(kind, Money(Decimal(amount), currency), since, until)


def ask(
    owner: Buyer | BuyerGroup,
    amount: str,
    *,
    by: User,
    as_of: date = TODAY,
    assumptions: Assumptions | None = None,
    **fields: object,
) -> LimitRequest:
    place = {"buyer_id": owner.pk} if isinstance(owner, Buyer) else {"group_id": owner.pk}
    new = new_limit(amount, **{"since": as_of} | fields)
    return create_request(Asked(new, "test", **place, assumptions=assumptions), actor=by, as_of=as_of)


def approve(request: LimitRequest, *, by: User, as_of: date = TODAY, **fields: object) -> LimitRequest:
    return approve_request(request.pk, version=request.version, actor=by, as_of=as_of, **fields)


def insure(buyer: Buyer, amount: str, percent: str = "90", *, number: str = "", day: date = EARLIER) -> None:
    """The decision of one insurer, by default the only one on the buyer."""
    own = {"source": "Atradius", "external_id": number or f"L-{buyer.pk}"}
    stock.insure(buyer, amount, insurer="Atradius", percent=percent, valid_from=day, **own)
