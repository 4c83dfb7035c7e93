"""Buyers in bulk: who they are in the source's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from buyers.services.putting import Put, put_buyers
from buyers.services.registry import BuyerRow
from invoices.intake.convert import Reader, Unfit
from invoices.intake.json_table import Shape
from invoices.services.bulks.fields import short_text
from invoices.services.bulks.invoices import readers_like
from invoices.services.bulks.problems import problem
from invoices.services.bulks.records import Answer
from invoices.services.bulks.taking import Caller, Row, Taking, put_sound

FIELDS = ("external_id", "name", "name_zh", "country", "currency", "code", "trading_since", "website")
SHAPES = dict.fromkeys(FIELDS, Shape.TEXT)
_LONGEST_WEBSITE = 255
_ALIKE = {
    "external_id": "buyer_code",
    "name": "buyer_name",
    "name_zh": "buyer_name_zh",
    "country": "buyer_country",
    "currency": "currency",
    "code": "buyer_code",
    "trading_since": "due_date",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedBuyer(Row):
    """A buyer as its source knows it."""

    record: BuyerRow


def _readers() -> dict[str, Reader]:
    found = readers_like(_ALIKE)
    return {
        **found,
        "name": _needed(found["name"]),
        "currency": _if_given(found["currency"]),
        "code": _if_given(found["code"]),
        "website": short_text(_LONGEST_WEBSITE, is_required=False),
    }


def _needed(read: Reader) -> Reader:
    def needed(text: str) -> str:
        value = read(text)
        if not value:
            raise Unfit("value_missing")
        return value

    return needed


def _if_given(read: Reader) -> Reader:
    return lambda text: read(text) if text.strip() else ""


def _row(position: int, values: Mapping[str, str]) -> WantedBuyer:
    since = values["trading_since"]
    record = BuyerRow(
        external_id=values["external_id"],
        name=values["name"],
        name_zh=values["name_zh"],
        country=values["country"],
        currency=values["currency"],
        code=values["code"],
        founded_on=date.fromisoformat(since) if since else None,
        website=values["website"],
    )
    return WantedBuyer(position=position, external_id=values["external_id"], record=record)


def _post(caller: Caller, rows: list[WantedBuyer]) -> list[Answer]:
    def put(rows: list[WantedBuyer]) -> list[Put | dict[str, Any]]:
        became = put_buyers([row.record for row in rows], caller.source)
        return [_or_problem(row, became[row.external_id]) for row in rows]

    return put_sound(rows, put=put)


def _or_problem(row: WantedBuyer, became: Put) -> Put | dict[str, Any]:
    if became is Put.CONTRADICTS:
        return problem("buyer_code_contradicts", "code", row.record.code)
    return became


BUYERS = Taking(shapes=SHAPES, readers=_readers, row_of=_row, post=_post)
