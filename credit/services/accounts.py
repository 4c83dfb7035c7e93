"""Credit accounts: made when first needed, and locked in one order before anything is decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from credit.models import CreditAccount


@dataclass(frozen=True, slots=True)
class LockedAccounts:
    """The accounts of a decision, locked until the transaction ends; ``known_at`` is the moment after the lock.

    ``buyer_id`` is the survivor's where the buyer was merged.
    """

    buyer_id: int
    group_id: int | None
    buyer_account: CreditAccount
    group_account: CreditAccount | None
    known_at: datetime


def lock_accounts(buyer_id: int) -> LockedAccounts:
    """Lock the group's account, then the buyer's, and hold the buyer where it is until the transaction ends.

    Must run inside a transaction, before any other lock. Raises ``buyer_not_found``; ``not_approved`` if the locks do
    not come in time or the buyer keeps moving between groups.
    """
    raise NotImplementedError


def account_of_buyer(buyer_id: int) -> CreditAccount:
    """The account of the buyer (its survivor's), made now if there is none."""
    raise NotImplementedError


def account_of_group(group_id: int) -> CreditAccount:
    """The account that the group's members share, made now if there is none."""
    raise NotImplementedError
