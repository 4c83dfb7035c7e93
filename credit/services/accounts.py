"""Credit accounts: made when first needed, and locked in one order before anything is decided.

Lock order of every decision: the group's account, the buyer's account, then the buyer's row (shared: it keeps group
and merge where they are), then orders and holds. Postings take none of these.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction

from buyers.queries.merges import get_survivor_id
from buyers.queries.records import no_buyer
from core.errors import DomainError, NotFound
from core.queries.prepared import Prepared, fetch_prepared, planned_once_until_end
from core.services.outbox.publishing import one_look
from core.words import sentence as _
from credit.models import CreditAccount

TRIES = 3

logger = logging.getLogger(__name__)


class NotApproved(DomainError):
    """No answer could be found, which is a no: nothing was stored or reserved. ``params["cause"]`` says why:
    ``lock_timeout``, ``timeout``, ``deadlock``, ``connection``, ``membership_moving`` or ``error``."""

    status = 503

    def __init__(self, cause: str, message: str) -> None:
        super().__init__("not_approved", message, {"cause": cause})


@dataclass(frozen=True, slots=True)
class LockedAccounts:
    """The accounts of a decision, locked until the transaction ends; ``known_at`` is the moment after the lock.

    ``buyer_id`` is the survivor's where the buyer was merged.
    """

    buyer_id: int
    group_id: int | None
    account_ids: tuple[int, ...]
    known_at: datetime


class _Party(NamedTuple):
    """The buyer as it is read, its group, and all groups that it is in now or will be by what is on record."""

    buyer_id: int
    group_id: int | None
    group_ids: tuple[int, ...]


class _Moved(Exception):
    """The buyer was in another group, or merged, by the time its accounts were locked."""


def lock_accounts(buyer_id: int) -> LockedAccounts:
    """Lock the group's account, then the buyer's, and hold the buyer where it is until the transaction ends.

    Must run inside a transaction, before any other lock. Raises ``buyer_not_found``, and :class:`NotApproved` if the
    buyer keeps moving between groups. A lock that does not come in time raises the database's error; see
    :func:`failing_closed`.
    """
    party, _members = _read(buyer_id)
    for _try in range(TRIES):
        try:
            with transaction.atomic():  # a savepoint: to give up its locks again
                return _lock(buyer_id, party)
        except _Moved:
            party, _members = _read(buyer_id)
    raise NotApproved("membership_moving", _("The buyer is just being moved between groups; ask again."))


# A membership that begins later counts at once: two groups are then locked, which is safe.
_PARTY = Prepared(
    "decision_party",
    """
SELECT b.id, b.group_id, ARRAY(
    SELECT v.group_id FROM buyers_groupmembership v WHERE v.buyer_id = b.id AND v.group_id IS NOT NULL
      AND v.valid_from >= coalesce((SELECT max(w.valid_from) FROM buyers_groupmembership w
                                    WHERE w.buyer_id = b.id AND w.valid_from < current_date), '-infinity')
    UNION SELECT b.group_id WHERE b.group_id IS NOT NULL ORDER BY 1
), clock_timestamp()
FROM buyers_buyer b WHERE b.id = coalesce(
    (SELECT m.survivor_id FROM buyers_buyermerge m WHERE m.duplicate_id = %(buyer)s AND m.state = 'merged' LIMIT 1),
    %(buyer)s)
""",
    {"buyer": "bigint"},
)

_LOCK = Prepared(
    "lock_accounts",
    """
SELECT a.id FROM credit_creditaccount a WHERE a.buyer_id = %(buyer)s OR a.group_id = ANY(%(groups)s)
ORDER BY a.group_id IS NULL, a.id FOR NO KEY UPDATE
""",
    {"buyer": "bigint", "groups": "bigint[]"},
)

_HOLD = Prepared(
    "hold_buyer",
    "SELECT b.id FROM buyers_buyer b WHERE b.id = ANY(%(records)s) ORDER BY b.id FOR SHARE",
    {"records": "bigint[]"},
)

_MAKE_SQL = "INSERT INTO credit_creditaccount ({kind}_id) VALUES (%s) ON CONFLICT DO NOTHING"


# Each statement of a decision gives up in time; what holds a lock for longer than this is broken.
_TIMEOUTS = "SET LOCAL lock_timeout = {lock_ms:d}; SET LOCAL statement_timeout = {statement_ms:d}"


def _timeouts() -> str:
    return _TIMEOUTS.format(lock_ms=settings.CREDIT_LOCK_TIMEOUT_MS, statement_ms=settings.CREDIT_STATEMENT_TIMEOUT_MS)


def limit_time() -> None:
    """Let the statements of this transaction give up in time."""
    with connection.cursor() as cursor:
        cursor.execute(_timeouts())


@contextmanager
def one_decision() -> Iterator[None]:
    """The same for a transaction that decides about one order: its large statements are planned once, and who is told
    of it is looked up once."""
    with planned_once_until_end(_timeouts()), one_look():
        yield


def _read(buyer_id: int) -> tuple[_Party, datetime]:
    rows = fetch_prepared(_PARTY, {"buyer": buyer_id})
    if not rows:
        raise no_buyer(buyer_id)
    survivor_id, group_id, group_ids, now = rows[0]
    return _Party(survivor_id, group_id, tuple(group_ids)), now


def _lock(buyer_id: int, party: _Party) -> LockedAccounts:
    accounts = _lock_rows(party)
    if len(accounts) <= len(party.group_ids):
        _make(party)
        accounts = _lock_rows(party)
    fetch_prepared(_HOLD, {"records": sorted({buyer_id, party.buyer_id})})
    still, known_at = _read(buyer_id)
    if still != party:
        raise _Moved
    return LockedAccounts(party.buyer_id, party.group_id, accounts, known_at)


def _lock_rows(party: _Party) -> tuple[int, ...]:
    rows = fetch_prepared(_LOCK, {"buyer": party.buyer_id, "groups": list(party.group_ids)})
    return tuple(row[0] for row in rows)


def _make(party: _Party) -> None:
    with connection.cursor() as cursor:
        for group_id in party.group_ids:
            cursor.execute(_MAKE_SQL.format(kind="group"), [group_id])
        cursor.execute(_MAKE_SQL.format(kind="buyer"), [party.buyer_id])


@contextmanager
def failing_closed() -> Iterator[None]:
    """Whatever goes wrong inside is a no: refusals pass as they are, everything else is :class:`NotApproved`."""
    try:
        yield
    except DomainError:
        raise
    except (OperationalError, InterfaceError) as problem:
        cause = _cause_of(getattr(problem.__cause__, "pgcode", None))
        logger.warning("No decision: %s (%s)", cause, problem)
        raise NotApproved(
            cause, _("The database gave no answer in time, so nothing is approved; ask again.")
        ) from problem
    except Exception as problem:
        logger.exception("No decision: an error")
        raise NotApproved("error", _("The check failed, so nothing is approved; ask again.")) from problem


_CAUSES = {"55P03": "lock_timeout", "57014": "timeout", "40P01": "deadlock"}
# Classes 08 and 57P: the connection or the server went away; a connection that broke tells no code at all.
_GONE = ("08", "57P")


def _cause_of(state: str | None) -> str:
    if state is None or state.startswith(_GONE):
        return "connection"
    return _CAUSES.get(state, "error")


def lock_account(account_id: int) -> CreditAccount:
    """Lock one account as a check does, before its limit is changed: a buyer's together with its group's.

    Raises ``account_not_found``.
    """
    account = CreditAccount.objects.filter(pk=account_id).first()
    if account is None:
        params = {"field": "account", "value": str(account_id)}
        raise NotFound(
            "account_not_found", _("There is no credit account %(account_id)s.", account_id=account_id), params
        )
    if account.buyer_id is not None:
        lock_accounts(account.buyer_id)
    else:
        CreditAccount.objects.select_for_update(no_key=True).get(pk=account_id)
    return account


def account_of_buyer(buyer_id: int) -> CreditAccount:
    """The account of the buyer (its survivor's), made now if there is none."""
    return CreditAccount.objects.get_or_create(buyer_id=get_survivor_id(buyer_id))[0]


def account_of_group(group_id: int) -> CreditAccount:
    """The account that the group's members share, made now if there is none."""
    return CreditAccount.objects.get_or_create(group_id=group_id)[0]
