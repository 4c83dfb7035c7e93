"""The line that is looked at, ready for the template: facts, choice, items with their amounts, alternatives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from buyers.models import Buyer
from core.models import User
from core.money import minor_digits
from dashboard.bank_words import LINE_STATES, confidence_label, reason_words, warning_words
from dashboard.labels import Label, label_of
from dashboard.matching.choice import Choice, Part, proposed
from dashboard.queries.matching import id_of, list_items, names_of
from invoices.domain.bank import WAITING, LineState
from invoices.models import BankLine
from invoices.queries.bank import OpenItemChoice, list_lines


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item with what is chosen of it; texts are what the inputs hold."""

    item: OpenItemChoice
    is_chosen: bool
    paid: str
    off: str
    used: str
    kind: str
    left: Decimal
    digits: int


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another way to read the line; ``number`` is its key."""

    number: int
    confidence: Label | None
    buyer: str
    numbers: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """Everything about one line."""

    line: BankLine
    state: Label
    confidence: Label | None
    reasons: list[str]
    references: list[tuple[str, str]]
    warnings: list[str]
    is_open: bool
    can_undo: bool
    returns: BankLine | None
    buyer: str
    rows: list[ItemRow]
    remainder: Decimal
    digits: int
    alternatives: list[Alternative]


def panel_of(line: BankLine, *, actor: User, choice: Choice | None = None, number: int = 0, text: str = "") -> Panel:
    """The panel of a line with the proposal, an alternative, or what a person chose."""
    proposal: dict[str, Any] = line.proposal or {}
    chosen = choice or proposed(proposal, number)
    buyers = names_of([chosen.buyer_id, *(one.get("buyer") for one in proposal.get("alternatives", []))])
    buyer_id = chosen.buyer_id or id_of(chosen.buyer_code)
    is_open = line.state in WAITING
    items = (
        list_items(
            actor=actor, chosen=chosen.parts, buyer_id=None if text else buyer_id, text=text, currency=line.currency
        )
        if is_open
        else []
    )
    told = _told(proposal, number)
    return Panel(
        line=line,
        state=label_of(LINE_STATES, line.state),
        confidence=confidence_label(_number(told.get("confidence", line.confidence))),
        reasons=reason_words(told.get("reasons", []), line.currency),
        references=list(dict.fromkeys((one["kind"], one["value"]) for one in line.references)),
        warnings=warning_words(line.warnings),
        is_open=is_open,
        can_undo=line.state in (LineState.POSTED, LineState.IGNORED),
        returns=list_lines(actor=actor).filter(pk=proposal["returns"]).first() if proposal.get("returns") else None,
        buyer=chosen.buyer_code or _offered(buyers, chosen.buyer_id),
        rows=[_row(item, chosen.parts.get(item.invoice_id), line.currency) for item in items],
        remainder=line.amount - chosen.used,
        digits=minor_digits(line.currency),
        alternatives=_alternatives(proposal, buyers, number),
    )


def _told(proposal: Mapping[str, Any], number: int) -> Mapping[str, Any]:
    alternatives = proposal.get("alternatives", [])
    found: Mapping[str, Any] = alternatives[number - 1] if 0 < number <= len(alternatives) else proposal
    return found


def _number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _offered(buyers: Mapping[int, Buyer], buyer_id: int | None) -> str:
    buyer = buyers.get(buyer_id or 0)
    return f"{buyer.code} · {buyer.name}" if buyer else ""


def _row(item: OpenItemChoice, part: Part | None, currency: str) -> ItemRow:
    given = part or Part()
    return ItemRow(
        item=item,
        is_chosen=part is not None,
        paid=_plain(given.paid, item.currency) if part else "",
        off=_plain(given.off, item.currency) if given.off else "",
        used="" if given.source_amount is None else _plain(given.source_amount, currency),
        kind=given.kind.value,
        left=item.open_amount - given.paid - given.off,
        digits=minor_digits(item.currency),
    )


def _plain(amount: Decimal, currency: str) -> str:
    return f"{amount:.{minor_digits(currency)}f}"


def _alternatives(proposal: Mapping[str, Any], buyers: Mapping[int, Buyer], number: int) -> list[Alternative]:
    return [
        Alternative(
            number=place,
            confidence=confidence_label(_number(one.get("confidence"))),
            buyer=_offered(buyers, one.get("buyer")),
            numbers=", ".join(part.get("number", "") for part in one.get("allocations", [])),
            is_current=place == number,
        )
        for place, one in enumerate(proposal.get("alternatives", []), start=1)
    ]
