"""Per-buyer arithmetic over arrays that are sorted by buyer: one buyer is one segment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Segments:
    """``keys``: the segments' buyer ids; ``starts``, ``sizes``: their rows; ``of_row``: each row's segment number."""

    keys: Ints
    starts: Ints
    sizes: Ints
    of_row: Ints


def segments_of(buyer_id: Ints) -> Segments:
    """The segments of a sorted column of buyer ids."""
    if not len(buyer_id):
        none = np.zeros(0, dtype=np.int64)
        return Segments(none, none, none, none)
    starts = np.flatnonzero(np.r_[True, buyer_id[1:] != buyer_id[:-1]])
    sizes = np.diff(np.r_[starts, len(buyer_id)])
    return Segments(buyer_id[starts], starts, sizes, np.repeat(np.arange(len(starts)), sizes))


def segment_counts(segment: Ints, count: int, mask: Bools) -> Ints:
    """How many rows of each of ``count`` segments the mask keeps."""
    return np.bincount(segment[mask], minlength=count).astype(np.int64)


def segment_medians(segment: Ints, count: int, values: Ints, mask: Bools) -> Floats:
    """The median of the kept values of each segment; NaN where none is kept.

    Example: values 3, 9, 4 of one segment give 4.0; 3 and 4 give 3.5.
    """
    medians = np.full(count, np.nan)
    kept, data = segment[mask], values[mask]
    if not len(kept):
        return medians
    order = np.lexsort((data, kept))
    parts = segments_of(kept[order])
    low = parts.starts + (parts.sizes - 1) // 2
    high = parts.starts + parts.sizes // 2
    ranked = data[order]
    medians[parts.keys] = (ranked[low] + ranked[high]) / 2
    return medians


def rank_from_end(segment: Ints, mask: Bools) -> Ints:
    """For each kept row 1 for the last kept row of its segment, 2 for the one before, and so on; 0 if not kept."""
    rank = np.zeros(len(segment), dtype=np.int64)
    kept = np.flatnonzero(mask)
    if len(kept):
        parts = segments_of(segment[kept])
        ends = np.repeat(parts.starts + parts.sizes, parts.sizes)
        rank[kept] = ends - np.arange(len(kept))
    return rank


def run_before(segment: Ints, good: Bools) -> Ints:
    """How many rows just before each row, of the same segment, are good without a break.

    Example: good 1 1 0 1 of one segment gives 0 1 2 0.
    """
    rows = np.arange(len(segment))
    starts = np.r_[True, segment[1:] != segment[:-1]] if len(segment) else np.zeros(0, dtype=bool)
    # the latest row before this one that breaks the run, or the row before the segment
    breaks = np.maximum.accumulate(np.where(~good, rows, -1)) if len(rows) else rows
    last_break = np.r_[-1, breaks[:-1]] if len(rows) else rows
    first_row = np.maximum.accumulate(np.where(starts, rows, 0)) if len(rows) else rows
    return (rows - 1 - np.maximum(last_break, first_row - 1)).astype(np.int64)
