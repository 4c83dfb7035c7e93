"""Field choices from enums: declared once, beside the rule that uses them."""

from enum import StrEnum


def choices(enum: type[StrEnum]) -> list[tuple[str, str]]:
    """Field choices of a string enum, labelled by its value in words.

    Example: ``Terms.OPEN_ACCOUNT`` is labelled ``open account``.
    """
    return [(item.value, item.value.replace("_", " ")) for item in enum]
