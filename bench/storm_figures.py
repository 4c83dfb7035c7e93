"""What a storm brought: what asking and re-checking cost, and one line for each thing that was to be proved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.figures import Figure, Limit
from bench.measure import Cost
from bench.storm_verify import Verdict

TOPIC = "storm"
ASKING, DRAINING, JUDGING = "until the last answer", "until the last re-check is done", "judge"


@dataclass
class Outcome:
    """What was done, killed and found, and what each part of it cost."""

    verdict: Verdict = field(default_factory=Verdict)
    costs: dict[str, Cost] = field(default_factory=dict)
    killed: dict[str, int] = field(default_factory=dict)
    business: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For a terminal."""
        seconds = {name: round(cost.wall_s, 1) for name, cost in self.costs.items()}
        return {"seconds": seconds, "killed": self.killed, "business": self.business, **self.verdict.as_json()}


def figures_of(outcome: Outcome, *, clients: int, orders: int) -> list[Figure]:
    """What asking and re-checking cost, then one line for each thing that was to be proved."""
    size, costs = f"{clients} clients", outcome.costs
    notes = {ASKING: _asked(outcome), DRAINING: _rechecked(outcome.verdict.counts)}
    figures = [Figure(TOPIC, size, f"storm, {part}", costs[part], orders, note=notes[part]) for part in notes]
    for point, found in outcome.verdict.findings.items():
        limit = Limit("none", float(len(found)), 0.0)
        note = f"{len(found)} found"
        figures.append(Figure(TOPIC, size, f"judge: {point}", costs[JUDGING], None, limit, note))
    return figures


def _asked(outcome: Outcome) -> str:
    counts = outcome.verdict.counts
    killed = ", ".join(f"{count} {what}" for what, count in outcome.killed.items())
    return (
        f"{counts['requests'] / outcome.costs[ASKING].wall_s:.0f} requests/s; killed: {killed}; "
        f"{counts['sent_again_same_answer']} answers given again; "
        f"without answer and sent again: {sum(counts['without_answer'].values())}; "
        f"deadlocks inside the database: {counts['deadlocks_in_the_database']}"
    )


def _rechecked(counts: Mapping[str, Any]) -> str:
    return (
        f"{counts['checks']:,} decisions in all, {counts['approved']:,} approved; {counts['releases']} released, "
        f"{counts['cancelled']} cancelled, {counts['shipments']} shipped, {counts['limit_versions']} limit versions, "
        f"{counts['receipts']} receipts"
    )
