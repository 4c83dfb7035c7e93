"""Columns of frames as arrays of the card: sparse facts put in the buyers' places, words into codes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from scoring.domain.v1.arrays import Days, Floats, Ints, days_between
from scoring.domain.v1.facts import UNKNOWN


def ints(values: pd.Series[Any]) -> Ints:
    """A column without gaps as integers."""
    return values.to_numpy(dtype=np.int64)


def numbers(frame: pd.DataFrame, name: str, buyers: int) -> Floats:
    """One number a buyer, NaN where the frame has no row."""
    placed = np.full(buyers, np.nan)
    placed[ints(frame["position"])] = frame[name].to_numpy(dtype=np.float64)
    return placed


def days(frame: pd.DataFrame, name: str, buyers: int) -> Days:
    """One date a buyer, NaT where the frame has no row or no date."""
    placed = np.full(buyers, np.datetime64("NaT"), dtype="datetime64[D]")
    placed[ints(frame["position"])] = frame[name].to_numpy().astype("datetime64[D]")
    return placed


def states(frame: pd.DataFrame, values: Ints, buyers: int) -> Ints:
    """One state a buyer, ``UNKNOWN`` where the frame has no row."""
    placed = np.full(buyers, UNKNOWN, dtype=np.int64)
    placed[ints(frame["position"])] = values
    return placed


def codes(words: pd.Series[Any], known: tuple[str, ...]) -> Ints:
    """The place of each word in ``known``; an unknown word is a defect and raises KeyError."""
    place = {word: index for index, word in enumerate(known)}
    return np.array([place[word] for word in words.tolist()], dtype=np.int64)


def age(day: np.datetime64, dates: Days) -> Ints:
    """Whole days from each date to the day; 0 for a missing date."""
    return days_between(day, dates)
