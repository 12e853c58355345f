"""Traces: a timed message exchange with real sequence numbers, as it is shown, saved and replayed.

A trace says what happened and what each end looked like afterwards. It is plain data: everything in it is
recomputed from the protocol table by `tcpverify.evidence.replay` before anyone sees it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tcpverify.errors import FileFormatError
from tcpverify.tcp.scope import Scope

__all__ = ["SCHEMA", "EndState", "SegmentRecord", "Step", "Trace", "parse"]

SCHEMA = "tcpverify.trace/1"
_RATIONAL = re.compile(r"-?\d{1,1000}(/\d{1,1000})?(\.\d{1,1000})?", re.ASCII)


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
    of steps before the part that repeats for ever.
    """

    model: str
    property: str
    parameters: Mapping[str, Fraction]
    scope: Scope
    initial: Mapping[str, EndState]
    steps: tuple[Step, ...]
    shortest: bool = False
    loop: int | None = None

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


def _rational(value: Any) -> Fraction:
    """A number as `to_json` writes it; an exponent would make a short text a number of any length."""
    if not _RATIONAL.fullmatch(str(value)):
        raise ValueError(f"{str(value)[:40]!r}, which is no rational number")
    return Fraction(str(value))


def _step_from_json(row: Mapping[str, Any]) -> Step:
    return Step(
        time=_rational(row["time"]),
        kind=str(row["kind"]),
        end=str(row["end"]),
        event=str(row["event"]),
        rule=str(row["rule"]),
        clause=str(row["clause"]),
        text=str(row["text"]),
        after=EndState(**row["after"]),
        delivered=row["delivered"],
        kept=bool(row["kept"]),
        sent=tuple(SegmentRecord(**s) for s in row["sent"]),
        isn=row["isn"],
        data=int(row["data"]),
        restarts=tuple(row["restarts"]),
        broken={str(k): str(v) for k, v in row["broken"].items()},
    )


def parse(text: str, name: str = "the file") -> Trace:
    """A trace from the text of its JSON document.

    Raises
    ------
    FileFormatError
        if the text is truncated, is not JSON, or is a document of another kind.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FileFormatError(f"{name} is not a whole JSON document ({error}); expected a trace ({SCHEMA})") from error
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema != SCHEMA:
        raise FileFormatError(f"{name} is not a trace: its schema is {schema!r}, expected {SCHEMA!r}")
    try:
        return Trace(
            model=str(document["model"]),
            property=str(document["property"]),
            parameters={str(n): _rational(v) for n, v in document["parameters"].items()},
            scope=Scope.from_json(document["scope"]),
            initial={n: EndState(**e) for n, e in document["initial"].items()},
            steps=tuple(_step_from_json(s) for s in document["steps"]),
            shortest=bool(document["shortest"]),
            loop=document["loop"],
        )
    except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError) as error:
        raise FileFormatError(f"{name} is a damaged trace: {type(error).__name__} at {error}") from error
