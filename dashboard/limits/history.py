"""How a limit moved: all versions as a table, and the limit in force against the exposure as a chart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.dates import months_back
from credit.models import CreditAccount, CreditLimit
from credit.queries.limit_history import LimitStep, exposure_points, limit_steps
from credit.queries.limits import list_limits
from dashboard.charts import Chart, Series, number
from dashboard.context import PageContext
from dashboard.credit_labels import LIMIT_KINDS
from dashboard.tables import DataTable, DateColumn, LabelColumn, MoneyColumn, TextColumn

MONTHS = 6


class LimitsTable(DataTable):
    """Versions of an account's limits, newest first."""

    title = _("Limits over time")
    empty = _("No limit was ever given.")

    valid_from = DateColumn(_("from"))
    valid_to = DateColumn(_("to"))
    kind = LabelColumn(_("kind"), table=LIMIT_KINDS)
    amount = MoneyColumn(_("limit"))
    currency = TextColumn(_("currency"))
    reason = TextColumn(_("why"), orderable=False, css="wide")
    recorded_by = TextColumn(_("recorded by"), orderable=False)
    recorded_at = DateColumn(_("on"))

    def render_recorded_at(self, record: CreditLimit) -> str:
        """The day."""
        return record.recorded_at.date().isoformat()


def limits_table(account: CreditAccount | None, **kwargs: Any) -> LimitsTable:
    """All versions; an account that does not exist has none."""
    return LimitsTable(list(list_limits(account.pk)) if account else [], name="limits", **kwargs)


def month_ends(as_of: date, months: int = MONTHS) -> list[date]:
    """The last days of the months before, and the day itself."""
    firsts = [months_back(as_of, back) for back in range(months - 1, -1, -1)]
    return [first - timedelta(days=1) for first in firsts] + [as_of]


def history_chart(account: CreditAccount, page: PageContext) -> Chart | None:
    """The limit in force at each month-end, beside a buyer's exposure.

    At the rates of the as-of date, so that the line shows trade and not currencies.
    """
    days = month_ends(page.as_of)
    steps = limit_steps(account.pk, start=days[0], end=page.as_of, rates=page.rates)
    limits = [_on(steps, day) for day in days]
    series = [Series(gettext("limit"), [number(limit) for limit in limits], "ink", as_line="step")]
    nets = _nets(account, days, page)
    if nets:
        series.insert(0, Series(gettext("exposure"), [number(net) for net in nets], "bucket-0"))
    if not any(limits) and not any(nets):
        return None
    return Chart(
        kind="columns",
        summary=gettext("Limit in force and exposure at the month-ends, in %(currency)s.")
        % {"currency": page.base_currency},
        unit=page.base_currency,
        labels=[day.isoformat() for day in days],
        series=series,
    )


def _on(steps: Sequence[LimitStep], day: date) -> Any:
    before = [step for step in steps if step.day <= day]
    return before[-1].limit.allowed_base if before else 0


def _nets(account: CreditAccount, days: Sequence[date], page: PageContext) -> list[Decimal]:
    """A buyer's net exposure on each day; of a group nothing is drawn."""
    if account.buyer_id is None:
        return []
    return [point.exposure.net for point in exposure_points(account.buyer_id, days=days, rates=page.rates)]
