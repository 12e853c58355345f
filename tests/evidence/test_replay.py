"""The plain interpreter replays what was found, and nothing that was tampered with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest

from tcpverify.errors import InternalDisagreement
from tcpverify.evidence.replay import replay
from tcpverify.evidence.trace import Step, Trace, parse
from tcpverify.tcp.registry import load
from tcpverify.tcp.scope import Scope
from tcpverify.workflow.check import check
from tcpverify.workflow.results import CheckRequest

F = Fraction


def found(model: str, name: str, time_wait: Fraction, scope: Scope) -> Trace:
    """The trace with which `check` refutes a property."""
    report = check(CheckRequest(model, F(1), (time_wait,), scope=scope, properties=(name,), sweep=False))
    (verdict,) = report.verdicts
    assert verdict.trace is not None
    return verdict.trace


@pytest.fixture(scope="module")
def trace() -> Trace:
    """An old segment accepted at 1.99 MSL, after a loss and a retransmission: calls, timers, a lost segment."""
    return found("textbook", "no-old-segment", F(199, 100), Scope(losses=1))


def edited(trace: Trace, at: int, **fields: object) -> Trace:
    """The trace with other fields in one step."""
    steps = list(trace.steps)
    steps[at] = replace(steps[at], **fields)  # type: ignore[arg-type]
    return replace(trace, steps=tuple(steps))


def first(trace: Trace, fits: Callable[[Step], bool]) -> int:
    """The first step of a kind."""
    return next(i for i, step in enumerate(trace.steps) if fits(step))


def refused(trace: Trace, why: str) -> None:
    """That the replay objects, and says what is wrong."""
    with pytest.raises(InternalDisagreement, match=why):
        replay(trace, load(trace.model).table)


def test_what_was_found_is_replayed_also_after_a_file(trace: Trace) -> None:
    replay(trace, load(trace.model).table)
    again = parse(trace.dumps())
    assert again == trace
    replay(again, load(trace.model).table)


def test_a_step_too_late_or_too_early(trace: Trace) -> None:
    expiry = first(trace, lambda s: s.event == "TIME-WAIT")
    when = trace.steps[expiry].time
    refused(edited(trace, expiry, time=when + F(1, 100)), "should have fired|outlives MSL")
    refused(edited(trace, expiry, time=when - F(1, 100)), "TIME-WAIT of [AB] ends after|runs backwards")
    refused(edited(trace, len(trace.steps) - 1, time=when - 1), "time runs backwards")
    refused(edited(trace, len(trace.steps) - 1, time=trace.steps[-1].time + 1), "outlives MSL|should have fired")


def test_a_segment_that_lives_as_long_as_msl(trace: Trace) -> None:
    """Strictly less than MSL, not at most: the last step hangs on that."""
    number = trace.steps[-1].delivered
    sent = next(s.time for s in trace.steps if number in [r.number for r in s.sent])
    assert trace.steps[-1].time - sent < 1
    refused(edited(trace, len(trace.steps) - 1, time=sent + 1), f"segment {number} outlives MSL")


@pytest.mark.parametrize("name", ["una", "nxt", "rcv"])
def test_another_number_in_an_end(trace: Trace, name: str) -> None:
    at = first(trace, lambda s: getattr(s.after, name) is not None)
    after = trace.steps[at].after
    wrong = replace(after, **{name: getattr(after, name) + 1})
    refused(edited(trace, at, after=wrong), rf"step {at + 1}: .* is {getattr(after, name)}, the trace says")


@pytest.mark.parametrize(
    "change",
    [{"seq": 1}, {"ack": 1}, {"flags": "SYN,ACK"}, {"text": 1}, {"incarnation": 7}, {"sender": "C"}, {"number": 99}],
    ids=lambda c: next(iter(c)),
)
def test_another_segment(trace: Trace, change: dict[str, object]) -> None:
    at = first(trace, lambda s: bool(s.sent))
    sent = trace.steps[at].sent
    wrong = (replace(sent[0], **change), *sent[1:])  # type: ignore[arg-type]
    refused(edited(trace, at, sent=wrong), f"step {at + 1}: what is sent")


def test_another_state_rule_or_incarnation(trace: Trace) -> None:
    after = trace.steps[0].after
    refused(edited(trace, 0, after=replace(after, state="LAST-ACK")), "step 1: the state is FIN-WAIT-1")
    refused(edited(trace, 0, after=replace(after, incarnation=5)), "step 1: the incarnation is 1")
    refused(edited(trace, 0, rule="ESTABLISHED.abort"), "step 1: the rule is ESTABLISHED.close")


def test_another_event_end_or_segment(trace: Trace) -> None:
    refused(edited(trace, 0, event="ABORT"), "step 1: the rule is ESTABLISHED.abort")
    refused(edited(trace, 0, kind="timer", event="RETRANSMISSION"), "does not run at")
    refused(edited(trace, 0, kind="wish"), "step 1 is a wish of nothing")
    at = first(trace, lambda s: s.kind == "deliver")
    other = "B" if trace.steps[at].end == "A" else "A"
    refused(edited(trace, at, end=other), "cannot arrive at")
    refused(edited(trace, at, delivered=99), "segment 99 cannot arrive at")
    refused(edited(trace, at, kept=True), "more duplicates than the scope allows")


def test_another_timer_or_another_reason(trace: Trace) -> None:
    at = first(trace, lambda s: bool(s.restarts))
    refused(edited(trace, at, restarts=()), f"step {at + 1}: what restarts")
    refused(edited(trace, 0, broken={"no-old-segment": "because"}), "step 1: what is broken")
    refused(edited(trace, len(trace.steps) - 1, broken={}), "what is broken")
    refused(replace(trace, property="no-data-loss"), "the last step does not break no-data-loss")


def test_more_than_the_scope_allows() -> None:
    late = found("textbook", "graceful-close", F(133, 100), Scope(losses=1, incarnations=1))
    assert any(r.lost for s in late.steps for r in s.sent)
    refused(replace(late, scope=replace(late.scope, losses=0)), "more losses than the scope allows")
    refused(replace(late, scope=replace(late.scope, retransmissions=0)), "retransmits more often than the scope")


def test_any_step_left_out(trace: Trace) -> None:
    for at in range(len(trace.steps)):
        refused(replace(trace, steps=trace.steps[:at] + trace.steps[at + 1 :]), "replay: ")
    refused(replace(trace, steps=()), "does not break")


def test_steps_in_another_order(trace: Trace) -> None:
    for at in range(len(trace.steps) - 1):
        one, two = trace.steps[at : at + 2]
        if one.end == two.end:
            steps = (*trace.steps[:at], two, one, *trace.steps[at + 2 :])
            refused(replace(trace, steps=steps), "replay: ")


def test_another_model(trace: Trace) -> None:
    """The trace of one model is none of another that differs in a rule it uses."""
    ladder = found("rfc9293", "no-assassination", F(2), Scope(losses=0))
    replay(ladder, load("rfc9293").table)
    with pytest.raises(InternalDisagreement, match=r"the state is TIME-WAIT, the trace says CLOSED|what is sent"):
        replay(ladder, load("textbook").table)


def test_a_loop_that_does_not_close() -> None:
    lasso = found("rfc9293+literal", "no-ack-loop", F(2), Scope(losses=0))
    assert lasso.loop is not None
    replay(lasso, load("rfc9293+literal").table)
    refused(replace(lasso, steps=lasso.steps[:-1]), "does not return to where it began")
    refused(replace(lasso, loop=lasso.loop - 1), "does not return to where it began")
