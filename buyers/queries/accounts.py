"""Which records a question about some buyers reads: each buyer's own and its merged duplicates'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from buyers.queries.merges import MERGE_MAP_SQL
from core.queries.sql import fetch_all


@dataclass(frozen=True, slots=True)
class Moment:
    """What held on ``as_of``, as far as known at ``known_at`` (None: now)."""

    as_of: date
    known_at: datetime | None = None

    def params(self) -> dict[str, object]:
        """SQL parameters ``as_of`` and ``known_at``."""
        return {"as_of": self.as_of, "known_at": self.known_at}


@dataclass(frozen=True, slots=True)
class Accounts:
    """Buyers in a fixed order; record ``members[i]`` counts to the buyer at ``positions[i]``."""

    buyer_ids: tuple[int, ...]
    members: tuple[int, ...]
    positions: tuple[int, ...]

    def params(self) -> dict[str, object]:
        """SQL parameters that ``ACCOUNT_SQL`` needs."""
        return {"members": list(self.members), "positions": list(self.positions)}


# A relation account(member_id, position).
ACCOUNT_SQL = "SELECT * FROM unnest(%(members)s::bigint[], %(positions)s::int[]) AS account(member_id, position)"

# True for a fact that was in force and known at the moment.
KNOWN_SQL = "{t}.valid_from <= %(as_of)s AND (%(known_at)s::timestamptz IS NULL OR {t}.recorded_at <= %(known_at)s)"


def get_accounts(buyer_ids: Sequence[int], known_at: datetime | None = None) -> Accounts:
    """The buyers with their duplicates as merged at ``known_at``; a buyer that is itself a duplicate is left out."""
    merged = _merged(known_at)
    survivors = tuple(dict.fromkeys(pk for pk in buyer_ids if pk not in merged))
    position = {pk: index for index, pk in enumerate(survivors)}
    records = list(position.items())
    records += [(away, position[into]) for away, into in sorted(merged.items()) if into in position]
    return Accounts(survivors, tuple(pk for pk, _ in records), tuple(index for _, index in records))


def survivors_of(buyer_ids: Sequence[int], known_at: datetime | None = None) -> list[int]:
    """Each id, or the id of the buyer it was merged into at ``known_at``; once each, in the order given."""
    merged = _merged(known_at)
    return list(dict.fromkeys(merged.get(pk, pk) for pk in buyer_ids))


def _merged(known_at: datetime | None) -> dict[int, int]:
    return dict(fetch_all(MERGE_MAP_SQL, {"known_at": known_at}))
