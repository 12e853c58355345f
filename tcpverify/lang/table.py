"""Protocol machines as tables of rules, and amendments to them.

A table says, for every state and event, by disjoint guards, which one rule applies; a rule says what changes,
what is sent and which clause of which text it implements. Nothing here knows TCP.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

from tcpverify.errors import ModelError
from tcpverify.lang.expr import TRUE, Expr, Sort, age_name, all_of, lift
from tcpverify.lang.linear import Linear

__all__ = [
    "Amendment", "Change", "Emit", "Rule", "Table", "Timer", "add", "change", "insert", "merge", "remove",
]  # fmt: skip


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
    """A timer of one end: it runs in ``states`` while ``while_`` holds, and its expiry is ``event``.

    Without an event it never expires; rules may ask how long it has run (`tcpverify.lang.expr.elapsed`). ``lasts`` is
    how long it runs before its event, where that is not for the scenario to say.
    """

    name: str
    event: str
    states: frozenset[str]
    while_: Expr
    clause: str
    lasts: Linear | None = None


@dataclass(frozen=True)
class Table:
    """A machine: states, events, variables, timers and rules, and the amendments that it has undergone.

    ``relevant`` gives for a variable the states in which its value matters; elsewhere it is forgotten.
    ``numbers`` are durations that the model fixes itself, such as ``TIME_WAIT = 2*MSL``; ``scope`` are choices of the
    scope that it brings with it where the user makes none, such as ``sequence = clock``. ``changed_by`` says
    which amendment changed, added or removed a rule (or number) last; ``extended_by`` which one narrowed a
    rule's ``guard`` by an insertion or added to its ``assign``: that leaves the rest of the rule to others.
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
    extended_by: Mapping[tuple[str, str], str] = field(default_factory=dict)
    scope: Mapping[str, str] = field(default_factory=dict)

    def ages(self) -> Mapping[str, tuple[str, Linear]]:
        """What rules ask of how long timers have run: (timer, duration) by the name of that truth value."""
        return self._ages

    @cached_property
    def _ages(self) -> Mapping[str, tuple[str, Linear]]:
        # Every replay asks anew, and a table does not change.
        return {
            age_name(node): (node.args[0], node.args[1])
            for rule in self.rules.values()
            for expr in rule.expressions()
            for node in expr.walk()
            if node.op == "elapsed"
        }

    def durations(self) -> frozenset[str]:
        """The parameters that rules compare the age of a timer with, or that say how long one lasts."""
        asked = [duration for _, duration in self.ages().values()]
        lasting = [timer.lasts for timer in self.timers if timer.lasts is not None]
        return frozenset(name for duration in (*asked, *lasting) for name in duration.names())

    def at(self, state: str, event: str) -> list[Rule]:
        """The rules of a state for an event."""
        return [r for r in self.rules.values() if r.state == state and r.event == event]

    def amended(self, amendment: Amendment) -> Table:
        """This table with one more amendment.

        Raises
        ------
        ModelError
            if the amendment is in force already, names a rule that is not there, or changes a rule or a
            number that an earlier amendment changed without declaring it in ``over``.
        """
        if any(a.name == amendment.name for a in self.amendments):
            raise ModelError(f"amendment {amendment.name!r} is applied twice")
        rules = dict(self.rules)
        changed, extended = dict(self.changed_by), dict(self.extended_by)

        def claim(what: str, name: str, before: str | None, way_out: str = "") -> None:
            if before is not None and before != amendment.name and before not in amendment.over:
                raise ModelError(
                    f"amendment {amendment.name!r} changes {what} {name!r}, which {before!r} changed before; "
                    f"if that is meant, declare over=({before!r},) in {amendment.name!r}{way_out}"
                )

        for item in amendment.changes:
            for name in item.named(rules, amendment.name):
                for aspect in item.aspects():
                    if item.kind == "merge":
                        claim("rule", name, extended.get((name, aspect)))
                    elif item.kind in ("change", "remove"):
                        claim("rule", name, changed.get(name))
                        before = extended.get((name, aspect))
                        claim("rule", name, before, f" or put {before!r} after it")
                    if item.kind in ("insert", "merge"):
                        extended[name, aspect] = amendment.name
                if item.kind in ("change", "remove"):
                    changed[name] = amendment.name
            if item.rule is not None:
                claim("rule", item.rule.name, changed.get(item.rule.name))
                changed[item.rule.name] = amendment.name
            item.apply(rules)
        for what, new, old in (("number", amendment.numbers, self.numbers), ("choice", amendment.scope, self.scope)):
            for name, value in new.items():
                if old.get(name) != value:
                    claim(what, name, changed.get(name))
                changed[name] = amendment.name
        known = {timer.name for timer in self.timers}
        for timer in amendment.timers:
            if timer.name in known:
                raise ModelError(f"amendment {amendment.name!r} adds timer {timer.name!r}, which exists already")
        more = {n: self.relevant.get(n, frozenset()) | states for n, states in amendment.relevant.items()}
        return replace(
            self,
            name=f"{self.name}+{amendment.name}",
            rules=rules,
            numbers={**self.numbers, **amendment.numbers},
            scope={**self.scope, **amendment.scope},
            timers=(*self.timers, *amendment.timers),
            relevant={**self.relevant, **more},
            amendments=(*self.amendments, amendment),
            changed_by=changed,
            extended_by=extended,
        )


@dataclass(frozen=True)
class Change:
    """One difference.

    ``kind`` is ``add``, ``remove``, ``insert`` (a rule before others), ``change`` (fields of rules) or
    ``merge`` (assignments that rules make besides their own).
    """

    kind: str
    pattern: str = ""
    rule: Rule | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    but: tuple[str, ...] = ()

    def _matching(self, rules: Mapping[str, Rule]) -> list[str]:
        names = [n for n in rules if fnmatchcase(n, self.pattern) and n not in self.but]
        if self.kind == "insert" and self.rule is not None:
            # Only where the inserted rule applies can it take precedence over another.
            where = (self.rule.state, self.rule.event)
            return [n for n in names if (rules[n].state, rules[n].event) == where]
        return names

    def named(self, rules: Mapping[str, Rule], amendment: str) -> list[str]:
        """The names of the rules that the pattern stands for.

        Raises
        ------
        ModelError
            if the pattern matches nothing, or a rule to be added is there already.
        """
        if self.rule is not None and self.rule.name in rules:
            raise ModelError(f"amendment {amendment!r} adds rule {self.rule.name!r}, which exists already")
        if self.kind == "add":
            return []
        names = self._matching(rules)
        if not names:
            raise ModelError(
                f"amendment {amendment!r} names rule {self.pattern!r}, which the table does not have"
            )
        return names

    def aspects(self) -> tuple[str, ...]:
        """Which fields of those rules it writes; for ``merge`` which variables, as ``assign VAR``."""
        if self.kind == "insert":
            return ("guard",)
        if self.kind == "merge":
            return ("assign", *(f"assign {name}" for name in self.fields))
        return ("guard", "assign") if self.kind == "remove" else tuple(self.fields)

    def apply(self, rules: dict[str, Rule]) -> None:
        """Carry the change out on a dictionary of rules."""
        if self.kind in ("add", "insert"):
            assert self.rule is not None
            if self.kind == "insert":
                for name in self._matching(rules):
                    rules[name] = replace(rules[name], guard=all_of(rules[name].guard, ~self.rule.guard))
            rules[self.rule.name] = self.rule
            return
        for name in self._matching(rules):
            if self.kind == "remove":
                del rules[name]
            elif self.kind == "merge":
                rules[name] = replace(rules[name], assign={**rules[name].assign, **self.fields})
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
    """Other values for fields of the rules whose names match (except those in ``but``).

    Raises
    ------
    TypeError
        if a rule has no such field, or it is one that says which rule it is (``name``, ``state``, ``event``).
    """
    for name in fields:
        if name not in Rule.__dataclass_fields__ or name in ("name", "state", "event"):
            raise TypeError(f"a change cannot set {name!r} of a rule")
    if "guard" in fields:
        fields["guard"] = lift(fields["guard"])
    return Change("change", pattern=pattern, fields=fields, but=tuple(but))


def merge(pattern: str, assign: Mapping[str, Expr | bool | int], *, but: Iterable[str] = ()) -> Change:
    """The rules whose names match assign these values too."""
    fields = {name: lift(value) for name, value in assign.items()}
    return Change("merge", pattern=pattern, fields=fields, but=tuple(but))


@dataclass(frozen=True)
class Amendment:
    """A named set of differences, with the text that asks for them.

    ``over`` names amendments whose changes this one may override; ``numbers`` are durations it sets, ``scope``
    choices of the scope that come with it, ``timers`` are new ones; ``relevant`` names states in which a variable is
    not forgotten any more.
    """

    name: str
    title: str
    source: str
    changes: tuple[Change, ...] = ()
    numbers: Mapping[str, Linear] = field(default_factory=dict)
    over: tuple[str, ...] = ()
    scope: Mapping[str, str] = field(default_factory=dict)
    timers: tuple[Timer, ...] = ()
    relevant: Mapping[str, frozenset[str]] = field(default_factory=dict)
