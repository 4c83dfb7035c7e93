"""Why a record was not taken: kept with the record, shown in any language, raised where it came alone."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from core.errors import Conflict, DomainError, NotFound
from core.money import minor_digits
from core.words import Sentence
from invoices.domain.bulks import AWAITS, Awaited
from invoices.domain.posting import LARGEST
from invoices.intake.reasons import words
from invoices.intake.text import show

# What a bulk answers with a code of records has a status of its own where the record came alone.
_MISSING = {
    "invoice_unknown": "invoice_not_found",
    "buyer_unknown": "buyer_not_found",
    "order_unknown": "order_not_found",
}
_CONFLICTS = frozenset(
    {
        "buyer_code_contradicts",
        "contradicts_ledger",
        "allocation_made",
        "dispute_of_another_invoice",
        "write_off_contradicts",
        "signal_contradicts",
        "rate_was_corrected",
        "order_of_another_buyer",
        "order_ended",
        "order_changed",
        "shipment_of_another_order",
        "invalid_transition",
        "goods_have_left",
        "goods_not_invoiced",
    }
)


def problem(code: str, field: str, value: object, **params: object) -> dict[str, Any]:
    """A problem whose words are found by its code."""
    return {"code": code, "field": field, "value": show(str(value)), "params": params}


def unknown_yet(field: Awaited, source: str, number: str) -> dict[str, Any]:
    """The problem of a record that names what is not known yet, and waits for it."""
    return awaiting(problem(f"{field}_unknown", field, number), field, source, number)


def awaiting(problem: dict[str, Any], what: Awaited, source: str, number: str) -> dict[str, Any]:
    """The problem, with what its record waits for by whose number."""
    return problem | {AWAITS: {"what": what, "source": source, "number": number}}


def amount_fault(amount: Decimal, currency: str) -> dict[str, Any] | None:
    """Why this is no amount of 0 or more in whole minor units of the currency; None if it is one."""
    if amount < 0:
        return problem("amount_below_zero", "amount", f"{amount:f}")
    if amount >= LARGEST:
        return problem("number_too_large", "amount", f"{amount:f}")
    digits = minor_digits(currency)
    if amount != round(amount, digits):
        return problem("amount_precision", "amount", f"{amount:f}", expected=digits)
    return None


def problem_of(error: DomainError) -> dict[str, Any]:
    """A rule's refusal; its sentence is kept, so that it can be said again in any language."""
    named = {name: str(value) for name, value in error.params.items()}
    field, value = named.pop("field", ""), named.pop("value", "")
    found = problem(error.code, field, value, **named)
    if isinstance(error.message, Sentence):
        found |= _kept(error.message)
    return found


def _kept(said: Sentence) -> dict[str, Any]:
    """The sentence as it is stored, with the sentences in it."""
    figures = {name: _kept(one) if isinstance(one, Sentence) else str(one) for name, one in said.figures.items()}
    return {"template": said.template, "figures": figures}


def _read(kept: Mapping[str, Any]) -> Sentence:
    figures = {name: _read(one) if isinstance(one, Mapping) else one for name, one in kept["figures"].items()}
    return Sentence(kept["template"], **figures)


def sentence_of(problem: Mapping[str, Any]) -> str:
    """What a problem says: in English if a rule said it (see :func:`core.language.in_language`), else translated."""
    if "template" in problem:
        return _read(problem)
    return words(problem["code"], {"field": problem["field"], "value": problem["value"], **problem["params"]})


def refusal_of(problem: Mapping[str, Any]) -> DomainError:
    """The problem of a record that came alone: 404 for what it names and is not there, 409 for a contradiction."""
    code = problem["code"]
    params = {"field": problem["field"], "value": problem["value"], **problem["params"]}
    name = _MISSING.get(code, code)
    if name.endswith("_not_found"):
        return NotFound(name, sentence_of(problem), params)
    return (Conflict if code in _CONFLICTS else DomainError)(code, sentence_of(problem), params)
