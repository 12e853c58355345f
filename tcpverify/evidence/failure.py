"""Why a certificate proves nothing: the obligation that fails, in words.

Its values are those that a solver found to escape: parameters, and clocks by what they measure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tcpverify.evidence.certificate import Certificate
from tcpverify.evidence.obligations import Obligation, Place
from tcpverify.evidence.smtlib import WAIT
from tcpverify.lang.system import Edge
from tcpverify.tcp.labels import describe, node_name
from tcpverify.tcp.location import GAVE_UP, Location
from tcpverify.tcp.scenario import Scenario

__all__ = ["Failure", "explained", "place_text"]

#: what can be wrong with a step: it breaks a property, leads to no location of the invariant, or outside its regions
BREAKS, MISSING, ESCAPES = "breaks", "missing", "escapes"


@dataclass(frozen=True)
class Failure:
    """An obligation that does not hold.

    Attributes
    ----------
    number
        which obligation, counted from 1.
    location, event, target
        where, by what, and to where; ``location`` is empty for the start.
    kind
        ``breaks``, ``missing`` or ``escapes``.
    properties
        what the step breaks.
    parameters, clocks
        values that escape: of the parameters, and of the clocks before the step.
    wait
        how long is waited after the step.
    place
        the location itself and the edge.
    """

    number: int
    location: str
    event: str
    target: str
    kind: str
    properties: tuple[str, ...]
    parameters: Mapping[str, Fraction]
    clocks: Mapping[str, Fraction]
    wait: Fraction
    place: Place

    def sentence(self) -> str:
        """What is wrong, without the values."""
        if not self.location:
            if self.kind == MISSING:
                return f"the initial location {self.target} is missing from the invariant"
            return f"obligation {self.number} fails: a run can start in {self.target} outside of the invariant"
        step = f"obligation {self.number} fails: in {self.location}, {self.event}"
        if self.kind == BREAKS:
            return f"{step}, which breaks {' and '.join(self.properties)}"
        if self.kind == MISSING:
            return f"{step}, which leads to {self.target}, a location that is missing from the invariant"
        return f"{step}, which leads to {self.target}, outside of the invariant"


def place_text(scenario: Scenario, place: Place) -> str:
    """Where an obligation comes from, in one line."""
    if place.edge is None:
        return f"the start, {_name(scenario, place.location)}"
    return f"in {node_name(scenario, place.location)}, {event_text(scenario, place.edge)}"


def explained(
    certificate: Certificate, system: Any, number: int, origin: tuple[Obligation, Place],
    values: Mapping[str, Fraction],
) -> Failure:  # fmt: skip
    """The failure of an obligation; ``values`` are those of the query's names."""
    obligation, place = origin
    scenario: Scenario = system
    edge = place.edge
    target: Location = place.location if edge is None else edge.target
    broken = tuple(sorted(edge.marks & frozenset(certificate.properties))) if edge is not None else ()
    missing = not certificate.invariant.get(target)
    clocks = _clocks(scenario, place.location if obligation.waits else target)
    known = {**certificate.values, **values}
    return Failure(
        number=number,
        location=node_name(scenario, place.location) if edge is not None else "",
        event=event_text(scenario, edge) if edge is not None else "",
        target=_name(scenario, target),
        kind=BREAKS if broken else MISSING if missing else ESCAPES,
        properties=broken,
        parameters={n: known[n] for n in certificate.parameters if n in known},
        clocks={clocks[c]: values[name] for c, name in sorted(obligation.clocks().items()) if name in values},
        wait=values.get(WAIT, Fraction(0)),
        place=place,
    )  # fmt: skip


def _name(scenario: Scenario, location: Location) -> str:
    return "a run that ends because an end has given up" if location == GAVE_UP else node_name(scenario, location)


def _clocks(scenario: Scenario, location: Location) -> list[str]:
    """What every clock of a location measures."""
    flight = scenario.snapshot(location).flight
    found = []
    for what, which in scenario.clocks(location):
        if what == "segment":
            segment = flight[which]
            found.append(f"age of {segment.flags()}→{'BA'[segment.end]} ({which + 1})")
        else:
            found.append(f"{what} timer of {'AB'[which]}")
    return found


def event_text(scenario: Scenario, edge: Edge) -> str:
    """What happens on an edge, in words."""
    facts = describe(scenario)(edge)
    end = facts["end"]
    if facts["kind"] == "deliver":
        what = f"{end} receives {facts['segment']}"
    elif facts["kind"] == "timer":
        what = f"the {facts['event'].lower()} timer of {end} expires"
    elif facts["kind"] == "call":
        what = f"the application of {end} calls {facts['event']}"
    else:
        what = f"{end} gives up"
    sent = f" and {end} sends {facts['sent'].replace('!', ' (lost)')}" if facts["sent"] else ""
    return what + sent + (f" ({facts['rule']})" if facts["rule"] else "")
