"""The facts that a request for a limit is decided on, frozen with their hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings

from core.domain.rates import RateTable
from core.money import Money
from core.queries.rates import rate_table
from credit.domain.kinds import LimitKind
from credit.domain.limit_changes import NewLimit, days_of
from credit.domain.limit_inputs import Assumptions, limit_inputs
from credit.domain.limits import LimitInForce
from credit.domain.pd import DAYS_A_YEAR
from credit.domain.recommend import Recommendation, recommend_limit
from credit.models import CreditAccount, LimitRequest
from credit.queries.accounts import account_exposure, account_members
from credit.queries.counted import Counted, Question, count_request
from credit.queries.limit_facts import load_buyer_facts
from credit.queries.limits import limits_in_force


@dataclass(frozen=True, slots=True)
class Frozen:
    """Facts and recommendation ready to be stored, and what authority is measured against."""

    facts: dict[str, Any]
    recommendation: dict[str, Any]
    counted: Counted


def default_assumptions() -> Assumptions:
    """The firm's settings: own appetite and loss budget; everything else is what is on record."""
    return Assumptions(own_appetite=settings.LIMIT_OWN_APPETITE, loss_budget=settings.LIMIT_LOSS_BUDGET)


def recommend_for(account: CreditAccount, *, as_of: date, assumptions: Assumptions | None = None) -> Recommendation:
    """What the four methods recommend today, before anything is asked for."""
    return _recommended(account, as_of, assumptions or default_assumptions(), _rates(as_of), DAYS_A_YEAR)[0]


def freeze(question: Question, assumptions: Assumptions) -> Frozen:
    """Read everything as of the day; raises ``rate_missing`` where an amount cannot be converted."""
    account, as_of, rates = question.account, question.as_of, _rates(question.as_of)
    recommended, buyers = _recommended(account, as_of, assumptions, rates, days_of(question.new))
    counted = count_request(question, rates)
    facts = {
        "as_of": as_of.isoformat(),
        "account": {"buyer": account.buyer_id, "group": account.group_id},
        "buyers": buyers,
        "grade": counted.grade,
        "limit_asked_base": str(rates.convert(question.new.amount).amount),
        "limit_in_force": _plain(asdict(_in_force(account, as_of, rates))),
        "exposure": _exposure(account, as_of, rates),
        "uninsured": _uninsured(counted),
        "authority": {"version": counted.authority.version, "currency": counted.authority.currency},
        "assumptions": _plain(asdict(assumptions)),
        "base_currency": rates.base,
        "rates": {rate.currency: [str(rate.rate), rate.rate_date.isoformat()] for rate in rates.rates.values()},
    }
    return Frozen(facts, _recommendation(recommended, rates.base), counted)


def facts_hash(*, new: NewLimit, account_id: int, facts: Mapping[str, Any], recommendation: Mapping[str, Any]) -> str:
    """SHA-256 of what was asked, the facts and the recommendation as canonical JSON: proves that none was changed."""
    asked = {
        "account": account_id,
        "kind": str(new.kind),
        "currency": new.amount.currency,
        "amount": f"{new.amount.amount.normalize():f}",
        "valid_from": new.valid_from.isoformat(),
        "valid_to": new.valid_to.isoformat() if new.valid_to else None,
    }
    record = {"asked": asked, "facts": facts, "recommendation": recommendation}
    text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def is_intact(row: LimitRequest) -> bool:
    """True if what was asked, the facts and the recommendation are still those that the hash was taken of."""
    new = NewLimit(LimitKind(row.kind), Money(row.amount, row.currency), row.valid_from, row.valid_to)
    found = facts_hash(new=new, account_id=row.account_id, facts=row.facts, recommendation=row.recommendation)
    return found == row.facts_hash


def _rates(as_of: date) -> RateTable:
    return rate_table(base=settings.BASE_CURRENCY, as_of=as_of)


def _recommended(
    account: CreditAccount, as_of: date, assumptions: Assumptions, rates: RateTable, days: int
) -> tuple[Recommendation, list[dict[str, Any]]]:
    members = account_members(account, as_of=as_of)
    buyers = load_buyer_facts(members, as_of=as_of, rates=rates)
    inputs = limit_inputs(buyers=buyers, assumptions=assumptions, days=days)
    return recommend_limit(inputs=inputs), [_plain(asdict(buyer)) for buyer in buyers]


def _in_force(account: CreditAccount, as_of: date, rates: RateTable) -> LimitInForce:
    if account.group_id is not None:
        return limits_in_force(group_ids=[account.group_id], as_of=as_of, rates=rates).of_group(account.group_id).limit
    buyer_id = account.buyer_id or 0
    return limits_in_force(buyer_ids=[buyer_id], as_of=as_of, rates=rates).of_buyer(buyer_id).limit


def _exposure(account: CreditAccount, as_of: date, rates: RateTable) -> dict[str, Any]:
    exposure = account_exposure(account, as_of=as_of, rates=rates)
    return {
        "net": str(exposure.net),
        "gross": str(exposure.gross),
        "deductions": str(exposure.deductions),
        "parts": {str(part): str(amount) for part, amount in exposure.by_part.items() if amount},
        "missing_rates": list(exposure.missing_rates),
    }


def _uninsured(counted: Counted) -> dict[str, Any]:
    return {
        "own": str(counted.own_base),
        "earlier": [
            {"request": pk, "uninsured": str(request.uninsured_base), "on": request.requested_on.isoformat()}
            for pk, request in counted.earlier
        ],
        "group_others": str(counted.group_others_base),
        "counted": str(counted.total_base),
    }


def _recommendation(found: Recommendation, currency: str) -> dict[str, Any]:
    return {
        "currency": currency,
        "amount": str(found.amount),
        "binding": str(found.binding),
        "uninsured": str(found.uninsured),
        "expected_loss": str(found.expected_loss),
        "days": found.days,
        "methods": [
            {
                "method": str(method.method),
                "amount": None if method.amount is None else str(method.amount),
                "formula": method.formula,
                "inputs": _plain(method.inputs),
                "note": method.note,
            }
            for method in found.methods
        ],
    }


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON keeps them: amounts and days as text, so that the hash survives being stored."""
    return {name: _text(value) for name, value in values.items()}


def _text(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
