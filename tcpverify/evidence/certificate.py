"""Certificates: an inductive invariant, location by location, as linear constraints over clocks and parameters.

A certificate says: for all parameter values that it assumes, these locations, each with these clock regions, contain
where runs start and everything that any step leads to; and no step that breaks one of its properties is possible from
them. `tcpverify.evidence.recheck` has a solver confirm that without the engine that found it.

One certificate is about one convex set of parameter values; a `CertificateFile` puts several together. `check` writes
certificates that assume a value for every parameter, `bound` such as assume inequalities.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from tcpverify.lang.linear import Linear, constant, parameter
from tcpverify.lang.region import Condition
from tcpverify.lang.system import Constraint
from tcpverify.tcp.endpoint import End
from tcpverify.tcp.location import Location
from tcpverify.tcp.scenario import Scenario
from tcpverify.tcp.scope import Scope
from tcpverify.tcp.stamps import ORDER

__all__ = ["SCHEMA", "Assumption", "Bound", "Certificate", "CertificateFile", "Kind", "Region", "assumed", "fixed"]

SCHEMA = "tcpverify.certificate/2"
_OPTIONAL = frozenset({"cc_recv", "cc_cache", "delivered"})

#: ``x[i] - x[j] < c`` (strict) or ``<= c``; clock 0 is the constant zero, clock k the location's clock k-1; with
#: i = j = 0 a condition on parameters only: ``0 < c`` or ``0 <= c``
Bound = tuple[int, int, Linear, bool]
Region = tuple[Bound, ...]
#: the guard of an edge, the clocks it carries, and the invariant of its target
Kind = tuple[tuple[Constraint, ...], tuple[int, ...], tuple[Constraint, ...]]


class Assumption(NamedTuple):
    """A condition on parameters, ``value OP 0``: OP is one of ``>= > =``."""

    value: Linear
    op: str


def fixed(values: Mapping[str, Fraction]) -> tuple[Assumption, ...]:
    """The assumptions that give every parameter its value."""
    return tuple(Assumption(parameter(name) - constant(value), "=") for name, value in values.items())


def assumed(names: Sequence[str], conditions: Sequence[Condition]) -> tuple[Assumption, ...]:
    """The conditions of a `tcpverify.lang.region.Region` over these parameters (``""``: the constant 1)."""
    return tuple(Assumption(expression(names, row), ">" if strict else ">=") for row, strict in conditions)


def expression(names: Sequence[str], row: Sequence[int | Fraction]) -> Linear:
    """A row of coefficients as an expression over these parameters."""
    return Linear.of(dict(zip(names, row, strict=True)))


@dataclass(frozen=True)
class Certificate:
    """The invariant for one convex set of parameter values, with what it is about.

    Attributes
    ----------
    parameters
        the parameters that it is about; none is negative.
    assume
        what else is assumed of them.
    properties
        the properties that no step from the invariant breaks.
    regions
        the clock regions, by number; a region with no bound is every non-negative clock value.
    invariant
        for every location the numbers of its regions; their union is claimed to contain all clock values.
    images
        a hint that is proved like everything else: where a step of that kind leads from a region
        (-1: nowhere). Steps of one kind from one region are many, so each needs to be proved once only.
    scenario
        the system that the locations belong to; the numbers in them are those of ``scenario.parts``.
    """

    model: str
    parameters: tuple[str, ...]
    assume: tuple[Assumption, ...]
    properties: tuple[str, ...]
    regions: Sequence[Region]
    invariant: Mapping[Location, tuple[int, ...]]
    images: Mapping[tuple[int, Kind], int]
    scenario: Scenario

    @property
    def values(self) -> dict[str, Fraction]:
        """The parameters that an assumption of their own gives a value."""
        found: dict[str, Fraction] = {}
        for value, op in self.assume:
            terms = dict(value.terms)
            number = -terms.pop("", Fraction(0))
            if op == "=" and len(terms) == 1:
                [(name, factor)] = terms.items()
                found.setdefault(name, number / factor)
        return found

    def to_json(self) -> dict[str, Any]:
        """The document of schema `SCHEMA` that has this part only."""
        return CertificateFile((self,), self.scenario.scope).to_json()


@dataclass(frozen=True)
class CertificateFile:
    """Certificates of one claim: a model has these properties in a scope, for the parameter values of every part.

    ``scope`` is what is claimed; that of a part may be wider (`tcpverify.evidence.reading.covers`). All parts are
    about the same model, parameters and properties, and there is at least one.
    """

    parts: tuple[Certificate, ...]
    scope: Scope

    @property
    def model(self) -> str:
        """The model expression."""
        return self.parts[0].model

    @property
    def properties(self) -> tuple[str, ...]:
        """The properties that are claimed."""
        return self.parts[0].properties

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters that the claim is about."""
        return self.parts[0].parameters

    def to_json(self) -> dict[str, Any]:
        """The document of schema `SCHEMA`."""
        from importlib.metadata import PackageNotFoundError, version

        try:
            written_by = version("tcpverify")
        except PackageNotFoundError:
            written_by = ""
        return {
            "schema": SCHEMA,
            "tcpverify": written_by,
            "model": self.model,
            "properties": list(self.properties),
            "scope": self.scope.as_json(),
            "parameters": list(self.parameters),
            "parts": [_part(certificate, self.scope) for certificate in self.parts],
        }


def _part(certificate: Certificate, scope: Scope) -> dict[str, Any]:
    """A part; its ends, segments and relations are written out once and referred to by number.

    With every end and segment stands its mirror image: which of a location and its mirror image is explored depends on
    the order of all these numbers, and a reader must come to the same choice.
    """
    parts, invariant = certificate.scenario.parts, certificate.invariant
    some_ends = {e for loc in invariant for e in loc[:2] if e >= 0}
    some_segments = {s for loc in invariant for s in loc[2]}
    ends = sorted(some_ends | {parts.mirror_end[e] for e in some_ends})
    segments = sorted(some_segments | {parts.mirror_segment[s] for s in some_segments})
    relations = sorted({loc[5] for loc in invariant})
    return {
        "assume": [{"terms": _terms(value), "op": op} for value, op in certificate.assume],
        "system": _system(certificate.scenario, scope),
        "ends": {str(n): _end(parts.ends[n]) for n in ends},
        "segments": {str(n): parts.segments[n]._asdict() for n in segments},
        "relations": {
            str(n): {"spaces": list(parts.relations[n][0]), "bases": sorted(map(list, parts.relations[n][1]))}
            for n in relations
        },
        "regions": [
            [{"terms": _clocks(i, j), "op": "<" if strict else "<=", "bound": _terms(c)} for i, j, c, strict in region]
            for region in certificate.regions
        ],
        "invariant": [
            {"ends": list(loc[:2]), "flight": list(loc[2]), "losses": loc[3], "duplicates": loc[4],
             "relation": loc[5], "regions": list(regions)}
            for loc, regions in invariant.items()
        ],
    }  # fmt: skip


def _end(end: End) -> dict[str, Any]:
    """An end; what only some models and properties need is left out where there is none."""
    return {n: v for n, v in end._asdict().items() if n not in _OPTIONAL or v not in (None, ())}


def _system(scenario: Scenario, scope: Scope) -> dict[str, Any]:
    """What it takes, beside model and scope, to build the scenario again."""
    timing = scenario.timing
    return {
        "obligations": scenario.obligations,
        "lower_bounds": [
            name for name, bound in (("DELAY_MIN", timing.delay_min), ("RTO_MIN", timing.rto_min)) if bound is not None
        ],
        "positive_timeouts": timing.positive,
        "watch_first_fin": scenario.watch_first_fin,
        **({"watch_deliveries": True} if scenario.watch_deliveries else {}),
        **({"timestamps": ORDER} if scenario.stamps is not None and scenario.stamps.kind == ORDER else {}),
        **({"scope": scenario.scope.as_json()} if scenario.scope != scope else {}),
    }


def _terms(value: Linear) -> dict[str, str]:
    return {name: str(factor) for name, factor in value.terms}


def _clocks(i: int, j: int) -> dict[str, int]:
    return {} if i == j else {**({f"x{i}": 1} if i else {}), **({f"x{j}": -1} if j else {})}
