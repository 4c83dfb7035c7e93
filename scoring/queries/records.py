"""The record of one buyer's inputs: what is hashed with every score and kept as its evidence.

Canonical JSON: keys sorted, no spaces, numbers as Python's shortest form. Lists of items are columns; ages count back
from ``as_of``.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from scoring.domain.v1.arrays import Ints
from scoring.domain.weights import DIMENSIONS, Weights
from scoring.queries import columns
from scoring.queries.inputs import Inputs, late_parts

Record = dict[str, Any]


def canonical(record: Mapping[str, Any]) -> str:
    """The record as the one text that its hash is taken of."""
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def hash_of(text: str) -> str:
    """SHA-256 of a canonical text, in hexadecimal."""
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def records(inputs: Inputs, *, version: str, weights: Weights) -> list[Record]:
    """One record a buyer, in the accounts' order."""
    head = {
        "version": version,
        "as_of": inputs.moment.as_of.isoformat(),
        "base_currency": inputs.base_currency,
        "weights": {name: str(weights.share(name)) for name in DIMENSIONS},
    }
    parts = (_buyer_credit(inputs), _payment_history(inputs), _fx(inputs), _logistics(inputs), _compliance(inputs))
    oldest = inputs.facts.oldest_overdue.tolist()
    by_buyer = zip(*parts, strict=True)
    return [
        head | dict(zip(DIMENSIONS, evidence, strict=True)) | {"oldest_material_overdue_days": oldest[position]}
        for position, evidence in enumerate(by_buyer)
    ]


def _buyer_credit(inputs: Inputs) -> list[Record]:
    frames = inputs.frames
    ratings, statements = _one(frames.ratings), _one(frames.statements)
    events = _many(frames.events)
    countries = {row["country"]: row for row in _rows(frames.countries)}
    master = _rows(frames.master)
    return [
        {
            "rating": ratings.get(position),
            "statement": statements.get(position),
            "country": countries.get(row["country"]) or {"country": row["country"]},
            "founded_on": row["founded_on"],
            "events": events.get(position, []),
            "related_default": _related(inputs, position),
        }
        for position, row in enumerate(master)
    ]


def _related(inputs: Inputs, position: int) -> Record | None:
    found = inputs.frames.related.get(position)
    return None if found is None else found._asdict()


def _payment_history(inputs: Inputs) -> list[Record]:
    names = ("invoice", "is_written_off", "amount", "days_late", "age_days", "days_since_due")
    paid = _columns(inputs.frames.payments, names, inputs)
    late = _columns(late_parts(inputs.frames.overdue), ("invoice", "score_part", "days_past_due"), inputs)
    left_out = _columns(inputs.frames.unconverted, ("invoice",), inputs)
    promises = inputs.facts.broken_promises.tolist()
    return [
        {"paid": one, "overdue": other, "unconverted": without, "broken_promises": broken}
        for one, other, without, broken in zip(paid, late, left_out, promises, strict=True)
    ]


def _fx(inputs: Inputs) -> list[Record]:
    positions = _many(inputs.frames.positions)
    homes = inputs.frames.master["home"].tolist()
    return [{"home_currency": home, "positions": positions.get(place, [])} for place, home in enumerate(homes)]


def _logistics(inputs: Inputs) -> list[Record]:
    names = ("shipment", "has_delay", "delay_days", "age_days", "is_refused", "has_discrepancies")
    return [{"shipments": found} for found in _columns(inputs.frames.shipments, names, inputs)]


def _compliance(inputs: Inputs) -> list[Record]:
    frames = inputs.frames
    kyc, screenings, contracts = _one(frames.kyc), _one(frames.screenings), _one(frames.contracts)
    certificates, events = _many(frames.certificates), _many(frames.events[frames.events["kind"] == "violation"])
    return [
        {
            "kyc": kyc.get(position),
            "screening": screenings.get(position),
            "contract": contracts.get(position),
            "certificates": certificates.get(position, []),
            "violations": events.get(position, []),
        }
        for position in range(len(inputs.accounts.buyer_ids))
    ]


def _rows(frame: pd.DataFrame) -> list[Record]:
    """Rows as JSON values: dates as ISO text, missing as null."""
    plain = {name: _plain(frame[name]) for name in frame.columns}
    return [dict(zip(plain, values, strict=True)) for values in zip(*plain.values(), strict=True)]


def _plain(values: pd.Series[Any]) -> list[Any]:
    if values.dtype.kind == "M":
        return [None if np.isnat(day) else str(day) for day in values.to_numpy().astype("datetime64[D]")]
    if values.dtype.kind == "f":
        return [None if number != number else number for number in values.tolist()]
    return list(values.tolist())


def _one(frame: pd.DataFrame) -> dict[int, Record]:
    """The only row of each buyer."""
    return {row.pop("position"): row for row in _rows(frame)}


def _many(frame: pd.DataFrame) -> dict[int, list[Record]]:
    """The rows of each buyer, in the frame's order."""
    found: dict[int, list[Record]] = defaultdict(list)
    for row in _rows(frame):
        found[row.pop("position")].append(row)
    return found


def _columns(frame: pd.DataFrame, names: Sequence[str], inputs: Inputs) -> list[dict[str, list[Any]]]:
    """Items of each buyer by column: half the size of rows, and quick to build for a hundred thousand items."""
    owner = columns.ints(frame["position"])
    values = {name: frame[name].tolist() for name in names}
    bounds = _bounds(owner, len(inputs.accounts.buyer_ids))
    return [{name: column[start:end] for name, column in values.items()} for start, end in pairwise(bounds)]


def _bounds(owner: Ints, buyers: int) -> list[int]:
    """Where each buyer's items begin in a frame sorted by buyer, and where the last end."""
    return list(np.searchsorted(owner, np.arange(buyers + 1)).tolist())
