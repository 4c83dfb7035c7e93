"""The exposure of a stored answer as a bar, and what else it was made from. For readers with ``limits:read`` only."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from core.queries.rates import rate_table
from credit.domain.exposure import Component, Exposure, Part
from credit.models import OrderCheck
from credit.queries.insured import covers_in_force
from dashboard import formats
from dashboard.check_words import FIGURES, RULES
from dashboard.exposure_bar import NEW, ExposureBar, Limit, bar_of
from dashboard.labels import word_of

ZERO = Decimal(0)


def answer_bar(check: OrderCheck, base: str) -> tuple[ExposureBar | None, str]:
    """Components at the check with the order on top against own, group and insured limit; and what is not insured."""
    buyer = check.exposure.get("buyer")
    if not buyer:
        return None, ""
    amounts: dict[str, Decimal | None] = {part: Decimal(amount) for part, amount in buyer["parts"].items()}
    amounts[NEW] = max(ZERO, Decimal(check.exposure.get("added") or 0))
    insured, note = _insured(check, base)
    limits = [*_limits(check), *insured]
    code = check.buyer.code
    return bar_of(amounts=amounts, limits=limits, currency=base, url_of=lambda part: _rows(code, part)), note


def _rows(code: str, part: str) -> str:
    return "" if part == NEW else f"{reverse('dashboard:exposure')}?buyer={code}&part={part}"


def _limits(check: OrderCheck) -> list[Limit]:
    used = {rule["rule"]: Decimal(rule["measured"]) for rule in check.rules if _is_use(rule)}
    own, group = check.exposure["buyer"]["limit"], (check.exposure.get("group") or {}).get("limit")
    found = [Limit("own", _("limit of the buyer"), _allowed(own), used.get("horizon_use", ZERO), _note(own))]
    if group:
        used_by_group = used.get("group_limit", ZERO)
        found.append(Limit("group", _("limit of the group"), _allowed(group), used_by_group, _note(group)))
    return found


def _is_use(rule: Mapping[str, Any]) -> bool:
    return rule["rule"] in {"horizon_use", "group_limit"} and rule.get("measured") is not None


def _allowed(limit: Mapping[str, Any]) -> Decimal:
    return Decimal(limit["amount_base"]) if limit["state"] == "in_force" else ZERO


def _note(limit: Mapping[str, Any]) -> str:
    said = [str(word_of(FIGURES, limit["state"]))] if limit["state"] != "in_force" else []
    if limit.get("is_temporary"):
        said.append(_("temporary"))
    if limit.get("valid_to"):
        said.append(_("until %(day)s") % {"day": limit["valid_to"]})
    return ", ".join(said)


def _insured(check: OrderCheck, base: str) -> tuple[list[Limit], str]:
    """The insured limits of the day as known at the check, and the part of the exposure that nobody insures."""
    rates = rate_table(base=base, as_of=check.as_of, known_at=check.known_at)
    covers = covers_in_force([check.buyer_id], as_of=check.as_of, rates=rates, known_at=check.known_at)[check.buyer_id]
    told = _exposure(check, base).uninsured(covers=covers)
    words = _(
        "Uninsured %(uninsured)s; planned cover of orders %(planned)s. Deductible and first loss not included."
    ) % {
        "uninsured": formats.whole(told.uninsured_base),
        "planned": formats.whole(told.planned_base),
    }
    if not covers:
        return [], words
    total = sum((cover.limit_base for cover in covers), ZERO)
    return [Limit("insured", _("insured limit"), total, told.covered_base, _("what has shipped"))], words


def _exposure(check: OrderCheck, base: str) -> Exposure:
    return Exposure(base, tuple(_component(row) for row in check.exposure["buyer"]["components"]))


def _component(row: Mapping[str, Any]) -> Component:
    in_base = row["amount_base"]
    return Component(
        Part(row["part"]),
        row["currency"],
        Decimal(row["amount"]),
        None if in_base is None else Decimal(in_base),
        row["rows"],
    )


def facts_of(check: OrderCheck) -> list[tuple[Any, Any]]:
    """Day, grade, rates with their dates, versions of rules, engine."""
    rates = [
        (
            _("rate %(currency)s") % {"currency": code},
            _("%(rate)s of %(day)s") % {"rate": _short(rate["rate"]), "day": rate["rate_date"]},
        )
        for code, rate in (check.facts.get("rates") or {}).items()
    ]
    changed = [
        f"{word_of(RULES, rule)} v{version}"
        for rule, (_level, _subject, version) in (check.facts.get("rules") or {}).items()
        if version
    ]
    grade = (check.facts.get("buyer") or {}).get("grade")
    return [
        (_("as of"), formats.iso(check.as_of)),
        (_("grade"), grade or formats.NOT_AVAILABLE),
        *rates,
        (_("changed rules"), ", ".join(changed) or _("none; the usual thresholds")),
        (_("engine"), check.engine),
    ]


def _short(rate: str) -> str:
    return f"{Decimal(rate):.6f}".rstrip("0").rstrip(".")
