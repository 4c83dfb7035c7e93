"""Who stands behind whom: ownership links form a forest, never a circle."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple


class MembershipRow(NamedTuple):
    """From ``valid_from`` on the buyer belongs to the group (None: to none), owned by ``parent`` with ``share`` %."""

    buyer_id: int
    group_id: int | None
    valid_from: date
    parent_id: int | None = None
    share: Decimal | None = None


def list_circles(*, links: Iterable[tuple[int, int]]) -> list[set[int]]:
    """Sets of buyers that own themselves through each other; empty if all is well.

    ``links`` are (child, parent) pairs in force. Example: 2 owned by 1, 3 by 2 and 1 by 3 give ``[{1, 2, 3}]``. Linear
    in the number of links.
    """
    import networkx as nx  # half a second, which every other process is spared

    found = nx.strongly_connected_components(nx.DiGraph(links))
    return [set(component) for component in found if len(component) > 1]
