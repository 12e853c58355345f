"""Unreachability as constrained Horn clauses, for Z3's Spacer (Komuravelli, Gurfinkel and Chaki, 2014).

One predicate per location over its clocks, one clause per edge; a further predicate without arguments for
"something unwanted happens". If Spacer finds predicates under which the last stays false it has found an
inductive invariant by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import z3

from tcpverify.engines.discrete import Graph, rational, rows_of
from tcpverify.lang.system import Valuation

__all__ = ["Clauses"]


class Clauses:
    """The clauses of some locations of a graph.

    Parameters
    ----------
    locations
        every other location counts as unwanted: so a proof needs no trust in how these were chosen.
    mark
        edges with this mark are unwanted.
    """

    def __init__(self, graph: Graph, valuation: Valuation, locations: Iterable[int], mark: str) -> None:
        self.graph = graph
        self.valuation = valuation
        known = self.known = set(locations)
        hops = [hop for location in sorted(known) for hop in graph.hops(location)]
        unwanted = [hop for hop in hops if mark in hop.edge.marks or hop.target not in known]
        #: locations from which something unwanted may be reached: no other needs a predicate
        self.relevant = {hop.source for hop in unwanted}
        into: dict[int, set[int]] = {}
        for hop in hops:
            into.setdefault(hop.target, set()).add(hop.source)
        pending = list(self.relevant)
        while pending:
            fresh = into.get(pending.pop(), set()) - self.relevant
            self.relevant |= fresh
            pending += fresh
        self.rules = [(hop, True) for hop in unwanted]
        harmless = [hop for hop in hops if mark not in hop.edge.marks and hop.target in self.relevant & known]
        self.rules += [(hop, False) for hop in harmless]

    def solve(self, seconds: float) -> bool | None:
        """Whether nothing unwanted is reachable; None: not decided within the wall-clock limit."""
        if not self.rules and all(location in self.known for location, _ in self.graph.start):
            return True
        if seconds <= 0:
            return None
        solver = z3.Fixedpoint()
        solver.set(engine="spacer", timeout=max(1, int(seconds * 1000)))
        width = max((len(self.graph.awaited[location]) for location in self.relevant), default=0)
        x = [z3.Real(f"x{i}") for i in range(width)]
        delay = z3.Real("delay")
        solver.declare_var(delay, *x)
        unwanted = z3.Function("unwanted", z3.BoolSort())
        solver.register_relation(unwanted)
        places: dict[int, Any] = {}
        for location in sorted(self.relevant):
            sorts = [z3.RealSort()] * len(self.graph.awaited[location])
            places[location] = z3.Function(f"at{location}", *sorts, z3.BoolSort())
            solver.register_relation(places[location])
        zero = rational(Fraction(0))
        for location, pattern in self.graph.start:
            if location in places or location not in self.known:
                carry = self.graph.patterns[pattern].carry
                rows, after = self._step(pattern, [], [zero] * len(carry), delay)
                solver.rule(places[location](*after) if location in places else unwanted(), rows)
        for hop, bad in self.rules:
            before = x[: len(self.graph.awaited[hop.source])]
            entry = [before[c] if c >= 0 else zero for c in hop.edge.carry]
            rows, after = self._step(hop.pattern, before, entry, delay)
            body = [places[hop.source](*before), *rows]
            solver.rule(unwanted() if bad else places[hop.target](*after), body)
        try:
            answer = solver.query(unwanted())
        except z3.Z3Exception:
            # This is how Spacer reports its own time limit.
            return None
        return True if answer == z3.unsat else False if answer == z3.sat else None

    def _step(
        self, pattern: int, before: list[Any], entry: list[Any], delay: Any
    ) -> tuple[list[Any], list[Any]]:
        """What a step and the delay after it demand, and the clocks they lead to."""
        guard, _, invariant, _ = self.graph.patterns[pattern]
        after = [value + delay for value in entry]
        rows = [delay >= 0, *rows_of(guard, before, self.valuation)]
        rows += rows_of(invariant, entry, self.valuation) + rows_of(invariant, after, self.valuation)
        return rows, after


