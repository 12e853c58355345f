"""The discrete graph of a timed system, enumerated on demand, and its time steps as terms of Z3.

What the solver-based engines (`tcpverify.engines.smt`) share. It keeps apart from the zone engine on purpose:
two engines that agree should have little in common.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

import z3

from tcpverify.lang.system import Constraint, Edge, TimedSystem, Valuation

__all__ = ["Graph", "Hop", "Pattern", "check_path", "number_of", "rational", "rows_of"]


_RELATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq,
}  # fmt: skip


class Pattern(NamedTuple):
    """What a step asks of clocks: its guard, what the target's clocks continue, the target's invariant.

    ``awaited`` says for each clock of the target whether some guard ahead may wait for it to grow; true if
    the system does not tell (optional method ``limits``, see `tcpverify.lang.system.Limits`).
    """

    guard: tuple[Constraint, ...]
    carry: tuple[int, ...]
    invariant: tuple[Constraint, ...]
    awaited: tuple[bool, ...]


class Hop(NamedTuple):
    """One edge with numbers for its ends and its pattern."""

    source: int
    target: int
    pattern: int
    edge: Edge


class Graph:
    """Locations and patterns by number; edges are asked for once per location."""

    def __init__(self, system: TimedSystem) -> None:
        self.system = system
        self.locations: list[Hashable] = []
        self.invariants: list[tuple[Constraint, ...]] = []
        self.awaited: list[tuple[bool, ...]] = []
        self.patterns: list[Pattern] = []
        self.edges = 0
        self._limits = getattr(system, "limits", None)
        self._numbers: dict[Hashable, int] = {}
        self._pattern_numbers: dict[Pattern, int] = {}
        self._hops: dict[int, list[Hop]] = {}
        #: where runs start: (location, pattern that sets its clocks to zero)
        self.start: list[tuple[int, int]] = []
        for location, clocks in system.initial():
            number = self.number(location, clocks)
            self.start.append((number, self._pattern((), (-1,) * clocks, number)))

    def number(self, location: Hashable, clocks: int) -> int:
        """The number of a location, new or known."""
        found = self._numbers.get(location)
        if found is None:
            found = self._numbers[location] = len(self.locations)
            self.locations.append(location)
            awaited = (True,) * clocks
            if self._limits is not None:
                awaited = tuple(bool(limit.lower) for limit in self._limits(location))
            self.awaited.append(awaited)
            self.invariants.append(tuple(self.system.invariant(location)))
        return found

    def _pattern(self, guard: tuple[Constraint, ...], carry: tuple[int, ...], target: int) -> int:
        pattern = Pattern(guard, carry, self.invariants[target], self.awaited[target])
        found = self._pattern_numbers.get(pattern)
        if found is None:
            found = self._pattern_numbers[pattern] = len(self.patterns)
            self.patterns.append(pattern)
        return found

    def hops(self, location: int) -> Sequence[Hop]:
        """The edges out of a location, clocks permitting or not."""
        found = self._hops.get(location)
        if found is None:
            found = self._hops[location] = []
            for edge in self.system.edges(self.locations[location]):
                target = self.number(edge.target, len(edge.carry))
                found.append(Hop(location, target, self._pattern(edge.guard, edge.carry, target), edge))
            self.edges += len(found)
        return found


@cache
def rational(value: Fraction) -> Any:
    """An exact Z3 real."""
    return z3.RatVal(value.numerator, value.denominator)


def number_of(model: Any, term: Any) -> Fraction:
    """What a model says a real term is; exact."""
    value = model.eval(term, model_completion=True)
    return Fraction(value.numerator_as_long(), value.denominator_as_long())


def rows_of(rows: Sequence[Constraint], clocks: Sequence[Any], valuation: Valuation) -> list[Any]:
    """Constraints over the given terms for the clocks; KeyError names a parameter without a value."""
    return [_RELATIONS[rel](clocks[clock], rational(bound.value(valuation))) for clock, rel, bound in rows]


def check_path(
    system: TimedSystem,
    valuation: Valuation,
    start: Hashable,
    edges: Sequence[Edge],
    times: Sequence[Fraction],
) -> bool:
    """Whether the path is a run of the system with its steps at these times; plain arithmetic, no solver."""
    counts = dict(system.initial())
    if start not in counts or len(edges) != len(times):
        return False
    location, now, clocks = start, Fraction(0), [Fraction(0)] * counts[start]
    if not all(row.holds(clocks[row.clock], valuation) for row in system.invariant(location)):
        return False
    for edge, moment in zip(edges, times, strict=True):
        delay = moment - now
        clocks = [value + delay for value in clocks]
        rows = (*system.invariant(location), *edge.guard)
        if delay < 0 or edge not in system.edges(location):
            return False
        if not all(row.holds(clocks[row.clock], valuation) for row in rows):
            return False
        clocks = [clocks[c] if c >= 0 else Fraction(0) for c in edge.carry]
        location, now = edge.target, moment
        if not all(row.holds(clocks[row.clock], valuation) for row in system.invariant(location)):
            return False
    return True
