"""The group page: who stands behind whom, and how the debt of the whole group grew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.access.scope import SYSTEM
from core.domain.roles import Permission
from dashboard.charts import Chart, Series
from dashboard.context import PageContext
from dashboard.exports import wanted_export
from dashboard.group_credit import credit_of
from dashboard.pages import PageView
from dashboard.queries.arrears import MonthlyDebt, list_debt_history
from dashboard.queries.groups import Member, get_group
from dashboard.queries.owed import Owed, list_owed
from dashboard.queries.scores import list_grades
from dashboard.tables import (
    BaseMoneyColumn,
    BuyerColumn,
    CountryColumn,
    DataTable,
    DaysColumn,
    GradeColumn,
    PercentColumn,
    ShareColumn,
    TextColumn,
    configure,
)

COLOURS = ("accent", "bucket-2", "bucket-4", "bucket-1", "fair", "bucket-5", "bucket-3", "calm")


@dataclass(frozen=True, slots=True)
class EntityRow:
    """One legal entity of the group."""

    buyer_code: str
    buyer_name: str
    buyer_name_zh: str
    country: str
    parent: str | None
    share: Decimal | None
    grade: str | None
    open_amount: Decimal
    overdue: Decimal
    overdue_share: Decimal | None
    over_90: Decimal
    oldest_days: int | None


@dataclass(frozen=True, slots=True)
class Hidden:
    """Siblings outside what the reader may see, as one sum."""

    entities: int
    owed: Owed


@dataclass(frozen=True, slots=True)
class Branch:
    """An entity and what it holds, for the tree."""

    member: Member
    row: EntityRow
    children: list[Branch]


class EntitiesTable(DataTable):
    """Exposure and lateness per entity."""

    title = gettext_lazy("Entities of the group")
    empty = gettext_lazy("The group has no members on this date.")
    buyer = BuyerColumn(gettext_lazy("entity"), accessor="buyer_name")
    country = CountryColumn(gettext_lazy("country/region"))
    parent = TextColumn(gettext_lazy("held by"))
    share = PercentColumn(gettext_lazy("share"))
    grade = GradeColumn(gettext_lazy("grade"))
    open_amount = BaseMoneyColumn(gettext_lazy("open"))
    overdue = BaseMoneyColumn(gettext_lazy("overdue"))
    overdue_share = ShareColumn(gettext_lazy("overdue %"))
    over_90 = BaseMoneyColumn(gettext_lazy("over 90 days"))
    oldest_days = DaysColumn(gettext_lazy("oldest, days past due"))


class GroupPage(PageView):
    """``/groups/<code>/``"""

    permission = Permission.BUYER_READ

    def get(self, request: HttpRequest, code: str) -> HttpResponseBase:
        """Tree, table and the growth of the debt."""
        page = self.page
        group, members = get_group(code=code, as_of=page.as_of, scope=page.scope)
        owed = owed_by_buyer([member.buyer_id for member in members], page)
        rows = entity_rows(members, owed, page)
        table = EntitiesTable(list(rows.values()), name="entities", base_currency=page.base_currency)
        table.order_by = "-open_amount"
        export = wanted_export(request, table)
        return export or self.render(
            "group/group.html",
            group=group,
            table=configure(request, table, per_page=100),
            total=_sum(owed.values()),
            hidden=hidden_of(members, owed),
            tree=tree_of(members, rows),
            chart=history_chart(members, page),
            worst=max(rows.values(), key=lambda row: row.overdue, default=None),
            **credit_of(group, members, page),
        )


def owed_by_buyer(buyer_ids: Sequence[int], page: PageContext) -> dict[int, Owed]:
    """What each entity owes in base currency: the whole group, so that the hidden part can be summed."""
    found: dict[int, Owed] = {buyer_id: Owed() for buyer_id in buyer_ids}
    rows = list_owed(buyer_ids=buyer_ids, as_of=page.as_of, rates=page.rates, scope=SYSTEM)
    for row in rows:
        found[row.buyer_id] = found.get(row.buyer_id, Owed()).plus(row.base)
    return found


def entity_rows(members: Sequence[Member], owed: Mapping[int, Owed], page: PageContext) -> dict[int, EntityRow]:
    """One row for each entity that the reader may see."""
    grades = list_grades(buyer_ids=[member.buyer_id for member in members], as_of=page.as_of)
    names = {member.buyer_id: member.name if member.is_visible else _("another entity") for member in members}
    return {
        member.buyer_id: EntityRow(
            buyer_code=member.code,
            buyer_name=member.name,
            buyer_name_zh=member.name_zh,
            country=member.country,
            parent=names.get(member.parent_id) if member.parent_id else None,
            share=member.share,
            grade=grades.get(member.buyer_id),
            open_amount=owed[member.buyer_id].total,
            overdue=owed[member.buyer_id].overdue,
            overdue_share=owed[member.buyer_id].overdue_share,
            over_90=owed[member.buyer_id].over_90,
            oldest_days=owed[member.buyer_id].oldest_days,
        )
        for member in members
        if member.is_visible
    }


def hidden_of(members: Sequence[Member], owed: Mapping[int, Owed]) -> Hidden | None:
    """The rest of the group as one sum; None if nothing is hidden."""
    hidden = [member.buyer_id for member in members if not member.is_visible]
    return Hidden(len(hidden), _sum(owed[buyer_id] for buyer_id in hidden)) if hidden else None


def _sum(parts: Any) -> Owed:
    total = Owed()
    for part in parts:
        total = total.plus(part)
    return total


def tree_of(members: Sequence[Member], rows: Mapping[int, EntityRow]) -> list[Branch]:
    """Entities under their parents; an entity whose parent is unknown or hidden stands at the top."""
    shown = [member for member in members if member.buyer_id in rows]
    children: dict[int | None, list[Member]] = {}
    for member in shown:
        above = member.parent_id if member.parent_id in rows else None
        children.setdefault(above, []).append(member)
    return _branches(None, children, rows, seen=frozenset())


def _branches(
    parent: int | None,
    children: Mapping[int | None, list[Member]],
    rows: Mapping[int, EntityRow],
    *,
    seen: frozenset[int],
) -> list[Branch]:
    """Depth first; mutual shareholdings end where they come round."""
    return [
        Branch(
            member,
            rows[member.buyer_id],
            _branches(member.buyer_id, children, rows, seen=seen | {member.buyer_id}),
        )
        for member in children.get(parent, [])
        if member.buyer_id not in seen
    ]


def history_chart(members: Sequence[Member], page: PageContext) -> Chart | None:
    """Overdue at each month-end, one layer for each entity that the reader may see."""
    shown = [member for member in members if member.is_visible]
    history = list_debt_history(
        buyer_ids=[member.buyer_id for member in shown], as_of=page.as_of, rates=page.rates, months=60
    )
    late = [member for member in shown if any(row.overdue for row in history[member.buyer_id])]
    if not late:
        return None
    return Chart(
        kind="areas",
        summary=_("Overdue of each entity at the month-ends, in %(currency)s.") % {"currency": page.base_currency},
        unit=page.base_currency,
        labels=[row.day.isoformat()[:7] for row in history[late[0].buyer_id]],
        series=[
            Series(member.name, _overdue(history[member.buyer_id]), COLOURS[place % len(COLOURS)])
            for place, member in enumerate(late)
        ],
    )


def _overdue(history: Sequence[MonthlyDebt]) -> list[float]:
    return [float(row.overdue) for row in history]
