"""From a path of the exploration to a trace: names and numbers made absolute, times chosen.

The exploration counts incarnations from the oldest that is alive, may look at a location in a mirror, and leaves
the relation of number spaces open as long as it can. Here every end gets its name back, every incarnation its
own number, and every ISN a value, the latest decisions first, since earlier ones are only narrower views of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from tcpverify.errors import InternalDisagreement
from tcpverify.evidence.isns import Tag, isns
from tcpverify.evidence.times import constraints_of, feasible, schedule
from tcpverify.evidence.trace import EndState, SegmentRecord, Step, Trace
from tcpverify.lang.linear import constant
from tcpverify.lang.system import Constraint, Edge
from tcpverify.lang.table import Rule
from tcpverify.tcp.endpoint import End, Segment
from tcpverify.tcp.interpreter import BITS, FIRST_STAMP
from tcpverify.tcp.numbers import offset, tag_of
from tcpverify.tcp.properties import PROPERTIES, why
from tcpverify.tcp.scenario import Action, Location, Plan, Scenario

__all__ = ["Names", "ZeroTimeout", "concretise", "positive_timeouts", "so_far"]

_WATCHED = frozenset(p.name for p in PROPERTIES if p.watched)


class ZeroTimeout(Exception):
    """A path that only the closure of (0, RTO_MAX] has: neither a refutation nor a proof."""


class _View:
    """How a location's names map to absolute ones."""

    def __init__(self, later: int = 0, mirrored: bool = False) -> None:
        self.later, self.mirrored = later, mirrored

    def tag(self, tag: int) -> Tag:
        return (tag >> 1) + self.later if tag > 1 else 0, (tag & 1) ^ self.mirrored

    def after(self, action: Action) -> _View:
        return _View(self.later + action.renamed, self.mirrored ^ action.mirrored)


class Names(NamedTuple):
    """How the location at the end of a run is to be read in absolute names.

    Attributes
    ----------
    ends
        the names of end 0 and end 1: ``AB``, or ``BA`` where the location is a mirror image.
    later
        by how much its incarnations are counted too low.
    flight
        the numbers of the segments in flight, place by place.
    isns
        the ISN that each end has in an incarnation, by (incarnation, 0 for A or 1 for B).
    """

    ends: str
    later: int
    flight: tuple[int, ...]
    isns: Mapping[Tag, int]


def so_far(
    scenario: Scenario, start: Location, path: Sequence[Edge], parameters: Mapping[str, Fraction], model: str,
    times: Sequence[Fraction], telling: Sequence[str] = (),
) -> tuple[Trace, Names]:  # fmt: skip
    """The trace of a run that goes on, and the names at its end.

    Its property is the first that its last step breaks, those that are ``telling`` before others, or empty.
    """
    writer = _Writer(scenario, isns(scenario.spaces, _decisions(scenario, start, path)))
    trace = writer.trace(start, path, times, parameters, model, "", False, None)
    broken = trace.steps[-1].broken if trace.steps else {}
    first = next((name for name in (*telling, *broken) if name in broken), "")
    ends = "BA" if writer.view.mirrored else "AB"
    return replace(trace, property=first), Names(ends, writer.view.later, tuple(writer.flight), writer.isn)


def concretise(
    scenario: Scenario,
    start: Location,
    path: Sequence[Edge],
    parameters: Mapping[str, Fraction],
    model: str,
    prop: str,
    *,
    shortest: bool = False,
    loop: int | None = None,
    pretty: bool = True,
    times: Sequence[Fraction] | None = None,
) -> Trace:
    """The trace of a path.

    Parameters
    ----------
    prop
        the property that the last edge breaks (or, with ``loop``, that the endless run breaks).
    pretty
        choose the smallest total time and simple fractions; otherwise take any times that Z3 finds.
    times
        times that are known already, index 0 being the start; whoever replays the trace finds out if they are wrong.

    Raises
    ------
    ZeroTimeout
        if the path exists only with a retransmission timeout of exactly zero, which no timer has.
    InternalDisagreement
        if Z3 finds no times, though the exploration found the path.
    """
    if times is not None:
        isn = isns(scenario.spaces, _decisions(scenario, start, path))
        return _Writer(scenario, isn).trace(start, path, times, parameters, model, prop, shortest, loop)
    positive = positive_timeouts(scenario, start, path)
    gaps = constraints_of(scenario, start, len(scenario.clocks(start)), positive, parameters)
    unit = parameters.get("MSL", Fraction(1))
    times = schedule(gaps, len(path), unit) if pretty else feasible(gaps, len(path))
    if times is None and feasible(constraints_of(scenario, start, len(scenario.clocks(start)), path, parameters),
                                  len(path)) is not None:  # fmt: skip
        raise ZeroTimeout("the shortest run found needs a retransmission timeout of zero; give a least one with --rto")
    if times is None:
        raise InternalDisagreement(f"the exploration's path for {prop} has no times according to Z3")
    isn = isns(scenario.spaces, _decisions(scenario, start, path))
    return _Writer(scenario, isn).trace(start, path, times, parameters, model, prop, shortest, loop)


def positive_timeouts(scenario: Scenario, start: Location, path: Sequence[Edge]) -> list[Edge]:
    """The path with every retransmission at a time greater than zero after the last transmission.

    Where no least timeout is given it may be anything above zero. The exploration includes zero, which costs far
    fewer states and can only make proofs stronger; what is refuted must not need it.
    """
    if scenario.timing.rto_min is not None:
        return list(path)
    found, location = [], start
    for edge in path:
        action: Action = edge.label
        if action.kind == "timer" and action.plan is not None and action.plan.event.name == "RETRANSMISSION":
            clock = scenario.clocks(location).index(("retransmission", action.end))
            edge = edge._replace(guard=(*edge.guard, Constraint(clock, ">", constant(0))))
        found.append(edge)
        location = edge.target
    return found


def _decisions(
    scenario: Scenario, start: Location, path: Sequence[Edge]
) -> list[tuple[tuple[Tag, ...], frozenset[tuple[int, ...]]]]:
    """What each step knows about number spaces, in absolute names, latest step first."""
    found, view, location = [], _View(), start
    for edge in path:
        action: Action = edge.label
        relation = scenario.parts.relations[location[5]]
        if action.plan is not None and action.plan.pairs:
            met = scenario.spaces.meet(relation, action.plan.pairs)
            assert met is not None
            relation = met
        tags, values = relation
        if tags:
            found.append((tuple(view.tag(t) for t in tags), values))
        view = view.after(action)
        location = edge.target
    return found[::-1]


class _Stamps:
    """The timestamps of a run: ranks of the exploration made values of two clocks, which begin at `FIRST_STAMP`.

    ``recent`` is what each end has recorded.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._ends = scenario.parts.ends
        self._last = {name: (value, Fraction(0)) for name, value in zip("AB", FIRST_STAMP, strict=True)}
        self._least = dict(zip("AB", FIRST_STAMP, strict=True))
        self._carried: dict[int, int] = {}
        self.recent: dict[str, int | None] = {"A": FIRST_STAMP[1], "B": FIRST_STAMP[0]}

    def sent(self, name: str, plan: Plan, now: Fraction, tick: Fraction) -> int | None:
        """The timestamp of what an end sends: the last once more, or that of a clock that has just advanced."""
        if not plan.reaction.emits:
            return None
        value, since = self._last[name]
        if plan.event.other:
            self._least[name] -= 1
            return self._least[name]
        if not plan.again:
            # Its last but one advance was at the first use of the last value, at the latest.
            value += (now - since) // tick + 1
            self._last[name] = (value, now)
        return value

    def recorded(self, name: str, plan: Plan, delivered: int | None, records: Sequence[SegmentRecord]) -> None:
        """What the end has in TS.RECENT after a reaction."""
        for record in records:
            assert record.ts is not None
            self._carried[record.number] = record.ts
        before, after, segment = self._ends[plan.before].ts, plan.reaction.end.ts, plan.event.segment
        if after is None:
            self.recent[name] = None
        elif after != before:
            if segment is None or delivered is None or segment.ts != after:
                raise InternalDisagreement(f"{plan.reaction.rule} records a timestamp that nobody sent")
            self.recent[name] = self._carried[delivered]


class _Writer:
    """Writes steps in absolute names and numbers."""

    def __init__(self, scenario: Scenario, isn: dict[Tag, int]) -> None:
        self.scenario, self.isn = scenario, isn
        self.sent = 0
        self.stamps = _Stamps(scenario) if scenario.stamps is not None else None
        self.view, self.flight = _View(), list[int]()

    def number(self, value: int, view: _View) -> int:
        """A number of the exploration as a 32-bit sequence number."""
        incarnation, end = view.tag(tag_of(value))
        if incarnation == 0:
            return offset(value)
        return (self.isn[incarnation, end] + offset(value)) % (1 << BITS)

    def end(self, end: End, view: _View, name: str) -> EndState:
        """The state of the end of that name."""
        una, nxt, rcv = (None if v is None else self.number(v, view) for v in (end.una, end.nxt, end.rcv))
        recent = self.stamps.recent.get(name) if self.stamps is not None and end.ts is not None else None
        return EndState(end.state, end.incarnation + view.later, una, nxt, rcv, recent)

    def chosen(self, rule: Rule, plan: Plan, view: _View) -> int | None:
        """The ISN that an end chooses in a reaction, if it does."""
        before, after = self.scenario.parts.ends[plan.before], plan.reaction.end
        assigned = rule.assign.get("ISS")
        if after.iss is not None and before.iss is None and assigned is not None and "NEW.ISS" in assigned.variables():
            return self.number(after.iss, view)
        if plan.reaction.emits and any("NEW.ISS" in e.variables() for m in rule.emits for e in m.fields.values()):
            # It is sent without being kept, such as in a cookie.
            value = plan.reaction.emits[0].seq
            return self.number(value - offset(value), view)
        return None

    def segment(self, segment: Segment, view: _View, lost: bool, ts: int | None) -> SegmentRecord:
        """A segment that is being sent."""
        self.sent += 1
        return SegmentRecord(
            self.sent,
            "AB"[segment.end ^ view.mirrored],
            segment.flags(),
            self.number(segment.seq, view),
            self.number(segment.acknowledges, view) if segment.ack else None,
            segment.text,
            segment.incarnation + view.later,
            lost,
            ts,
        )

    def trace(
        self, start: Location, path: Sequence[Edge], times: Sequence[Fraction], parameters: Mapping[str, Fraction],
        model: str, prop: str, shortest: bool, loop: int | None,
    ) -> Trace:  # fmt: skip
        scenario, view, location = self.scenario, _View(), start
        initial = {"AB"[e]: self.end(scenario.parts.ends[start[e]], view, "AB"[e]) for e in (0, 1)}
        flight: list[int] = [0] * len(start[2])
        steps = []
        for edge, time in zip(path, times[1:], strict=True):
            action: Action = edge.label
            plan = action.plan
            if plan is None:
                break
            rule = scenario.table.rules[plan.reaction.rule]
            delivered = flight[action.position] if action.position >= 0 else None
            name = "AB"[action.end ^ view.mirrored]
            ts = self.stamps.sent(name, plan, time, parameters["TICK"]) if self.stamps is not None else None
            records = tuple(
                self.segment(s, view, gone, ts) for s, gone in zip(plan.reaction.emits, action.lost, strict=True)
            )
            if self.stamps is not None:
                self.stamps.recorded(name, plan, delivered, records)
            after = plan.reaction.end
            left = [n for i, n in enumerate(flight) if i != action.position or action.kept]
            broken = {}
            rest = [scenario.parts.segments[n] for i, n in enumerate(location[2]) if i != action.position]
            for mark in sorted(edge.marks):
                names = "BA" if view.mirrored else "AB"
                reason = why(scenario, mark, action, rest, names) if mark in _WATCHED else ""
                if reason:
                    broken[mark] = reason if not view.later else _later(reason, view.later)
            steps.append(
                Step(
                    time=time,
                    kind=action.kind,
                    end=name,
                    event=plan.event.name,
                    rule=rule.name,
                    clause=rule.clause,
                    text=rule.text,
                    after=self.end(after, view, name),
                    delivered=delivered,
                    kept=action.kept,
                    sent=records,
                    isn=self.chosen(rule, plan, view),
                    data=plan.event.data,
                    restarts=tuple(sorted(plan.reaction.restarts)),
                    broken=broken,
                )
            )
            flight = self._flight(scenario, edge, view, location, left, records)
            view = view.after(action)
            location = edge.target
        self.view, self.flight = view, flight
        return Trace(model, prop, dict(parameters), scenario.scope, initial, tuple(steps), shortest, loop)

    def _flight(
        self, scenario: Scenario, edge: Edge, view: _View, location: Location, left: list[int],
        records: tuple[SegmentRecord, ...],
    ) -> list[int]:  # fmt: skip
        """The numbers of the segments in flight in the target, position by position.

        The edge's ``carry`` says which clock of the source each segment of the target continues; new segments
        start at zero and are recognised by what they are.
        """
        action: Action = edge.label
        stayed = [i for i in range(len(location[2])) if i != action.position or action.kept]
        source = dict(zip(stayed, left, strict=True))
        fresh = [r for r in records if not r.lost]
        after = view.after(action)
        placed = []
        for position, number in enumerate(edge.target[2]):
            clock = edge.carry[position]
            if clock >= 0:
                placed.append(source[clock])
                continue
            segment = scenario.parts.segments[number]
            sender = "AB"[segment.end ^ after.mirrored]
            wanted = (sender, segment.flags(), self.number(segment.seq, after), segment.text)
            record = next(r for r in fresh if (r.sender, r.flags, r.seq, r.text) == wanted)
            fresh.remove(record)
            placed.append(record.number)
        return placed


def _later(reason: str, by: int) -> str:
    """The reason with incarnation numbers counted from the start of the trace."""
    import re

    return re.sub(r"incarnation (\d+)", lambda m: f"incarnation {int(m[1]) + by}", reason)

