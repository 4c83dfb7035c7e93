"""The tiles of the Home page: each a value with its change, its formula and the rows behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from dashboard import formats
from dashboard.figure_words import FORMULAS, figure_url
from dashboard.glossary import TERMS
from dashboard.open_items import items_url

Totals = Mapping[str, Any]
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure: ``change`` is against the month before, ``is_worse`` says which way it went."""

    name: Any
    value: str
    unit: str
    tip: str
    url: str
    change: str = ""
    is_worse: bool | None = None
    more: str = ""


def tiles_of(totals: Totals) -> list[Tile]:
    """Receivables, overdue, over 90, DSO, CEI, days beyond terms, top 5, HHI."""
    now, before = totals["aging"]["due"], (totals.get("before") or {}).get("aging")
    metrics, metrics_before = totals["metrics"], (totals.get("before") or {}).get("metrics") or {}
    base = totals["currency"]
    return [
        _receivables(now, before, base),
        _overdue(now, before),
        _over_90(now, before),
        _dso(metrics, metrics_before),
        _metric(metrics, metrics_before, "cei", TERMS["cei"].tip, _("CEI"), "%", more_is_better=True),
        _metric(
            metrics,
            metrics_before,
            "weighted_days_beyond_terms",
            TERMS["wdbt"].tip,
            _("Days beyond terms"),
            _("days"),
        ),
        _metric(metrics, metrics_before, "top_5_share", TERMS["top5"].tip, _("Top 5 share"), "%"),
        _hhi(metrics, metrics_before),
    ]


def own_tiles(totals: Mapping[str, Decimal], base: str) -> list[Tile]:
    """What a reader sees who sees own buyers only: sums of these, nothing of the portfolio."""
    opened, overdue = totals["open"], totals["overdue"]
    return [
        Tile(_("Receivables"), formats.whole(opened), base, TERMS["receivable"].tip, items_url()),
        Tile(
            _("Overdue"),
            formats.percent(overdue / opened if opened else None),
            "",
            _formula(TERMS["overdue"].tip, _("overdue / receivables")),
            items_url(overdue=1),
            more=f"{formats.whole(overdue)} {base}",
        ),
        Tile(_("Over 90 days"), formats.whole(totals["over_90"]), base, TERMS["dpd"].tip, items_url(overdue=91)),
    ]


def amount(value: Any) -> Decimal:
    """An amount as the snapshot's JSON writes it."""
    return Decimal(str(value))


def overdue_of(aging: Totals) -> Decimal:
    """Everything past due."""
    return sum((amount(bucket["amount"]) for bucket in aging["buckets"][1:]), ZERO)


def _over_90_of(aging: Totals) -> Decimal:
    return sum((amount(bucket["amount"]) for bucket in aging["buckets"][4:]), ZERO)


def _formula(tip: str, formula: Any) -> str:
    return f"{tip}\n= {formula}"


def _change(now: Decimal | None, before: Decimal | None, unit: str, digits: int) -> tuple[str, Decimal | None]:
    if now is None or before is None:
        return "", None
    moved = now - before
    sign = "+" if moved > 0 else "−" if moved < 0 else "±"
    figure = formats.grouped(abs(moved), digits=digits)
    return _("%(change)s in a month") % {"change": f"{sign}{figure}{unit}"}, moved


def _worse(moved: Decimal | None, *, more_is_better: bool = False) -> bool | None:
    return None if not moved else (moved < 0) == more_is_better


def _receivables(now: Totals, before: Totals | None, base: str) -> Tile:
    value = amount(now["amount"])
    was = amount(before["amount"]) if before else None
    share = (value - was) / was if was else None
    change, _moved = _change(_hundred(share), ZERO, " %", 1)
    words = _("%(items)s items, %(buyers)s buyers") % {"items": f"{now['items']:,}", "buyers": f"{now['buyers']:,}"}
    return Tile(
        _("Receivables"),
        formats.whole(value),
        base,
        _formula(TERMS["receivable"].tip, _("Σ open items, each converted and rounded once")),
        items_url(),
        change=change,
        more=words,
    )


def _overdue(now: Totals, before: Totals | None) -> Tile:
    share, was = _share(overdue_of(now), now), _share(overdue_of(before), before) if before else None
    change, moved = _change(_hundred(share), _hundred(was), _(" pp"), 1)
    return Tile(
        _("Overdue"),
        formats.percent(share),
        "",
        _formula(TERMS["overdue"].tip, _("overdue / receivables")),
        items_url(overdue=1),
        change=change,
        is_worse=_worse(moved),
        more=formats.whole(overdue_of(now)),
    )


def _over_90(now: Totals, before: Totals | None) -> Tile:
    value = _over_90_of(now)
    was = _over_90_of(before) if before else None
    share = (value - was) / was if was else None
    return Tile(
        _("Over 90 days"),
        formats.whole(value),
        "",
        _formula(TERMS["dpd"].tip, _("Σ open items more than 90 days past due")),
        items_url(overdue=91),
        change=_change(_hundred(share), ZERO, " %", 1)[0],
        is_worse=_worse(value - was) if was is not None else None,
        more=_("%(share)s of receivables") % {"share": formats.percent(_share(value, now))},
    )


def _share(part: Decimal, aging: Totals) -> Decimal | None:
    whole = amount(aging["amount"])
    return part / whole if whole else None


def _hundred(share: Decimal | None) -> Decimal | None:
    return None if share is None else share * 100


def _value(metrics: Totals, name: str) -> Decimal | None:
    value = (metrics.get(name) or {}).get("value")
    return None if value is None else amount(value)


def _metric(
    now: Totals, before: Totals, name: str, tip: str, title: Any, unit: Any, *, more_is_better: bool = False
) -> Tile:
    value = _value(now, name)
    change, moved = _change(value, _value(before, name), "", 1)
    return Tile(
        title,
        _("n/a") if value is None else formats.figure(value),
        str(unit) if value is not None else "",
        _formula(tip, FORMULAS[name]),
        figure_url(name),
        change=change,
        is_worse=_worse(moved, more_is_better=more_is_better),
    )


def _dso(now: Totals, before: Totals) -> Tile:
    tile = _metric(now, before, "dso", TERMS["dso"].tip, _("DSO"), _("days"))
    best, late = _value(now, "dso_best_possible"), _value(now, "average_days_delinquent")
    more = _("best %(best)s, delinquent %(late)s") % {"best": formats.figure(best), "late": formats.figure(late)}
    return Tile(tile.name, tile.value, tile.unit, tile.tip, tile.url, tile.change, tile.is_worse, more)


def _hhi(now: Totals, before: Totals) -> Tile:
    value = _value(now, "hhi")
    change, moved = _change(value, _value(before, "hhi"), "", 0)
    equal = formats.figure(_value(now, "effective_number"))
    return Tile(
        _("Concentration, HHI"),
        _("n/a") if value is None else formats.grouped(value, digits=0),
        "",
        _formula(TERMS["hhi"].tip, FORMULAS["hhi"]),
        figure_url("hhi"),
        change=change,
        is_worse=_worse(moved),
        more=_("like %(count)s equal buyers") % {"count": equal},
    )
