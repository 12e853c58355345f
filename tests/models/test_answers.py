"""The zone engine gives the published answers on the textbook models, with the exact number of states."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tcpverify.engines.explore import Exploration, explore
from tcpverify.engines.skeleton import Skeleton
from tcpverify.lang.automata import Network
from tests.models.fischer import BOTH as BOTH_CRITICAL
from tests.models.fischer import fischer
from tests.models.train_gate import BOTH as BOTH_TRAINS
from tests.models.train_gate import CROSSES, train_gate

F = Fraction


def run(net: Network, inclusion: bool, **values: Fraction) -> Exploration:
    found = explore(Skeleton(net), values, inclusion=inclusion)
    assert found.complete
    return found


@pytest.mark.parametrize("inclusion", [True, False])
@pytest.mark.parametrize("strict_wait", [True, False])
@pytest.mark.parametrize("processes", [2, 3])
@pytest.mark.parametrize(("a", "b"), [(F(1), F(2)), (F(2), F(2)), (F(5, 2), F(2)), (F(1, 3), F(2, 5))])
def test_fischer_is_safe_iff_writing_is_faster_than_waiting(
    processes: int, strict_wait: bool, inclusion: bool, a: Fraction, b: Fraction
) -> None:
    found = run(fischer(processes, strict_wait=strict_wait), inclusion, A=a, B=b)
    assert (BOTH_CRITICAL not in found.first) == (a <= b if strict_wait else a < b)


#: Fischer with A < B: 18, 65, 220, 727, 2378, ... zones are also what TChecker counts for its own version
@pytest.mark.parametrize(
    ("processes", "a", "inclusion", "states", "transitions"),
    [
        (2, 1, True, 18, 26),
        (3, 1, True, 65, 120),
        (4, 1, True, 220, 492),
        (5, 1, True, 727, 1910),
        (5, 1, False, 727, 1910),
        (2, 3, True, 28, 48),
        (2, 3, False, 34, 58),
        (3, 3, True, 162, 384),
        (3, 3, False, 221, 528),
        (4, 3, True, 862, 2560),
        (4, 3, False, 1300, 3972),
    ],
)
def test_fischer_counts(processes: int, a: int, inclusion: bool, states: int, transitions: int) -> None:
    found = run(fischer(processes), inclusion, A=F(a), B=F(2))
    assert (len(found), found.transitions) == (states, transitions)


def test_fischer_counts_do_not_depend_on_the_unit_of_time() -> None:
    sizes = {len(run(fischer(3), False, A=F(5, 2) * unit, B=2 * unit)) for unit in (F(1, 7), F(1), F(120000))}
    assert sizes == {221}


@pytest.mark.parametrize("inclusion", [True, False])
@pytest.mark.parametrize("trains", [2, 3])
@pytest.mark.parametrize("reaction", [F(0), F(99, 10), F(10), F(11)])
def test_train_gate_is_safe_iff_the_gate_reacts_within_ten(
    trains: int, reaction: Fraction, inclusion: bool
) -> None:
    found = run(train_gate(trains), inclusion, REACTION=reaction)
    assert (BOTH_TRAINS not in found.first) == (reaction < 10)
    assert CROSSES in found.first


@pytest.mark.parametrize(
    ("trains", "reaction", "inclusion", "states", "transitions"),
    [(2, 0, True, 22, 33), (2, 0, False, 23, 34), (3, 0, True, 96, 158), (3, 0, False, 103, 165),
     (2, 10, True, 29, 44), (3, 10, True, 139, 225), (3, 10, False, 139, 225)],
)  # fmt: skip
def test_train_gate_counts(
    trains: int, reaction: int, inclusion: bool, states: int, transitions: int
) -> None:
    found = run(train_gate(trains), inclusion, REACTION=F(reaction))
    assert (len(found), found.transitions) == (states, transitions)


def test_the_shortest_way_to_two_trains_is_four_steps() -> None:
    found = run(train_gate(2), True, REACTION=F(10))
    state, _ = found.first[BOTH_TRAINS]
    assert len(found.path(state)) + 1 == 4
