"""Zones: sets of clock values described by bounds on clocks and on their differences.

A zone is a difference bound matrix (Dill 1989) in canonical form, kept as a flat tuple of integers and
interned, so a zone is a small number and equal zones are equal numbers. Row and column 0 stand for the
constant zero. A bound ``x_i - x_j < c`` is stored as ``2c``, ``<= c`` as ``2c + 1``; durations are scaled by
their common denominator first, so everything is exact.

Abstraction is Extra-LU+ of Behrmann, Bouyer, Larsen and Pelánek (2006): exact for reachability of locations in
automata without diagonal guards, and convex, so the zones found are themselves an inductive invariant.

The operation of an edge on a zone is a function of the two, and few of each exist: results are remembered, so
that in a large exploration a step costs one dictionary look-up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["EMPTY", "INFINITE", "LE_ZERO", "Step", "Zones", "side"]

#: beyond every bound: durations of forty digits, brought to a common denominator, stay far below
INFINITE = 1 << 2000
LE_ZERO = 1
EMPTY = -1

Matrix = list[int]


class Step(NamedTuple):
    """What an edge does to a zone, in numbers.

    ``guard`` and ``invariant`` hold entries (i, j, bound) of a matrix; ``carry`` is as in `Edge`; ``lower``
    and ``upper`` are the L and U of the target's clocks as scaled integers, or None where there is none.
    """

    guard: tuple[tuple[int, int, int], ...]
    carry: tuple[int, ...]
    invariant: tuple[tuple[int, int, int], ...]
    lower: tuple[int | None, ...]
    upper: tuple[int | None, ...]


def _tighten(m: Matrix, n: int, i: int, j: int, bound: int) -> bool:
    """Add ``x_i - x_j`` bounded by ``bound`` to a canonical matrix, keep it canonical; False: now empty."""
    if m[i * n + j] <= bound:
        return True
    back = m[j * n + i]
    if back < INFINITE and bound + back - ((bound | back) & 1) < LE_ZERO:
        return False
    m[i * n + j] = bound
    row_j = m[j * n : j * n + n]
    for a in range(n):
        left = m[a * n + i]
        if left >= INFINITE:
            continue
        if a == i:
            via = bound
        else:
            via = left + bound - ((left | bound) & 1)
            if via < m[a * n + j]:
                m[a * n + j] = via
            else:
                via = m[a * n + j]
        base = a * n
        for b in range(n):
            right = row_j[b]
            if right < INFINITE:
                total = via + right - ((via | right) & 1)
                if total < m[base + b]:
                    m[base + b] = total
    return True


def _bound_above(m: Matrix, n: int, rows: Sequence[tuple[int, int, int]]) -> bool:
    """Add upper bounds on clocks to a canonical matrix without any, keep it canonical; False: now empty.

    A new path between two clocks leads through one bounded clock to the constant zero and on from there, so two
    passes over the matrix are enough.
    """
    if not rows:
        return True
    for i in range(1, n):
        base, best = i * n, INFINITE
        for j, _, bound in rows:
            left = m[base + j]
            if left < INFINITE:
                total = left + bound - ((left | bound) & 1)
                if total < best:
                    best = total
        m[base] = best
        if best < INFINITE:
            back = m[i]
            if best + back - ((best | back) & 1) < LE_ZERO:
                return False
    first = m[:n]
    for i in range(1, n):
        base = i * n
        up = m[base]
        if up < INFINITE:
            for j in range(1, n):
                right = first[j]
                total = up + right - ((up | right) & 1)
                if total < m[base + j] and i != j:
                    m[base + j] = total
    return True


def _close(m: Matrix, n: int) -> None:
    """Canonical form of a non-empty matrix (Floyd and Warshall)."""
    for k in range(n):
        row = m[k * n : k * n + n]
        for i in range(n):
            left = m[i * n + k]
            if left >= INFINITE or i == k:
                continue
            base = i * n
            for j in range(n):
                right = row[j]
                if right < INFINITE:
                    total = left + right - ((left | right) & 1)
                    if total < m[base + j]:
                        m[base + j] = total


def _extrapolate(m: Matrix, n: int, lower: Sequence[int | None], upper: Sequence[int | None]) -> None:
    """Extra-LU+, in place; the matrix must be canonical and is canonical again afterwards."""
    changed = False
    first = [m[j] for j in range(n)]
    for i in range(n):
        low = lower[i - 1] if i else None
        # -first[i] is the lower bound of clock i: beyond its L nothing above it matters.
        beyond_l = i > 0 and (low is None or -first[i] + (first[i] & 1) * 2 > 2 * low + 1)
        for j in range(n):
            if i == j:
                continue
            bound = m[i * n + j]
            if bound >= INFINITE:
                continue
            if i and (beyond_l or low is None or bound > 2 * low + 1):
                m[i * n + j] = INFINITE
                changed = True
                continue
            if j:
                up = upper[j - 1]
                if up is None:
                    limit = 1 if i == 0 else INFINITE
                    beyond_u = True
                else:
                    beyond_u = -first[j] + (first[j] & 1) * 2 > 2 * up + 1
                    limit = -2 * up if i == 0 else INFINITE
                if beyond_u and bound != limit:
                    m[i * n + j] = limit
                    changed = True
    if changed:
        _close(m, n)


class Zones:
    """All zones met in one exploration, by number, with remembered operations."""

    def __init__(self) -> None:
        self._ids: dict[tuple[int, ...], int] = {}
        self._matrices: list[tuple[int, ...]] = []
        self._included: dict[tuple[int, int], bool] = {}

    def __len__(self) -> int:
        return len(self._matrices)

    def matrix(self, zone: int) -> tuple[int, ...]:
        """The canonical matrix of a zone, row by row."""
        return self._matrices[zone]

    def intern(self, matrix: Sequence[int]) -> int:
        """The number of the zone with this canonical matrix."""
        key = tuple(matrix)
        found = self._ids.get(key)
        if found is None:
            found = self._ids[key] = len(self._matrices)
            self._matrices.append(key)
        return found

    def start(self, step: Step) -> int:
        """The zone reached from "all clocks are zero" by waiting; ``step.carry`` gives the number of clocks."""
        n = len(step.carry) + 1
        return self._settle([LE_ZERO] * (n * n), n, step)

    def apply(self, zone: int, step: Step) -> int:
        """Take the step from the zone, then wait as long as the target allows; EMPTY if it cannot be taken."""
        source = self._matrices[zone]
        if step.guard:
            m = list(source)
            n = side(m)
            for i, j, bound in step.guard:
                if not _tighten(m, n, i, j, bound):
                    return EMPTY
        else:
            m, n = source, side(source)  # type: ignore[assignment]
        rows = [0, *(c + 1 for c in step.carry)]
        moved = [m[r * n + c] for r in rows for c in rows]
        return self._settle(moved, len(rows), step)

    def _settle(self, m: Matrix, n: int, step: Step) -> int:
        # Invariants bound clocks from above, so whoever satisfies them after waiting did so before.
        for i in range(1, n):
            m[i * n] = INFINITE
        if not _bound_above(m, n, step.invariant):
            return EMPTY
        _extrapolate(m, n, step.lower, step.upper)
        return self.intern(m)

    def includes(self, larger: int, smaller: int) -> bool:
        """Whether every clock value of ``smaller`` is one of ``larger``."""
        if larger == smaller:
            return True
        key = (larger, smaller)
        known = self._included.get(key)
        if known is None:
            pairs = zip(self._matrices[larger], self._matrices[smaller], strict=True)
            known = self._included[key] = all(a >= b for a, b in pairs)
        return known


def side(matrix: Sequence[int]) -> int:
    """The number of rows of a square matrix that is kept as one flat sequence."""
    n = 1
    while n * n < len(matrix):
        n += 1
    return n
