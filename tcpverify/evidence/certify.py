"""The certificate that a complete exploration amounts to, with numbers or with parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from tcpverify.engines.explore import Exploration
from tcpverify.engines.parametric import ParametricZones
from tcpverify.engines.zones import INFINITE, LE_ZERO, Zones, side
from tcpverify.evidence.certificate import Assumption, Certificate, Region, assumed, expression, fixed
from tcpverify.lang.linear import Linear, constant
from tcpverify.tcp.location import Location
from tcpverify.tcp.scenario import Scenario

__all__ = ["certify"]


def certify(
    run: Exploration,
    scenario: Scenario,
    model: str,
    properties: Sequence[str],
    parameters: Mapping[str, Fraction] | None = None,
) -> Certificate:
    """The certificate that a complete exploration amounts to.

    Parameters
    ----------
    parameters
        the values under which numbers were explored. A parametric exploration knows its parameters itself: the
        certificate assumes the region in which it began.
    """
    names: tuple[str, ...]
    assume: tuple[Assumption, ...]
    if isinstance(run.zones, ParametricZones):
        space = run.zones
        names = tuple(name for name in space.names if name)
        assume = assumed(space.names, space.regions[0].conditions)
        regions = _parametric(space)
    else:
        values = parameters or {}
        names, assume = tuple(values), fixed(values)
        regions = _numeric(run.zones, run.resolver.scale)
    invariant: dict[Location, tuple[int, ...]] = {}
    for number, states in run.at.items():
        location: Location = run.skeleton.locations[number]  # type: ignore[assignment]
        invariant[location] = tuple(run.zone[s] for s in states)
    images = {}
    for zone, pattern, image in run.images():
        guard, carry, shape = run.skeleton.patterns[pattern]
        images[zone, (guard, carry, run.skeleton.shapes[shape][0])] = image
    return Certificate(model, names, assume, tuple(properties), regions, invariant, images, scenario)


def _numeric(zones: Zones, scale: int) -> list[Region]:
    known: dict[int, Linear] = {}
    regions = []
    for zone in range(len(zones)):
        matrix = zones.matrix(zone)
        n = side(matrix)
        bounds = []
        for i in range(n):
            for j in range(n):
                bound = matrix[i * n + j]
                if i == j or bound >= INFINITE or (i == 0 and bound == LE_ZERO):
                    continue
                value = known.get(bound >> 1)
                if value is None:
                    value = known[bound >> 1] = constant(Fraction(bound >> 1, scale))
                bounds.append((i, j, value, not bound & 1))
        regions.append(tuple(bounds))
    return regions


def _parametric(space: ParametricZones) -> list[Region]:
    """Every zone as bounds; of its parameter values what is not assumed of all of them anyway."""
    names, everywhere = space.names, space.regions[0]
    entries = [
        [(expression(names, row), strict) for row, strict in minimum] for minimum in space.entries
    ]
    at_most_zero = [(Linear(), False)]
    regions = []
    for zone in range(len(space)):
        bounds = [
            (0, 0, expression(names, row), strict)
            for row, strict in space.region(zone).conditions
            if not everywhere.holds(row, strict)
        ]
        matrix = space.matrix(zone)
        n = side(matrix)
        for i in range(n):
            for j in range(n):
                minimum = entries[matrix[i * n + j]]
                if i != j and not (i == 0 and minimum == at_most_zero):
                    bounds += [(i, j, value, strict) for value, strict in minimum]
        regions.append(tuple(bounds))
    return regions
