"""REST: exchange rates of other sources than the European Central Bank."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from core.api.problems import ParameterError
from core.money import check_currency
from invoices.api_records import RecordOfSource, described
from invoices.bodies_records import PutRateBody
from invoices.intake.convert import EARLIEST, LATEST
from invoices.queries.source_records import SourceRecord
from invoices.queries.source_signals import find_rate
from invoices.serializers_records import PutSourceRateSerializer, SourceRateSerializer
from invoices.services.bulks.rates import RATES, WantedRate, rate_id
from invoices.services.bulks.taking import Row


@described(
    "Rate",
    get=("A source's rate of a day", "As it was told last."),
    put=(
        "Put an exchange rate",
        "Another value for a day on record counts from now on, as a version beside the old one.",
    ),
    problems=(422,),
)
class RateOfSource(RecordOfSource):
    """One rate: its number is currency and day."""

    taking, body_kind = RATES, PutRateBody
    answer_kind, put_answer_kind = SourceRateSerializer, PutSourceRateSerializer

    def number(self, **named: str) -> str:
        """Currency and day."""
        return _number(named["currency"], named["rate_date"])

    def find(self, source: str, external_id: str) -> SourceRecord | None:
        """What is on record."""
        currency, _slash, day = external_id.partition("/")
        return find_rate(source, currency, date.fromisoformat(day))

    def row(self, external_id: str, given: dict[str, Any]) -> Row:
        """What was put."""
        currency, _slash, day = external_id.partition("/")
        rate_date = date.fromisoformat(day)
        return WantedRate(position=1, external_id=external_id, currency=currency, rate_date=rate_date, **given)


def _number(currency: str, rate_date: str) -> str:
    """The rate's number, once currency and day are known to be ones; raises ``currency_unknown``, ``field_invalid``."""
    check_currency(currency)
    try:
        day = date.fromisoformat(rate_date)
    except ValueError:
        day = None
    if day is None or rate_date != day.isoformat() or not EARLIEST <= day <= LATEST:
        detail = _("The day is written as YYYY-MM-DD, within %(expected)s.") % {"expected": f"{EARLIEST} – {LATEST}"}
        raise ParameterError(code="field_invalid", detail=detail, field="rate_date", value=rate_date[:60])
    return rate_id(currency, day)
