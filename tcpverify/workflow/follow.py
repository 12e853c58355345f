"""A trace found again in an exploration: the states that it passes, and the edges that it takes.

A trace names ends and segments as they are throughout the run, the exploration as they are in each location, where
ends may have changed places. The step of a trace is any edge on which the same end has the same event by the same rule,
with the same segment delivered and the same ones lost; where that leaves a choice, all are followed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import networkx as nx

from tcpverify.engines.explore import Exploration
from tcpverify.engines.zones import EMPTY
from tcpverify.errors import FileFormatError
from tcpverify.evidence.trace import Step, Trace
from tcpverify.lang.system import Edge
from tcpverify.tcp.arrows import EVENTS_IN_WORDS
from tcpverify.tcp.location import Action, Location
from tcpverify.tcp.scenario import Scenario
from tcpverify.workflow.states import Words

__all__ = ["Visit", "follow", "located", "say"]


@dataclass(frozen=True)
class Visit:
    """One moment of a run between two steps.

    ``location`` and ``zone`` are numbers in the exploration, ``state`` the state that stands for them (-1: it was not
    explored so far). ``index`` is the edge that led here, ``flight`` the numbers of the trace's segments by position,
    ``mirrored`` whether end 0 is B.
    """

    location: int
    zone: int
    state: int
    flight: tuple[int, ...]
    mirrored: bool
    index: int = -1
    before: Visit | None = None


def follow(run: Exploration, system: Scenario, trace: Trace) -> list[Visit]:
    """The states that a trace passes, from the first to the last.

    Raises
    ------
    FileFormatError
        if no run of the exploration does what the trace says.
    """
    now = [Visit(run.location[0], run.zone[0], 0, (), mirrored) for mirrored in (False, True)]
    if not _begins(run, system, trace, False):
        now = now[1:]
    for number, step in enumerate(trace.steps, 1):
        found: dict[tuple[object, ...], Visit] = {}
        for visit in now:
            for after in _steps(run, system, visit, step):
                found.setdefault((after.location, after.zone, after.flight, after.mirrored), after)
        now = list(found.values())
        if not now:
            raise FileFormatError(f"no run of {trace.model} does what step {number} of the trace says ({step.rule})")
    last = trace.property if trace.steps and trace.property in trace.steps[-1].broken and trace.loop is None else ""
    for visit in now:
        if not last or (visit.before is not None and last in _taken(run, visit).marks):
            return _path(visit)
    raise FileFormatError(f"the last step of the trace does not break {last} in {trace.model}")


def _begins(run: Exploration, system: Scenario, trace: Trace, mirrored: bool) -> bool:
    ends = system.snapshot(located(run, run.location[0])).ends
    states = [trace.initial[name].state for name in ("BA" if mirrored else "AB")]
    return states == [e.state for e in ends]


def located(run: Exploration, number: int) -> Location:
    """The location of that number."""
    location: Location = run.skeleton.locations[number]  # type: ignore[assignment]
    return location


def _taken(run: Exploration, visit: Visit) -> Edge:
    assert visit.before is not None
    return run.skeleton.edge(visit.before.location, visit.index)


def _path(visit: Visit) -> list[Visit]:
    found = [visit]
    while found[-1].before is not None:
        found.append(found[-1].before)
    return found[::-1]


def _steps(run: Exploration, system: Scenario, visit: Visit, step: Step) -> Iterator[Visit]:
    for index, (target, pattern, _) in enumerate(run.skeleton.expand(visit.location)):
        edge = run.skeleton.edge(visit.location, index)
        action: Action = edge.label
        if not _is_step(action, visit, step):
            continue
        zone = run.after(visit.zone, pattern)
        if zone == EMPTY:
            continue
        state = run.covering(target, zone)
        mirrored = visit.mirrored ^ action.mirrored
        flight = _flight(system, edge, visit, step, mirrored)
        if flight is not None:
            yield Visit(target, run.zone[state] if state >= 0 else zone, state, flight, mirrored, index, visit)


def _is_step(action: Action, visit: Visit, step: Step) -> bool:
    plan = action.plan
    if plan is None or action.kind != step.kind or "AB"[action.end ^ visit.mirrored] != step.end:
        return False
    delivered = visit.flight[action.position] if action.position >= 0 else None
    return (
        (plan.event.name, plan.reaction.rule, plan.reaction.end.state) == (step.event, step.rule, step.after.state)
        and (delivered, action.kept) == (step.delivered, step.kept)
        and action.lost == tuple(s.lost for s in step.sent)
        and [s.flags() for s in plan.reaction.emits] == [s.flags for s in step.sent]
    )


def _flight(system: Scenario, edge: Edge, visit: Visit, step: Step, mirrored: bool) -> tuple[int, ...] | None:
    """The numbers of the segments in flight after a step: clocks say which stay, the others have just been sent."""
    fresh = [s for s in step.sent if not s.lost]
    found = []
    for position, number in enumerate(edge.target[2]):
        clock = edge.carry[position]
        if clock >= 0:
            found.append(visit.flight[clock])
            continue
        segment = system.parts.segments[number]
        what = ("AB"[segment.end ^ mirrored], segment.flags(), segment.text)
        record = next((r for r in fresh if (r.sender, r.flags, r.text) == what), None)
        if record is None:
            return None
        fresh.remove(record)
        found.append(record.number)
    return tuple(found)


# ------------------------------------------------------------ the path in the graph


def say(graph: nx.MultiDiGraph, path: list[Visit], run: Exploration, words: Words, trace: Trace) -> None:
    """Mark a path in the graph of the same exploration, and add what was not explored so far."""
    nodes: list[int] = []
    beyond: dict[tuple[int, int], int] = {}
    for number, visit in enumerate(path):
        node = visit.state
        if number == len(path) - 1 and trace.loop is not None and visit.location == path[trace.loop].location:
            # The run is back; the symbolic state that stands for it here may be a larger one.
            node = nodes[trace.loop]
        if node < 0:
            node = beyond.setdefault((visit.location, visit.zone), len(graph))
        location = located(run, visit.location)
        if node not in graph:
            graph.add_node(node, **words.node(location), depth=number, initial=False)
        nodes.append(node)
        _passed(graph.nodes[node], number, visit, words, location)
        if graph.graph["times"]:
            # The clocks of a state are named as its ends are.
            left = int(visit.mirrored) if graph.nodes[node]["named"] else None
            zone = run.zones.matrix(visit.zone)
            graph.nodes[node].update(words.times(location, zone, run.valuation, run.resolver.scale, left))
    flags = {s.number: s.flags for step in trace.steps for s in step.sent}
    for number, (step, visit) in enumerate(zip(trace.steps, path[1:], strict=True), 1):
        tail, head = nodes[number - 1], nodes[number]
        source = located(run, path[number - 1].location)
        if not graph.has_edge(tail, head, visit.index):
            edge = _taken(run, visit)
            more = {"guard": words.guard(source, edge.guard)} if graph.graph["times"] else {}
            graph.add_edge(tail, head, key=visit.index, **words.edge(source, edge), **more)
        data = graph.edges[tail, head, visit.index]
        for name, text in (("path", str(number)), ("time", str(step.time)), ("said", _said(step, flags))):
            data[name] = f"{data[name]}; {text}" if name in data else text
    graph.graph["trace_property"] = trace.property
    graph.graph["trace_steps"] = len(trace.steps)
    graph.graph["trace_reason"] = trace.because(trace.steps[-1], trace.property) if trace.steps else ""
    if trace.loop is not None:
        graph.graph["trace_loop"] = trace.loop


def _passed(data: dict[str, object], number: int, visit: Visit, words: Words, location: Location) -> None:
    """Note on a node that the path passes it, and how it is named with A on the left, if that is so each time."""
    named = words.named(location, visit.mirrored)
    data["named"] = named if data.get("named", named) == named else ""
    data["path"] = f"{data['path']}; {number}" if "path" in data else str(number)


def _said(step: Step, flags: dict[int, str]) -> str:
    """A step in one line: who, what, what is sent."""
    sent = [f"snd #{s.number} {s.flags}{' (lost)' if s.lost else ''}" for s in step.sent]
    what = EVENTS_IN_WORDS.get(step.event, f"{step.event} timeout" if step.kind == "timer" else step.event)
    if step.delivered is not None:
        what = f"rcv #{step.delivered} {flags[step.delivered]}"
    return ", ".join([f"{step.end}: {what}", *sent])
