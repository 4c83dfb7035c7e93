"""Rules of the order check as they are set: all versions in force, one buyer's, and which rule applies to whom."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from buyers.models import Buyer, BuyerGroup
from core.queries.prepared import Prepared, fetch_prepared
from core.queries.sql import fetch_all
from credit.domain.kinds import RuleLevel
from credit.domain.rules import RuleCode, RuleSetting, RuleVersion, resolve
from credit.domain.standings import StandingKind

# The latest version of each rule on each level and subject; of buyers and groups only those asked for, if any are.
VERSIONS_SQL = """
SELECT DISTINCT ON (v.rule, v.level, v.subject) v.rule, v.level, v.subject, v.version, v.is_removed, v.is_enabled,
    v.effect, v.numbers
FROM credit_checkruleversion v
WHERE (%(known_at)s IS NULL OR v.recorded_at <= %(known_at)s)
  AND (%(everything)s OR v.level IN ('table', 'grade') OR v.level = 'group' AND v.subject = %(group)s
       OR v.level = 'buyer' AND v.subject = %(buyer)s)
ORDER BY v.rule, v.level, v.subject, v.version DESC
"""
_VERSIONS = Prepared(
    "rule_versions",
    VERSIONS_SQL,
    {"known_at": "timestamptz", "everything": "boolean", "group": "text", "buyer": "text"},
)


def rule_versions(*, known_at: datetime | None = None) -> list[RuleVersion]:
    """Every setting that somebody made and that is the latest of its place."""
    return _versions({"known_at": known_at, "everything": True, "group": "", "buyer": ""})


def versions_for(*, buyer_id: int, group_id: int | None, known_at: datetime | None = None) -> list[RuleVersion]:
    """Those that may hold for one buyer, whatever its grade."""
    group = "" if group_id is None else str(group_id)
    return _versions({"known_at": known_at, "everything": False, "group": group, "buyer": str(buyer_id)})


def _versions(params: Mapping[str, Any]) -> list[RuleVersion]:
    return [
        RuleVersion(rule, level, subject, version, is_removed, is_enabled, effect, json.loads(numbers))
        for rule, level, subject, version, is_removed, is_enabled, effect, numbers in fetch_prepared(_VERSIONS, params)
    ]


def settings_for(
    *, buyer_id: int, group_id: int | None, grade: str | None, known_at: datetime | None = None
) -> dict[str, RuleSetting]:
    """All rules as they hold for a buyer."""
    versions = versions_for(buyer_id=buyer_id, group_id=group_id, known_at=known_at)
    return resolve(versions=versions, grade=grade, group_id=group_id, buyer_id=buyer_id)


@dataclass(frozen=True, slots=True)
class Place:
    """One place where a rule is set: a level and whom it names; ``buyers`` is for how many it is the nearest."""

    level: RuleLevel
    subject: str
    name: str
    name_zh: str
    setting: RuleSetting
    buyers: int


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """A rule with every place where it is set, the table's first, then grades, groups and buyers."""

    rule: RuleCode
    places: tuple[Place, ...]


# How many buyers there are of each group and grade; merged duplicates are read under their survivors.
_POPULATION_SQL = """
SELECT b.group_id, coalesce(g.value, ''), array_agg(b.id ORDER BY b.id) FILTER (WHERE b.id = ANY(%(named)s::bigint[])),
    count(*)::int
FROM buyers_buyer b
LEFT JOIN LATERAL (
    SELECT s.value FROM credit_buyerstanding s WHERE s.buyer_id = b.id AND s.kind = %(grade)s
    ORDER BY s.as_of DESC, s.recorded_at DESC, s.id DESC LIMIT 1
) g ON true
WHERE NOT EXISTS (SELECT FROM buyers_buyermerge m WHERE m.duplicate_id = b.id AND m.state = 'merged')
GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class _Crowd:
    """Buyers of one group and one grade; ``named`` are those that have settings of their own."""

    group_id: int | None
    grade: str
    named: tuple[int, ...]
    size: int


def rule_coverage() -> list[RuleCoverage]:
    """For each rule, where it is set and how many buyers each setting reaches: the nearest level wins."""
    versions = rule_versions()
    buyers, groups = _subjects(versions, RuleLevel.BUYER), _subjects(versions, RuleLevel.GROUP)
    crowds = _population(buyers)
    names = _names(buyers, groups)
    return [_coverage(rule, versions, crowds, names) for rule in RuleCode]


def _subjects(versions: Sequence[RuleVersion], level: RuleLevel) -> list[int]:
    return sorted({int(v.subject) for v in versions if v.level == level and not v.is_removed})


def _population(named: Sequence[int]) -> list[_Crowd]:
    rows = fetch_all(_POPULATION_SQL, {"named": list(named), "grade": StandingKind.GRADE.value})
    return [_Crowd(group_id, grade, tuple(ids or ()), size) for group_id, grade, ids, size in rows]


def _names(buyers: Sequence[int], groups: Sequence[int]) -> dict[tuple[str, str], tuple[str, str]]:
    names = {}
    for level, model, wanted in ((RuleLevel.BUYER, Buyer, buyers), (RuleLevel.GROUP, BuyerGroup, groups)):
        for pk, name, name_zh in model.objects.filter(pk__in=wanted).values_list("pk", "name", "name_zh"):
            names[(level.value, str(pk))] = (name, name_zh)
    return names


def _coverage(
    rule: RuleCode,
    versions: Sequence[RuleVersion],
    crowds: Sequence[_Crowd],
    names: Mapping[tuple[str, str], tuple[str, str]],
) -> RuleCoverage:
    own = [v for v in versions if v.rule == rule]
    reached: dict[tuple[str, str], int] = {}
    settings = _all_places(rule, own)
    for (group_id, grade, buyer_id), size in _cases(own, crowds).items():
        setting = resolve(versions=own, grade=grade, group_id=group_id, buyer_id=buyer_id)[rule]
        place = (setting.level.value, setting.subject)
        reached[place] = reached.get(place, 0) + size
    order = list(RuleLevel)
    ranked = sorted(settings, key=lambda place: (order.index(RuleLevel(place[0])), place[1]))
    return RuleCoverage(rule, tuple(_place(settings[p], names.get(p, (p[1], "")), reached.get(p, 0)) for p in ranked))


def _cases(own: Sequence[RuleVersion], crowds: Sequence[_Crowd]) -> Counter[tuple[int | None, str | None, int]]:
    """How many buyers there are of each (group, grade, buyer) that this rule tells apart."""
    named = {(v.level, v.subject) for v in own}
    cases: Counter[tuple[int | None, str | None, int]] = Counter()
    for crowd in crowds:
        group = crowd.group_id if (RuleLevel.GROUP, str(crowd.group_id)) in named else None
        grade = crowd.grade if (RuleLevel.GRADE, crowd.grade) in named else None
        alone = [pk for pk in crowd.named if (RuleLevel.BUYER, str(pk)) in named]
        cases.update((group, grade, pk) for pk in alone)
        cases[(group, grade, 0)] += crowd.size - len(alone)
    return cases


def _all_places(rule: RuleCode, own: Sequence[RuleVersion]) -> dict[tuple[str, str], RuleSetting]:
    """Every setting that stands, also where it reaches nobody, and the table's."""
    found = {}
    for version in [_table(rule, own), *(v for v in own if not v.is_removed)]:
        level = RuleLevel(version.level)
        setting = resolve(
            versions=[version],
            grade=version.subject if level is RuleLevel.GRADE else None,
            group_id=int(version.subject) if level is RuleLevel.GROUP else None,
            buyer_id=int(version.subject) if level is RuleLevel.BUYER else 0,
        )[rule]
        found[(setting.level.value, setting.subject)] = setting
    return found


def _table(rule: RuleCode, own: Sequence[RuleVersion]) -> RuleVersion:
    """The table's own version, or one that falls back to the handbook."""
    handbook = RuleVersion(rule, RuleLevel.TABLE, "", 0, True, True, "", {})
    return next((v for v in own if v.level == RuleLevel.TABLE), handbook)


def _place(setting: RuleSetting, name: tuple[str, str], buyers: int) -> Place:
    return Place(setting.level, setting.subject, name[0], name[1], setting, buyers)
