"""What a file may cost: every reader stops with a clear refusal at these bounds, before memory does."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one file. The defaults read a million rows in well under 300 MB of memory."""

    max_bytes: int = 64 * MIB
    max_rows: int = 1_000_000
    max_blank_rows: int = 100_000
    max_buyers: int = 250_000  # different buyers and spellings of their names
    max_columns: int = 512
    max_line_chars: int = MIB
    max_field_chars: int = 32_767  # what a spreadsheet cell holds at most
    max_directory_bytes: int = MIB
    max_unpacked_bytes: int = 512 * MIB
    max_shared_strings_bytes: int = 32 * MIB
    max_small_part_bytes: int = 16 * MIB
    # Sheets of repeated rows compress about 20:1, at most 100:1; deflate's bombs reach 1,000:1.
    max_ratio: int = 150
    ratio_free_bytes: int = 16 * MIB


DEFAULT_LIMITS = Limits()
