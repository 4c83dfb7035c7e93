"""Numbers that people may set, and within which bounds."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation


@dataclass(frozen=True, slots=True)
class Bounds:
    """A number of a rule: its default, and the smallest and largest value that makes sense."""

    default: str
    low: str
    high: str

    def read(self, value: object, *, is_whole: bool = False) -> Decimal | None:
        """The number that was written if it is within the bounds, both included; else None.

        Example: within 0 to 365, ``" 15 "`` is 15; ``"366"``, ``"NaN"`` and ``"soon"`` are None, and so is ``"1.5"``
        where only whole numbers make sense.
        """
        try:
            number = Decimal(str(value).strip())
        except InvalidOperation:
            return None
        is_within = number.is_finite() and Decimal(self.low) <= number <= Decimal(self.high)
        return number if is_within and not (is_whole and number != number.to_integral_value()) else None
