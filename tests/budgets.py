"""Query budgets: how many queries an address may cost. Only ``make budgets`` writes the file; it is read as a diff."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from django.test.utils import CaptureQueriesContext

FILE = Path(__file__).parent / "query_budgets.json"
REWRITE = "REWRITE_QUERY_BUDGETS"


@contextmanager
def query_budget(name: str) -> Iterator[None]:
    """Fail if the block asks the database more often than the file allows; with the variable set, write it down."""
    with CaptureQueriesContext(connection) as queries:
        yield
    if os.environ.get(REWRITE):
        _write(name, len(queries))
        return
    budget = _read().get(name)
    asked = "\n".join(query["sql"][:160] for query in queries)
    assert budget is not None, f"{name} has no query budget yet; it asks {len(queries)}: make budgets"
    assert len(queries) <= budget, f"{name} may ask {budget} times and asked {len(queries)}:\n{asked}"


def _read() -> dict[str, int]:
    return json.loads(FILE.read_text()) if FILE.exists() else {}


def _write(name: str, count: int) -> None:
    budgets = {**_read(), name: count}
    FILE.write_text(json.dumps(dict(sorted(budgets.items())), indent=2) + "\n")
