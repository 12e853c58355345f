"""Where the rows of a ladder go on paper.

Rows of one time stand one below the other, since several things that happen at once still have an order. What lies
between two times is to scale. So a place on paper is a time, but for the instants, in which time stands still.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tcpverify.views.exchange import Row

__all__ = ["Instant", "Place", "Timescale", "per_unit"]

#: how far apart two times are that differ by MSL
MSL_HEIGHT = 140
#: how high all spans may be together
LONGEST = 900
#: rows keep off the edges of their instant
EDGE = 5
_PARTS = tuple(Fraction(part) for part in ("1/20", "1/10", "1/4", "1/2", "1", "2", "5", "10", "20", "50", "100"))


@dataclass(frozen=True)
class Place:
    """A row between ``top`` and ``bottom``; ``y`` is where it happens."""

    row: Row
    top: float
    y: float
    bottom: float


@dataclass(frozen=True)
class Instant:
    """All rows of one time."""

    time: Fraction
    top: float
    bottom: float


def per_unit(msl: Fraction, duration: Fraction) -> float:
    """The height of a unit of time in a picture that shows so long a time."""
    found = Fraction(MSL_HEIGHT) / msl if msl > 0 else Fraction(LONGEST)
    return float(min(found, LONGEST / duration) if duration > 0 else found)


class Timescale:
    """Places for rows.

    Parameters
    ----------
    extent
        how much room a row needs above and below the line where it happens.
    top
        where the first instant begins.
    scale
        height of a unit of time.
    """

    def __init__(
        self, rows: Sequence[Row], extent: Callable[[Row], tuple[float, float]], top: float, scale: float
    ) -> None:
        self.scale = scale
        self.places: list[Place] = []
        self.instants: list[Instant] = []
        begun, now = top, rows[0].now
        y = begun + EDGE
        for row in rows:
            if row.kind in ("wait", "broken"):
                continue
            if row.now != now:
                self.instants.append(Instant(now, begun, y + EDGE))
                begun, now = y + EDGE + float(row.now - now) * scale, row.now
                y = begun + EDGE
            above, below = extent(row)
            self.places.append(Place(row, y, y + above, y + above + below))
            y += above + below
        self.instants.append(Instant(now, begun, y + EDGE))

    @property
    def bottom(self) -> float:
        """Where the last instant ends."""
        return self.instants[-1].bottom

    def at(self, time: Fraction) -> float:
        """Where a time is; of an instant, its upper edge."""
        for instant in self.instants:
            if time <= instant.time:
                return instant.top - float(instant.time - time) * self.scale
        return self.bottom + float(time - self.instants[-1].time) * self.scale

    def ticks(self, msl: Fraction, end: float, apart: float) -> tuple[Fraction, list[tuple[Fraction, float]]]:
        """Round times that lie between the instants and above ``end``, at least so far apart, and their distance."""
        step = next((part * msl for part in _PARTS if float(part * msl) * self.scale >= apart), 100 * msl)
        while 0 < float(step) * self.scale < apart:
            step *= 10
        return step, list(self._between(step, end)) if step > 0 else []

    def _between(self, step: Fraction, end: float) -> Iterator[tuple[Fraction, float]]:
        taken = {instant.time for instant in self.instants}
        count = 1
        while (y := self.at(step * count)) < end:
            if step * count not in taken:
                yield step * count, y
            count += 1
