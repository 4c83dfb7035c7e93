"""Tables: one look, one way to sort and page, one way to write cells for people and for files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Protocol, TypeVar

import django_tables2 as tables
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django_tables2.data import TableData

from dashboard import formats, labels
from dashboard.templatetags import desk, duewatch

PER_PAGE = 50


class PagedRows(Protocol):
    """Rows that the database counts, orders and cuts: what large tables read."""

    def count(self) -> int:
        """Number of rows."""
        ...

    def order_by(self, names: Sequence[str]) -> PagedRows:
        """The same rows in another order; ``-name`` is descending."""
        ...

    def slice(self, start: int, stop: int) -> Sequence[Any]:
        """One page."""
        ...

    def stream(self) -> Iterator[Any]:
        """All rows without holding them at once, for files."""
        ...


class PagedData(TableData):  # type: ignore[misc]
    """Lets django-tables2 read :class:`PagedRows`."""

    data: PagedRows

    def __len__(self) -> int:
        if not hasattr(self, "_length"):
            self._length = self.data.count()
        return self._length

    def __getitem__(self, key: slice | int) -> Any:
        if isinstance(key, slice):
            return self.data.slice(key.start or 0, len(self) if key.stop is None else key.stop)
        return self.data.slice(key, key + 1)[0]

    def __iter__(self) -> Iterator[Any]:
        return self.data.stream()

    def order_by(self, aliases: Sequence[str]) -> None:
        """Pass the wanted order to the database."""
        self.data = self.data.order_by([str(alias) for alias in aliases])


class DataTable(tables.Table):  # type: ignore[misc]
    """Base of all tables. ``title`` is its caption and file name; ``empty`` says what to do when there are no rows."""

    title: Any = ""
    empty: Any = ""
    is_exportable = True

    class Meta:
        template_name = "components/table.html"
        attrs = {"class": "ledger"}
        order_by_field = "sort"

    def __init__(
        self, data: Any, *, name: str = "rows", is_only: bool = True, base_currency: str = "", **kwargs: Any
    ) -> None:
        self.name = name
        self.base_currency = base_currency
        prefix = "" if is_only else f"{name}-"
        super().__init__(data, prefix=prefix, **kwargs)
        for bound in self.columns.iterall():
            if isinstance(bound.column, BaseMoneyColumn):
                bound.column.verbose_name = f"{bound.column.verbose_name} {base_currency}"

    @property
    def dom_id(self) -> str:
        """Anchor and htmx target of the table's region."""
        return f"t-{self.name}"

    @property
    def page_words(self) -> str:
        """Which rows of how many are shown."""
        page = self.page
        return _("%(first)s–%(last)s of %(count)s") % {
            "first": f"{page.start_index():,}",
            "last": f"{page.end_index():,}",
            "count": f"{page.paginator.count:,}",
        }


T = TypeVar("T", bound=DataTable)


def configure(request: HttpRequest, table: T, *, per_page: int = PER_PAGE) -> T:
    """Sort and page as the address asks; a page that does not exist shows the nearest."""
    table.request = request
    if order := request.GET.getlist(table.prefixed_order_by_field):
        table.order_by = order
    number = request.GET.get(table.prefixed_page_field, "1")
    table.paginator = Paginator(table.rows, per_page)
    table.page = table.paginator.get_page(int(number) if number.isdecimal() else 1)
    return table


class TextColumn(tables.Column):  # type: ignore[misc]
    """Words; empty shows a dash."""

    def __init__(self, verbose_name: Any = None, *, tip: Any = "", css: str = "", **kwargs: Any) -> None:
        th = {"scope": "col", "class": css, **({"data-tip": tip} if tip else {})}
        super().__init__(
            verbose_name=verbose_name,
            default=formats.NOT_AVAILABLE,
            attrs={"th": th, "td": {"class": css}, "tf": {"class": css}, **kwargs.pop("attrs", {})},
            **kwargs,
        )


class NumberColumn(TextColumn):
    """A right-aligned figure, written by ``write``; files get the bare value."""

    write: Callable[[Any], str] = staticmethod(str)

    def __init__(self, verbose_name: Any = None, *, css: str = "", **kwargs: Any) -> None:
        super().__init__(verbose_name, css=f"num {css}".strip(), **kwargs)

    def render(self, value: Any) -> Any:
        """The figure as people read it; zero is toned down."""
        text = type(self).write(value)
        return format_html('<span class="zero">{}</span>', text) if value == 0 else text

    def value(self, value: Any) -> Any:
        """The bare value for files."""
        return value


class CountColumn(NumberColumn):
    """A count."""

    write = staticmethod(lambda value: f"{value:,}")


class ShareColumn(NumberColumn):
    """A share of 0-1 in percent."""

    write = staticmethod(formats.percent)


class PercentColumn(NumberColumn):
    """A figure that is a percentage already, whole."""

    write = staticmethod(lambda value: f"{formats.figure(value, digits=0)} %")


class PointsColumn(NumberColumn):
    """A value with two decimals."""

    write = staticmethod(lambda value: formats.figure(value, digits=2))


class DaysColumn(NumberColumn):
    """Days, whole."""

    write = staticmethod(lambda value: formats.figure(Decimal(value), digits=0))


class DaysPastDueColumn(NumberColumn):
    """Days past due with the tone of the lateness; not due shows the days left in parentheses."""

    def render(self, value: int) -> Any:
        """A toned figure when overdue."""
        if value <= 0:
            return formats.grouped(Decimal(value), digits=0)
        return duewatch.tone(labels.Label(value, labels.overdue_tone(value)))


class MoneyColumn(NumberColumn):
    """An amount with the minor digits of the row's currency (``currency_of`` names the attribute or gives the code)."""

    def __init__(self, verbose_name: Any = None, *, currency_of: str = "currency", **kwargs: Any) -> None:
        super().__init__(verbose_name, **kwargs)
        self.currency_of = currency_of

    def render(self, value: Any, record: Any = None) -> Any:
        """The amount to its last minor digit."""
        text = formats.money(value, str(tables.A(self.currency_of).resolve(record)))
        return format_html('<span class="zero">{}</span>', text) if value == 0 else text


class BaseMoneyColumn(NumberColumn):
    """An amount in the page's base currency, without minor units on the page; files get every digit."""

    write = staticmethod(formats.whole)


class DateColumn(TextColumn):
    """A day, as YYYY-MM-DD."""

    def __init__(self, verbose_name: Any = None, **kwargs: Any) -> None:
        super().__init__(verbose_name, css=f"nowrap {kwargs.pop('css', '')}".strip(), **kwargs)

    def render(self, value: Any) -> str:
        """ISO, in every language."""
        return formats.iso(value)

    def value(self, value: Any) -> Any:
        """The day itself."""
        return value


class MomentColumn(TextColumn):
    """A moment, to the minute; files get it as it is."""

    def render(self, value: Any) -> str:
        """In the firm's time zone."""
        return desk.moment(value)

    def value(self, value: Any) -> Any:
        """The bare moment."""
        return value


class CodeColumn(TextColumn):
    """A code with words of ours: of a field with choices, a table alone would read the choice's own label."""

    def code(self, record: Any, bound_column: Any) -> Any:
        """What the record holds."""
        return tables.A(bound_column.accessor).resolve(record)


class LabelColumn(CodeColumn):
    """A code shown as a coloured word out of one of the tables of :mod:`dashboard.labels`."""

    def __init__(self, verbose_name: Any = None, *, table: dict[Any, labels.Label], **kwargs: Any) -> None:
        super().__init__(verbose_name, **kwargs)
        self.labels = table

    def render(self, record: Any, bound_column: Any) -> Any:
        """The word in its colour."""
        return duewatch.tone(labels.label_of(self.labels, self.code(record, bound_column)))

    def value(self, record: Any, bound_column: Any) -> str:
        """The word alone."""
        return str(labels.label_of(self.labels, self.code(record, bound_column)).text)


class WordColumn(CodeColumn):
    """A code shown as its word."""

    def __init__(self, verbose_name: Any = None, *, table: dict[Any, Any], **kwargs: Any) -> None:
        super().__init__(verbose_name, **kwargs)
        self.words = table

    def render(self, record: Any, bound_column: Any) -> str:
        """The word."""
        return str(labels.word_of(self.words, self.code(record, bound_column)))

    def value(self, record: Any, bound_column: Any) -> str:
        """The word."""
        return self.render(record, bound_column)


class GradeColumn(TextColumn):
    """A grade letter in its colour."""

    def render(self, value: str) -> Any:
        """The letter."""
        return duewatch.grade(value)

    def value(self, value: str) -> str:
        """The bare letter."""
        return value


class CountryColumn(TextColumn):
    """A country/region by its code, shown by name."""

    def render(self, value: str) -> str:
        """The name in the language in use."""
        return formats.territory(value)

    def value(self, value: str) -> str:
        """The name, as on the page."""
        return formats.territory(value)


class BuyerColumn(TextColumn):
    """A buyer's name with its Chinese name, linked to its page. The record carries buyer_code, buyer_name(_zh)."""

    def render(self, record: Any) -> Any:
        """Link, and the other name in small print."""
        return format_html(
            '<a href="{}">{}</a> <span class="minor" lang="zh-hans">{}</span>',
            reverse("dashboard:buyer", args=[record.buyer_code]),
            record.buyer_name,
            record.buyer_name_zh,
        )

    def value(self, record: Any) -> str:
        """The name alone."""
        return str(record.buyer_name)
