"""The exposure bar: what could be lost, piece by piece, against the limits. Drawn as SVG, with its table beneath."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from credit.domain.exposure import DEDUCTIONS, Part
from dashboard.check_words import PARTS
from dashboard.labels import word_of

WIDTH = 1000
ZERO = Decimal(0)
NEW = "new"
GROSS = (*(part.value for part in Part if part not in DEDUCTIONS), NEW)
OFF = tuple(part.value for part in Part if part in DEDUCTIONS)


@dataclass(frozen=True, slots=True)
class BarPart:
    """A component: where it lies on the bar (``x`` and ``width`` of 1000) and where its rows are."""

    code: str
    label: Any
    amount: Decimal | None
    x: str
    width: str
    url: str
    is_deduction: bool


@dataclass(frozen=True, slots=True)
class BarMark:
    """A limit on the bar; ``room`` is what is left under it, negative if it is exceeded."""

    code: str
    label: Any
    amount: Decimal
    room: Decimal
    note: Any
    x: str

    @property
    def is_exceeded(self) -> bool:
        """True if the exposure lies above the limit."""
        return self.room < 0


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit to be drawn: ``against`` is the exposure it is compared with."""

    code: str
    label: Any
    amount: Decimal
    against: Decimal
    note: Any = ""


@dataclass(frozen=True, slots=True)
class ExposureBar:
    """Components, what is taken off, the sums, and the limits."""

    parts: list[BarPart]
    gross: Decimal
    deductions: Decimal
    net: Decimal
    marks: list[BarMark]
    currency: str

    @property
    def drawn(self) -> list[BarPart]:
        """The pieces of the bar itself; what is taken off is drawn over its end."""
        return [part for part in self.parts if part.amount]

    @property
    def net_x(self) -> str:
        """Where the net exposure ends."""
        return _place(self.net, _scale(self.gross, [mark.amount for mark in self.marks]))


def bar_of(
    *,
    amounts: Mapping[str, Decimal | None],
    limits: Sequence[Limit],
    currency: str,
    url_of: Callable[[str], str] = lambda _part: "",
) -> ExposureBar:
    """The bar of components by code; an amount of None has no rate and is drawn as nothing, but listed."""
    known = {code: amount or ZERO for code, amount in amounts.items()}
    gross = sum((known.get(code, ZERO) for code in GROSS), ZERO)
    off = sum((known.get(code, ZERO) for code in OFF), ZERO)
    scale = _scale(gross, [limit.amount for limit in limits])
    return ExposureBar(
        parts=_parts(amounts, gross, scale, url_of),
        gross=gross,
        deductions=off,
        net=max(ZERO, gross - off),
        marks=[_mark(limit, scale) for limit in limits],
        currency=currency,
    )


def _parts(
    amounts: Mapping[str, Decimal | None], gross: Decimal, scale: Decimal, url_of: Callable[[str], str]
) -> list[BarPart]:
    found, left, right = [], ZERO, gross
    for code in (*GROSS, *OFF):
        if code not in amounts:
            continue
        amount, is_off = amounts[code], code in OFF
        size = amount or ZERO
        start = max(ZERO, right - size) if is_off else left
        left, right = (left, start) if is_off else (left + size, right)
        width = _place(min(size, gross), scale)
        found.append(BarPart(code, word_of(PARTS, code), amount, _place(start, scale), width, url_of(code), is_off))
    return found


def _mark(limit: Limit, scale: Decimal) -> BarMark:
    room = limit.amount - limit.against
    return BarMark(limit.code, limit.label, limit.amount, room, limit.note, _place(limit.amount, scale))


def _scale(gross: Decimal, limits: Sequence[Decimal]) -> Decimal:
    return max([gross, *limits, Decimal(1)]) * Decimal("1.04")


def _place(amount: Decimal, scale: Decimal) -> str:
    return f"{amount / scale * WIDTH:.1f}"
