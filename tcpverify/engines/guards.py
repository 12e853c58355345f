"""Clock limits derived from the guards that lie ahead (static guard analysis, Behrmann et al. 2003).

For systems that do not state their own limits. The whole discrete graph is enumerated, so it must be finite.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from tcpverify.lang.linear import Linear
from tcpverify.lang.system import Limits, TimedSystem

__all__ = ["guard_limits"]


def guard_limits(system: TimedSystem) -> Callable[[Hashable], Sequence[Limits]]:
    """A function from locations to the limits of their clocks.

    A bound reaches a clock of a location if some path on which the clock is not reset compares it there.
    """
    lower: dict[Hashable, list[set[Linear]]] = {}
    upper: dict[Hashable, list[set[Linear]]] = {}
    sources: dict[Hashable, list[tuple[Hashable, tuple[int, ...]]]] = {}
    work = []
    for location, clocks in system.initial():
        lower[location] = [set() for _ in range(clocks)]
        upper[location] = [set() for _ in range(clocks)]
        work.append(location)
    seen = set(work)
    for location in work:
        for row in system.invariant(location):
            upper[location][row.clock].add(row.bound)
        for edge in system.edges(location):
            for row in edge.guard:
                if row.rel in (">", ">=", "=="):
                    lower[location][row.clock].add(row.bound)
                if row.rel in ("<", "<=", "=="):
                    upper[location][row.clock].add(row.bound)
            sources.setdefault(edge.target, []).append((location, edge.carry))
            if edge.target not in seen:
                seen.add(edge.target)
                lower[edge.target] = [set() for _ in edge.carry]
                upper[edge.target] = [set() for _ in edge.carry]
                work.append(edge.target)
    pending = list(work)
    while pending:
        target = pending.pop()
        for source, carry in sources.get(target, ()):
            grown = False
            for position, clock in enumerate(carry):
                if clock < 0:
                    continue
                for table in (lower, upper):
                    missing = table[target][position] - table[source][clock]
                    if missing:
                        table[source][clock] |= missing
                        grown = True
            if grown:
                pending.append(source)
    result = {
        location: tuple(
            Limits(tuple(low), tuple(up)) for low, up in zip(lower[location], upper[location], strict=True)
        )
        for location in work
    }
    return result.__getitem__
