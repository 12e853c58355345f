"""Replaying a trace: the interpreter of the table does every step, and everything written must come out again."""

from __future__ import annotations

from collections.abc import Mapping

from tcpverify.errors import InternalDisagreement
from tcpverify.evidence.trace import EndState, SegmentRecord, Step, Trace
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
        if the ends begin otherwise, a step is impossible, another rule applies, an end or a segment differs from
        what the trace says, or the trace does not end as it must to break its property.
    """
    run = Interpreter(table, trace.scope, trace.parameters)
    for name, end in run.ends.items():
        _same(f"at the start the {{what}} of {name}", trace.initial[name], end, run.stamps is not None)
    marks: list[dict[str, object]] = []
    for number, step in enumerate(trace.steps, 1):
        marks.append(_picture(run))
        try:
            outcome = perform(run, step, number)
        except InternalDisagreement as error:
            raise InternalDisagreement(f"replay: step {number}: {str(error).removeprefix('replay: ')}") from error
        _compare(number, step, outcome, run.ends[step.end], trace.property, run.stamps is not None)
    marks.append(_picture(run))
    if why := _ends_well(trace, run, marks):
        raise InternalDisagreement(f"replay: {why}")
    return run


def _ends_well(trace: Trace, run: Interpreter, marks: list[dict[str, object]]) -> str:
    """Why a run does not break its property, although it is possible; empty if it does, or claims to break none."""
    if trace.loop is not None:
        part = trace.steps[trace.loop :]
        if trace.property not in LIVENESS - {"deadlock-free"}:
            return f"the trace has a loop, and no endless run breaks {trace.property or 'nothing'}"
        if not part or marks[trace.loop] != marks[-1]:
            return "the loop of the trace does not return to where it began"
        if trace.property == "no-ack-loop" and any(s.kind != "deliver" or any(r.lost for r in s.sent) for s in part):
            return "the loop of the trace is more than deliveries, so that it is none of no-ack-loop"
        if any(s.event.startswith("OPEN") for s in part):
            return "the loop of the trace opens connections, so that it is none of termination"
        return ""
    if trace.property == "no-ack-loop":
        return "no-ack-loop is broken by endless runs, and the trace has no loop"
    if trace.property in LIVENESS:
        going = "a segment is under way" if run.flight else "a timer runs" if _timers(run) else ""
        if going or all(e.state == "CLOSED" for e in run.ends.values()):
            return f"{trace.property} is not broken by the end of the trace: {going or 'both ends are CLOSED'}"
        return ""
    if trace.property and (not trace.steps or trace.property not in trace.steps[-1].broken):
        return f"the last step does not break {trace.property}"
    return ""


def _timers(run: Interpreter) -> bool:
    return any(end.timers for end in run.ends.values())


def perform(run: Interpreter, step: Step, number: int = 0) -> Outcome:
    """Let an interpreter do what a step says; InternalDisagreement if that cannot happen now."""
    run.wait(step.time)
    if step.end not in run.ends or (step.kind == "deliver" and step.event != "SEGMENT"):
        raise InternalDisagreement(f"replay: step {number} is {step.event} at {step.end}")
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
        _differ(f"step {number}: {what}", said, found)

    differ("the rule", step.rule, outcome.rule.name)
    _same(f"step {number}: the {{what}}", step.after, end, timestamps)
    differ("what is sent", [_described(s) for s in step.sent], [_record(s) for s in outcome.sent])
    # Who sent the first FIN, and what was delivered before, is watched only where somebody asks for it.
    unasked = frozenset({"time-wait-side", "no-double-delivery"}) - {about}
    differ("what is broken", sorted(step.broken.keys() - unasked), sorted(outcome.broken - unasked))
    differ("what restarts", sorted(step.restarts), sorted(outcome.restarts))


def _differ(what: str, said: object, found: object) -> None:
    if said != found:
        raise InternalDisagreement(f"replay: {what} is {found}, the trace says {said}")


def _same(where: str, said: EndState, found: Connection, timestamps: bool) -> None:
    """That an end is as the trace says; ``where`` has a place for what is looked at."""
    _differ(where.format(what="state"), said.state, found.state)
    if found.state != "CLOSED":
        _differ(where.format(what="incarnation"), said.incarnation, found.incarnation)
    wanted = {"SND.UNA": said.una, "SND.NXT": said.nxt, "RCV.NXT": said.rcv}
    if timestamps:
        wanted["TS.RECENT"] = said.ts_recent
    for name, value in wanted.items():
        _differ(where.format(what=name), value, found.values.get(name))


def _described(segment: SegmentRecord) -> tuple[object, ...]:
    return (segment.number, segment.sender, segment.flags, segment.seq, segment.ack, segment.text, segment.incarnation,
            segment.lost, segment.ts)  # fmt: skip


def _record(segment: Flying) -> tuple[object, ...]:
    f = segment.fields
    ack = int(f["SEG.ACK"]) if f["SEG.ACK?"] else None
    ts = None if f["SEG.TS"] == -1 else f["SEG.TS"]
    return (segment.number, segment.sender, segment.flags(), f["SEG.SEQ"], ack, f["SEG.TEXT"], segment.incarnation,
            segment.lost, ts)  # fmt: skip
