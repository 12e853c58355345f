"""The engine that asks Z3: verdicts, shortest runs, limits, and agreement with the zone engine."""

from __future__ import annotations

import random
import time
from collections.abc import Hashable, Sequence
from fractions import Fraction
from pathlib import Path
from runpy import run_path

import pytest

from tcpverify.engines.bounded import Run
from tcpverify.engines.discrete import check_path
from tcpverify.engines.explore import explore
from tcpverify.engines.skeleton import Skeleton
from tcpverify.engines.smt import METHODS, SmtResult, solve
from tcpverify.lang.linear import Linear, constant, parameter
from tcpverify.lang.system import Constraint, Edge, TimedSystem, Valuation
from tcpverify.lang.table import Table
from tcpverify.tcp.properties import drain, observe
from tcpverify.tcp.scenario import Scenario
from tcpverify.tcp.scope import Scope

MODELS = Path(__file__).resolve().parents[2] / "models"
BAD = frozenset({"bad"})


class Listed:
    """A timed system given by lists."""

    def __init__(
        self,
        start: tuple[Hashable, int],
        edges: dict[Hashable, list[Edge]],
        invariants: dict[Hashable, list[Constraint]] | None = None,
    ) -> None:
        self.start, self.out, self.invariants = start, edges, invariants or {}

    def initial(self) -> list[tuple[Hashable, int]]:
        return [self.start]

    def edges(self, location: Hashable) -> Sequence[Edge]:
        return self.out.get(location, [])

    def invariant(self, location: Hashable) -> Sequence[Constraint]:
        return self.invariants.get(location, [])


def row(clock: int, rel: str, bound: int | Fraction | Linear) -> Constraint:
    return Constraint(clock, rel, bound if isinstance(bound, Linear) else constant(bound))


def ticking() -> Listed:
    """Clock 1 ticks every second; clock 0, the total, ends at END. Three seconds are bad."""
    return Listed(
        ("work", 2),
        {"work": [
            Edge("work", (row(1, "==", 1),), (0, -1), "tick"),
            Edge("done", (row(0, ">=", 3), row(1, ">=", 1)), (), "late", BAD),
        ]},
        {"work": [row(1, "<=", 1), row(0, "<=", parameter("END"))]},
    )  # fmt: skip


def test_refutes_with_the_fewest_steps_and_the_only_possible_times() -> None:
    result = solve(ticking(), {"END": Fraction(3)}, "bad", seconds=20)
    assert (result.verdict, result.method, result.depth) == ("refuted", "bounded", 3)
    assert result.witness is not None
    assert [edge.label for edge in result.witness.edges] == ["tick", "tick", "late"]
    assert result.witness.times == (1, 2, 3)


@pytest.mark.parametrize("methods", [("induction",), ("spacer",), ("induction", "bounded")])
def test_each_method_proves_alone(methods: tuple[str, ...]) -> None:
    result = solve(ticking(), {"END": Fraction(299, 100)}, "bad", seconds=20, methods=methods)
    assert (result.verdict, result.method) == ("proved", methods[0])


def test_bounded_search_alone_refutes_and_can_only_give_up_on_a_loop() -> None:
    refuted = solve(ticking(), {"END": Fraction(3)}, "bad", seconds=20, methods=("bounded",))
    assert (refuted.verdict, refuted.depth) == ("refuted", 3)
    given_up = solve(ticking(), {"END": Fraction(2)}, "bad", seconds=20, max_depth=6, methods=("bounded",))
    assert (given_up.verdict, given_up.limit, given_up.depth) == ("unknown", "depth", 6)


def test_bounded_search_proves_when_every_run_ends() -> None:
    system = Listed(("a", 1), {"a": [Edge("b", (row(0, ">=", 2),), (0,))],
                               "b": [Edge("c", (row(0, "<", 2),), (), None, BAD)]})  # fmt: skip
    result = solve(system, {}, "bad", seconds=20, methods=("bounded",))
    assert (result.verdict, result.method) == ("proved", "bounded")


def test_a_strict_bound_is_not_a_weak_one() -> None:
    def system(rel: str) -> Listed:
        return Listed(("a", 1), {"a": [Edge("b", (row(0, rel, 1),), (0,))],
                                 "b": [Edge("c", (row(0, ">=", 1),), (), None, BAD)]},
                      {"b": [row(0, "<=", 1)], "a": [row(0, "<", 1)]})  # fmt: skip

    assert solve(system("<"), {}, "bad", seconds=20).verdict == "refuted"
    # The same, but no time may pass after the step.
    still = system("<")
    still.out["a"] = [Edge("b", (), (0, -1))]
    still.invariants["b"] = [row(0, "<=", 1), row(1, "<=", 0)]
    assert solve(still, {}, "bad", seconds=20).verdict == "proved"


def test_spacer_proves_what_one_conjunction_per_location_cannot() -> None:
    # The middle is entered at 0 or at 2 and left at once: never at 1, but 1 lies between.
    system = Listed(
        ("a", 1),
        {
            "a": [Edge("m", (row(0, "<=", 0),), (0, -1)), Edge("m", (row(0, "==", 2),), (0, -1))],
            "m": [Edge("a", (row(1, "<=", 0),), (0,)), Edge("z", (row(0, "==", 1),), (), None, BAD)],
        },
        {"a": [row(0, "<=", 2)], "m": [row(1, "<=", 0)]},
    )
    assert solve(system, {}, "bad", seconds=20).method == "spacer"
    weak = solve(system, {}, "bad", seconds=20, methods=("induction",))
    assert (weak.verdict, weak.limit) == ("unknown", "methods")


def test_a_mark_that_no_edge_carries_needs_no_clocks() -> None:
    result = solve(ticking(), {"END": Fraction(3)}, "never", seconds=20)
    assert (result.verdict, result.method) == ("proved", "discrete")


def test_a_missing_parameter_is_named() -> None:
    with pytest.raises(KeyError, match="END"):
        solve(ticking(), {}, "bad", seconds=20)


def test_paths_are_checked_by_arithmetic() -> None:
    system, value = ticking(), {"END": Fraction(3)}
    tick, late = system.out["work"]
    good = [Fraction(1), Fraction(2), Fraction(3)]
    assert check_path(system, value, "work", [tick, tick, late], good)
    assert not check_path(system, value, "work", [tick, tick, late], [Fraction(1), Fraction(2), Fraction(2)])
    assert not check_path(system, value, "work", [tick, late], [Fraction(1), Fraction(2)])
    assert not check_path(system, value, "nowhere", [tick], [Fraction(1)])


def drawn(seed: int) -> Listed:
    """A small random system of three locations with two clocks."""
    dice = random.Random(seed)
    names = ("a", "b", "c")

    def rows(relations: Sequence[str], most: int) -> list[Constraint]:
        count = dice.randint(0, most)
        return [row(dice.randrange(2), dice.choice(relations), dice.randint(0, 3)) for _ in range(count)]

    out: dict[Hashable, list[Edge]] = {name: [] for name in names}
    for number in range(6):
        carry = dice.choice([(0, 1), (1, 0), (-1, 1), (0, -1), (1, -1), (-1, 0)])
        guard = tuple(rows(["<", "<=", ">", ">=", "=="], 2))
        out[dice.choice(names)].append(Edge(dice.choice(names), guard, carry, number))
    guard = (row(0, dice.choice([">", ">="]), dice.randint(1, 3)), row(1, dice.choice(["<", "<="]), 1))
    out["c"].append(Edge("a", guard, (-1, -1), "bad", BAD))
    return Listed(("a", 2), out, {name: rows(["<", "<="], 1) for name in names})


@pytest.mark.parametrize("seed", range(60))
def test_agrees_with_zones_on_random_systems(seed: int) -> None:
    system = drawn(seed)
    assert_agreement(system, {}, "bad", solve(system, {}, "bad", seconds=20))


def assert_agreement(system: TimedSystem, values: Valuation, mark: str, result: SmtResult) -> None:
    """The same verdict as the zone engine, and the same length of the shortest run."""
    run = explore(Skeleton(system), values, until=frozenset({mark}))
    if mark not in run.first:
        assert run.complete and result.verdict == "proved"
        return
    assert (result.verdict, result.depth) == ("refuted", len(run.path(run.first[mark][0])) + 1)
    witness = result.witness
    assert isinstance(witness, Run) and mark in witness.edges[-1].marks
    assert check_path(system, values, witness.start, witness.edges, witness.times)


@pytest.fixture(scope="module")
def rfc9293() -> Table:
    return run_path(str(MODELS / "rfc9293.py"))["MODEL"]


@pytest.fixture(scope="module")
def ideal(rfc9293: Table) -> Table:
    return rfc9293.amended(run_path(str(MODELS / "ideal.py"))["AMENDMENT"])


def scenario(table: Table, retransmissions: int) -> Scenario:
    scope = Scope(losses=0, retransmissions=retransmissions)
    return Scenario(table, scope, observer=observe, drain=drain)


def durations(time_wait: str) -> dict[str, Fraction]:
    return {"MSL": Fraction(1), "RTO_MAX": Fraction(1), "TIME_WAIT": Fraction(time_wait)}


@pytest.mark.parametrize("time_wait", ["2", "1.99", "1.5", "1"])
@pytest.mark.parametrize("mark", ["drained", "no-old-segment"])
@pytest.mark.parametrize("retransmissions", [0, 1])
def test_agrees_with_zones_on_the_textbook(
    ideal: Table, retransmissions: int, mark: str, time_wait: str
) -> None:
    system, values = scenario(ideal, retransmissions), durations(time_wait)
    result = solve(system, values, mark, seconds=60)
    assert result.verdict == ("proved" if time_wait == "2" else "refuted")
    assert result.method == ("induction" if time_wait == "2" else "bounded")
    assert_agreement(system, values, mark, result)


def test_the_ladder_below_two_msl_without_any_abstraction(ideal: Table) -> None:
    system = scenario(ideal, 1)
    for mark, steps in (("drained", 8), ("no-old-segment", 12)):
        result = solve(system, durations("1.99"), mark, seconds=60, methods=("bounded",))
        assert (result.verdict, result.depth) == ("refuted", steps)


def test_the_cost_does_not_depend_on_the_unit(ideal: Table) -> None:
    small = solve(scenario(ideal, 1), durations("1.99"), "drained", seconds=60)
    large = {name: value * 120000 for name, value in durations("1.99").items()}
    scaled = solve(scenario(ideal, 1), large, "drained", seconds=60)
    assert (scaled.depth, scaled.locations, scaled.rules) == (small.depth, small.locations, small.rules)


def test_assassination_in_the_standard_itself(rfc9293: Table) -> None:
    system, values = scenario(rfc9293, 1), durations("2")
    result = solve(system, values, "no-assassination", seconds=60)
    assert result.verdict == "refuted"
    assert_agreement(system, values, "no-assassination", result)


@pytest.mark.parametrize("methods", [METHODS, ("bounded",), ("induction",), ("spacer",)])
def test_the_time_limit_is_kept(ideal: Table, methods: tuple[str, ...]) -> None:
    began = time.perf_counter()
    system = Scenario(ideal, Scope(losses=2, retransmissions=2, duplicates=1), observer=observe, drain=drain)
    result = solve(system, durations("4"), "no-old-segment", seconds=0.5, methods=methods)
    assert (result.verdict, result.limit) == ("unknown", "time")
    assert time.perf_counter() - began < 5
