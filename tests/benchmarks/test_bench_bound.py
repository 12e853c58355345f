"""The clauses over parameters that the benchmark gives to Spacer say what the model says."""

from __future__ import annotations

from tcpverify.engines.discrete import Graph
from tcpverify.lang.region import Region
from tests.benchmarks.bench_bound import ParametricClauses, limited, numbered
from tests.models.fischer import BOTH, fischer

NAMES = ("A", "B")


def clauses(region: Region) -> ParametricClauses:
    graph = Graph(fischer(2))
    pending, known = [location for location, _ in graph.start], set()
    while pending:
        location = pending.pop()
        if location not in known:
            known.add(location)
            pending += [hop.target for hop in graph.hops(location)]
    assert numbered(graph, graph.locations) == known
    return ParametricClauses(graph, NAMES, region, known, BOTH)


def test_fischer_is_safe_exactly_if_waiting_takes_longer_than_writing() -> None:
    assert clauses(Region(2).meet(((-1, 1), True))).solve(60) is True
    assert clauses(Region(2).meet(((-1, 1), False))).solve(60) is False


def test_a_call_that_takes_too_long_is_ended() -> None:
    assert limited(60, lambda: 1)[0] == 1
    assert limited(0.2, lambda: __import__("time").sleep(60))[0] is None
