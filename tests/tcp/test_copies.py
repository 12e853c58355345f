"""Unlimited duplicates: every run of a real scope, with its times, is one of the finite network's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from tcpverify.engines.explore import Budget, Exploration, explore
from tcpverify.engines.skeleton import Skeleton
from tcpverify.lang.linear import parameter
from tcpverify.lang.system import Constraint, Edge
from tcpverify.tcp import properties
from tcpverify.tcp.copies import OBLIGATIONS
from tcpverify.tcp.endpoint import End, Segment
from tcpverify.tcp.location import GAVE_UP, Action, Location, Timing
from tcpverify.tcp.numbers import offset, tag_of
from tcpverify.tcp.registry import load
from tcpverify.tcp.scenario import Scenario
from tcpverify.tcp.scope import UNLIMITED, Scope

F = Fraction


def scenario(model: str, scope: Scope, obligations: str = OBLIGATIONS[-1], least: bool = False) -> Scenario:
    timing = Timing(delay_min=parameter("DELAY_MIN"), rto_min=parameter("RTO_MIN")) if least else Timing()
    return Scenario(load(model).table, scope, timing, properties.observe, properties.drain, obligations=obligations)


def unlimited(scope: Scope) -> Scope:
    return replace(scope, duplicates=UNLIMITED, retransmissions=UNLIMITED)


# ------------------------------------------------------------ states with times, in absolute names


@dataclass(frozen=True)
class State:
    """A location, when its clocks were zero, and how its names map to absolute ones."""

    location: Location
    births: tuple[Fraction, ...]
    later: int = 0
    mirrored: bool = False

    def tag(self, tag: int) -> tuple[int, int]:
        return (tag >> 1) + self.later if tag > 1 else 0, (tag & 1) ^ self.mirrored

    def number(self, value: int | None) -> object:
        return None if value is None else (self.tag(tag_of(value)), offset(value))

    def segment(self, s: Segment) -> tuple[object, ...]:
        """Everything but whether it is a copy."""
        return (s.end ^ self.mirrored, s.incarnation + self.later, s.flags(), self.number(s.seq),
                self.number(s.acknowledges) if s.ack else 0, s.text, s.ts, s.stale)  # fmt: skip

    def end(self, e: End) -> tuple[object, ...]:
        """Everything but how often it has sent something again; of a CLOSED end the incarnation may be forgotten."""
        incarnation = e.incarnation + self.later if e.state != "CLOSED" else 0
        return (e.state, incarnation, e.role, e.tainted, *map(self.number, (e.una, e.nxt, e.iss, e.rcv)), e.passive)

    def ends(self, system: Scenario, dead: bool = False) -> list[tuple[object, ...]]:
        found = [self.end(system.parts.ends[n]._replace(tainted=False) if dead else system.parts.ends[n])
                 for n in self.location[:2]]  # fmt: skip
        return found[::-1] if self.mirrored else found

    def dead(self, system: Scenario) -> bool:
        """Whether nothing is left of any connection: then what ends have accepted is forgotten too."""
        return not self.location[2] and all(system.parts.ends[n].state == "CLOSED" for n in self.location[:2])

    def event(self, action: Action) -> tuple[object, ...]:
        """What happens, down to the rule, what is lost, and what is decided about number spaces."""
        plan = action.plan
        assert plan is not None
        arriving, r = plan.event.segment, plan.reaction
        return (
            action.kind, action.end ^ self.mirrored, plan.event.name, plan.event.data,
            plan.event.incarnation and plan.event.incarnation + self.later,
            arriving and self.segment(arriving), r.rule, r.restarts, self.end(r.end),
            tuple(map(self.segment, r.emits)), action.lost,
            tuple((tuple(map(self.tag, pair)), group) for pair, group in plan.pairs),
        )  # fmt: skip

    def after(self, edge: Edge, now: Fraction) -> State:
        births = tuple(now if c < 0 else self.births[c] for c in edge.carry)
        action: Action = edge.label
        return State(edge.target, births, self.later + action.renamed, self.mirrored ^ action.mirrored)

    def flight(self, system: Scenario, copies: bool | None = None) -> list[tuple[tuple[object, ...], Fraction]]:
        """Segments with the times at which they were sent; with ``copies`` only those that are, or are not."""
        rows = zip(self.location[2], self.births, strict=False)
        found = [(system.parts.segments[n], birth) for n, birth in rows]
        return [(self.segment(s), birth) for s, birth in found if copies is None or s.copy == copies]


def lasts(rows: Sequence[Constraint], births: Sequence[Fraction], now: Fraction, values: dict[str, Fraction]) -> bool:
    return all(row.holds(now - births[row.clock], values) for row in rows)


def window(
    system: Scenario, state: State, edge: Edge, now: Fraction, values: dict[str, Fraction]
) -> tuple[Fraction, Fraction]:
    """The times between which an edge might be taken, as far as bounds tell; the end is at most 3 later."""
    low, high = now, now + 3
    for row in (*system.invariant(state.location), *edge.guard):
        limit = state.births[row.clock] + row.bound.value(values)
        if row.rel in (">", ">=", "=="):
            low = max(low, limit)
        if row.rel in ("<", "<=", "=="):
            high = min(high, limit)
    return low, high


def moment(
    system: Scenario, state: State, edge: Edge, now: Fraction, values: dict[str, Fraction], random: Random
) -> Fraction | None:
    """A time at which the edge can be taken, often as early or as late as can be; None if there is none."""
    low, high = window(system, state, edge, now, values)
    small = F(1, 1000)
    chosen = [low, high, high - small, low + small, low + (high - low) * random.randrange(1, 8) / 8]
    random.shuffle(chosen)
    for time in chosen:
        fits = low <= time <= high and lasts(system.invariant(state.location), state.births, time, values)
        if fits and lasts(edge.guard, state.births, time, values):
            target = state.after(edge, time)
            if lasts(system.invariant(target.location), target.births, time, values):
                return time
    return None


def walk(
    system: Scenario, values: dict[str, Fraction], random: Random, steps: int
) -> Iterator[tuple[State, Edge, Fraction, State]]:
    """A random run: states, edges and times."""
    ((start, clocks),) = system.initial()
    state, now = State(start, (F(0),) * clocks), F(0)
    for _ in range(steps):
        edges = list(system.edges(state.location))
        random.shuffle(edges)
        for edge in edges:
            if edge.target == GAVE_UP:
                continue
            time = moment(system, state, edge, now, values, random)
            if time is not None:
                target = state.after(edge, time)
                yield state, edge, time, target
                state, now = target, time
                break
        else:
            return


def stands_for(abstract: Scenario, state: State, real: Scenario, other: State) -> bool:
    """Whether a state of the finite network has all that a real one has.

    The ends are the same; every segment under way is there, and can be delivered for as long; and whatever must be
    delivered is under way and must be delivered no sooner.
    """
    if state.ends(abstract, other.dead(real)) != other.ends(real):
        return False
    there: dict[object, Fraction] = {}
    for segment, birth in state.flight(abstract):
        there[segment] = max(birth, there.get(segment, birth))
    flight = other.flight(real)
    if any(segment not in there or there[segment] < birth for segment, birth in flight):
        return False
    return Counter(state.flight(abstract, copies=False)) <= Counter(flight)


def forgetting(abstract: Scenario, known: set[State]) -> list[State]:
    """The states, and those in which copies are forgotten so that an end may open."""
    found = list(known)
    for state in found:
        for edge in abstract.edges(state.location):
            if edge.label.kind == "forget":
                found.append(state.after(edge, F(0)))
    return found


def follow(real: Scenario, abstract: Scenario, values: dict[str, Fraction], random: Random, steps: int) -> Counter[str]:
    """Take a random run of the real scope in the other system too; what was seen on it."""
    ((start, clocks),) = abstract.initial()
    known = {State(start, (F(0),) * clocks)}
    seen: Counter[str] = Counter()
    held = False
    for before, edge, now, after in walk(real, values, random, steps):
        event = before.event(edge.label)
        held = held or any(abstract.held_back(state.location) for state in known)
        found, marks = set(), []
        for state in forgetting(abstract, known):
            if not lasts(abstract.invariant(state.location), state.births, now, values):
                continue
            for other in abstract.edges(state.location):
                if other.label.plan is None or state.event(other.label) != event:
                    continue
                if not lasts(other.guard, state.births, now, values):
                    continue
                target = state.after(other, now)
                if not lasts(abstract.invariant(other.target), target.births, now, values):
                    continue
                if stands_for(abstract, target, real, after):
                    found.add(target)
                    marks.append(other.marks)
        if not found and all(state.later < before.later for state in known):
            # Copies that nobody can deliver any more still count as old incarnations that are alive: an end may be
            # kept from opening; or it joins what, for the real network, is gone, where it should begin anew.
            seen["held up" if held else "joins the dead"] += 1
            return seen
        assert found, f"{abstract.obligations}: nobody follows {event} at {now} from {before}"
        assert any(edge.marks <= m for m in marks), f"nobody notices {set(edge.marks)} at {now} from {before}"
        known = found
        seen.update(edge.marks)
        seen["steps"] += 1
        seen["incarnations"] = max(seen["incarnations"], after.later + 1)
    return seen


IN_TURN = ("open", "close-in-turn")
WALKS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("textbook", {"losses": 0}),
    ("textbook", {"duplicates": 2, "retransmissions": 2}),
    ("textbook", {"duplicates": 1, "data": 1}),
    ("textbook", {"duplicates": 2, "delay": False}),
    ("textbook+no-restart", {"duplicates": 2, "retransmissions": 2, "reopen": "passive"}),
    ("rfc9293", {"losses": 0, "duplicates": 2, "retransmissions": 3}),
    ("rfc9293", {"duplicates": 1, "start": "closed", "retransmissions": 0}),
    ("rfc9293", {"duplicates": 2, "calls": ("open", "close", "abort"), "reopen": "both"}),
    ("rfc9293", {"duplicates": 2, "calls": ("open", "close", "cancel"), "start": "closed", "reopen": "both"}),
    ("rfc9293", {"duplicates": 2, "sequence": "clock", "incarnations": 3}),
    ("rfc9293+rfc1337", {"losses": 0, "duplicates": 1, "calls": IN_TURN}),
    ("rfc9293+rfc1337+literal", {"duplicates": 2, "calls": IN_TURN, "data": 1}),
)


def walks(model: str, differs: dict[str, Any], obligations: str, count: int, least: bool) -> Counter[str]:
    scope = Scope(**differs)
    real, abstract = scenario(model, scope, least=least), scenario(model, unlimited(scope), obligations, least)
    seen: Counter[str] = Counter()
    for seed in range(count):
        random = Random(f"{model} {differs} {obligations} {least} {seed}")
        values = {
            "MSL": F(1), "RTO_MAX": random.choice([F(1, 2), F(1), F(3)]), "DELAY_MIN": F(1, 10), "RTO_MIN": F(1, 4),
            "TIME_WAIT": random.choice([F(0), F(1, 2), F(2), F(4)]),
        }  # fmt: skip
        seen += follow(real, abstract, values, random, 60)
    return seen


@pytest.mark.parametrize("obligations", OBLIGATIONS)
@pytest.mark.parametrize(("model", "differs"), WALKS, ids=str)
def test_every_real_run_is_one_of_the_finite_network(model: str, differs: dict[str, Any], obligations: str) -> None:
    seen = walks(model, differs, obligations, 4, False)
    if differs.get("delay", True):
        seen += walks(model, differs, obligations, 2, True)
    assert seen["steps"] > 30


def test_the_runs_are_about_something() -> None:
    seen: Counter[str] = Counter()
    for model, differs in WALKS[:2]:
        seen += walks(model, differs, "receiver", 12, False)
    assert {"reopened", "established-again", "drained", "time-wait-expired", "last-ack"} <= seen.keys()


def test_copies_that_are_too_old_hold_up_no_opening() -> None:
    assert not walks("textbook", {"incarnations": 1}, "receiver", 10, False)["held up"]


def test_where_nothing_is_left_the_next_opening_begins_anew() -> None:
    assert not walks("textbook", {"losses": 0}, "receiver", 20, False)["joins the dead"]


# ------------------------------------------------------------ answers

REFUTED: tuple[tuple[str, str, str, dict[str, Any], str], ...] = (
    ("textbook", "199/100", "1", {"losses": 0}, "no-old-segment"),
    ("textbook", "1/2", "3", {"losses": 0, "duplicates": 1}, "drained"),
    ("textbook", "2", "11/10", {}, "drained"),
    ("textbook", "399/100", "3", {"incarnations": 1}, "graceful-close"),
    ("textbook+no-restart", "399/100", "1", {"losses": 0}, "drained"),
    ("rfc9293", "2", "1", {"losses": 0}, "no-assassination"),
    ("rfc9293", "100", "1", {"losses": 0}, "no-old-segment"),
    ("rfc9293+rfc1337", "6", "1", {"losses": 0}, "drained"),
    ("rfc9293+rfc1337", "299/100", "1", {"losses": 0, "calls": IN_TURN}, "drained"),
    ("rfc9293+rfc1337", "299/100", "1", {"losses": 0, "calls": IN_TURN, "duplicates": 1}, "no-old-segment"),
    ("rfc9293+literal", "2", "1", {"losses": 0, "duplicates": 1}, "fin-restarts"),
)


def explored(system: Scenario, time_wait: str, rto_max: str = "1", until: str = "") -> Exploration:
    values = {"MSL": F(1), "RTO_MAX": F(rto_max), "TIME_WAIT": F(time_wait)}
    return explore(Skeleton(system), values, until=frozenset({until}) if until else None, budget=Budget(seconds=60))


@pytest.mark.parametrize(("model", "time_wait", "rto_max", "differs", "broken"), REFUTED, ids=str)
def test_what_a_real_scope_refutes_is_refuted_with_unlimited_duplicates_in_as_few_steps(
    model: str, time_wait: str, rto_max: str, differs: dict[str, Any], broken: str
) -> None:
    scope = Scope(**differs)
    real = explored(scenario(model, scope), time_wait, rto_max, broken)
    steps = len(real.path(real.first[broken][0]))
    for obligations in OBLIGATIONS:
        found = explored(scenario(model, unlimited(scope), obligations), time_wait, rto_max, broken)
        assert broken in found.first
        assert len(found.path(found.first[broken][0])) <= steps


@pytest.mark.parametrize(("model", "time_wait", "obligations", "counts"), [
    ("textbook", "2", "receiver", (629, 4476, 377)),
    ("textbook", "2", "answered", (1349, 9547, 1057)),
    ("rfc9293+rfc1337", "3", "receiver", (909, 6740, 377)),
    ("rfc9293+rfc1337", "3", "answered", (2369, 17221, 1321)),
])  # fmt: skip
def test_counts(model: str, time_wait: str, obligations: str, counts: tuple[int, int, int]) -> None:
    """States, transitions and locations where one FIN follows the other; nothing is broken."""
    run = explored(scenario(model, unlimited(Scope(losses=0, calls=IN_TURN)), obligations), time_wait)
    assert run.complete and not {"drained", "no-old-segment"} & run.first.keys()
    assert (len(run), run.transitions, len(run.at)) == counts
