"""The parts of locations, by number: ends, segments and relations of number spaces, with what is asked of them.

A location is a small tuple of such numbers, so that it hashes fast; everything that depends on one part only
is computed when the part is first seen. `mirror` gives the same part with the two ends exchanged: both ends run
one table, so a location and its mirror image behave alike and only one of them is explored.
"""

from __future__ import annotations

from collections.abc import Callable

from tcpverify.tcp.deliveries import later
from tcpverify.tcp.endpoint import End, Segment
from tcpverify.tcp.numbers import HALF, NO_RELATION, SHIFT, Relation

__all__ = ["NONE_ALIVE", "Order", "Parts", "flight_order"]

NONE_ALIVE = 1 << 20
#: the key by which (segment, clock) pairs of a flight are sorted, stably
Order = Callable[[tuple[int, int]], int]


def _flipped(value: int) -> int:
    tag = (value + HALF) >> SHIFT
    return value + ((tag ^ 1) - tag << SHIFT)


def _flipped_or_none(value: int | None) -> int | None:
    return None if value is None else _flipped(value)


class Parts:
    """Interned ends, segments and relations.

    Attributes
    ----------
    timers
        per end the names of the timers that run.
    alive
        per end its incarnation if it has a connection, else `NONE_ALIVE`.
    incarnation
        per segment the incarnation that sent it.
    mirror_end, mirror_segment
        per end the same state as the other end would have it, per segment the same as the other would send it.
    """

    def __init__(self, timers_of: Callable[[End], tuple[str, ...]]) -> None:
        self.ends: list[End] = []
        self.segments: list[Segment] = []
        self.relations: list[Relation] = []
        self.timers: list[tuple[str, ...]] = []
        self.alive: list[int] = []
        self.incarnation: list[int] = []
        self._timers_of = timers_of
        self._end_ids: dict[End, int] = {}
        self._segment_ids: dict[Segment, int] = {}
        self._relation_ids: dict[Relation, int] = {}
        self.mirror_end: list[int] = []
        self.mirror_segment: list[int] = []
        self._mirror_relation: dict[int, int] = {}
        self._renamed: dict[tuple[int, int], int] = {}
        self.relation(NO_RELATION)

    def end(self, end: End) -> int:
        """The number of an end's state."""
        found = self._end_ids.get(end)
        if found is None:
            found = self._new_end(end)
            image = _renumbered(end, _flipped_or_none)
            other = found if image == end else self._new_end(image)
            self.mirror_end[found], self.mirror_end[other] = other, found
        return found

    def _new_end(self, end: End) -> int:
        number = self._end_ids[end] = len(self.ends)
        self.ends.append(end)
        self.mirror_end.append(number)
        self.timers.append(self._timers_of(end))
        self.alive.append(NONE_ALIVE if end.state == "CLOSED" else end.incarnation)
        return number

    def segment(self, segment: Segment) -> int:
        """The number of a segment."""
        found = self._segment_ids.get(segment)
        if found is None:
            found = self._new_segment(segment)
            # Without the ACK bit the field is nothing, not a number.
            acknowledges = _flipped(segment.acknowledges) if segment.ack else segment.acknowledges
            image = segment._replace(end=1 - segment.end, seq=_flipped(segment.seq), acknowledges=acknowledges)
            other = self._new_segment(image)
            self.mirror_segment[found], self.mirror_segment[other] = other, found
        return found

    def _new_segment(self, segment: Segment) -> int:
        number = self._segment_ids[segment] = len(self.segments)
        self.segments.append(segment)
        self.mirror_segment.append(number)
        self.incarnation.append(segment.incarnation)
        return number

    def relation(self, relation: Relation) -> int:
        """The number of a relation; 0 is the one that says nothing."""
        found = self._relation_ids.get(relation)
        if found is None:
            found = self._relation_ids[relation] = len(self.relations)
            self.relations.append(relation)
        return found

    def mirror_relation(self, number: int) -> int:
        """The relation with the two directions exchanged."""
        found = self._mirror_relation.get(number)
        if found is None:
            tags, values = self.relations[number]
            order = sorted(range(len(tags)), key=lambda i: tags[i] ^ 1)
            image = (tuple(tags[i] ^ 1 for i in order), frozenset(tuple(v[i] for i in order) for v in values))
            found = self.relation(image)
            self._mirror_relation[number], self._mirror_relation[found] = found, number
        return found

    def renamed_end(self, number: int, by: int) -> int:
        """The end with incarnations counted from ``by`` later."""
        found = self._renamed.get((number, by))
        if found is None:
            e = self.ends[number]
            # Counts that nothing under way has any more are alike: older than all the others.
            e = e._replace(
                incarnation=max(e.incarnation - by, 0), delivered=later(e.delivered, by),
                cc_recv=_lowered(e.cc_recv, by), cc_cache=_lowered(e.cc_cache, by),
            )  # fmt: skip
            found = self._renamed[number, by] = self.end(_renumbered(e, lambda v: _earlier(v, by)))
        return found

    def renamed_segment(self, number: int, by: int) -> int:
        """The segment with incarnations counted from ``by`` later."""
        s = self.segments[number]
        seq, acknowledges = _earlier(s.seq, by), _earlier(s.acknowledges, by)
        assert seq is not None and acknowledges is not None
        return self.segment(s._replace(incarnation=s.incarnation - by, seq=seq, acknowledges=acknowledges))

    def renamed_relation(self, number: int, by: int) -> int:
        """The relation with incarnations counted from ``by`` later."""
        tags, values = self.relations[number]
        return self.relation((tuple(t - 2 * by for t in tags), values))


def _renumbered(end: End, change: Callable[[int | None], int | None]) -> End:
    return end._replace(
        una=change(end.una), nxt=change(end.nxt), iss=change(end.iss), rcv=change(end.rcv),
        old_nxt=change(end.old_nxt), old_rcv=change(end.old_rcv),
    )  # fmt: skip


def _lowered(count: int | None, by: int) -> int | None:
    return None if count is None else max(count - by, 0)


def _earlier(value: int | None, by: int) -> int | None:
    if value is None or (value + HALF) >> SHIFT < 2:
        return value
    return value - (2 * by << SHIFT)


def flight_order(parts: Parts, reordering: bool) -> Order:
    """How a flight is kept in order.

    Where segments overtake each other, only which ones are in flight matters: they are sorted by number, equal ones
    by age. Where they do not, those of end 0 come first, and each direction is kept in the order of sending.
    """
    if reordering:
        return _number
    segments = parts.segments
    return lambda row: segments[row[0]].end


def _number(row: tuple[int, int]) -> int:
    return row[0]
