"""Protocol machines as tables of rules, and amendments to them.

A table says, for every state and event, by disjoint guards, which one rule applies; a rule says what changes,
what is sent and which clause of which text it implements. Nothing here knows TCP.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from tcpverify.errors import ModelError
from tcpverify.lang.amendment import Amendment, Change, add, change, insert, merge, remove
from tcpverify.lang.expr import TRUE, Expr, Sort, age_name
from tcpverify.lang.linear import Linear
from tcpverify.lang.rules import Emit, Rule, Timer

__all__ = [
    "Amendment", "Change", "Emit", "Rule", "Table", "Timer", "add", "change", "insert", "merge", "remove",
]  # fmt: skip


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
                    out = f", or leave it out and ask with --{name} {value}, which comes before what a model brings"
                    claim(what, name, changed.get(name), out if what == "choice" else "")
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
