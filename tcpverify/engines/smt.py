"""A second engine for timed systems: Z3 over real-valued clocks, without zones.

Three methods share one discrete graph and work in turn, one step deeper at a time:

``induction``
    an inductive invariant per location, found by Z3 on a grid of difference bounds
    (`tcpverify.engines.templates`). Proves.
``bounded``
    a formula for all runs of exactly so many steps (`tcpverify.engines.bounded`). Refutes, with exact times;
    since depths are taken in order, with the fewest steps. Where every run is finite it also proves.
``spacer``
    Horn clauses (`tcpverify.engines.spacer`). Proves where the invariant of ``induction`` is too weak, or,
    when asked for without it, where the discrete graph is finite.

If no edge with the mark is reachable even with clocks ignored, that alone is a proof: method ``discrete``.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, replace

from tcpverify.engines.bounded import Layers, Run
from tcpverify.engines.discrete import Graph, check_path
from tcpverify.engines.spacer import Clauses
from tcpverify.engines.templates import OutOfTime, Reach, Row, Templates
from tcpverify.errors import InternalDisagreement
from tcpverify.lang.system import TimedSystem, Valuation

__all__ = ["METHODS", "SmtResult", "solve"]

METHODS = ("discrete", "induction", "bounded", "spacer")
#: how many locations are looked at before "nothing marked is reachable at all" is given up
DISCRETE_LOCATIONS = 2000


@dataclass(frozen=True)
class SmtResult:
    """What `solve` found.

    Attributes
    ----------
    verdict
        ``proved``: no run takes an edge with the mark; ``refuted``; ``unknown``.
    method
        which of `METHODS` decided; empty for ``unknown``.
    depth
        no run of at most this many steps takes such an edge, except the witness, which has exactly as many;
        for ``proved`` how many steps the search took.
    locations, rules
        discrete locations met, and the edges out of those that were expanded.
    seconds
        wall-clock time used.
    limit
        for ``unknown`` what ended the search: ``time``, ``depth`` or ``methods`` (those
        allowed cannot decide).
    witness
        for ``refuted`` a run with the fewest steps, its last edge with the mark.
    invariant
        for ``proved`` by ``induction`` the inductive invariant: per location rows (i, j, c, strict) that say
        ``x[i] - x[j] <= c`` or ``< c``, where x[0] is zero and x[k] the location's clock k-1.
    """

    verdict: str
    method: str
    depth: int
    locations: int
    rules: int
    seconds: float
    limit: str = ""
    witness: Run | None = None
    invariant: Mapping[Hashable, tuple[Row, ...]] | None = None


def solve(
    system: TimedSystem,
    valuation: Valuation,
    mark: str,
    *,
    seconds: float = 60.0,
    max_depth: int = 0,
    methods: Collection[str] = METHODS,
) -> SmtResult:
    """Decide whether a run takes an edge with the mark.

    Parameters
    ----------
    valuation
        a value for every parameter of the system's durations; KeyError names one that is missing.
    seconds
        wall-clock limit; one query of Z3 may overrun it slightly.
    max_depth
        number of steps after which to stop (0: no limit).
    methods
        which of `METHODS` may be used.

    Raises
    ------
    InternalDisagreement
        if a witness is not a run of the system by exact arithmetic.
    """
    search = _Search(system, valuation, mark, seconds, max_depth, frozenset(methods))
    try:
        return search.decide()
    except OutOfTime:
        return search.result("unknown", limit="time")


class _Search:
    def __init__(
        self,
        system: TimedSystem,
        valuation: Valuation,
        mark: str,
        seconds: float,
        max_depth: int,
        methods: frozenset[str],
    ) -> None:
        self.began = time.perf_counter()
        self.deadline = self.began + seconds
        self.system, self.valuation, self.mark = system, valuation, mark
        self.max_depth, self.methods = max_depth, methods
        self.graph = Graph(system)
        self.depth = 0

    def result(
        self, verdict: str, method: str = "", limit: str = "", witness: Run | None = None
    ) -> SmtResult:
        used = time.perf_counter() - self.began
        return SmtResult(
            verdict, method, self.depth, len(self.graph.locations), self.graph.edges, used, limit, witness
        )

    def decide(self) -> SmtResult:
        if "discrete" in self.methods and self._marked_at_all(DISCRETE_LOCATIONS) is False:
            return self.result("proved", "discrete")
        templates = reach = None
        if "induction" in self.methods:
            templates = Templates(self.graph, self.valuation, self.deadline)
            reach = Reach(templates, self.mark)
        elif "spacer" in self.methods:
            # Nothing tells which locations time permits, so all must be had.
            self._marked_at_all()
            if self._spacer(range(len(self.graph.locations))):
                return self.result("proved", "spacer")
        layers = Layers(self.graph, self.valuation, self.mark, self.deadline, templates)
        while not self.max_depth or self.depth < self.max_depth:
            if time.perf_counter() > self.deadline:
                raise OutOfTime
            if reach is not None:
                growing = not reach.closed
                reach.round()
                if reach.closed and not reach.marked:
                    return replace(self.result("proved", "induction"), invariant=reach.rows())
                if reach.closed and growing and "spacer" in self.methods and self._spacer(reach.invariant):
                    return self.result("proved", "spacer")
            if reach is None or reach.marked:
                if "bounded" not in self.methods:
                    if reach is None or reach.closed or "spacer" not in self.methods:
                        return self.result("unknown", limit="methods")
                elif (run := self._run_to(layers, self.depth + 1)) is not None:
                    self.depth = len(run.edges)
                    return self._refuted(run)
                elif layers.exhausted:
                    return self.result("proved", "bounded")
            self.depth += 1
        return self.result("unknown", limit="depth")

    def _run_to(self, layers: Layers, depth: int) -> Run | None:
        """A run to the mark of exactly that many steps; the layers catch up if shorter ones needed none."""
        while layers.depth < depth and not layers.exhausted:
            marked = layers.extend()
            if marked and (run := layers.run()) is not None:
                return run
        return None

    def _refuted(self, run: Run) -> SmtResult:
        good = check_path(self.system, self.valuation, run.start, run.edges, run.times)
        if not good or self.mark not in run.edges[-1].marks:
            raise InternalDisagreement(f"the run that Z3 found to {self.mark!r} is not one of the system")
        return self.result("refuted", "bounded", witness=run)

    def _marked_at_all(self, limit: int = 0) -> bool | None:
        """Whether an edge with the mark is reachable with clocks ignored.

        None: there are more locations than the limit, and none so far. Without a limit (0) everything is
        enumerated, whatever the answer. Raises OutOfTime.
        """
        found = False
        reached = list(dict.fromkeys(location for location, _ in self.graph.start))
        seen = set(reached)
        for location in reached:
            if time.perf_counter() > self.deadline:
                raise OutOfTime
            for hop in self.graph.hops(location):
                found = found or self.mark in hop.edge.marks
                if hop.target not in seen:
                    seen.add(hop.target)
                    reached.append(hop.target)
            if limit and (found or len(reached) > limit):
                return found or None
        return found

    def _spacer(self, locations: Collection[int]) -> bool | None:
        """Whether Spacer proves it within half of the time left, if other methods may still need the rest."""
        left = self.deadline - time.perf_counter()
        share = left / 2 if "bounded" in self.methods else left
        return Clauses(self.graph, self.valuation, locations, self.mark).solve(share)
