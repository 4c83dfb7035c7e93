"""A client of Duewatch's REST API in plain Python 3.11, to copy and change: pages, changes, bulks, and what may break.

    client = Duewatch("http://localhost:8000", os.environ["KEY"])
    for invoice in client.rows("invoices", open_amount__gt="0", fields="number,open_amount"):
        ...
    client.put("invoices/ERP/F-1001", {"buyer": "0042", ...})
    bulk = client.bulk("invoices", records, totals={"rows": 2, "sums": {"USD": "1700.00"}})

Whatever breaks on the way is sent again, which never doubles anything: a PUT says how things are, and a bulk carries an
Idempotency-Key made of its content.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

TRIES = 6
TIMEOUT_S = 120
# Come back later: too many requests, the same key still under way, or an outage.
LATER = {429, 500, 502, 503, 504}
UNDER_WAY = "idempotency_key_in_use"


class Refused(Exception):
    """What the API refused, with its problem: decide by ``code``."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{problem.get('code')}: {problem.get('detail')} (request {problem.get('request_id')})")
        self.problem = problem
        self.code = str(problem.get("code", ""))


class Duewatch:
    """One system's way in."""

    def __init__(self, address: str, key: str) -> None:
        self._address = address.rstrip("/")
        self._headers = {"Authorization": f"Api-Key {key}", "Accept-Encoding": "gzip", "Accept": "application/json"}

    def rows(self, name: str, **parameters: str) -> Iterator[dict[str, Any]]:
        """Every row of a list, page after page: ``rows("invoices", due_date__lt="2026-04-01")``."""
        url: str | None = f"{self._address}/api/v1/{name}/?{urlencode(parameters)}"
        while url:
            page, _headers = self._send("GET", url)
            yield from page["results"]
            url = page["next"]

    def get(self, name: str) -> tuple[dict[str, Any], str | None]:
        """One thing, and its ETag: send it back with :meth:`put` to change just this version."""
        found, headers = self._send("GET", f"{self._address}/api/v1/{name}/")
        return found, headers.get("ETag")

    def put(self, name: str, record: Mapping[str, Any], *, etag: str | None = None) -> dict[str, Any]:
        """Say how one record is; the answer's ``outcome`` is created, updated or unchanged."""
        headers = {"If-Match": etag} if etag else {}
        return self._send("PUT", f"{self._address}/api/v1/{name}/", _packed(record), headers)[0]

    def bulk(
        self, kind: str, records: Iterable[Mapping[str, Any]], *, totals: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Many records in one call, with their control totals; waits for a large one. Raises Refused as a whole."""
        lines = [*([{"control_totals": totals}] if totals else []), *records]
        body = "".join(json.dumps(line) + "\n" for line in lines).encode()
        headers = {
            "Content-Type": "application/x-ndjson",
            "Idempotency-Key": f"{kind}-{hashlib.sha256(body).hexdigest()}",
        }
        url = f"{self._address}/api/v1/{kind}/bulk/"
        return self._finished(self._send("POST", url, gzip.compress(body, mtime=0), headers)[0])

    def quarantined(self, bulk: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The records of a bulk that wait to be corrected, each with its problem."""
        return self.rows(f"bulks/{bulk['id']}/records", outcome="quarantined")

    def _finished(self, bulk: dict[str, Any]) -> dict[str, Any]:
        wait_s = 0.2
        while bulk["state"] in ("queued", "running"):
            time.sleep(wait_s)
            wait_s = min(wait_s * 2, 5.0)
            bulk = self.get(f"bulks/{bulk['id']}")[0]
        if bulk["state"] != "done":
            raise Refused(bulk["problem"] or {"code": bulk["state"]})
        return bulk

    def _send(
        self, method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[dict[str, Any], Mapping[str, str]]:
        packing = {"Content-Encoding": "gzip", "Content-Type": "application/json"} if body is not None else {}
        request = Request(url, body, {**self._headers, **packing, **(headers or {})}, method=method)  # noqa: S310
        for tried in range(1, TRIES + 1):
            try:
                with urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310 - the address is the caller's own
                    return _read(answer), answer.headers
            except HTTPError as refusal:
                problem = _read(refusal)
                if tried == TRIES or not (refusal.code in LATER or problem.get("code") == UNDER_WAY):
                    raise Refused(problem) from refusal
                wait_s = float(refusal.headers.get("Retry-After") or 2**tried)
            except (OSError, HTTPException):
                if tried == TRIES:
                    raise
                wait_s = 2.0**tried
            time.sleep(wait_s)
        raise AssertionError("not reached")


def _packed(record: Mapping[str, Any]) -> bytes:
    return gzip.compress(json.dumps(record).encode(), mtime=0)


def _read(answer: Any) -> dict[str, Any]:
    content = answer.read()
    if answer.headers.get("Content-Encoding") == "gzip":
        content = gzip.decompress(content)
    try:
        found: dict[str, Any] = json.loads(content)
    except ValueError:  # a proxy on the way has spoken
        found = {"code": "no_json", "detail": content[:200].decode(errors="replace")}
    return found
