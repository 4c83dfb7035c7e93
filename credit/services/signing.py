"""One person's signature on a request, on the facts as frozen; immutable."""

from __future__ import annotations

from datetime import date

from core.errors import Conflict, Denied
from core.models import User
from core.services import audit
from core.words import sentence as _
from credit.domain.kinds import Verdict
from credit.domain.signatures import Person, StandIn, check_signature
from credit.models import LimitDecision, LimitRequest
from credit.queries.authority import get_stand_in
from credit.queries.request_facts import is_intact
from credit.queries.requests import asking_of, signatures_of


def sign(
    request: LimitRequest, verdict: Verdict, *, actor: User, as_of: date, comment: str, acting_for_id: int | None
) -> LimitDecision:
    """Write the signature if this person may give it; the caller has locked the request.

    Raises what :func:`credit.domain.signatures.check_signature` refuses, and ``facts_altered``.
    """
    if not is_intact(request):
        raise Conflict(
            "facts_altered",
            _("The facts are not those that were frozen with the request: ask again."),
            {"field": "request", "value": request.pk},
        )
    asking, authority = asking_of(request, as_of=as_of)
    check_signature(
        person=Person(actor.pk, actor.role),
        asking=asking,
        authority=authority,
        given=signatures_of(request),
        as_of=as_of,
        stand_in=_stand_in(actor, acting_for_id, as_of),
    )
    decision = LimitDecision.objects.create(
        request=request,
        verdict=verdict,
        actor=actor,
        acting_for_id=acting_for_id,
        authority_version=authority.version,
        facts_hash=request.facts_hash,
        comment=comment,
    )
    _audit(decision, actor)
    return decision


def _stand_in(actor: User, acting_for_id: int | None, as_of: date) -> StandIn | None:
    if acting_for_id is None:
        return None
    found = get_stand_in(deputy_id=actor.pk, user_id=acting_for_id, as_of=as_of)
    if found is None:
        raise Denied(
            "substitute_not_in_force",
            _("You do not stand in for this person on %(as_of)s.", as_of=as_of),
            {"field": "acting_for", "value": acting_for_id},
        )
    return found


def _audit(decision: LimitDecision, actor: User) -> None:
    data = {
        "decision": decision.pk,
        "request": decision.request_id,
        "verdict": decision.verdict,
        "acting_for": decision.acting_for_id,
        "authority_version": decision.authority_version,
        "facts_hash": decision.facts_hash,
    }
    audit.record(
        actor=actor,
        action="credit.limit_request.signed",
        subject_type="limit_request",
        subject_id=decision.request_id,
        data=data,
        rows=[decision],
    )
