"""Zones whose bounds are linear expressions over parameters: one exploration for all values of a region.

A parametric zone is a pair: a region of parameter values, and a matrix of bounds on clocks and their differences,
as in `tcpverify.engines.zones`. A bound is a *formal minimum*: a few expressions, the least of which counts. Sums
and minima of formal minima are formal minima, so adding a guard, letting time pass and dropping clocks are exact
for all parameter values at once, with no case distinction; an expression that another one undercuts everywhere in
the region is left out. A guard that only some parameter values admit narrows the region instead of splitting it: a
cycle of bounds must not be negative, and that is a linear condition on the parameters.

Only two steps compare bounds with constants. Abstraction (Extra-LU+) is applied where the comparison has one answer
in the whole region, and left out otherwise, which is exact either way. And bounds whose coefficients exceed
``widest`` are forgotten, so that the search ends; that may add behaviour, never lose any.

The idea of carrying linear expressions in the matrix is that of Hune, Romijn, Stoelinga and Vaandrager (2002), who
split cases where this module keeps minima.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tcpverify.engines.minima import NONE, ZERO, Entry, Matrix, Minima, row_of
from tcpverify.engines.skeleton import Skeleton
from tcpverify.engines.zones import EMPTY, side
from tcpverify.lang.region import Region, Row
from tcpverify.lang.system import Constraint

__all__ = ["ParametricStep", "ParametricZones"]


class ParametricStep(NamedTuple):
    """What an edge does to a parametric zone; see `tcpverify.engines.zones.Step`.

    ``guard`` and ``invariant`` hold (i, j, entry), ``lower`` and ``upper`` the rows of a clock's L and U.
    """

    guard: tuple[tuple[int, int, Entry], ...]
    carry: tuple[int, ...]
    invariant: tuple[tuple[int, int, Entry], ...]
    lower: tuple[tuple[Row, ...], ...]
    upper: tuple[tuple[Row, ...], ...]


class ParametricZones(Minima):
    """All parametric zones met in one exploration, by number, with remembered operations.

    Parameters
    ----------
    names
        the parameters, in the order of a region's coordinates; ``""`` stands for the constant 1.
    region
        the parameter values that are explored.
    widest
        the greatest coefficient that a bound may have; 0: any.
    exact
        no abstraction at all: for following one path.
    """

    def __init__(
        self, skeleton: Skeleton | None, names: Sequence[str], region: Region, widest: int = 0, exact: bool = False
    ) -> None:
        super().__init__(len(names), region, 0 if exact else widest)
        self.skeleton = skeleton
        self.names = tuple(names)
        self.exact = exact
        self._zones: list[tuple[int, ...]] = []
        self._zone_ids: dict[tuple[int, ...], int] = {}
        self._included: dict[tuple[int, int], bool] = {}
        self._steps: dict[int, ParametricStep] = {}

    def __len__(self) -> int:
        return len(self._zones)

    def _rewritten(self, region: int, m: Matrix) -> Matrix:
        """The matrix with what is redundant in a narrower region left out."""
        return [self.within(region, e) for e in m]

    def intern(self, region: int, matrix: Sequence[Entry]) -> int:
        """The number of the zone of this region and matrix."""
        key = (region, *matrix)
        found = self._zone_ids.get(key)
        if found is None:
            found = self._zone_ids[key] = len(self._zones)
            self._zones.append(key)
        return found

    def matrix(self, zone: int) -> tuple[Entry, ...]:
        """The entries of a zone, row by row."""
        return self._zones[zone][1:]

    def region(self, zone: int) -> Region:
        """The parameter values of a zone: those for which it holds any clock values."""
        return self.regions[self._zones[zone][0]]

    def step(self, pattern: int) -> ParametricStep:
        """The step of a pattern of the skeleton."""
        found = self._steps.get(pattern)
        if found is None:
            assert self.skeleton is not None
            guard, carry, shape = self.skeleton.patterns[pattern]
            invariant, limits = self.skeleton.shapes[shape]
            found = self._steps[pattern] = self.step_of(
                guard, carry, invariant,
                tuple(tuple(row_of(b, self.names) for b in limit.lower) for limit in limits),
                tuple(tuple(row_of(b, self.names) for b in limit.upper) for limit in limits),
            )  # fmt: skip
        return found

    def step_of(
        self, guard: Sequence[Constraint], carry: tuple[int, ...], invariant: Sequence[Constraint],
        lower: tuple[tuple[Row, ...], ...] = (), upper: tuple[tuple[Row, ...], ...] = (),
    ) -> ParametricStep:  # fmt: skip
        """A step from the model's own words."""
        return ParametricStep(self._rows(guard), carry, self._rows(invariant), lower, upper)

    def _rows(self, constraints: Sequence[Constraint]) -> tuple[tuple[int, int, Entry], ...]:
        rows = []
        for clock, rel, bound in constraints:
            row, i = row_of(bound, self.names), clock + 1
            if rel in ("<", "<=", "=="):
                rows.append((i, 0, self.entry([(row, rel == "<")])))
            if rel in (">", ">=", "=="):
                rows.append((0, i, self.entry([(tuple(-v for v in row), rel == ">")])))
        return tuple(rows)

    def start(self, step: ParametricStep) -> int:
        """The zone reached from "all clocks are zero" by waiting."""
        n = len(step.carry) + 1
        return self._settle(0, [ZERO] * (n * n), n, step)

    def apply(self, zone: int, step: ParametricStep) -> int:
        """Take the step from the zone, then wait as long as the target allows; EMPTY if no values admit it."""
        region, *m = self._zones[zone]
        n = side(m)
        for i, j, bound in step.guard:
            region = self._tighten(region, m, n, i, j, bound)
            if region == EMPTY:
                return EMPTY
        rows = [0, *(c + 1 for c in step.carry)]
        return self._settle(region, [m[r * n + c] for r in rows for c in rows], len(rows), step)

    def _tighten(self, region: int, m: Matrix, n: int, i: int, j: int, bound: Entry) -> int:
        """Add a bound to a canonical matrix, in place; the region that is left, or EMPTY."""
        if self.below(region, m[i * n + j], bound):
            return region
        narrower = self.not_negative(region, bound, m[j * n + i])
        if narrower == EMPTY:
            return EMPTY
        if narrower != region:
            region = narrower
            m[:] = self._rewritten(region, m)
        plus, least = self.plus, self.least
        row_j = m[j * n : j * n + n]
        column_i = [m[a * n + i] for a in range(n)]
        for a in range(n):
            left = column_i[a]
            if left == NONE:
                continue
            via = plus(region, left, bound)
            for b in range(n):
                if a != b and row_j[b] != NONE:
                    m[a * n + b] = least(region, m[a * n + b], plus(region, via, row_j[b]))
        return region

    def _settle(self, region: int, m: Matrix, n: int, step: ParametricStep) -> int:
        plus, least = self.plus, self.least
        for i in range(1, n):
            m[i * n] = NONE
        if step.invariant:
            for i in range(1, n):
                best = NONE
                for j, _, bound in step.invariant:
                    best = least(region, best, plus(region, m[i * n + j], bound))
                m[i * n] = best
                narrower = self.not_negative(region, best, m[i])
                if narrower == EMPTY:
                    return EMPTY
                if narrower != region:
                    region = narrower
                    m[:] = self._rewritten(region, m)
            for i in range(1, n):
                up = m[i * n]
                if up != NONE:
                    for j in range(1, n):
                        if i != j:
                            m[i * n + j] = least(region, m[i * n + j], plus(region, up, m[j]))
        for j in range(1, n):
            if m[j] == NONE:
                m[j] = ZERO
        if not self.exact:
            self._extrapolate(region, m, n, step.lower, step.upper)
        return self.intern(region, m)

    def _extrapolate(
        self, region: int, m: Matrix, n: int, lower: Sequence[tuple[Row, ...]], upper: Sequence[tuple[Row, ...]]
    ) -> None:
        changed = False
        first = m[:n]
        for i in range(n):
            low = lower[i - 1] if i else ()
            past = i > 0 and (not low or self.beyond(region, first[i], low))
            for j in range(n):
                if i == j:
                    continue
                bound = m[i * n + j]
                if bound == NONE or (i == 0 and bound == ZERO):
                    continue
                if i and past:
                    left = NONE
                else:
                    left = self.not_above(region, bound, low) if i else bound
                    if j and left != NONE and self.beyond(region, first[j], upper[j - 1]):
                        left = NONE if i else self.just_beyond(upper[j - 1])
                if left != bound:
                    m[i * n + j] = left
                    changed = True
        if changed:
            self._close(region, m, n)

    def _close(self, region: int, m: Matrix, n: int) -> None:
        plus, least = self.plus, self.least
        for k in range(n):
            row = m[k * n : k * n + n]
            for i in range(n):
                left = m[i * n + k]
                if left == NONE or i == k:
                    continue
                base = i * n
                for j in range(n):
                    right = row[j]
                    if right != NONE and i != j and j != k:
                        via = plus(region, left, right)
                        if via != m[base + j]:
                            m[base + j] = least(region, m[base + j], via)

    def join(self, a: int, b: int) -> int:
        """A zone that contains both: of every bound what neither of them exceeds, none if there is no such thing."""
        if a == b:
            return a
        left, right = self._zones[a], self._zones[b]
        region = left[0]
        if region != right[0]:
            both = ((left[0], right[0]), (right[0], left[0]))
            region = next((r for r, other in both if self.regions[r].includes(self.regions[other])), 0)
        n = side(left[1:])
        m = [self.greatest(left[0], x, right[0], y) for x, y in zip(left[1:], right[1:], strict=True)]
        for j in range(1, n):
            if m[j] == NONE:
                m[j] = ZERO
        self._close(region, m, n)
        return self.intern(region, m)

    def includes(self, larger: int, smaller: int) -> bool:
        """Whether every parameter and clock value of ``smaller`` is one of ``larger``."""
        if larger == smaller:
            return True
        key = (larger, smaller)
        known = self._included.get(key)
        if known is None:
            big, small = self._zones[larger], self._zones[smaller]
            here = small[0]
            known = (big[0] == here or self.regions[big[0]].includes(self.regions[here])) and all(
                self.below(here, b, a) for a, b in zip(big[1:], small[1:], strict=True)
            )
            self._included[key] = known
        return known
