"""The powers of the network that can be switched off: reordering and delay."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest

from tcpverify.engines.explore import Exploration, explore
from tcpverify.engines.skeleton import Skeleton
from tcpverify.engines.smt import solve
from tcpverify.errors import InternalDisagreement, UsageError
from tcpverify.evidence.fields import Field
from tcpverify.evidence.replay import replay
from tcpverify.evidence.scopes import read_scope
from tcpverify.evidence.trace import Trace
from tcpverify.tcp import properties
from tcpverify.tcp.registry import load
from tcpverify.tcp.scenario import GAVE_UP, Scenario
from tcpverify.tcp.scope import UNLIMITED, Scope
from tcpverify.workflow.check import check
from tcpverify.workflow.results import CheckRequest

ORDERED, PROMPT = {"reordering": False}, {"delay": False}
DURATIONS = {"MSL": Fraction(1), "RTO_MAX": Fraction(1), "TIME_WAIT": Fraction(2)}


def system(model: str, **scope: object) -> Scenario:
    table = load(model).table
    return Scenario(table, Scope(**scope), observer=properties.observe, drain=properties.drain)  # type: ignore[arg-type]


def run(model: str, time_wait: str, inclusion: bool = True, **scope: object) -> Exploration:
    durations = {**DURATIONS, "TIME_WAIT": Fraction(time_wait)}
    return explore(Skeleton(system(model, **scope)), durations, inclusion=inclusion)


def steps(found: Exploration, name: str) -> int:
    """The length of the shortest refutation, 0: none."""
    assert found.complete or name in found.first
    return len(found.path(found.first[name][0])) + 1 if name in found.first else 0


def trace(model: str, time_wait: str, name: str, **scope: object) -> Trace:
    request = CheckRequest(
        model, Fraction(1), (Fraction(time_wait),), scope=Scope(**scope), properties=(name,), sweep=False  # type: ignore[arg-type]
    )
    verdict = check(request).verdicts[0]
    assert verdict.trace is not None
    return verdict.trace


@pytest.mark.parametrize(
    ("model", "time_wait", "scope", "states", "answers"),
    [
        ("textbook", "199/100", ORDERED, 3314, {"no-old-segment": 0, "drained": 7}),
        ("textbook", "199/100", PROMPT, 850, {"no-old-segment": 0, "drained": 0}),
        ("textbook", "0", {**ORDERED, **PROMPT}, 374, {"no-old-segment": 0, "drained": 5}),
        # RFC 1337: the assassination needs no overtaking where something is sent again.
        ("rfc9293", "2", ORDERED, 528, {"no-old-segment": 0, "no-assassination": 9}),
        ("rfc9293", "2", {**ORDERED, **PROMPT}, 189, {"no-old-segment": 0, "no-assassination": 11}),
    ],
)
def test_answers_without_a_power(
    model: str, time_wait: str, scope: dict[str, bool], states: int, answers: dict[str, int]
) -> None:
    found = run(model, time_wait, **scope)
    assert found.complete and len(found) == states
    plain = run(model, time_wait, inclusion=False, **scope)
    for name, answer in answers.items():
        assert steps(found, name) == steps(plain, name) == answer
        other = solve(system(model, **scope), {**DURATIONS, "TIME_WAIT": Fraction(time_wait)}, name, seconds=60)
        assert other.verdict == ("refuted" if answer else "proved") and other.depth == (answer or other.depth)


@pytest.mark.parametrize("extra", [{}, {"duplicates": 1}, {"sequence": "timestamps", "losses": 0}])
def test_flights_are_queues(extra: dict[str, object]) -> None:
    scenario = system("textbook+paws" if extra.get("sequence") else "textbook", reordering=False, **extra)
    segments = scenario.parts.segments
    todo = [location for location, _ in scenario.initial()]
    seen = set(todo)
    while todo and len(seen) < 4000:
        location = todo.pop()
        for edge in scenario.edges(location):
            action = edge.label
            if action.kind == "deliver":
                *ahead, arriving = location[2][: action.position + 1]
                assert all(segments[n].end != segments[arriving].end for n in ahead), "only the head of a queue arrives"
            if edge.target != GAVE_UP:
                sides = [segments[n].end for n in edge.target[2]]
                assert sides == sorted(sides)
                for side in (0, 1):
                    # A segment keeps its place behind those sent before it; new ones come last.
                    places = [c for c, s in zip(edge.carry, sides, strict=False) if s == side]
                    assert all(a < b or b == -1 for a, b in pairwise(places))
            if edge.target not in seen:
                seen.add(edge.target)
                todo.append(edge.target)


def test_replay_knows_the_order_by_itself() -> None:
    found = trace("rfc9293", "2", "no-assassination")
    replay(found, load("rfc9293").table)
    with pytest.raises(InternalDisagreement, match="segment 3 overtakes segment 2"):
        replay(replace(found, scope=replace(found.scope, reordering=False)), load("rfc9293").table)
    ordered = trace("rfc9293", "2", "no-assassination", **ORDERED)
    replay(replace(ordered, scope=Scope()), load("rfc9293").table)


def test_replay_knows_delays_by_itself() -> None:
    found = trace("textbook", "199/100", "drained")
    with pytest.raises(InternalDisagreement, match="is delayed until"):
        replay(replace(found, scope=replace(found.scope, delay=False)), load("textbook").table)
    prompt = trace("textbook", "0", "drained", **PROMPT)
    replay(replace(prompt, scope=Scope()), load("textbook").table)


def test_scopes_go_to_json_and_back_and_old_ones_are_read() -> None:
    scope = Scope(reordering=False, delay=False)
    assert read_scope(Field(scope.as_json(), "it", "scope")) == scope
    old = {n: v for n, v in Scope().as_json().items() if n not in ("reordering", "delay")}
    assert read_scope(Field(old, "it", "scope")) == Scope()


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(UsageError, match="arrive in the order sent"):
        Scope(duplicates=UNLIMITED, reordering=False)
    with pytest.raises(UsageError, match="contradict"):
        check(CheckRequest("textbook", Fraction(1), delay_min=Fraction(1, 2), scope=Scope(delay=False)))
