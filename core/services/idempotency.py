"""A request that is sent twice is done once: its answer is kept in the transaction of what it answers for.

Two requests with the same key that arrive at once queue at the unique index: the second one waits for the first to end
and then gets its answer, or does the work itself if the first one came to nothing.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from core.errors import Conflict, DomainError
from core.models import IdempotencyKey
from core.queries.prepared import Prepared, fetch_prepared

LOCK_NOT_AVAILABLE = "55P03"
# Deadlock, serialization failure: the database undid everything and asks us to try again.
TRY_AGAIN = frozenset({"40P01", "40001"})
TRIES = 4
LONGEST_PAUSE_SECONDS = 0.05

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Keyed:
    """A request under the key that its caller gave it; ``request_hash`` covers everything that it asks."""

    caller: str
    key: str
    request_hash: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, as it went out; ``is_replay`` if it had been answered before."""

    status: int
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)
    is_replay: bool = False


class Refused(Exception):
    """The work was refused: it is undone, its answer is kept all the same."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class KeyReused(DomainError):
    """The key was used for another request; status 422."""


def answer_once(asked: Keyed, work: Callable[[], Answer]) -> Answer:
    """The answer that the key got before, else that of ``work``, which runs in the transaction that keeps it.

    ``work`` raises :class:`Refused` for an answer that shall be kept while nothing else is; any other exception undoes
    everything and keeps nothing. Raises ``idempotency_key_reused`` and ``idempotency_key_in_use``.
    """
    try:
        with transaction.atomic():
            return _first_answer(asked, work)
    except Refused as refusal:
        refused = refusal.answer
    with transaction.atomic():
        return _first_answer(asked, lambda: refused)


def try_again(work: Callable[[], T]) -> T:
    """The work, repeated if the database chose it as the victim of a deadlock; only outside of a transaction.

    After a short random pause, so that the same two do not meet again.
    """
    for attempt in range(TRIES - 1):
        try:
            return work()
        except Exception as error:
            if connection.in_atomic_block or sqlstate_of(error) not in TRY_AGAIN:
                raise
            time.sleep(random.uniform(0, LONGEST_PAUSE_SECONDS * 2**attempt))
    return work()


def sqlstate_of(error: BaseException | None) -> str | None:
    """The database's code for what lies beneath an exception; None if the database has nothing to do with it."""
    while error is not None:
        code = getattr(error, "pgcode", None)
        if code:
            return str(code)
        error = error.__cause__
    return None


def _first_answer(asked: Keyed, work: Callable[[], Answer]) -> Answer:
    row_id = _claim(asked)
    if row_id is None:
        return _known_answer(asked)
    answer = work()
    body, headers = json.dumps(answer.text), json.dumps(dict(answer.headers))
    fetch_prepared(_KEEP, {"id": row_id, "status": answer.status, "body": body, "headers": headers})
    return answer


_KEEP = Prepared(
    "keep_answer",
    "UPDATE core_idempotencykey SET status = %(status)s, body = %(body)s, headers = %(headers)s WHERE id = %(id)s "
    "RETURNING id",
    {"status": "smallint", "body": "jsonb", "headers": "jsonb", "id": "bigint"},
)


# The wait for another request's end is bounded from within: one statement instead of two.
_CLAIM = Prepared(
    "claim_key",
    """
WITH bound AS MATERIALIZED (SELECT set_config('lock_timeout', %(wait)s, true) AS wait)
INSERT INTO core_idempotencykey (caller, key, request_hash, headers)
SELECT %(caller)s, %(key)s, %(request_hash)s, '{}'::jsonb FROM bound WHERE bound.wait IS NOT NULL
ON CONFLICT (caller, key) DO NOTHING RETURNING id
""",
    {"wait": "text", "caller": "text", "key": "text", "request_hash": "text"},
)


def _claim(asked: Keyed) -> int | None:
    """The id of the key's new row; None if the key is known. Waits for a request under way that has it."""
    params = {"caller": asked.caller, "key": asked.key, "request_hash": asked.request_hash}
    try:
        found = fetch_prepared(_CLAIM, {**params, "wait": f"{settings.IDEMPOTENCY_WAIT_MS}ms"})
    except OperationalError as error:
        if sqlstate_of(error) == LOCK_NOT_AVAILABLE:
            raise _in_use(asked) from error
        raise
    return int(found[0][0]) if found else None


def _known_answer(asked: Keyed) -> Answer:
    row = IdempotencyKey.objects.filter(caller=asked.caller, key=asked.key).first()
    if row is None or row.status is None:
        raise _in_use(asked)
    if row.request_hash != asked.request_hash:
        message = _("This Idempotency-Key was used for another request; take a new one for each new request.")
        raise KeyReused("idempotency_key_reused", message, {"field": "Idempotency-Key", "value": asked.key})
    return Answer(row.status, str(row.body), row.headers, is_replay=True)


def _in_use(asked: Keyed) -> Conflict:
    return Conflict(
        "idempotency_key_in_use",
        _("A request with this Idempotency-Key is under way; send the same request again in a moment."),
        {"field": "Idempotency-Key", "value": asked.key, "retry_after": 1},
    )
