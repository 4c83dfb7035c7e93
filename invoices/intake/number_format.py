"""Amounts as a profile says they are written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "−": "-", "－": "-"})
_MAX_DIGITS = 16


class TooLarge(ValueError):
    """More digits before the point than the ledger holds."""


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """Decimal mark, thousands mark, and characters to leave out, such as a currency sign."""

    decimal: str = "."
    thousands: str = ","
    ignore: str = ""
    _regex: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        point, mark = re.escape(self.decimal), re.escape(self.thousands)
        whole = rf"\d{{1,3}}(?:{mark}\d{{3}})+|\d+" if self.thousands else r"\d+"
        regex = rf"([+-]?)({whole})(?:{point}(\d+))?(-?)|\(({whole})(?:{point}(\d+))?\)"
        object.__setattr__(self, "_regex", re.compile(regex, re.ASCII))

    @property
    def example(self) -> str:
        """A number in this notation, for messages."""
        return f"1{self.thousands}234{self.decimal}56"

    def read(self, text: str) -> Decimal:
        """The amount; raises ``ValueError`` if it is not written this way, :class:`TooLarge` beyond 16 digits.

        Signs may stand before or after (``5.00-``); parentheses mean negative. Example: ``1.234,56`` with decimal
        comma gives ``Decimal("1234.56")``.
        """
        plain = text.translate(_SPACES)
        for character in self.ignore:
            plain = plain.replace(character, "")
        match = self._regex.fullmatch(plain.strip())
        if match is None:
            raise ValueError(text)
        before, whole, part, after, whole_in, part_in = match.groups()
        if before and after:
            raise ValueError(text)
        digits = (whole or whole_in).replace(self.thousands, "") if self.thousands else whole or whole_in
        if len(digits.lstrip("0")) > _MAX_DIGITS:
            raise TooLarge(text)
        is_negative = whole is None or before == "-" or after == "-"
        return Decimal(f"{'-' if is_negative else ''}{digits}.{part or part_in or '0'}")
