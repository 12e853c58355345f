"""Convex sets of parameter values: half-open polyhedral cones, exactly.

A condition on parameters is a row of rational coefficients, ``row · p >= 0`` or ``> 0``. A constant counts as a
multiple of one more parameter, called ``""``, so every condition is homogeneous and a region is a cone. It is kept
as its rows and as its extreme rays (double description: Motzkin, Raiffa, Thompson and Thrall 1953; Fukuda and
Prodon 1996), so that asking whether a condition holds everywhere is a few multiplications. There are three to six
parameters, and everything that was answered is remembered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import gcd, lcm

__all__ = ["Condition", "Region", "Row", "negated", "normal"]

Row = tuple[int | Fraction, ...]
#: (row, strict): ``row · p > 0`` if strict, else ``row · p >= 0``
Condition = tuple[Row, bool]


def normal(row: Iterable[int | Fraction]) -> tuple[int, ...]:
    """The row with the smallest whole coefficients that is a positive multiple of this one."""
    values = [Fraction(v) for v in row]
    scale = lcm(*(v.denominator for v in values))
    whole = [int(v * scale) for v in values]
    divisor = gcd(*whole)
    return tuple(v // divisor for v in whole) if divisor > 1 else tuple(whole)


def negated(condition: Condition) -> Condition:
    """The condition that holds exactly where this one does not."""
    row, strict = condition
    return tuple(-v for v in row), not strict


def _dot(a: Sequence[int | Fraction], b: Sequence[int]) -> int | Fraction:
    return sum(x * y for x, y in zip(a, b, strict=True))


class Region:
    """All parameter values, none negative and not all zero, that satisfy some conditions.

    Attributes
    ----------
    conditions
        conditions that say it all, none of which follows from the others (beyond that no parameter is negative; that
        not all are zero is among them if any condition that was added says so).
    rays
        the extreme rays of its closure: every point is a sum of non-negative multiples of them.
    empty
        whether no parameter values satisfy all conditions.
    """

    __slots__ = ("_all", "_holds", "_tight", "conditions", "empty", "rays", "size")

    def __init__(self, size: int) -> None:
        self.size = size
        self.rays: list[tuple[int, ...]] = [tuple(int(i == j) for j in range(size)) for i in range(size)]
        self.conditions: tuple[Condition, ...] = ()
        # Every row that was ever added, the first `size` being those of the parameters; per ray which are zero on it.
        self._all: list[tuple[tuple[int, ...], bool]] = [(ray, False) for ray in self.rays]
        self._tight: list[int] = [((1 << size) - 1) & ~(1 << i) for i in range(size)]
        self._holds: dict[Condition, bool] = {}
        self.empty = False

    def _is_empty(self) -> bool:
        if not self.rays:
            return True
        return any(strict and not any(_dot(row, ray) for ray in self.rays) for row, strict in self._all)

    def holds(self, row: Row, strict: bool = False) -> bool:
        """Whether a condition holds everywhere in this region (which must not be empty)."""
        key = (row, strict)
        known = self._holds.get(key)
        if known is None:
            known = self._holds[key] = self._decide(row, strict)
        return known

    def _decide(self, row: Row, strict: bool) -> bool:
        face = []
        for ray in self.rays:
            value = _dot(row, ray)
            if value < 0:
                return False
            if value == 0:
                face.append(ray)
        if not strict or not face:
            return True
        # Zero on a face of the closure: does a strict condition keep the region off that face?
        return any(s and not any(_dot(other, ray) for ray in face) for other, s in self._all)

    def meet(self, *conditions: Condition) -> Region:
        """The part where these conditions hold as well."""
        found = Region.__new__(Region)
        found.size, found._holds = self.size, {}
        found.rays, found._tight, found._all = list(self.rays), list(self._tight), list(self._all)
        found._add_all(conditions)
        found.conditions = found._reduced()
        return found

    def _add_all(self, conditions: Iterable[Condition]) -> None:
        for row, strict in conditions:
            self._add(normal(row), strict)
        self.empty = self._is_empty()

    def _add(self, row: tuple[int, ...], strict: bool) -> None:
        bit = 1 << len(self._all)
        self._all.append((row, strict))
        values = [_dot(row, ray) for ray in self.rays]
        rays, tight = [], []
        for ray, zeros, value in zip(self.rays, self._tight, values, strict=True):
            if value >= 0:
                rays.append(ray)
                tight.append(zeros | bit if value == 0 else zeros)
        above = [i for i, v in enumerate(values) if v > 0]
        below = [i for i, v in enumerate(values) if v < 0]
        for i in above:
            for j in below:
                common = self._tight[i] & self._tight[j]
                # Adjacent rays: no third one lies on every facet on which both lie.
                if any(k not in (i, j) and common & ~zeros == 0 for k, zeros in enumerate(self._tight)):
                    continue
                combined = [values[i] * b - values[j] * a for a, b in zip(self.rays[i], self.rays[j], strict=True)]
                rays.append(normal(combined))
                tight.append(common | bit)
        self.rays, self._tight = rays, tight

    def _reduced(self) -> tuple[Condition, ...]:
        """The conditions without those that follow from the others."""
        if self.empty:
            return ((tuple([0] * self.size), True),)
        faces: dict[Condition, frozenset[tuple[int, ...]]] = {}
        for condition in self._all:
            faces[condition] = frozenset(ray for ray in self.rays if not _dot(condition[0], ray))
        dimension = _rank(self.rays)
        kept: list[Condition] = []
        for (row, strict), face in sorted(faces.items(), key=lambda item: (not item[0][1], -len(item[1]), item[0])):
            if sum(map(bool, row)) == 1 and not strict and max(row) > 0:
                continue  # a parameter is not negative: said once and for all
            if strict:
                if not face and dimension:
                    continue
                if any(s and face <= faces[other, s] for other, s in kept):
                    continue
                kept.append((row, strict))
            elif _rank(list(face)) == dimension - 1 or (len(face) == len(self.rays) and dimension < self.size):
                if any(face == faces[other] for other in kept) and len(face) < len(self.rays):
                    continue
                kept.append((row, strict))
        kept.sort()
        if dimension < self.size:
            kept = self._independent(kept)
        if not any(strict for _, strict in kept):
            # Others may read the conditions without knowing that not all parameters are zero.
            kept += sorted((c for c in faces if c[1]), key=lambda c: (sum(map(bool, c[0])), c))[:1]
        return tuple(kept)

    def _independent(self, conditions: list[Condition]) -> list[Condition]:
        """The same one by one, where equalities hold and faces do not tell what follows from what."""
        kept = conditions
        for condition in conditions:
            rest = [c for c in kept if c != condition]
            without = Region(self.size)
            without._add_all(rest)
            if without._decide(*condition):
                kept = rest
        return kept

    def point(self, weights: Sequence[Fraction] | None = None) -> tuple[Fraction, ...]:
        """Some values within: the sum of the extreme rays, each with its positive weight."""
        factors = weights or [Fraction(1)] * len(self.rays)
        return tuple(sum((f * v for f, v in zip(factors, column, strict=True)), Fraction(0))
                     for column in zip(*self.rays, strict=True))  # fmt: skip

    def dimension(self) -> int:
        """How many independent directions the region has."""
        return _rank(self.rays)

    def inside(self, point: Sequence[Fraction]) -> bool:
        """Whether these values satisfy all conditions."""
        if any(v < 0 for v in point) or not any(point):
            return False
        found = ((sum(a * b for a, b in zip(row, point, strict=True)), strict) for row, strict in self._all)
        return all(value > 0 if strict else value >= 0 for value, strict in found)

    def includes(self, other: Region) -> bool:
        """Whether every point of the other region lies in this one."""
        return other.empty or all(other.holds(row, strict) for row, strict in self._all)

    def without(self, conditions: Sequence[Condition]) -> list[Region]:
        """Convex regions whose union is where some of these conditions fails; they may overlap."""
        pieces = (self.meet(negated(c)) for c in conditions)
        return [piece for piece in pieces if not piece.empty]


def _rank(rows: Sequence[Sequence[int]]) -> int:
    left = [[Fraction(v) for v in row] for row in rows]
    rank = 0
    for column in range(len(left[0]) if left else 0):
        pivot = next((r for r in left[rank:] if r[column]), None)
        if pivot is None:
            continue
        left.remove(pivot)
        left.insert(rank, pivot)
        for r in left[rank + 1 :]:
            if r[column]:
                factor = r[column] / pivot[column]
                for i, v in enumerate(pivot):
                    r[i] -= factor * v
        rank += 1
    return rank
