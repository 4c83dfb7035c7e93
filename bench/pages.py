"""Server time of Home, Buyer and Aging for a closed date: p95 over requests of a signed-in finance director."""

from __future__ import annotations

import time
from dataclasses import dataclass

from bench.data import END
from bench.figures import Figure
from bench.measure import Cost, Processes, measured

TOPIC = "pages"
WARM_UP = 3
REQUESTS = 40
PAGES = ("Home", "Aging", "Buyer")


def run(size: str, processes: Processes) -> list[Figure]:
    """One line a page; the orchestrator compares sizes."""
    client = _client()
    return [_page(client, name, paths, size, processes) for name, paths in _paths().items()]


def _client() -> object:
    """The whole stack of middleware, without a network: what the server itself needs."""
    from django.test import Client

    from core.domain.roles import Role
    from core.models import User

    user, _new = User.objects.get_or_create(username="bench", defaults={"role": Role.DIRECTOR})
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def _paths() -> dict[str, list[str]]:
    """Forty requests a page; the Buyer page of forty buyers."""
    from buyers.models import Buyer

    codes = list(Buyer.objects.order_by("pk").values_list("code", flat=True))
    chosen = codes[:: max(1, len(codes) // REQUESTS)][:REQUESTS]
    day = f"?as_of={END.isoformat()}"
    return {
        "Home": [f"/{day}"] * REQUESTS,
        "Aging": [f"/aging/{day}"] * REQUESTS,
        "Buyer": [f"/buyers/{code}/{day}" for code in chosen],
    }


@dataclass
class _Timed:
    seconds: list[float]

    def percentile(self, share: float) -> float:
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, round(share * len(ordered)))]


def _page(client: object, name: str, paths: list[str], size: str, processes: Processes) -> Figure:
    for path in paths[:WARM_UP]:
        _get(client, path)
    with measured(processes) as cost:
        timed = _Timed([_get(client, path) for path in paths])
    p50, p95 = timed.percentile(0.5), timed.percentile(0.95)
    each = Cost(p95, cost.client_cpu_s / len(paths), cost.database_cpu_s / len(paths), cost.client_peak_mb)
    return Figure(TOPIC, size, f"{name} page, p95", each, note=f"median {p50 * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms")


def _get(client: object, path: str) -> float:
    started = time.perf_counter()
    response = client.get(path)  # type: ignore[attr-defined]
    spent = time.perf_counter() - started
    if response.status_code != 200:
        raise RuntimeError(f"{path} answered {response.status_code}")
    return spent
