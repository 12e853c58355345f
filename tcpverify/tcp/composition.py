"""Edges from plans: what one reaction makes of a whole location.

A plan says what one end does and sends. Composed with a location it gives edges: one for every choice of which of
its segments are lost, with the clocks that go on, number spaces that nothing needs any more forgotten, incarnations
counted from the oldest that is alive, and the mirror image taken where that is the smaller one.
"""

from __future__ import annotations

from tcpverify.lang.linear import Linear
from tcpverify.lang.system import Constraint, Edge
from tcpverify.tcp.copies import Copies
from tcpverify.tcp.endpoint import closed
from tcpverify.tcp.location import Action, Drain, Location, Plan
from tcpverify.tcp.numbers import Spaces
from tcpverify.tcp.parts import NONE_ALIVE, Order, Parts
from tcpverify.tcp.scope import UNLIMITED
from tcpverify.tcp.stamps import Stamps

__all__ = ["Composition"]

class Composition:
    """Locations and plans put together.

    Parameters
    ----------
    drain
        names what the expiry of a TIME-WAIT timer breaks by what is in flight.
    tick
        how long a timestamp may be used once more.
    order
        how a flight is sorted.
    stamps, copies
        where segments carry timestamps, and where duplicates are unlimited.
    """

    def __init__(
        self, parts: Parts, spaces: Spaces, drain: Drain | None, tick: Linear, order: Order, stamps: Stamps | None,
        copies: Copies | None,
    ) -> None:  # fmt: skip
        self._parts, self._spaces, self._drain, self._tick, self._order = parts, spaces, drain, tick, order
        self._stamps, self._copies = stamps, copies
        self._carried: dict[tuple[object, ...], tuple[tuple[int, ...], tuple[int, ...]]] = {}
        self._same: dict[tuple[tuple[Constraint, ...], int], tuple[Constraint, ...]] = {}

    def add(
        self, found: list[Edge], source: Location, kind: str, plan: Plan, guard: tuple[Constraint, ...],
        position: int = -1, kept: bool = False,
    ) -> None:  # fmt: skip
        """The edges of one plan: one for every choice of which of its segments are lost."""
        relation = source[5]
        if plan.pairs:
            met = self._spaces.meet(self._parts.relations[relation], plan.pairs)
            if met is None:
                return
            relation = self._parts.relation(met)
        if plan.again:
            guard = self._while_same(source, plan.side, guard)
        budget = source[3]
        for flying, lost, dropped in plan.sends:
            if dropped and budget != UNLIMITED and dropped > budget:
                continue
            losses = budget - dropped if budget != UNLIMITED else budget
            found.append(self._compose(source, kind, plan, flying, lost, losses, relation, guard, position, kept))

    def _while_same(self, source: Location, side: int, guard: tuple[Constraint, ...]) -> tuple[Constraint, ...]:
        """The guard, and that the timestamp last used by an end may still be used."""
        clock = len(source[2]) + len(self._parts.timers[source[0]]) - 1
        if side:
            clock += len(self._parts.timers[source[1]])
        found = self._same.get((guard, clock))
        if found is None:
            found = self._same[guard, clock] = (*guard, Constraint(clock, "<", self._tick))
        return found

    def _compose(
        self, source: Location, kind: str, plan: Plan, flying: tuple[int, ...], lost: tuple[bool, ...], losses: int,
        relation: int, guard: tuple[Constraint, ...], position: int, kept: bool,
    ) -> Edge:  # fmt: skip
        parts, flight, order = self._parts, source[2], self._order
        clock = len(flight)
        if self._copies is not None:
            expires = kind == "timer" and plan.event.name == "TIME-WAIT"
            ends = (plan.after, source[1]) if plan.side == 0 else (source[0], plan.after)
            flight, places = self._copies.step(flight, position, flying, expires, ends)
            carry = list(places)
        elif flying or position >= 0:
            # Clocks are told apart by place: a segment keeps the clock of its old place, a new one starts at zero.
            rows = [*zip(flight, range(clock), strict=True)]
            if position >= 0 and not kept:
                del rows[position]
            if flying:
                for n in flying:
                    rows.append((n, -1))
                rows.sort(key=order)
            carry = [c for _, c in rows]
            flight = tuple([n for n, _ in rows])
        else:
            carry = list(range(clock))
        first, second = source[0], source[1]
        split = len(carry)
        left_timers, right_timers = self._timers_carried(first, second, plan)
        carry += [c if c < 0 else c + clock for c in left_timers]
        middle = len(carry)
        carry += [c if c < 0 else c + clock for c in right_timers]
        marks = plan.marks
        if kind == "timer" and self._drain is not None and plan.event.name == "TIME-WAIT":
            alive = flight if self._copies is None else self._copies.alive(source[2], position)
            marks = marks | self._drain(parts.ends[plan.before], [parts.segments[n] for n in alive])
        if plan.side == 0:
            first = plan.after
        else:
            second = plan.after
        if self._stamps is not None:
            first, second, flight, carry = self._stamps.ranked(first, second, flight, carry)
            middle = len(flight) + len(parts.timers[first])
        duplicates = source[4] - 1 if kept else source[4]
        renamed = 0
        oldest = parts.alive[first]
        if parts.alive[second] < oldest:
            oldest = parts.alive[second]
        if relation or oldest > 1:
            first, second, flight, carry, relation, renamed = self._normal(first, second, flight, carry, relation)
        first, second, flight, carry, relation, mirrored = self._smaller(
            first, second, flight, carry, relation, split, middle
        )
        target = (first, second, flight, losses, duplicates, relation)
        action = Action(kind, plan.side, plan, lost, position, kept, renamed, mirrored)
        return Edge(target, guard, tuple(carry), action, marks)

    def _smaller(
        self, first: int, second: int, flight: tuple[int, ...], carry: list[int], relation: int, split: int, middle: int
    ) -> tuple[int, int, tuple[int, ...], list[int], int, bool]:
        """Of a location and its mirror image the smaller."""
        parts, order = self._parts, self._order
        left, right = parts.mirror_end[second], parts.mirror_end[first]
        mirrored = False
        if left < first or (left == first and right <= second):
            image = parts.mirror_segment
            rows = [(image[n], c) for n, c in zip(flight, carry, strict=False)]
            rows.sort(key=order)
            reflection = tuple([n for n, _ in rows])
            mirrored = (left, right) != (first, second) or reflection < flight
            if mirrored:
                carry = [c for _, c in rows] + carry[middle:] + carry[split:middle]
                first, second, flight = left, right, reflection
                relation = parts.mirror_relation(relation)
        return first, second, flight, carry, relation, mirrored

    def forgotten(self, source: Location, side: int, flight: tuple[int, ...], places: tuple[int, ...]) -> Edge:
        """The edge to a location with a part of its flight only; ``places`` are the old positions of that part."""
        clock = len(source[2])
        middle = clock + len(self._parts.timers[source[0]])
        carry = [*places, *range(clock, middle + len(self._parts.timers[source[1]]))]
        first, second, flight, carry, relation, renamed = self._normal(source[0], source[1], flight, carry, source[5])
        split = len(flight)
        first, second, flight, carry, relation, mirrored = self._smaller(
            first, second, flight, carry, relation, split, split + middle - clock
        )
        action = Action("forget", side, None, renamed=renamed, mirrored=mirrored)
        return Edge((first, second, flight, source[3], source[4], relation), (), tuple(carry), action)

    def _timers_carried(self, first: int, second: int, plan: Plan) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """For the timers of either end after a plan, the place among the timers before that each continues, or -1."""
        key = (first, second, plan.side, plan.after, plan.restarts)
        found = self._carried.get(key)
        if found is None:
            timers, places, place = self._parts.timers, [], 0
            for side, before in ((0, first), (1, second)):
                acts = side == plan.side
                row = []
                for name in timers[plan.after] if acts else timers[before]:
                    goes_on = name in timers[before] and not (acts and name in plan.restarts)
                    row.append(place + timers[before].index(name) if goes_on else -1)
                places.append(tuple(row))
                place += len(timers[before])
            found = self._carried[key] = (places[0], places[1])
        return found

    def _normal(
        self, first: int, second: int, flight: tuple[int, ...], carry: list[int], relation: int
    ) -> tuple[int, int, tuple[int, ...], list[int], int, int]:
        """Forget relations of spaces that are gone, and count incarnations from the oldest that is alive."""
        parts = self._parts
        spaces = parts.ends[first].tags() | parts.ends[second].tags()
        for n in flight:
            spaces |= parts.segments[n].tags()
        if relation:
            relation = parts.relation(self._spaces.restricted(parts.relations[relation], spaces))
        alive = min([parts.alive[first], parts.alive[second], *(parts.incarnation[n] for n in flight)])
        if alive == NONE_ALIVE:
            a, b = parts.ends[first], parts.ends[second]
            by = max(a.incarnation, b.incarnation)
            first, second = (
                parts.end(closed(0, e.role)._replace(ts=e.ts, stamp=e.stamp, again=e.again,
                                                     cc_cache=None if e.cc_cache is None else 0))
                for e in (a, b)
            )
            return first, second, flight, carry, 0, by
        by = min([alive, *(t >> 1 for t in spaces if t > 1)]) - 1
        if by <= 0:
            return first, second, flight, carry, relation, 0
        rows = [(parts.renamed_segment(n, by), c) for n, c in zip(flight, carry, strict=False)]
        rows.sort(key=self._order)
        return (
            parts.renamed_end(first, by),
            parts.renamed_end(second, by),
            tuple(n for n, _ in rows),
            [c for _, c in rows] + carry[len(flight) :],
            parts.renamed_relation(relation, by) if relation else 0,
            by,
        )
