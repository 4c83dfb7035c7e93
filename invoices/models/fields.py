"""How columns of these tables are declared."""

from typing import Any

from django.db import models
from django.db.models import Func, Value
from django.db.models.functions import Upper

from invoices.domain.matching_text import SEPARATORS


def money_field(**kwargs: Any) -> Any:
    """An amount of money: up to 16 digits before and 4 after the point (KWD has 3)."""
    return models.DecimalField(max_digits=20, decimal_places=4, **kwargs)


def plain_number(column: str) -> Upper:
    """A number without separators, in capitals; as :func:`invoices.domain.matching_text.plain` in the rules."""
    bare = Func(column, Value(SEPARATORS), Value(""), function="translate", output_field=models.TextField())
    return Upper(bare)
