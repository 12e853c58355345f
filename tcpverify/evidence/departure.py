"""Where another model leaves a trace: its steps, done again with the other table until something differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from tcpverify.errors import InternalDisagreement
from tcpverify.evidence.replay import perform
from tcpverify.evidence.trace import SegmentRecord, Step, Trace
from tcpverify.lang.table import Table
from tcpverify.tcp.interpreter import Flying, Interpreter, Outcome
from tcpverify.tcp.scope import Scope

__all__ = ["Departure", "departure"]


@dataclass(frozen=True)
class Departure:
    """The first step of a trace that another model does not take in the same way.

    Attributes
    ----------
    step
        its number, from 1.
    time
        when it happens, in the trace's unit.
    end
        ``A`` or ``B``.
    state
        in which the step finds the end.
    theirs, mine
        the rule of the trace, and that of the other model (empty: the step is impossible there, and ``reason`` says
        why).
    clause
        of the other model's rule.
    differs
        in what: ``next state``, ``what is sent``, ``timers``, ``TCB``.
    to
        the other model's next state.
    sent
        what the other model sends, by flags.
    """

    step: int
    time: Fraction
    end: str
    state: str
    theirs: str
    mine: str = ""
    clause: str = ""
    reason: str = ""
    differs: tuple[str, ...] = ()
    to: str = ""
    sent: tuple[str, ...] = ()
    restarts: tuple[str, ...] = ()


def departure(
    trace: Trace, table: Table, parameters: Mapping[str, Fraction], scope: Scope | None = None
) -> Departure | None:
    """The first step at which a model with this table and these durations does something else; None: it never does.

    ``scope`` is that of the other model, where it brings one of its own. A step under another rule that has the same
    effect is no departure.
    """
    run = Interpreter(table, scope or trace.scope, parameters)
    for number, step in enumerate(trace.steps, 1):
        before = run.ends[step.end]
        state = before.state
        ends = {n: (e.state, e.values) for n, e in run.ends.items()}
        try:
            outcome = perform(run, step, number)
        except InternalDisagreement as error:
            reason = str(error).removeprefix("replay: ")
            if step.kind == "timer" and step.event == "TIME-WAIT" and "time-wait" in before.timers:
                reason = f"its TIME-WAIT lasts {parameters['TIME_WAIT']}, not {step.time - before.timers['time-wait']}"
            return Departure(number, step.time, step.end, ends[step.end][0], step.rule, reason=reason)
        differs = _differs(step, outcome, run)
        if differs:
            sent = tuple(s.flags() for s in outcome.sent)
            rule, to = outcome.rule, run.ends[step.end].state
            return Departure(
                number, step.time, step.end, state, step.rule, rule.name, rule.clause, "", differs, to, sent,
                tuple(sorted(outcome.restarts)),
            )  # fmt: skip
    return None


def _differs(step: Step, outcome: Outcome, run: Interpreter) -> tuple[str, ...]:
    end, found = run.ends[step.end], []
    if end.state != step.after.state:
        found.append("next state")
    if [_record(s) for s in outcome.sent] != [_described(s) for s in step.sent]:
        found.append("what is sent")
    # A timer that does not run afterwards was not started, whatever the rule says.
    mine, theirs = set(outcome.restarts), set(step.restarts)
    if (mine ^ theirs) & set(end.timers):
        found.append("timers")
    wanted = {"SND.UNA": step.after.una, "SND.NXT": step.after.nxt, "RCV.NXT": step.after.rcv}
    if end.state == step.after.state and any(end.values.get(n) != v for n, v in wanted.items()):
        found.append("TCB")
    return tuple(found)


def _described(segment: SegmentRecord) -> tuple[object, ...]:
    return segment.flags, segment.seq, segment.ack, segment.text


def _record(segment: Flying) -> tuple[object, ...]:
    f = segment.fields
    return segment.flags(), f["SEG.SEQ"], int(f["SEG.ACK"]) if f["SEG.ACK?"] else None, f["SEG.TEXT"]
