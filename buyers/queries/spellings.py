"""Every name that buyers on record are called by: kept by each process, and read again as far as something changed.

A batch compares each of its documents and payments with all of them: only what came since is read for the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import NamedTuple

from buyers.domain.names import name_key, ordered_words
from core.queries.sql import fetch_all, fetch_one

# What came is added to what is kept for so long; then everything is read again with the next change: a change of a
# name that is committed after a later one would stay unseen for good.
_ADDED_FOR_S = 60.0


class _Version(NamedTuple):
    """Counts besides the latest ids: a row may be taken away, or be committed after one with a higher id."""

    event: int
    buyer: int
    buyers: int
    alias: int
    aliases: int


@dataclass(frozen=True, slots=True, eq=False)
class Spellings:
    """Names and other spellings of all buyers, place by place; ``words`` are their keys with the words in order.

    The same object as long as nothing changed.
    """

    version: _Version
    read_at: float
    buyer_ids: Sequence[int] = ()
    names: Sequence[str] = ()
    words: Sequence[str] = ()

    def with_those_since(self, version: _Version, *, read_at: float) -> Spellings:
        """These and what came up to a version."""
        rows = fetch_all(_SINCE_SQL, _span(self.version, version))
        return Spellings(
            version,
            read_at,
            [*self.buyer_ids, *(buyer_id for buyer_id, _name in rows)],
            [*self.names, *(name for _id, name in rows)],
            [*self.words, *(ordered_words(name_key(name)) for _id, name in rows)],
        )


_NOTHING = Spellings(_Version(event=0, buyer=0, buyers=0, alias=0, aliases=0), read_at=0.0)


class _Kept:
    """What this process has read."""

    def __init__(self) -> None:
        self._spellings = _NOTHING

    def get(self) -> Spellings:
        known, version = self._spellings, _Version._make(fetch_one(_VERSION_SQL))
        if version != known.version:
            self._spellings = known = _brought_to(known, version)
        return known


def _brought_to(known: Spellings, version: _Version) -> Spellings:
    now = monotonic()
    if now - known.read_at < _ADDED_FOR_S and fetch_one(_ONLY_ADDED_SQL, _span(known.version, version))[0]:
        return known.with_those_since(version, read_at=known.read_at)
    return _NOTHING.with_those_since(version, read_at=now)


def _span(start: _Version, end: _Version) -> dict[str, int]:
    added = {"buyers": end.buyers - start.buyers, "aliases": end.aliases - start.aliases}
    last = {"last_buyer": end.buyer, "last_alias": end.alias}
    return {"event": start.event, "buyer": start.buyer, "alias": start.alias, **added, **last}


_kept = _Kept()


def all_spellings() -> Spellings:
    """Every name on record; in a transaction also what it has written itself."""
    return _kept.get()


_VERSION_SQL = """
SELECT coalesce(e.latest, 0), coalesce(b.latest, 0), b.rows, coalesce(a.latest, 0), a.rows
FROM (SELECT max(pgh_id) AS latest FROM buyers_buyerevent) e,
    (SELECT max(id) AS latest, count(*) AS rows FROM buyers_buyer) b,
    (SELECT max(id) AS latest, count(*) AS rows FROM buyers_buyeralias) a
"""
# Nothing happened to buyers that were there before, and the rows that came are as many as there are more now.
_ONLY_ADDED_SQL = """
SELECT NOT EXISTS (SELECT FROM buyers_buyerevent WHERE pgh_id > %(event)s AND pgh_obj_id <= %(buyer)s)
    AND (SELECT count(*) FROM buyers_buyer WHERE id > %(buyer)s AND id <= %(last_buyer)s) = %(buyers)s
    AND (SELECT count(*) FROM buyers_buyeralias WHERE id > %(alias)s AND id <= %(last_alias)s) = %(aliases)s
"""
_SINCE_SQL = """
SELECT id, name FROM buyers_buyer WHERE name <> '' AND id > %(buyer)s AND id <= %(last_buyer)s
UNION ALL
SELECT id, name_zh FROM buyers_buyer WHERE name_zh <> '' AND id > %(buyer)s AND id <= %(last_buyer)s
UNION ALL
SELECT buyer_id, name FROM buyers_buyeralias WHERE id > %(alias)s AND id <= %(last_alias)s
"""
