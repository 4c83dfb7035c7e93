"""Buyers in bulk: who they are in the source's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from buyers.services.putting import Put, put_buyers
from buyers.services.registry import BuyerRow
from invoices.intake.convert import Reader, Unfit, make_reader
from invoices.intake.json_table import Shape
from invoices.services.bulks.invoices import record_profile
from invoices.services.bulks.problems import problem
from invoices.services.bulks.records import Answer
from invoices.services.bulks.taking import Caller, Row, Taking, quarantined
from invoices.services.imports.results import Outcome

FIELDS = ("external_id", "name", "name_zh", "country", "currency", "code", "trading_since", "website")
SHAPES = dict.fromkeys(FIELDS, Shape.TEXT)
_LONGEST_WEBSITE = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedBuyer(Row):
    """A buyer as its source knows it."""

    record: BuyerRow


def _readers(source: str) -> dict[str, Reader]:
    """By field, the reader of the ledger's column that is alike."""
    profile = record_profile(source)
    alike = {"external_id": "buyer_code", "name": "buyer_name", "name_zh": "buyer_name_zh", "country": "buyer_country"}
    found = {name: make_reader(column, profile, is_typed=False) for name, column in alike.items()}
    currency, code = (make_reader(name, profile, is_typed=False) for name in ("currency", "buyer_code"))
    return {
        **found,
        "name": _needed(found["name"]),
        "currency": _if_given(currency),
        "code": _if_given(code),
        "trading_since": make_reader("due_date", profile, is_typed=False),
        "website": _website,
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


def _website(text: str) -> str:
    if len(text) > _LONGEST_WEBSITE:
        raise Unfit("value_too_long", limit=_LONGEST_WEBSITE)
    return text.strip()


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
    became = put_buyers([row.record for row in rows], caller.source)
    return [_answer(row, became[row.external_id]) for row in rows]


def _answer(row: WantedBuyer, became: Put) -> Answer:
    if became is Put.CONTRADICTS:
        return quarantined(row, problem("buyer_code_contradicts", "code", row.record.code))
    return Answer(row.position, row.external_id, Outcome(became.value))


BUYERS = Taking(shapes=SHAPES, readers=_readers, row_of=_row, post=_post)
