"""Groups as records: who belongs together, from when, owned by whom."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from buyers.services.groups import GroupRow, MemberRow, put_groups
from buyers.services.putting import Put
from core.errors import DomainError
from invoices.domain.bulks import Awaited, BulkKind
from invoices.intake.convert import Reader, Unfit
from invoices.intake.json_table import Shape
from invoices.intake.json_values import has_half_character
from invoices.intake.text import CONTROL
from invoices.services.bulks.fields import short_text
from invoices.services.bulks.invoices import readers_like
from invoices.services.bulks.problems import awaiting, problem, problem_of
from invoices.services.bulks.records import Answer
from invoices.services.bulks.taking import Caller, Row, Taking, put_sound

LONGEST_NAME = 255
# What the column of shares holds: percent with four decimals.
SHARE_DECIMALS = 4
_MEMBER = {"buyer": "buyer_code", "valid_from": "invoice_date", "parent": "buyer_code", "share": "amount"}
_NEEDED = frozenset({"buyer", "valid_from"})


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedGroup(Row):
    """A group as its source knows it."""

    name: str
    name_zh: str
    members: tuple[MemberRow, ...]


def _readers() -> dict[str, Reader]:
    cells = readers_like(_MEMBER)
    return {
        **readers_like({"external_id": "buyer_code"}),
        "name": short_text(LONGEST_NAME),
        "name_zh": short_text(LONGEST_NAME, is_required=False),
        "members": lambda text: _read_members(text, cells),
    }


def _read_members(text: str, readers: Mapping[str, Reader]) -> str:
    """The members as JSON again, each value read."""
    read = [_read_member(item, readers) for item in json.loads(text or "[]")]
    if repeated := repeated_member((one["buyer"], one["valid_from"]) for one in read):
        raise Unfit("member_repeated", member=repeated)
    return json.dumps(read)


def repeated_member(days: Iterable[tuple[str, object]]) -> str:
    """The first member that is named twice with one day; empty if none is."""
    seen: set[tuple[str, object]] = set()
    for day in days:
        if day in seen:
            return day[0]
        seen.add(day)
    return ""


def _read_member(item: Any, readers: Mapping[str, Reader]) -> dict[str, Any]:
    if not isinstance(item, dict) or not _NEEDED <= item.keys() <= {*_MEMBER, "left"}:
        raise Unfit("members_invalid")
    has_left = item.get("left", False)
    texts = {name: item[name] for name in _MEMBER if item.get(name) is not None}
    if not isinstance(has_left, bool) or not all(map(_is_plain, texts.values())):
        raise Unfit("members_invalid")
    if has_left and texts.keys() - _NEEDED:
        raise Unfit("members_invalid")
    return {name: readers[name](text) for name, text in texts.items()} | {"left": has_left}


def _is_plain(text: object) -> bool:
    return isinstance(text, str) and not (has_half_character(text) or CONTROL.search(text))


def _row(position: int, values: Mapping[str, str]) -> WantedGroup:
    members = tuple(
        MemberRow(
            buyer=one["buyer"],
            valid_from=date.fromisoformat(one["valid_from"]),
            parent=one.get("parent", ""),
            share=Decimal(one["share"]) if one.get("share") else None,
            has_left=one["left"],
        )
        for one in json.loads(values["members"])
    )
    return WantedGroup(
        position=position,
        external_id=values["external_id"],
        name=values["name"],
        name_zh=values["name_zh"],
        members=members,
    )


def _post(caller: Caller, rows: list[WantedGroup]) -> list[Answer]:
    def put(rows: list[WantedGroup]) -> list[Put | DomainError | dict[str, Any]]:
        groups = [GroupRow(row.external_id, row.name, row.name_zh, row.members) for row in rows]
        became = put_groups(groups, source=caller.source, actor=caller.actor, actor_label=caller.label)
        return [_or_waits(caller.source, one) for one in became]

    return put_sound(rows, fault_of=lambda row: _fault_of(row, caller.today), put=put)


def _fault_of(row: WantedGroup, today: date) -> dict[str, Any] | None:
    if repeated := repeated_member((one.buyer, one.valid_from) for one in row.members):
        return problem("member_repeated", "members", repeated, member=repeated)
    for one in row.members:
        if one.valid_from > today:
            return problem("date_in_future", "members", one.valid_from)
        if one.share is not None and one.share != round(one.share, SHARE_DECIMALS):
            return problem("rate_precision", "members", f"{one.share:f}", expected=SHARE_DECIMALS)
    return None


def _or_waits(source: str, became: Put | DomainError) -> Put | DomainError | dict[str, Any]:
    if isinstance(became, DomainError) and became.code == "buyer_not_found":  # a member, or the owner of one
        return awaiting(problem_of(became), Awaited.BUYER, source, str(became.params["value"]))
    return became


GROUPS = Taking(
    shapes={"external_id": Shape.TEXT, "name": Shape.TEXT, "name_zh": Shape.TEXT, "members": Shape.LIST},
    readers=_readers,
    row_of=_row,
    post=_post,
    waits_as=BulkKind.GROUPS,
)
