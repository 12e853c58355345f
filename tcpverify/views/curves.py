"""What a picture of prices shows: the greatest safe connection rate of every model over MSL, and what stacks wait.

Every point of a curve is read off the derived region, exactly, on a grid that is even where axes are logarithmic.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import zip_longest
from math import ceil, exp, floor, log, log10

from tcpverify.views.cost import least_text
from tcpverify.workflow.prices import RATE, STACKS, CostReport, ModelCost
from tcpverify.workflow.slices import safe_along

__all__ = ["Chart", "Curve", "Mark", "chart", "ticks"]

#: how far MSL reaches, in seconds: to twice that of RFC 9293
_LEAST, _MOST = Fraction(1), Fraction(240)
_PARTS = 120


@dataclass(frozen=True)
class Curve:
    """The shortest safe TIME_WAIT by MSL, the same for some models.

    Attributes
    ----------
    models
        for which it is the same.
    rule
        the shortest safe TIME_WAIT as an expression; empty if it is no such thing.
    points
        (MSL, TIME_WAIT) in seconds; None: no TIME_WAIT is known to be safe.
    exact
        whether everything shorter is refuted.
    within
        whether it holds within the scope only.
    solid
        whether every longer TIME_WAIT is safe as well.
    beside
        the points of another curve of the same model; where they are the same, nothing need be drawn again.
    """

    models: tuple[str, ...]
    rule: str
    points: tuple[tuple[Fraction, Fraction | None], ...]
    exact: bool
    within: bool
    solid: bool
    beside: tuple[tuple[Fraction, Fraction | None], ...] = ()

    def at(self, msl: Fraction) -> Fraction | None:
        """The shortest safe TIME_WAIT at an MSL of the grid."""
        return dict(self.points).get(msl)

    def stretches(self) -> Iterator[list[tuple[Fraction, Fraction]]]:
        """The points as unbroken lines, each from where it leaves the curve beside to where it meets it again."""
        part: list[tuple[Fraction, Fraction]] = []
        own = [not self.beside or point != other for point, other in zip_longest(self.points, self.beside)]
        for place, (msl, time_wait) in enumerate(self.points):
            if time_wait and any(own[max(place - 1, 0) : place + 2]):
                part.append((msl, time_wait))
            elif part:
                yield part
                part = []
        if part:
            yield part


@dataclass(frozen=True)
class Mark:
    """A TIME_WAIT that stacks have, or that a rate asks for, and up to which MSL it is safe on each curve."""

    name: str
    time_wait: Fraction
    limits: tuple[Fraction, ...] = ()
    asked: bool = False


@dataclass(frozen=True)
class Chart:
    """The curves and marks, and how far the axes reach: MSL and TIME_WAIT in seconds.

    ``here`` is the MSL that the tables are about; None where models have different ones. ``never`` names models for
    which nothing is safe at any MSL shown, ``unknown`` those of which that is not decided.
    """

    curves: Sequence[Curve]
    marks: Sequence[Mark]
    msl: tuple[Fraction, Fraction]
    time_wait: tuple[Fraction, Fraction]
    here: Fraction | None
    never: tuple[str, ...]
    unknown: tuple[str, ...]

    def safe_for(self, msl: Fraction, time_wait: Fraction) -> list[bool]:
        """By curve, whether a TIME_WAIT is long enough at the next greater MSL of the grid."""
        found = []
        for curve in self.curves:
            place = bisect_left(curve.points, msl, hi=len(curve.points) - 1, key=lambda point: point[0])
            least = curve.points[place][1]
            found.append(least is not None and least <= time_wait)
        return found


def chart(report: CostReport) -> Chart:
    """What there is to draw."""
    rows = [row for row in report.models if row.bound is not None]
    said = {row.values["MSL"] for row in rows}
    here = said.pop() if len(said) == 1 else None
    low = min([_LEAST, *((here / 2,) if here else ())])
    high = max([_MOST, *((here * 2,) if here else ())])
    grid = _grid(low, high, [here] if here else [])
    same: dict[Curve, list[str]] = {}
    for row in rows:
        for curve in _curves(row, grid):
            same.setdefault(replace(curve, models=()), []).append(row.model)
    curves, never, unknown = list[Curve](), list[str](), list[str]()
    for curve, names in same.items():
        if any(time_wait is not None for _, time_wait in curve.points):
            curves.append(replace(curve, models=tuple(names)))
        else:
            (never if curve.exact else unknown).extend(names)
    marks = _marks(report, {row.model: row for row in rows}, curves)
    shown = [t for curve in curves for _, t in curve.points if t] + [mark.time_wait for mark in marks]
    least, most = min(shown) * Fraction(2, 3), max(shown) * Fraction(3, 2)
    unasked = (row.model for row in report.models if row.bound is None)
    return Chart(curves, marks, (low, high), (least, most), here, tuple(never), (*unknown, *unasked))


def _curves(row: ModelCost, grid: Sequence[Fraction]) -> list[Curve]:
    """The curve of one model; one more where shorter durations are safe within the scope."""
    assert row.bound is not None
    found: list[Curve] = []
    for unbounded in (True, False):
        points, solid = list[tuple[Fraction, Fraction | None]](), True
        for msl in grid:
            parts = safe_along(row.bound, {**row.values, "MSL": msl}, "TIME_WAIT", unbounded)
            solid = solid and (not parts or (len(parts) == 1 and parts[0].high is None))
            points.append((msl, parts[0].low if parts else None))
        rule = least_text(row.bound, unbounded)
        found.append(Curve((row.model,), rule, tuple(points), row.exact, not unbounded, solid))
    sure, within = found
    if within.points == sure.points:
        return [sure]
    if any(time_wait is not None for _, time_wait in sure.points):
        return [sure, replace(within, beside=sure.points)]
    return [within]


def _grid(low: Fraction, high: Fraction, further: Sequence[Fraction]) -> list[Fraction]:
    step = log(high / low) / _PARTS
    inner = {Fraction(exp(log(low) + step * part)).limit_denominator(1000) for part in range(1, _PARTS)}
    return sorted({low, high, *inner, *further})


def _marks(report: CostReport, rows: Mapping[str, ModelCost], curves: Sequence[Curve]) -> list[Mark]:
    """Durations of stacks, the names of equal ones together; and that of the rate, if the user named one."""
    durations: dict[Fraction, list[str]] = {}
    for stack in STACKS:
        durations.setdefault(stack.time_wait, []).append(stack.name)
    found = [(", ".join(names), duration, False) for duration, names in durations.items()]
    if report.request.rate != RATE:
        found.append(("your rate", report.request.affordable, True))
    marks = []
    for name, duration, asked in sorted(found, key=lambda mark: -mark[1]):
        parts = [rows[c.models[0]].safe_msl(duration, unbounded=not c.within)[-1:] for c in curves]
        limits = tuple(part[0].high for part in parts if part and part[0].high is not None)
        marks.append(Mark(name, duration, limits, asked))
    return marks


def ticks(low: Fraction, high: Fraction, steps: Sequence[int] = (1, 2, 5)) -> list[Fraction]:
    """Round numbers between two positive ones on a logarithmic scale."""
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    return [v for p in powers for s in steps if low <= (v := s * Fraction(10) ** p) <= high]
