"""Delegation of authority as data: versions of the bands, and substitutes with dates. Director only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection, transaction

from core.access.scope import require
from core.domain.reasons import check_reason
from core.domain.roles import Permission, is_granted
from core.errors import Conflict, DomainError, NotFound
from core.models import User
from core.services import audit
from core.words import Sentence
from core.words import sentence as _
from credit.domain.authority import Authority, Band, check_authority
from credit.models import AuthorityVersion, Substitute
from credit.queries.authority import current_authority


@dataclass(frozen=True, slots=True)
class BandRow:
    """Who may approve how much uninsured exposure of buyers of which grades; ``up_to`` None: without bound."""

    role: str
    grades: str
    up_to: Decimal | None


@transaction.atomic
def change_authority(
    *, bands: Sequence[BandRow], currency: str, cosign_above: Decimal, version: int, actor: User, reason: str
) -> AuthorityVersion:
    """Store the whole delegation as a new version; ``version`` is the one the change was made from (0: default).

    Needs ``authority:change``. Raises ``authority_invalid``, ``reason_missing`` or ``authority_changed``. What was
    signed stays signed; a request that still waits is decided by the version of that moment.
    """
    require(actor, Permission.AUTHORITY_CHANGE)
    rows = tuple(Band(band.role, band.grades, band.up_to) for band in bands)
    check_authority(authority=Authority(currency, rows, cosign_above, version))
    check_reason(reason)
    _lock()
    if current_authority().version != version:
        raise Conflict(
            "authority_changed",
            _("Somebody else has changed the delegation; look again."),
            {"field": "version", "value": version},
        )
    row = AuthorityVersion.objects.create(
        version=version + 1,
        currency=currency,
        bands=[_band(band) for band in rows],
        cosign_above=cosign_above,
        reason=reason.strip(),
        created_by=actor,
    )
    data = {"version": row.version, "currency": currency, "bands": row.bands, "cosign_above": str(cosign_above)}
    _audit(actor, "credit.authority.changed", "authority", row.version, data, [row])
    return row


@transaction.atomic
def name_substitute(
    *, user_id: int, deputy_id: int, starts_on: date, ends_on: date, actor: User, as_of: date
) -> Substitute:
    """``deputy`` may decide in place of ``user`` from a date to a date, both included.

    Needs ``authority:change``. Raises ``substitute_invalid``: both must decide on limits themselves, be two people,
    and the days lie ahead.
    """
    require(actor, Permission.AUTHORITY_CHANGE)
    if user_id == deputy_id:
        raise _invalid("deputy", deputy_id, _("Nobody stands in for themselves."))
    for field, pk in (("user", user_id), ("deputy", deputy_id)):
        _check_person(field, pk)
    if ends_on < starts_on:
        raise _invalid(
            "ends_on", ends_on, _("The last day must not be before the first (%(starts_on)s).", starts_on=starts_on)
        )
    if starts_on < as_of:
        raise _invalid("starts_on", starts_on, _("The first day must not be before today (%(as_of)s).", as_of=as_of))
    row = Substitute.objects.create(
        user_id=user_id, deputy_id=deputy_id, starts_on=starts_on, ends_on=ends_on, created_by=actor
    )
    _audit(actor, "credit.substitute.named", "user", user_id, _substitute(row))
    return row


@transaction.atomic
def end_substitute(substitute_id: int, *, ends_on: date, actor: User, as_of: date) -> Substitute:
    """End it earlier, at the earliest yesterday; one that never came into force is taken away.

    Needs ``authority:change``. Raises ``substitute_unknown``, ``substitute_invalid``.
    """
    require(actor, Permission.AUTHORITY_CHANGE)
    row = Substitute.objects.select_for_update().filter(pk=substitute_id).first()
    if row is None:
        raise NotFound(
            "substitute_unknown",
            _("There is no substitute %(substitute_id)s.", substitute_id=substitute_id),
            {"field": "substitute", "value": substitute_id},
        )
    if ends_on >= row.ends_on:
        raise _invalid("ends_on", ends_on, _("Name a day before %(ends_on)s.", ends_on=row.ends_on))
    if ends_on < as_of - timedelta(days=1):
        raise _invalid("ends_on", ends_on, _("What was decided stands: name yesterday or a later day."))
    row.ends_on = ends_on
    _audit(actor, "credit.substitute.ended", "user", row.user_id, _substitute(row))
    if ends_on < row.starts_on:
        row.delete()
    else:
        row.save(update_fields=["ends_on"])
    return row


def _check_person(field: str, user_id: int) -> None:
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or not is_granted(user.role, Permission.LIMIT_DECIDE):
        raise _invalid(field, user_id, _("Choose somebody who decides on limits."))


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('credit.authority'))")


def _band(band: Band) -> dict[str, str | None]:
    return {"role": band.role, "grades": band.grades, "up_to": None if band.up_to is None else str(band.up_to)}


def _substitute(row: Substitute) -> dict[str, object]:
    return {
        "substitute": row.pk,
        "deputy": row.deputy_id,
        "starts_on": row.starts_on.isoformat(),
        "ends_on": row.ends_on.isoformat(),
    }


def _invalid(field: str, value: object, message: Sentence) -> DomainError:
    return DomainError("substitute_invalid", message, {"field": field, "value": str(value)})


def _audit(
    actor: User,
    action: str,
    subject_type: str,
    subject_id: object,
    data: dict[str, object],
    rows: Sequence[AuthorityVersion] = (),
) -> None:
    audit.record(actor=actor, action=action, subject_type=subject_type, subject_id=subject_id, data=data, rows=rows)
