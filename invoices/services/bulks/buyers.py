"""Buyers in bulk: who they are in the source's words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from buyers.services.putting import Put, put_buyers
from buyers.services.registry import BuyerRow
from invoices.intake.convert import Reader, Unfit, make_reader
from invoices.intake.json_table import JsonRecords, Shape
from invoices.intake.reasons import FileRefused
from invoices.models import Bulk
from invoices.services.bulks.fields import BadRow, Misfit, RecordReader
from invoices.services.bulks.invoices import record_profile
from invoices.services.bulks.records import Answer, check_totals, keep_answers, records_of
from invoices.services.imports.results import Outcome, Tally
from invoices.services.source_locks import lock_source

FIELDS = ("external_id", "name", "name_zh", "country", "currency", "code", "trading_since", "website")
SHAPES = dict.fromkeys(FIELDS, Shape.TEXT)
_LONGEST_WEBSITE = 255


def take_buyers(bulk: Bulk) -> Tally:
    """Take a bulk of buyers in, in the caller's transaction."""
    records = records_of(bulk, SHAPES)
    read = list(_rows(records, bulk.source))
    if not read:
        raise FileRefused("no_records")
    lock_source(bulk.source)
    answers = list(_answers(read, bulk.source))
    tally = Tally()
    for answer in answers:
        tally.add(answer.outcome, "", "")
    check_totals(bulk, records.totals, tally)
    keep_answers(bulk, answers)
    return tally


def readers(source: str) -> dict[str, Reader]:
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


def _rows(records: JsonRecords, source: str) -> Iterator[tuple[int, BuyerRow] | BadRow]:
    reader = RecordReader(records.header, readers(source))
    for record in records:
        bad = reader.fault_of(record)
        if bad is not None:
            yield bad
            continue
        try:
            yield record.line, buyer_row(reader.values(reader.cells(record)))
        except Misfit as misfit:
            yield reader.bad(record, misfit)


def buyer_row(values: dict[str, str]) -> BuyerRow:
    """The registry's row of a record's values."""
    since = values["trading_since"]
    return BuyerRow(
        external_id=values["external_id"],
        name=values["name"],
        name_zh=values["name_zh"],
        country=values["country"],
        currency=values["currency"],
        code=values["code"],
        founded_on=date.fromisoformat(since) if since else None,
        website=values["website"],
    )


def _answers(read: list[tuple[int, BuyerRow] | BadRow], source: str) -> Iterator[Answer]:
    good = [one for one in read if not isinstance(one, BadRow)]
    first: dict[str, tuple[int, BuyerRow]] = {}
    conflicts: dict[str, int] = {}
    for position, row in good:
        seen = first.setdefault(row.external_id, (position, row))
        if seen[1] != row:
            conflicts.setdefault(row.external_id, position)
    became = put_buyers([row for _position, row in first.values() if row.external_id not in conflicts], source)
    for one in read:
        if isinstance(one, BadRow):
            yield Answer(one.position, one.external_id, Outcome.QUARANTINED, one.problem)
            continue
        position, row = one
        start = first[row.external_id][0]
        if row.external_id in conflicts:
            other = conflicts[row.external_id] if position == start else start
            yield _quarantined(position, row, "duplicate_in_file", "external_id", other_line=other)
        elif became[row.external_id] is Put.CONTRADICTS:
            yield _quarantined(position, row, "buyer_code_contradicts", "code")
        else:
            outcome = Outcome(became[row.external_id].value) if position == start else Outcome.UNCHANGED
            yield Answer(position, row.external_id, outcome)


def _quarantined(position: int, row: BuyerRow, code: str, name: str, **params: object) -> Answer:
    problem = {"code": code, "field": name, "value": str(getattr(row, name)), "params": params}
    return Answer(position, row.external_id, Outcome.QUARANTINED, problem)
