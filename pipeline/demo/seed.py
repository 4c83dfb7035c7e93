"""Loading the demo from end to end: reference data, people, buyers and postings, and a few past closes."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from io import StringIO
from typing import Any

from django.core.management import call_command

from core.errors import Conflict
from core.models import AuditEvent, ExchangeRate
from core.services import audit
from core.words import sentence as _
from pipeline.demo import dataset, large, load, load_credit, load_incoming, users
from pipeline.demo.history import Clock, Progress, close_history

SCALES = (*dataset.SCALES, "large")
LARGE_BUYERS, LARGE_PER_BUYER = 50_000, 20
REFERENCE_TABLES = ("load_country_risk", "load_agency_grades")
STARTED = "pipeline.demo.started"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which demo, up to which day, with what around it."""

    seed: int
    scale: str
    end: date
    with_users: bool = True
    closes: int = 6


@dataclass(frozen=True, slots=True)
class Seeded:
    """What is there now, and how much of it is new."""

    seed: int
    scale: str
    end: date
    with_users: bool
    created: dict[str, int] = field(default_factory=dict)
    closed: list[date] = field(default_factory=list)

    @property
    def is_unchanged(self) -> bool:
        """True if everything was there already."""
        return not any(self.created.values())

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "seed": self.seed,
            "scale": self.scale,
            "end": self.end.isoformat(),
            "created": self.created,
            "closed": [day.isoformat() for day in self.closed],
            "users": users.sign_ins() if self.with_users else [],
        }


def seed(wanted: Wanted, *, clock: Clock, progress: Progress) -> Seeded:
    """Load the demo. A database holds one demo: its end date was fixed when it was first loaded.

    Raises ``demo_users_refused`` away from loopback and ``demo_differs`` where another demo is loaded.
    """
    if wanted.with_users:
        users.check_loopback()
    end = _fix_end(wanted)
    owners = users.create_demo_users() if wanted.with_users else {}
    if wanted.with_users:
        users.publish_sign_ins()
    progress("Loading exchange rates and country classes")
    _load_reference_data()
    progress("Loading buyers and postings")
    created = _load(wanted, end, owners)
    progress("Taking in e-invoices and a bank statement")
    created |= _load_incoming(wanted, end)
    closed = _close(wanted, end, clock, progress)
    progress("Asking credit about open orders")
    created |= _load_credit(wanted, end, owners)
    return Seeded(wanted.seed, wanted.scale, end, wanted.with_users, created, closed)


def _fix_end(wanted: Wanted) -> date:
    """The end date of the demo that was begun here; the wanted one, noted down, if none was."""
    begun = AuditEvent.objects.filter(action=STARTED).order_by("pk").first()
    if begun is None:
        data = {"seed": wanted.seed, "scale": wanted.scale, "end": wanted.end.isoformat()}
        audit.record(actor=None, action=STARTED, subject_type="demo", subject_id=wanted.scale, data=data)
        return wanted.end
    if (begun.data["seed"], begun.data["scale"]) != (wanted.seed, wanted.scale):
        raise Conflict(
            "demo_differs",
            _(
                "This database holds the demo of seed %(seed)s, scale %(scale)s. Another one needs a "
                "data folder of its own: DUEWATCH_HOME=/another/folder",
                seed=begun.data["seed"],
                scale=begun.data["scale"],
            ),
            {"field": "seed", "value": wanted.seed},
        )
    return date.fromisoformat(begun.data["end"])


def _load_reference_data() -> None:
    """Rates, country classes, agencies' grades; the rates only once, they are many."""
    if not ExchangeRate.objects.exists():
        call_command("load_rates", stdout=StringIO())
    for name in REFERENCE_TABLES:
        call_command(name, stdout=StringIO())


def _load(wanted: Wanted, end: date, owners: dict[str, int]) -> dict[str, int]:
    if wanted.scale == "large":
        return large.generate(seed=wanted.seed, buyers=LARGE_BUYERS, per_buyer=LARGE_PER_BUYER, end=end)
    rows = dataset.build(seed=wanted.seed, scale=wanted.scale, end=end)
    return asdict(load.load(dataset=rows, owner_ids=owners))


def _load_incoming(wanted: Wanted, end: date) -> dict[str, int]:
    if wanted.scale == "large":
        return {}
    return load_incoming.load_incoming(seed=wanted.seed, end=end)


def _load_credit(wanted: Wanted, end: date, owners: dict[str, int]) -> dict[str, int]:
    """After the close: without a grade no order may go."""
    if wanted.scale == "large":
        return {}
    rows = dataset.build(seed=wanted.seed, scale=wanted.scale, end=end)
    return load_credit.load_credit(dataset=rows, user_ids=owners)


def _close(wanted: Wanted, end: date, clock: Clock, progress: Progress) -> list[date]:
    """``closes`` past month-ends and the last day; nothing for 0."""
    if not wanted.closes:
        return []
    return close_history(end=end, months=wanted.closes, clock=clock, progress=progress)
