"""The layout of a ladder on paper: every row, arrow and span has its place before anything is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from zlib import crc32

from tcpverify.evidence.trace import Trace
from tcpverify.views.conditions import Symbolic
from tcpverify.views.exchange import Row, rows
from tcpverify.views.flights import AFTER, LINE, SIZE, Said, flights, labels, strip
from tcpverify.views.inks import ink_of
from tcpverify.views.lifelines import ended_early, old_segments
from tcpverify.views.quantities import Unit
from tcpverify.views.svg import Box, rows_of, text_width
from tcpverify.views.timescale import Place, Timescale, per_unit

__all__ = ["BAND", "OFF", "PAD", "TEXT", "WAIT", "Plan", "Remark"]

PAD, MARK, SIDE, MIDDLE, OFF = 14, 16, 172, 384, 13
#: half the width of a lifeline in TIME-WAIT; the width of the band of a lifetime, beside it
WAIT, BAND = 7, 11
#: a TIME-WAIT that would have lasted further than this is cut off
FURTHEST = 300
#: height of a line beside a lifeline
TEXT = 14
_LONGEST_TIME = 22


@dataclass(frozen=True)
class Remark:
    """Words beside a lifeline, below the last instant: until when something would have lasted."""

    end: str
    y: float
    lines: tuple[str, ...]
    step: int
    segment: int | None
    ink: str

    @property
    def bottom(self) -> float:
        """Where the words end."""
        return self.y + TEXT * len(self.lines)


class Plan:
    """Where everything is, once `lay` has said where it begins."""

    def __init__(self, trace: Trace, unit: Unit, verbose: bool) -> None:
        self.trace, self.unit = trace, unit
        #: whether times are numbers; those of `bound` are expressions
        self.numeric = not isinstance(unit, Symbolic)
        self.delay = trace.parameters.get("DELAY_MIN", Fraction(0))
        self.msl = trace.parameters.get("MSL", Fraction(1))
        self.rows = rows(trace, unit, verbose)
        self.sent_in = {s.number: k for k, step in enumerate(trace.steps, 1) for s in step.sent}
        self.old, self.early = old_segments(trace), ended_early(trace)
        #: several pictures may stand in one page: their patterns must have different names
        self.prefix = f"t{crc32(trace.dumps().encode()):08x}"
        self._columns()

    def _columns(self) -> None:
        times = [self.time(r.now) for r in self.rows]
        self.axis = PAD + MARK + max(text_width(t, SIZE) for t in [*times, self.head()]) + 8
        left = self.axis + 16 + SIDE + OFF
        self.across = {"A": left, "B": left + MIDDLE}
        self.width = left + MIDDLE + OFF + SIDE + PAD + (12 if self.trace.loop is not None else 0)
        self.frame = left + 25, 0.0, left + MIDDLE - 25, 1e9

    def lay(self, top: float) -> None:
        """Give every row, arrow, span and label its place, from there downwards."""
        self.top = top
        ends = [at + self.msl for _, at in self.old]
        longest = max([*(row.now for row in self.rows), *ends])
        self.scale = Timescale(self.rows, self._extent, self.top, per_unit(self.msl, longest))
        self.flights = flights(self.scale, self.sent_in, self.across, self.msl)
        bottom = self.scale.bottom + (AFTER if any(f.kind == "left" for f in self.flights) else 8)
        self.lives = [(s, at, self.scale.at(at + self.msl)) for s, at in self.old]
        due = self.scale.at(self.early.due) if self.early else bottom
        self.due, self.cut = min(due, self.scale.bottom + FURTHEST), due > self.scale.bottom + FURTHEST
        #: where axis and lifelines end, and where the drawing does
        self.tail = max([bottom, self.due, *(y for *_, y in self.lives)])
        self.tick, self.ticks = self.scale.ticks(self.msl, self.tail, 22)
        middle = sum(self.across.values()) / 2
        #: where words stand about what repeats for ever
        self.loops = [
            Box((middle, place.y), text_width(place.row.text, SIZE) + 8, LINE + 2)
            for place in self.scale.places
            if place.row.kind == "loop"
        ]
        self.notes, self.remarks = list(self._notes()), list(self._remarks())
        self.said: list[Said] = labels(self.flights, self.frame, [*self.loops, *(box for *_, box in self.notes)])
        self.end = max([self.tail, *(remark.bottom for remark in self.remarks)]) + 10

    # ------------------------------------------------------------ words

    def head(self) -> str:
        """What stands above the times."""
        return f"time {self.unit.name}".strip()

    def time(self, time: Fraction) -> str:
        """A time on the axis."""
        said = self.unit.number(time)
        return said if len(said) <= _LONGEST_TIME else said[: _LONGEST_TIME - 1] + "…"

    def beside(self, row: Row, end: str) -> list[tuple[str, str, str | None]]:
        """What stands beside the lifeline of an end: words, ink, weight."""
        found: list[tuple[str, str, str | None]] = []
        if row.kind in ("event", "note") and row.end == end:
            colour = "bad" if row.bad else "ink" if row.kind == "event" else "dim"
            found += [(words, colour, None) for words in rows_of(row.text, SIZE, SIDE)]
        if end in row.changed:
            state = row.ends[end]
            colour = "bad" if row.bad else ink_of(0 if state.state == "CLOSED" else state.incarnation)
            found += [(words, colour, "bold") for words in rows_of(state.state, SIZE, SIDE)]
        return found

    def arrival(self, row: Row) -> str:
        """What is said of a late arrival, or of a copy."""
        if row.kind != "arrival" or row.segment is None or row.sent_at is None:
            return ""
        late = f" arrives {self.unit.show(row.now - row.sent_at)} later" if row.now != row.sent_at else ""
        copy = f"{',' if late else ''} {row.text}" if row.text else ""
        return f"#{row.segment.number}{late}{copy}" if late or copy else ""

    def _extent(self, row: Row) -> tuple[float, float]:
        lines = max(len(self.beside(row, end)) for end in row.ends)
        above, below = 10.0, 8.0 + TEXT * max(lines - 1, 0)
        if row.segment is not None and row.kind in ("arrow", "send", "lost"):
            _, _, right, _ = self.frame
            above = LINE * len(strip(row.segment, right - self.frame[0])) + 6
            below = max(below, 12.0 if row.kind == "lost" else 8.0)
        if self.arrival(row):
            below = max(below, LINE + 6.0)
        return above, below

    def _notes(self) -> Iterator[tuple[Place, str, Box]]:
        """What is said of late arrivals, below the tips of their arrows."""
        for place in self.scale.places:
            words = self.arrival(place.row)
            if words:
                width = text_width(words, SIZE)
                x = self.across["A"] + 22 + width / 2 if place.row.end == "A" else self.across["B"] - 22 - width / 2
                yield place, words, Box((x, place.y + 11), width, LINE)

    def _remarks(self) -> Iterator[Remark]:
        words: tuple[str, ...]
        found: list[tuple[str, float, tuple[str, ...], int, int | None, str]] = []
        for old, at, y in self.lives:
            receiver = "B" if old.sender == "A" else "A"
            sent, gone = self.unit.show(at), self.unit.show(at + self.msl)
            words = f"lifetime of #{old.number} ends:", f"{sent} + MSL = {gone}"
            found.append((receiver, y, words, self.sent_in[old.number], old.number, "bad"))
        if self.early is not None:
            words = "TIME-WAIT was to last", f"until {self.unit.show(self.early.due)}{', further down' * self.cut}"
            found.append((self.early.end, self.due, words, len(self.trace.steps), None, "dim"))
        lowest = dict.fromkeys("AB", self.scale.bottom)
        for end, y, words, step, segment, ink in sorted(found, key=lambda f: f[1]):
            lines = tuple(line for part in words for line in rows_of(part, SIZE, SIDE))
            remark = Remark(end, max(y - 4, lowest[end]), lines, step, segment, ink)
            lowest[end] = remark.bottom
            yield remark

    def last(self) -> Place:
        """The first row of the last step."""
        return next(p for p in self.scale.places if p.row.step == len(self.trace.steps))
