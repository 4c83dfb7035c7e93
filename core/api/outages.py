"""A database that is away for a moment is no defect: the caller is told to come back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.db import InterfaceError, OperationalError, connection
from django.utils.translation import gettext as _

from core.api.problems import Problem, ProblemError
from core.services.idempotency import LOCK_NOT_AVAILABLE, sqlstate_of

logger = structlog.get_logger(__name__)
RETRY_AFTER_S = 5


@contextmanager
def outage_told() -> Iterator[None]:
    """Turn an outage of the database into ``unavailable``, a long wait for somebody else into ``busy`` (both 503).

    What was begun is undone.
    """
    try:
        yield
    except (OperationalError, InterfaceError) as problem:
        if sqlstate_of(problem) == LOCK_NOT_AVAILABLE:
            detail = _("Another posting of the same records is under way. Nothing was stored; send the request again.")
            raise _come_back("busy", detail) from problem
        logger.warning("database_away", error=str(problem))
        connection.close()
        detail = _("The database is away for a moment. Nothing was stored; send the same request again.")
        raise _come_back("unavailable", detail) from problem


def _come_back(code: str, detail: str) -> ProblemError:
    return ProblemError(Problem(503, code, detail, headers={"Retry-After": str(RETRY_AFTER_S)}))
