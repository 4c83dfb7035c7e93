"""Order checks over HTTP, beside a minimal endpoint under the same server in the same run."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path
from random import Random

from bench import credit_world
from bench.figures import Figure, Limit, limit_at
from bench.http import CLIENTS, Answered, Call, Latency, drive, product_environment, served
from bench.measure import Cost, Processes, measured

TOPIC = "checks"
ROUNDS = 3
REQUESTS = 480
WARM_UP = 96
DRY_FACTOR, RESERVING_FACTOR = 3.0, 5.0
SETTLED_FACTOR = 1.5
MINIMAL, DRY, RESERVING = "minimal endpoint", "order check, dry run", "order check, reserving"

Maker = Callable[[int], list[Call]]
Best = tuple[Latency, Cost]


def run(home: Path, size: str, processes: Processes) -> list[Figure]:
    """The three kinds in turns, so that what else the machine does falls on all of them; then the settled invoices."""
    key = credit_world.prepare()
    with served(home / "log" / "bench-web.log", product_environment("bench.settings")) as (port, _server):
        load = _Load(port, {"Authorization": f"Api-Key {key}"}, processes)
        best = load.in_turns({MINIMAL: _minimal, DRY: _dry, RESERVING: _reserving})
        settled = load.in_turns({code: _dry_of(code) for code in credit_world.SETTLED})
    return [*_figures(size, best), *_settled(size, settled)]


class _Load:
    """Rounds of requests against one server."""

    def __init__(self, port: int, headers: dict[str, str], processes: Processes) -> None:
        self._port = port
        self._headers = headers
        self._processes = processes

    def in_turns(self, makers: dict[str, Maker]) -> dict[str, Best]:
        """By kind, the round with the lowest p95."""
        for make in makers.values():
            drive(self._port, make(WARM_UP), self._headers)
        rounds: dict[str, list[Best]] = {name: [] for name in makers}
        for _ in range(ROUNDS):
            for name, make in makers.items():
                rounds[name].append(self._round(name, make(REQUESTS)))
        return {name: min(found, key=lambda one: one[0].p95) for name, found in rounds.items()}

    def _round(self, name: str, calls: Sequence[Call]) -> Best:
        with measured(self._processes) as cost:
            latency, answers = drive(self._port, calls, self._headers)
        if name == RESERVING:
            _check_reserved(answers)
        return latency, cost


def _check_reserved(answers: Sequence[Answered]) -> None:
    """A check that holds its order instead would be another measurement."""
    held = [answer for answer in answers if json.loads(answer.body)["reservation"] is None]
    if held:
        raise RuntimeError(f"{len(held)} of {len(answers)} reserved nothing: {held[0].body[:400].decode()}")


_numbers = count(1)
_random = Random(1)


def _buyers(wanted: int) -> list[str]:
    """Drawn from all: two of five are in groups, one of five in a group of fifty."""
    from buyers.models import Buyer

    codes = list(Buyer.objects.filter(name__startswith="Load buyer").order_by("pk").values_list("code", flat=True))
    return [_random.choice(codes) for _ in range(wanted)]


def _minimal(wanted: int) -> list[Call]:
    return [Call("GET", f"/api/v1/bench/open/{code}/") for code in _buyers(wanted)]


def _dry(wanted: int) -> list[Call]:
    return [_check(code, dry_run=True) for code in _buyers(wanted)]


def _dry_of(code: str) -> Maker:
    return lambda wanted: [_check(code, dry_run=True) for _ in range(wanted)]


def _reserving(wanted: int) -> list[Call]:
    return [_check(code, external_id=f"B{next(_numbers)}") for code in _buyers(wanted)]


def _check(code: str, **more: object) -> Call:
    from core.house import today

    asked = {
        "buyer": code,
        "currency": "USD",
        "amount": f"{_random.randint(1_000, 20_000)}.00",
        "terms": "open_account",
        "terms_days": 60,
        "planned_ship_date": (today() + timedelta(days=20)).isoformat(),
    }
    key = "" if more.get("dry_run") else f"bench-{_random.getrandbits(96):x}"
    return Call("POST", "/api/v1/order-checks/", json.dumps(asked | more).encode(), key)


def _figures(size: str, best: dict[str, Best]) -> list[Figure]:
    minimal = best[MINIMAL][0].p95
    factors = {MINIMAL: 0.0, DRY: DRY_FACTOR, RESERVING: RESERVING_FACTOR}
    return [_figure(size, name, best[name], minimal, factor) for name, factor in factors.items()]


def _figure(size: str, name: str, best: Best, minimal: float, factor: float) -> Figure:
    latency = best[0]
    limit, note = None, latency.text
    if factor:
        limit = limit_at(size, f"{factor:g} x minimal {minimal * 1000:.0f} ms", latency.p95, factor * minimal)
        note += f"; {latency.p95 / minimal:.2f} x minimal"
    return Figure(TOPIC, size, f"{name}, p95 of {CLIENTS} clients", _each(best), REQUESTS, limit, note)


def _settled(size: str, best: dict[str, Best]) -> list[Figure]:
    """One buyer with few and one with many settled invoices, else alike: a limit at every size."""
    few, many = (best[code] for code in credit_world.SETTLED)
    names = [f"dry run, buyer with {settled:,} settled invoices, p95" for settled in credit_world.SETTLED.values()]
    limit = Limit(f"{SETTLED_FACTOR:g} x the one with 20", many[0].p95, SETTLED_FACTOR * few[0].p95)
    note = f"{many[0].text}; {many[0].p95 / few[0].p95:.2f} x"
    return [
        Figure(TOPIC, size, names[0], _each(few), REQUESTS, note=few[0].text),
        Figure(TOPIC, size, names[1], _each(many), REQUESTS, limit, note),
    ]


def _each(best: Best) -> Cost:
    """p95 as wall time, CPU for one request, peaks of the round."""
    latency, cost = best
    client, database = cost.client_cpu_s / REQUESTS, cost.database_cpu_s / REQUESTS
    return Cost(latency.p95, client, database, cost.client_peak_mb, cost.database_peak_mb)
