"""Due dates in words: one reading, or none."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.intake.einvoices.records import DueSource
from invoices.intake.einvoices.terms import due_from_text

ISSUED = date(2018, 6, 5)


@pytest.mark.parametrize(
    ("text", "day", "source"),
    [
        ("14 Tage", date(2018, 6, 19), DueSource.TEXT_DAYS),
        ("net 30", date(2018, 7, 5), DueSource.TEXT_DAYS),
        ("30 Tage netto", date(2018, 7, 5), DueSource.TEXT_DAYS),
        ("Payment within 30 days", date(2018, 7, 5), DueSource.TEXT_DAYS),
        ("30 dagar netto. Dröjsmålsränta:12 %", date(2018, 7, 5), DueSource.TEXT_DAYS),
        ("Paiement à 45 jours", date(2018, 7, 20), DueSource.TEXT_DAYS),
        ("Betaling binnen 8 dagen", date(2018, 6, 13), DueSource.TEXT_DAYS),
        ("收到发票后30天内付款", date(2018, 7, 5), DueSource.TEXT_DAYS),
        (
            "Zahlbar innerhalb 30 Tagen netto bis 04.07.2018, 3% Skonto innerhalb 10 Tagen bis 15.06.2018",
            date(2018, 7, 4),
            DueSource.TEXT_DATE,
        ),
        ("Fällig am 2018-08-01.", date(2018, 8, 1), DueSource.TEXT_DATE),
        ("Due 15/06/2018", date(2018, 6, 15), DueSource.TEXT_DATE),
        ("Zahlbar sofort rein netto", ISSUED, DueSource.ON_RECEIPT),
        ("Due on receipt", ISSUED, DueSource.ON_RECEIPT),
        ("2% Skonto innerhalb 10 Tagen; 30 Tage netto", date(2018, 7, 5), DueSource.TEXT_DAYS),
        ("#SKONTO#TAGE=14#PROZENT=2.00#\nZahlbar netto 30 Tage", date(2018, 7, 5), DueSource.TEXT_DAYS),
    ],
)
def test_words_with_one_reading_give_a_date(text: str, day: date, source: DueSource) -> None:
    due = due_from_text(text=text, issue_date=ISSUED)
    assert (due.day, due.source, due.text) == (day, source, text)


@pytest.mark.parametrize(
    "text",
    [
        "Payment within 10 days, 2% discount",
        "Bei Zahlung innerhalb 14 Tagen gewähren wir 2,0% Skonto.",
        "2 % discount if paid within 2 days\nPenalty percentage 10% from due date",
        "50% prepaid, 50% within one month",
        "30 days end of month",
        "45 jours fin de mois",
        "03/04/2018",
        "Teilbeträge zu den Fälligkeiten 01.07.2018, 01.10.2018",
        "10 days or 20 days",
        "D.LGS. 231/2002 S.M.I",
        "31.02.2018",
        "as agreed",
    ],
)
def test_words_with_two_readings_or_none_are_left_to_a_person(text: str) -> None:
    due = due_from_text(text=text, issue_date=ISSUED)
    assert (due.day, due.source) == (None, DueSource.UNCLEAR)


def test_no_words_are_no_due_date() -> None:
    assert due_from_text(text=" \n", issue_date=ISSUED).source is DueSource.NONE


@given(st.text(max_size=300), st.dates(min_value=date(1950, 1, 1), max_value=date(2150, 1, 1)))
def test_any_words_give_a_date_or_none(text: str, issued: date) -> None:
    due = due_from_text(text=text, issue_date=issued)
    assert (due.day is None) == (due.source in {DueSource.NONE, DueSource.UNCLEAR})
