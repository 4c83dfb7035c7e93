"""Writes the demo's groups and who owns whom."""

from __future__ import annotations

from collections.abc import Mapping

from buyers.models import BuyerGroup, GroupMembership
from buyers.services.memberships import set_group_membership
from pipeline.demo.dataset import Dataset
from pipeline.demo.records import SOURCE, DemoGroup


def load_groups(*, dataset: Dataset, buyer_ids: Mapping[str, int]) -> int:
    """Create the groups and their memberships; returns how many memberships were new."""
    groups = {
        row.code: BuyerGroup.objects.get_or_create(code=row.code, defaults={"name": row.name, "name_zh": row.name_zh})[
            0
        ]
        for row in dataset.groups
    }
    have = set(GroupMembership.objects.filter(source=SOURCE).values_list("buyer_id", flat=True))
    fresh = [row for row in dataset.members if buyer_ids[row.buyer] not in have]
    for row in fresh:
        set_group_membership(
            buyer_ids[row.buyer],
            group=groups[row.group],
            valid_from=row.valid_from,
            parent_id=buyer_ids[row.parent] if row.parent else None,
            share=row.share,
            source=SOURCE,
        )
    return len(fresh)


def _group(row: DemoGroup) -> BuyerGroup:
    group, _is_new = BuyerGroup.objects.get_or_create(
        code=row.code, defaults={"name": row.name, "name_zh": row.name_zh}
    )
    return group
