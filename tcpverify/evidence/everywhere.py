"""Is a run possible for all parameter values of a region? Z3 decides, from the path alone.

A path is a conjunction of difference constraints over the times of its steps, linear in the parameters. Exploring
found the region by eliminating the times; here Z3 is asked for parameter values in the region for which no times
exist.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import z3

from tcpverify.evidence.times import RELATIONS, exact, gaps_of
from tcpverify.lang.linear import Linear
from tcpverify.lang.region import Condition
from tcpverify.lang.system import Edge, TimedSystem

__all__ = ["covered", "possible_everywhere"]


def _parameters(names: Sequence[str]) -> dict[str, Any]:
    return {name: z3.Real(name) for name in names}


def _term(bound: Linear, parameters: Mapping[str, Any]) -> Any:
    return z3.Sum([exact(Fraction(c)) * (parameters[n] if n else 1) for n, c in bound.terms] or [z3.RealVal(0)])


def _holds(conditions: Sequence[Condition], names: Sequence[str], parameters: Mapping[str, Any]) -> list[Any]:
    rows = []
    for row, strict in conditions:
        value = z3.Sum([exact(Fraction(v)) * parameters[n] for n, v in zip(names, row, strict=True)])
        rows.append(value > 0 if strict else value >= 0)
    return rows + [p >= 0 for p in parameters.values()]


def possible_everywhere(
    system: TimedSystem, start: Hashable, clocks: int, path: Sequence[Edge], names: Sequence[str],
    conditions: Sequence[Condition],
) -> bool:  # fmt: skip
    """Whether for all parameter values that satisfy the conditions the path has times."""
    parameters = _parameters(names)
    times = [z3.RealVal(0), *(z3.Real(f"t{i}") for i in range(1, len(path) + 1))]
    rows = [
        RELATIONS[rel](times[later] - times[earlier], _term(bound, parameters))
        for later, earlier, rel, bound in gaps_of(system, start, clocks, path)
    ]
    solver = z3.Solver()
    solver.set("ctrl_c", False)
    solver.add(*_holds(conditions, names, parameters))
    escape = z3.Not(z3.And(*rows))
    solver.add(z3.ForAll(times[1:], escape) if path else escape)
    return bool(solver.check() == z3.unsat)


def covered(
    names: Sequence[str], part: Sequence[Condition], others: Sequence[Sequence[Condition]]
) -> bool:
    """Whether all parameter values that satisfy the first conditions satisfy all of some others."""
    parameters = _parameters(names)
    solver = z3.SolverFor("QF_LRA")
    solver.set("ctrl_c", False)
    solver.add(*_holds(part, names, parameters))
    for other in others:
        solver.add(z3.Not(z3.And(*_holds(other, names, parameters))))
    return bool(solver.check() == z3.unsat)
