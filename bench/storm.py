"""Many callers at once, money and limits moving, processes and connections killed; then the judge.

``python -m bench.storm [--clients 200] [--checks 5000]``: status 1 if :mod:`bench.storm_verify` finds anything.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from bench.figures import Figure, Limit
from bench.http import Call, drive, product_environment, served
from bench.measure import Cost, Processes, measured
from bench.servers import BASE_DIR, folder_of, instance
from bench.storm_records import read_records
from bench.storm_verify import Verdict, verify

TOPIC = "storm"
ROOT = Path("/tmp/duewatch-bench")
PARTS = 4
LONGEST_S = 900.0
JOBS_S = 900.0
# A fresh web worker imports every page at its first request.
WARM_UP = 64
# So that a killed worker's job is soon free again, and nobody is throttled.
QUICK = {"JOB_LEASE_SECONDS": "3", "API_RATE": "1000000000/min", "API_DRY_RUN_RATE": "1000000000/min"}


@dataclass(frozen=True)
class Weather:
    """How hard it blows."""

    clients: int = 200
    checks: int = 5_000
    kill_every_s: float = 4.0
    seed: int = 1
    parts: int = PARTS
    think_s: float = 0.0


@dataclass
class Outcome:
    """What was done, killed and found."""

    verdict: Verdict
    seconds: float
    killed: dict[str, int] = field(default_factory=dict)
    business: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For a terminal."""
        done = {"seconds": round(self.seconds, 1), "killed": self.killed, "business": self.business}
        return {**done, **self.verdict.as_json()}


def blow(weather: Weather, *, folder: Path, environment: Mapping[str, str], dsn: str) -> Outcome:
    """The whole storm on the database that Django is set up for; ``dsn`` names it for killer and judge."""
    from bench.storm_trouble import APPLICATION, Business, Killer, wait_for_jobs
    from bench.storm_world import build
    from core.house import today

    folder.mkdir(parents=True, exist_ok=True)
    env = {**environment, **QUICK, "PGAPPNAME": APPLICATION}
    world, day, started = build(today()), today(), time.perf_counter()
    with served(folder / "web.log", env) as (port, web), _jobs(folder, env) as restart_worker:
        drive(port, [Call("GET", "/api/v1/order-checks/")] * WARM_UP, {"Authorization": f"Api-Key {world.key}"})
        business, killer = Business(world, day, weather.seed), Killer(web, restart_worker, dsn, weather.kill_every_s)
        business.start()
        killer.start()
        logs = _clients(weather, folder, _plan(weather, world, port, day))
        killer.finish()
        business.finish()
        restart_worker()  # by this thread: what the killer started ended with it
        wait_for_jobs(JOBS_S)
    outcome = Outcome(_judge(dsn, logs), time.perf_counter() - started)
    outcome.killed, outcome.business = dict(killer.killed), dict(business.done)
    return outcome


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


def _clients(weather: Weather, folder: Path, plan: dict[str, Any]) -> list[Path]:
    """The clients in processes of their own, until the last one has its answers; their logs."""
    (folder / "plan.json").write_text(json.dumps(plan))
    logs = [folder / f"clients{part}.jsonl" for part in range(weather.parts)]
    command = [sys.executable, "-m", "bench.storm_client", str(folder / "plan.json")]
    running = [subprocess.Popen([*command, str(part), str(log)], cwd=BASE_DIR) for part, log in enumerate(logs)]
    try:
        for process in running:
            process.wait(LONGEST_S)
    finally:
        for process in running:
            process.kill()
            process.wait()
    return logs


@contextmanager
def _jobs(folder: Path, env: Mapping[str, str]) -> Iterator[Callable[[], None]]:
    """Worker and beat; yields how to kill the worker and start another one."""
    from config.local import processes
    from config.local.run import worker_command

    started: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        command = [*worker_command(), "--hostname", f"storm{len(started)}@%h"]
        started.append(processes.spawn(command, cwd=BASE_DIR, log=folder / "worker.log", env=env))

    def restart() -> None:
        _kill(started[-1])
        start()

    beat_command = [sys.executable, "-m", "celery", "-A", "config.celery", "beat", "--pidfile=", "--max-interval", "1"]
    start()
    beat = processes.spawn(beat_command, cwd=BASE_DIR, log=folder / "beat.log", env=env)
    try:
        yield restart
    finally:
        for process in (beat, started[-1]):
            processes.stop(process, (signal.SIGTERM, 8.0), (signal.SIGQUIT, 2.0))


def _kill(worker: subprocess.Popen[bytes]) -> None:
    """The whole worker at once, as when its machine goes away."""
    import psutil

    with suppress(psutil.NoSuchProcess):
        for process in (*psutil.Process(worker.pid).children(recursive=True), worker):
            process.kill()
    worker.wait()


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

    with measured(processes) as cost:
        environment = product_environment("config.settings")
        outcome = blow(weather, folder=home / "storm", environment=environment, dsn=settings.local.database_url)
    return outcome, [_figure(outcome, weather, cost)]


def _figure(outcome: Outcome, weather: Weather, cost: Cost) -> Figure:
    counts, found = outcome.verdict.counts, len(outcome.verdict.violations)
    killed = ", ".join(f"{count} {what}" for what, count in outcome.killed.items())
    note = (
        f"{counts['checks']:,} decisions, {counts['approved']:,} approved, {counts['releases']} released, "
        f"{counts['cancelled']} cancelled, {counts['limit_versions']} limit versions, {counts['receipts']} receipts; "
        f"killed: {killed}; {counts['sent_again_same_answer']} requests sent again; "
        f"without answer: {sum(counts['without_answer'].values())}; "
        f"deadlocks: {counts['deadlocks_in_the_database']}; violations: {found}"
    )
    limit = Limit("no violation", float(found), 0.0)
    return Figure(TOPIC, f"{weather.clients} clients", "storm of order checks", cost, weather.checks, limit, note)


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
        outcome, _figures = run(home, Processes(postmaster), weather)
    print(json.dumps(outcome.as_json(), indent=2))
    return 1 if outcome.verdict.violations else 0


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main())
