"""Limits and requests for them as lists that grow: versions on a day, and requests as an actor may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from buyers.models import BuyerGroup
from buyers.queries.merges import list_records
from core.access.scope import Scope
from core.errors import NotFound
from core.words import sentence as _
from credit.domain.kinds import LimitKind, RequestState
from credit.models import CreditLimit, LimitRequest
from credit.queries.requests import visible_requests


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose accounts: one buyer's (with its merged records), one group's, or everybody's (both None)."""

    buyer_id: int | None = None
    group_id: int | None = None

    def condition(self) -> Q:
        """On rows that have an ``account``."""
        if self.group_id is not None:
            return Q(account__group_id=self.group_id)
        if self.buyer_id is not None:
            return Q(account__buyer_id__in=list_records([self.buyer_id]))
        return Q()


def list_limit_versions(
    owner: Owner, *, kind: LimitKind | None = None, as_of: date | None = None
) -> QuerySet[CreditLimit]:
    """Versions of limits with account and author; with ``as_of`` only those in force on the day, one of a kind.

    Of a kind the version with the latest first day counts, then the latest recorded, until its last day.
    """
    rows = CreditLimit.objects.filter(owner.condition()).select_related(
        "account__buyer", "account__group", "recorded_by"
    )
    if kind is not None:
        rows = rows.filter(kind=kind)
    return rows if as_of is None else _in_force(rows, as_of)


def _in_force(rows: QuerySet[CreditLimit], as_of: date) -> QuerySet[CreditLimit]:
    begun = CreditLimit.objects.filter(account=OuterRef("account"), kind=OuterRef("kind"), valid_from__lte=as_of)
    same_day = Q(valid_from=OuterRef("valid_from"))
    same_moment = same_day & Q(recorded_at=OuterRef("recorded_at"))
    later = begun.filter(
        Q(valid_from__gt=OuterRef("valid_from"))
        | same_day & Q(recorded_at__gt=OuterRef("recorded_at"))
        | same_moment & Q(pk__gt=OuterRef("pk"))
    )
    not_over = Q(valid_to__isnull=True) | Q(valid_to__gte=as_of)
    return rows.filter(not_over, ~Exists(later), valid_from__lte=as_of, amount__gt=0)


def list_all_requests(
    owner: Owner, *, scope: Scope, states: Sequence[RequestState] = tuple(RequestState)
) -> QuerySet[LimitRequest]:
    """Requests in the scope with account and who asked. What sales must not see of one is not to be shown from here:
    see :func:`credit.queries.requests.get_request`."""
    return visible_requests(scope).filter(owner.condition(), state__in=list(states))


def get_group_id(code: str) -> int:
    """The id of the group with this code; raises ``group_not_found``."""
    found: int | None = BuyerGroup.objects.filter(code=code).values_list("pk", flat=True).first()
    if found is None:
        message = _("There is no group with the code %(code)r.", code=code)
        raise NotFound("group_not_found", message, {"field": "group", "value": code})
    return found
