"""A trace as a sequence diagram, before anyone decides in which language: messages, notes, spans, in their order.

Languages for such diagrams know no times and no slanted arrows to scale. So a time is a line of its own, and a segment
that arrives late is a note where it leaves and a message where it arrives.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from tcpverify.evidence.trace import Trace
from tcpverify.views.exchange import Row, label, rows
from tcpverify.views.quantities import BARE, Unit
from tcpverify.views.story import closing, heading

__all__ = ["Item", "items", "name_of"]


@dataclass(frozen=True)
class Item:
    """One line of a diagram.

    Attributes
    ----------
    kind
        ``time`` (all that follows happens then), ``event`` (a call or a timer at ``end``), ``note`` (beside ``end``,
        or over both if that is empty), ``message`` (from ``end`` to the other), ``lost`` (a message that never
        arrives), ``begin`` and ``finish`` (the TIME-WAIT of ``end``), ``loop`` and ``over`` (what is between them
        repeats for ever).
    late
        how long a message was under way while other things happened.
    bad
        whether it is about the step that breaks the property.
    """

    kind: str
    text: str = ""
    end: str = ""
    late: bool = False
    bad: bool = False


def name_of(trace: Trace) -> str:
    """What a diagram is called: the model and the property."""
    return ": ".join(part for part in (trace.model, trace.property) if part)


def items(trace: Trace, title: str = "", unit: Unit = BARE, verbose: bool = False) -> Iterator[Item]:
    """The lines of a diagram: what it shows, the exchange, and what happened in words."""
    yield Item("note", heading(trace, title, unit))
    waiting: set[str] = set()
    repeating, last = False, Fraction(0)
    found = rows(trace, unit, verbose)
    for row in found:
        if row.time is not None:
            later = f", {unit.show(row.time - last)} later" if row.time != last else ""
            last = row.time
            yield Item("time", f"t = {unit.show(row.time)}{later}")
        if row.kind == "loop":
            yield Item("over" if repeating else "loop", row.text)
            repeating = True
        elif row.kind != "wait":
            yield from _row(row, unit)
        now = {end for end, state in row.ends.items() if state.state == "TIME-WAIT"}
        yield from (Item("begin", end=end) for end in sorted(now - waiting))
        yield from (Item("finish", end=end) for end in sorted(waiting - now))
        waiting = now
    yield from (Item("finish", end=end) for end in sorted(waiting))
    left = ", ".join(f"#{s.number} {s.flags}" for s in found[-1].flying)
    if left:
        yield Item("note", f"still in the network: {left}")
    for sentence in closing(trace, unit):
        yield Item("note", sentence)


def _row(row: Row, unit: Unit) -> Iterator[Item]:
    states = {end: row.ends[end].state for end in sorted(row.changed)}
    if row.kind == "start":
        yield from (Item("note", state, end) for end, state in states.items())
        if row.text:
            yield Item("note", row.text)
    elif row.kind == "broken":
        yield Item("note", row.text, bad=True)
    elif row.segment is None:
        kind = "event" if row.kind == "event" else "note"
        yield Item(kind, " → ".join([row.text, *states.values()]), row.end, bad=row.bad)
    elif row.kind == "send":
        yield Item("note", f"sends {label(row.segment)}", row.end, bad=row.bad)
    elif row.kind == "lost":
        yield Item("lost", f"{label(row.segment)} (lost)", row.end, bad=row.bad)
    else:
        assert row.sent_at is not None
        late = row.now - row.sent_at
        when = f", sent at {unit.show(row.sent_at)}, arrives {unit.show(late)} later" if late else ""
        copy = f", {row.text}" if row.text else ""
        yield Item("message", f"{label(row.segment)}{when}{copy}", row.segment.sender, bool(late), row.bad)
        yield from (Item("note", f"→ {state}", end, bad=row.bad) for end, state in states.items())
