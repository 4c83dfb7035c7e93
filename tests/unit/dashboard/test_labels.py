"""Every code has its word and every word its colour."""

from enum import StrEnum

import pytest

from alerts.domain.states import AlertState, SubjectType
from buyers.domain.facts import BuyerStatus, EventKind, KycStatus, MergeState, ScreeningResult
from core.domain.roles import Role
from dashboard import labels
from dashboard.figure_words import FORMULAS, NAMES
from dashboard.glossary import TERMS
from invoices.domain.kinds import AgingBasis, EntryKind, Terms
from scoring.domain.weights import DIMENSIONS

TONES = {"good", "fair", "warn", "bad", "worst", "calm"}


@pytest.mark.parametrize(
    ("codes", "table"),
    [
        (Role, labels.ROLES),
        (BuyerStatus, labels.BUYER_STATUS),
        (EventKind, labels.EVENTS),
        (EntryKind, labels.ENTRIES),
        (Terms, labels.TERMS_OF_PAYMENT),
        (KycStatus, labels.KYC),
        (ScreeningResult, labels.SCREENINGS),
        (MergeState, labels.MERGES),
        (AlertState, labels.ALERT_STATES),
        (SubjectType, labels.SUBJECTS),
    ],
)
def test_no_code_is_without_a_word(codes: type[StrEnum], table: dict[str, object]) -> None:
    assert set(table) == set(codes)


def test_colours_are_those_of_the_style_sheet() -> None:
    tables = (labels.GRADES, labels.BUYER_STATUS, labels.EVENTS, labels.ALERT_STATES, labels.SEVERITIES, labels.MERGES)
    assert {label.tone for table in tables for label in table.values()} <= TONES


def test_unknown_code_shows_itself() -> None:
    assert labels.label_of(labels.EVENTS, "strike_at_port").text == "strike at port"


def test_buckets_are_named_by_their_basis() -> None:
    assert labels.bucket_words(AgingBasis.DUE) == ["not due", "1–30", "31–60", "61–90", "91–120", "over 120"]
    assert labels.bucket_words(AgingBasis.INVOICE) == ["0–30", "31–60", "61–90", "91–120", "over 120"]


def test_every_dimension_of_the_score_is_a_term_of_the_glossary() -> None:
    assert set(DIMENSIONS) <= set(TERMS)


def test_every_figure_has_its_formula() -> None:
    assert set(NAMES) == set(FORMULAS)


@pytest.mark.parametrize(
    ("days", "tone"), [(None, "good"), (0, "good"), (1, "warn"), (15, "warn"), (16, "bad"), (31, "worst")]
)
def test_lateness_is_coloured_by_the_thresholds_of_the_warnings(days: int | None, tone: str) -> None:
    assert labels.overdue_tone(days) == tone
