"""Timestamps of RFC 7323 as ranks: which ones a host may send, and how few of them need be told apart.

A host's timestamp clock advances at least once in every TICK and never runs backwards, over all incarnations of
a connection. So a segment may carry the same value as the last one of its host only while less than TICK has
passed since that value was first used, and a greater one at any time. PAWS asks nothing but which of two
timestamps of one host is greater, so of all values only the order of those that are still somewhere counts: in
a segment in flight, or recorded in TS.RECENT by the other end. They are numbered from 0 up, per host. A value
that is nowhere any more can be forgotten: sending it once more then looks like sending a new one, which is
always possible and may be used for longer.

The 32 bits of a timestamp are taken not to wrap around while a segment lives (RFC 7323 §5.4 asks for as much).

That is *exact*. Whether a segment bears the last timestamp once more or a new one makes twenty times the states,
though. Where only the *order* of sending counts each segment gets a new rank, and where a segment meets an end that
has recorded another one, the two may have been sent within one tick, so both answers are tried: that they differ, as
their ranks say, and that they are equal. How far apart they were sent is not asked, and what was answered before is
forgotten: this has more runs than there are, and what is proved of it is proved.
"""

from __future__ import annotations

from tcpverify.tcp.endpoint import Machine
from tcpverify.tcp.ends import STAMP, Case, End, Event, Reaction, Segment
from tcpverify.tcp.parts import Order, Parts

__all__ = ["EXACT", "ORDER", "Stamps"]

#: what is told apart of timestamps: everything, or so little that there are more runs than there are
EXACT, ORDER = "exact", "order"

#: less than every timestamp of this end that is still somewhere: another host behind its address has another clock
LOWEST = -2

_CLOCK = frozenset({STAMP})
_NONE: frozenset[str] = frozenset()


class Stamps:
    """Ranks made as small as possible, over the interned ends and segments of a scenario.

    ``order`` is the key by which flights are sorted (`tcpverify.tcp.parts.flight_order`), ``kind`` `EXACT` or `ORDER`.
    """

    def __init__(self, parts: Parts, order: Order, kind: str = EXACT) -> None:
        self.kind = kind
        self._parts, self._order = parts, order
        self._ends: dict[tuple[int, int | None, int, bool], int] = {}
        self._segments: dict[tuple[int, int], int] = {}

    def choices(self, reaction: Reaction, other: bool = False) -> list[tuple[Reaction, frozenset[str], bool]]:
        """The reaction with each timestamp that its segments may carry.

        With it, the clock that begins anew (for a new timestamp), and whether it is the last timestamp once more.
        All segments of one reaction are sent at once and carry the same. That of an ``other`` host is less than all
        others.
        """
        end = reaction.end
        if not reaction.emits:
            return [(reaction, _NONE, False)]
        if other:
            return [(_sent(reaction, LOWEST, end.stamp, False), _NONE, False)]
        if self.kind == ORDER:
            return [(_sent(reaction, end.stamp, end.stamp + 1, False), _NONE, False)]
        found = [(_sent(reaction, end.stamp, end.stamp + 1, True), _CLOCK, False)]
        if end.again:
            found.append((_sent(reaction, end.stamp - 1, end.stamp, True), _NONE, True))
        return found

    def arrival(self, machine: Machine, side: int, end: End, segment: Segment) -> list[Case]:
        """What an end does with a segment; by `ORDER` also if its timestamp is the one recorded."""
        found = dict.fromkeys(machine.reactions(side, end, Event("SEGMENT", segment)))
        recorded = -1 if end.ts is None else end.ts
        if self.kind == ORDER and min(segment.ts, recorded) >= 0 and segment.ts != recorded:
            for case in machine.reactions(side, end, Event("SEGMENT", segment._replace(ts=recorded))):
                after = case.reaction.end
                if after.ts == recorded:
                    # Two names of one value: if it is a step already under the other name, that is as good.
                    renamed = case._replace(reaction=case.reaction._replace(end=after._replace(ts=segment.ts)))
                    if renamed in found:
                        continue
                found[case] = None
        return list(found)

    def ranked(
        self, first: int, second: int, flight: tuple[int, ...], carry: list[int]
    ) -> tuple[int, int, tuple[int, ...], list[int]]:
        """Ends, segments and the clocks that they continue, with the timestamps of each host numbered from 0.

        ``carry`` is that of the flight, the timers of ``first``, and those of ``second``, in this order; the
        clock of a timestamp that is nowhere any more is left out.
        """
        parts = self._parts
        segments = [parts.segments[n] for n in flight]
        ends = (parts.ends[first], parts.ends[second])
        ranks: list[dict[int, int]] = []
        for side in (0, 1):
            alive = {s.ts for s in segments if s.end == side and s.ts != -1}
            recent = ends[1 - side].ts
            if recent is not None and recent >= 0:
                alive.add(recent)
            ranks.append({value: rank for rank, value in enumerate(sorted(alive))})
        numbers, kept, place = [], list(carry[: len(flight)]), len(flight)
        for side, number in ((0, first), (1, second)):
            end = ends[side]
            recent = end.ts if end.ts is None or end.ts < 0 else ranks[1 - side][end.ts]
            again = end.again and end.stamp - 1 in ranks[side]
            clocks = carry[place : place + len(parts.timers[number])]
            place += len(clocks)
            kept += clocks if again or not end.again else clocks[:-1]
            numbers.append(self._end(number, recent, len(ranks[side]), again))
        rows = [
            (n if s.ts == -1 else self._segment(n, ranks[s.end][s.ts]), clock)
            for n, s, clock in zip(flight, segments, carry, strict=False)
        ]
        # Segments that were equal stay equal and keep their order of age.
        rows.sort(key=self._order)
        kept[: len(flight)] = [clock for _, clock in rows]
        return numbers[0], numbers[1], tuple([n for n, _ in rows]), kept

    def _end(self, number: int, recent: int | None, stamp: int, again: bool) -> int:
        key = (number, recent, stamp, again)
        found = self._ends.get(key)
        if found is None:
            end = self._parts.ends[number]._replace(ts=recent, stamp=stamp, again=again)
            found = self._ends[key] = self._parts.end(end)
        return found

    def _segment(self, number: int, rank: int) -> int:
        found = self._segments.get((number, rank))
        if found is None:
            found = self._segments[number, rank] = self._parts.segment(self._parts.segments[number]._replace(ts=rank))
        return found


def _sent(reaction: Reaction, value: int, following: int, again: bool) -> Reaction:
    """The reaction with that timestamp on what it sends, and what its end has afterwards."""
    emits = tuple(s._replace(ts=value) for s in reaction.emits)
    return reaction._replace(end=reaction.end._replace(stamp=following, again=again), emits=emits)
