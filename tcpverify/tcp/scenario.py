"""Two ends, their applications, a network and time: TCP as a timed transition system.

A location is a compact tuple of numbers (two ends, the segments in flight, what the environment may still do,
and what is decided about number spaces). Its clocks are the age of every segment in flight and the time of
every timer that runs; a clock exists only while it matters.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import product

from tcpverify.lang.linear import Linear, constant
from tcpverify.lang.system import Constraint, Edge, Limits
from tcpverify.lang.table import Table
from tcpverify.tcp.applications import calls, held_back, next_incarnation
from tcpverify.tcp.composition import Composition
from tcpverify.tcp.copies import OBLIGATIONS, Copies
from tcpverify.tcp.deliveries import with_delivered
from tcpverify.tcp.endpoint import STAMP, Case, End, Event, Machine, closed
from tcpverify.tcp.location import GAVE_UP, Action, Drain, Location, Observer, Plan, Snapshot, Timing
from tcpverify.tcp.numbers import NO_RELATION, Spaces
from tcpverify.tcp.parts import Parts, flight_order
from tcpverify.tcp.scope import UNLIMITED, Scope
from tcpverify.tcp.stamps import EXACT, ORDER, Stamps

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
    watch_deliveries
        keep, as a ghost, which octets a host was delivered (needed by ``no-double-delivery`` only).
    sibling
        another scenario of the same table and scope, whose numbering of parts is shared; with ``plain`` the
        table is read by the interpreter instead of compiled. Re-checks use both.
    obligations
        where duplicates are unlimited, which segments must arrive (`tcpverify.tcp.copies.OBLIGATIONS`).
    timestamps
        where segments carry them, what is told apart (`tcpverify.tcp.stamps`).
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
        watch_deliveries: bool = False,
        timestamps: str = EXACT,
    ) -> None:
        self.table = table
        self.scope = scope
        self.timing = timing or Timing()
        if scope.duplicates == UNLIMITED:
            # A copy in between oldest and youngest is not known; it may be old enough where the youngest is not.
            self.timing = self.timing._replace(delay_min=None)
        if not scope.delay:
            # The instant at which everything arrives is also the one at which a timeout of zero would strike.
            self.timing = self.timing._replace(positive=True)
        self.observer = observer
        self.drain = drain
        self.watch_first_fin, self.watch_deliveries = watch_first_fin, watch_deliveries
        self.spaces = Spaces(2 + scope.data, scope.sequence)
        self.machine = Machine(table, self.spaces, plain)
        self.parts: Parts = sibling.parts if sibling is not None else Parts(self.machine.running)
        order = flight_order(self.parts, scope.reordering)
        self.stamps = Stamps(self.parts, order, timestamps) if scope.sequence == "timestamps" else None
        self.obligations = obligations
        self.copies = (
            # One that calls CLOSE while it opens may send its SYN,ACK again from FIN-WAIT-1.
            Copies(self.parts, self._arrival_plans, obligations,
                   scope.start == "established" and "cancel" not in scope.calls)
            if scope.duplicates == UNLIMITED
            else None
        )
        self.composition = Composition(
            self.parts, self.spaces, drain, self.timing.tick, order, self.stamps, self.copies
        )
        #: per timer the durations that rules compare it with
        self._asked: dict[str, tuple[Linear, ...]] = {}
        for timer, duration in table.ages().values():
            self._asked[timer] = (*self._asked.get(timer, ()), duration)
        self._mute = frozenset(t.name for t in table.timers if not t.event) | {STAMP}
        #: per timer of its own duration, how long it runs
        self._lasts = {t.name: t.lasts for t in table.timers if t.lasts is not None}
        self._calls: dict[tuple[int, int, int, bool], list[Plan]] = {}
        self._expiries: dict[tuple[int, int, str], list[Plan]] = {}
        self._arrivals: dict[tuple[int, int], list[Plan]] = {}
        self._shapes: dict[Hashable, tuple[tuple[Constraint, ...], tuple[Limits, ...]]] = {}
        self._guards: dict[tuple[str, int], tuple[Constraint, ...]] = {}

    def twin(self) -> Scenario:
        """The same system, computed afresh by the plain interpreter of the table."""
        return Scenario(self.table, self.scope, self.timing, self.observer, self.drain, self.watch_first_fin,
                        sibling=self, plain=True, obligations=self.obligations,
                        watch_deliveries=self.watch_deliveries,
                        timestamps=self.stamps.kind if self.stamps is not None else EXACT)  # fmt: skip

    def watches(self, name: str) -> bool:
        """Whether what the property of that name asks for is kept."""
        kept = {"time-wait-side": self.watch_first_fin, "no-double-delivery": self.watch_deliveries}
        return kept.get(name, True)

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
        ends = self.machine.first_ends(self.scope, self.stamps is not None)
        if self.stamps is not None and self.stamps.kind == ORDER:
            ends = [end._replace(again=False) for end in ends]
        a, b = (self.parts.end(e) for e in ends)
        clocks = len(self.parts.timers[a]) + len(self.parts.timers[b])
        return [((a, b, (), self.scope.losses, self.scope.duplicates, 0), clocks)]

    def held_back(self, location: Location) -> bool:
        """Whether the number of incarnations alive at once keeps an end from opening here."""
        if location == GAVE_UP:
            return False
        a, b = (self.parts.ends[n] for n in location[:2])
        return any(
            ((end.state == "CLOSED" or end.state in self.machine.opens_in) and held_back(self.scope, end, peer))
            or (self.machine.reopens and end.state == "TIME-WAIT" and end.incarnation >= self.scope.incarnations)
            for end, peer in ((a, b), (b, a))
        )

    def clocks(self, location: Location) -> list[tuple[str, int]]:
        """What each clock of a location measures: ("segment", position) or (timer, end)."""
        if location == GAVE_UP:
            return []
        rows = [("segment", i) for i in range(len(location[2]))]
        return rows + [(name, e) for e in (0, 1) for name in self.parts.timers[location[e]]]

    @property
    def _lifetime(self) -> tuple[str, Linear]:
        """How old a segment may become in the network."""
        return ("<", self.timing.msl) if self.scope.delay else ("<=", constant(0))

    def _shape(self, location: Location) -> tuple[tuple[Constraint, ...], tuple[Limits, ...]]:
        if location == GAVE_UP:
            return (), ()
        copies = self.copies.copies(location[2]) if self.copies is not None else ()
        key = (len(location[2]), self.parts.timers[location[0]], self.parts.timers[location[1]], copies)
        found = self._shapes.get(key)
        if found is None:
            t = self.timing
            upper = {
                "segment": self._lifetime, "retransmission": ("<=", t.rto_max), "time-wait": ("<=", t.time_wait),
                **{name: ("<=", lasts) for name, lasts in self._lasts.items()},
            }  # fmt: skip
            rto_min = constant(0) if t.positive and t.rto_min is None else t.rto_min
            lower = {"segment": t.delay_min, "retransmission": rto_min, "time-wait": t.time_wait, **self._lasts}
            rows, limits = [], []
            for clock, (what, _) in enumerate(self.clocks(location)):
                if what == STAMP:
                    # Nothing has to happen when it has passed: it only permits.
                    limits.append(Limits((), (t.tick,)))
                    continue
                asked = self._asked.get(what, ())
                if what not in upper:
                    limits.append(Limits(asked, asked))
                    continue
                if clock in copies:
                    # It has been delivered: nothing has to happen to it any more.
                    limits.append(Limits((), (self._lifetime[1],)))
                    continue
                rel, bound = upper[what]
                low = lower[what]
                rows.append(Constraint(clock, rel, bound))
                limits.append(Limits((*((low,) if low is not None else ()), *asked), (bound, *asked)))
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
                found = (Constraint(clock, *self._lifetime),)
            elif what == "time-wait":
                found = (Constraint(clock, "==", t.time_wait),)
            elif what in self._lasts:
                found = (Constraint(clock, "==", self._lasts[what]),)
            elif what == "retransmission" and t.positive and t.rto_min is None:
                found = (Constraint(clock, ">", constant(0)),)
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
        parts, flight, add = self.parts, location[2], self.composition.add
        clock = len(flight)
        for side in (0, 1):
            mine = location[side]
            for plan in self._call_plans(location, side):
                add(found, location, "call", plan, self._aged(location, plan, ()))
            if self.copies is not None and parts.ends[mine].state in self.machine.opens_in:
                found += self._forgotten(location, side)
            for timer in parts.timers[mine]:
                if timer in self._mute:
                    clock += 1
                    continue
                guard = self._guard(timer, clock)
                clock += 1
                if timer == "retransmission" and self.used_up(parts.ends[mine]):
                    found.append(Edge(GAVE_UP, guard, (), Action("give-up", side, None), frozenset({"gave-up"})))
                    continue
                for plan in self._expiry_plans(side, mine, timer):
                    at = self._aged(location, plan, guard)
                    add(found, location, "timer", plan, at)
                    if timer == "time-wait" and self.copies is not None:
                        for copy in self.copies.copies(flight):
                            add(found, location, "timer", plan, at + self._guard("copy", copy), copy)
        previous, overtaking = -1, self.scope.reordering
        for position, flying in enumerate(flight):
            # Equal segments are delivered oldest first: exchanging them changes nothing. Where none overtakes
            # another, so are all of one direction.
            turn = flying if overtaking else parts.segments[flying].end
            if turn == previous:
                continue
            previous = turn
            copy = parts.segments[flying].copy
            guard = self._guard("copy" if copy else "segment", position)
            for plan in self._arrival_plans(location[1 - parts.segments[flying].end], flying):
                at = self._aged(location, plan, guard)
                if plan.reaction.end.incarnation > self.scope.incarnations:
                    # What follows is beyond the scope.
                    found.append(Edge(GAVE_UP, at, (), Action("give-up", plan.side, None), frozenset({"gave-up"})))
                    continue
                add(found, location, "deliver", plan, at, position)
                if location[4] > 0 and not (parts.segments[flying].syn and self.scope.start == "established"):
                    add(found, location, "deliver", plan, at, position, True)
        return found

    def _aged(self, location: Location, plan: Plan, guard: tuple[Constraint, ...]) -> tuple[Constraint, ...]:
        """The guard, and that timers of the end are as old as the plan needs them to be."""
        if not plan.ages:
            return guard
        timers = self.parts.timers[location[plan.side]]
        first = len(location[2]) + (len(self.parts.timers[location[0]]) if plan.side else 0)
        return guard + tuple(Constraint(first + timers.index(t), rel, bound) for t, rel, bound in plan.ages)

    def _forgotten(self, location: Location, side: int) -> list[Edge]:
        """Copies that are too old to be delivered are forgotten, where an end can then open, or open anew.

        Otherwise they would keep old incarnations alive, of which a scope has so many at once. No more is forgotten
        than an opening needs. That a copy may still be young adds nothing: not to copy a segment is as good.
        """
        assert self.copies is not None
        before = self._may_open(location, side)
        for flight, places in self.copies.without_oldest(location[2]):
            edge = self.composition.forgotten(location, side, flight, places)
            after = self._may_open(edge.target, side ^ edge.label.mirrored)
            if after[0] and (not before[0] or before[1:] != after[1:]):
                return [edge]
        return []

    def _may_open(self, location: Location, side: int) -> tuple[bool, bool, bool, bool]:
        """Whether an end may open, whether that only joins its peer, and whether either has accepted something old."""
        end, peer = (self.parts.ends[location[e]] for e in (side, 1 - side))
        joins = peer.incarnation > end.incarnation
        return next_incarnation(self.scope, end, peer) > 0, joins, end.tainted, peer.tainted

    # ------------------------------------------------------------ what one end does, remembered

    def used_up(self, end: End) -> bool:
        """Whether an end would give up where its retransmission timer fires."""
        if end.state in _OPENING and self.scope.start == "established":
            return True
        return self.scope.retransmissions != UNLIMITED and end.sent >= self.scope.retransmissions

    def _call_plans(self, location: Location, side: int) -> list[Plan]:
        mine = location[side]
        end, peer = self.parts.ends[mine], self.parts.ends[location[1 - side]]
        opens = next_incarnation(self.scope, end, peer) if end.state in self.machine.opens_in else 0
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
                for event in calls(self.scope, end, opens, peer_fin, self.machine.opens_with_data)
                for case in self.machine.reactions(side, end, event)
                # An OPEN that is refused changes nothing.
                if end.state != "TIME-WAIT" or event.name != "OPEN-ACTIVE" or "opens" in case.reaction.tags
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
            segment, end = self.parts.segments[flying], self.parts.ends[mine]
            event, side = Event("SEGMENT", segment), 1 - segment.end
            if self.stamps is None:
                cases = self.machine.reactions(side, end, event)
            else:
                cases = self.stamps.arrival(self.machine, side, end, segment)
            found = self._arrivals[mine, flying] = [p for c in cases for p in self._plans(side, mine, event, c)]
        return found

    def _plans(self, side: int, mine: int, event: Event, case: Case, second: bool = False) -> list[Plan]:
        """The plan of a reaction; with timestamps, one for each that its segments may carry."""
        if self.stamps is None:
            return [self._plan(side, mine, event, case, second)]
        return [
            self._plan(side, mine, event, case._replace(reaction=reaction), second, fresh, again)
            for reaction, fresh, again in self.stamps.choices(case.reaction, event.other)
        ]

    def _plan(
        self, side: int, mine: int, event: Event, case: Case, second: bool = False,
        fresh: frozenset[str] = _NO_MARKS, again: bool = False,
    ) -> Plan:  # fmt: skip
        reaction, pairs, ages = case
        end = reaction.end
        if self.watch_first_fin and "sends-fin" in reaction.tags:
            end = end._replace(led="second" if second else "first")
            reaction = reaction._replace(end=end)
        if self.watch_deliveries:
            end = end._replace(delivered=with_delivered(self.parts.ends[mine], event, reaction))
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
        return Plan(side, mine, event, reaction, self.parts.end(end), tuple(sends), pairs, marks, restarts, again, ages)
