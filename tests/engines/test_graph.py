"""The state space as a networkx graph: counts, attributes, paths, dominators, components."""

from fractions import Fraction

import networkx as nx
import pytest

from tcpverify.engines.explore import Budget, explore
from tcpverify.engines.graph import dominators, location_graph, shortest_path, state_graph
from tcpverify.engines.skeleton import Skeleton
from tcpverify.tcp import properties
from tcpverify.tcp.labels import describe, node_name
from tcpverify.tcp.registry import load
from tcpverify.tcp.scenario import Scenario
from tcpverify.tcp.scope import Scope
from tcpverify.workflow.check import check
from tcpverify.workflow.results import CheckRequest

ONE = {"MSL": Fraction(1), "RTO_MAX": Fraction(1), "TIME_WAIT": Fraction(2)}


@pytest.fixture(scope="module")
def textbook():
    system = Scenario(
        load("textbook").table, Scope(losses=0), observer=properties.observe, drain=properties.drain
    )
    run = explore(Skeleton(system), ONE)
    return system, run, state_graph(run, describe(system))


def test_the_graph_has_the_states_and_transitions_of_the_exploration(textbook):
    _, run, graph = textbook
    assert graph.number_of_nodes() == len(run)
    assert graph.number_of_edges() == run.transitions


def test_edges_carry_rule_segment_endpoint_and_clause(textbook):
    system, _, graph = textbook
    for _, _, data in graph.edges(data=True):
        assert data["end"] in "AB"
        assert data["edge"].target is not None
        if data["rule"]:
            assert system.table.rules[data["rule"]].clause == data["clause"]
        if data["kind"] == "deliver":
            assert data["segment"]


def test_the_shortest_path_is_as_long_as_the_search_says(textbook):
    _, run, graph = textbook
    for state, _ in run.first.values():
        assert len(shortest_path(graph, 0, state)) - 1 <= len(run.path(state))


def test_every_way_to_time_wait_expiring_passes_a_fin(textbook):
    system, run, graph = textbook
    state, _ = run.first["time-wait-expired"]
    names = [node_name(system, graph.nodes[n]["location"]) for n in dominators(graph, state)]
    assert names[0] == "ESTABLISHED / ESTABLISHED"
    assert "FIN" in names[1]


def test_runs_come_back_to_where_they_began(textbook):
    _, _, graph = textbook
    largest = max(nx.strongly_connected_components(graph), key=len)
    assert 0 in largest, "a closed connection is opened again"


def test_deliveries_alone_make_no_cycle(textbook):
    _, run, _ = textbook
    graph = location_graph(run, lambda edge: edge.label.kind == "deliver")
    assert nx.is_directed_acyclic_graph(graph)


def test_a_search_cut_short_says_so():
    system = Scenario(load("textbook").table, Scope(losses=0))
    run = explore(Skeleton(system), ONE, budget=Budget(states=1500))
    assert run.stopped == "states" and not run.complete
    assert run.depth > 3


def test_a_least_timeout_is_no_deadlock():
    """The zone of a timer that must still run forgets its upper bound; what waits for it is not stuck."""
    report = check(
        CheckRequest("textbook", Fraction(1), (Fraction(2),), rto_min=Fraction(1, 2), scope=Scope(losses=0),
                     properties=("deadlock-free",))
    )  # fmt: skip
    assert [v.verdict for v in report.verdicts] == ["proved"]


def test_what_only_a_timeout_of_zero_could_break_is_neither_proved_nor_refuted(tmp_path):
    """Timeouts are above zero, the exploration includes zero: the gap between the two is said, not hidden."""
    (tmp_path / "mute.py").write_text(
        "from tcpverify.tcp.vocabulary import *\n"
        'AMENDMENT = Amendment("mute", "no ACK in CLOSING", "none", (change("FIN-WAIT-1.fin", emits=()),))\n'
    )
    report = check(
        CheckRequest(
            f"textbook+{tmp_path}/mute.py", Fraction(1), (Fraction(2),), properties=("clean-reopen", "drained")
        )
    )
    assert [v.verdict for v in report.verdicts] == ["unknown", "proved"]
    assert "timeout of zero" in report.verdicts[0].reason and report.exit_status == 3


def test_a_time_limit_is_not_used_up_once_all_is_decided():
    request = CheckRequest(
        "rfc9293", Fraction(1), (Fraction(2),), scope=Scope(losses=0), properties=("no-assassination",), seconds=600.0
    )
    (verdict,) = check(request).verdicts
    assert verdict.verdict == "refuted" and verdict.assurance.states < 100_000
