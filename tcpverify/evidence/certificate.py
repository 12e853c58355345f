"""Certificates: an inductive invariant, location by location, as linear constraints over clocks.

A certificate says: these locations, each with these clock regions, contain where runs start and everything that
any step leads to; and no step that breaks the property is possible from them. `tcpverify.evidence.recheck` lets
Z3 confirm that without the engine that found it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tcpverify.lang.system import Constraint
from tcpverify.tcp.scenario import Location, Scenario

__all__ = ["SCHEMA", "Bound", "Certificate", "Kind", "Region"]

SCHEMA = "tcpverify.certificate/1"

#: ``x[i] - x[j] < c`` (strict) or ``<= c``; clock 0 is the constant zero, clock k the location's clock k-1
Bound = tuple[int, int, Fraction, bool]
Region = tuple[Bound, ...]
#: the guard of an edge, the clocks it carries, and the invariant of its target
Kind = tuple[tuple[Constraint, ...], tuple[int, ...], tuple[Constraint, ...]]


@dataclass(frozen=True)
class Certificate:
    """The invariant, with what it is about.

    Attributes
    ----------
    regions
        the clock regions, by number; a region with no bound is every non-negative clock value.
    invariant
        for every location the numbers of its regions; their union is claimed to contain all clock values.
    properties
        the properties that no step from the invariant breaks.
    images
        a hint that is proved like everything else: where a step of that kind leads from a region
        (-1: nowhere). Steps of one kind from one region are many, so each needs to be proved once only.
    """

    model: str
    parameters: Mapping[str, Fraction]
    scope: Mapping[str, Any]
    properties: tuple[str, ...]
    regions: Sequence[Region]
    invariant: Mapping[Location, tuple[int, ...]]
    images: Mapping[tuple[int, Kind], int]
    scenario: Scenario

    def to_json(self) -> dict[str, Any]:
        """The document of schema `SCHEMA`; ends and segments are written out once and referred to by number."""
        parts = self.scenario.parts
        ends = sorted({e for loc in self.invariant for e in loc[:2] if e >= 0})
        segments = sorted({s for loc in self.invariant for s in loc[2]})
        relations = sorted({loc[5] for loc in self.invariant})
        return {
            "schema": SCHEMA,
            "model": self.model,
            "parameters": {n: str(v) for n, v in self.parameters.items()},
            "scope": dict(self.scope),
            "properties": list(self.properties),
            "ends": {str(n): parts.ends[n]._asdict() for n in ends},
            "segments": {str(n): parts.segments[n]._asdict() for n in segments},
            "relations": {
                str(n): {"spaces": list(parts.relations[n][0]), "bases": sorted(map(list, parts.relations[n][1]))}
                for n in relations
            },
            "regions": [
                [{"terms": _terms(i, j), "op": "<" if strict else "<=", "bound": str(c)} for i, j, c, strict in region]
                for region in self.regions
            ],
            "invariant": [
                {"ends": list(loc[:2]), "flight": list(loc[2]), "losses": loc[3], "duplicates": loc[4],
                 "relation": loc[5], "regions": list(regions)}
                for loc, regions in self.invariant.items()
            ],
        }  # fmt: skip


def _terms(i: int, j: int) -> dict[str, int]:
    return {**({f"x{i}": 1} if i else {}), **({f"x{j}": -1} if j else {})}
