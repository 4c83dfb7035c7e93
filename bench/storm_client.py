"""Some of the storm's clients, in a process of their own: they ask, ask again, cancel and release over HTTP.

``python -m bench.storm_client PLAN.json PART LOG.jsonl``. Whatever they hear is written down, one line for each try.
Nothing of the product is imported: they know its addresses and nothing else.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import IO, Any

TIMEOUT_S = 30.0
PATIENCE_S = 120.0
# How many of a hundred orders are sent again, cancelled, released by a manager where they are held.
AGAIN, CANCELLED, RELEASED = 15, 25, 12
TRY_LATER = frozenset({"idempotency_key_in_use", "throttled"})

Row = dict[str, Any]


class Client(threading.Thread):
    """One caller with a connection of its own."""

    def __init__(self, plan: Row, orders: list[Row], log: _Log, seed: int) -> None:
        super().__init__()
        self._plan = plan
        self._orders = orders
        self._log = log
        self._random = Random(seed)
        self._connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        """Each order in turn, with whatever becomes of it."""
        for order in self._orders:
            time.sleep(2 * self._plan["think_s"] * self._random.random())
            self._one(order)

    def _one(self, order: Row) -> None:
        name = order["external_id"]
        asked = self._until_answered("check", name, "/api/v1/order-checks/", order)
        if self._random.randrange(100) < AGAIN:
            self._until_answered("check", name, "/api/v1/order-checks/", order)
        if asked is None or asked["status"] != 201:
            return
        place = f"/api/v1/order-checks/{asked['check']}"
        if not asked["approved"] and self._random.randrange(100) < RELEASED:
            self._until_answered("release", name, f"{place}/release/", self._release(order), as_manager=True)
        elif self._random.randrange(100) < CANCELLED:
            self._until_answered("cancel", name, f"{place}/cancel/", {"reason": "storm"})

    def _release(self, order: Row) -> Row:
        terms = {"valid_until": self._plan["later"], "review_on": self._plan["later"], "reason": "storm"}
        return {"amount": order["amount"], "tolerance_percent": "5.00", **terms}

    def _until_answered(self, kind: str, name: str, path: str, body: Row, *, as_manager: bool = False) -> Row | None:
        """The same request with the same key until there is an answer; None after two minutes without."""
        deadline, tries = time.monotonic() + PATIENCE_S, 0
        while time.monotonic() < deadline:
            row = {
                "kind": kind,
                "key": f"{kind}-{name}",
                "order": name,
                **self._try(kind, name, path, body, as_manager),
            }
            self._log.write(row)
            if 0 < row["status"] < 500 and row["code"] not in TRY_LATER:
                return row
            tries += 1
            time.sleep(min(1.0, 0.05 * tries) * (0.5 + self._random.random()))
        return None

    def _try(self, kind: str, name: str, path: str, body: Row, as_manager: bool) -> Row:
        headers = {"Content-Type": "application/json", "Idempotency-Key": f"{kind}-{name}"}
        headers |= self._plan["manager"] if as_manager else self._plan["erp"]
        try:
            status, text = self._send(path, json.dumps(body).encode(), headers)
        except (OSError, http.client.HTTPException):
            self._close()
            return _row(0, b"")
        return _row(status, text)

    def _send(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._plan["port"], timeout=TIMEOUT_S)
        self._connection.request("POST", path, body=body, headers=headers)
        response = self._connection.getresponse()
        return response.status, response.read()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


class _Log:
    """One file for all clients of this process; a line is written whole."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._lock = threading.Lock()

    def write(self, row: Row) -> None:
        with self._lock:
            self._file.write(json.dumps(row) + "\n")
            self._file.flush()


def _row(status: int, text: bytes) -> Row:
    """What a try brought: the answer's hash, and of its content what the judge needs."""
    try:
        content = json.loads(text) if text else {}
    except ValueError:
        content = {}
    return {
        "status": status,
        "hash": hashlib.sha256(text).hexdigest(),
        "code": str(content.get("code", "")),
        "cause": str(content.get("cause", "")),
        "check": content.get("id"),
        "outcome": content.get("outcome"),
        "approved": content.get("is_approved"),
        "at": time.time(),
    }


def _clients(plan: Row, part: int, log: _Log) -> Iterator[Client]:
    """This process's share of the clients, each with its share of the orders."""
    for number in range(part, plan["clients"], plan["parts"]):
        yield Client(plan, plan["orders"][number :: plan["clients"]], log, plan["seed"] * 10_000 + number)


def main(arguments: list[str]) -> int:
    """Run this process's clients to the end."""
    plan_path, part, log_path = arguments
    plan = json.loads(Path(plan_path).read_text())
    with Path(log_path).open("a") as file:
        clients = list(_clients(plan, int(part), _Log(file)))
        for client in clients:
            client.start()
        for client in clients:
            client.join()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
