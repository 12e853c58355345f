"""How a rule is broken: every mutant of a table, systematically, one difference each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from tcpverify.lang.expr import FALSE, TRUE, Expr, Sort
from tcpverify.lang.table import Emit, Rule, Table

__all__ = ["STATES", "Mutant", "mutants"]

#: the rows of the close, in which every rule is broken
STATES = ("FIN-WAIT-1", "FIN-WAIT-2", "CLOSING", "LAST-ACK", "TIME-WAIT")
_NUMBERS = ("SND.UNA", "SND.NXT", "RCV.NXT", "ISS")


@dataclass(frozen=True)
class Mutant:
    """One difference: which rule, what was done to it (``guard``: to where it applies), the rules instead."""

    rule: str
    what: str
    rules: Mapping[str, Rule]
    guard: bool = False

    def __str__(self) -> str:
        return f"{self.rule}: {self.what}"

    def of(self, table: Table) -> Table:
        """The mutant's table."""
        return replace(table, rules={**table.rules, **self.rules})


def mutants(table: Table, only: frozenset[str] | None = None) -> Iterator[Mutant]:
    """All mutants of the rules of the close (``only``: of these)."""
    for rule in table.rules.values():
        if rule.state not in STATES or (only is not None and rule.name not in only):
            continue
        for what, fields in (*_moves(rule), *_emissions(rule), *_restarts(rule), *_assignments(rule)):
            yield Mutant(rule.name, what, {rule.name: replace(rule, **fields)})
        if rule.event == "SEGMENT":
            yield Mutant(rule.name, "guard: always", {rule.name: replace(rule, guard=TRUE)}, True)
            yield Mutant(rule.name, "guard: never", {rule.name: replace(rule, guard=FALSE)}, True)
    for state in STATES:
        row = [r for r in table.at(state, "SEGMENT") if only is None or r.name in only]
        for one, other in pairwise(row):
            if one.key()[3:] != other.key()[3:]:
                yield _exchanged(one, other)


def _exchanged(one: Rule, other: Rule) -> Mutant:
    """Two neighbours, each with the guard of the other: both tests point the wrong way."""
    rules = {one.name: replace(one, guard=other.guard), other.name: replace(other, guard=one.guard)}
    return Mutant(one.name, f"guard exchanged with `{other.name.split('.')[1]}`", rules)


def _moves(rule: Rule) -> Iterator[tuple[str, dict[str, object]]]:
    if rule.to is None:
        yield "moves to CLOSED", {"to": "CLOSED"}
        if rule.state != "TIME-WAIT":
            yield "moves to TIME-WAIT", {"to": "TIME-WAIT"}
        return
    yield "stays", {"to": None}
    for state in (*STATES, "CLOSED"):
        if state not in (rule.to, rule.state):
            yield f"moves to {state}", {"to": state}


def _emissions(rule: Rule) -> Iterator[tuple[str, dict[str, object]]]:
    for i, emit in enumerate(rule.emits):
        which = f" {i + 1}" if len(rule.emits) > 1 else ""

        def with_(new: Emit | None, i: int = i) -> dict[str, object]:
            return {"emits": (*rule.emits[:i], *((new,) if new is not None else ()), *rule.emits[i + 1 :])}

        def field(name: str, value: Expr, emit: Emit = emit) -> Emit:
            return Emit({**emit.fields, name: value}, emit.when)

        yield f"segment{which} not sent", with_(None)
        if emit.when is not TRUE:
            yield f"segment{which} sent always", with_(Emit(emit.fields, TRUE))
            yield f"segment{which} sent when it should not be", with_(Emit(emit.fields, ~emit.when))
        yield f"segment{which}: SEQ+1", with_(field("SEQ", emit.fields["SEQ"] + 1))
        if "ACK" in emit.fields:
            yield f"segment{which}: ACK+1", with_(field("ACK", emit.fields["ACK"] + 1))
            yield f"segment{which}: ACK-1", with_(field("ACK", emit.fields["ACK"] - 1))
        fin = emit.fields["FIN?"]
        yield f"segment{which}: {'without' if fin is TRUE else 'with'} FIN", with_(field("FIN?", ~fin))


def _restarts(rule: Rule) -> Iterator[tuple[str, dict[str, object]]]:
    for i, (timer, when) in enumerate(rule.restarts):
        rest = (*rule.restarts[:i], *rule.restarts[i + 1 :])
        yield f"{timer} not restarted", {"restarts": rest}
        if when is not TRUE:
            yield f"{timer} always restarted", {"restarts": (*rest, (timer, TRUE))}
    if rule.state == "TIME-WAIT" and rule.to is None and not rule.restarts:
        yield "time-wait restarted", {"restarts": (("time-wait", TRUE),)}


def _assignments(rule: Rule) -> Iterator[tuple[str, dict[str, object]]]:
    for name, value in rule.assign.items():
        rest = {n: v for n, v in rule.assign.items() if n != name}
        yield f"{name} not assigned", {"assign": rest}
        if name in _NUMBERS and value.sort is Sort.SEQ:
            yield f"{name} one too high", {"assign": {**rule.assign, name: value + 1}}
            yield f"{name} one too low", {"assign": {**rule.assign, name: value - 1}}
