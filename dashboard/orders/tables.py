"""Lists of the order desk: the latest answers, and a buyer's open orders with what they hold of the limit."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dashboard.check_words import RULES
from dashboard.credit_labels import CHECKPOINTS, GATES, OUTCOMES
from dashboard.labels import ORDER_STATUS, TERMS_OF_PAYMENT, word_of
from dashboard.tables import BuyerColumn, DataTable, DateColumn, LabelColumn, MoneyColumn, TextColumn, WordColumn
from dashboard.templatetags.desk import moment


class ChecksTable(DataTable):
    """Answers, newest first."""

    title = _("Latest answers")
    empty = _("Nothing has been asked yet. Fill in the form; a what-if changes nothing.")

    recorded_at = TextColumn(_("when"), css="nowrap")
    buyer = BuyerColumn(_("buyer"), accessor="buyer_name", orderable=False)
    order = TextColumn(_("order"), accessor="order_number", orderable=False)
    amount = MoneyColumn(_("amount"))
    currency = TextColumn(_("currency"))
    checkpoint = WordColumn(_("asked at"), table=CHECKPOINTS, orderable=False)
    outcome = LabelColumn(_("answer"), table=OUTCOMES)
    decided_by = TextColumn(_("decided by"), orderable=False)
    actor_label = TextColumn(_("asked by"), orderable=False)

    def render_recorded_at(self, value: Any, record: Any) -> Any:
        """Linked to the answer."""
        return format_html(
            '<a href="{}">{}</a>', reverse("dashboard:order_check", args=[record.check_id]), moment(value)
        )

    def render_order(self, value: Any) -> Any:
        """A what-if has none."""
        return value or format_html('<span class="soft">{}</span>', gettext("what-if"))

    def render_decided_by(self, value: str) -> Any:
        """The rule in words."""
        return word_of(RULES, value)

    def value_decided_by(self, value: str) -> str:
        """The same for files."""
        return str(word_of(RULES, value))


class OpenOrdersTable(DataTable):
    """Orders of one buyer that have not ended."""

    title = _("Open orders")
    empty = _("The buyer has no open order.")

    external_id = TextColumn(_("order"))
    planned_ship_date = DateColumn(_("planned shipment"))
    amount = MoneyColumn(_("amount"))
    reserved = MoneyColumn(_("holds of the limit"))
    currency = TextColumn(_("currency"))
    terms = WordColumn(_("terms"), table=TERMS_OF_PAYMENT)
    status = LabelColumn(_("status"), table=ORDER_STATUS)
    gate = LabelColumn(_("credit"), table=GATES)
    work = TextColumn(_("action"), accessor="order_id", orderable=False, exclude_from_export=True)

    def render_external_id(self, value: str, record: Any) -> Any:
        """Linked to the desk with this order in the form."""
        url = reverse("dashboard:orders")
        return format_html('<a href="{}?order={}">{}</a>', url, record.order_id, value)

    def render_work(self, record: Any) -> Any:
        """Its hold if there is one, else the answer that it stands on."""
        if record.hold_id:
            return format_html('<a href="{}">{}</a>', reverse("dashboard:hold", args=[record.hold_id]), gettext("hold"))
        if not record.check_id:
            return ""
        return format_html(
            '<a href="{}">{}</a>', reverse("dashboard:order_check", args=[record.check_id]), gettext("why")
        )
