"""Z3's proof that a table is total and free of overlap, over 32-bit sequence numbers."""

from __future__ import annotations

from dataclasses import dataclass

import z3

from tcpverify.lang.smt import symbol, to_z3
from tcpverify.lang.table import Table

__all__ = ["Flaw", "flaws"]


@dataclass(frozen=True)
class Flaw:
    """A concrete event for which no rule or more than one rule applies."""

    state: str
    event: str
    rules: tuple[str, ...]
    values: dict[str, int | bool]

    def __str__(self) -> str:
        found = "no rule applies" if not self.rules else "more than one rule applies: " + ", ".join(self.rules)
        values = ", ".join(f"{n}={v}" for n, v in self.values.items())
        return f"{self.state}, {self.event}: {found} when {values or 'anything'}"


def flaws(table: Table, bits: int = 32) -> list[Flaw]:
    """Every (state, event) of the table that has a gap or an overlap, each with one witness.

    The search is over all values of all variables that satisfy ``table.assumes``. An empty list is a proof.
    """
    found = []
    for event in table.events:
        sorts = {**table.variables, **table.inputs.get(event, {})}
        env = {n: symbol(n, s, bits) for n, s in sorts.items()}
        assumption = to_z3(table.assumes, env, bits)
        for state in table.states:
            rules = table.at(state, event)
            guards = [to_z3(r.guard, env, bits) for r in rules]
            solver = z3.SolverFor("QF_BV")
            solver.add(assumption)
            if guards:
                solver.add(z3.Not(z3.PbEq([(g, 1) for g in guards], 1)))
            if solver.check() == z3.unsat:
                continue
            model = solver.model()
            values: dict[str, int | bool] = {}
            used = frozenset[str]().union(*(r.guard.variables() for r in rules)) if rules else frozenset()
            for name in sorted(used):
                value = model.eval(env[name], model_completion=True)
                values[name] = z3.is_true(value) if z3.is_bool(value) else value.as_long()
            hit = tuple(
                r.name for r, g in zip(rules, guards, strict=True) if z3.is_true(model.eval(g, model_completion=True))
            )
            found.append(Flaw(state, event, hit, values))
    return found
