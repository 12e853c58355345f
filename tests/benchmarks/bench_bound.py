"""What a derived region is worth: `bound`, the same question put to Spacer, and checkers asked point by point.

Usage: python -m tests.benchmarks.bench_bound [--limit SECONDS] [--losses 0,1] [--no-certificates]

The question: for which TIME_WAIT, RTO_MAX and MSL does no-old-segment (or drained) hold for `textbook`, with at
most one retransmission of a segment, without losses and with one? It is put

- to `bound`: within that scope, then for any number of retransmissions too, then with certificates re-checked by Z3;
- to Z3's Spacer as Horn clauses in which the parameters are arguments of every predicate. Spacer is not asked *for
  which* values, only whether the property holds wherever `bound` has just said that it does, and is given the
  locations that are reachable there; that it is not asked whether the region could be larger is in its favour;
- to TChecker and to this program's zones of numbers, at the points of a grid. TChecker gets a file with those
  locations only that the zones of numbers reach at that point (up to the first violation, where there is one);
  the time to make the file is not counted. All of them must agree with the region that was derived.

``--limit`` holds for every single call of Spacer (building its clauses included) and of TChecker; one that takes
longer counts as no answer. Seconds of what is asked point by point are seconds a point.
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from importlib.metadata import version
from itertools import product
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

import z3

from tcpverify.engines.discrete import Graph
from tcpverify.engines.explore import explore
from tcpverify.engines.parametric import ParametricZones
from tcpverify.engines.skeleton import Skeleton
from tcpverify.engines.spacer import Clauses
from tcpverify.exports.tchecker import LABEL, flat
from tcpverify.lang.region import Region
from tcpverify.lang.system import Constraint, Valuation
from tcpverify.tcp import properties
from tcpverify.tcp.registry import load
from tcpverify.tcp.scenario import Scenario
from tcpverify.tcp.scope import Scope
from tcpverify.workflow.bound import bound
from tcpverify.workflow.derived import BoundReport, BoundRequest
from tcpverify.workflow.limits import without_collector
from tests.agreement.tchecker import Answer, reach

ONE = Fraction(1)
#: TIME_WAIT and RTO_MAX in multiples of MSL: on the borders, inside and outside
GRID = tuple(product((Fraction(3, 2), Fraction(2), Fraction(3)), (Fraction(1, 2), Fraction(1), Fraction(2))))
#: TChecker's clock bounds take cubic time, so locations share its locations beyond this many pairs
MAX_PAIRS = 800


@dataclass
class Table:
    """Rows of the answer, as they come."""

    reference: float = 0.0
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def add(self, question: str, tool: str, answer: str, seconds: float | None, size: str, ratio: str = "") -> None:
        """One row, printed at once."""
        if not ratio and seconds is not None and self.reference:
            ratio = f"{seconds / self.reference:.2g}"
        self.rows.append((question, tool, answer, "" if seconds is None else f"{seconds:.3g}", size, ratio))
        print("| " + " | ".join(self.rows[-1]) + " |", flush=True)


def system(scope: Scope) -> Scenario:
    """The model as `bound` explores it."""
    return Scenario(load("textbook").table, scope, None, properties.observe, properties.drain)


def texts(report: BoundReport) -> str:
    """The region in words."""
    from tcpverify.views.bound import cell

    return cell(report)


# ------------------------------------------------------------ calls that may have to be ended


def limited(seconds: float, work: Callable[[], Any]) -> tuple[Any, float]:
    """The result of a call made in a process of its own, and how long it took; None if it took too long."""

    def child(pipe: Connection) -> None:
        os.setsid()
        pipe.send(work())

    context = get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=child, args=(theirs,))
    began = time.perf_counter()
    process.start()
    theirs.close()
    found = None
    if ours.poll(seconds):
        try:
            found = ours.recv()
        except EOFError:
            found = None
    taken = time.perf_counter() - began
    if process.is_alive() and process.pid is not None:
        # The group is the child's own, with the server of TChecker if it started one.
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            process.kill()
    process.join()
    return found, taken


# ------------------------------------------------------------ Spacer


class ParametricClauses(Clauses):
    """The same clauses with the parameters as arguments of every predicate."""

    def __init__(self, graph: Graph, names: Sequence[str], region: Region, locations: Iterable[int], mark: str) -> None:
        super().__init__(graph, {}, locations, mark)
        self.names, self.region = names, region

    def solve(self, seconds: float) -> bool | None:
        """Whether nothing unwanted is reachable for any values in the region."""
        solver = z3.Fixedpoint()
        solver.set(engine="spacer", timeout=int(seconds * 1000))
        self.values = {name: z3.Real(name) for name in self.names}
        p = list(self.values.values())
        width = max((len(self.graph.awaited[location]) for location in self.relevant), default=0)
        x = [z3.Real(f"x{i}") for i in range(width)]
        delay = z3.Real("delay")
        solver.declare_var(delay, *x, *p)
        unwanted = z3.Function("unwanted", z3.BoolSort())
        solver.register_relation(unwanted)
        places: dict[int, Any] = {}
        for location in sorted(self.relevant):
            sorts = [z3.RealSort()] * (len(p) + len(self.graph.awaited[location]))
            places[location] = z3.Function(f"at{location}", *sorts, z3.BoolSort())
            solver.register_relation(places[location])
        zero = z3.RealVal(0)
        assumed = [value >= 0 for value in p]
        for row, strict in self.region.conditions:
            total = z3.Sum([int(factor) * value for factor, value in zip(row, p, strict=True)])
            assumed.append(total > 0 if strict else total >= 0)
        for location, pattern in self.graph.start:
            if location in places:
                rows, after = self._step(pattern, [], [zero] * len(self.graph.patterns[pattern].carry), delay)
                solver.rule(places[location](*p, *after), [*assumed, *rows])
        for hop, bad in self.rules:
            before = x[: len(self.graph.awaited[hop.source])]
            entry = [before[c] if c >= 0 else zero for c in hop.edge.carry]
            rows, after = self._step(hop.pattern, before, entry, delay)
            head = unwanted() if bad else places[hop.target](*p, *after)
            solver.rule(head, [places[hop.source](*p, *before), *rows])
        try:
            answer = solver.query(unwanted())
        except z3.Z3Exception:
            return None
        return True if answer == z3.unsat else False if answer == z3.sat else None

    def _step(self, pattern: int, before: list[Any], entry: list[Any], delay: Any) -> tuple[list[Any], list[Any]]:
        guard, _, invariant, _ = self.graph.patterns[pattern]
        after = [value + delay for value in entry]
        rows = [delay >= 0, *self._rows(guard, before), *self._rows(invariant, entry), *self._rows(invariant, after)]
        return rows, after

    def _rows(self, rows: Sequence[Constraint], clocks: Sequence[Any]) -> list[Any]:
        found = []
        for clock, rel, limit in rows:
            parts = [z3.RealVal(str(c)) * (self.values[n] if n else 1) for n, c in limit.terms]
            side = z3.Sum(parts or [z3.RealVal(0)])
            x = clocks[clock]
            found.append({"<": x < side, "<=": x <= side, ">": x > side, ">=": x >= side, "==": x == side}[rel])
        return found


def numbered(graph: Graph, locations: Iterable[Any]) -> set[int]:
    """Locations of an exploration as numbers of the graph, which is walked from its start."""
    wanted = set(locations)
    pending = [location for location, _ in graph.start]
    found = set(pending)
    while pending:
        for hop in graph.hops(pending.pop()):
            if hop.target not in found and graph.locations[hop.target] in wanted:
                found.add(hop.target)
                pending.append(hop.target)
    return found


def spacer(table: Table, scope: Scope, prop: str, report: BoundReport, limit: float) -> None:
    """One query for the whole region, and one for one point of it."""
    retransmissions = f"{scope.retransmissions} retransmission{'' if scope.retransmissions == 1 else 's'}"
    question = f"{prop}, losses {scope.losses}, {retransmissions}"
    for region in report.safe:
        skeleton = Skeleton(system(scope))
        run = explore(skeleton, {}, space=ParametricZones(skeleton, report.names, region))
        assert prop not in run.first
        graph = Graph(skeleton.system)
        known = numbered(graph, (skeleton.locations[n] for n in run.location))
        point: Valuation = {"MSL": ONE, "RTO_MAX": ONE, "TIME_WAIT": 2 * ONE}
        assert region.inside([point[n] for n in report.names])
        clauses = (
            ("Spacer, all values of the region", ParametricClauses(graph, report.names, region, known, prop)),
            ("Spacer, the point 1, 1, 2", Clauses(graph, point, known, prop)),
        )
        for name, query in clauses:
            answer, seconds = limited(limit, lambda query=query: query.solve(limit))  # type: ignore[misc]
            assert answer in (True, None), "Spacer and `bound` disagree"
            said = "proved" if answer else f"no answer in {limit:g} s"
            ratio = "" if answer else f"> {limit / table.reference:.2g}"
            table.add(question, name, said, seconds if answer else None, f"{len(query.rules)} clauses", ratio)


# ------------------------------------------------------------ point by point


def asked(text: str) -> tuple[Answer, float]:
    """TChecker's answer, and how long it took with the library already loaded."""
    reach("system:s\nevent:e\nprocess:P\nlocation:P:l{initial:}\n")
    began = time.perf_counter()
    found = reach(text, LABEL)
    return found, time.perf_counter() - began


def points(table: Table, scope: Scope, prop: str, report: BoundReport, limit: float) -> None:
    """TChecker and the zones of numbers at every point of the grid."""
    question = f"{prop}, losses {scope.losses}, {scope.retransmissions} retransmission"
    skeleton, ours, theirs, search, late, states = Skeleton(system(scope)), 0.0, 0.0, 0.0, 0, 0
    answered = 0
    for time_wait, rto in GRID:
        values = {"MSL": ONE, "RTO_MAX": rto, "TIME_WAIT": time_wait}
        holds = any(region.inside([values[n] for n in report.names]) for region in report.safe)
        began = time.perf_counter()
        with without_collector():
            run = explore(skeleton, values, until=frozenset({prop}))
        ours += time.perf_counter() - began
        states += len(run)
        assert (prop not in run.first) == holds, "the zones of numbers and `bound` disagree"
        reached = {skeleton.locations[n] for n in run.location}
        text = flat(skeleton.system, values, marks=[prop], within=reached, max_pairs=MAX_PAIRS)
        answer, seconds = limited(limit, lambda text=text: asked(text))  # type: ignore[misc]
        if answer is None:
            late += 1
            theirs += seconds
            continue
        found, seconds = answer
        answered += 1
        theirs += seconds
        search += found.seconds
        assert found.reachable != holds, "TChecker and `bound` disagree"
    count = len(GRID)
    each = ours / count
    worth = f"`bound` = {table.reference / each:.1f} points"
    table.add(question, f"zones of numbers, {count} points", "agrees", each, f"{states // count} states a point", worth)
    said = "agrees" if not late else f"agrees at {answered}; no answer in {limit:g} s at {late}"
    each = theirs / count
    worth = f"`bound` = {'< ' if late else ''}{table.reference / each:.1f} points"
    size = f"search alone {search / max(answered, 1):.3g} s"
    table.add(question, f"TChecker, {count} points", said, each, size, worth)


# ------------------------------------------------------------ all of it


def derive(table: Table, scope: Scope, prop: str, certificates: bool) -> BoundReport:
    """`bound` in three ways; the first is what everything else is compared with."""
    ways = [("within the scope", {"beyond": False, "certify": False}), ("any retransmissions", {"certify": False})]
    ways += [("and certificates re-checked", {"certify": True})] if certificates else []
    question, found = f"{prop}, losses {scope.losses}, 1 retransmission", []
    table.reference = 0.0
    for name, options in ways:
        # The first is what the others are compared with: the best of three.
        request = BoundRequest("textbook", prop, scope, **options)
        report = min((bound(request) for _ in range(1 if found else 3)), key=lambda r: r.seconds)
        states = f"{sum(p.assurance.states for p in report.proofs)} states"
        duties = sum(p.assurance.obligations for p in report.proofs)
        states += f", {duties} obligations" if duties else ""
        table.reference = table.reference or report.seconds
        table.add(question, f"`bound`, {name}", f"{report.status}: {texts(report)}", report.seconds, states)
        found.append(report)
    return found[0]


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--limit", type=float, default=15.0, help="seconds for each call of Spacer and TChecker")
    parser.add_argument("--losses", default="0,1", help="numbers of losses, with commas between them")
    parser.add_argument("--no-certificates", action="store_true", help="leave out what takes longest")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, tcpverify {version('tcpverify')},", end=" ")
    print(f"Z3 {z3.get_version_string()}, tcheckerpy {version('tcheckerpy')},", end=" ")
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}\n")
    print("| question | asked of | answer | seconds | size | ratio to the first row |\n" + "|---" * 6 + "|")
    table = Table()
    # What every answer about the model needs once, and the program remembers: not counted for anybody.
    load("textbook")
    for losses in map(int, options.losses.split(",")):
        scope = Scope(losses=losses)
        report = derive(table, scope, "no-old-segment", not options.no_certificates)
        if not losses:
            spacer(table, Scope(losses=losses, retransmissions=0), "no-old-segment", report, options.limit)
        spacer(table, scope, "no-old-segment", report, options.limit)
        points(table, scope, "no-old-segment", report, options.limit)
        derive(table, scope, "drained", False)


if __name__ == "__main__":
    main()
