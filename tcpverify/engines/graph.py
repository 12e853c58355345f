"""The state space as a networkx graph, built on demand from the compact exploration.

Nodes are state numbers, in breadth-first order; node 0 is the first initial state. Edges carry the `Edge` of the
model (``data["edge"]``), so that labels, guards and marks are at hand; `describe` may add attributes, such as rule,
segment, endpoint and clause. With inclusion an edge may lead to a larger state than the exact successor: right for
reachability, paths and dominators, not for cycles.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import networkx as nx

from tcpverify.engines.explore import Exploration
from tcpverify.lang.system import Edge

__all__ = ["dominators", "location_graph", "shortest_path", "state_graph"]


def state_graph(run: Exploration, describe: Callable[[Edge], Mapping[str, Any]] | None = None) -> nx.MultiDiGraph:
    """Symbolic states and enabled edges.

    Parameters
    ----------
    describe
        further attributes for an edge, taken from the model's `Edge`.

    Returns
    -------
    networkx.MultiDiGraph
        nodes have ``location`` (the model's) and ``zone`` (a number in ``run.zones``); edges have ``edge``,
        ``index`` and ``marks``.
    """
    graph = nx.MultiDiGraph()
    locations = run.skeleton.locations
    for state in range(len(run)):
        graph.add_node(state, location=locations[run.location[state]], zone=run.zone[state])
    for state in range(len(run)):
        for index, target in run.enabled(state):
            if target < 0:
                continue  # the exploration stopped before it came here
            edge = run.skeleton.edge(run.location[state], index)
            extra = describe(edge) if describe is not None else {}
            graph.add_edge(state, target, edge=edge, index=index, marks=edge.marks, **extra)
    return graph


def location_graph(run: Exploration, wanted: Callable[[Edge], bool] | None = None) -> nx.DiGraph:
    """The locations that were reached and the wanted edges between them; clocks are forgotten.

    Every cycle of states is a cycle here, so a graph without cycles proves that there are none.
    """
    graph = nx.DiGraph()
    skeleton, reached = run.skeleton, run.at
    graph.add_nodes_from(reached)
    for location in reached:
        edges = skeleton.edges_of[location] or ()
        targets = skeleton.steps_of[location]
        graph.add_edges_from(
            (location, step[0])
            for edge, step in zip(edges, targets, strict=True)
            if step[0] in reached and (wanted is None or wanted(edge))
        )
    return graph


def shortest_path(graph: nx.MultiDiGraph, source: int, target: int) -> list[int]:
    """State numbers on a path with the fewest steps; networkx.NetworkXNoPath if there is none."""
    path: list[int] = nx.shortest_path(graph, source, target)
    return path


def dominators(graph: nx.MultiDiGraph, target: int, start: int = 0) -> list[int]:
    """The states that every run passes on its way from ``start`` to ``target``, in order."""
    immediate = nx.immediate_dominators(graph, start)
    chain, state = [target], target
    while state != start:
        state = immediate[state]
        chain.append(state)
    return chain[::-1]
