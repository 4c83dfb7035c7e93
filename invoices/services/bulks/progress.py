"""How far a bulk has been read: told outside of its transaction, which nobody can see into before its end."""

from __future__ import annotations

import structlog
from django.core.cache import cache
from redis.exceptions import RedisError

from invoices.queries.bulks import progress_key

logger = structlog.get_logger(__name__)
_LASTS_S = 3600


def note_progress(bulk_id: int, records: int) -> None:
    """Say how many records have been read; without a cache nobody is told, and nothing stops."""
    try:
        cache.set(progress_key(bulk_id), records, _LASTS_S)
    except RedisError as error:
        logger.warning("bulk_progress_not_noted", bulk=bulk_id, error=str(error))
