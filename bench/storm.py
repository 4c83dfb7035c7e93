"""Many callers at once, money and limits moving, processes and connections killed; then the judge.

``python -m bench.storm [--clients 200] [--checks 5000]``: status 1 if :mod:`bench.storm_verify` finds anything.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from bench.figures import Figure
from bench.http import Call, drive, product_environment, served
from bench.measure import Cost, Processes, measured
from bench.servers import BASE_DIR, folder_of, instance
from bench.storm_figures import ASKING, DRAINING, JUDGING, TOPIC, Outcome, figures_of
from bench.storm_jobs import Progress, drain, jobs
from bench.storm_records import read_records
from bench.storm_verify import END, Verdict, verify

ROOT = Path("/tmp/duewatch-bench")
PARTS = 4
# What takes longer is cut off and found by the judge: the storm ends in any case.
CLIENTS_S, DRAIN_S = 1_200.0, 900.0
# Looking at every process costs time of its own, and here there are many.
SAMPLE_S = 2.0
# A fresh web worker imports every page at its first request.
WARM_UP = 64
# So that a killed worker's job is soon free again, and nobody is throttled.
QUICK = {"JOB_LEASE_SECONDS": "3", "API_RATE": "1000000000/min", "API_DRY_RUN_RATE": "1000000000/min"}

Watch = Callable[[], AbstractContextManager[Cost]]


@dataclass(frozen=True)
class Weather:
    """How hard it blows."""

    clients: int = 200
    checks: int = 5_000
    kill_every_s: float = 4.0
    seed: int = 1
    parts: int = PARTS
    think_s: float = 0.0


@contextmanager
def clocked() -> Iterator[Cost]:
    """Wall time alone."""
    cost, started = Cost(), time.perf_counter()
    yield cost
    cost.wall_s = time.perf_counter() - started


def blow(
    weather: Weather, *, folder: Path, environment: Mapping[str, str], dsn: str, watch: Watch = clocked
) -> Outcome:
    """The whole storm on the database that Django is set up for; ``dsn`` names it for killer and judge."""
    from bench.storm_trouble import APPLICATION, Business, Killer
    from bench.storm_world import build
    from core.house import today

    folder.mkdir(parents=True, exist_ok=True)
    env = {**environment, **QUICK, "PGAPPNAME": APPLICATION}
    day, outcome = today(), Outcome()
    world = build(day)
    logs = [folder / f"clients{part}.jsonl" for part in range(weather.parts)]
    progress = Progress(logs, weather.checks, dsn)
    with served(folder / "web.log", env) as (port, web), jobs(folder, env) as restart_worker:
        drive(port, [Call("GET", "/api/v1/order-checks/")] * WARM_UP, {"Authorization": f"Api-Key {world.key}"})
        progress.start()
        plan = _plan(weather, world, port, day)
        killer = Killer(web, restart_worker, dsn, weather.kill_every_s)
        business = Business(world, day, weather.seed)
        with watch() as outcome.costs[ASKING], _trouble(business, killer, outcome):
            problems = _clients(folder, plan, logs)
        restart_worker()  # by this thread: what the killer started ended with it
        with watch() as outcome.costs[DRAINING]:
            drain(dsn, DRAIN_S)
        progress.finish()
    with watch() as outcome.costs[JUDGING]:
        outcome.verdict = _judge(dsn, logs)
    outcome.verdict.findings[END] += problems
    return outcome


@contextmanager
def _trouble(business: Any, killer: Any, outcome: Outcome) -> Iterator[None]:
    """Both at work; what they did goes to the outcome."""
    business.start()
    killer.start()
    try:
        yield
    finally:
        killer.finish()
        business.finish()
        outcome.killed, outcome.business = dict(killer.killed), dict(business.done)


def _plan(weather: Weather, world: Any, port: int, day: date) -> dict[str, Any]:
    """All that the clients are told."""
    from bench.storm_trouble import later

    token = "s" * 32
    return {
        "port": port,
        "clients": weather.clients,
        "parts": weather.parts,
        "seed": weather.seed,
        "think_s": weather.think_s,
        "later": later(day),
        "erp": {"Authorization": f"Api-Key {world.key}"},
        "manager": {"Cookie": f"sessionid={world.session}; csrftoken={token}", "X-CSRFToken": token},
        "orders": list(_orders(weather, world.codes, day)),
    }


def _orders(weather: Weather, codes: list[str], day: date) -> Iterator[dict[str, Any]]:
    random = Random(weather.seed)
    for number in range(weather.checks):
        yield {
            "buyer": random.choice(codes),
            "external_id": f"ST{number:05d}",
            "currency": "USD",
            "amount": f"{random.randint(1_000, 20_000)}.00",
            "terms": "open_account",
            "terms_days": 30,
            "planned_ship_date": (day + timedelta(days=20)).isoformat(),
        }


def _clients(folder: Path, plan: dict[str, Any], logs: list[Path]) -> list[str]:
    """The clients in processes of their own, until the last one has its answers; which of them did not end well."""
    (folder / "plan.json").write_text(json.dumps(plan))
    command = [sys.executable, "-m", "bench.storm_client", str(folder / "plan.json")]
    running = [subprocess.Popen([*command, str(part), str(log)], cwd=BASE_DIR) for part, log in enumerate(logs)]
    deadline = time.monotonic() + CLIENTS_S
    try:
        for process in running:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
        ended = [process.poll() for process in running]
        return [f"clients {part} ended with {status}" for part, status in enumerate(ended) if status != 0]
    finally:
        for process in running:
            process.kill()
            process.wait()


def _judge(dsn: str, logs: list[Path]) -> Verdict:
    import psycopg2

    with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
        records = read_records(cursor, logs)
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        deadlocks = cursor.fetchone()
    verdict = verify(records)
    verdict.counts["deadlocks_in_the_database"] = deadlocks[0] if deadlocks else None
    return verdict


def run(home: Path, processes: Processes, weather: Weather) -> tuple[Outcome, list[Figure]]:
    """On an instance of its own, as a topic of the benchmark."""
    from config import settings

    watch = partial(measured, processes, every_s=SAMPLE_S)
    environment = product_environment("config.settings")
    dsn = settings.local.database_url
    outcome = blow(weather, folder=home / "storm", environment=environment, dsn=dsn, watch=watch)
    return outcome, figures_of(outcome, clients=weather.clients, orders=weather.checks)


def main() -> int:
    """A fresh instance, the storm, the verdict."""
    parser = argparse.ArgumentParser(prog="python -m bench.storm", description=__doc__)
    parser.add_argument("--clients", type=int, default=Weather.clients)
    parser.add_argument("--checks", type=int, default=Weather.checks)
    parser.add_argument("--seed", type=int, default=Weather.seed)
    parser.add_argument("--root", type=Path, default=ROOT)
    options = parser.parse_args()
    home = folder_of(options.root, TOPIC)
    shutil.rmtree(home, ignore_errors=True)
    options.root.mkdir(mode=0o755, parents=True, exist_ok=True)
    weather = Weather(clients=options.clients, checks=options.checks, seed=options.seed)
    with instance(home) as postmaster:
        outcome, _ = run(home, Processes(postmaster), weather)
    print(json.dumps(outcome.as_json(), indent=2))
    return 1 if outcome.verdict.violations else 0


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main())
