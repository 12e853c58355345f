"""Regions of parameter values cut by a plane, exactly: two parameters vary, the others have values.

Everything here is rational. A convex piece becomes a polygon by clipping (Sutherland and Hodgman 1974); its borders
are cut where anything else may change, and an infinitely small step to either side says what lies there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from tcpverify.lang.region import Row, normal

__all__ = ["Border", "Piece", "Plane", "Point", "borders", "clipped", "corners"]

Point = tuple[Fraction, Fraction]
ZERO = Fraction(0)


class Side(NamedTuple):
    """A half-plane ``a·x + b·y + c >= 0`` (``> 0`` if strict), and the row of parameters that it comes from."""

    a: Fraction
    b: Fraction
    c: Fraction
    strict: bool
    row: Row

    def at(self, point: Point) -> Fraction:
        """The left-hand side."""
        return self.a * point[0] + self.b * point[1] + self.c

    @property
    def line(self) -> tuple[int, ...]:
        """The line that bounds it: the same for both of its half-planes."""
        whole = normal((self.a, self.b, self.c))
        return tuple(-v for v in whole) if next(v for v in whole if v) < 0 else whole


class Piece:
    """The part of a convex region that lies in a plane; none if it misses the plane."""

    def __init__(self, sides: Iterable[Side]) -> None:
        self.sides = tuple(s for s in sides if s.a or s.b)

    def inside(self, point: Point) -> bool:
        """Whether the point belongs to it."""
        return all(s.at(point) > 0 or (not s.strict and s.at(point) == 0) for s in self.sides)

    def beside(self, point: Point, way: Point) -> bool:
        """Whether the points just off this one, in that direction, belong to it."""
        for side in self.sides:
            here, slope = side.at(point), side.a * way[0] + side.b * way[1]
            if here < 0 or (here == 0 and (slope < 0 or (slope == 0 and side.strict))):
                return False
        return True

    def polygon(self, width: Fraction, height: Fraction) -> list[Point]:
        """The corners of the part in ``[0, width] × [0, height]``: two if it is a stretch of a line, none if empty."""
        found = [(ZERO, ZERO), (width, ZERO), (width, height), (ZERO, height)]
        for side in self.sides:
            found = clipped(found, side)
        if not found:
            return []
        middle = (sum((p[0] for p in found), ZERO) / len(found), sum((p[1] for p in found), ZERO) / len(found))
        return found if self.inside(middle) else []


def clipped(polygon: Sequence[Point], side: Side) -> list[Point]:
    """The part of a convex polygon in the closure of a half-plane."""
    found: list[Point] = []
    for here, there in zip(polygon, [*polygon[1:], *polygon[:1]], strict=True):
        a, b = side.at(here), side.at(there)
        if a >= 0:
            found.append(here)
        if (a > 0 > b) or (a < 0 < b):
            found.append(_between(here, there, a / (a - b)))
    return [p for n, p in enumerate(found) if p not in found[:n]]


def _between(p: Point, q: Point, part: Fraction) -> Point:
    return p[0] + part * (q[0] - p[0]), p[1] + part * (q[1] - p[1])


class Plane(NamedTuple):
    """The plane in which the parameters ``x`` and ``y`` vary and the others have the values ``fixed``."""

    names: tuple[str, ...]
    x: str
    y: str
    fixed: Mapping[str, Fraction]

    def side(self, row: Row, strict: bool) -> Side:
        """A condition on all parameters as one on two."""
        terms = dict(zip(self.names, (Fraction(v) for v in row), strict=True))
        a, b = terms.pop(self.x), terms.pop(self.y)
        return Side(a, b, sum((v * self.fixed[n] for n, v in terms.items()), ZERO), strict, row)

    def piece(self, conditions: Iterable[tuple[Row, bool]]) -> Piece | None:
        """What satisfies all of these conditions, no parameter being negative; None if nothing does."""
        sides = [self.side(row, strict) for row, strict in conditions]
        for side in sides:
            if not (side.a or side.b) and (side.c < 0 or (side.strict and not side.c)):
                return None
        sides += [self.side(tuple(int(n == name) for n in self.names), False) for name in (self.x, self.y)]
        return Piece(sides)


class Border(NamedTuple):
    """A stretch of the border of the safe area: its ends, its line, whether its own points are safe."""

    start: Point
    end: Point
    line: tuple[int, ...]
    safe: bool
    row: Row


def borders(
    safe: Sequence[Piece], domain: Piece, others: Sequence[Piece], width: Fraction, height: Fraction
) -> list[Border]:
    """Where the safe area ends within the domain, stretch by stretch; the frame itself is no border."""
    lines = {side.line: side for piece in (*safe, domain, *others) for side in piece.sides}
    found: dict[tuple[Point, Point], Border] = {}
    for piece in safe:
        polygon = piece.polygon(width, height)
        for side in piece.sides:
            ends = sorted(p for p in polygon if not side.at(p))
            if len(ends) < 2:
                continue
            for start, end in pairwise(_stops(ends[0], ends[-1], lines.values())):
                middle = _between(start, end, Fraction(1, 2))
                is_safe = any(p.inside(middle) for p in safe)
                refused = [domain.inside(middle) and not is_safe]
                for way in ((side.a, side.b), (-side.a, -side.b)):
                    refused.append(domain.beside(middle, way) and not any(p.beside(middle, way) for p in safe))
                if any(refused):
                    found.setdefault((start, end), Border(start, end, side.line, is_safe, side.row))
    return _joined(sorted(found.values(), key=lambda b: (b.line, b.start, b.end)))


def _stops(start: Point, end: Point, lines: Iterable[Side]) -> list[Point]:
    """The ends, and the points between them where a line crosses."""
    found = {start, end}
    for line in lines:
        a, b = line.at(start), line.at(end)
        if (a > 0 > b) or (a < 0 < b):
            found.add(_between(start, end, a / (a - b)))
    return sorted(found)


def _joined(stretches: Iterable[Border]) -> list[Border]:
    found: list[Border] = []
    for border in stretches:
        last = found[-1] if found else None
        if last is not None and (last.line, last.safe, last.end) == (border.line, border.safe, border.start):
            found[-1] = last._replace(end=border.end)
        else:
            found.append(border)
    return found


def corners(found: Iterable[Border]) -> list[Point]:
    """The points where borders of different lines, or of different kinds, meet."""
    kinds: dict[Point, set[tuple[object, bool]]] = {}
    for border in found:
        for end in (border.start, border.end):
            kinds.setdefault(end, set()).add((border.line, border.safe))
    return sorted(point for point, meeting in kinds.items() if len(meeting) > 1)
