"""The certificate that a complete exploration amounts to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from tcpverify.engines.explore import Exploration
from tcpverify.engines.zones import INFINITE, LE_ZERO
from tcpverify.evidence.certificate import Certificate, Region
from tcpverify.tcp.scenario import Location, Scenario

__all__ = ["certify"]


def certify(
    run: Exploration, scenario: Scenario, model: str, properties: Sequence[str], parameters: Mapping[str, Fraction]
) -> Certificate:
    """The certificate that a complete exploration amounts to."""
    regions = [_region(run.zones.matrix(z), run.resolver.scale) for z in range(len(run.zones))]
    invariant: dict[Location, tuple[int, ...]] = {}
    for number, states in run.at.items():
        location: Location = run.skeleton.locations[number]  # type: ignore[assignment]
        invariant[location] = tuple(run.zone[s] for s in states)
    images = {}
    for zone, pattern, image in run.images():
        guard, carry, shape = run.skeleton.patterns[pattern]
        images[zone, (guard, carry, run.skeleton.shapes[shape][0])] = image
    return Certificate(
        model, dict(parameters), scenario.scope.as_json(), tuple(properties), regions, invariant, images, scenario
    )


def _region(matrix: Sequence[int], scale: int) -> Region:
    n = 1
    while n * n < len(matrix):
        n += 1
    bounds = []
    for i in range(n):
        for j in range(n):
            bound = matrix[i * n + j]
            if i == j or bound >= INFINITE or (i == 0 and bound == LE_ZERO):
                continue
            bounds.append((i, j, Fraction(bound >> 1, scale), not bound & 1))
    return tuple(bounds)
