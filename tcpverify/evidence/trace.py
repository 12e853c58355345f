"""Traces: a timed message exchange with real sequence numbers, as it is shown, saved and replayed.

A trace says what happened and what each end looked like afterwards. It is plain data: everything in it is
recomputed from the protocol table by `tcpverify.evidence.replay` before anyone sees it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tcpverify.errors import FileFormatError
from tcpverify.evidence.fields import Field, document
from tcpverify.evidence.scopes import read_scope
from tcpverify.tcp.scope import Scope

__all__ = ["SCHEMA", "EndState", "SegmentRecord", "Step", "Trace", "parse"]

SCHEMA = "tcpverify.trace/1"


@dataclass(frozen=True)
class SegmentRecord:
    """A segment that was sent. ``number`` counts the segments of the trace from 1; SEQ and ACK are 32-bit numbers.

    ``incarnation`` is the ghost: whose connection sent it. ``lost`` segments never arrive. ``ts`` is the timestamp
    that it carries in the ``timestamps`` regime, in ticks of the sender's clock.
    """

    number: int
    sender: str
    flags: str
    seq: int
    ack: int | None
    text: int
    incarnation: int
    lost: bool = False
    ts: int | None = None


@dataclass(frozen=True)
class EndState:
    """An end after a step: its state, the incarnation of its connection, and its TCB (None: no such value).

    ``ts_recent`` is the timestamp of the other end recorded last, in the ``timestamps`` regime.
    """

    state: str
    incarnation: int
    una: int | None = None
    nxt: int | None = None
    rcv: int | None = None
    ts_recent: int | None = None


@dataclass(frozen=True)
class Step:
    """One event.

    Attributes
    ----------
    time
        exact, in the unit of the parameters, from the start of the trace.
    kind, event
        ``call`` (OPEN-ACTIVE, CLOSE, …), ``timer`` (RETRANSMISSION, TIME-WAIT) or ``deliver`` (SEGMENT).
    end
        ``A`` or ``B``: where it happens.
    rule, clause
        the rule of the table that applied, and the text that it implements.
    delivered
        the number of the segment delivered; ``kept``: the network delivers it once more later.
    sent
        what the end sends in answer.
    isn
        the initial sequence number chosen in this step, if one was.
    after
        the acting end after the step.
    restarts
        timers that this step starts or restarts.
    broken
        properties broken by this step, each with the part that failed and its values.
    """

    time: Fraction
    kind: str
    end: str
    event: str
    rule: str
    clause: str
    text: str
    after: EndState
    delivered: int | None = None
    kept: bool = False
    sent: tuple[SegmentRecord, ...] = ()
    isn: int | None = None
    data: int = 0
    restarts: tuple[str, ...] = ()
    broken: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Trace:
    """A run of a model, from an initial state to the step that breaks a property.

    ``shortest`` is set only when no run with fewer steps breaks it. ``loop`` is, for an endless run, the number
    of steps before the part that repeats for ever. ``stored`` where it was read from a file: a replay confirms what
    happens in it, but that it is the shortest, and why something is broken, is what the file says.
    """

    model: str
    property: str
    parameters: Mapping[str, Fraction]
    scope: Scope
    initial: Mapping[str, EndState]
    steps: tuple[Step, ...]
    shortest: bool = False
    loop: int | None = None
    stored: bool = field(default=False, compare=False)

    def because(self, step: Step, name: str) -> str:
        """Why a step breaks a property, and whose word that is; empty if it does not say."""
        why = step.broken.get(name, "")
        return f"{why} (as the file says)" if why and self.stored else why

    def to_json(self) -> dict[str, Any]:
        """The document of schema `SCHEMA`."""
        return {
            "schema": SCHEMA,
            "model": self.model,
            "property": self.property,
            "parameters": {n: str(v) for n, v in self.parameters.items()},
            "scope": self.scope.as_json(),
            "shortest": self.shortest,
            "loop": self.loop,
            "initial": {n: _without(e, "ts_recent") for n, e in self.initial.items()},
            "steps": [_step_to_json(s) for s in self.steps],
        }

    def dumps(self) -> str:
        """The document as text."""
        return json.dumps(self.to_json(), indent=1) + "\n"


def _without(record: EndState | SegmentRecord, name: str) -> dict[str, Any]:
    """The fields, without the one that only some traces have where this one does not have it."""
    return {n: v for n, v in vars(record).items() if n != name or v is not None}


def _step_to_json(step: Step) -> dict[str, Any]:
    row = dict(vars(step))
    row["time"] = str(step.time)
    row["after"] = _without(step.after, "ts_recent")
    row["sent"] = [_without(s, "ts") for s in step.sent]
    row["restarts"] = list(step.restarts)
    row["broken"] = dict(step.broken)
    return row


# ------------------------------------------------------------ from a file

_NUMBER = (1 << 32) - 1
#: without these no run can be replayed
_NEEDED = ("MSL", "RTO_MAX", "TIME_WAIT")
_ENDS = ("A", "B")


def parse(text: str, name: str = "the file") -> Trace:
    """A trace from the text of its JSON document.

    Raises
    ------
    FileFormatError
        if the text is truncated, is not JSON, or is a document of another kind; names the field that is wrong.
    """
    whole = document(text, name, "trace")
    schema = whole.value.get("schema") if isinstance(whole.value, dict) else None
    if schema != SCHEMA:
        raise FileFormatError(f"{name} is not a trace: its schema is {repr(schema)[:60]}, expected {SCHEMA!r}")
    steps = tuple(_step(row) for row in whole["steps"].rows())
    loop = whole["loop"]
    return Trace(
        model=whole["model"].text(),
        property=whole["property"].text(),
        parameters=_durations(whole["parameters"]),
        scope=read_scope(whole["scope"]),
        initial={end: _end(whole["initial"][end]) for end in _ENDS},
        steps=steps,
        shortest=whole["shortest"].flag(),
        loop=None if loop.value is None else loop.whole(0, max(len(steps) - 1, 0)),
        stored=True,
    )


def _durations(field: Field) -> dict[str, Fraction]:
    found = {name: value.rational() for name, value in field.items()}
    if negative := [name for name, value in found.items() if value < 0]:
        raise field[negative[0]].wrong("is negative, and no duration is")
    for name in _NEEDED:
        # The field says that it has no such duration.
        field[name]
    if found.get("RTO_MIN", Fraction(0)) > found["RTO_MAX"]:
        raise field["RTO_MIN"].wrong("is greater than RTO_MAX")
    return found


def _optional(field: Field, least: int = 0, most: int = _NUMBER) -> int | None:
    return None if field.value is None else field.whole(least, most)


def _end(field: Field) -> EndState:
    stamp = field.get("ts_recent")
    return EndState(
        field["state"].text(), field["incarnation"].whole(0), _optional(field["una"]), _optional(field["nxt"]),
        _optional(field["rcv"]), None if stamp is None else _optional(stamp),
    )  # fmt: skip


def _segment(field: Field) -> SegmentRecord:
    stamp = field.get("ts")
    return SegmentRecord(
        number=field["number"].whole(1),
        sender=field["sender"].text(_ENDS),
        flags=field["flags"].text(),
        seq=field["seq"].whole(0, _NUMBER),
        ack=_optional(field["ack"]),
        text=field["text"].whole(0),
        incarnation=field["incarnation"].whole(0),
        lost=field["lost"].flag(),
        ts=None if stamp is None else _optional(stamp),
    )


def _step(field: Field) -> Step:
    return Step(
        time=field["time"].rational(),
        kind=field["kind"].text(("call", "timer", "deliver")),
        end=field["end"].text(_ENDS),
        event=field["event"].text(),
        rule=field["rule"].text(),
        clause=field["clause"].text(),
        text=field["text"].text(),
        after=_end(field["after"]),
        delivered=_optional(field["delivered"], 1),
        kept=field["kept"].flag(),
        sent=tuple(_segment(row) for row in field["sent"].rows()),
        isn=_optional(field["isn"]),
        data=field["data"].whole(0),
        restarts=tuple(row.text() for row in field["restarts"].rows()),
        broken={name: why.text() for name, why in field["broken"].items()},
    )
