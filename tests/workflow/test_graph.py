"""The graph of reachable states: complete, plain, grouped without losing a transition; traces are found in it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import networkx as nx
import pytest

from tcpverify.errors import FileFormatError, UsageError
from tcpverify.evidence.trace import Trace, parse
from tcpverify.tcp.properties import PROPERTIES
from tcpverify.tcp.scope import Scope
from tcpverify.workflow.graph import reachable_graph, request_of
from tcpverify.workflow.intervals import Interval, around, named
from tcpverify.workflow.intervals import parse as parse_intervals
from tcpverify.workflow.lenses import LENSES
from tcpverify.workflow.quotient import BY, folded, group_named, quotient
from tcpverify.workflow.results import CheckRequest

TRACES = Path(__file__).parent.parent / "views" / "traces"
SMALL = CheckRequest("textbook", Fraction(1), scope=Scope(losses=0, retransmissions=0))
#: too short: a property is broken soon
SHORT = CheckRequest(
    "textbook", Fraction(1), (Fraction(1, 2),), scope=Scope(losses=0), states=1, properties=("drained",)
)  # fmt: skip


@pytest.fixture(scope="module")
def small() -> nx.MultiDiGraph:
    return reachable_graph(SMALL, times=True)


@pytest.fixture(scope="module")
def short() -> nx.MultiDiGraph:
    return reachable_graph(SHORT)


def saved(name: str) -> Trace:
    return parse((TRACES / f"{name}.json").read_text(encoding="utf-8"))


def test_all_that_can_be_reached_is_there_and_plain(small: nx.MultiDiGraph) -> None:
    assert not small.graph["stopped"] and small.graph["states"] == len(small)
    assert small.graph["transitions"] == small.number_of_edges()
    assert nx.descendants(small, 0) | {0} == set(small)
    depths = nx.single_source_shortest_path_length(small, 0)
    assert depths == {state: data["depth"] for state, data in small.nodes(data=True)}
    values = [v for _, d in small.nodes(data=True) for v in d.values()]
    values += [v for _, _, d in small.edges(data=True) for v in d.values()] + [*small.graph.values()]
    assert all(isinstance(value, (str, int, bool)) for value in values)


@pytest.mark.parametrize("by", BY)
def test_every_state_and_transition_is_counted_once(small: nx.MultiDiGraph, by: str) -> None:
    expand = [] if by == "none" else [group_of(small, by)]
    for groups in (quotient(small, by), quotient(small, by, expand, members=5)):
        assert sum(data["states"] for _, data in groups.nodes(data=True)) == len(small)
        inside = sum(data["inside"] for _, data in groups.nodes(data=True))
        assert inside + sum(data["count"] for _, _, data in groups.edges(data=True)) == small.number_of_edges()
        assert [data["depth"] for _, data in groups.nodes(data=True) if data["initial"]] == [0]


def group_of(graph: nx.MultiDiGraph, by: str) -> str:
    """The largest group."""
    groups = quotient(graph, by)
    return max(groups, key=lambda name: groups.nodes[name]["states"])


def test_a_group_shows_so_many_members_and_the_rest_as_one(small: nx.MultiDiGraph) -> None:
    groups = quotient(small, expand=["TIME-WAIT/last-ack"], members=4)
    members = [d for _, d in groups.nodes(data=True) if d["group"] == "LAST-ACK / TIME-WAIT"]
    assert len(members) == 4 and all(d["expanded"] for d in members)
    whole = quotient(small).nodes["LAST-ACK / TIME-WAIT"]
    assert sum(d["states"] for d in members) == whole["states"] > 4
    assert members[-1]["label"].endswith(" more")
    with pytest.raises(UsageError, match="no group 'TIME-WAIT' to expand; there are ESTABLISHED"):
        group_named(small, "ends", "TIME-WAIT")


def test_what_is_too_large_for_a_picture_is_made_coarser(small: nx.MultiDiGraph) -> None:
    assert len(small) <= 500 and len(folded(small, "none")) == len(small)
    large = reachable_graph(replace(SMALL, scope=Scope(losses=0)))
    assert len(large) == 3514
    assert (folded(large, "none").graph["by"], folded(large, "none").graph["asked"]) == ("ends", "none")
    assert len(folded(large, "none", data=True)) == 3514
    assert len(quotient(large)) == 27


def test_what_a_property_looks_at_decides_what_breaks_it(short: nx.MultiDiGraph) -> None:
    groups = quotient(short, "property")
    breaking = {t for t, _, d in groups.edges(data=True) if "drained" in d["breaks"]}
    breaking |= {n for n, d in groups.nodes(data=True) if "drained" in d.get("breaks", "")}
    assert breaking and all(name.endswith("something of it in flight") for name in breaking)
    assert len(groups) < len(quotient(short))


def test_every_property_has_a_lens() -> None:
    assert set(LENSES) == {p.name for p in PROPERTIES}


def test_clocks(small: nx.MultiDiGraph) -> None:
    timed = [d["times"] for _, d in small.nodes(data=True) if d["ends"] == "CLOSED / TIME-WAIT" and not d["flight"]]
    assert timed and all(text.startswith("TIME-WAIT timer ") for text in timed)
    assert around(timed) == "TIME-WAIT timer in [0, 2]"
    guards = {d["guard"] for _, _, d in small.edges(data=True) if d["event"] == "TIME-WAIT timeout"}
    assert "TIME-WAIT timer = TIME_WAIT" in guards
    half = Interval(Fraction(1, 2), True, Fraction(3), False)
    assert parse_intervals(named({"x": half, "y": Interval(Fraction(0), False, None, True)}))["x"] == half
    assert str(half.around(Interval(Fraction(1, 2), False, Fraction(3), True))) == "in [1/2, 3]"
    assert str(half.below(Fraction(3), True)) == "in (1/2, 3)" and str(half.below(Fraction(4), False)) == "in (1/2, 3]"


# ------------------------------------------------------------ traces


@pytest.mark.parametrize("name", ["too-short", "lost-ack", "assassination", "ack-loop"])
def test_a_trace_is_a_path(name: str) -> None:
    trace = saved(name)
    # So few states that a part of the path has to be added.
    graph = reachable_graph(replace(request_of(trace), states=1), trace=trace)
    steps: dict[int, tuple[int, int, dict[str, object]]] = {}
    for tail, head, data in graph.edges(data=True):
        for step in str(data.get("path", "")).split("; "):
            if step:
                steps[int(step)] = (tail, head, data)
    assert sorted(steps) == list(range(1, len(trace.steps) + 1))
    assert all(steps[n][1] == steps[n + 1][0] for n in range(1, len(steps)))
    ends = {name: end.state for name, end in trace.initial.items()}
    for number, step in enumerate(trace.steps, 1):
        tail, head, data = steps[number]
        assert data["rule"] == step.rule and data["end"] == ends[step.end]
        ends[step.end] = step.after.state
        assert sorted(graph.nodes[head]["ends"].split(" / ")) == sorted(ends.values())
        if graph.nodes[head]["named"]:
            assert graph.nodes[head]["named"].split(" · ")[0] == f"A: {ends['A']} / B: {ends['B']}"
    if trace.loop is None:
        assert trace.property in str(steps[len(trace.steps)][2]["breaks"])
    else:
        assert steps[trace.loop + 1][0] == steps[len(trace.steps)][1], "the endless part ends where it begins"


def test_a_counterexample_stays_apart_from_groups() -> None:
    trace = saved("too-short")
    graph = reachable_graph(replace(request_of(trace), states=1), trace=trace, times=True)
    groups = quotient(graph, path=True)
    # Clocks are named as the ends are, A on the left, in what was explored and in what was added.
    for data in (d for _, d in groups.nodes(data=True) if "path" in d):
        flying = data["named"].partition(" · ")[2].replace("old ", "").split()
        ages = [text.removeprefix("age of ").split(" ")[0] for text in data["times"].split("; ") if "age of" in text]
        assert sorted(flying) == sorted(ages)
    path = {int(d["path"]): d for _, d in groups.nodes(data=True) if "path" in d}
    assert sorted(path) == list(range(len(trace.steps) + 1)) and all(d["states"] == 1 for d in path.values())
    assert sum(data["states"] for _, data in groups.nodes(data=True)) == len(graph)
    inside = sum(data["inside"] for _, data in groups.nodes(data=True))
    assert inside + sum(data["count"] for _, _, data in groups.edges(data=True)) == graph.number_of_edges()


def test_a_trace_of_something_else_is_refused() -> None:
    trace = saved("too-short")
    with pytest.raises(FileFormatError, match=r"no run of textbook .* step 8"):
        reachable_graph(replace(request_of(trace), states=1, time_waits=(Fraction(2),)), trace=trace)
