"""The list of what came in, from every source."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from dashboard.intake_labels import INCOMING_STATES, RECORD_KINDS, WAYS
from dashboard.labels import label_of, word_of
from dashboard.pages import choices_of
from dashboard.queries.incoming import IncomingRow, Way, list_incoming
from dashboard.tables import CountColumn, DataTable, MomentColumn, PagedData, TextColumn, WordColumn
from dashboard.templatetags.desk import sums
from dashboard.templatetags.duewatch import tone

TO_DO = "todo"
_PAGES = {Way.FILE: "import", Way.REST: "import_bulk", Way.DOCUMENT: "import_document"}


class IncomingTable(DataTable):
    """What came in, the latest first."""

    title = _("What came in")
    empty = _("Nothing came in here yet. Upload a file above, or give a system an API key.")

    name = TextColumn(_("What"), orderable=False, empty_values=())
    way = WordColumn(_("Way"), table=WAYS, orderable=False)
    source = TextColumn(_("Source"), orderable=False)
    state = TextColumn(_("State"), orderable=False)
    rows_ = CountColumn(_("Rows"), accessor="rows", orderable=False)
    created = CountColumn(_("New"), orderable=False)
    updated = CountColumn(_("Updated"), orderable=False)
    unchanged = CountColumn(_("Unchanged"), orderable=False)
    open_rows = CountColumn(_("To decide"), orderable=False)
    sums = TextColumn(_("Sums"), orderable=False)
    created_at = MomentColumn(_("When"), css="nowrap")
    actor = TextColumn(_("Who"), orderable=False)

    def render_name(self, record: IncomingRow) -> Any:
        """Linked to it."""
        return format_html('<a href="{}">{}</a>', address_of(record), name_of(record))

    def value_name(self, record: IncomingRow) -> str:
        """The name alone."""
        return name_of(record)

    def render_state(self, record: IncomingRow) -> Any:
        """The word in its colour."""
        return tone(label_of(INCOMING_STATES[Way(record.way)], record.state))

    def value_state(self, record: IncomingRow) -> str:
        """The word alone."""
        return str(label_of(INCOMING_STATES[Way(record.way)], record.state).text)

    def render_open_rows(self, record: IncomingRow, value: int) -> Any:
        """Linked to what waits there."""
        if not value:
            return format_html('<span class="zero">{}</span>', 0)
        return format_html('<a class="text-worst" href="{}">{}</a>', address_of(record), f"{value:,}")

    def render_sums(self, value: dict[str, str]) -> Any:
        """By currency."""
        return sums(value)

    def value_sums(self, value: dict[str, str]) -> str:
        """By currency."""
        return ", ".join(f"{currency} {amount}" for currency, amount in value.items())


def address_of(row: IncomingRow) -> str:
    """Where it is shown."""
    return reverse(f"dashboard:{_PAGES[Way(row.way)]}", args=[row.id])


def name_of(row: IncomingRow) -> str:
    """A file by its name, records by what they are."""
    return row.name or f"{word_of(RECORD_KINDS, row.kind)} #{row.id}"


def incoming_of(request: HttpRequest) -> tuple[IncomingTable, dict[str, Any]]:
    """The table that the address asks for, and the choices above it."""
    asked = request.GET.get("way", "")
    way = asked if asked in set(Way) else ""
    is_to_do = request.GET.get("show") == TO_DO
    table = IncomingTable(PagedData(list_incoming(way=way, only_to_do=is_to_do)), name="incoming")
    shows = choices_of({TO_DO: _("to decide")}, TO_DO if is_to_do else "", every=_("all"))
    return table, {"ways": choices_of(WAYS, way, every=_("every way")), "shows": shows}
