"""Which open amounts a payment can be the sum of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

MOST_ITEMS = 40
MOST_SOLUTIONS = 3


@dataclass(frozen=True, slots=True)
class Sums:
    """Sets of positions that add up; ``tried``: how many sets there were to choose from."""

    found: tuple[tuple[int, ...], ...]
    tried: int

    @property
    def is_unique(self) -> bool:
        """True if exactly one set adds up."""
        return len(self.found) == 1


def subset_sums(*, amounts: Sequence[int], wanted: int) -> Sums:
    """Sets of two to four amounts (minor units, positive) that add up to ``wanted``, and the whole where it does.

    Of the first 40 amounts, found through the sums of pairs: O(n²) time and memory instead of O(n⁴); at most 3 sets.
    Example: ``subset_sums(amounts=[500, 300, 210, 70], wanted=570).found == ((0, 3),)``; with ``wanted=510`` there is
    ``((1, 2),)``: single amounts are not asked for here.
    """
    usable = list(amounts[:MOST_ITEMS])
    found: dict[tuple[int, ...], None] = {}
    if len(amounts) > 4 and sum(amounts) == wanted:
        found[tuple(range(len(amounts)))] = None
    pairs = _pairs(usable, wanted)
    for chosen in _solutions(usable, pairs, wanted):
        found[chosen] = None
        if len(found) >= MOST_SOLUTIONS:
            break
    return Sums(tuple(found), _sets_of(len(usable)))


def _pairs(amounts: Sequence[int], wanted: int) -> dict[int, list[tuple[int, int]]]:
    pairs: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for left, right in combinations(range(len(amounts)), 2):
        if (total := amounts[left] + amounts[right]) <= wanted:
            pairs[total].append((left, right))
    return pairs


def _solutions(
    amounts: Sequence[int], pairs: dict[int, list[tuple[int, int]]], wanted: int
) -> Iterator[tuple[int, ...]]:
    yield from pairs.get(wanted, ())
    for first, amount in enumerate(amounts):
        for left, right in pairs.get(wanted - amount, ()):
            if first < left:
                yield (first, left, right)
    for total, lower in pairs.items():
        for first, second in lower:
            for left, right in pairs.get(wanted - total, ()):
                if second < left:
                    yield (first, second, left, right)


def _sets_of(count: int) -> int:
    """Sets of two to four out of ``count``."""
    two = count * (count - 1) // 2
    three = two * (count - 2) // 3
    return two + three + three * (count - 3) // 4
