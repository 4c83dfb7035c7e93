"""External signals, groups and rates under their sources' numbers, as the REST API shows them."""

from __future__ import annotations

from datetime import date
from typing import Any

from buyers.queries.groups import find_group
from buyers.queries.signals import latest_signals, row_of
from core.models import ExchangeRate
from invoices.queries.source_records import SourceRecord

# What stands at the record itself, or is the buyer's.
_ELSEWHERE = ("buyer_id", "source", "external_id")


def find_signal(kind: Any, source: str, external_id: str) -> SourceRecord | None:
    """One signal of a kind (a row type of facts) as its source told it last."""
    one = latest_signals(kind, source, [external_id]).first()
    if one is None:
        return None
    said = {name: value for name, value in row_of(kind, one)._asdict().items() if name not in _ELSEWHERE}
    shown = {"buyer": one.buyer.code, "recorded_at": one.recorded_at, "points": getattr(one, "points", None)}
    return SourceRecord((one.pk, getattr(one, "end", None) or 0), {**said, **shown})


def find_group_record(source: str, external_id: str) -> SourceRecord | None:
    """A group as it stands now."""
    found = find_group(source, external_id)
    if found is None:
        return None
    values = {"code": found.code, "name": found.name, "name_zh": found.name_zh, "members": found.members}
    return SourceRecord(found.version, values)


def find_rate(source: str, currency: str, rate_date: date) -> SourceRecord | None:
    """A source's rate of a day as it told it last."""
    versions = ExchangeRate.objects.filter(source=source, currency=currency, rate_date=rate_date)
    one = versions.order_by("-recorded_at", "-pk").first()
    if one is None:
        return None
    values = {"currency": currency, "rate_date": rate_date, "per_eur": one.per_eur, "recorded_at": one.recorded_at}
    return SourceRecord((one.pk, 0), values)
