"""Endless runs: cycles of the state graph in which time can diverge, and states from which nothing can follow.

Cycles are first looked for among locations, with clocks forgotten: if there are none, there are none. Otherwise
the exploration is repeated without inclusion, since a cycle closed by inclusion need not be one (Extra-LU+ without
inclusion preserves them, Herbreteau, Srivathsan and Walukiewicz 2011), and a cycle counts only if time can diverge
on it: every clock with an upper bound on it is set to zero on it (Tripakis 1999).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from itertools import pairwise

import networkx as nx
import z3

from tcpverify.engines.explore import Budget, Exploration, explore
from tcpverify.engines.graph import location_graph
from tcpverify.engines.zones import EMPTY, INFINITE
from tcpverify.lang.system import Constraint, Edge

__all__ = ["Lasso", "deadlocks", "find_cycle", "in_time", "no_cycle"]


@dataclass(frozen=True)
class Lasso:
    """An endless run: the edges of the stem from an initial state, then those of the cycle."""

    run: Exploration
    stem: tuple[tuple[int, int], ...]
    cycle: tuple[tuple[int, int], ...]


def find_cycle(
    run: Exploration,
    wanted: Callable[[Edge], bool],
    bad: Callable[[Hashable], bool],
    budget: Budget | None = None,
    partial: bool = False,
    late: Callable[[], bool] | None = None,
) -> Lasso | None:
    """An endless run that ends up taking only wanted edges and visiting only bad locations; None: there is none.

    Parameters
    ----------
    run
        an exploration (with or without inclusion); None is an answer only if it is complete.
    partial
        look at an unfinished exploration, and do not finish the one without inclusion either.
    late
        asked now and then whether to give up.
    wanted
        which edges the repeated part may take.
    bad
        which locations it may visit.

    Raises
    ------
    TimeoutError
        if the exploration without inclusion hits the budget, or it is late.
    """
    if no_cycle(run, wanted):
        return None
    locations = run.skeleton.locations
    graph = location_graph(run, wanted)
    suspects = _on_cycles(graph.subgraph([n for n in graph if bad(locations[n])]))
    if not suspects:
        return None
    full = run
    if run.inclusion:
        limit = replace(budget or Budget(), states=2 * len(run)) if partial else budget
        full = explore(run.skeleton, run.valuation, inclusion=False, budget=limit)
        if not full.complete and not partial:
            raise TimeoutError(full.stopped)
    states = nx.MultiDiGraph()
    for number, location in enumerate(suspects):
        in_time(number, late)
        for state in full.at.get(location, ()):
            for index, target in full.enabled(state):
                if target >= 0 and full.location[target] in suspects and wanted(full.skeleton.edge(location, index)):
                    states.add_edge(state, target, index=index)
    for number, part in enumerate(sorted(nx.strongly_connected_components(states), key=min)):
        in_time(number, late)
        sub = states.subgraph(part)
        if sub.number_of_edges() == 0:
            continue
        cycle = _diverging(full, sub, late)
        if cycle:
            return Lasso(full, tuple(full.path(cycle[0][0])), tuple(cycle))
    return None


def no_cycle(run: Exploration, wanted: Callable[[Edge], bool]) -> bool:
    """Whether the locations reached make no cycle of wanted edges, clocks forgotten; remembered."""
    known = run.skeleton.acyclic.setdefault(wanted, [])
    if any(run.at.keys() <= locations for locations in known):
        return True
    if _on_cycles(location_graph(run, wanted)):
        return False
    if run.complete:
        known.append(frozenset(run.at))
    return True


def _on_cycles(graph: nx.DiGraph) -> set[int]:
    """The nodes that lie on some cycle."""
    found = {n for part in nx.strongly_connected_components(graph) if len(part) > 1 for n in part}
    return found | set(nx.nodes_with_selfloops(graph))


def in_time(number: int, late: Callable[[], bool] | None) -> None:
    """Asked at every round of a long loop, by its number: TimeoutError if it is late."""
    if late is not None and not number & 63 and late():
        raise TimeoutError("time")


def _diverging(
    run: Exploration, part: nx.MultiDiGraph, late: Callable[[], bool] | None = None
) -> list[tuple[int, int]]:
    """A cycle on which time can diverge, shortest first; empty if the component has none."""
    first = min(part)
    for number, start in enumerate(sorted(part)):
        in_time(number, late)
        best: list[int] | None = None
        for _, after in part.out_edges(start):
            if after == start:
                best = [start, start]
                break
            if nx.has_path(part, after, start):
                path = [start, *nx.shortest_path(part, after, start)]
                if best is None or len(path) < len(best):
                    best = path
        if best is None:
            continue
        steps = [(a, min(d["index"] for d in part[a][b].values())) for a, b in pairwise(best)]
        if _lets_time_pass(run, steps):
            return steps
        if start - first > 2000:
            break
    return []


def _lets_time_pass(run: Exploration, steps: list[tuple[int, int]]) -> bool:
    """Whether every clock bounded from above on the cycle starts at zero somewhere on it."""
    skeleton = run.skeleton
    # Follow every clock once around; those that come back to their own place without a reset are never reset.
    count = len(skeleton.patterns[_pattern(run, *steps[-1])][1])
    carried = list(range(count))
    bounded: set[int] = set()
    for state, index in steps:
        location = run.location[state]
        invariant, _ = skeleton.shapes[skeleton.shape_of[location]]
        bounded |= {carried[row.clock] for row in invariant if carried[row.clock] >= 0}
        edge = skeleton.edge(location, index)
        bounded |= {carried[r.clock] for r in edge.guard if r.rel in ("<", "<=", "==") and carried[r.clock] >= 0}
        carried = [carried[c] if c >= 0 else -1 for c in edge.carry]
    # A clock may come back in another place; it is never reset if its places form a closed chain.
    kept = {place: origin for place, origin in enumerate(carried) if origin >= 0}
    for clock in range(count):
        seen, place = set(), clock
        while place in kept and place not in seen:
            seen.add(place)
            place = kept[place]
        if place in seen and bounded & seen:
            return False
    return True


def _pattern(run: Exploration, state: int, index: int) -> int:
    return run.skeleton.expand(run.location[state])[index][1]


def deadlocks(
    run: Exploration, proper_end: Callable[[Hashable], bool], late: Callable[[], bool] | None = None
) -> tuple[int, str] | None:
    """A state from which some clock values allow nothing any more, now or later, and which is no proper end.

    Returns
    -------
    (state, reason), or None.

    Raises
    ------
    TimeoutError
        if it is late.
    """
    skeleton = run.skeleton
    known: dict[object, bool] = {}
    for state in range(len(run)):
        in_time(state, late)
        location = run.location[state]
        zone = run.zone[state]
        patterns = [step[1] for step in skeleton.expand(location)]
        # An edge that asks nothing of the clocks can always be taken: the common case.
        if any(not skeleton.patterns[p][0] and run.after(zone, p) != EMPTY for p in patterns):
            continue
        edges = [p for p in patterns if run.after(zone, p) != EMPTY]
        if not edges:
            if not proper_end(skeleton.locations[location]):
                return state, "nothing can happen any more"
            continue
        if _stuck(run, state, [skeleton.patterns[p][0] for p in edges], known):
            return state, "time can come to a point from which nothing can happen"
    return None


def _stuck(
    run: Exploration, state: int, guards: list[tuple[Constraint, ...]], known: dict[object, bool]
) -> bool:
    """Whether a clock value of the state can reach none of the guards by waiting within the invariant."""
    matrix = run.zones.matrix(run.zone[state])
    n = 1
    while n * n < len(matrix):
        n += 1
    key = (run.zone[state], tuple(guards), run.skeleton.shape_of[run.location[state]])
    if key in known:
        return known[key]
    clocks = [z3.RealVal(0), *(z3.Real(f"x{i}") for i in range(1, n))]
    solver = z3.SolverFor("QF_LRA")
    for i in range(n):
        for j in range(n):
            bound = matrix[i * n + j]
            if i != j and bound < INFINITE:
                left = clocks[i] - clocks[j]
                solver.add(left <= bound >> 1 if bound & 1 else left < bound >> 1)
    invariant, _ = run.skeleton.shapes[run.skeleton.shape_of[run.location[state]]]
    # The abstraction may have dropped upper bounds that the invariant still imposes: only its clock values count.
    for clock, rel, limit in invariant:
        bound = run.resolver.number(limit)
        solver.add(clocks[clock + 1] < bound if rel == "<" else clocks[clock + 1] <= bound)
    for guard in guards:
        lows: list[tuple[object, bool]] = [(z3.RealVal(0), False)]
        highs: list[tuple[object, bool]] = []
        for clock, rel, limit in (*guard, *invariant):
            room = run.resolver.number(limit) - clocks[clock + 1]
            if rel in (">", ">=", "=="):
                lows.append((room, rel == ">"))
            if rel in ("<", "<=", "=="):
                highs.append((room, rel == "<"))
        # No waiting time fits between some lower and some upper limit.
        solver.add(
            z3.Or(*(lo >= hi if strict or open_ else lo > hi for lo, strict in lows for hi, open_ in highs))  # type: ignore[operator]
        )
    known[key] = solver.check() != z3.unsat
    return known[key]
