"""Insurers' limits as a table, and what became of a file of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.queries.sql import fetch_all
from cover.services.insured_files import Loaded
from dashboard.credit_labels import LIMIT_STATES
from dashboard.desk_labels import QUARANTINE_REASONS
from dashboard.labels import word_of
from dashboard.tables import BuyerColumn, DataTable, DateColumn, LabelColumn, MoneyColumn, PercentColumn, TextColumn
from dashboard.templatetags import duewatch

SOON_DAYS = 30

# The latest recorded version of each decision; of an insurer's decisions on a buyer the latest first day counts.
_SQL = """
SELECT * FROM (
  SELECT DISTINCT ON (l.source, l.external_id, l.valid_from)
         l.id, b.code AS buyer_code, b.name AS buyer_name, b.name_zh AS buyer_name_zh, l.insurer, l.policy,
         l.external_id AS number, l.amount, l.currency, l.percent, l.valid_from, l.valid_to, l.conditions,
         NOT EXISTS (SELECT FROM cover_insuredlimit n WHERE n.buyer_id = l.buyer_id AND n.insurer = l.insurer
                     AND n.valid_from > l.valid_from AND n.valid_from <= %(as_of)s) AS is_latest
  FROM cover_insuredlimit l JOIN buyers_buyer b ON b.id = l.buyer_id
  WHERE (%(buyers)s::bigint[] IS NULL OR l.buyer_id = ANY(%(buyers)s))
  ORDER BY l.source, l.external_id, l.valid_from, l.recorded_at DESC
) rows
WHERE (%(with_past)s OR is_latest)
ORDER BY valid_to NULLS LAST, buyer_name, insurer
"""


@dataclass(frozen=True, slots=True)
class InsuredRow:
    """A decision of an insurer."""

    id: int
    buyer_code: str
    buyer_name: str
    buyer_name_zh: str
    insurer: str
    policy: str
    number: str
    amount: Decimal
    currency: str
    percent: Decimal
    valid_from: date
    valid_to: date | None
    conditions: str
    is_latest: bool

    def state_on(self, as_of: date) -> str:
        """In force, ending soon, past, to come, or taken away."""
        if self.valid_from > as_of:
            return "planned"
        if not self.amount:
            return "missing"
        if self.valid_to is None or self.valid_to > as_of + timedelta(days=SOON_DAYS):
            return "in_force"
        return "expiring" if self.valid_to >= as_of else "expired"


class InsuredTable(DataTable):
    """Insurers' limits, those that end first on top."""

    title = _("Insured limits")
    empty = _("No insured limit on record. Add one by hand or load the insurer's file.")

    buyer = BuyerColumn(_("buyer"), accessor="buyer_name")
    insurer = TextColumn(_("insurer"))
    number = TextColumn(_("number"))
    amount = MoneyColumn(_("insured limit"))
    currency = TextColumn(_("currency"))
    percent = PercentColumn(_("insured"))
    valid_from = DateColumn(_("from"))
    valid_to = DateColumn(_("to"))
    state = LabelColumn(_("state"), table=LIMIT_STATES, orderable=False, empty_values=(), accessor="id")
    conditions = TextColumn(_("conditions"), orderable=False, css="wide")

    def __init__(self, data: Any, *, as_of: date, **kwargs: Any) -> None:
        self.as_of = as_of
        super().__init__(data, **kwargs)

    def render_state(self, record: InsuredRow) -> Any:
        """Of the day in the header."""
        return duewatch.tone(LIMIT_STATES[record.state_on(self.as_of)])

    def value_state(self, record: InsuredRow) -> str:
        """The word alone."""
        return str(LIMIT_STATES[record.state_on(self.as_of)].text)


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of a file, or what would."""

    is_dry_run: bool
    counts: list[tuple[Any, int]]
    problems: list[dict[str, Any]]
    omitted: int


def list_insured(*, as_of: date, buyer_ids: list[int] | None = None, with_past: bool = False) -> list[InsuredRow]:
    """Decisions in force, to come or lately ended."""
    parameters = {"as_of": as_of, "buyers": buyer_ids, "with_past": with_past}
    return [InsuredRow(*row) for row in fetch_all(_SQL, parameters)]


def file_lines(loaded: Loaded) -> FileResult:
    """Counts and quarantined rows in words."""
    answer = loaded.as_json()
    words = {
        "rows": _("rows"),
        "created": _("new"),
        "updated": _("corrected"),
        "unchanged": _("on record already"),
        "quarantined": _("not taken"),
    }
    return FileResult(
        is_dry_run=loaded.is_dry_run,
        counts=[(word, answer[name]) for name, word in words.items()],
        problems=[
            {**row, "reason": word_of(QUARANTINE_REASONS, row["reason"]), "message": row["message"]}
            for row in answer["quarantine"][:100]
        ],
        omitted=max(0, answer["quarantined"] - 100),
    )
