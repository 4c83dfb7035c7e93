"""The cache, with a counter that is raised in one round trip: every request of a caller is counted."""

from __future__ import annotations

from typing import Any, cast

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import Redis


class CountingClient(RedisCacheClient):
    """Raises counters on the server."""

    _counts: Redis | None = None

    def count(self, key: str, lasts: int) -> int:
        """One more; the first one sets when the counter ends (``INCR`` leaves that as it is)."""
        client = self._counts = self._counts or self.get_client(key, write=True)
        # One transaction: a counter without an end, which a lost second command would leave, never comes to be.
        with client.pipeline(transaction=True) as pipe:
            pipe.set(key, 0, ex=lasts, nx=True)
            pipe.incr(key)
            _is_first, used = pipe.execute()
        return int(used)


class CountingCache(RedisCache):
    """Redis or Valkey as the cache of settings."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = CountingClient

    def count(self, key: str, *, lasts: int) -> int:
        """Raise the counter by one and return it; it ends ``lasts`` seconds after its first count."""
        client = cast(CountingClient, self._cache)
        return client.count(self.make_and_validate_key(key), lasts)
