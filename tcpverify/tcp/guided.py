"""The runs of a scenario that do, step by step, what a run of a looser one did.

What is found in a system with more behaviour than there is may be an artefact of it, or may not be. To know, one need
not search the real system whole: only for runs in which the same calls are made, the same timers expire and the same
segments arrive and have the same effect, whatever timestamps they bear.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from tcpverify.lang.system import Constraint, Edge
from tcpverify.tcp.ends import Segment
from tcpverify.tcp.location import Action, Location
from tcpverify.tcp.parts import Parts
from tcpverify.tcp.scenario import Scenario

__all__ = ["Guided"]

_Deed = tuple[object, ...]


class _Place(NamedTuple):
    """A location of the scenario after so many steps, and whether it is a mirror image of where the run is."""

    location: Location
    steps: int
    mirrored: bool


class Guided:
    """A `TimedSystem`: the runs of ``scenario`` that do what ``path`` does, which is a run of ``looser``."""

    def __init__(self, scenario: Scenario, looser: Scenario, path: Sequence[Edge]) -> None:
        self.scenario = scenario
        self._deeds: list[_Deed] = []
        mirrored = False
        for edge in path:
            self._deeds.append(_deed(edge.label, looser.parts, mirrored))
            mirrored ^= edge.label.mirrored

    def initial(self) -> Iterable[tuple[Hashable, int]]:
        """Where the scenario's runs start."""
        return [(_Place(location, 0, False), clocks) for location, clocks in self.scenario.initial()]

    def edges(self, place: Any) -> list[Edge]:
        """What the scenario can do here, if it is what the path did."""
        return list(self._followed(place)) if place.steps < len(self._deeds) else []

    def _followed(self, place: _Place) -> Iterator[Edge]:
        wanted = self._deeds[place.steps]
        for edge in self.scenario.edges(place.location):
            if _deed(edge.label, self.scenario.parts, place.mirrored) == wanted:
                mirrored = place.mirrored ^ edge.label.mirrored
                yield edge._replace(target=_Place(edge.target, place.steps + 1, mirrored))

    def invariant(self, place: Any) -> Sequence[Constraint]:
        """As in the scenario."""
        return self.scenario.invariant(place.location)

    def limits(self, place: Any) -> Any:
        """As in the scenario."""
        return self.scenario.limits(place.location)

    @staticmethod
    def real(path: Sequence[Edge]) -> list[Edge]:
        """A path of this system as one of the scenario."""
        return [edge._replace(target=edge.target.location) for edge in path]


def _deed(action: Action, parts: Parts, mirrored: bool) -> _Deed:
    """What is done, by which end of the run: the same in systems that tell different things of timestamps apart."""
    plan = action.plan
    if plan is None:
        return (action.kind, action.end ^ mirrored)
    segment = plan.event.segment
    arriving: Segment | None = None
    if segment is not None:
        number = parts.segment(segment)
        arriving = parts.segments[parts.mirror_segment[number] if mirrored else number]._replace(ts=0)
    return (
        action.kind, plan.side ^ mirrored, plan.event._replace(segment=None), arriving, plan.reaction.rule,
        action.lost, action.kept,
    )  # fmt: skip
