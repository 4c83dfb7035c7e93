"""The storm's world: 20 buyers in 3 groups with limits that carry a part of what is asked, and who may do what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from core.models import User

SOURCE = "storm"
BUYERS, GROUPS = 20, 3
BUYER_LIMIT, GROUP_LIMIT = Decimal(200_000), Decimal(900_000)
OPEN_INVOICES = 4


@dataclass(frozen=True)
class World:
    """Ids and credentials."""

    buyer_ids: list[int]
    codes: list[str]
    account_ids: list[int]
    key: str
    analyst: User
    manager: User
    director: User
    session: str


def build(today: date) -> World:
    """Made through the services, as the product's own people and files would."""
    from core.domain.roles import Role

    users = {role: User.objects.create_user(username=f"storm-{role}", role=role) for role in Role}
    buyers = [_buyer(number, today) for number in range(BUYERS)]
    _groups(buyers, today)
    return World(
        buyer_ids=[buyer.pk for buyer in buyers],
        codes=[buyer.code for buyer in buyers],
        account_ids=_limits(buyers, today),
        key=_key(),
        analyst=users[Role.ANALYST],
        manager=users[Role.MANAGER],
        director=users[Role.DIRECTOR],
        session=_session(users[Role.MANAGER]),
    )


def _buyer(number: int, today: date) -> Any:
    from buyers.domain.fact_rows import KycRow, ScreeningRow
    from buyers.models import Buyer
    from buyers.services.facts import record_facts
    from credit.domain.standings import NO, StandingKind
    from credit.models import BuyerStanding

    buyer = Buyer.objects.create(code=f"STORM{number:02d}", name=f"Storm buyer {number}", country="DE", currency="USD")
    since = today - timedelta(days=100)
    record_facts([KycRow(buyer.pk, "complete", since), ScreeningRow(buyer.pk, "clear", today)])
    for kind, value in ((StandingKind.GRADE, "A"), (StandingKind.LOW_COVERAGE, NO)):
        BuyerStanding.objects.create(buyer=buyer, kind=kind, value=value, as_of=today)
    for place in range(OPEN_INVOICES):
        _invoice(buyer.pk, f"{buyer.code}-{place}", Decimal(5_000 + 1_000 * place), today)
    return buyer


def _invoice(buyer_id: int, name: str, amount: Decimal, today: date) -> None:
    from invoices.services.posting.issue import NewInvoice, issue_invoice

    issue_invoice(
        NewInvoice(
            buyer_id=buyer_id,
            source=SOURCE,
            external_id=name,
            number=name,
            currency="USD",
            amount=amount,
            invoice_date=today - timedelta(days=30),
            due_date=today + timedelta(days=30),
        )
    )


def _groups(buyers: list[Any], today: date) -> None:
    from buyers.models import BuyerGroup
    from buyers.services.memberships import set_group_membership

    for number in range(GROUPS):
        group = BuyerGroup.objects.create(code=f"STORM-G{number}", name=f"Storm group {number}")
        for buyer in buyers[number::GROUPS]:
            set_group_membership(buyer.pk, group=group, valid_from=today - timedelta(days=100))


def _limits(buyers: list[Any], today: date) -> list[int]:
    """As the last signature of a request would write them."""
    from buyers.models import BuyerGroup
    from credit.models import CreditLimit
    from credit.services.accounts import account_of_buyer, account_of_group

    wanted = [(account_of_buyer(buyer.pk), BUYER_LIMIT) for buyer in buyers]
    wanted += [(account_of_group(group.pk), GROUP_LIMIT) for group in BuyerGroup.objects.order_by("pk")]
    for account, amount in wanted:
        CreditLimit.objects.create(
            account=account, kind="own", currency="USD", amount=amount, valid_from=today, reason="storm"
        )
    return [account.pk for account, _amount in wanted]


def _key() -> str:
    from django.utils import timezone

    from core.services.api_clients import create_client

    now = timezone.now()
    return create_client(name=SOURCE, scopes=["check"], expires_at=now + timedelta(days=1), now=now, actor=None).key


def _session(user: User) -> str:
    from django.conf import settings
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client.cookies[settings.SESSION_COOKIE_NAME].value
