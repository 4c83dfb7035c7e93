"""The demo's limits, own and insured: told by seed and code alone, and true to the stories."""

from collections import Counter
from datetime import date

from pipeline.demo.dataset import build
from pipeline.demo.limits import list_insured, list_limits
from pipeline.demo.stories import CORVANDEL, VELMORA

END = date(2026, 11, 20)


def test_limits_follow_from_seed_and_code_alone() -> None:
    profiles = build(seed=7, scale="demo", end=END).profiles
    first = (list_limits(profiles=profiles, seed=7, end=END), list_insured(profiles=profiles, seed=7, end=END))
    assert first == (list_limits(profiles=profiles, seed=7, end=END), list_insured(profiles=profiles, seed=7, end=END))
    limits = first[0]
    assert [row.amount for row in limits if row.owner == VELMORA][-1] == 0
    cut = [row for row in limits if row.owner == CORVANDEL.code and row.is_group][-1]
    assert (cut.amount, (END - cut.valid_from).days) == (3_000_000, 66)
    kinds = Counter(row.kind for row in limits)
    assert kinds["temporary"] >= 3
    assert sum(row.valid_to is not None and row.valid_to < END for row in limits) >= 5
    assert sum(row.valid_to is not None and row.valid_to >= END for row in limits) >= 10
