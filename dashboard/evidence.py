"""The evidence of an alert in words: what was measured, against what, on which rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from alerts.domain.states import Rule
from dashboard import formats

Evidence = Mapping[str, Any]


def words(rule: str, evidence: Evidence, names: Mapping[str, str] | None = None) -> str:
    """One sentence for a rule and its evidence; what cannot be said in words is left out, never invented.

    ``names`` gives the names of buyers that the evidence mentions by code.
    """
    write = _WRITERS.get(rule)
    try:
        return write({**evidence, "names": names or {}}) if write else ""
    except KeyError:
        return ""


def _days(number: Any) -> str:
    count = int(Decimal(str(number)))
    return ngettext("%(count)s day", "%(count)s days", count) % {"count": count}


def _overdue(evidence: Evidence) -> str:
    count = int(evidence["items"])
    items = ngettext("%(count)s material item", "%(count)s material items", count) % {"count": count}
    return _("%(items)s overdue, the oldest for %(days)s (threshold %(threshold)s).") % {
        "items": items,
        "days": _days(evidence["oldest_days_past_due"]),
        "threshold": evidence["threshold_days"],
    }


def _score_fell(evidence: Evidence) -> str:
    if Decimal(str(evidence["points_lost"])) < 1:
        return _grade_fell(evidence)
    return _(
        "Score fell by %(points)s points from %(before)s (%(grade_before)s) on %(date)s to %(now)s (%(grade)s)."
    ) % {
        "points": evidence["points_lost"],
        "before": evidence["score_before"],
        "grade_before": evidence["grade_before"],
        "date": evidence["date_before"],
        "now": evidence["score"],
        "grade": evidence["grade"],
    }


def _grade_fell(evidence: Evidence) -> str:
    """A cap lowers the grade and leaves the score."""
    return _("Grade fell from %(grade_before)s on %(date)s to %(grade)s; the score is %(now)s.") % {
        "grade_before": evidence["grade_before"],
        "date": evidence["date_before"],
        "now": evidence["score"],
        "grade": evidence["grade"],
    }


def _payment_period(evidence: Evidence) -> str:
    habit = int(Decimal(str(evidence["habit_days"])))
    said = {"habit": _days(abs(habit)), "late": ", ".join(str(row["days"]) for row in evidence["rows"])}
    if habit < 0:
        return _("Usually %(habit)s early; the last invoices: %(late)s days late.") % said
    return _("Usually %(habit)s late; the last invoices: %(late)s days late.") % said


def _sudden_turn(evidence: Evidence) -> str:
    count = int(evidence["open_late"])
    return _("Paid %(before)s invoices on time in a row, then turned: %(late)s.") % {
        "before": evidence["on_time_before"],
        "late": ngettext("%(count)s item open and late", "%(count)s items open and late", count) % {"count": count},
    }


def _concentration(evidence: Evidence) -> str:
    currency = str(evidence["currency"])
    return _("%(share)s %% of all exposure (%(amount)s %(currency)s); threshold %(threshold)s %%.") % {
        "share": evidence["share_percent"],
        "amount": formats.whole(Decimal(evidence["exposure"])),
        "currency": currency,
        "threshold": evidence["threshold_percent"],
    }


def _related(evidence: Evidence) -> str:
    names, rows = evidence["names"], list(evidence["rows"])
    named = pgettext("list", ", ").join(
        _("%(buyer)s (%(days)s)") % {"buyer": names.get(row["buyer"], row["buyer"]), "days": _days(row["days"])}
        for row in rows[:3]
    )
    return _("Related parties late: %(named)s.") % {"named": named}


def _mismatch(evidence: Evidence) -> str:
    return _control(evidence) if "currency" in evidence else _disproof(evidence)


def _disproof(evidence: Evidence) -> str:
    count = int(evidence["mismatches"])
    return ngettext(
        "%(count)s stored figure differs from the entries that it stands for.",
        "%(count)s stored figures differ from the entries that they stand for.",
        count,
    ) % {"count": count}


def _control(evidence: Evidence) -> str:
    currency = str(evidence["currency"])
    return _("%(currency)s: ledger %(ledger)s, aging %(aging)s, difference %(difference)s.") % {
        "currency": currency,
        **{name: formats.money(Decimal(evidence[name]), currency) for name in ("ledger", "aging", "difference")},
    }


def _shipped_unapproved(evidence: Evidence) -> str:
    count, first = int(evidence["shipments"]), evidence["rows"][0]
    return ngettext(
        "%(count)s shipment of order %(order)s left on %(date)s without approval.",
        "%(count)s shipments of order %(order)s left without approval, the first on %(date)s.",
        count,
    ) % {"count": count, "order": first["order"], "date": first["shipped_on"]}


def _strange_payment(evidence: Evidence) -> str:
    count, first = int(evidence["payments"]), evidence["rows"][0]
    said = ngettext(
        "%(count)s payment of %(payer)s from account %(account)s on %(date)s; compared with: %(told)s.",
        "%(count)s payments, the first of %(payer)s from account %(account)s on %(date)s; compared with: %(told)s.",
        count,
    )
    told = {name: first[name] or _("unknown") for name in ("payer", "account", "told")}
    return said % {"count": count, "date": first["received_on"], **told}


_WRITERS: dict[str, Callable[[Evidence], str]] = {
    Rule.OVERDUE_15: _overdue,
    Rule.OVERDUE_30: _overdue,
    Rule.SCORE_FELL: _score_fell,
    Rule.PAYMENT_PERIOD: _payment_period,
    Rule.SUDDEN_TURN: _sudden_turn,
    Rule.CONCENTRATION_BUYER: _concentration,
    Rule.CONCENTRATION_GROUP: _concentration,
    Rule.CONCENTRATION_COUNTRY: _concentration,
    Rule.RELATED_PARTY_LATE: _related,
    Rule.LEDGER_MISMATCH: _mismatch,
    Rule.SHIPPED_UNAPPROVED: _shipped_unapproved,
    Rule.PAYER_ACCOUNT_CHANGED: _strange_payment,
    Rule.PAYER_NOT_BUYER: _strange_payment,
    Rule.RECEIPT_TWICE: _strange_payment,
}
