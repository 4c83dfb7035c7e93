"""Where debt turns bad: groups and buyers whose overdue grew most in a year, each with its story in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard import formats
from dashboard.context import PageContext
from dashboard.queries.arrears import MonthlyDebt, list_debt_history
from dashboard.queries.movers import Subject, list_subjects
from dashboard.queries.stories import Story, list_stories

SHOWN = 6
NEW_DAYS = 3 * 365
SILENT_DAYS = 60
GROWTH = 2


@dataclass(frozen=True, slots=True)
class Mover:
    """A group or buyer with its debt, how it grew, and why it deserves a look."""

    subject: Subject
    url: str
    growth: Decimal
    overdue_share: Decimal | None
    history: list[float]
    sentences: list[str]


def movers_of(*, totals: Mapping[str, Any] | None, set_id: int, page: PageContext) -> list[Mover]:
    """The subjects with the largest rise of overdue, worst first. ``totals`` None: the reader's own buyers only."""
    subjects = list_subjects(totals=totals, set_id=set_id, as_of=page.as_of, scope=page.scope)
    worst = sorted(subjects, key=lambda subject: subject.overdue - subject.overdue_before, reverse=True)[:SHOWN]
    members = {subject.key: subject.member_ids for subject in worst}
    stories = list_stories(members=members, as_of=page.as_of, rates=page.rates)
    everyone = [buyer_id for subject in worst for buyer_id in subject.member_ids]
    history = list_debt_history(buyer_ids=everyone, as_of=page.as_of, rates=page.rates, months=48)
    return [_mover(subject, stories.get(subject.key), history, page.as_of) for subject in worst]


def _mover(subject: Subject, story: Story | None, history: Mapping[int, Sequence[MonthlyDebt]], as_of: date) -> Mover:
    name = "dashboard:group" if subject.is_group else "dashboard:buyer"
    return Mover(
        subject=subject,
        url=reverse(name, args=[subject.code]),
        growth=subject.overdue - subject.overdue_before,
        overdue_share=subject.overdue / subject.open_amount if subject.open_amount else None,
        history=_summed([history[buyer_id] for buyer_id in subject.member_ids]),
        sentences=_sentences(subject, story, as_of) if story else [],
    )


def _summed(histories: Sequence[Sequence[MonthlyDebt]]) -> list[float]:
    return [float(sum(row.overdue for row in rows)) for rows in zip(*histories, strict=True)]


def _sentences(subject: Subject, story: Story, as_of: date) -> list[str]:
    said = [
        _relations(subject),
        _since(story, as_of),
        _growth(story),
        _drift(story),
        _silence(story, as_of),
    ]
    return [sentence for sentence in said if sentence]


def _relations(subject: Subject) -> str:
    if not subject.is_group:
        return ""
    count = len(subject.member_ids)
    return ngettext("%(count)s related company.", "%(count)s related companies.", count) % {"count": count}


def _since(story: Story, as_of: date) -> str:
    if (as_of - story.first_invoice).days > NEW_DAYS:
        return _("Customer since %(year)s.") % {"year": story.first_invoice.year}
    return _("New customer: first invoice %(month)s.") % {"month": f"{story.first_invoice:%Y-%m}"}


def _growth(story: Story) -> str:
    if not story.sold_before or story.sold < GROWTH * story.sold_before:
        return ""
    return _("Bought %(now)s in 12 months after %(before)s in the 12 before.") % {
        "now": formats.whole(story.sold),
        "before": formats.whole(story.sold_before),
    }


def _drift(story: Story) -> str:
    """Lateness that rose from year to year, or jumped."""
    years = story.lateness
    if len(years) < 2 or years[-1] - years[0] < 10:
        return ""
    return _("Median days late by year: %(years)s.") % {
        "years": " → ".join(formats.grouped(Decimal(days), digits=0) for days in years)
    }


def _silence(story: Story, as_of: date) -> str:
    if story.last_receipt is None:
        return _("Never paid anything.")
    days = (as_of - story.last_receipt).days
    return _("No money for %(days)s days.") % {"days": days} if days >= SILENT_DAYS else ""
