"""The zone engine against TChecker: the same answers and the same zones."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tcpverify.engines.explore import Exploration, explore
from tcpverify.engines.skeleton import Skeleton
from tcpverify.errors import ModelError
from tcpverify.exports.tchecker import BEYOND, LABEL, flat, network
from tcpverify.lang.automata import Network
from tests.agreement.strategies import MARK, RandomModel, Table, random_models, random_networks
from tests.agreement.tchecker import TCheckerError, reach
from tests.models.fischer import BOTH, fischer
from tests.models.train_gate import train_gate

F = Fraction
SETTINGS = settings(
    derandomize=True, max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # fmt: skip


def run(model: RandomModel, inclusion: bool) -> Exploration:
    return explore(Skeleton(model.system), model.valuation, inclusion=inclusion)


def hit(model: RandomModel) -> bool:
    return reach(flat(model.system, model.valuation, marks=[MARK]), LABEL).reachable


@given(random_models())
@SETTINGS
def test_reachability_agrees(model: RandomModel) -> None:
    expected = hit(model)
    assert (MARK in run(model, True).first) == expected
    assert (MARK in run(model, False).first) == expected


@given(random_models())
@SETTINGS
def test_all_zones_agree(model: RandomModel) -> None:
    """Same clock bounds, same abstraction: then also the same number of zones, location by location."""
    ours, theirs = run(model, False), reach(flat(model.system, model.valuation), algorithm="reach")
    assert (len(ours), ours.transitions) == (theirs.states, theirs.transitions)


@given(random_networks())
@settings(SETTINGS, max_examples=50)
def test_both_exports_of_a_network_agree(model: RandomModel) -> None:
    assert isinstance(model.system, Network)
    try:
        text = network(model.system, model.valuation, mark=MARK)
    except ModelError as error:
        assert "synchronises" in str(error) or "assigned anew" in str(error)
        return
    assert reach(text, LABEL).reachable == hit(model)


@given(random_models(), st.integers(0, 6))
@settings(SETTINGS, max_examples=50)
def test_sharing_locations_changes_no_answer(model: RandomModel, pairs: int) -> None:
    text = flat(model.system, model.valuation, marks=[MARK], max_pairs=pairs)
    assert reach(text, LABEL).reachable == hit(model)


@pytest.mark.parametrize(("processes", "a"), [(2, F(1)), (2, F(2)), (3, F(1)), (3, F(5, 2)), (4, F(1))])
def test_fischer_has_the_zones_that_tchecker_finds(processes: int, a: Fraction) -> None:
    net, values = fischer(processes), {"A": a, "B": F(2)}
    skeleton = Skeleton(net)
    ours = explore(skeleton, values, inclusion=False)
    reached = {skeleton.locations[n] for n in ours.location}
    theirs = reach(flat(net, values, within=reached, max_pairs=1000), algorithm="reach")
    assert (len(ours), ours.transitions) == (theirs.states, theirs.transitions)
    assert reach(network(net, values, mark=BOTH), LABEL).reachable == (BOTH in ours.first)


@pytest.mark.parametrize("reaction", [F(0), F(99, 10), F(10)])
def test_train_gate_has_the_zones_that_tchecker_finds(reaction: Fraction) -> None:
    net, values = train_gate(3), {"REACTION": reaction}
    ours = explore(Skeleton(net), values, inclusion=False)
    theirs = reach(flat(net, values), algorithm="reach")
    assert (len(ours), ours.transitions) == (theirs.states, theirs.transitions)


def test_a_set_of_locations_that_runs_leave_is_noticed() -> None:
    net, values = train_gate(2), {"REACTION": F(0)}
    skeleton = Skeleton(net)
    ours = explore(skeleton, values)
    reached = {skeleton.locations[n] for n in ours.location}
    assert not reach(flat(net, values, within=reached), BEYOND).reachable
    dropped = skeleton.locations[ours.location[len(ours) - 1]]
    assert reach(flat(net, values, within=reached - {dropped}), BEYOND).reachable


def test_what_tchecker_refuses_is_an_error() -> None:
    with pytest.raises(TCheckerError):
        reach("system:s\nedge:P:a:b:e\n")


def test_two_initial_locations_are_refused() -> None:
    class Two(Table):
        def initial(self):  # type: ignore[no-untyped-def]
            return [(0, 0), (1, 0)]

    with pytest.raises(ModelError, match="starts in one location"):
        flat(Two([0, 0], [(), ()], [[], []]), {})
