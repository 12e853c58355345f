"""Amendments: named sets of differences to a table, and the words by which they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any

from tcpverify.errors import ModelError
from tcpverify.lang import checked
from tcpverify.lang.expr import Expr, all_of
from tcpverify.lang.linear import Linear
from tcpverify.lang.rules import RULE_FIELDS, Rule, Timer

__all__ = ["Amendment", "Change", "add", "change", "insert", "merge", "remove"]


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
            missing = f"names rule {self.pattern!r}, which the table does not have{self._meant(rules)}"
            raise ModelError(f"amendment {amendment!r} {missing}")
        return names

    def _meant(self, rules: Mapping[str, Rule]) -> str:
        """What might have been meant by a pattern that nothing matches."""
        if self.kind == "insert" and self.rule is not None and any(fnmatchcase(n, self.pattern) for n in rules):
            return f" in {self.rule.state} for {self.rule.event}, where alone {self.rule.name!r} can take precedence"
        close = get_close_matches(self.pattern, rules, n=3)
        state = self.pattern.partition(".")[0]
        here = [name for name, rule in rules.items() if rule.state == state]
        if close:
            return f"; did you mean {' or '.join(close)}?"
        return f"; there are {', '.join(here)}" if here else "; rules are called STATE.what, such as TIME-WAIT.syn"

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


def _rule(what: str, rule: Any) -> Rule:
    if not isinstance(rule, Rule):
        raise ModelError(f"{what}() takes a rule, such as {what}(Rule(…)), not {type(rule).__name__}")
    return rule


def add(rule: Rule) -> Change:
    """A rule for what no other rule answers: its guard must not meet another's."""
    return Change("add", rule=_rule("add", rule))


def insert(rule: Rule, before: str) -> Change:
    """A rule that goes before those whose names match ``before``: their guards are narrowed to what it leaves."""
    return Change("insert", checked.text("the pattern (before) of an insertion", before), _rule("insert", rule))


def remove(pattern: str) -> Change:
    """The rules whose names match are gone; others must answer what they answered."""
    return Change("remove", checked.text("the pattern of a removal", pattern))


def change(pattern: str, *, but: Iterable[str] = (), **fields: Any) -> Change:
    """Other values for fields of the rules whose names match ``pattern`` (``*`` stands for any text), but not ``but``.

    Raises
    ------
    ModelError
        if a rule has no such field, it is one that says which rule it is (``name``, ``state``, ``event``), or the value
        is none for it.
    """
    where = f"the change of {checked.text('the pattern of a change', pattern)!r}"
    can = [name for name in RULE_FIELDS if name not in ("name", "state", "event")]
    for name in fields:
        if name not in can:
            raise ModelError(f"{where} cannot set {name!r}; it can set {', '.join(can)}")
    found = {name: RULE_FIELDS[name](f"{where}: {name}", value) for name, value in fields.items()}
    return Change("change", pattern=pattern, fields=found, but=checked.names(f"{where}: but", but, '("LISTEN.syn",)'))


def merge(pattern: str, assign: Mapping[str, Expr | bool | int], *, but: Iterable[str] = ()) -> Change:
    """The rules whose names match assign these values besides their own."""
    where = f"the merge into {checked.text('the pattern of a merge', pattern)!r}"
    found = checked.assignments(f"{where}: assign", assign)
    return Change("merge", pattern=pattern, fields=found, but=checked.names(f"{where}: but", but, '("LISTEN.syn",)'))


@dataclass(frozen=True)
class Amendment:
    """A named set of differences, with the text that asks for them.

    Attributes
    ----------
    name
        what other amendments and messages call it: letters and digits, joined by dashes.
    title
        one line for a person.
    source
        the text, or the idea, behind it.
    changes
        the differences, carried out in this order.
    numbers
        durations that it sets, by name, in multiples of ``MSL`` and in seconds: ``{"TIME_WAIT": 3 * MSL}``.
    over
        names of amendments whose changes this one may override.
    scope
        choices of the scope that come with it where the user makes none: ``{"sequence": "clock"}``.
    timers
        timers that are new.
    relevant
        for variables, states in which they are not forgotten any more.
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

    def __post_init__(self) -> None:
        where = f"amendment {checked.name('the name of an amendment', self.name)!r}: "
        for name, check in _PARTS.items():
            object.__setattr__(self, name, check(where + name, getattr(self, name)))


def _relevant(where: str, value: Any) -> dict[str, frozenset[str]]:
    right = '{"TS.RECENT": frozenset({"CLOSED"})}'
    if not isinstance(value, Mapping):
        checked.texts(where, value, f"variables and states, such as {right}")
    return {name: checked.words(f"{where}[{name!r}]", states, right) for name, states in value.items()}


#: field of an amendment: what looks at the value that somebody gives it
_PARTS: Mapping[str, Callable[[str, Any], Any]] = {
    "title": checked.text, "source": checked.text,
    "changes": lambda where, value: checked.parts(where, value, Change, "changes=(change(…),)"),
    "numbers": checked.durations,
    "over": lambda where, value: checked.names(where, value, '("ideal",)'),
    "scope": lambda where, value: checked.texts(where, value, 'choices of the scope, such as {"sequence": "clock"}'),
    "timers": lambda where, value: checked.parts(where, value, Timer, "timers=(Timer(…),)"),
    "relevant": _relevant,
}  # fmt: skip
