"""Two ends, their applications, a network and time: TCP as a timed transition system.

A location is a compact tuple of numbers (two ends, the segments in flight, what the environment may still do,
and what is decided about number spaces). Its clocks are the age of every segment in flight and the time of
every timer that runs; a clock exists only while it matters.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import product
from typing import Any

from tcpverify.lang.system import Constraint, Edge, Limits
from tcpverify.lang.table import Table
from tcpverify.tcp.applications import calls, next_incarnation
from tcpverify.tcp.copies import OBLIGATIONS, Copies
from tcpverify.tcp.endpoint import STAMP, Case, End, Event, Machine, closed
from tcpverify.tcp.location import GAVE_UP, Action, Drain, Location, Observer, Plan, Snapshot, Timing
from tcpverify.tcp.numbers import NO_RELATION, Spaces, number
from tcpverify.tcp.parts import NONE_ALIVE, Parts
from tcpverify.tcp.scope import UNLIMITED, Scope
from tcpverify.tcp.stamps import Stamps, choices

__all__ = ["GAVE_UP", "Action", "Location", "Observer", "Plan", "Scenario", "Snapshot", "Timing"]

_OPENING = frozenset({"LISTEN", "SYN-SENT", "SYN-RECEIVED"})
_NO_MARKS: frozenset[str] = frozenset()


class Scenario:
    """The `TimedSystem` of a protocol table in a scope.

    Parameters
    ----------
    table
        the protocol; both ends run it.
    observer, drain
        name the properties that a reaction breaks and the premises that it reaches, and those that the expiry
        of a TIME-WAIT timer breaks by what is in flight.
    watch_first_fin
        keep, as a ghost, who sent the first FIN (needed by ``time-wait-side`` only).
    sibling
        another scenario of the same table and scope, whose numbering of parts is shared; with ``plain`` the
        table is read by the interpreter instead of compiled. Re-checks use both.
    obligations
        where duplicates are unlimited, which segments must arrive (`tcpverify.tcp.copies.OBLIGATIONS`).
    """

    def __init__(
        self,
        table: Table,
        scope: Scope,
        timing: Timing | None = None,
        observer: Observer | None = None,
        drain: Drain | None = None,
        watch_first_fin: bool = False,
        sibling: Scenario | None = None,
        plain: bool = False,
        obligations: str = OBLIGATIONS[-1],
    ) -> None:
        self.table = table
        self.scope = scope
        self.timing = timing or Timing()
        if scope.duplicates == UNLIMITED:
            # A copy in between oldest and youngest is not known; it may be old enough where the youngest is not.
            self.timing = self.timing._replace(delay_min=None)
        self.observer = observer
        self.drain = drain
        self.watch_first_fin = watch_first_fin
        self.spaces = Spaces(2 + scope.data, scope.sequence)
        self.machine = Machine(table, self.spaces, plain)
        self.parts: Parts = sibling.parts if sibling is not None else Parts(self.machine.running)
        self.stamps = Stamps(self.parts) if scope.sequence == "timestamps" else None
        self.obligations = obligations
        self.copies = (
            Copies(self.parts, self._arrival_plans, obligations, scope.start == "established")
            if scope.duplicates == UNLIMITED
            else None
        )
        self._calls: dict[tuple[int, int, int, bool], list[Plan]] = {}
        self._expiries: dict[tuple[int, int, str], list[Plan]] = {}
        self._arrivals: dict[tuple[int, int], list[Plan]] = {}
        self._carried: dict[tuple[object, ...], tuple[tuple[int, ...], tuple[int, ...]]] = {}
        self._shapes: dict[Hashable, tuple[tuple[Constraint, ...], tuple[Limits, ...]]] = {}
        self._guards: dict[tuple[str, int], tuple[Constraint, ...]] = {}
        self._same: dict[tuple[Any, int], tuple[Constraint, ...]] = {}

    def twin(self) -> Scenario:
        """The same system, computed afresh by the plain interpreter of the table."""
        return Scenario(self.table, self.scope, self.timing, self.observer, self.drain, self.watch_first_fin,
                        sibling=self, plain=True, obligations=self.obligations)  # fmt: skip

    def snapshot(self, location: Location) -> Snapshot:
        """The location with ends and segments in place of their numbers."""
        if location == GAVE_UP:
            none = closed(0, "")
            return Snapshot((none, none), (), 0, 0, NO_RELATION)
        a, b, flight, losses, duplicates, relation = location
        p = self.parts
        return Snapshot(
            (p.ends[a], p.ends[b]), tuple(p.segments[s] for s in flight), losses, duplicates, p.relations[relation]
        )

    # ------------------------------------------------------------ the timed transition system

    def initial(self) -> list[tuple[Location, int]]:
        """Where runs start, as ``scope.start`` says; of two CLOSED ends, end 0 may open first."""
        if self.scope.start == "established":
            ends = [
                End("ESTABLISHED", 1, "", 0, "", False, number(1, e, 1), number(1, e, 1), number(1, e),
                    number(1, 1 - e, 1), None, None)
                for e in (0, 1)
            ]  # fmt: skip
            if any("TS.RECENT" in rule.assign for rule in self.table.rules.values()):
                # Each host has just used its first timestamp, and the other has recorded it; where segments carry
                # none, none is recorded.
                ts, stamp, again = (-1, 0, False) if self.stamps is None else (0, 1, True)
                ends = [end._replace(ts=ts, stamp=stamp, again=again) for end in ends]
        else:
            ends = [closed(0, "active"), closed(0, "passive")]
            if self.scope.reopen == "passive":
                ends.reverse()
        a, b = (self.parts.end(e) for e in ends)
        clocks = len(self.parts.timers[a]) + len(self.parts.timers[b])
        return [((a, b, (), self.scope.losses, self.scope.duplicates, 0), clocks)]

    def clocks(self, location: Location) -> list[tuple[str, int]]:
        """What each clock of a location measures: ("segment", position) or (timer, end)."""
        if location == GAVE_UP:
            return []
        rows = [("segment", i) for i in range(len(location[2]))]
        return rows + [(name, e) for e in (0, 1) for name in self.parts.timers[location[e]]]

    def _shape(self, location: Location) -> tuple[tuple[Constraint, ...], tuple[Limits, ...]]:
        if location == GAVE_UP:
            return (), ()
        copies = self.copies.copies(location[2]) if self.copies is not None else ()
        key = (len(location[2]), self.parts.timers[location[0]], self.parts.timers[location[1]], copies)
        found = self._shapes.get(key)
        if found is None:
            t = self.timing
            upper = {"segment": ("<", t.msl), "retransmission": ("<=", t.rto_max), "time-wait": ("<=", t.time_wait)}
            lower = {"segment": t.delay_min, "retransmission": t.rto_min, "time-wait": t.time_wait}
            rows, limits = [], []
            for clock, (what, _) in enumerate(self.clocks(location)):
                if what == STAMP:
                    # Nothing has to happen when it has passed: it only permits.
                    limits.append(Limits((), (t.tick,)))
                    continue
                if clock in copies:
                    # It has been delivered: nothing has to happen to it any more.
                    limits.append(Limits((), (t.msl,)))
                    continue
                rel, bound = upper[what]
                low = lower[what]
                rows.append(Constraint(clock, rel, bound))
                limits.append(Limits((low,) if low is not None else (), (bound,)))
            found = self._shapes[key] = (tuple(rows), tuple(limits))
        return found

    def invariant(self, location: Location) -> Sequence[Constraint]:
        """No segment outlives MSL, no timer runs past its time."""
        return self._shape(location)[0]

    def limits(self, location: Location) -> Sequence[Limits]:
        """The constants that each clock is compared with."""
        return self._shape(location)[1]

    def _guard(self, what: str, clock: int) -> tuple[Constraint, ...]:
        found = self._guards.get((what, clock))
        if found is None:
            t = self.timing
            if what == "copy":
                found = (Constraint(clock, "<", t.msl),)
            elif what == "time-wait":
                found = (Constraint(clock, "==", t.time_wait),)
            else:
                low = t.delay_min if what == "segment" else t.rto_min
                found = (Constraint(clock, ">=", low),) if low is not None else ()
            self._guards[what, clock] = found
        return found

    def edges(self, location: Location) -> list[Edge]:
        """Every call, timeout and delivery that can happen."""
        if location == GAVE_UP:
            return []
        found: list[Edge] = []
        parts, flight = self.parts, location[2]
        clock = len(flight)
        for side in (0, 1):
            for plan in self._call_plans(location, side):
                self._add(found, location, "call", plan, ())
            mine = location[side]
            for timer in parts.timers[mine]:
                if timer == STAMP:
                    clock += 1
                    continue
                guard = self._guard(timer, clock)
                clock += 1
                if timer == "retransmission" and self._used_up(parts.ends[mine]):
                    found.append(Edge(GAVE_UP, guard, (), Action("give-up", side, None), frozenset({"gave-up"})))
                    continue
                for plan in self._expiry_plans(side, mine, timer):
                    self._add(found, location, "timer", plan, guard)
                    if timer == "time-wait" and self.copies is not None:
                        for copy in self.copies.copies(flight):
                            self._add(found, location, "timer", plan, guard + self._guard("copy", copy), copy)
        previous = -1
        for position, flying in enumerate(flight):
            if flying == previous:
                continue  # equal segments are delivered oldest first: exchanging them changes nothing
            previous = flying
            copy = parts.segments[flying].copy
            guard = self._guard("copy" if copy else "segment", position)
            for plan in self._arrival_plans(location[1 - parts.segments[flying].end], flying):
                self._add(found, location, "deliver", plan, guard, position)
                if location[4] > 0 and not (parts.segments[flying].syn and self.scope.start == "established"):
                    self._add(found, location, "deliver", plan, guard, position, True)
        return found

    # ------------------------------------------------------------ what one end does, remembered

    def _used_up(self, end: End) -> bool:
        if end.state in _OPENING and self.scope.start == "established":
            return True
        return self.scope.retransmissions != UNLIMITED and end.sent >= self.scope.retransmissions

    def _call_plans(self, location: Location, side: int) -> list[Plan]:
        mine = location[side]
        end, peer = self.parts.ends[mine], self.parts.ends[location[1 - side]]
        opens = next_incarnation(self.scope, end, peer) if end.state == "CLOSED" else 0
        in_turn = "close-in-turn" in self.scope.calls
        peer_fin = in_turn and (
            peer.state in ("FIN-WAIT-1", "CLOSING", "LAST-ACK")
            or any(self.parts.segments[s].fin and not self.parts.segments[s].copy for s in location[2])
        )
        second = self.watch_first_fin and self._closed_already(end, peer)
        key = (mine << 1 | side, opens, int(second), peer_fin)
        found = self._calls.get(key)
        if found is None:
            found = self._calls[key] = [
                plan
                for event in calls(self.scope, end, opens, peer_fin)
                for case in self.machine.reactions(side, end, event)
                for plan in self._plans(side, mine, event, case, second)
            ]
        return found

    @staticmethod
    def _closed_already(end: End, peer: End) -> bool:
        late = ("FIN-WAIT-1", "FIN-WAIT-2", "CLOSING", "TIME-WAIT", "LAST-ACK", "CLOSED")
        return end.state == "CLOSE-WAIT" or peer.incarnation > end.incarnation or peer.state in late

    def _expiry_plans(self, side: int, mine: int, timer: str) -> list[Plan]:
        found = self._expiries.get((side, mine, timer))
        if found is None:
            event = Event(timer.upper())
            found = self._expiries[side, mine, timer] = [
                plan
                for case in self.machine.reactions(side, self.parts.ends[mine], event)
                for plan in self._plans(side, mine, event, case)
            ]
        return found

    def _arrival_plans(self, mine: int, flying: int) -> list[Plan]:
        found = self._arrivals.get((mine, flying))
        if found is None:
            segment = self.parts.segments[flying]
            event, side = Event("SEGMENT", segment), 1 - segment.end
            found = self._arrivals[mine, flying] = [
                plan
                for case in self.machine.reactions(side, self.parts.ends[mine], event)
                for plan in self._plans(side, mine, event, case)
            ]
        return found

    def _plans(self, side: int, mine: int, event: Event, case: Case, second: bool = False) -> list[Plan]:
        """The plan of a reaction; with timestamps, one for each that its segments may carry."""
        if self.stamps is None:
            return [self._plan(side, mine, event, case, second)]
        return [
            self._plan(side, mine, event, case._replace(reaction=reaction), second, fresh, again)
            for reaction, fresh, again in choices(case.reaction)
        ]

    def _plan(
        self, side: int, mine: int, event: Event, case: Case, second: bool = False,
        fresh: frozenset[str] = _NO_MARKS, again: bool = False,
    ) -> Plan:  # fmt: skip
        reaction, pairs = case
        end = reaction.end
        if self.watch_first_fin and "sends-fin" in reaction.tags:
            end = end._replace(led="second" if second else "first")
            reaction = reaction._replace(end=end)
        if self.scope.retransmissions == UNLIMITED and end.sent:
            end = end._replace(sent=0)  # nobody counts
            reaction = reaction._replace(end=end)
        unhurt = self.scope.start == "established" and end.state in _OPENING
        may_lose = self.scope.losses != 0 and not unhurt
        numbers = [self.parts.segment(s) for s in reaction.emits]
        sends = []
        for lost in product((False, True), repeat=len(numbers)) if may_lose else ((False,) * len(numbers),):
            flying = tuple(n for n, gone in zip(numbers, lost, strict=True) if not gone)
            sends.append((flying, lost, sum(lost)))
        before = self.parts.ends[mine]
        marks = self.observer(self, before, event, reaction) if self.observer is not None else _NO_MARKS
        restarts = reaction.restarts | fresh
        return Plan(side, mine, event, reaction, self.parts.end(end), tuple(sends), pairs, marks, restarts, again)

    # ------------------------------------------------------------ composition

    def _add(
        self, found: list[Edge], source: Location, kind: str, plan: Plan, guard: Any, position: int = -1,
        kept: bool = False,
    ) -> None:  # fmt: skip
        """The edges of one plan: one for every choice of which of its segments are lost."""
        relation = source[5]
        if plan.pairs:
            met = self.spaces.meet(self.parts.relations[relation], plan.pairs)
            if met is None:
                return
            relation = self.parts.relation(met)
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
        clock = len(source[2]) + len(self.parts.timers[source[0]]) - 1
        if side:
            clock += len(self.parts.timers[source[1]])
        found = self._same.get((guard, clock))
        if found is None:
            found = self._same[guard, clock] = (*guard, Constraint(clock, "<", self.timing.tick))
        return found

    def _compose(
        self, source: Location, kind: str, plan: Plan, flying: tuple[int, ...], lost: tuple[bool, ...], losses: int,
        relation: int, guard: Any, position: int, kept: bool,
    ) -> Edge:  # fmt: skip
        parts, flight = self.parts, source[2]
        clock = len(flight)
        if self.copies is not None:
            expires = kind == "timer" and plan.event.name == "TIME-WAIT"
            ends = (plan.after, source[1]) if plan.side == 0 else (source[0], plan.after)
            flight, places = self.copies.step(flight, position, flying, expires, ends)
            carry = list(places)
        elif flying or position >= 0:
            # Clocks are told apart by place: a segment keeps the clock of its old place, a new one starts at zero.
            rows = [*zip(flight, range(clock), strict=True)]
            if position >= 0 and not kept:
                del rows[position]
            if flying:
                for n in flying:
                    rows.append((n, -1))
                rows.sort(key=_first)
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
        if kind == "timer" and self.drain is not None and plan.event.name == "TIME-WAIT":
            alive = flight if self.copies is None else self.copies.alive(source[2], position)
            marks = marks | self.drain(parts.ends[plan.before], [parts.segments[n] for n in alive])
        if plan.side == 0:
            first = plan.after
        else:
            second = plan.after
        if self.stamps is not None:
            first, second, flight, carry = self.stamps.ranked(first, second, flight, carry)
            middle = len(flight) + len(parts.timers[first])
        duplicates = source[4] - 1 if kept else source[4]
        renamed = 0
        oldest = parts.alive[first]
        if parts.alive[second] < oldest:
            oldest = parts.alive[second]
        if relation or oldest > 1:
            first, second, flight, carry, relation, renamed = self._normal(first, second, flight, carry, relation)
        # Of a location and its mirror image the smaller is explored.
        left, right = parts.mirror_end[second], parts.mirror_end[first]
        mirrored = False
        if left < first or (left == first and right <= second):
            image = parts.mirror_segment
            rows = [(image[n], c) for n, c in zip(flight, carry, strict=False)]
            rows.sort(key=_first)
            reflection = tuple([n for n, _ in rows])
            mirrored = (left, right) != (first, second) or reflection < flight
            if mirrored:
                carry = [c for _, c in rows] + carry[middle:] + carry[split:middle]
                first, second, flight = left, right, reflection
                relation = parts.mirror_relation(relation)
        target = (first, second, flight, losses, duplicates, relation)
        action = Action(kind, plan.side, plan, lost, position, kept, renamed, mirrored)
        return Edge(target, guard, tuple(carry), action, marks)

    def _timers_carried(self, first: int, second: int, plan: Plan) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """For the timers of either end after a plan, the place among the timers before that each continues, or -1."""
        key = (first, second, plan.side, plan.after, plan.restarts)
        found = self._carried.get(key)
        if found is None:
            timers, places, place = self.parts.timers, [], 0
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
        parts = self.parts
        spaces = parts.ends[first].tags() | parts.ends[second].tags()
        for n in flight:
            spaces |= parts.segments[n].tags()
        if relation:
            relation = parts.relation(self.spaces.restricted(parts.relations[relation], spaces))
        alive = min([parts.alive[first], parts.alive[second], *(parts.incarnation[n] for n in flight)])
        if alive == NONE_ALIVE:
            a, b = parts.ends[first], parts.ends[second]
            by = max(a.incarnation, b.incarnation)
            return parts.end(closed(0, a.role)), parts.end(closed(0, b.role)), flight, carry, 0, by
        by = min([alive, *(t >> 1 for t in spaces if t > 1)]) - 1
        if by <= 0:
            return first, second, flight, carry, relation, 0
        rows = [(parts.renamed_segment(n, by), c) for n, c in zip(flight, carry, strict=False)]
        rows.sort(key=_first)
        return (
            parts.renamed_end(first, by),
            parts.renamed_end(second, by),
            tuple(n for n, _ in rows),
            [c for _, c in rows] + carry[len(flight) :],
            parts.renamed_relation(relation, by) if relation else 0,
            by,
        )


def _first(row: tuple[int, int]) -> int:
    return row[0]
