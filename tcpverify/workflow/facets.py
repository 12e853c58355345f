"""What `bound` shows for its answer: a certificate for every proof, and a run just outside of every facet.

Every run is replayed by the plain interpreter; that a run is possible for all values that were cut off on its
account is put to Z3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from tcpverify.engines.derivation import complement, minus
from tcpverify.errors import InternalDisagreement
from tcpverify.evidence.concrete import concretise
from tcpverify.evidence.everywhere import covered, possible_everywhere
from tcpverify.evidence.replay import replay
from tcpverify.evidence.symbolic import EPSILON, just_below
from tcpverify.evidence.trace import Trace
from tcpverify.lang.linear import Linear, parameter
from tcpverify.lang.region import Condition, Region
from tcpverify.lang.system import Edge
from tcpverify.tcp.scenario import Scenario
from tcpverify.workflow.derived import Cut

if TYPE_CHECKING:
    from tcpverify.workflow.bound import Derivation

__all__ = ["border", "confirmed", "essential", "shown"]


def essential(cuts: Sequence[Cut], domain: Region) -> list[Cut]:
    """The cuts without those that the others make superfluous, earlier ones first."""
    kept = list(cuts)
    for cut in cuts:
        others = [c for c in kept if c is not cut]
        part = [domain.meet(*cut.conditions)]
        for other in others:
            part = minus(part, other.conditions, domain)
        if not part:
            kept = others
    return kept


def shown(derivation: Derivation) -> list[Cut]:
    """The cuts that matter, each with a run, as near to the safe region as can be."""
    cuts = essential(derivation.cuts, derivation.domain)
    safe = complement([c.conditions for c in cuts], derivation.domain)
    return [_with_run(derivation, cut, safe) for cut in cuts]


def confirmed(derivation: Derivation, safe: Sequence[Region]) -> None:
    """Let Z3 confirm that everything outside the safe region is refuted, for all values.

    Raises
    ------
    InternalDisagreement
        if it does not.
    """
    names = derivation.names
    for cut in derivation.cuts:
        scenario, start, path = derivation.paths[cut.conditions]
        assumed = (*derivation.domain.conditions, *cut.region.conditions)
        clocks = len(scenario.clocks(start))  # type: ignore[arg-type]
        if not possible_everywhere(scenario, start, clocks, path, names, assumed):  # type: ignore[arg-type]
            raise InternalDisagreement(f"Z3 does not confirm that a run of {cut.steps} steps is possible everywhere")
    known = [c.region.conditions for c in derivation.cuts] + [r.conditions for r in safe]
    if not covered(names, derivation.domain.conditions, known):
        raise InternalDisagreement("Z3 finds parameter values that are neither refuted nor proved nor open")


def _with_run(derivation: Derivation, cut: Cut, safe: Sequence[Region]) -> Cut:
    scenario, start, path = derivation.paths[cut.conditions]
    names = derivation.names
    for condition in cut.conditions:
        point = border(cut.region, condition, safe, derivation.domain, names)
        if point is None or not condition[0][names.index("TIME_WAIT")]:
            continue
        value = _solved(condition, names)
        clocks = len(scenario.clocks(start))  # type: ignore[arg-type]
        found = just_below(scenario, start, clocks, path, "TIME_WAIT", value, point)
        if found is None:
            continue
        many, numbers, times, labels = found
        trace = _trace(derivation, scenario, start, path, numbers, times)
        return replace(
            cut, trace=trace, labels=tuple(labels), point_labels={"TIME_WAIT": value - parameter(EPSILON) * many}
        )
    numbers = _natural(derivation, cut.region)
    return replace(cut, trace=_trace(derivation, scenario, start, path, numbers, None))


def border(
    outside: Region, condition: Condition, safe: Sequence[Region], domain: Region, names: Sequence[str]
) -> dict[str, Fraction] | None:
    """A point on a facet between the safe region and a cut, in the middle of it, with MSL = 1."""
    row = condition[0]
    opposite = tuple(-v for v in row)
    for piece in safe:
        closed = [(r, False) for r, _ in (*piece.conditions, *outside.conditions)]
        face = domain.meet((row, False), (opposite, False), *closed)
        if not face.empty:
            point = face.point()
            msl = point[names.index("MSL")]
            return {n: v / msl for n, v in zip(names, point, strict=True)}
    return None


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
    values = {n: own if n == "TIME_WAIT" else point[n] for n in derivation.names}
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
