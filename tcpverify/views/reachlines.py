"""Which lines of a reachable graph a picture has room for, and which of them order its nodes from top to bottom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import networkx as nx

__all__ = ["Lines", "chosen"]

#: lines that a picture can bear with words on them, and without
_TOLD, _DRAWN = 40, 80
#: ranks back from which on a line would cross the whole picture
_FAR = 4

Edge = tuple[str, str, Mapping[str, Any]]
Pair = tuple[str, str]


class Lines(NamedTuple):
    """``told``: drawn with words; ``drawn``: at all; ``back``: in words at the node where they begin, to far above.

    ``rank`` is how far down a node is: the groups on a shortest way to it.
    """

    told: set[Pair]
    drawn: set[Pair]
    back: dict[str, list[str]]
    rank: dict[str, int]

    def below(self, graph: nx.DiGraph, tail: str, head: str) -> bool:
        """Whether a line makes its head come below its tail."""
        deeper = bool(graph.nodes[head]["depth"] > graph.nodes[tail]["depth"])
        return deeper and self.rank.get(head, 0) >= self.rank.get(tail, 0)


def chosen(graph: nx.DiGraph, edges: Sequence[Edge], everything: bool) -> Lines:
    """What to draw of some lines of a quotient.

    Where there are too many, the path of a counterexample and a shortest way to every node come first, one line for
    every property that is broken, then what stands for most transitions. ``everything`` draws all of them.
    """
    nodes, traced = graph.nodes, "trace_property" in graph.graph
    ways: dict[str, tuple[int, int, str]] = {}
    for tail, head, data in edges:
        if nodes[tail]["depth"] < nodes[head]["depth"]:
            way = (nodes[tail]["depth"], -data["count"], tail)
            ways[head] = min(ways.get(head, way), way)
    rank: dict[str, int] = {}
    for head in sorted(ways, key=lambda name: nodes[name]["depth"]):
        rank[head] = rank.get(ways[head][2], 0) + 1
    if everything:
        pairs = {(tail, head) for tail, head, _ in edges}
        return Lines(pairs, pairs, {}, rank)
    first = {(way[2], head) for head, way in ways.items()}
    broken: set[str] = set()
    for tail, head, data in sorted(edges, key=lambda edge: -edge[2]["count"]):
        names = {name.rpartition(" ×")[0] for name in data["breaks"].split("; ") if name}
        if names - broken:
            broken |= names
            first.add((tail, head))
    # Sorting keeps the order of those that are alike.
    rows = sorted(edges, key=lambda e: (not e[2].get("path"), (e[0], e[1]) not in first, -e[2]["count"]))
    order = [(tail, head) for tail, head, _ in rows]
    if traced:
        # Beside a counterexample, what leads from one faded group to another tells nothing about it.
        order = [pair for pair in order if any(nodes[name].get("path") for name in pair)]
        return Lines(set(order[:_TOLD]), set(order[: max(_DRAWN, len(first))]), {}, rank)
    told = order[: max(_TOLD, len(first))]
    # Where words alone fill the page, there is no room for lines without.
    drawn = told if len(first) > _TOLD else order[:_DRAWN]
    far = {(tail, head) for tail, head in order if rank.get(tail, 0) - rank.get(head, 0) >= _FAR}
    back: dict[str, list[str]] = {}
    for tail, head in told:
        if (tail, head) in far:
            back.setdefault(tail, []).append(head)
    return Lines(set(told) - far, set(drawn) - far, back, rank)
