"""What the demo's people did about limits: the delegation of authority, a substitute, and requests that wait."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import OuterRef, Subquery

from core.domain.roles import Role
from core.errors import DomainError
from core.models import User
from core.money import Money
from credit.domain.authority import default_authority
from credit.domain.kinds import LimitKind
from credit.domain.standings import StandingKind
from credit.models import BuyerStanding, CreditAccount, CreditLimit
from credit.services.authority import BandRow, change_authority, name_substitute
from credit.services.requests import Asked, NewLimit, approve_request, create_request
from pipeline.demo.limits import BASE, rounded

GOOD = ("A", "B")


def decide_on_limits(*, people: Mapping[str, User], end: date) -> int:
    """Write the delegation down and leave two requests on the table: one new, one signed once; how many."""
    by_role = {user.role: user for user in people.values()}
    director, manager, analyst = (by_role[role] for role in (Role.DIRECTOR, Role.MANAGER, Role.ANALYST))
    _delegate(director)
    name_substitute(
        user_id=manager.pk,
        deputy_id=director.pk,
        starts_on=end + timedelta(days=7),
        ends_on=end + timedelta(days=21),
        actor=director,
        as_of=end,
    )
    accounts = _accounts(end)
    first = _request(accounts, Decimal("1.3"), "Orders of the season", analyst, end)
    large = _request(accounts, Decimal(4), "Framework contract for three years", analyst, end, Decimal(900_000))
    if large is not None:
        approve_request(large, version=1, actor=director, as_of=end, comment="With quarterly statements")
    return sum(request is not None for request in (first, large))


def _delegate(director: User) -> None:
    """The handbook's delegation, as this firm's own."""
    given = default_authority(currency=BASE)
    change_authority(
        bands=[BandRow(band.role, band.grades, band.up_to) for band in given.bands],
        currency=given.currency,
        cosign_above=given.cosign_above,
        version=0,
        actor=director,
        reason="Decision of the board",
    )


Limited = tuple[CreditAccount, Decimal]


def _accounts(end: date) -> Iterator[Limited]:
    """Buyers outside of any group and their limits, those of good grade first, of these the largest limits."""
    latest = CreditLimit.objects.filter(account=OuterRef("pk"), kind=LimitKind.OWN, valid_from__lte=end)
    grades = BuyerStanding.objects.filter(buyer=OuterRef("buyer"), kind=StandingKind.GRADE, as_of__lte=end)
    alone = CreditAccount.objects.filter(buyer__isnull=False, buyer__group__isnull=True, buyer__merges_away=None)
    known = alone.annotate(
        in_force=Subquery(latest.order_by("-valid_from", "-pk").values("amount")[:1]),
        grade=Subquery(grades.order_by("-as_of", "-pk").values("value")[:1]),
    )
    found = known.filter(in_force__gt=0).order_by("-in_force", "pk")
    for account in sorted(found, key=lambda account: account.grade not in GOOD):
        yield account, account.in_force


def _request(
    accounts: Iterator[Limited],
    factor: Decimal,
    reason: str,
    actor: User,
    end: date,
    at_least: Decimal = Decimal(0),
) -> int | None:
    """A request for a multiple of the next account's limit, its id; accounts with a currency without rate have none."""
    for account, limit in accounts:
        amount = max(at_least, rounded(limit * factor))
        asked = Asked(NewLimit(LimitKind.OWN, Money(amount, BASE), end), reason, buyer_id=account.buyer_id)
        try:
            return create_request(asked, actor=actor, as_of=end).pk
        except DomainError as refused:
            if refused.code != "rate_missing":
                raise
    return None
