"""Random small timed models on which all engines must agree.

`random_models` draws what every engine can be asked: a system, values for its parameters, and the mark whose
reachability is the question. The models are small so that a disagreement can be worked out by hand.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from hypothesis import strategies as st

from tcpverify.lang.automata import Clock, Network
from tcpverify.lang.expr import Expr, lift
from tcpverify.lang.linear import Linear, constant, parameter
from tcpverify.lang.system import Constraint, Edge, TimedSystem

__all__ = ["MARK", "RandomModel", "Table", "random_models", "random_networks", "random_tables"]

#: the mark that every random model is asked about
MARK = "goal"

BOUNDS: tuple[Linear, ...] = (
    constant(0), constant(1), constant(2), parameter("A"), parameter("B"), parameter("A") + parameter("B"),
)  # fmt: skip
VALUES = tuple(Fraction(n, d) for n, d in ((1, 2), (1, 1), (5, 3), (2, 1), (0, 1)))


class RandomModel(NamedTuple):
    """A system, values for the parameters A and B, and a text that shows the model when a test fails."""

    system: TimedSystem
    valuation: Mapping[str, Fraction]
    text: str

    def __repr__(self) -> str:
        return f"{dict(self.valuation)}\n{self.text}"


class Table:
    """A system given edge by edge, each location with clocks of its own; location 0 is where runs start."""

    def __init__(
        self,
        clocks: Sequence[int],
        invariants: Sequence[Sequence[Constraint]],
        rows: Sequence[Sequence[Edge]],
    ) -> None:
        self.clocks, self.invariants, self.rows = clocks, invariants, rows

    def initial(self) -> Iterable[tuple[Hashable, int]]:
        """Location 0."""
        return [(0, self.clocks[0])]

    def edges(self, location: Hashable) -> Sequence[Edge]:
        """The edges of that location."""
        assert isinstance(location, int)
        return self.rows[location]

    def invariant(self, location: Hashable) -> Sequence[Constraint]:
        """The invariant of that location."""
        assert isinstance(location, int)
        return self.invariants[location]


def random_models() -> st.SearchStrategy[RandomModel]:
    """Networks of automata, and systems whose clocks are carried from place to place."""
    return st.one_of(random_networks(), random_tables())


def _valuations() -> st.SearchStrategy[Mapping[str, Fraction]]:
    return st.fixed_dictionaries({"A": st.sampled_from(VALUES), "B": st.sampled_from(VALUES)})


def _constraints(clocks: int, relations: str, most: int) -> st.SearchStrategy[tuple[Constraint, ...]]:
    if not clocks or not most:
        return st.just(())
    row = st.builds(
        Constraint, st.integers(0, clocks - 1), st.sampled_from(relations.split()), st.sampled_from(BOUNDS)
    )
    return st.lists(row, max_size=most, unique_by=lambda c: (c.clock, c.rel)).map(tuple)


def _ways(count: int) -> st.SearchStrategy[list[tuple[int, int]]]:
    """Sources and targets of edges: a path, so that most locations can be reached, and some more."""
    places = st.integers(0, count - 1)
    path = [(n, n + 1) for n in range(count - 1)]
    return st.lists(st.tuples(places, places), min_size=1, max_size=5).map(lambda more: path + more)


_GUARD, _INVARIANT = "< <= > >= ==", "< <="


@st.composite
def random_tables(draw: st.DrawFn) -> RandomModel:
    """Systems of 2 to 4 locations with 0 to 3 clocks each; edges reset, drop, copy and exchange clocks."""
    count = draw(st.integers(2, 4))
    clocks = [draw(st.integers(0 if n else 1, 3)) for n in range(count)]
    invariants = [draw(_constraints(n, _INVARIANT, 2)) for n in clocks]
    rows: list[list[Edge]] = [[] for _ in range(count)]
    for source, target in draw(_ways(count)):
        guard = draw(_constraints(clocks[source], _GUARD, 2))
        carry = tuple(draw(st.integers(-1, clocks[source] - 1)) for _ in range(clocks[target]))
        marks = frozenset({MARK}) if target == count - 1 else frozenset[str]()
        rows[source].append(Edge(target, guard, carry, f"{source} -> {target}", marks))
    lines = [f"{n}: {clocks[n]} clocks, {_show(invariants[n])}" for n in range(count)]
    lines += [f"{e.label}: {_show(e.guard)} carry {e.carry}" for part in rows for e in part]
    return RandomModel(Table(clocks, invariants, rows), draw(_valuations()), "\n".join(lines))


@st.composite
def random_networks(draw: st.DrawFn) -> RandomModel:
    """Networks of 1 or 2 processes with 2 or 3 clocks, a counter, a flag and a channel."""
    net = Network("random")
    number, flag = net.integer("n", 0, 2), net.boolean("f")
    clocks = [net.clock(f"x{n}") for n in range(draw(st.integers(2, 3)))]
    conditions: list[Expr] = [lift(True)] * 4 + [number == 0, number < 2, flag, ~flag, flag | (number == 1)]
    actions: list[dict[str, Expr | int | bool]] = [{}] * 4
    actions += [{"n": 0}, {"n": 2}, {"f": True}, {"f": ~flag}]
    lines = []
    processes = draw(st.integers(1, 2))
    for p in range(processes):
        process = net.process(f"P{p}")
        count = draw(st.integers(2, 4 if processes == 1 else 3))
        for n in range(count):
            invariant = draw(_constraints(len(clocks), _INVARIANT, 1))
            process.location(f"l{n}", *invariant)
            lines.append(f"P{p}.l{n}: {_show(invariant)}")
        if p == 1:
            conditions.append(net.processes[0].at("l1"))
        for source, target in draw(_ways(count)):
            condition, guard = draw(st.sampled_from(conditions)), draw(_constraints(len(clocks), _GUARD, 2))
            reset: list[Clock] = draw(st.lists(st.sampled_from(clocks), max_size=2, unique_by=id))
            sync = draw(st.sampled_from(["", "", f"a{'!?'[p]}"])) if processes == 2 else ""
            # Only one side of a synchronisation may assign.
            do = draw(st.sampled_from(actions)) if sync != "a?" else {}
            process.edge(f"l{source}", f"l{target}", condition, *guard, do=do, reset=reset, sync=sync)
            names = [clock.name for clock in reset]
            lines.append(f"P{p}.l{source} -> l{target}: {condition!r} {_show(guard)} {do} {names} {sync}")
    goal = net.processes[0].at(net.processes[0].locations[-1])
    if processes == 2:
        goal &= net.processes[1].at(net.processes[1].locations[-1])
    net.mark(MARK, goal)
    return RandomModel(net, draw(_valuations()), "\n".join(lines))


def _show(constraints: Sequence[Constraint]) -> str:
    return " & ".join(f"x{c} {rel} {bound}" for c, rel, bound in constraints) or "true"
