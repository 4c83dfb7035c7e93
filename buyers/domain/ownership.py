"""Who stands behind whom: ownership links form a forest, never a circle."""

from __future__ import annotations

from collections.abc import Iterable

import networkx as nx


def closes_circle(*, links: Iterable[tuple[int, int]], child: int, parent: int) -> bool:
    """True if ``parent`` owning ``child`` would make a buyer its own owner.

    ``links`` are (child, parent) pairs in force. Example: with 2 owned by 1 and 3 owned by 2, 3 owning 1 closes one.
    """
    graph = nx.DiGraph((owner, owned) for owned, owner in links if owned != child)
    graph.add_edge(parent, child)
    return bool(nx.has_path(graph, child, parent))
