"""Rules, the messages that they send, and timers: what tables are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tcpverify.lang import checked
from tcpverify.lang.expr import TRUE, Expr
from tcpverify.lang.linear import Linear

__all__ = ["RULE_FIELDS", "Emit", "Rule", "Timer"]


@dataclass(frozen=True)
class Emit:
    """A message sent by a rule: its fields, and the condition under which it is sent."""

    fields: Mapping[str, Expr]
    when: Expr = TRUE

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", checked.assignments("the fields of a message", self.fields))
        object.__setattr__(self, "when", checked.condition("the condition (when) of a message", self.when))


def _next_state(where: str, value: Any) -> str | None:
    return None if value is None else checked.text(where, value)


#: field of a rule: what looks at the value that somebody gives it
RULE_FIELDS: Mapping[str, Callable[[str, Any], Any]] = {
    "name": checked.text, "state": checked.text, "event": checked.text, "clause": checked.text, "text": checked.text,
    "guard": checked.condition, "to": _next_state, "assign": checked.assignments, "restarts": checked.pairs,
    "emits": lambda where, value: checked.parts(where, value, Emit, "emits=(ack_segment(),)"),
    "tags": lambda where, value: checked.words(where, value, 'frozenset({"challenge"})'),
    "chooses": checked.condition,
}  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """One row of the table.

    Attributes
    ----------
    name
        ``STATE.what``, unique in the table.
    state, event
        where it applies; ``guard`` narrows it.
    guard
        when it applies there: for each state and event exactly one guard holds.
    to
        the next state, or None: stay.
    assign
        new values, all computed from the old ones.
    emits
        messages sent, in order, computed from the *new* values of the variables.
    restarts
        timers set back to zero: (timer, condition over the old values).
    tags
        words that properties use: ``reset``, ``challenge``, ``reopens``, …
    chooses
        what the end sees to when it chooses the values that are its own choice (such as a new ISN).
    clause
        the text it implements, such as ``RFC 9293 §3.10.7.4``.
    text
        one sentence for a person.
    """

    name: str
    state: str
    event: str
    clause: str
    text: str
    guard: Expr = TRUE
    to: str | None = None
    assign: Mapping[str, Expr] = field(default_factory=dict)
    emits: tuple[Emit, ...] = ()
    restarts: tuple[tuple[str, Expr], ...] = ()
    tags: frozenset[str] = frozenset()
    chooses: Expr = TRUE

    def __post_init__(self) -> None:
        where = f"rule {self.name!r}: "
        for name, check in RULE_FIELDS.items():
            object.__setattr__(self, name, check(where + name, getattr(self, name)))

    def key(self) -> tuple[Any, ...]:
        """What the rule does, without its words: equal keys mean equal behaviour as written."""
        return (
            self.state,
            self.event,
            self.guard.key(),
            self.to,
            tuple(sorted((n, e.key()) for n, e in self.assign.items())),
            tuple(
                (tuple(sorted((n, e.key()) for n, e in m.fields.items())), m.when.key()) for m in self.emits
            ),
            tuple((t, w.key()) for t, w in self.restarts),
            tuple(sorted(self.tags)),
            self.chooses.key(),
        )

    def expressions(self) -> Iterator[Expr]:
        """Every expression in it."""
        yield self.guard
        yield self.chooses
        yield from self.assign.values()
        for message in self.emits:
            yield message.when
            yield from message.fields.values()
        for _, when in self.restarts:
            yield when


@dataclass(frozen=True)
class Timer:
    """A timer of one end: it begins when the condition comes to hold, and its expiry is an event.

    Without an event it never expires; rules may ask how long it has run (`elapsed`).

    Attributes
    ----------
    name, event
        what it is called, and the event of its expiry, or ``""``.
    states
        the states in which it runs.
    while_
        the condition, of what the end keeps, under which it runs there.
    clause
        the text that asks for it.
    lasts
        how long it runs before its event, where that is not for the scenario to say.
    """

    name: str
    event: str
    states: frozenset[str]
    while_: Expr
    clause: str
    lasts: Linear | None = None

    def __post_init__(self) -> None:
        where = f"timer {self.name!r}: "
        for name in ("name", "event", "clause"):
            checked.text(where + name, getattr(self, name))
        states = checked.words(f"{where}states", self.states, 'frozenset({"TIME-WAIT"})')
        object.__setattr__(self, "states", states)
        object.__setattr__(self, "while_", checked.condition(f"{where}while_", self.while_))
        if self.lasts is not None:
            object.__setattr__(self, "lasts", checked.duration(f"{where}lasts", self.lasts))
