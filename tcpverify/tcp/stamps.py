"""Timestamps of RFC 7323 as ranks: which ones a host may send, and how few of them need be told apart.

A host's timestamp clock advances at least once in every TICK and never runs backwards, over all incarnations of
a connection. So a segment may carry the same value as the last one of its host only while less than TICK has
passed since that value was first used, and a greater one at any time. PAWS asks nothing but which of two
timestamps of one host is greater, so of all values only the order of those that are still somewhere counts: in
a segment in flight, or recorded in TS.RECENT by the other end. They are numbered from 0 up, per host. A value
that is nowhere any more can be forgotten: sending it once more then looks like sending a new one, which is
always possible and may be used for longer.

The 32 bits of a timestamp are taken not to wrap around while a segment lives (RFC 7323 §5.4 asks for as much).
"""

from __future__ import annotations

from tcpverify.tcp.endpoint import STAMP, Reaction
from tcpverify.tcp.parts import Order, Parts

__all__ = ["Stamps", "choices"]

#: less than every timestamp of this end that is still somewhere: another host behind its address has another clock
LOWEST = -2

_FRESH = frozenset({STAMP})
_NONE: frozenset[str] = frozenset()


def choices(reaction: Reaction, other: bool = False) -> list[tuple[Reaction, frozenset[str], bool]]:
    """The reaction with each timestamp that its segments may carry.

    With it, the clock that begins anew (for a new timestamp), and whether it is the last timestamp once more.
    All segments of one reaction are sent at once and carry the same. That of an ``other`` host is less than all others.
    """
    if not reaction.emits:
        return [(reaction, _NONE, False)]
    end = reaction.end
    if other:
        lowest = tuple(s._replace(ts=LOWEST) for s in reaction.emits)
        return [(reaction._replace(end=end._replace(again=False), emits=lowest), _NONE, False)]
    fresh = reaction._replace(
        end=end._replace(stamp=end.stamp + 1, again=True),
        emits=tuple(s._replace(ts=end.stamp) for s in reaction.emits),
    )
    found = [(fresh, _FRESH, False)]
    if end.again:
        same = tuple(s._replace(ts=end.stamp - 1) for s in reaction.emits)
        found.append((reaction._replace(emits=same), _NONE, True))
    return found


class Stamps:
    """Ranks made as small as possible, over the interned ends and segments of a scenario.

    ``order`` is the key by which flights are sorted (`tcpverify.tcp.parts.flight_order`).
    """

    def __init__(self, parts: Parts, order: Order) -> None:
        self._parts, self._order = parts, order
        self._ends: dict[tuple[int, int | None, int, bool], int] = {}
        self._segments: dict[tuple[int, int], int] = {}

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
