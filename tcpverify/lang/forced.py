"""A timed transition system whose runs all begin with a given path: what follows from there, clocks included."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any, NamedTuple

from tcpverify.lang.system import Constraint, Edge, TimedSystem

__all__ = ["Forced"]


class _On(NamedTuple):
    """So many steps of the path are done."""

    steps: int


class Forced:
    """The runs of ``system`` that begin in ``start`` and take the edges of ``path`` first.

    Marks on the path are left out: they were met before what is asked about begins.
    """

    def __init__(self, system: TimedSystem, start: Hashable, clocks: int, path: Sequence[Edge]) -> None:
        self.system, self.path, self._clocks = system, tuple(path), clocks
        self._locations = (start, *(edge.target for edge in path))

    def _at(self, location: Any) -> Any:
        """The location of the system that is meant."""
        return self._locations[location.steps] if isinstance(location, _On) else location

    def _place(self, steps: int) -> Any:
        return _On(steps) if steps < len(self.path) else self._locations[steps]

    def initial(self) -> Iterable[tuple[Hashable, int]]:
        """The one place where runs start."""
        return [(self._place(0), self._clocks)]

    def edges(self, location: Any) -> Sequence[Edge]:
        """The next step of the path, or everything that can happen after it."""
        if not isinstance(location, _On):
            return self.system.edges(location)
        edge = self.path[location.steps]
        return [edge._replace(target=self._place(location.steps + 1), marks=frozenset())]

    def invariant(self, location: Any) -> Sequence[Constraint]:
        """As in the system."""
        return self.system.invariant(self._at(location))

    def limits(self, location: Any) -> Any:
        """As in the system, which must state them."""
        return self.system.limits(self._at(location))  # type: ignore[attr-defined]
