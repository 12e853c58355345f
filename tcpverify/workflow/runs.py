"""The tree of all runs of a system: every node a run so far, with the bounds on its times and its replayed trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from tcpverify.evidence.concrete import Names, so_far
from tcpverify.evidence.replay import replay
from tcpverify.evidence.times import Bounds, Gap
from tcpverify.evidence.trace import Trace
from tcpverify.lang.system import Constraint, Edge
from tcpverify.tcp.interpreter import Interpreter
from tcpverify.tcp.scenario import GAVE_UP, Location, Scenario
from tcpverify.workflow.addresses import distinct, word

__all__ = ["Run", "Runs"]


@dataclass(frozen=True)
class Runs:
    """A system with values for its durations, and the properties of which a step that breaks several is told."""

    system: Scenario
    parameters: Mapping[str, Fraction]
    model: str
    telling: tuple[str, ...] = ()

    def start(self) -> Run:
        """The run without steps."""
        location, clocks = self.system.initial()[0]
        return Run(self, None, None, location, (0,) * clocks, (), Bounds((), 1))


class Run:
    """A run so far.

    Attributes
    ----------
    before, edge, word
        the run without its last step, that step, and what an address calls it.
    location
        where the run has come to.
    births
        for every clock of the location the number of the step that started it.
    rows
        what limits the time of its last step.
    bounds
        on the times of all steps; ``possible`` says whether there are such times.
    depth
        the number of steps.
    """

    def __init__(
        self, runs: Runs, before: Run | None, edge: Edge | None, location: Location, births: tuple[int, ...],
        rows: Sequence[Gap], bounds: Bounds,
    ) -> None:  # fmt: skip
        self.runs, self.before, self.edge, self.word = runs, before, edge, ""
        self.location, self.births, self.rows, self.bounds = location, births, rows, bounds
        self.depth = bounds.size - 1

    # ------------------------------------------------------------ the run itself

    @property
    def possible(self) -> bool:
        """Whether some times satisfy everything."""
        return self.bounds.consistent

    @property
    def address(self) -> tuple[str, ...]:
        """The words of its choices."""
        return () if self.before is None else (*self.before.address, self.word)

    @property
    def edges(self) -> list[Edge]:
        """Its steps, as the system knows them."""
        return [] if self.before is None or self.edge is None else [*self.before.edges, self.edge]

    @cached_property
    def times(self) -> list[Fraction]:
        """Short and simple times of its steps, index 0 being the start."""
        if not self.possible:
            # Nobody sees them: they are for what does not depend on times.
            return [Fraction(0)] * (self.depth + 1)
        return self.bounds.grown((), self.depth + 1).simplest(self.runs.parameters["MSL"])

    @cached_property
    def _told(self) -> tuple[Trace, Names]:
        runs = self.runs
        start = runs.system.initial()[0][0]
        return so_far(runs.system, start, self.edges, runs.parameters, runs.model, self.times, runs.telling)

    @property
    def trace(self) -> Trace:
        """The run in absolute names and numbers."""
        return self._told[0]

    @property
    def names(self) -> Names:
        """How its location is to be read."""
        return self._told[1]

    @cached_property
    def interpreter(self) -> Interpreter:
        """The plain interpreter after the last step; what it does not agree with raises InternalDisagreement."""
        return replay(self.trace, self.runs.system.table)

    def before_last(self) -> Interpreter:
        """The interpreter when the last step is about to happen."""
        steps = self.trace.steps
        run = replay(replace(self.trace, steps=steps[:-1], property=""), self.runs.system.table)
        run.wait(steps[-1].time)
        return run

    # ------------------------------------------------------------ what can follow

    def gaps(self, constraints: Sequence[Constraint], births: Sequence[int], at: int) -> list[Gap]:
        """Constraints on clocks as gaps between the time of step ``at`` and those at which the clocks began."""
        values = self.runs.parameters
        return [Gap(at, births[c.clock], c.rel, c.bound.value(values)) for c in constraints]

    @property
    def stay(self) -> list[Gap]:
        """What limits a further time, as long as nothing happens."""
        now = self.depth + 1
        invariant = self.runs.system.invariant(self.location)
        return [Gap(now, self.depth, ">=", Fraction(0)), *self.gaps(invariant, self.births, now)]

    def window(self, rows: Sequence[Gap]) -> tuple[Fraction, Fraction | None, bool, bool] | None:
        """Least and greatest further time that rows allow after this run as it is timed, and whether they are excluded.

        None: they allow none, unless earlier steps were to move.
        """
        now, times = self.depth + 1, self.times
        bounds = Bounds((), 2).grown(
            # The other times being known, each row is a bound on this one.
            [Gap(1, 0, r.rel, r.bound + times[r.earlier]) for r in rows if r.earlier != now], 2
        )  # fmt: skip
        return bounds.range(1) if bounds.consistent else None

    @cached_property
    def outgoing(self) -> list[Edge]:
        """All edges of the location, whatever the clocks say; those that leave the scope too."""
        return self.runs.system.edges(self.location)

    @cached_property
    def next(self) -> tuple[Run, ...]:
        """A run for every edge that stays in the scope, possible or not, in the order of the system."""
        now, stay = self.depth + 1, self.stay
        waiting = self.bounds.grown(stay, now + 1)
        found = []
        for edge in self.outgoing:
            if edge.target == GAVE_UP or edge.label.plan is None:
                continue
            births = tuple(now if clock < 0 else self.births[clock] for clock in edge.carry)
            gaps = self.gaps(edge.guard, self.births, now)
            gaps += self.gaps(self.runs.system.invariant(edge.target), births, now)
            bounds = waiting.grown(gaps, now + 1)
            found.append(Run(self.runs, self, edge, edge.target, births, [*stay, *gaps], bounds))
        steps = [run.trace.steps[-1] for run in found]
        plain = [
            word(step, run.edge.label.plan.event.other, run.edge.label.plan.again)
            for step, run in zip(steps, found, strict=True) if run.edge is not None
        ]  # fmt: skip
        for run, name in zip(found, distinct(plain, [s.rule for s in steps]), strict=True):
            run.word = name
        return tuple(found)

    @property
    def chosen(self) -> bool:
        """Whether its last step is one of several that only an adversary's choice of numbers tells apart."""
        if self.before is None or self.edge is None:
            return False
        action = self.edge.label
        same = [r for r in self.before.next if r.edge is not None and _event(r.edge) == _event(self.edge)]
        return bool(action.plan.pairs) and len({r.edge.label.plan.pairs for r in same if r.edge is not None}) > 1


def _event(edge: Edge) -> tuple[object, ...]:
    """What happens by an edge, without what follows from it."""
    action = edge.label
    return action.kind, action.end, action.plan.event, action.position, action.kept
