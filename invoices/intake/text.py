"""Text of unknown origin, made fit to be stored and shown."""

from __future__ import annotations

import re

CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def show(text: str, limit: int = 200) -> str:
    """Control characters made visible, long text cut. Example: a NUL byte becomes ``␀``."""
    cut = text if len(text) <= limit else text[:limit] + "…"
    return CONTROL.sub(_picture, cut)


def _picture(match: re.Match[str]) -> str:
    code = ord(match.group())
    return "\u2421" if code == 0x7F else chr(0x2400 + code)
