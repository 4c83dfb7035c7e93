"""Requests for limits with their decisions, as far as an actor may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.access.scope import Scope
from core.models import User
from credit.domain.kinds import RequestState
from credit.models import LimitDecision, LimitRequest


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a person may sign a request now: an error's code and words where not."""

    may_approve: bool
    code: str = ""
    message: str = ""
    acting_for_id: int | None = None


@dataclass(frozen=True, slots=True)
class RequestDetail:
    """One request with its signatures so far."""

    request: LimitRequest
    decisions: Sequence[LimitDecision]
    signatures: int


def list_requests(*, scope: Scope, states: Sequence[RequestState] = (RequestState.PENDING,)) -> list[LimitRequest]:
    """Requests in these states, newest first, with account, buyer or group, and who asked."""
    raise NotImplementedError


def get_request(request_id: int, *, scope: Scope) -> RequestDetail:
    """One request; raises ``request_unknown`` if there is none in the scope."""
    raise NotImplementedError


def standing_of(request: LimitRequest, *, user: User, as_of: date) -> list[Standing]:
    """For a page: may this person sign, for themselves and for each whom they stand in for."""
    raise NotImplementedError
