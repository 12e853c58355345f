"""What a ladder shows, row by row, before anyone decides how to draw it.

A trace is a list of steps; a reader wants to see two lifelines with arrows between them. This module turns
steps into rows that say what happens where and when; `tcpverify.views.ladder` draws them as text, other views
may draw the same rows otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from tcpverify.evidence.trace import EndState, SegmentRecord, Step, Trace
from tcpverify.tcp.properties import PROPERTIES
from tcpverify.views.quantities import BARE, Unit, plural

__all__ = ["Row", "changes", "clause_of", "label", "restarts_time_wait", "rows"]

_CALLS = {
    "OPEN-PASSIVE": "application: passive OPEN",
    "OPEN-ACTIVE": "application: active OPEN",
    "CLOSE": "application: CLOSE",
    "ABORT": "application: ABORT",
}
_TIMERS = {
    "RETRANSMISSION": "retransmission timer fires",
    "TIME-WAIT": "TIME-WAIT timer expires",
    "USER-TIMEOUT": "user timer fires",
}


@dataclass(frozen=True)
class Row:
    """One row of a ladder.

    Attributes
    ----------
    kind
        ``start``; ``event`` (a call or a timer at ``end``); ``arrow`` (a segment sent and delivered at once,
        to ``end``); ``send`` (it leaves ``end``); ``arrival`` (it reaches ``end``, later than it was sent);
        ``lost`` (it leaves ``end`` and never arrives); ``note`` (words at ``end``); ``wait`` (time passes);
        ``broken`` (words about the step that breaks the property); ``loop`` (what follows repeats for ever).
    step
        the number of the step in the trace, from 1; 0 before the first.
    time
        only in the first row of a time.
    ends
        both ends as they are once this row has happened.
    changed
        the ends whose state is new in this row.
    sent_at
        when ``segment`` was sent.
    flying
        the segments that are under way below this row, in the order of their numbers.
    bad
        whether it belongs to the step that breaks the property.
    """

    kind: str
    step: int
    end: str
    ends: Mapping[str, EndState]
    time: Fraction | None = None
    changed: frozenset[str] = frozenset()
    text: str = ""
    segment: SegmentRecord | None = None
    sent_at: Fraction | None = None
    now: Fraction = Fraction(0)
    flying: tuple[SegmentRecord, ...] = ()
    bad: bool = False


def restarts_time_wait(step: Step, before: EndState) -> bool:
    """Whether the TIME-WAIT timer starts, or starts again, in this step."""
    return step.after.state == "TIME-WAIT" and (before.state != "TIME-WAIT" or "time-wait" in step.restarts)


def label(segment: SegmentRecord) -> str:
    """A segment in short: ``#2 FIN,ACK seq=301 ack=102 inc=1``."""
    ack = "" if segment.ack is None else f" ack={segment.ack}"
    text = f" len={segment.text}" if segment.text else ""
    ts = f" ts={segment.ts}" if segment.ts is not None else ""
    return f"#{segment.number} {segment.flags} seq={segment.seq}{ack}{text}{ts} inc={segment.incarnation}"


def changes(before: EndState, after: EndState) -> str:
    """What a step changed in an end besides its state: ``SND.UNA 101→102``; empty if nothing."""
    names = {"SND.UNA": "una", "SND.NXT": "nxt", "RCV.NXT": "rcv"}
    found = []
    for name, key in names.items():
        old, new = getattr(before, key), getattr(after, key)
        if old != new and new is not None:
            found.append(f"{name} {old}→{new}" if old is not None else f"{name}={new}")
    return ", ".join(found)


def clause_of(name: str) -> str:
    """The clause that motivates a property; a property that this program does not know has none."""
    return next((p.clause for p in PROPERTIES if p.name == name), "no clause known")


def rows(trace: Trace, unit: Unit = BARE, verbose: bool = False) -> list[Row]:
    """The rows of a trace, in order; ``verbose`` adds the rule, its clause and the TCB of every step."""
    return _Rows(trace, unit, verbose).all()


class _Rows:
    """Walks through a trace and writes rows."""

    def __init__(self, trace: Trace, unit: Unit, verbose: bool) -> None:
        self.trace, self.unit, self.verbose = trace, unit, verbose
        self.ends = dict(trace.initial)
        self.flying: dict[int, SegmentRecord] = {}
        self.sent_at: dict[int, Fraction] = {}
        self.found: list[Row] = []
        self.shown: Fraction | None = None
        self.now = Fraction(0)
        self.step = 0
        self.bad = False

    def all(self) -> list[Row]:
        self.row("start", "A", text=self._beginning(), changed=frozenset(self.ends))
        for number, step in enumerate(self.trace.steps, 1):
            if self.trace.loop == number - 1:
                self.row("loop", "A", text="from here on the exchange repeats for ever")
            self._step(number, step)
        if self.trace.loop is not None:
            self.row("loop", "A", text=f"and so on, as from step {self.trace.loop + 1}")
        return self.found

    def _beginning(self) -> str:
        states = {e.state for e in self.ends.values()}
        if states == {"ESTABLISHED"}:
            return "established; nothing under way"
        return "no connection yet" if states == {"CLOSED"} else ""

    def row(self, kind: str, end: str, **more: object) -> None:
        """Append a row; the time is written only where it is new."""
        time = None
        if kind not in ("wait", "loop", "broken") and self.now != self.shown:
            time = self.shown = self.now
        flying = tuple(self.flying[n] for n in sorted(self.flying))
        base = Row(kind, self.step, end, dict(self.ends), time, now=self.now, flying=flying, bad=self.bad)
        self.found.append(replace(base, **more))  # type: ignore[arg-type]

    def _step(self, number: int, step: Step) -> None:
        before = self.ends[step.end]
        if step.time > self.now:
            self.bad = False
            self.row("wait", step.end)
        self.step, self.now = number, step.time
        # A run that goes on shows whatever it breaks on its way.
        shown = self.trace.property or next(iter(step.broken), "")
        self.bad = shown in step.broken
        self.ends[step.end] = step.after
        changed = frozenset({step.end}) if before.state != step.after.state else frozenset()
        if step.kind == "deliver" and step.delivered is not None:
            self._arrival(step, step.delivered, changed)
        else:
            self.row("event", step.end, text=self._what(step, before), changed=changed)
        for note in self._notes(step, before):
            self.row("note", step.end, text=note)
        for segment in step.sent:
            self.sent_at[segment.number] = step.time
            if not segment.lost:
                self.flying[segment.number] = segment
            self.row("lost" if segment.lost else "send", step.end, segment=segment, sent_at=step.time)
        if self.bad:
            for text in self._broken(shown, step, before):
                self.row("broken", step.end, text=text)

    def _arrival(self, step: Step, number: int, changed: frozenset[str]) -> None:
        segment = self.flying[number]
        sent_at = self.sent_at.get(number, Fraction(0))
        if not step.kept:
            del self.flying[number]
        last = self.found[-1]
        if last.kind == "send" and last.segment == segment and sent_at == self.now and not step.kept:
            # Nothing came between: one arrow says it all, in the place of the row that sent it.
            self.found.pop()
            if last.time is not None:
                self.shown = None
            self.row("arrow", step.end, segment=segment, sent_at=sent_at, changed=changed)
            return
        copy = "a copy; the network delivers it once more" if step.kept else ""
        self.row("arrival", step.end, segment=segment, sent_at=sent_at, changed=changed, text=copy)

    def _what(self, step: Step, before: EndState) -> str:
        if step.event == "SEND":
            return f"application: SEND {plural(step.data, 'octet')}"
        said = (_CALLS if step.kind == "call" else _TIMERS).get(step.event, step.event)
        if step.after.incarnation != before.incarnation:
            said += f" (inc={step.after.incarnation})"
        return said

    def _notes(self, step: Step, before: EndState) -> list[str]:
        notes = []
        if restarts_time_wait(step, before):
            until = step.time + self.trace.parameters.get("TIME_WAIT", Fraction(0))
            again = "restarts" if before.state == "TIME-WAIT" else "starts"
            notes.append(f"TIME-WAIT timer {again}: ends at {self.unit.show(until)}")
        silent = (
            before.state == step.after.state
            and not step.sent
            and not notes
            and not changes(before, step.after)
        )
        if silent and step.kind == "deliver":
            # Without words nobody would see that the arrival had no effect.
            notes.append(step.text.rstrip("."))
        if step.kind == "timer" and step.event == "RETRANSMISSION" and not step.sent:
            notes.append("nothing is resent")
        if self.verbose:
            notes.append(f"{step.rule} ({step.clause})")
            changed = changes(before, step.after)
            notes.extend([changed] if changed else [])
        return notes

    def _broken(self, name: str, step: Step, before: EndState) -> list[str]:
        found = [f"breaks {name} ({clause_of(name)}): {self.trace.because(step, name)}"]
        what = f"rule {step.rule} ({step.clause}): {step.text}"
        changed = changes(before, step.after)
        found.append(what + (f" {step.end}: {changed}." if changed else ""))
        others = [other for other in step.broken if other != name]
        if others:
            found.append(f"the same step also breaks {' and '.join(others)}")
        return found
