"""The arrows of a ladder: which segment flies from where to where, and a place for what is written beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import hypot

from tcpverify.evidence.trace import SegmentRecord
from tcpverify.views.exchange import label
from tcpverify.views.svg import Box, Labels, rows_of, text_width
from tcpverify.views.timescale import Place, Timescale

__all__ = ["AFTER", "LINE", "SIZE", "Flight", "Said", "flights", "labels", "strip"]

#: font size of labels, and the height of a line of them
SIZE, LINE = 11, 13
#: how far below the last instant the arrows reach that are still under way
AFTER = 30
#: how far apart those end
APART = 12
#: labels keep off arrows and lifelines
GAP = 5
#: steeper than that no label is turned along its arrow
STEEPEST = 1.5

Spot = tuple[float, float]


@dataclass(frozen=True)
class Flight:
    """A segment on its way.

    Attributes
    ----------
    kind
        ``level`` (it arrives at once), ``slanted`` (other things happen before it arrives), ``lost``, or ``left`` (it
        is still under way when the trace ends).
    start, end
        from spot to spot; the end is where the cross is of what is lost.
    step, arrives
        the steps that send and deliver it.
    copy
        whether the network delivers it again later.
    first
        whether no arrow before shows the same segment.
    bad
        whether it arrives in, or is lost or left by, the step that breaks the property.
    """

    segment: SegmentRecord
    kind: str
    start: Spot
    end: Spot
    step: int
    arrives: int | None
    place: Place
    copy: bool = False
    first: bool = True
    bad: bool = False


@dataclass(frozen=True)
class Said:
    """Lines of text in a box."""

    flight: Flight
    lines: tuple[str, ...]
    box: Box


def strip(segment: SegmentRecord, width: float) -> list[str]:
    """The label of a segment in lines of at most that width."""
    return rows_of(label(segment), SIZE, width)


def flights(
    scale: Timescale, sent_in: Mapping[int, int], across: Mapping[str, float], msl: Fraction
) -> list[Flight]:
    """All arrows, in the order in which their segments are sent.

    Parameters
    ----------
    sent_in
        the step that sends a segment.
    across
        where the lifelines are, by end.
    msl
        how long a segment may be under way: what has not arrived flies fast enough for that.
    """
    places = scale.places
    found: list[Flight] = []
    begun: dict[int, Place] = {}
    seen: set[int] = set()
    middle = (across["A"] + across["B"]) / 2
    for place in places:
        row = place.row
        if row.segment is None:
            continue
        number = row.segment.number
        step, start = sent_in.get(number, row.step), (across[row.segment.sender], place.y)
        if row.kind == "send":
            begun[number] = place
        elif row.kind == "lost":
            found.append(Flight(row.segment, "lost", start, (middle, place.y + 9), step, None, place))
        elif row.kind in ("arrow", "arrival"):
            level = row.kind == "arrow"
            origin = place if level else begun.get(number, place)
            spots = (across[row.segment.sender], origin.y), (across[row.end], place.y)
            found.append(Flight(row.segment, "level" if level else "slanted", *spots, step, row.step, origin,
                                bool(row.text), number not in seen, row.bad))  # fmt: skip
            seen.add(number)
    last = places[-1]
    for turn, segment in enumerate(last.row.flying):
        if segment.number in begun:
            origin = begun[segment.number]
            x, gone = across[segment.sender], scale.at(origin.row.now + msl)
            floor = scale.bottom + AFTER if gone > scale.bottom + AFTER else scale.bottom
            share = (floor - origin.y) / max(gone - origin.y, 1.0) * 1.05
            share = min(max(share, (0.55, 0.42, 0.68, 0.48, 0.62)[turn % 5]), 0.93)
            far = x + (across["AB"[segment.sender == "A"]] - x) * share
            while any(abs(far - f.end[0]) < APART for f in found if f.kind == "left"):
                far += APART / 2 if segment.sender == "A" else -APART / 2
            found.append(Flight(segment, "left", (x, origin.y), (far, floor), sent_in.get(segment.number, 0), None,
                                origin, first=segment.number not in seen))  # fmt: skip
    return sorted(found, key=lambda f: (f.step, f.segment.number, f.arrives or 0))


def labels(
    found: Sequence[Flight], frame: tuple[float, float, float, float], taken: Sequence[Box] = ()
) -> list[Said]:
    """A label for every segment, none upon another or upon what is taken.

    Each has room of its own above the line where it is sent. A slanted arrow carries its label along it instead, where
    nothing else is.
    """
    first = [f for f in found if f.first]
    above = {id(f) for f in first if f.kind != "slanted" or _steep(f)}
    while True:
        room = Labels(frame)
        for flight in found:
            room.line(flight.start, flight.end)
        for box in taken:
            room.box(box)
        said = {id(f): _upon(f, room, frame) for f in first if id(f) in above}
        again: set[int] = set()
        for flight in first:
            if id(flight) not in above:
                words = label(flight.segment)
                free = room.place(_along(flight, text_width(words, SIZE)), needed=False)
                if free is None:
                    again.add(id(flight))
                else:
                    said[id(flight)] = Said(flight, (words,), free)
        if not again:
            return [said[id(f)] for f in first]
        above |= again


def _steep(flight: Flight) -> bool:
    (x1, y1), (x2, y2) = flight.start, flight.end
    return abs(y2 - y1) > STEEPEST * abs(x2 - x1)


def _upon(flight: Flight, room: Labels, frame: tuple[float, float, float, float]) -> Said:
    """Lines in the room above the line where the segment is sent: what crosses them should be as little as possible."""
    left, _, right, _ = frame
    lines = strip(flight.segment, right - left)
    width, height = max(text_width(line, SIZE) for line in lines), LINE * len(lines)
    y = flight.place.y - GAP / 2 - height / 2
    low, high = left + width / 2, max(right - width / 2, left + width / 2)
    near, far = (low, high) if flight.segment.sender == "A" else (high, low)
    middle = (left + right) / 2
    if flight.kind == "level":
        spots = [min(max(middle + shift, low), high) for shift in (0, -40, 40, -80, 80)]
    else:
        spots = [near + (far - near) * share for share in (0, 0.1, 0.2)]
    found = room.place(Box((x, y), width, height) for x in spots)
    assert found is not None
    return Said(flight, tuple(lines), found)


def _along(flight: Flight, width: float) -> Iterator[Box]:
    """Boxes along a slanted arrow, above it before below it."""
    (x1, y1), (x2, y2) = min(flight.start, flight.end), max(flight.start, flight.end)
    length = hypot(x2 - x1, y2 - y1)
    dx, dy = (x2 - x1) / length, (y2 - y1) / length
    if width > length - 30:
        return
    for gap in (LINE / 2 + 3.5, -LINE / 2 - 4):
        for share in (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74):
            middle = min(max(share * length, width / 2 + 16), length - width / 2 - 16)
            yield Box((x1 + dx * middle + gap * dy, y1 + dy * middle - gap * dx), width, LINE, (dx, dy))
