"""Exact times for a sequence of edges: Z3 decides, smallest total time first, then the simplest fractions.

Works for any timed system: an edge list with invariants is a conjunction of difference constraints over the
times of the steps.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from fractions import Fraction
from math import floor
from operator import eq, ge, gt, le, lt
from typing import Any, NamedTuple

import z3

from tcpverify.lang.linear import Linear, constant
from tcpverify.lang.system import Constraint, Edge, TimedSystem, Valuation

#: denominators up to this read well as fractions
_PLAIN = 12

#: comparisons, of numbers and of Z3's terms
RELATIONS: dict[str, Callable[[Any, Any], Any]] = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq}

__all__ = [
    "RELATIONS", "Bounds", "Gap", "constraints_of", "exact", "feasible", "gaps_of", "readable", "schedule", "simplest",
]  # fmt: skip


class Gap(NamedTuple):
    """``time[later] - time[earlier] REL bound``; index 0 is the start of the run, step k ends at time[k]."""

    later: int
    earlier: int
    rel: str
    bound: Fraction

    def entries(self) -> Iterator[tuple[int, int, Fraction, bool]]:
        """As upper bounds (i, j, bound, excluded) on ``time[i] - time[j]``."""
        if self.rel in ("<", "<=", "=="):
            yield self.later, self.earlier, self.bound, self.rel == "<"
        if self.rel in (">", ">=", "=="):
            yield self.earlier, self.later, -self.bound, self.rel == ">"


def gaps_of(
    system: TimedSystem, start: Hashable, clocks: int, edges: Sequence[Edge]
) -> list[tuple[int, int, str, Linear]]:
    """All constraints on the times of the steps of a path that begins in ``start`` with ``clocks`` clocks at zero.

    They are gaps as in `Gap`, with bounds over the parameters.
    """
    gaps: list[tuple[int, int, str, Linear]] = []
    births = [0] * clocks
    location = start

    def add(rows: Sequence[Constraint], now: int) -> None:
        gaps.extend((now, births[row.clock], row.rel, row.bound) for row in rows)

    for step, edge in enumerate(edges, 1):
        gaps.append((step, step - 1, ">=", constant(0)))
        add(system.invariant(location), step)
        add(edge.guard, step)
        births = [step if clock < 0 else births[clock] for clock in edge.carry]
        location = edge.target
        add(system.invariant(location), step)
    return list(dict.fromkeys(gaps))


def constraints_of(
    system: TimedSystem, start: Hashable, clocks: int, edges: Sequence[Edge], valuation: Valuation
) -> list[Gap]:
    """The same under one valuation of the parameters."""
    rows = gaps_of(system, start, clocks, edges)
    return list(dict.fromkeys(Gap(later, earlier, rel, bound.value(valuation)) for later, earlier, rel, bound in rows))


def exact(value: Fraction) -> Any:
    """A Z3 rational."""
    return z3.RatVal(value.numerator, value.denominator)


def _terms(gaps: Sequence[Gap], times: Sequence[Any]) -> list[Any]:
    return [RELATIONS[g.rel](times[g.later] - times[g.earlier], exact(g.bound)) for g in gaps]


def _fraction(value: Any) -> Fraction:
    # Optimize answers with integers and rationals alike.
    return Fraction(value.as_long()) if z3.is_int_value(value) else value.as_fraction()


def feasible(gaps: Sequence[Gap], steps: int) -> list[Fraction] | None:
    """Some times (index 0 is zero) that satisfy everything, from Z3's model; None if there are none."""
    times = [exact(Fraction(0)), *(z3.Real(f"t{i}") for i in range(1, steps + 1))]
    solver = z3.SolverFor("QF_LRA")
    solver.set("ctrl_c", False)
    solver.add(*_terms(gaps, times))
    if solver.check() != z3.sat:
        return None
    model = solver.model()
    return [Fraction(0), *(_fraction(model.eval(t, model_completion=True)) for t in times[1:])]


def simplest(low: Fraction, high: Fraction | None, low_open: bool, high_open: bool) -> Fraction:
    """The fraction of smallest denominator (then smallest value) between the bounds, which must not be negative."""
    whole = Fraction(floor(low))
    first = low if whole == low and not low_open else whole + 1
    if high is None or first < high or (first == high and not high_open):
        return first
    if low == high:
        return low
    # Both lie in one unit interval: invert what is beyond the whole part (Stern and Brocot).
    rest_low, rest_high = low - whole, high - whole
    if rest_low == 0:
        inner = simplest(1 / rest_high, None, high_open, True)
    else:
        inner = simplest(1 / rest_high, 1 / rest_low, high_open, low_open)
    return whole + 1 / inner


def readable(low: Fraction, high: Fraction | None, low_open: bool, high_open: bool) -> Fraction:
    """The simplest fraction between the bounds; where that is an odd one like 100/101, the shortest decimal."""
    best = simplest(low, high, low_open, high_open)
    if best.denominator <= _PLAIN or high is None:
        return best
    middle = (low + high) / 2
    for digits in range(1, 10):
        # Nearest the middle, so that the steps that depend on this one keep room for short numbers as well.
        value = Fraction(round(middle * 10**digits), 10**digits)
        if low < value < high:
            return value
    return best


class Bounds:
    """All pairwise upper bounds ``time[i] - time[j]`` implied by gaps, with strictness.

    Attributes
    ----------
    upper
        row i, column j: the bound and whether it is excluded, or None.
    consistent
        whether some times satisfy everything.
    """

    def __init__(self, gaps: Sequence[Gap], size: int) -> None:
        self.size = size
        self.upper: list[list[tuple[Fraction, bool] | None]] = [[None] * size for _ in range(size)]
        for i in range(size):
            self.upper[i][i] = (Fraction(0), False)
        for g in gaps:
            for i, j, bound, strict in g.entries():
                self._put(i, j, bound, strict)
        for k in range(size):
            for i in range(size):
                self._through(i, k)

    @property
    def consistent(self) -> bool:
        return all(self.upper[i][i] == (Fraction(0), False) for i in range(self.size))

    def grown(self, gaps: Sequence[Gap], size: int) -> Bounds:
        """These bounds with more times and more gaps; the old ones stay as they are."""
        found = Bounds((), 0)
        found.size = size
        found.upper = [[*row, *[None] * (size - self.size)] for row in self.upper]
        found.upper += [[None] * size for _ in range(size - self.size)]
        for i in range(self.size, size):
            found.upper[i][i] = (Fraction(0), False)
        for g in gaps:
            for i, j, bound, strict in g.entries():
                found._add(i, j, bound, strict)
        return found

    def _add(self, i: int, j: int, bound: Fraction, strict: bool) -> None:
        """One more bound, and all that follows from it."""
        old = self.upper[i][j]
        if old is not None and (old[0], not old[1]) <= (bound, not strict):
            return
        self._put(i, j, bound, strict)
        # Every new way leads through that one, once.
        self._through(i, j)
        for a in range(self.size):
            self._through(a, i)

    def _put(self, i: int, j: int, bound: Fraction, strict: bool) -> None:
        old = self.upper[i][j]
        if old is None or (bound, not strict) < (old[0], not old[1]):
            self.upper[i][j] = (bound, strict)

    def _through(self, i: int, k: int) -> None:
        left = self.upper[i][k]
        if left is not None:
            for j, right in enumerate(self.upper[k]):
                if right is not None:
                    self._put(i, j, left[0] + right[0], left[1] or right[1])

    def fix(self, i: int, value: Fraction) -> None:
        """Let time[i] be exactly that. What follows is worked out for ranges only, which is all that is asked then."""
        self._put(i, 0, value, False)
        self._put(0, i, -value, False)
        high, low = self.upper[i][0], self.upper[0][i]
        assert high is not None and low is not None
        # All that follows from the gaps is known, so a bound on time[j] leads through one fixed time at most.
        for j in range(self.size):
            ahead, behind = self.upper[j][i], self.upper[i][j]
            if ahead is not None:
                self._put(j, 0, ahead[0] + high[0], ahead[1] or high[1])
            if behind is not None:
                self._put(0, j, low[0] + behind[0], low[1] or behind[1])

    def range(self, i: int) -> tuple[Fraction, Fraction | None, bool, bool]:
        """Lowest and highest time[i], and whether they are excluded."""
        low, high = self.upper[0][i], self.upper[i][0]
        assert low is not None
        return -low[0], high[0] if high is not None else None, low[1], high[1] if high is not None else True

    def total(self, unit: Fraction, low: Fraction, approached: bool) -> Fraction:
        """The last of the times: ``low``, or the simplest at most a tenth of ``unit`` above it if that is excluded."""
        if not approached:
            return low
        limit = self.range(self.size - 1)[1]
        return readable(low, low + unit / 10 if limit is None else min(limit, low + unit / 10), True, True)

    def simplest(self, unit: Fraction, total: Fraction | None = None) -> list[Fraction]:
        """Short and simple times, the last of which is ``total`` (None: the smallest); they are fixed afterwards."""
        last = self.size - 1
        low, _, excluded, _ = self.range(last)
        self.fix(last, self.total(unit, low, excluded) if total is None else total)
        chosen = [Fraction(0)]
        for i in range(1, self.size):
            value = readable(*self.range(i))
            self.fix(i, value)
            chosen.append(value)
        return chosen


def schedule(gaps: Sequence[Gap], steps: int, unit: Fraction) -> list[Fraction] | None:
    """Times that are short and simple: smallest total time, then for each step the simplest fraction left.

    Where the smallest total is only approached, the simplest total at most a tenth of ``unit`` above it is
    taken. None if the constraints have no solution.
    """
    times = [exact(Fraction(0)), *(z3.Real(f"t{i}") for i in range(1, steps + 1))]
    solver = z3.Optimize()
    solver.set("ctrl_c", False)
    solver.add(*_terms(gaps, times))
    goal = solver.minimize(times[steps]) if steps else None
    if solver.check() != z3.sat:
        return None
    bounds, total = Bounds(gaps, steps + 1), Fraction(0)
    if goal is not None:
        _, finite, infinitesimal = solver.lower_values(goal)
        total = bounds.total(unit, _fraction(finite), _fraction(infinitesimal) != 0)
    chosen = bounds.simplest(unit, total)
    check = z3.SolverFor("QF_LRA")
    check.set("ctrl_c", False)
    check.add(*_terms(gaps, [exact(v) for v in chosen]))
    return chosen if check.check() == z3.sat else feasible(gaps, steps)
