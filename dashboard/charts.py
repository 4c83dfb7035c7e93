"""What charts show, as plain data; static/js/charts.js draws it. Every chart also has its table on the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Series:
    """One row of a chart: a name, its values, and the colour token it is drawn in (see charts.js).

    ``as_line`` may be "dashed" or "step" (a value holds until the next one).
    """

    name: str
    values: Sequence[Any]
    colour: str
    as_line: bool | str = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: ``kind`` chooses the drawing, ``summary`` is read out instead of it."""

    kind: str
    summary: str
    unit: str = ""
    labels: Sequence[str] = ()
    series: Sequence[Series] = ()
    urls: Sequence[str] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For ``json_script``: strings and numbers only."""
        return asdict(self)

    @property
    def rows(self) -> list[tuple[str, list[Any]]]:
        """The chart as a table: one line for each label."""
        return [(label, [series.values[i] for series in self.series]) for i, label in enumerate(self.labels)]


def number(value: Any) -> float | None:
    """A float for drawing only; tables and tiles show the exact decimal."""
    return None if value is None else float(value)


def bucket_chart(
    *, labels: Sequence[str], values: Sequence[Any], urls: Sequence[str], unit: str, summary: str, name: str
) -> Chart:
    """Open amounts by bucket, one bar each in the bucket's own colour."""
    return Chart(
        kind="buckets",
        summary=summary,
        unit=unit,
        labels=[str(label) for label in labels],
        series=[Series(name, [number(value) for value in values], "bucket")],
        urls=urls,
    )
