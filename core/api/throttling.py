"""How often a caller may ask: a fixed window per key or person, counted in the cache."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import structlog
from django.core.cache import DEFAULT_CACHE_ALIAS, caches
from redis.exceptions import RedisError
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from core.counting_cache import CountingCache
from core.models import ApiClient

logger = structlog.get_logger(__name__)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests in a window of so many seconds."""

    quota: int
    window: int

    @classmethod
    @cache
    def parse(cls, text: str) -> Rate:
        """Example: ``Rate.parse("1200/min") == Rate(1200, 60)``."""
        quota, _, period = text.partition("/")
        return cls(int(quota), _SECONDS[period[0]])


@dataclass(frozen=True, slots=True)
class Usage:
    """Where a caller stands in the current window."""

    rate: Rate
    used: int
    seconds_left: int

    @property
    def is_over(self) -> bool:
        """True if this request is one too many."""
        return self.used > self.rate.quota

    def headers(self) -> dict[str, str]:
        """RateLimit fields of the IETF draft (draft-ietf-httpapi-ratelimit-headers-10)."""
        left = max(0, self.rate.quota - self.used)
        return {
            "RateLimit-Policy": f'"client";q={self.rate.quota};w={self.rate.window}',
            "RateLimit": f'"client";r={left};t={self.seconds_left}',
        }


class ClientRateThrottle(BaseThrottle):
    """Counts by key or person. An unreachable cache lets reads through: a limit must not become an outage."""

    scope = "client"
    usage: Usage | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the request; False if the window's quota is used up."""
        rate = Rate.parse(str(api_settings.DEFAULT_THROTTLE_RATES[self.scope]))
        try:
            self.usage = _count(f"{self.scope}:{_caller(request, self)}", rate, now=int(time.time()))
        except RedisError as error:
            logger.warning("rate_limit_not_counted", error=str(error))
            return True
        self.show(view, self.usage)
        return not self.usage.is_over

    def show(self, view: Any, usage: Usage) -> None:
        """Leave the window's state where the view finds it for its headers."""
        view.rate_usage = usage

    def wait(self) -> float | None:
        """Seconds until the next window."""
        return float(self.usage.seconds_left) if self.usage else None


class DryRunThrottle(ClientRateThrottle):
    """Counts order checks that ask "what if" on their own: many in a row look for something that is not shown."""

    scope = "dry_run"

    def show(self, view: Any, usage: Usage) -> None:
        """The headers speak of all requests."""


def check_dry_run_rate(request: Request, view: Any) -> None:
    """Count a dry run; raises ``throttled`` with the seconds to wait."""
    throttle = DryRunThrottle()
    if not throttle.allow_request(request, view):
        raise Throttled(throttle.wait())


def add_rate_headers(response: Response, usage: Usage | None) -> None:
    """Tell the caller where it stands."""
    for name, value in (usage.headers() if usage else {}).items():
        response[name] = value


def _count(caller: str, rate: Rate, *, now: int) -> Usage:
    window, elapsed = divmod(now, rate.window)
    key = f"api-rate:{caller}:{window}"
    cache = cast(CountingCache, caches[DEFAULT_CACHE_ALIAS])
    return Usage(rate=rate, used=cache.count(key, lasts=rate.window + 1), seconds_left=rate.window - elapsed)


def _caller(request: Request, throttle: BaseThrottle) -> str:
    if isinstance(request.auth, ApiClient):
        return f"key:{request.auth.prefix}"
    if request.user.is_authenticated:
        return f"user:{request.user.pk}"
    return f"address:{throttle.get_ident(request)}"
