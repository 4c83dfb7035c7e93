"""The score of a buyer: contributions, reasons with points, age of inputs, history."""

from __future__ import annotations

from typing import Any

from dashboard.context import PageContext
from dashboard.queries.accounts import Account


def build(account: Account, page: PageContext) -> dict[str, Any]:
    return {}
