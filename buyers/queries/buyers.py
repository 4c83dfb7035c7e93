"""Finding buyers: one, a list by filters, and a search by anything people call them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from buyers.domain.facts import MergeState
from buyers.models import Buyer, BuyerAlias, BuyerCode, BuyerMerge, BuyerRegistration
from buyers.queries.records import get_buyer_id
from core.access.scope import SYSTEM, Scope


@dataclass(frozen=True, slots=True)
class BuyerFilter:
    """Which buyers; empty members do not restrict. ``text`` is searched as :func:`search_buyers` does."""

    text: str = ""
    country: str = ""
    currency: str = ""
    group_code: str = ""
    owner: str = ""
    status: str = ""

    def conditions(self) -> dict[str, str]:
        """The exact conditions, by field."""
        given = {
            "country": self.country,
            "currency": self.currency,
            "group__code": self.group_code,
            "sales_owner__username": self.owner,
            "status": self.status,
        }
        return {field: value for field, value in given.items() if value}


ANY_BUYER = BuyerFilter()


def get_buyer(code: str, *, scope: Scope = SYSTEM) -> Buyer:
    """The buyer with this code; its survivor while it is merged.

    Raises ``buyer_not_found``, also for a buyer outside the scope.
    """
    return _with_parties(Buyer.objects.all()).get(pk=get_buyer_id(code, scope=scope))


def list_buyers(*, scope: Scope = SYSTEM, wanted: BuyerFilter = ANY_BUYER) -> QuerySet[Buyer]:
    """Buyers that the scope may see, each customer once: records merged into another are left out. Unordered."""
    rows = _visible(scope).filter(**wanted.conditions())
    if wanted.text.strip():
        rows = rows.filter(_called(wanted.text.strip()))
    return _with_parties(rows)


def search_buyers(text: str, *, scope: Scope = SYSTEM, limit: int = 20) -> list[Buyer]:
    """Buyers called so: by code, by a source's code, name, Chinese name, alias, registration number.

    An exact code comes first, then what begins with the text, then what contains it; a merged record is found
    under its survivor.
    """
    text = text.strip()
    if not text:
        return []
    found = list_buyers(scope=scope, wanted=BuyerFilter(text=text)).annotate(rank=_rank(text))
    return list(found.order_by("rank", "name", "code")[:limit])


def _visible(scope: Scope) -> QuerySet[Buyer]:
    merged = BuyerMerge.objects.filter(state=MergeState.MERGED)
    rows = Buyer.objects.exclude(pk__in=merged.values("duplicate_id"))
    return rows if scope.is_everything else rows.filter(sales_owner_id=scope.sales_owner_id)


def _with_parties(rows: QuerySet[Buyer]) -> QuerySet[Buyer]:
    return rows.select_related("group", "sales_owner")


def _called(text: str) -> Q:
    """Buyers with the text in any of their words, or survivors of such a record."""
    own = Q(code__icontains=text) | Q(name__icontains=text) | Q(name_zh__icontains=text)
    records = Buyer.objects.filter(
        own
        | Q(pk__in=BuyerAlias.objects.filter(name__icontains=text).values("buyer_id"))
        | Q(pk__in=BuyerCode.objects.filter(external_id__icontains=text).values("buyer_id"))
        | Q(pk__in=BuyerRegistration.objects.filter(number__icontains=text).values("buyer_id"))
    )
    merged = BuyerMerge.objects.filter(state=MergeState.MERGED, duplicate_id__in=records.values("pk"))
    return Q(pk__in=records.values("pk")) | Q(pk__in=merged.values("survivor_id"))


def _rank(text: str) -> Case:
    begins = Q(code__istartswith=text) | Q(name__istartswith=text) | Q(name_zh__startswith=text)
    return Case(
        When(code__iexact=text, then=Value(0)),
        When(begins, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
