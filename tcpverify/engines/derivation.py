"""Deriving the parameter values for which no run takes a marked edge: refute, cut off, prove what is left.

Some values are known to be unsafe: for each path found to a marked edge, exactly those for which the path can be
taken. What is left is a union of convex pieces. A piece is explored for all its values at once; either a marked edge
is met, and its path cuts something off, or none is, and the piece is proved. So the answer is exact as soon as no
piece is left open. (Counterexample-guided synthesis, after Frehse, Jha and Krogh 2008.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tcpverify.engines.explore import Exploration
from tcpverify.engines.parametric import ParametricZones
from tcpverify.engines.zones import EMPTY
from tcpverify.lang.region import Condition, Region
from tcpverify.lang.system import Constraint, Edge

__all__ = ["complement", "marked", "minus", "path_region", "simplified", "widest"]


def path_region(
    clocks: int, waits: Sequence[Constraint], path: Sequence[tuple[Edge, Sequence[Constraint]]],
    names: Sequence[str], domain: Region,
) -> Region | None:  # fmt: skip
    """Exactly those values of the domain for which a path can be taken; None if there are none.

    Parameters
    ----------
    clocks, waits
        the number of clocks of the initial location, and its invariant.
    path
        edges, each with the invariant of its target.
    """
    space = ParametricZones(None, names, domain, exact=True)
    zone = space.start(space.step_of((), (-1,) * clocks, waits))
    for edge, invariant in path:
        if zone == EMPTY:
            return None
        zone = space.apply(zone, space.step_of(edge.guard, edge.carry, invariant))
    return None if zone == EMPTY else space.region(zone)


def widest(run: Exploration, mark: str) -> list[tuple[int, int]]:
    """The marked edges that are met for most parameter values, as (state, index of edge), those met first before.

    None is met only where another one, on the list, is met as well.
    """
    space: ParametricZones = run.zones
    kept: list[tuple[Region, int, int]] = []
    for state, index in marked(run, mark):
        region = space.region(run.after(run.zone[state], run.skeleton.steps_of[run.location[state]][index][1]))
        if not any(known.includes(region) for known, _, _ in kept):
            kept = [row for row in kept if not region.includes(row[0])] + [(region, state, index)]
    return [(state, index) for _, state, index in kept]


def marked(run: Exploration, mark: str) -> Iterator[tuple[int, int]]:
    """The marked edges that are met, as (state, index of edge), those met first before."""
    bit = 1 << run.skeleton.marks.index(mark)
    for state, location in enumerate(run.location):
        if run.skeleton.edges_of[location] is None:
            continue
        for index, (_, pattern, bits) in enumerate(run.skeleton.steps_of[location]):
            if bits & bit and run.after(run.zone[state], pattern) != EMPTY:
                yield state, index


def minus(pieces: Iterable[Region], cut: Sequence[Condition], domain: Region) -> list[Region]:
    """The pieces without the values that satisfy all conditions of the cut; none contains another."""
    part = domain.meet(*cut)
    found: list[Region] = []
    for piece in pieces:
        rest = [piece] if part.meet(*piece.conditions).empty else piece.without(cut)
        for one in rest:
            if not any(known.includes(one) for known in found):
                found = [known for known in found if not one.includes(known)] + [one]
    return found


def complement(cuts: Iterable[Sequence[Condition]], domain: Region) -> list[Region]:
    """What of the domain lies in none of the cuts, as convex pieces that may overlap."""
    pieces = [domain]
    for cut in cuts:
        pieces = minus(pieces, cut, domain)
    return pieces


def simplified(unsafe: Region, others: Sequence[Sequence[Condition]], domain: Region) -> tuple[Condition, ...]:
    """The fewest conditions of an unsafe region that add nothing which is not known to be unsafe already."""
    kept = list(unsafe.conditions)
    for condition in list(kept):
        if domain.holds(*condition):
            kept.remove(condition)
    for condition in sorted(kept, key=lambda c: (sum(map(bool, c[0])), c), reverse=True):
        rest = [c for c in kept if c != condition]
        # What dropping it adds must be covered by what is known, this region included.
        wider = [domain.meet(*rest)]
        for cut in (*others, tuple(kept)):
            wider = minus(wider, cut, domain)
        if not wider:
            kept = rest
    return tuple(kept)
