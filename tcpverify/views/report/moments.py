"""A trace moment by moment: what both ends, their timers and the network look like after every step.

A trace says what each step changes; a player needs all of it at every step. The plain interpreter of the rules gives
it, so that what is shown is what was replayed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from tcpverify.evidence.replay import perform
from tcpverify.evidence.trace import SegmentRecord, Step, Trace
from tcpverify.lang.table import Table
from tcpverify.tcp.interpreter import Interpreter
from tcpverify.views.exchange import Row, label, rows
from tcpverify.views.quantities import BARE, Unit

__all__ = ["Moment", "moments"]

#: the variables of a TCB that a trace has, in the order of the RFC
VARIABLES = ("SND.UNA", "SND.NXT", "RCV.NXT", "TS.RECENT")


@dataclass(frozen=True)
class Moment:
    """The run after a step.

    Attributes
    ----------
    step
        its number, from 1; 0 is the beginning.
    end
        where it happened; empty at the beginning.
    what
        what happened, in a phrase; ``text``, ``rule`` and ``clause`` are the rule's.
    ends
        per end: ``state``, ``incarnation``, the variables of its TCB, its timers.
    flight
        segments under way: label, from whom, when sent, before when they arrive.
    broken
        properties that the step breaks, each with the reason.
    """

    step: int
    time: str
    end: str
    what: str
    rule: str
    clause: str
    text: str
    ends: Mapping[str, Mapping[str, object]]
    flight: tuple[Mapping[str, object], ...]
    broken: Mapping[str, str]


def moments(trace: Trace, table: Table, unit: Unit = BARE) -> list[Moment]:
    """The beginning, and one moment for every step."""
    run = Interpreter(table, trace.scope, trace.parameters)
    labels = {s.number: s for step in trace.steps for s in step.sent}
    phrases = _phrases(rows(trace, unit))
    seen = [_moment(run, trace, labels, unit, 0, None, phrases.get(0, ""))]
    for number, step in enumerate(trace.steps, 1):
        perform(run, step, number)
        seen.append(_moment(run, trace, labels, unit, number, step, phrases.get(number, "")))
    return seen


def _phrases(found: list[Row]) -> dict[int, str]:
    """What every step does, in the ladder's words: ``#1 FIN,ACK arrives; sends #2 ACK (lost)``."""
    said: dict[int, list[str]] = {}
    for row in found:
        words = row.text
        if row.segment is not None and row.kind in ("arrow", "arrival"):
            copy = f" ({row.text})" if row.text else ""
            words = f"{_short(row.segment)} from {row.segment.sender} arrives{copy}"
            if row.kind == "arrow":
                # An arrow also is the end of the step before, which sent it at the same time.
                said.setdefault(row.step - 1, []).append(f"sends {_short(row.segment)}")
        elif row.segment is not None:
            words = f"sends {_short(row.segment)}{', which is lost' if row.kind == 'lost' else ''}"
        if words and row.kind not in ("wait", "broken", "loop"):
            said.setdefault(row.step, []).append(words)
    return {step: "; ".join(dict.fromkeys(words)) for step, words in said.items()}


def _short(segment: SegmentRecord) -> str:
    return f"#{segment.number} {segment.flags}"


def _moment(
    run: Interpreter, trace: Trace, labels: Mapping[int, SegmentRecord], unit: Unit, number: int, step: Step | None,
    what: str,
) -> Moment:  # fmt: skip
    return Moment(
        step=number,
        time=unit.show(run.now),
        end=step.end if step is not None else "",
        what=what,
        rule=step.rule if step is not None else "",
        clause=step.clause if step is not None else "",
        text=step.text if step is not None else "",
        ends={name: _end(run, name, trace, unit) for name in run.ends},
        flight=tuple(_flying(labels[n], sent.sent_at, trace, unit) for n, sent in sorted(run.flight.items())),
        broken=dict(step.broken) if step is not None else {},
    )


def _end(run: Interpreter, name: str, trace: Trace, unit: Unit) -> dict[str, object]:
    end = run.ends[name]
    values = {n: str(end.values[n]) for n in VARIABLES if n in end.values and end.values[n] != -1}
    lasting = {"time-wait": trace.parameters.get("TIME_WAIT"), "retransmission": trace.parameters.get("RTO_MAX")}
    lasting |= {t.name: t.lasts.value(trace.parameters) for t in run.table.timers if t.lasts is not None}
    timers = [_timer(timer, since, lasting.get(timer), unit) for timer, since in sorted(end.timers.items())]
    return {"state": end.state, "incarnation": end.incarnation, "values": values, "timers": timers}


def _timer(name: str, since: Fraction, lasts: Fraction | None, unit: Unit) -> dict[str, str]:
    until = unit.show(since + lasts) if lasts is not None else ""
    said = {"time-wait": f"ends at {until}", "retransmission": f"fires by {until}"}.get(name, f"ends at {until}")
    return {"name": name, "since": unit.show(since), "until": said if until else "never fires"}


def _flying(segment: SegmentRecord, sent_at: Fraction, trace: Trace, unit: Unit) -> dict[str, object]:
    return {
        "segment": segment.number,
        "label": label(segment),
        "sender": segment.sender,
        "sent": unit.show(sent_at),
        "before": unit.show(sent_at + trace.parameters["MSL"]),
    }
