"""One rule of an answer as people read it; who may not see limits gets that of :mod:`credit.domain.coarse`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from credit.domain.check_answers import Unit
from credit.domain.kinds import Result
from dashboard import check_words as words
from dashboard import formats
from dashboard.credit_labels import RESULTS
from dashboard.labels import TERMS_OF_PAYMENT, Label, word_of

_ORDER = {Result.STOP: 0, Result.WARN: 1, Result.PASS: 2}


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule with its result, figures and what it needs, all in words."""

    code: str
    name: Any
    help: Any
    result: Label
    measured: str
    threshold: str
    cause: Any
    waived: Any
    age: str
    fix: str
    is_quiet: bool


def rule_lines(rules: Sequence[Mapping[str, Any]], *, currency: str) -> list[RuleLine]:
    """Every rule, those that stop first, then those that warn; within these in the order of precedence."""
    ordered = sorted(rules, key=lambda rule: _ORDER[Result(rule["result"])])
    return [_line(rule, currency) for rule in ordered]


def _line(rule: Mapping[str, Any], currency: str) -> RuleLine:
    unit, result = rule.get("unit") or "", Result(rule["result"])
    return RuleLine(
        code=rule["rule"],
        name=word_of(words.RULES, rule["rule"]),
        help=words.RULE_HELP.get(rule["rule"], ""),
        result=RESULTS[result],
        measured=figure(rule.get("measured"), unit, currency),
        threshold=figure(rule.get("threshold"), unit, currency),
        cause=word_of(words.CAUSES, rule["cause"]) if rule.get("cause") else "",
        waived=words.WAIVED.get(rule.get("waived") or "", ""),
        age=_age(rule.get("age_days"), unit),
        fix=fix_words(rule.get("fix"), currency),
        is_quiet=result is Result.PASS,
    )


def figure(value: Any, unit: str, currency: str) -> str:
    """What a rule measured, or its threshold, with its unit in words."""
    if value is None or value == "":
        return formats.NOT_AVAILABLE
    write = _WRITERS.get(unit, _word)
    try:
        return write(value, currency)
    except (InvalidOperation, ValueError):
        return str(value)


def money_words(value: Any, currency: str) -> str:
    """An amount of base currency with its code."""
    return f"{formats.money(Decimal(str(value)), currency)} {currency}"


def _days(value: Any, _currency: str) -> str:
    count = int(Decimal(str(value)))
    return ngettext("%(count)s day", "%(count)s days", count) % {"count": count}


def _working_days(value: Any, _currency: str) -> str:
    count = int(Decimal(str(value)))
    return ngettext("%(count)s working day", "%(count)s working days", count) % {"count": count}


def _level(value: Any, _currency: str) -> str:
    return f"+{value}" if int(Decimal(str(value))) else _("none")


def _terms(value: Any, _currency: str) -> str:
    """Example: ``open_account/60/20.00`` is "open account, 60 days, deposit 20 %"; a grade's terms have their words."""
    kind, days, deposit = [*str(value).split("/"), "0", "0"][:3]
    given = {"max_days": days, "deposit_percent": f"{Decimal(deposit).normalize():f}"}
    if kind in TERMS_OF_PAYMENT:
        return terms_words(kind, int(Decimal(days)), Decimal(deposit))
    return str(word_of(words.GRADE_TERMS, kind)) % given


def terms_words(kind: str, days: int, deposit: Decimal) -> str:
    """Terms of payment in words. Example: "open account, 60 days, deposit 20 %"."""
    parts = [str(word_of(TERMS_OF_PAYMENT, kind))]
    if days:
        parts.append(_days(days, ""))
    if deposit:
        parts.append(_("deposit %(percent)s %%") % {"percent": f"{deposit.normalize():f}"})
    return ", ".join(parts)


def _word(value: Any, _currency: str) -> str:
    return str(words.FIGURES.get(str(value), value))


def _count(value: Any, _currency: str) -> str:
    return f"{Decimal(str(value)).normalize():f}"


_WRITERS: Mapping[str, Callable[[Any, str], str]] = {
    Unit.BASE: money_words,
    Unit.DAYS: _days,
    Unit.WORKING_DAYS: _working_days,
    Unit.LEVEL: _level,
    Unit.TERMS: _terms,
    Unit.COUNT: _count,
}


def _age(value: Any, unit: str) -> str:
    if value is None:
        return formats.NOT_AVAILABLE
    if int(value) == 0:
        return _("now")
    return _working_days(value, "") if unit == Unit.WORKING_DAYS else _days(value, "")


def fix_words(fix: Mapping[str, Any] | None, currency: str) -> str:
    """What would make the rule pass, in words; without its figures where these are not given."""
    if not fix:
        return ""
    code, given = str(fix["code"]), dict(fix.get("params") or {})
    if not given and code in words.COARSE_FIXES:
        return str(words.COARSE_FIXES[code])
    shown = {name: money_words(value, currency) if name in _AMOUNTS else value for name, value in given.items()}
    if "kind" in given:
        deposit = f"{Decimal(str(given.get('deposit_percent') or 0)).normalize():f}"
        terms = {"max_days": given.get("max_days") or 0, "deposit_percent": deposit}
        shown["wanted"] = str(word_of(words.GRADE_TERMS, str(given["kind"]))) % terms
    return str(word_of(words.FIXES, code)) % shown


_AMOUNTS = {"over_by", "max_base", "overdue_base"}
