"""How columns of these tables are declared."""

from typing import Any

from django.db import models


def money_field(**kwargs: Any) -> Any:
    """An amount of money: up to 16 digits before and 4 after the point (KWD has 3)."""
    return models.DecimalField(max_digits=20, decimal_places=4, **kwargs)
