"""Securities, accepted bills and sold receivables as one list, in the version that counts, and one with its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from core.access.scope import Scope
from core.domain.rates import RATES_SQL, RateTable
from core.errors import NotFound
from core.words import sentence as _
from cover.models import Bill, Security, SoldReceivable
from dashboard.queries.accounts import is_visible
from dashboard.queries.paged import SqlRows

SOON_DAYS = 30
SECURITY, BILL, SALE = "security", "bill", "sold"
MODELS: dict[str, Any] = {SECURITY: Security, BILL: Bill, SALE: SoldReceivable}


def _latest(kind: str, table: str, form: str, document: str, begins: str, ends: str, until: str) -> str:
    """The latest version of each record of one table; ``until`` is the last day on which it counts."""
    joined = (
        "invoices_order d ON d.id = x.order_id" if kind == SECURITY else "invoices_invoice d ON d.id = x.invoice_id"
    )
    return f"""
(SELECT DISTINCT ON (x.source, x.external_id) '{kind}' AS kind, x.id, x.external_id AS number, x.buyer_id,
    {form} AS form, {document} AS document, d.id AS document_id, x.amount, x.currency, {begins} AS begins,
    {ends} AS ends, {until} AS until
 FROM {table} x LEFT JOIN {joined}
 ORDER BY x.source, x.external_id, x.recorded_at DESC, x.id DESC)"""


_ALL = " UNION ALL ".join(
    (
        _latest(SECURITY, "cover_security", "x.kind", "d.external_id", "x.valid_from", "x.valid_to", "x.valid_to"),
        _latest(
            BILL,
            "cover_bill",
            "'accepted'",
            "d.number",
            "x.accepted_on",
            "coalesce(x.ended_on, x.matures_on)",
            "least(x.matures_on, x.ended_on - 1)",
        ),
        _latest(
            SALE,
            "cover_soldreceivable",
            "CASE WHEN x.with_recourse THEN 'with_recourse' ELSE 'without_recourse' END",
            "d.number",
            "x.sold_on",
            "x.ended_on",
            "x.ended_on - 1",
        ),
    )
)

_ROWS = f"""
SELECT * FROM (
  SELECT x.kind, x.id, x.number, b.code AS buyer_code, b.name AS buyer_name, b.name_zh AS buyer_name_zh, x.form,
         x.document, x.document_id, x.amount, x.currency, x.amount * rates.rate AS base_amount, x.begins, x.ends,
         CASE WHEN x.amount = 0 THEN 'missing' WHEN x.until < %(as_of)s THEN 'ended'
              WHEN x.begins > %(as_of)s THEN 'planned' WHEN x.until <= %(soon)s THEN 'expiring'
              ELSE 'in_force' END AS state
  FROM ({_ALL}) x JOIN buyers_buyer b ON b.id = x.buyer_id LEFT JOIN ({RATES_SQL}) rates ON rates.currency = x.currency
  WHERE (%(owner)s::bigint IS NULL OR b.sales_owner_id = %(owner)s)
    AND (%(buyers)s::bigint[] IS NULL OR x.buyer_id = ANY(%(buyers)s))
    AND (%(kind)s = '' OR x.kind = %(kind)s) AND (%(id)s::bigint IS NULL OR x.id = %(id)s)
    AND (%(search)s = '' OR b.name ILIKE %(like)s OR b.name_zh ILIKE %(like)s OR b.code ILIKE %(like)s
         OR x.number ILIKE %(like)s OR x.document ILIKE %(like)s)
) told
WHERE %(state)s = 'all' OR (told.state IN ('ended', 'missing')) = (%(state)s = 'ended')
"""
_ORDERS = {
    name: name for name in ("kind", "number", "buyer_name", "document", "base_amount", "begins", "ends", "amount")
}


@dataclass(frozen=True, slots=True)
class InstrumentRow:
    """One of them in its latest version, and its state on the day."""

    kind: str
    id: int
    number: str
    buyer_code: str
    buyer_name: str
    buyer_name_zh: str
    form: str
    document: str | None
    document_id: int | None
    amount: Decimal
    currency: str
    base_amount: Decimal | None
    begins: date
    ends: date | None
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which: ``kind`` '' is all three; ``state`` '' those that count or will, ``ended``, or ``all``."""

    kind: str = ""
    state: str = ""
    search: str = ""
    buyer_ids: Sequence[int] | None = None
    pk: int | None = None


def list_instruments(wanted: Wanted, *, as_of: date, rates: RateTable, scope: Scope) -> SqlRows:
    """Those of the filter, what ends first on top."""
    params = {
        **rates.as_arrays(),
        "as_of": as_of,
        "soon": as_of + timedelta(days=SOON_DAYS),
        "owner": scope.sales_owner_id,
        "buyers": None if wanted.buyer_ids is None else list(wanted.buyer_ids),
        "kind": wanted.kind,
        "id": wanted.pk,
        "state": wanted.state,
        "search": wanted.search,
        "like": f"%{wanted.search}%",
    }
    return SqlRows(_ROWS, params, InstrumentRow, _ORDERS, tie="kind, id", wanted=("ends",))


def list_versions(kind: str, pk: int, *, scope: Scope) -> list[Any]:
    """All versions of the record that the row belongs to, newest first; raises ``cover_not_found``."""
    paper = "order" if kind == SECURITY else "invoice"
    rows = MODELS[kind].objects.select_related("buyer", "recorded_by", paper)
    found = rows.filter(pk=pk).first()
    if found is None or not is_visible(buyer_id=found.buyer_id, scope=scope):
        raise NotFound("cover_not_found", _("There is no such record."), {"field": "id", "value": pk})
    named = rows.filter(source=found.source, external_id=found.external_id)
    return list(named.order_by("-recorded_at", "-pk"))
