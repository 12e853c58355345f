"""The properties about endless runs, asked of the state graph of a TCP scenario."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from fractions import Fraction
from typing import Any

from tcpverify.engines.explore import Budget, Exploration
from tcpverify.engines.liveness import deadlocks, find_cycle, in_time, no_cycle
from tcpverify.evidence.concrete import concretise
from tcpverify.evidence.trace import Trace
from tcpverify.lang.system import Edge
from tcpverify.tcp.properties import Property
from tcpverify.tcp.scenario import GAVE_UP, Action, Scenario
from tcpverify.workflow.setting import is_closing, proper_end

__all__ = ["counterexample", "path"]


def counterexample(
    system: Scenario, run: Exploration, item: Property, values: Mapping[str, Fraction], model: str, seconds: float,
    partial: bool = False, late: Callable[[], bool] | None = None,
) -> Trace | None:  # fmt: skip
    """A run that breaks the property, or None if the exploration (unless ``partial``) shows that there is none.

    ``late`` is asked now and then whether to give up.

    Raises
    ------
    TimeoutError
        if it is late, or a further exploration that the answer needs hits the time limit.
    """
    found = path(system, run, item, seconds, partial, late)
    if found is None:
        return None
    start: Any = run.skeleton.locations[run.location[0]]
    return concretise(system, start, found[0], values, model, item.name, loop=found[1])


def path(
    system: Scenario, run: Exploration, item: Property, seconds: float, partial: bool = False,
    late: Callable[[], bool] | None = None,
) -> tuple[list[Edge], int | None] | None:  # fmt: skip
    """The edges of such a run, and how many come before the part that repeats (None: it comes to a stop).

    Raises
    ------
    TimeoutError
        as for :func:`counterexample`.
    """
    if item.kind == "deadlock":
        found = deadlocks(run, lambda location: proper_end(system, location), late)
        return ([_edge(run, s) for s in run.path(found[0])], None) if found else None
    if item.kind == "liveness":
        stuck = _waiting_for_ever(system, run, late)
        if stuck is not None:
            return [_edge(run, s) for s in run.path(stuck)], None
    if no_cycle(run, _does_not_open):
        return None  # every kind of edge asked for below is among these
    wanted = _delivers if item.kind == "cycle" else _does_not_open

    def bad(location: Hashable) -> bool:
        if location == GAVE_UP:
            return False
        if item.kind == "cycle":
            return True
        ends = system.snapshot(location).ends  # type: ignore[arg-type]
        return any(is_closing(e) for e in ends) and not _may_close(system, location)

    lasso = find_cycle(run, wanted, bad, Budget(seconds=seconds, interrupted=late), partial, late)
    if lasso is None:
        return None
    # A cycle may come back to the mirror image of where it began: twice around is once around for both ends.
    steps = [*lasso.stem, *lasso.cycle]
    mirrored = sum(_edge(lasso.run, s).label.mirrored for s in lasso.cycle) % 2
    return [_edge(lasso.run, s) for s in steps + list(lasso.cycle) * mirrored], len(lasso.stem)


def _edge(run: Exploration, step: tuple[int, int]) -> Edge:
    return run.skeleton.edge(run.location[step[0]], step[1])


def _delivers(edge: Edge) -> bool:
    action: Action = edge.label
    return action.kind == "deliver" and not any(action.lost)


def _does_not_open(edge: Edge) -> bool:
    action: Action = edge.label
    return not (action.kind == "call" and action.plan is not None and action.plan.event.name.startswith("OPEN"))


def _may_close(system: Scenario, location: Hashable) -> bool:
    """Whether an application still has a CLOSE to make here: it will, sooner or later."""
    edges = system.edges(location)  # type: ignore[arg-type]
    return any(e.label.plan is not None and e.label.plan.event.name in ("CLOSE", "SEND") for e in edges)


def _waiting_for_ever(system: Scenario, run: Exploration, late: Callable[[], bool] | None) -> int | None:
    """A state in which an end has closed, is not CLOSED, and only a new OPEN could make anything happen."""
    skeleton = run.skeleton
    for count, (number, states) in enumerate(run.at.items()):
        in_time(count, late)
        location: Any = skeleton.locations[number]
        waiting = list(states)
        for index, (_, pattern, _) in enumerate(skeleton.expand(number)):
            if _does_not_open(skeleton.edge(number, index)):
                waiting = [s for s in waiting if run.after(run.zone[s], pattern) < 0]
                if not waiting:
                    break
        if waiting and location != GAVE_UP and any(is_closing(e) for e in system.snapshot(location).ends):
            return waiting[0]
    return None
