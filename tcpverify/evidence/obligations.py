"""What has to be proved of a certificate: one obligation for every edge and region, from the model asked afresh.

Whoever is in the region and may take the edge, and then waits as long as the target allows, is in a region of the
target; and if the edge breaks a property of the certificate, it cannot be taken. Only locations that the model itself
leads to are looked at: what else a certificate holds plays no part.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import NamedTuple

from tcpverify.evidence.certificate import Certificate, Kind
from tcpverify.lang.system import Constraint, Edge, TimedSystem
from tcpverify.tcp.location import Location

__all__ = ["Afresh", "Obligation", "Obligations", "Place"]


class Obligation(NamedTuple):
    """From a region (-1: all clocks zero), by guard, carry and waiting, into the union of ``targets``.

    No targets: the step is impossible. Without ``waits`` no time passes: a plain inclusion.
    """

    region: int
    guard: tuple[Constraint, ...]
    carry: tuple[int, ...]
    invariant: tuple[Constraint, ...]
    targets: tuple[int, ...]
    waits: bool = True

    def clocks(self) -> dict[int, str]:
        """The clocks of the source that play a part, each with its name in formulas, in the order of the target.

        Leaving out what is known of the others asks for more, not less, and makes many obligations the same formula.
        """
        order = dict.fromkeys([c for c in self.carry if c >= 0] + [row.clock for row in self.guard])
        return {clock: f"c{i}" for i, clock in enumerate(order)}


class Place(NamedTuple):
    """Where an obligation comes from: an edge of a location; without an edge it is about the start."""

    location: Location
    edge: Edge | None


class Afresh:
    """The edges of a system, computed afresh and kept, so that several certificates can be checked against them."""

    def __init__(self, system: TimedSystem) -> None:
        self.system = system
        self.kinds: list[Kind] = []
        self._kind_ids: dict[Kind, int] = {}
        self._known: dict[Hashable, list[tuple[Edge, int]]] = {}

    def edges(self, location: Hashable) -> list[tuple[Edge, int]]:
        """The edges of a location, each with the number of its kind."""
        found = self._known.get(location)
        if found is None:
            invariant = self.system.invariant
            found = [
                (e, self.kind((e.guard, e.carry, tuple(invariant(e.target))))) for e in self.system.edges(location)
            ]
            self._known[location] = found
        return found

    def kind(self, kind: Kind) -> int:
        """The number of a guard, the clocks carried, and the invariant of the target."""
        found = self._kind_ids.get(kind)
        if found is None:
            found = self._kind_ids[kind] = len(self.kinds)
            self.kinds.append(kind)
        return found


@dataclass
class Obligations:
    """All obligations of a certificate, equal ones once, each with a place where it comes from.

    ``locations`` and ``edges`` count what was looked at.
    """

    found: dict[Obligation, Place] = field(default_factory=dict)
    locations: int = 0
    edges: int = 0

    def collect(
        self, certificate: Certificate, model: Afresh, interrupted: Callable[[], bool] | None = None
    ) -> bool:
        """Collect all obligations; False: interrupted.

        A location that the certificate lacks has no regions: no step must lead there.
        """
        invariant, system = certificate.invariant, model.system
        broken = frozenset(certificate.properties)
        ahead: list[Location] = []
        for start, clocks in system.initial():
            location: Location = start  # type: ignore[assignment]
            rows = tuple(system.invariant(start))
            regions = invariant.get(location, ())
            self.found.setdefault(Obligation(-1, (), (-1,) * clocks, rows, regions), Place(location, None))
            ahead.append(location)
        images = {(region, model.kind(kind)): i for (region, kind), i in certificate.images.items()}
        steps: set[tuple[int, int, bool, tuple[int, ...]]] = set()
        seen = set(ahead)
        for location in ahead:
            regions = invariant.get(location, ())
            if not regions:
                continue
            self.locations += 1
            if interrupted is not None and self.locations & 255 == 1 and interrupted():
                return False
            edges = model.edges(location)
            self.edges += len(edges)
            for edge, kind in edges:
                target = edge.target
                if target not in seen:
                    seen.add(target)
                    ahead.append(target)
                into = () if edge.marks & broken else invariant.get(target, ())
                for region in regions:
                    image = images.get((region, kind))
                    key = (region, kind, image in into, () if image in into else into)
                    if key not in steps:
                        steps.add(key)
                        self._split(region, model.kinds[kind], image, into, Place(location, edge))
        return True

    def _split(self, region: int, kind: Kind, image: int | None, into: tuple[int, ...], place: Place) -> None:
        """One edge as obligations: into its image, and from the image into the target's regions."""
        guard, carry, rows = kind
        if image is None:
            self.found.setdefault(Obligation(region, guard, carry, rows, into), place)
            return
        via = () if image < 0 else (image,)
        self.found.setdefault(Obligation(region, guard, carry, rows, via), place)
        if image >= 0 and image not in into:
            # Nothing happens and no time passes: plain inclusion.
            same = tuple(range(len(carry)))
            self.found.setdefault(Obligation(image, (), same, (), into, False), place)
