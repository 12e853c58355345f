"""The discrete side of a system, enumerated once and shared by every exploration of it.

Locations, edges and the *shapes* of time steps (guard, clocks carried, invariant, limits) do not depend on the
values of the parameters, so checking seven TIME-WAIT durations enumerates the protocol once.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from fractions import Fraction
from math import lcm

from tcpverify.engines.zones import Step
from tcpverify.lang.linear import Linear
from tcpverify.lang.system import Constraint, Edge, Limits, TimedSystem, Valuation

__all__ = ["Resolver", "Skeleton"]

Shape = tuple[tuple[Constraint, ...], tuple[Limits, ...]]
Pattern = tuple[tuple[Constraint, ...], tuple[int, ...], int]


class Skeleton:
    """Locations and edges by number, generated on demand from a `TimedSystem`."""

    def __init__(self, system: TimedSystem) -> None:
        self.system = system
        self.locations: list[Hashable] = []
        self.shape_of: list[int] = []
        self.shapes: list[Shape] = []
        self.patterns: list[Pattern] = []
        self.marks: list[str] = []
        self.edges_of: list[list[Edge] | None] = []
        #: per location a list of (target number, pattern number, bit set of marks), parallel to `edges_of`
        self.steps_of: list[list[tuple[int, int, int]]] = []
        #: per kind of edge, sets of locations among which edges of that kind make no cycle (see `liveness`)
        self.acyclic: dict[object, list[frozenset[int]]] = {}
        self._ids: dict[Hashable, int] = {}
        self._shape_ids: dict[Shape, int] = {}
        self._pattern_ids: dict[tuple[int, tuple[int, ...], int], int] = {}
        self._guard_ids: dict[tuple[Constraint, ...], int] = {}
        # Both keep what they know alive, so that no identity is given out twice.
        self._guards_seen: dict[int, tuple[int, tuple[Constraint, ...]]] = {}
        self._shapes_seen: dict[tuple[int, int], tuple[int, object, object]] = {}
        self._mark_bits: dict[frozenset[str], int] = {frozenset(): 0}
        self._limits = getattr(system, "limits", None)
        if self._limits is None:
            from tcpverify.engines.guards import guard_limits

            self._limits = guard_limits(system)
        self.start = [(self.number(loc), self._pattern((), (-1,) * n, self.shape_of[self.number(loc)]))
                      for loc, n in system.initial()]  # fmt: skip

    def number(self, location: Hashable) -> int:
        """The number of a location, new or known."""
        found = self._ids.get(location)
        if found is None:
            found = self._ids[location] = len(self.locations)
            self.locations.append(location)
            self.edges_of.append(None)
            self.steps_of.append([])
            assert self._limits is not None
            invariant, limits = self.system.invariant(location), self._limits(location)
            # Systems tend to answer with the same few objects: recognised by identity, not hashed.
            seen = self._shapes_seen.get((id(invariant), id(limits)))
            if seen is None:
                shape = (tuple(invariant), tuple(limits))
                known = self._shape_ids.get(shape)
                if known is None:
                    known = self._shape_ids[shape] = len(self.shapes)
                    self.shapes.append(shape)
                seen = self._shapes_seen[id(invariant), id(limits)] = (known, invariant, limits)
            self.shape_of.append(seen[0])
        return found

    def _guard(self, guard: tuple[Constraint, ...]) -> int:
        seen = self._guards_seen.get(id(guard))
        if seen is None:
            number = self._guard_ids.setdefault(guard, len(self._guard_ids))
            seen = self._guards_seen[id(guard)] = (number, guard)
        return seen[0]

    def _pattern(self, guard: tuple[Constraint, ...], carry: tuple[int, ...], shape: int) -> int:
        key = (self._guard(guard), carry, shape)
        found = self._pattern_ids.get(key)
        if found is None:
            found = self._pattern_ids[key] = len(self.patterns)
            self.patterns.append((guard, carry, shape))
        return found

    def mark_bits(self, marks: frozenset[str]) -> int:
        """A set of marks as a bit set over `self.marks`."""
        known = self._mark_bits.get(marks)
        if known is None:
            known = 0
            for mark in sorted(marks):
                if mark not in self.marks:
                    self.marks.append(mark)
                known |= 1 << self.marks.index(mark)
            self._mark_bits[marks] = known
        return known

    def expand(self, location: int) -> list[tuple[int, int, int]]:
        """The steps out of a location, computed at its first visit."""
        if self.edges_of[location] is None:
            edges = list(self.system.edges(self.locations[location]))
            steps = self.steps_of[location]
            for edge in edges:
                target = self.number(edge.target)
                pattern = self._pattern(edge.guard, edge.carry, self.shape_of[target])
                steps.append((target, pattern, self.mark_bits(edge.marks)))
            self.edges_of[location] = edges
        return self.steps_of[location]

    def edge(self, location: int, index: int) -> Edge:
        """The edge behind a step."""
        self.expand(location)
        edges = self.edges_of[location]
        assert edges is not None
        return edges[index]


class Resolver:
    """Patterns of a skeleton as numbers, under one valuation of the parameters."""

    def __init__(self, skeleton: Skeleton, valuation: Valuation) -> None:
        self.skeleton = skeleton
        self.valuation = valuation
        self.scale = lcm(*(Fraction(v).denominator for v in valuation.values())) if valuation else 1
        self._numbers: dict[Linear, int] = {}
        self._steps: list[Step] = []

    def number(self, bound: Linear) -> int:
        """A duration as a scaled integer.

        Raises
        ------
        ValueError
            if the model uses a fraction that the scale does not cover.
        """
        known = self._numbers.get(bound)
        if known is None:
            value = bound.value(self.valuation) * self.scale
            if value.denominator != 1:
                raise ValueError(f"duration {bound} is not a multiple of 1/{self.scale}")
            known = self._numbers[bound] = int(value)
        return known

    def entries(self, constraints: Sequence[Constraint]) -> tuple[tuple[int, int, int], ...]:
        """Constraints as matrix entries."""
        rows = []
        for clock, rel, bound in constraints:
            value, i = 2 * self.number(bound), clock + 1
            if rel in ("<", "<=", "=="):
                rows.append((i, 0, value + (rel != "<")))
            if rel in (">", ">=", "=="):
                rows.append((0, i, -value + (rel != ">")))
        return tuple(rows)

    def step(self, pattern: int) -> Step:
        """The numeric step of a pattern."""
        while len(self._steps) <= pattern:
            guard, carry, shape = self.skeleton.patterns[len(self._steps)]
            invariant, limits = self.skeleton.shapes[shape]
            self._steps.append(
                Step(
                    self.entries(guard),
                    carry,
                    self.entries(invariant),
                    tuple(max((self.number(b) for b in limit.lower), default=None) for limit in limits),
                    tuple(max((self.number(b) for b in limit.upper), default=None) for limit in limits),
                )
            )
        return self._steps[pattern]
