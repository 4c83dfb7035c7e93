"""Dates in the one way that a profile says; nothing is guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

# token: (part of the date it gives, how it is read)
_TOKENS: dict[str, tuple[str, str]] = {
    "YYYY": ("year", r"\d{4}"),
    "YY": ("year", r"\d{2}"),
    "MMM": ("month", r"[A-Za-z]{3}"),
    "MM": ("month", r"\d{2}"),
    "M": ("month", r"\d{1,2}"),
    "DD": ("day", r"\d{2}"),
    "D": ("day", r"\d{1,2}"),
    "hh": ("", r"\d{1,2}"),
    "mm": ("", r"\d{2}"),
    "ss": ("", r"\d{2}(?:\.\d+)?"),
}
_TOKEN = re.compile("|".join(_TOKENS))
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FORM = "year YYYY or YY, month M, MM or MMM, day D or DD, time hh mm ss; e.g. YYYY-MM-DD or M/D/YYYY"


@dataclass(frozen=True, slots=True)
class DatePattern:
    """A compiled pattern such as ``M/D/YYYY``; ``YYYY年M月D日`` works as well."""

    text: str
    regex: re.Pattern[str]

    def read(self, text: str) -> date:
        """The date; raises ``ValueError`` if the text is not written this way.

        Example: ``compile_pattern("M/D/YYYY").read("3/4/2013") == date(2013, 3, 4)``.
        """
        match = self.regex.fullmatch(text)
        if match is None:
            raise ValueError(text)
        found = match.groupdict()
        return date(_year(found["year"]), _month(found["month"]), int(found["day"]))

    def write(self, year: int, month: int, day: int) -> str:
        """The date as this pattern writes it, time 0:00."""
        values = {
            "YYYY": f"{year:04d}",
            "YY": f"{year % 100:02d}",
            "MMM": _MONTHS[month - 1].capitalize(),
            "MM": f"{month:02d}",
            "M": str(month),
            "DD": f"{day:02d}",
            "D": str(day),
        }
        return _TOKEN.sub(lambda token: values.get(token.group(), "00"), self.text)


def compile_pattern(text: str) -> DatePattern:
    """The pattern; raises ``ValueError`` unless it names year, month and day exactly once."""
    parts = [_TOKENS[token][0] for token in _TOKEN.findall(text)]
    if sorted(filter(None, parts)) != ["day", "month", "year"]:
        raise ValueError(text)
    pieces, at = [], 0
    for token in _TOKEN.finditer(text):
        part, regex = _TOKENS[token.group()]
        pieces += [re.escape(text[at : token.start()]), f"(?P<{part}>{regex})" if part else regex]
        at = token.end()
    return DatePattern(text=text, regex=re.compile("".join(pieces) + re.escape(text[at:]), re.ASCII))


def _year(text: str) -> int:
    if len(text) == 4:
        return int(text)
    return int(text) + (1900 if int(text) >= 70 else 2000)


def _month(text: str) -> int:
    return int(text) if text.isdigit() else _MONTHS.index(text.lower()) + 1
