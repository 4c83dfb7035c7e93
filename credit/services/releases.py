"""Releases that live: which one lets an order go now, and what ends one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from credit.domain.releases import Given, OrderContent, why_not_covered
from credit.models import Release
from invoices.models import Order


def live_release(order_id: int) -> Release | None:
    """The order's release that has not ended."""
    live = Release.objects.filter(order_id=order_id, ended_at__isnull=True)
    return live.select_related("check_row", "hold").first()


def content_of(order: Order) -> OrderContent:
    """What of the order a release speaks of."""
    return OrderContent(amount=order.amount, currency=order.currency, terms=order.terms, terms_days=order.terms_days)


def covering_release(order: Order, stops: Sequence[str], *, as_of: date, at: datetime) -> Release | None:
    """The release that lets the order go although these rules stop it.

    One that is past its date, or that the order was edited out of, ends here; against a rule that it was not given
    for it does not count, but stays.
    """
    release = live_release(order.pk)
    if release is None:
        return None
    why_not = why_not_covered(given=given_by(release), order=content_of(order), stops=stops, as_of=as_of)
    if why_not in ("expired", "outside"):
        end_release(release, why_not, at=at)
    return None if why_not else release


def given_by(release: Release) -> Given:
    """How far the person let the order go, and against which rules."""
    asked = release.check_row.asked
    return Given(
        order=OrderContent(
            amount=release.amount, currency=release.currency, terms=asked["terms"], terms_days=asked["terms_days"]
        ),
        amount=release.amount,
        tolerance_percent=release.tolerance_percent,
        valid_until=release.valid_until,
        rules=frozenset(release.hold.reasons),
    )


def end_release(release: Release, reason: str, *, at: datetime) -> None:
    """The release counts no more."""
    Release.objects.filter(pk=release.pk, ended_at__isnull=True).update(ended_at=at, end_reason=reason)
