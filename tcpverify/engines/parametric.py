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

from tcpverify.engines.skeleton import Skeleton
from tcpverify.engines.zones import EMPTY
from tcpverify.lang.linear import Linear
from tcpverify.lang.region import Condition, Region, Row
from tcpverify.lang.system import Constraint

__all__ = ["ParametricStep", "ParametricZones", "row_of"]

#: numbers of entries of a matrix: no bound, and "at most zero"
NONE, ZERO = 0, 1

Entry = int
Matrix = list[Entry]


class ParametricStep(NamedTuple):
    """What an edge does to a parametric zone; see `tcpverify.engines.zones.Step`.

    ``guard`` and ``invariant`` hold (i, j, entry), ``lower`` and ``upper`` the rows of a clock's L and U.
    """

    guard: tuple[tuple[int, int, Entry], ...]
    carry: tuple[int, ...]
    invariant: tuple[tuple[int, int, Entry], ...]
    lower: tuple[tuple[Row, ...], ...]
    upper: tuple[tuple[Row, ...], ...]


def row_of(bound: Linear, names: Sequence[str]) -> Row:
    """The coefficients of an expression, in the order of the parameters.

    Raises
    ------
    KeyError
        if it mentions a parameter that is none of them.
    """
    terms = dict(bound.terms)
    row = tuple(terms.pop(name, 0) for name in names)
    if terms:
        raise KeyError(*terms)
    return row


class ParametricZones:
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
        self.skeleton = skeleton
        self.names = tuple(names)
        self.widest, self.exact = widest, exact
        #: entries: formal minima, sorted tuples of (row, strict)
        self.entries: list[tuple[Condition, ...]] = [(), ((tuple([0] * len(names)), False),)]
        self._entry_ids = {entry: i for i, entry in enumerate(self.entries)}
        self.regions: list[Region] = [region]
        self._region_ids: dict[object, int] = {region.conditions: 0}
        self._met: dict[tuple[int, tuple[Condition, ...]], int] = {}
        self._zones: list[tuple[int, ...]] = []
        self._zone_ids: dict[tuple[int, ...], int] = {}
        self._plus: dict[tuple[int, Entry, Entry], Entry] = {}
        self._least: dict[tuple[int, Entry, Entry], Entry] = {}
        self._within: dict[tuple[int, Entry], Entry] = {}
        self._below: dict[tuple[int, Entry, Entry], bool] = {}
        self._beyond: dict[tuple[int, Entry, tuple[Row, ...]], bool] = {}
        self._cut: dict[tuple[int, Entry, tuple[Row, ...]], Entry] = {}
        self._joined: dict[tuple[int, Entry, int, Entry], Entry] = {}
        self._included: dict[tuple[int, int], bool] = {}
        self._steps: dict[int, ParametricStep] = {}

    def __len__(self) -> int:
        return len(self._zones)

    # ------------------------------------------------------------ entries

    def entry(self, minimum: Sequence[Condition]) -> Entry:
        """The number of a formal minimum."""
        key = tuple(sorted(minimum))
        found = self._entry_ids.get(key)
        if found is None:
            found = self._entry_ids[key] = len(self.entries)
            self.entries.append(key)
        return found

    def _reduced(self, region: int, found: set[Condition]) -> Entry:
        """The entry with what others undercut everywhere left out."""
        kept = list(found)
        if len(kept) > 1:
            holds = self.regions[region].holds
            for row, strict in list(kept):
                for other, tight in kept:
                    if (other, tight) == (row, strict):
                        continue
                    # Equal values: the strict one is the smaller.
                    apart = tuple(a - b for a, b in zip(row, other, strict=True))
                    if holds(apart, strict and not tight):
                        kept.remove((row, strict))
                        break
        if self.widest and not self.exact:
            kept = [c for c in kept if all(-self.widest <= v <= self.widest for v in c[0])]
        return self.entry(kept)

    def plus(self, region: int, a: Entry, b: Entry) -> Entry:
        """The sum of two bounds."""
        if a == NONE or b == NONE:
            return NONE
        if a == ZERO:
            return b
        if b == ZERO:
            return a
        key = (region, a, b) if a < b else (region, b, a)
        found = self._plus.get(key)
        if found is None:
            sums = {
                (tuple(p + q for p, q in zip(x, y, strict=True)), s or t)
                for x, s in self.entries[a]
                for y, t in self.entries[b]
            }
            found = self._plus[key] = self._reduced(region, sums)
        return found

    def least(self, region: int, a: Entry, b: Entry) -> Entry:
        """The lesser of two bounds, whichever it is."""
        if a == b or b == NONE:
            return a
        if a == NONE:
            return b
        key = (region, a, b) if a < b else (region, b, a)
        found = self._least.get(key)
        if found is None:
            found = self._least[key] = self._reduced(region, {*self.entries[a], *self.entries[b]})
        return found

    def below(self, region: int, a: Entry, b: Entry) -> bool:
        """Whether the first bound is nowhere above the second."""
        if a == b or b == NONE:
            return True
        if a == NONE:
            return False
        key = (region, a, b)
        found = self._below.get(key)
        if found is None:
            found = self._below[key] = all(self._reaches(region, a, bound) for bound in self.entries[b])
        return found

    def _reaches(self, region: int, a: Entry, bound: Condition) -> bool:
        """Whether everywhere some expression of the entry is at most the bound."""
        row, strict = bound
        here = self.regions[region]
        rest = []
        for other, tight in self.entries[a]:
            apart = tuple(p - q for p, q in zip(row, other, strict=True))
            if here.holds(apart, strict and not tight):
                return True
            rest.append((tuple(-v for v in apart), not (strict and not tight)))
        # Each fails somewhere; perhaps nowhere all at once.
        return len(rest) > 1 and here.meet(*rest).empty

    # ------------------------------------------------------------ regions

    def _narrowed(self, region: int, conditions: Sequence[Condition]) -> int:
        """The number of the region in which these hold as well, or EMPTY."""
        here = self.regions[region]
        fresh = tuple(sorted({c for c in conditions if not here.holds(*c)}))
        if not fresh:
            return region
        key = (region, fresh)
        found = self._met.get(key)
        if found is None:
            part = here.meet(*fresh)
            if part.empty:
                found = EMPTY
            else:
                found = self._region_ids.setdefault(part.conditions, len(self.regions))
                if found == len(self.regions):
                    self.regions.append(part)
            self._met[key] = found
        return found

    def _not_negative(self, region: int, a: Entry, b: Entry) -> int:
        """The part of the region in which a cycle of two bounds is possible, or EMPTY."""
        if a == NONE or b == NONE:
            return region
        cycle = [
            (tuple(p + q for p, q in zip(x, y, strict=True)), s or t)
            for x, s in self.entries[a]
            for y, t in self.entries[b]
        ]
        return self._narrowed(region, cycle)

    def _rewritten(self, region: int, m: Matrix) -> Matrix:
        """The matrix with what is redundant in a narrower region left out."""
        return [self.within(region, e) for e in m]

    def within(self, region: int, entry: Entry) -> Entry:
        """An entry with what is redundant in this region left out."""
        if len(self.entries[entry]) < 2:
            return entry
        key = (region, entry)
        found = self._within.get(key)
        if found is None:
            found = self._within[key] = self._reduced(region, set(self.entries[entry]))
        return found

    # ------------------------------------------------------------ zones

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
        n = _side(m)
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
        narrower = self._not_negative(region, bound, m[j * n + i])
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
                narrower = self._not_negative(region, best, m[i])
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
            past = i > 0 and (not low or self._beyond_limit(region, first[i], low))
            for j in range(n):
                if i == j:
                    continue
                bound = m[i * n + j]
                if bound == NONE or (i == 0 and bound == ZERO):
                    continue
                if i and past:
                    left = NONE
                else:
                    left = self._not_above(region, bound, low) if i else bound
                    if j and left != NONE and self._beyond_limit(region, first[j], upper[j - 1]):
                        left = NONE if i else self._just_beyond(upper[j - 1])
                if left != bound:
                    m[i * n + j] = left
                    changed = True
        if changed:
            self._close(region, m, n)

    def _just_beyond(self, upper: tuple[Row, ...]) -> Entry:
        return self.entry([(tuple(-v for v in upper[0]), True)]) if len(upper) == 1 else ZERO

    def _beyond_limit(self, region: int, entry: Entry, limits: tuple[Row, ...]) -> bool:
        """Whether a clock with that entry in the first row exceeds every limit, everywhere in the region."""
        if not limits:
            return True
        key = (region, entry, limits)
        found = self._beyond.get(key)
        if found is None:
            here = self.regions[region]
            # The clock is at least -row, for every row of the entry.
            found = self._beyond[key] = all(
                any(here.holds(tuple(-p - q for p, q in zip(row, limit, strict=True)), True)
                    for row, _ in self.entries[entry])
                for limit in limits
            )  # fmt: skip
        return found

    def _not_above(self, region: int, entry: Entry, limits: tuple[Row, ...]) -> Entry:
        """An upper bound without what exceeds every limit anyway."""
        key = (region, entry, limits)
        found = self._cut.get(key)
        if found is None:
            here = self.regions[region]
            kept = [
                (row, strict)
                for row, strict in self.entries[entry]
                if not all(here.holds(tuple(p - q for p, q in zip(row, limit, strict=True)), True) for limit in limits)
            ]
            found = self._cut[key] = self.entry(kept)
        return found

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
        n = _side(left[1:])
        m = [self._greatest(left[0], x, right[0], y) for x, y in zip(left[1:], right[1:], strict=True)]
        for j in range(1, n):
            if m[j] == NONE:
                m[j] = ZERO
        self._close(region, m, n)
        return self.intern(region, m)

    def _greatest(self, here: int, a: Entry, there: int, b: Entry) -> Entry:
        """A bound that is nowhere below the first within its region, nor below the second within the other."""
        if a == b or NONE in (a, b):
            return a if a == b else NONE
        key = (here, a, there, b)
        found = self._joined.get(key)
        if found is None:
            kept = [c for c in self.entries[a] if self._reaches(there, b, c)]
            kept += [c for c in self.entries[b] if c not in kept and self._reaches(here, a, c)]
            found = self._joined[key] = self.entry(kept)
        return found

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


def _side(matrix: Sequence[int]) -> int:
    n = 1
    while n * n < len(matrix):
        n += 1
    return n
