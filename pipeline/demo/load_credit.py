"""Limits of the demo into the database, and what people and machine did with its orders: through the services."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection, transaction

from buyers.models import Buyer, BuyerGroup
from core.models import AuditEvent, User
from core.planning import look_at_sizes
from core.services import audit
from cover.models import InsuredLimit
from credit.models import CreditAccount, CreditLimit
from credit.services.reviews import refresh_reviews
from pipeline.demo.dataset import Dataset
from pipeline.demo.desk import work_on_orders
from pipeline.demo.limits import BASE, INSURER, DemoInsured, DemoLimit, list_insured, list_limits
from pipeline.demo.people import decide_on_limits

DONE = "pipeline.demo.credit"


@transaction.atomic
def load_credit(*, dataset: Dataset, user_ids: Mapping[str, int]) -> dict[str, int]:
    """Limits, cover, checks of open orders, and where there are sign-ins what they decided; once for a database."""
    if AuditEvent.objects.filter(action=DONE).exists():
        return {}
    end = dataset.end
    limits = _limits(list_limits(profiles=dataset.profiles, seed=dataset.seed, end=end))
    insured = _insured(list_insured(profiles=dataset.profiles, seed=dataset.seed, end=end))
    rows = [*limits, *insured]  # named, so that they are sealed like those that people decide on
    audit.record(actor=None, action=DONE, subject_type="demo", subject_id=str(dataset.seed), rows=rows)
    counts = {"limits": len(limits), "insured_limits": len(insured)}
    with connection.cursor() as cursor:
        look_at_sizes(cursor)
    people = {user.username: user for user in User.objects.filter(pk__in=user_ids.values())}
    counts["order_checks"] = work_on_orders(people=people, end=end)
    if people:
        counts["limit_requests"] = decide_on_limits(people=people, end=end)
    counts["reviews"] = refresh_reviews(as_of=end)
    return counts


def _limits(rows: list[DemoLimit]) -> list[CreditLimit]:
    """As written by decisions that are older than this system."""
    accounts = _accounts()
    fresh = [
        CreditLimit(
            account_id=accounts[row.is_group, row.owner],
            kind=row.kind,
            currency=BASE,
            amount=row.amount,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            reason=row.reason,
        )
        for row in rows
    ]
    return CreditLimit.objects.bulk_create(fresh)


def _accounts() -> dict[tuple[bool, str], int]:
    """One for each buyer and group, by code."""
    buyers = [CreditAccount(buyer_id=pk) for pk in Buyer.objects.order_by("pk").values_list("pk", flat=True)]
    groups = [CreditAccount(group_id=pk) for pk in BuyerGroup.objects.order_by("pk").values_list("pk", flat=True)]
    CreditAccount.objects.bulk_create([*buyers, *groups], ignore_conflicts=True)
    found = CreditAccount.objects.values_list("pk", "buyer__code", "group__code")
    return {(group is not None, group or buyer): pk for pk, buyer, group in found}


def _insured(rows: list[DemoInsured]) -> list[InsuredLimit]:
    ids = dict(Buyer.objects.values_list("code", "pk"))
    fresh = [
        InsuredLimit(
            buyer_id=ids[row.buyer],
            insurer=INSURER,
            source=INSURER,
            external_id=row.number,
            currency=BASE,
            amount=row.amount,
            percent=row.percent,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            conditions=row.conditions,
            policy="MT-2024-0117",
        )
        for row in rows
    ]
    return InsuredLimit.objects.bulk_create(fresh)
