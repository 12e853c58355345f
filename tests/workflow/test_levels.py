"""All groups and members in one graph: what is left of it for any choice of expanded groups is the quotient."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import networkx as nx
import pytest

from tcpverify.tcp.scope import Scope
from tcpverify.workflow.graph import reachable_graph
from tcpverify.workflow.quotient import levels, quotient
from tcpverify.workflow.results import CheckRequest

MEMBERS = 5


@pytest.fixture(scope="module")
def graph() -> nx.MultiDiGraph:
    return reachable_graph(CheckRequest("textbook", Fraction(1), scope=Scope(losses=0, retransmissions=0)))


@pytest.mark.parametrize("by", ["ends", "flight", "incarnation"])
def test_what_is_left_is_the_quotient(graph: nx.MultiDiGraph, by: str) -> None:
    whole = levels(graph, by, MEMBERS)
    groups = sorted({d["group"] for n, d in whole.nodes(data=True) if d["group"] != n})
    assert groups
    choices = [[], groups, *(Random(seed).sample(groups, min(3, len(groups))) for seed in range(3))]
    for expanded in choices:
        seen = [n for n, d in whole.nodes(data=True) if (d["group"] in expanded) == (d["group"] != n)]
        found, wanted = whole.subgraph(seen), quotient(graph, by, expanded, members=MEMBERS)
        assert dict(found.nodes(data=True)) == dict(wanted.nodes(data=True))
        assert {(t, h): d for t, h, d in found.edges(data=True)} == {(t, h): d for t, h, d in wanted.edges(data=True)}
