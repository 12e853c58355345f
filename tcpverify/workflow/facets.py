"""What `bound` shows for its answer: a run just outside of every facet of the safe region.

Every run is replayed by the plain interpreter; that a run is possible for all values that were cut off on its
account is put to Z3.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from tcpverify.engines.derivation import minus
from tcpverify.engines.explore import Budget, explore
from tcpverify.errors import InternalDisagreement
from tcpverify.evidence.concrete import concretise, positive_timeouts
from tcpverify.evidence.everywhere import covered, possible_everywhere
from tcpverify.evidence.replay import replay
from tcpverify.evidence.symbolic import EPSILON, just_below
from tcpverify.evidence.trace import Trace
from tcpverify.lang.linear import Linear, parameter
from tcpverify.lang.region import Condition, Region
from tcpverify.lang.system import Edge
from tcpverify.tcp.scenario import Scenario
from tcpverify.workflow.derived import Cut, Witness

if TYPE_CHECKING:
    from tcpverify.workflow.bound import Derivation

#: states within which a shorter run is sought
SOON = 50_000

__all__ = ["confirmed", "essential", "witnesses"]


def essential(cuts: Sequence[Cut], domain: Region) -> list[Cut]:
    """The cuts without those whose runs are possible only where runs of others are, earlier ones first."""
    kept = list(cuts)
    for cut in cuts:
        others = [c for c in kept if c is not cut]
        part = [domain.meet(*cut.region.conditions)]
        for other in others:
            part = minus(part, other.region.conditions, domain)
        if not part:
            kept = others
    return kept


def witnesses(derivation: Derivation, safe: Sequence[Region]) -> list[Witness]:
    """A run just outside of every facet of the safe region; where nothing is safe, the shortest run."""
    names, domain = derivation.names, derivation.domain
    facets = dict.fromkeys(c for r in safe for c in r.conditions if not domain.holds(*c))
    found = []
    for facet in facets:
        near: list[tuple[int, int, int, Cut, Region]] = []
        for cut in derivation.cuts:
            face = _contact(cut.region, facet, safe, domain)
            if face is not None:
                near.append((-face.dimension(), cut.steps, len(near), cut, face))
        for *_, cut, face in sorted(near, key=lambda row: row[:3]):
            witness = _just_outside(derivation, facet, cut, _point(face, names))
            if witness is not None:
                found.append(witness)
                break
    # Every run that the answer rests on is replayed; where nothing is safe, one that is possible for most is shown.
    rest = [c for c in essential(derivation.cuts, domain) if all(w.cut is not c for w in found)]
    others = [_somewhere(derivation, cut) for cut in rest]
    if not found and others:
        found = [max(others, key=lambda w: (w.cut.region.includes(domain), -w.cut.steps))]
    return found


def confirmed(derivation: Derivation, safe: Sequence[Region]) -> None:
    """Let Z3 confirm that everything outside the safe region is refuted, for all values.

    Raises
    ------
    InternalDisagreement
        if it does not.
    """
    names = derivation.names
    for cut in derivation.cuts:
        scenario, start, path = _found(derivation, cut)
        assumed = (*derivation.domain.conditions, *cut.region.conditions)
        clocks = len(scenario.clocks(start))  # type: ignore[arg-type]
        if not possible_everywhere(scenario, start, clocks, path, names, assumed):
            raise InternalDisagreement(f"Z3 does not confirm that a run of {cut.steps} steps is possible everywhere")
    known = [c.region.conditions for c in derivation.cuts] + [r.conditions for r in safe]
    if not covered(names, derivation.domain.conditions, known):
        raise InternalDisagreement("Z3 finds parameter values that are neither refuted nor proved nor open")


def _found(derivation: Derivation, cut: Cut) -> tuple[Scenario, object, Sequence[Edge]]:
    """The run of a cut, and the system that it is one of."""
    skeleton, start, path = derivation.paths[cut.conditions]
    return skeleton.system, start, path  # type: ignore[return-value]


def _contact(outside: Region, facet: Condition, safe: Sequence[Region], domain: Region) -> Region | None:
    """Where the closures of a refuted region and of the safe one meet on a facet, as far as that is one piece."""
    row = facet[0]
    best: Region | None = None
    for piece in safe:
        if facet in piece.conditions:
            closed = [(r, False) for r, _ in (*piece.conditions, *outside.conditions)]
            face = domain.meet((row, False), (tuple(-v for v in row), False), *closed)
            if not face.empty and (best is None or face.dimension() > best.dimension()):
                best = face
    return best


def _point(face: Region, names: Sequence[str]) -> dict[str, Fraction]:
    """A point within a facet, with MSL = 1."""
    # Uneven weights: a point where no two durations are equal by chance.
    point = face.point([Fraction(5 + 2 * i, 5) for i in range(len(face.rays))])
    msl = point[names.index("MSL")]
    return {n: v / msl for n, v in zip(names, point, strict=True)}


def _just_outside(derivation: Derivation, facet: Condition, cut: Cut, point: dict[str, Fraction]) -> Witness | None:
    names = derivation.names
    if not facet[0][names.index("TIME_WAIT")]:
        return None
    scenario, start, path = _found(derivation, cut)
    value = _solved(facet, names)
    clocks = len(scenario.clocks(start))  # type: ignore[arg-type]
    found = just_below(scenario, start, clocks, path, "TIME_WAIT", value, point)
    if found is None:
        return None
    # What was cut off is what one run is possible for, not the shortest; here a shorter one may do.
    shorter = _shortest(derivation, cut, found[1])
    if shorter is not None and len(shorter) < len(path):
        better = just_below(scenario, start, clocks, shorter, "TIME_WAIT", value, point)
        if better is not None:
            path, found = shorter, better
    many, numbers, times, labels = found
    trace = _trace(derivation, scenario, start, path, numbers, times)
    return Witness(facet, cut, trace, tuple(labels), {"TIME_WAIT": value - parameter(EPSILON) * many})


def _shortest(derivation: Derivation, cut: Cut, numbers: dict[str, Fraction]) -> list[Edge] | None:
    """The run with the fewest steps at these numbers, if it is found soon."""
    skeleton = derivation.paths[cut.conditions][0]
    name = derivation.request.property
    run = explore(skeleton, numbers, until=frozenset({name}), budget=Budget(states=SOON))
    if name not in run.first:
        return None
    state, index = run.first[name]
    steps = [*run.path(state), (state, index)]
    start = skeleton.locations[run.location[steps[0][0]]]
    edges = [skeleton.edge(run.location[s], i) for s, i in steps]
    return positive_timeouts(skeleton.system, start, edges)  # type: ignore[arg-type]


def _somewhere(derivation: Derivation, cut: Cut) -> Witness:
    scenario, start, path = _found(derivation, cut)
    return Witness(None, cut, _trace(derivation, scenario, start, path, _natural(derivation, cut.region), None))


def _solved(condition: Condition, names: Sequence[str]) -> Linear:
    """The TIME_WAIT at which a condition is on the point of failing."""
    terms = dict(zip(names, (Fraction(v) for v in condition[0]), strict=True))
    factor = terms.pop("TIME_WAIT")
    return Linear.of({n: -v / factor for n, v in terms.items()})


def _natural(derivation: Derivation, region: Region) -> dict[str, Fraction]:
    """Values at which the run is easy to follow: the model's own TIME_WAIT and RTO_MAX = MSL = 1, if possible."""
    one = Fraction(1)
    own = derivation.model.table.numbers["TIME_WAIT"].value({"MSL": one})
    point = {"MSL": one, "RTO_MAX": one, "RTO_MIN": one / 10, "DELAY_MIN": one / 10, "TICK": one / 100}
    values = {n: own if n == "TIME_WAIT" else point.get(n, one) for n in derivation.names}
    if region.inside(tuple(values[n] for n in derivation.names)):
        return values
    inner = region.point()
    msl = inner[derivation.names.index("MSL")]
    return {n: v / msl for n, v in zip(derivation.names, inner, strict=True)}


def _trace(
    derivation: Derivation, scenario: Scenario, start: object, path: Sequence[Edge],
    numbers: dict[str, Fraction], times: Sequence[Fraction] | None,
) -> Trace:  # fmt: skip
    values = {"RTO_MIN": Fraction(0), "DELAY_MIN": Fraction(0), **numbers}
    trace = concretise(
        scenario, start, path, values, derivation.model.name, derivation.request.property, times=times,  # type: ignore[arg-type]
    )  # fmt: skip
    replay(trace, derivation.model.table)
    return trace
