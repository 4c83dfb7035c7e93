"""Template tags: figures, words with colours, terms with their meaning, small drawings without inline styles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from dashboard import formats, labels
from dashboard.charts import Chart
from dashboard.glossary import TERMS

register = template.Library()

register.filter("whole", formats.whole)
register.filter("money", formats.money)
register.filter("territory", formats.territory)


@register.filter
def plain(value: Any, currency: str) -> str:
    """An amount that a snapshot holds as text."""
    return formats.money(Decimal(str(value)), currency)


@register.filter
def figure(value: Decimal | None, digits: int = 1) -> str:
    """A plain number with ``digits`` decimals."""
    return formats.figure(value, digits=digits)


@register.filter
def percent(value: Decimal | None, digits: int = 1) -> str:
    """A share of 0-1 in percent with ``digits`` decimals."""
    return formats.percent(value, digits=digits)


@register.filter
def iso(value: date | None) -> str:
    """A date as YYYY-MM-DD, a dash if there is none."""
    return formats.iso(value)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A drawing out of the sprite; decoration only, the word stands beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("vendor/icons.svg"),
        name,
    )


@register.simple_tag
def term(key: str, words: Any = "") -> SafeString:
    """A term of the glossary with its meaning on hover and focus."""
    entry = TERMS[key]
    return format_html('<span class="term" tabindex="0" data-tip="{}">{}</span>', entry.tip, words or entry.english)


@register.simple_tag
def hint(words: Any, tip: Any) -> SafeString:
    """Any words with an explanation on hover and focus, e.g. a figure's formula."""
    return format_html('<span class="term" tabindex="0" data-tip="{}">{}</span>', tip, words)


@register.simple_tag
def tone(label: labels.Label) -> SafeString:
    """A word in its colour."""
    return format_html('<span class="tone tone-{}">{}</span>', label.tone, label.text)


@register.simple_tag
def grade(letter: str | None, *, size: str = "") -> SafeString:
    """A grade as a letter with colour; its meaning is read out and shown on hover."""
    if not letter:
        return format_html('<span class="soft">{}</span>', formats.NOT_AVAILABLE)
    label = labels.GRADES[letter]
    return format_html(
        '<span class="grade tone-{} {}" title="{}">{}</span>',
        label.tone,
        "grade-large" if size == "large" else "",
        label.text,
        letter,
    )


@register.simple_tag
def spark(points: Iterable[float | None], width: int = 96, height: int = 22, is_bad: bool = False) -> SafeString:
    """A line of values without axes; the table or figure beside it carries the numbers."""
    values = [float(point) for point in points if point is not None]
    if len(values) < 2:
        return SafeString("")
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    step = width / (len(values) - 1)
    heights = [height - 2 - (value - low) / span * (height - 4) for value in values]
    steps = " L".join(f"{i * step:.1f} {y:.1f}" for i, y in enumerate(heights))
    return format_html(
        '<svg class="spark" width="{}" height="{}" aria-hidden="true" focusable="false"><path class="{}" d="M{}">'
        "</path></svg>",
        width,
        height,
        "is-bad" if is_bad else "",
        steps,
    )


@register.simple_tag(takes_context=True)
def kept_params(context: Mapping[str, Any], *without: str) -> SafeString:
    """Hidden fields for the parameters of the address that a form should keep."""
    request: HttpRequest = context["request"]
    pairs = [(k, v) for k, values in request.GET.lists() for v in values if k not in without and v]
    return format_html_join("\n", '<input type="hidden" name="{}" value="{}">', pairs)


def _address(request: HttpRequest, **changes: str) -> str:
    query = request.GET.copy()
    for key, value in changes.items():
        query[key] = value
    return f"?{query.urlencode()}"


@register.filter
def sort_link(table: Any, column: Any) -> str:
    """The address that sorts by a column, from the first page on."""
    query = table.request.GET.copy()
    query.pop(table.prefixed_page_field, None)
    query[table.prefixed_order_by_field] = str(column.order_by_alias.next)
    return f"?{query.urlencode()}"


@register.filter
def page_link(table: Any, number: int) -> str:
    """The address of another page of a table."""
    return _address(table.request, **{table.prefixed_page_field: str(number)})


@register.filter
def export_link(table: Any, kind: str) -> str:
    """The address of the table as a file: same filters, order and date."""
    query = table.request.GET.copy()
    query.pop(table.prefixed_page_field, None)
    query.update({"export": kind, "table": table.name})
    return f"?{query.urlencode()}"


@register.filter
def chart_number(value: Any, chart: Chart) -> str:
    """A value of a chart in its table."""
    digits = int(chart.extra.get("digits", 0))
    return formats.NOT_AVAILABLE if value is None else formats.grouped(Decimal(str(value)), digits=digits)


@register.inclusion_tag("components/_chart.html")
def chart(drawing: Chart, name: str, size: str = "") -> dict[str, Any]:
    """A chart with its data and its table."""
    return {"chart": drawing, "id": name, "json_id": f"chart-{name}", "size": size}


@register.simple_tag(takes_context=True)
def choice_url(context: Mapping[str, Any], name: str, value: str) -> str:
    """The address with one choice changed, from the first page and in the usual order."""
    query = context["request"].GET.copy()
    for left_behind in ("page", "sort"):
        query.pop(left_behind, None)
    query[name] = value
    return f"?{query.urlencode()}"
