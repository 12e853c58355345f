"""An inductive invariant per location, found by Z3: bounds on clocks and on their differences.

Each location gets the smallest conjunction of rows ``x - y <= c`` or ``< c`` that holds on entry from every
feasible edge and lets time pass; c is taken from a finite grid of sums of the model's own constants, so the
iteration ends. What an edge does to such a conjunction is not computed by closing matrices but asked of Z3: a
model outside the current rows moves them outward until there is none (the symbolic best transformer of Reps,
Sagiv and Yorsh, VMCAI 2004). The result over-approximates what is reachable: it can prove, never refute.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Hashable, Sequence
from fractions import Fraction
from typing import Any

import z3

from tcpverify.engines.discrete import Graph, Pattern, number_of, rational, rows_of
from tcpverify.lang.system import Constraint, Valuation

__all__ = ["NOWHERE", "OutOfTime", "Reach", "Row", "Templates"]

#: (0, c, 1): at most c; (0, c, 0): less than c; UNBOUNDED. Greater tuples are weaker.
Bound = tuple[int, Fraction, int]
#: x[i] - x[j] at most (or, if the last is true, less than) the number; x[0] is zero
Row = tuple[int, int, Fraction, bool]
UNBOUNDED: Bound = (1, Fraction(0), 0)
NOWHERE = -1
#: the place of the constant zero among clocks
_CONSTANT = -2


class OutOfTime(Exception):
    """The wall-clock limit was reached inside a query."""


class Templates:
    """Conjunctions of difference bounds by number, and what patterns do to them; answers are remembered.

    ``reach`` is how many constants may be added up for one point of the grid.
    """

    def __init__(self, graph: Graph, valuation: Valuation, deadline: float, reach: int = 2) -> None:
        self.graph = graph
        self.valuation = valuation
        self.deadline = deadline
        self.reach = reach
        self.matrices: list[tuple[int, tuple[Bound, ...]]] = []
        self.checks = 0
        self._ids: dict[tuple[int, tuple[Bound, ...]], int] = {}
        self._posts: dict[tuple[int, int], int] = {}
        self._joins: dict[tuple[int, int], int] = {}
        self._local: dict[int, tuple[Pattern, tuple[int, ...]]] = {}
        self._projections: dict[tuple[int, tuple[int, ...]], int] = {}
        self._steps: dict[tuple[int, Pattern], int] = {}
        self._last: dict[Pattern, int] = {}
        self._formulas: dict[Pattern, Any] = {}
        self._conjunctions: dict[int, Any] = {}
        self._beyond: dict[tuple[int, int, Bound], Any] = {}
        self._constants: set[Fraction] = set()
        self._known_patterns = 0
        self._grid: list[Fraction] = [Fraction(0)]
        self._solver = z3.SimpleSolver()
        self._delay = z3.Real("delay")
        self._x: list[Any] = []
        self.empty = self._intern(0, ())

    def _intern(self, clocks: int, rows: tuple[Bound, ...]) -> int:
        key = (clocks, rows)
        found = self._ids.get(key)
        if found is None:
            found = self._ids[key] = len(self.matrices)
            self.matrices.append(key)
        return found

    def _refine_grid(self) -> None:
        """Take up the constants of patterns that are new since the last call."""
        new = set()
        for pattern in self.graph.patterns[self._known_patterns :]:
            new |= {abs(row.bound.value(self.valuation)) for row in (*pattern.guard, *pattern.invariant)}
        self._known_patterns = len(self.graph.patterns)
        if not new <= self._constants:
            self._constants |= new
            signed = {s * c for c in self._constants for s in (1, -1)}
            points = {Fraction(0)}
            for _ in range(self.reach):
                points |= {p + c for p in points for c in signed}
            self._grid = sorted(points)

    def _above(self, value: Fraction) -> Bound:
        """The strongest bound of the grid that a value satisfies."""
        place = bisect_left(self._grid, value)
        if place == len(self._grid):
            return UNBOUNDED
        return (0, self._grid[place], int(self._grid[place] == value))

    def _clock(self, i: int) -> Any:
        while len(self._x) <= i:
            self._x.append(z3.Real(f"x{len(self._x)}"))
        return self._x[i]

    def rows(self, matrix: int, clocks: Sequence[Any]) -> list[Any]:
        """The conjuncts of a matrix over the given terms for its clocks."""
        count, bounds = self.matrices[matrix]
        points = [0, *clocks]
        found = []
        for (i, j), bound in zip(_pairs(count), bounds, strict=True):
            if bound != UNBOUNDED:
                left, limit = points[i] - points[j], rational(bound[1])
                found.append(left <= limit if bound[2] else left < limit)
        return found

    def _inside(self, matrix: int) -> Any:
        found = self._conjunctions.get(matrix)
        if found is None:
            clocks = [self._clock(i) for i in range(self.matrices[matrix][0])]
            found = self._conjunctions[matrix] = z3.And(self.rows(matrix, clocks))
        return found

    def _demands(self, pattern: Pattern) -> Any:
        """What a pattern demands of the clocks before it and of the delay after it."""
        found = self._formulas.get(pattern)
        if found is None:
            guard, carry, invariant, _ = pattern
            x = [self._clock(i) for i in range(max([*carry, *(row.clock for row in guard)], default=-1) + 1)]
            entry = [x[c] if c >= 0 else rational(Fraction(0)) for c in carry]
            after = [value + self._delay for value in entry]
            demands = [self._delay >= 0, *rows_of(guard, x, self.valuation)]
            demands += rows_of(invariant, entry, self.valuation) + rows_of(invariant, after, self.valuation)
            found = self._formulas[pattern] = z3.And(demands)
        return found

    def _violated(self, first: int, second: int, bound: Bound) -> Any:
        """That a clock of the target minus another exceeds a bound; both as in `carry`, or _CONSTANT."""
        key = (first, second, bound)
        found = self._beyond.get(key)
        if found is None:
            left, right = (
                0 if c == _CONSTANT else self._delay if c < 0 else self._clock(c) + self._delay
                for c in (first, second)
            )
            gap, limit = left - right, rational(bound[1])
            found = self._beyond[key] = gap > limit if bound[2] else gap >= limit
        return found

    def _sat(self) -> bool:
        """Raises OutOfTime at the deadline."""
        left = self.deadline - time.perf_counter()
        if left <= 0:
            raise OutOfTime
        self.checks += 1
        self._solver.set("timeout", max(1, int(left * 1000)))
        answer = self._solver.check()
        if answer == z3.unknown:
            raise OutOfTime
        return bool(answer == z3.sat)

    def post(self, matrix: int, pattern: int) -> int:
        """The smallest matrix around all that a step of that pattern and a delay lead to, or NOWHERE."""
        found = self._posts.get((matrix, pattern))
        if found is None:
            self._refine_grid()
            local, needed = self._localised(pattern)
            found = self._posts[matrix, pattern] = self._step(self._projected(matrix, needed), local)
        return found

    def _localised(self, pattern: int) -> tuple[Pattern, tuple[int, ...]]:
        """The pattern with the clocks that it reads numbered in order, and which of the source's they are."""
        found = self._local.get(pattern)
        if found is None:
            guard, carry, invariant, awaited = self.graph.patterns[pattern]
            needed = tuple(sorted({*(c for c in carry if c >= 0), *(row.clock for row in guard)}))
            place = {clock: i for i, clock in enumerate(needed)}
            local = Pattern(
                tuple(Constraint(place[row.clock], row.rel, row.bound) for row in guard),
                tuple(place.get(c, -1) for c in carry),
                invariant,
                awaited,
            )
            found = self._local[pattern] = (local, needed)
        return found

    def _projected(self, matrix: int, needed: tuple[int, ...]) -> int:
        """The rows of a matrix about some of its clocks: never stronger, and more often met again."""
        clocks, rows = self.matrices[matrix]
        if len(needed) == clocks:
            return matrix
        found = self._projections.get((matrix, needed))
        if found is None:
            table = dict(zip(_pairs(clocks), rows, strict=True))
            ends = [0, *(c + 1 for c in needed)]
            kept = tuple(table[ends[i], ends[j]] for i, j in _pairs(len(needed)))
            found = self._projections[matrix, needed] = self._intern(len(needed), kept)
        return found

    def _step(self, matrix: int, pattern: Pattern) -> int:
        found = self._steps.get((matrix, pattern))
        if found is None:
            self._solver.push()
            try:
                found = self._steps[matrix, pattern] = self._compute(matrix, pattern)
            finally:
                self._solver.pop()
        return found

    def _compute(self, matrix: int, pattern: Pattern) -> int:
        solver, carry = self._solver, pattern.carry
        pairs = _pairs(len(carry))
        ends = [(_CONSTANT, *carry)[i] for i in range(len(carry) + 1)]
        solver.add(self._inside(matrix), self._demands(pattern))
        if not self._sat():
            return NOWHERE
        best = self._met(solver.model(), pattern, pairs)
        earlier = self._last.get(pattern)
        if earlier is not None and self.join(matrix, earlier) == matrix:
            # A step is monotone: what it makes of a smaller matrix is a good start.
            known = self.matrices[self._steps[earlier, pattern]][1]
            best = [max(a, b) for a, b in zip(best, known, strict=True)]
        while True:
            beyond = [self._violated(ends[i], ends[j], b)
                      for (i, j), b in zip(pairs, best, strict=True) if b != UNBOUNDED]  # fmt: skip
            solver.push()
            solver.add(z3.Or(beyond))
            further = self._sat()
            if further:
                met = self._met(solver.model(), pattern, pairs)
                best = [max(a, b) for a, b in zip(best, met, strict=True)]
            solver.pop()
            if not further:
                self._last[pattern] = matrix
                return self._intern(len(carry), tuple(best))

    def _met(self, model: Any, pattern: Pattern, pairs: list[tuple[int, int]]) -> list[Bound]:
        """The strongest bounds of the grid that the target's clocks satisfy in a model.

        Upper bounds on a clock that nothing waits for decide nothing and are left out, as in the abstraction
        of Behrmann, Bouyer, Larsen and Pelánek (2006); whatever is left out, the invariant stays sound.
        """
        delay = number_of(model, self._delay)
        held = {c: number_of(model, self._clock(c)) for c in set(pattern.carry) if c >= 0}
        values = [Fraction(0), *((held[c] if c >= 0 else 0) + delay for c in pattern.carry)]
        return [
            self._above(values[i] - values[j]) if not i or pattern.awaited[i - 1] else UNBOUNDED
            for i, j in pairs
        ]

    def join(self, first: int, second: int) -> int:
        """The smallest matrix around two: it is ``first`` if that includes the other."""
        if first == second:
            return first
        found = self._joins.get((first, second))
        if found is None:
            clocks, mine = self.matrices[first]
            rows = tuple(max(a, b) for a, b in zip(mine, self.matrices[second][1], strict=True))
            found = self._joins[first, second] = self._intern(clocks, rows)
        return found


class Reach:
    """The invariant of every location that edges feasible under it lead to, grown breadth first.

    After n rounds it covers everything that n steps reach; once ``closed`` it is inductive. ``marked`` says
    whether an edge with the mark is feasible under it.
    """

    def __init__(self, templates: Templates, mark: str) -> None:
        self.templates = templates
        self.mark = mark
        self.marked = False
        self.rounds = 0
        self.invariant: dict[int, int] = {}
        for location, pattern in templates.graph.start:
            matrix = templates.post(templates.empty, pattern)
            if matrix != NOWHERE:
                self.invariant[location] = matrix
        self._changed = list(self.invariant)

    def rows(self) -> dict[Hashable, tuple[Row, ...]]:
        """The invariant as plain numbers, per location of the system."""
        found = {}
        for number, matrix in self.invariant.items():
            count, bounds = self.templates.matrices[matrix]
            found[self.templates.graph.locations[number]] = tuple(
                (i, j, bound[1], not bound[2])
                for (i, j), bound in zip(_pairs(count), bounds, strict=True)
                if bound != UNBOUNDED
            )
        return found

    @property
    def closed(self) -> bool:
        """Whether nothing is left to propagate."""
        return not self._changed

    def round(self) -> None:
        """One step further from every location whose invariant has grown."""
        templates, invariant = self.templates, self.invariant
        changed: dict[int, None] = {}
        for source, matrix in [(s, invariant[s]) for s in self._changed]:
            for hop in templates.graph.hops(source):
                after = templates.post(matrix, hop.pattern)
                if after == NOWHERE:
                    continue
                self.marked = self.marked or self.mark in hop.edge.marks
                known = invariant.get(hop.target)
                grown = after if known is None else templates.join(known, after)
                if grown != known:
                    invariant[hop.target] = grown
                    changed[hop.target] = None
        self._changed = list(changed)
        self.rounds += 1


def _pairs(clocks: int) -> list[tuple[int, int]]:
    """The (i, j) of the rows of a matrix, in order; 0 stands for the constant zero, i + 1 for clock i."""
    return [(i, j) for i in range(clocks + 1) for j in range(clocks + 1) if i != j]
