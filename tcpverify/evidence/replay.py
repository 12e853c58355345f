"""Replaying a trace: the interpreter of the table does every step, and everything written must come out again."""

from __future__ import annotations

from collections.abc import Mapping

from tcpverify.errors import InternalDisagreement
from tcpverify.evidence.trace import SegmentRecord, Step, Trace
from tcpverify.lang.table import Table
from tcpverify.tcp.interpreter import Connection, Flying, Interpreter, Outcome

__all__ = ["LIVENESS", "perform", "replay"]

#: properties that no single step breaks
LIVENESS = frozenset({"no-ack-loop", "termination", "deadlock-free"})


def replay(trace: Trace, table: Table) -> Interpreter:
    """Do every step of a trace with the plain interpreter; that of a run that claims to break nothing too.

    Returns
    -------
    The interpreter as the last step has left it.

    Raises
    ------
    InternalDisagreement
        if a step is impossible, another rule applies, an end or a segment differs from what the trace says, or
        the last step does not break the trace's property.
    """
    run = Interpreter(table, trace.scope, trace.parameters)
    marks: list[dict[str, object]] = []
    for number, step in enumerate(trace.steps, 1):
        marks.append(_picture(run))
        outcome = perform(run, step, number)
        _compare(number, step, outcome, run.ends[step.end], trace.property, run.stamps is not None)
    marks.append(_picture(run))
    if trace.loop is not None:
        if marks[trace.loop] != marks[-1]:
            raise InternalDisagreement("replay: the loop of the trace does not return to where it began")
    elif trace.property and trace.property not in LIVENESS and (
        not trace.steps or trace.property not in trace.steps[-1].broken
    ):
        raise InternalDisagreement(f"replay: the last step does not break {trace.property}")
    return run


def perform(run: Interpreter, step: Step, number: int = 0) -> Outcome:
    """Let an interpreter do what a step says; InternalDisagreement if that cannot happen now."""
    run.wait(step.time)
    lost = [s.lost for s in step.sent]
    ts = step.sent[0].ts if step.sent else None
    if step.kind == "call":
        return run.call(step.end, step.event, isn=step.isn, data=step.data, lost=lost, ts=ts)
    if step.kind == "timer":
        return run.expire(step.end, step.event, lost=lost, ts=ts)
    if step.kind == "deliver" and step.delivered is not None:
        return run.deliver(step.end, step.delivered, kept=step.kept, isn=step.isn, lost=lost, ts=ts)
    raise InternalDisagreement(f"replay: step {number} is a {step.kind} of nothing")


def _picture(run: Interpreter) -> dict[str, object]:
    """What must be the same at both ends of a loop: ends and segments in flight, whatever their age.

    Timestamps go on for ever; of them only the order must be the same.
    """
    alive: dict[str, set[int]] = {"A": set(), "B": set()}
    for s in run.flight.values():
        alive[s.sender].add(int(s.fields["SEG.TS"]))
    for name, other in (("A", "B"), ("B", "A")):
        if "TS.RECENT" in run.ends[name].values:
            alive[other].add(int(run.ends[name].values["TS.RECENT"]))
    ranks = {name: {value: rank for rank, value in enumerate(sorted(alive[name]))} for name in "AB"}

    def seen(values: Mapping[str, int | bool], host: str, stamp: str) -> list[tuple[str, int | bool]]:
        return sorted((n, ranks[host][int(v)] if n == stamp else v) for n, v in values.items())

    return {
        **{n: (e.state, e.incarnation, seen(e.values, "AB"[n == "A"], "TS.RECENT")) for n, e in run.ends.items()},
        "flight": sorted((s.sender, seen(s.fields, s.sender, "SEG.TS")) for s in run.flight.values()),
    }


def _compare(
    number: int, step: Step, outcome: Outcome, end: Connection, about: str, timestamps: bool
) -> None:
    def differ(what: str, said: object, found: object) -> None:
        if said != found:
            raise InternalDisagreement(f"replay: step {number}: {what} is {found}, the trace says {said}")

    differ("the rule", step.rule, outcome.rule.name)
    differ("the state", step.after.state, end.state)
    if end.state != "CLOSED":
        differ("the incarnation", step.after.incarnation, end.incarnation)
    wanted: Mapping[str, int | None] = {
        "SND.UNA": step.after.una, "SND.NXT": step.after.nxt, "RCV.NXT": step.after.rcv,
    }  # fmt: skip
    for name, value in wanted.items():
        differ(name, value, end.values.get(name))
    if timestamps:
        differ("TS.RECENT", step.after.ts_recent, end.values.get("TS.RECENT"))
    differ("what is sent", [_described(s) for s in step.sent], [_record(s) for s in outcome.sent])
    # Who sent the first FIN, and what was delivered before, is watched only where somebody asks for it.
    unasked = frozenset({"time-wait-side", "no-double-delivery"}) - {about}
    differ("what is broken", sorted(step.broken.keys() - unasked), sorted(outcome.broken - unasked))
    differ("what restarts", sorted(step.restarts), sorted(outcome.restarts))


def _described(segment: SegmentRecord) -> tuple[object, ...]:
    return (segment.number, segment.sender, segment.flags, segment.seq, segment.ack, segment.text, segment.incarnation,
            segment.lost, segment.ts)  # fmt: skip


def _record(segment: Flying) -> tuple[object, ...]:
    f = segment.fields
    ack = int(f["SEG.ACK"]) if f["SEG.ACK?"] else None
    ts = None if f["SEG.TS"] == -1 else f["SEG.TS"]
    return (segment.number, segment.sender, segment.flags(), f["SEG.SEQ"], ack, f["SEG.TEXT"], segment.incarnation,
            segment.lost, ts)  # fmt: skip
