"""The reachable states of a model as a graph of plain data, for pictures and for whoever likes networkx.

What to show of it is not decided here: `tcpverify.workflow.quotient` makes one node of many states.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import networkx as nx

from tcpverify.engines.explore import Budget, Exploration, explore
from tcpverify.engines.skeleton import Skeleton
from tcpverify.errors import UsageError
from tcpverify.evidence.trace import Trace
from tcpverify.tcp import properties
from tcpverify.tcp.scenario import Scenario
from tcpverify.workflow import setting
from tcpverify.workflow.follow import follow, located, say
from tcpverify.workflow.lenses import LENSES
from tcpverify.workflow.limits import Limits, without_collector
from tcpverify.workflow.results import CheckRequest
from tcpverify.workflow.states import Words

__all__ = ["STATES", "reachable_graph", "request_of"]

#: symbolic states after which an exploration for a picture stops, if nobody says otherwise
STATES = 20_000

Report = Callable[[int, int, int, str], None]


def reachable_graph(
    request: CheckRequest,
    *,
    times: bool = False,
    trace: Trace | None = None,
    progress: Report | None = None,
    interrupted: Callable[[], bool] | None = None,
) -> nx.MultiDiGraph:
    """Everything that can be reached at one TIME-WAIT, or as much as the limits of the request allow.

    Parameters
    ----------
    request
        ``time_waits`` holds at most one duration, the model's own otherwise; ``states`` is the limit (0: `STATES`);
        the first of ``properties`` says through which lens ``part`` is seen (otherwise ``no-old-segment``).
    times
        add what states say of their clocks.
    trace
        a run of the same model and scope, to be marked as a path.

    Returns
    -------
    networkx.MultiDiGraph
        ``graph["kind"]`` is ``reachable``. Nodes are numbers in the order in which states were found; they have
        ``ends``, ``flight``, ``incarnations``, ``part``, ``depth``, ``initial``, and, if asked for, ``times`` and
        ``zone``. Edges have ``event``, ``kind``, ``end``, ``rule``, ``clause``, ``sent``, ``breaks`` and, with times,
        ``guard``. On the path of a trace, nodes have ``path`` (``0; 4``: before the first step and after the fourth)
        and ``named`` (``A: TIME-WAIT / B: CLOSED``), edges have ``path`` (``5``), ``time`` and ``said``.

    Raises
    ------
    UsageError, ModelError
        if the request cannot be carried out.
    FileFormatError
        if the trace is not a run of this model.
    """
    if len(request.time_waits) > 1:
        raise UsageError("one graph is about one TIME-WAIT; give --time-wait once, or not at all")
    if request.engine != "zones":
        raise UsageError("the graph is that of the zone engine; leave --engine out")
    with without_collector():
        limits = Limits(request.seconds, request.memory, interrupted or (lambda: False))
        model = setting.model(request.model, request.scope)
        request = setting.prepared(model, request)
        wanted = request.properties or properties.DEFAULT
        own = setting.own_time_wait(model, request.msl)
        values = setting.parameters(request, request.time_waits[0] if request.time_waits else own)
        system = setting.scenario(model, request.scope, request, wanted)
        run = explore(
            Skeleton(system), values, progress=_said(progress),
            budget=Budget(limits.remaining(), request.states or STATES, limits.stop),
        )  # fmt: skip
        lens = LENSES[wanted[0] if request.properties else "no-old-segment"]
        words = Words(system, lens, wanted)
        graph = _graph(run, system, words, times)
        graph.graph.update(
            kind="reachable", model=model.name, title=model.parts[0].title,
            amendments="; ".join(part.title for part in model.parts[1:]), lens=lens.meaning,
            time_wait=str(values["TIME_WAIT"]), msl=str(values["MSL"]), states=len(run),
            transitions=graph.number_of_edges(), depth=run.depth, stopped=run.stopped,
            interrupted=limits.stopped, times=times,
            **{f"parameter {name}": str(value) for name, value in values.items()},
            **{f"scope {name}": _plain(value) for name, value in request.scope.as_json().items()},
        )  # fmt: skip
        if trace is not None:
            say(graph, follow(run, system, trace), run, words, trace)
    return graph


def request_of(trace: Trace, model: str = "") -> CheckRequest:
    """The request that explores what a trace is a run of."""
    values = dict(trace.parameters)
    known = ("MSL", "TIME_WAIT", "RTO_MIN", "RTO_MAX", "DELAY_MIN", "TICK")
    return CheckRequest(
        model=model or trace.model,
        msl=values["MSL"],
        time_waits=(values["TIME_WAIT"],),
        rto_min=values.get("RTO_MIN") or None,
        rto_max=values.get("RTO_MAX"),
        delay_min=values.get("DELAY_MIN", Fraction(0)),
        tick=values.get("TICK"),
        scope=trace.scope,
        properties=(trace.property,),
        durations=tuple((name, value) for name, value in values.items() if name not in known),
    )


def _said(progress: Report | None) -> Callable[[int, int, int], None] | None:
    if progress is None:
        return None
    return lambda states, transitions, depth: progress(states, transitions, depth, "exploring")


def _plain(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def _graph(run: Exploration, system: Scenario, words: Words, times: bool) -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    skeleton, scale = run.skeleton, run.resolver.scale
    depth: list[int] = []
    for state in range(len(run)):
        parent = run.parent[state]
        depth.append(depth[parent] + 1 if parent >= 0 else 0)
        location = located(run, run.location[state])
        more = words.times(location, run.zones.matrix(run.zone[state]), run.valuation, scale) if times else {}
        graph.add_node(state, **words.node(location), depth=depth[state], initial=parent < 0, **more)
    for state in range(len(run)):
        if skeleton.edges_of[run.location[state]] is None:
            continue  # the exploration stopped before it came here
        source = located(run, run.location[state])
        for index, target in run.enabled(state):
            if target < 0:
                continue
            edge = skeleton.edge(run.location[state], index)
            more = {"guard": words.guard(source, edge.guard)} if times else {}
            graph.add_edge(state, target, key=index, **words.edge(source, edge), **more)
    return graph
