"""Protocol machines as tables of rules, and amendments to them.

A table says, for every state and event, by disjoint guards, which one rule applies; a rule says what changes,
what is sent and which clause of which text it implements. Nothing here knows TCP.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

from tcpverify.errors import ModelError
from tcpverify.lang.expr import TRUE, Expr, Sort, all_of, lift
from tcpverify.lang.linear import Linear

__all__ = ["Amendment", "Change", "Emit", "Rule", "Table", "Timer", "add", "change", "insert", "remove"]


@dataclass(frozen=True)
class Emit:
    """A message sent by a rule: its fields, and the condition under which it is sent."""

    fields: Mapping[str, Expr]
    when: Expr = TRUE


@dataclass(frozen=True)
class Rule:
    """One row of the table.

    Attributes
    ----------
    name
        ``STATE.what``, unique in the table.
    state, event
        where it applies; ``guard`` narrows it. For each state and event exactly one guard holds.
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

    def key(self) -> tuple[Any, ...]:
        """What the rule does, without its words: equal keys mean equal behaviour as written."""
        return (
            self.state,
            self.event,
            self.guard.key(),
            self.to,
            tuple(sorted((n, e.key()) for n, e in self.assign.items())),
            tuple((tuple(sorted((n, e.key()) for n, e in m.fields.items())), m.when.key()) for m in self.emits),
            tuple((t, w.key()) for t, w in self.restarts),
            tuple(sorted(self.tags)),
        )


@dataclass(frozen=True)
class Timer:
    """A timer of one end: it runs in ``states`` while ``while_`` holds, and its expiry is ``event``."""

    name: str
    event: str
    states: frozenset[str]
    while_: Expr
    clause: str


@dataclass(frozen=True)
class Table:
    """A machine: states, events, variables, timers and rules, and the amendments that it has undergone.

    ``relevant`` gives for a variable the states in which its value matters; elsewhere it is forgotten.
    ``numbers`` are durations that the model fixes itself, such as ``TIME_WAIT = 2*MSL``.
    """

    name: str
    title: str
    states: tuple[str, ...]
    events: tuple[str, ...]
    variables: Mapping[str, Sort]
    inputs: Mapping[str, Mapping[str, Sort]]
    timers: tuple[Timer, ...]
    rules: Mapping[str, Rule]
    relevant: Mapping[str, frozenset[str]] = field(default_factory=dict)
    numbers: Mapping[str, Linear] = field(default_factory=dict)
    source: str = ""
    assumes: Expr = TRUE
    amendments: tuple[Amendment, ...] = ()
    changed_by: Mapping[str, str] = field(default_factory=dict)

    def at(self, state: str, event: str) -> list[Rule]:
        """The rules of a state for an event."""
        return [r for r in self.rules.values() if r.state == state and r.event == event]

    def amended(self, amendment: Amendment) -> Table:
        """This table with one more amendment.

        Raises
        ------
        ModelError
            if the amendment names a rule that is not there, or changes one that an earlier amendment
            changed without declaring it in ``over``.
        """
        rules = dict(self.rules)
        changed = dict(self.changed_by)
        for item in amendment.changes:
            for name in item.touched(rules, amendment.name):
                before = changed.get(name)
                if before is not None and before != amendment.name and before not in amendment.over:
                    raise ModelError(
                        f"amendment {amendment.name!r} changes rule {name!r}, which {before!r} already changed; "
                        f"if that is meant, declare over=({before!r},) in {amendment.name!r}"
                    )
                changed[name] = amendment.name
            item.apply(rules)
        return replace(
            self,
            name=f"{self.name}+{amendment.name}",
            rules=rules,
            numbers={**self.numbers, **amendment.numbers},
            amendments=(*self.amendments, amendment),
            changed_by=changed,
        )


@dataclass(frozen=True)
class Change:
    """One difference: ``add``, ``remove``, ``insert`` (a rule before others) or ``change`` (fields of rules)."""

    kind: str
    pattern: str = ""
    rule: Rule | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    but: tuple[str, ...] = ()

    def _matching(self, rules: Mapping[str, Rule]) -> list[str]:
        return [n for n in rules if fnmatchcase(n, self.pattern) and n not in self.but]

    def touched(self, rules: Mapping[str, Rule], amendment: str) -> list[str]:
        """The names of the rules that this change concerns; ModelError if there is none."""
        if self.kind in ("add", "insert"):
            assert self.rule is not None
            if self.rule.name in rules:
                raise ModelError(f"amendment {amendment!r} adds rule {self.rule.name!r}, which exists already")
            if self.kind == "add":
                return [self.rule.name]
        names = self._matching(rules)
        if not names:
            raise ModelError(f"amendment {amendment!r} names rule {self.pattern!r}, which the table does not have")
        return [*names, self.rule.name] if self.rule is not None else names

    def apply(self, rules: dict[str, Rule]) -> None:
        """Carry the change out on a dictionary of rules."""
        if self.kind in ("add", "insert"):
            assert self.rule is not None
            if self.kind == "insert":
                for name in self._matching(rules):
                    old = rules[name]
                    if (old.state, old.event) == (self.rule.state, self.rule.event):
                        rules[name] = replace(old, guard=all_of(old.guard, ~self.rule.guard))
            rules[self.rule.name] = self.rule
            return
        for name in self._matching(rules):
            if self.kind == "remove":
                del rules[name]
            else:
                rules[name] = replace(rules[name], **self.fields)


def add(rule: Rule) -> Change:
    """A rule that was not there; its guard must not meet another's."""
    return Change("add", rule=rule)


def insert(rule: Rule, before: str) -> Change:
    """A rule that takes precedence over those whose names match ``before`` (a shell pattern)."""
    return Change("insert", pattern=before, rule=rule)


def remove(pattern: str) -> Change:
    """The rules whose names match are gone."""
    return Change("remove", pattern=pattern)


def change(pattern: str, *, but: Iterable[str] = (), **fields: Any) -> Change:
    """Other values for fields of the rules whose names match (except those in ``but``)."""
    if "guard" in fields:
        fields["guard"] = lift(fields["guard"])
    return Change("change", pattern=pattern, fields=fields, but=tuple(but))


@dataclass(frozen=True)
class Amendment:
    """A named set of differences, with the text that asks for them.

    ``over`` names amendments whose changes this one may override; ``numbers`` are durations it sets.
    """

    name: str
    title: str
    source: str
    changes: tuple[Change, ...] = ()
    numbers: Mapping[str, Linear] = field(default_factory=dict)
    over: tuple[str, ...] = ()
