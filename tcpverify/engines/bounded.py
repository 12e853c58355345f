"""Bounded search: is there a run of exactly so many steps whose last edge carries a mark?

The locations reachable in exactly i steps form layer i. For a depth d only those edges between layers matter
that lie on a way to a marked edge at d. They become one formula (Biere, Cimatti, Clarke and Zhu, 1999): a
Boolean for every location of a layer and for every edge, the time of every step, and for every clock the time
at which it was last zero; so all constraints are differences of two times. Z3 answers with a run and its
times, or with a proof that there is none.
"""

from __future__ import annotations

import time
from collections.abc import Hashable
from fractions import Fraction
from typing import Any, NamedTuple

import z3

from tcpverify.engines.discrete import Graph, Hop, number_of, rational, rows_of
from tcpverify.engines.templates import NOWHERE, OutOfTime, Templates
from tcpverify.lang.system import Edge, Valuation

__all__ = ["Layers", "Run"]


class Run(NamedTuple):
    """A path from ``start`` and the time of each of its steps, counted from the start of the run."""

    start: Hashable
    edges: tuple[Edge, ...]
    times: tuple[Fraction, ...]


class Layers:
    """Locations by the exact number of steps that lead there, clocks permitting as far as ``templates`` tell.

    Without templates the layers are those of the discrete graph.
    """

    def __init__(
        self,
        graph: Graph,
        valuation: Valuation,
        mark: str,
        deadline: float,
        templates: Templates | None = None,
    ) -> None:
        self.graph = graph
        self.valuation = valuation
        self.mark = mark
        self.deadline = deadline
        self.templates = templates
        self.layers: list[dict[int, int]] = [{}]
        self.hops: list[list[Hop]] = []
        for location, pattern in graph.start:
            after = templates.post(templates.empty, pattern) if templates is not None else 0
            if after != NOWHERE:
                self.layers[0][location] = after

    @property
    def depth(self) -> int:
        """How many steps the layers reach."""
        return len(self.hops)

    @property
    def exhausted(self) -> bool:
        """Whether no run has this many steps."""
        return not self.layers[-1]

    def extend(self) -> bool:
        """One step further; whether an edge with the mark is among its steps. Raises OutOfTime."""
        templates, layer = self.templates, {}
        hops: list[Hop] = []
        for source, matrix in self.layers[-1].items():
            if time.perf_counter() > self.deadline:
                raise OutOfTime
            for hop in self.graph.hops(source):
                if templates is None:
                    layer[hop.target] = 0
                else:
                    after = templates.post(matrix, hop.pattern)
                    if after == NOWHERE:
                        continue
                    known = layer.get(hop.target)
                    layer[hop.target] = after if known is None else templates.join(known, after)
                hops.append(hop)
        self.layers.append(layer)
        self.hops.append(hops)
        return any(self.mark in hop.edge.marks for hop in hops)

    def _relevant(self) -> list[list[Hop]]:
        """Per step the hops on a way to a marked edge at the last step."""
        found = [[hop for hop in self.hops[-1] if self.mark in hop.edge.marks]]
        for hops in reversed(self.hops[:-1]):
            wanted = {hop.source for hop in found[-1]}
            found.append([hop for hop in hops if hop.target in wanted])
        return found[::-1]

    def run(self) -> Run | None:
        """A run through all layers whose last edge has the mark; None: there is none. Raises OutOfTime."""
        steps = self._relevant()
        solver = z3.SolverFor("QF_LRA")
        zero = rational(Fraction(0))
        now = zero
        at = {hop.source: z3.Bool(f"at 0 {hop.source}") for hop in steps[0]}
        solver.add(z3.Or(list(at.values())))
        # For every clock of a location at a step the time at which it was zero.
        births: list[Any] = [zero] * max(len(self.graph.awaited[location]) for location in at)
        choices: list[list[tuple[Any, Hop]]] = []
        moments = []
        for step, hops in enumerate(steps):
            moment = z3.Real(f"t{step + 1}")
            moments.append(moment)
            solver.add(moment >= now)
            width = max(len(hop.edge.carry) for hop in hops)
            later = [z3.Real(f"b{step + 1} {i}") for i in range(width)]
            shapes: dict[int, Any] = {}
            leaving: dict[int, list[Any]] = {}
            entering: dict[int, Any] = {}
            taken = []
            for number, hop in enumerate(hops):
                choice = z3.Bool(f"hop {step} {number}")
                taken.append((choice, hop))
                leaving.setdefault(hop.source, []).append(choice)
                after = entering.setdefault(hop.target, z3.Bool(f"at {step + 1} {hop.target}"))
                shape = shapes.get(hop.pattern)
                if shape is None:
                    shape = shapes[hop.pattern] = z3.Bool(f"shape {step} {hop.pattern}")
                    solver.add(z3.Implies(shape, z3.And(self._demands(hop.pattern, moment, births, later))))
                solver.add(z3.Implies(choice, z3.And(at[hop.source], shape, after)))
            invariants: dict[Any, Any] = {}
            for source, options in leaving.items():
                solver.add(z3.Implies(at[source], z3.Or(options)))
                rows = self.graph.invariants[source]
                stays = invariants.get(rows)
                if stays is None:
                    stays = invariants[rows] = z3.Bool(f"stays {step} {len(invariants)}")
                    solver.add(z3.Implies(stays, z3.And(self._rows(rows, moment, births))))
                solver.add(z3.Implies(at[source], stays))
            choices.append(taken)
            at, now, births = entering, moment, later
        return self._solve(solver, choices, moments)

    def _rows(self, rows: Any, moment: Any, births: list[Any]) -> list[Any]:
        return rows_of(rows, [moment - birth for birth in births], self.valuation)

    def _demands(self, pattern: int, moment: Any, births: list[Any], later: list[Any]) -> list[Any]:
        guard, carry, invariant, _ = self.graph.patterns[pattern]
        after = [births[c] if c >= 0 else moment for c in carry]
        moved = [later[i] == birth for i, birth in enumerate(after)]
        return [*self._rows(guard, moment, births), *moved, *self._rows(invariant, moment, after)]

    def _solve(self, solver: Any, choices: list[list[tuple[Any, Hop]]], moments: list[Any]) -> Run | None:
        left = self.deadline - time.perf_counter()
        if left <= 0:
            raise OutOfTime
        solver.set("timeout", max(1, int(left * 1000)))
        answer = solver.check()
        if answer == z3.unknown:
            raise OutOfTime
        if answer == z3.unsat:
            return None
        model = solver.model()
        chosen: list[Hop] = []
        for taken in choices:
            # Several choices of a step may be true; each of them is possible, one has to continue the path.
            chosen.append(
                next(hop for choice, hop in taken
                     if z3.is_true(model.eval(choice)) and (not chosen or hop.source == chosen[-1].target))
            )  # fmt: skip
        return Run(
            self.graph.locations[chosen[0].source],
            tuple(hop.edge for hop in chosen),
            tuple(number_of(model, moment) for moment in moments),
        )
