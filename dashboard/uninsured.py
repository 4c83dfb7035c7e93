"""The exposure that no insurer covers: a tile of Home, and the buyers behind it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.domain.roles import Permission
from dashboard import formats
from dashboard.exports import wanted_export
from dashboard.glossary import TERMS
from dashboard.home_tiles import Tile
from dashboard.pages import PageView
from dashboard.queries.uninsured import UninsuredRow, list_uninsured
from dashboard.tables import BaseMoneyColumn, BuyerColumn, DataTable, ShareColumn, configure

ZERO = Decimal(0)


class UninsuredTable(DataTable):
    """Buyers with an exposure, the largest uninsured part first."""

    title = gettext_lazy("Uninsured exposure")
    empty = gettext_lazy("Nothing could be lost on this date.")

    buyer = BuyerColumn(gettext_lazy("buyer"), accessor="buyer_name")
    exposure = BaseMoneyColumn(gettext_lazy("net exposure,"), tip=TERMS["exposure"].tip)
    insured_limit = BaseMoneyColumn(gettext_lazy("insured limits,"))
    indemnity = BaseMoneyColumn(gettext_lazy("insurers would pay,"))
    uninsured = BaseMoneyColumn(gettext_lazy("uninsured,"))
    share = ShareColumn(gettext_lazy("uninsured %"), accessor="uninsured", orderable=False)
    planned = BaseMoneyColumn(gettext_lazy("planned cover of orders,"))

    def render_exposure(self, value: Decimal, record: UninsuredRow) -> Any:
        """Linked to its documents."""
        url = f"{reverse('dashboard:exposure')}?buyer={record.buyer_code}"
        return format_html('<a href="{}">{}</a>', url, formats.whole(value))

    def render_share(self, record: UninsuredRow) -> str:
        """Of the net exposure."""
        return formats.percent(self.value_share(record))

    def value_share(self, record: UninsuredRow) -> Decimal | None:
        """The bare share."""
        return record.uninsured / record.exposure if record.exposure else None


class UninsuredPage(PageView):
    """``/exposure/uninsured/``"""

    permission = Permission.LIMITS_READ

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The buyers, or the buyers as a file."""
        rows = self.rows()
        table = UninsuredTable(rows, name="uninsured", base_currency=self.page.base_currency)
        return wanted_export(request, table) or self.render(
            "exposure/uninsured.html",
            table=configure(request, table),
            uninsured=sum((row.uninsured for row in rows), ZERO),
            exposure=sum((row.exposure for row in rows), ZERO),
            missing_rates=sorted({code for row in rows for code in row.missing_rates}),
        )

    def rows(self) -> list[UninsuredRow]:
        """As of the date in the header, in its currency."""
        return list_uninsured(as_of=self.page.as_of, rates=self.page.rates, scope=self.page.scope)


class UninsuredTile(UninsuredPage):
    """``/exposure/uninsured/tile/``: what Home asks for once it is shown; read live, so that Home need not wait."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The tile."""
        return self.render("home/_tile.html", tile=tile_of(self.rows(), self.page.base_currency))


def tile_of(rows: Sequence[UninsuredRow], base: str) -> Tile:
    """The sum over all buyers, and how much of the exposure it is."""
    uninsured = sum((row.uninsured for row in rows), ZERO)
    exposure = sum((row.exposure for row in rows), ZERO)
    more = _("%(share)s of an exposure of %(amount)s") % {
        "share": formats.percent(uninsured / exposure if exposure else None),
        "amount": formats.whole(exposure),
    }
    return Tile(_("Uninsured exposure"), formats.whole(uninsured), base, tip(), url(), more=more)


def waiting_tile() -> Tile:
    """Its place on Home until the figure is there; without scripts it leads to the rows."""
    return Tile(_("Uninsured exposure"), "…", "", tip(), url(), more=_("being added up"))


def tip() -> str:
    """What the figure means."""
    formula = _("Σ of net exposure − covered × insured %, buyer by buyer; deductible and first loss not included")
    return f"{TERMS['exposure'].tip}\n= {formula}"


def url() -> str:
    """The rows behind it."""
    return reverse("dashboard:uninsured")
