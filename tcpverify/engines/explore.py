"""Breadth-first exploration of symbolic states (location, zone), and what it found.

States are numbers in flat arrays: location, zone, parent, edge taken. A million of them fit in memory; the
networkx graph is built on demand by `tcpverify.engines.graph`.
"""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from tcpverify.engines.skeleton import Resolver, Skeleton
from tcpverify.engines.zones import EMPTY, Zones
from tcpverify.lang.system import Valuation

__all__ = ["Budget", "Exploration", "Progress", "explore"]

Progress = Callable[[int, int, int], None]


class Space(Protocol):
    """Symbolic sets of clock values, by number, and what a step makes of them."""

    def step(self, pattern: int) -> Any:
        """The step of a pattern of the skeleton."""
        ...

    def start(self, step: Any) -> int:
        """The set reached from "all clocks are zero" by waiting."""
        ...

    def apply(self, zone: int, step: Any) -> int:
        """The set after the step, and after waiting; EMPTY if it cannot be taken."""
        ...

    def includes(self, larger: int, smaller: int) -> bool:
        """Whether one set contains another."""
        ...


@dataclass(frozen=True)
class Budget:
    """When to stop: seconds of wall clock, number of states (0: no limit); ``interrupted`` may ask at any time.

    ``states_after`` is a number of states that counts only once one of the marks in ``after`` was met: a search
    that has found something may be cut shorter than one that has not.
    """

    seconds: float = 0.0
    states: int = 0
    interrupted: Callable[[], bool] | None = None
    states_after: int = 0
    after: frozenset[str] = frozenset()


@dataclass
class Exploration:
    """Symbolic states found, in breadth-first order.

    Attributes
    ----------
    location, zone
        per state, numbers into ``skeleton.locations`` and ``zones``.
    parent, via
        per state, the state it was first reached from (-1: initial) and the index of the edge taken.
    first
        per mark, the (state, edge index) of the first edge found that carries it; since the search is breadth
        first, no path to such an edge has fewer steps.
    transitions
        number of enabled (state, edge) pairs examined.
    stopped
        empty if everything reachable was explored, otherwise the limit that was reached.
    """

    skeleton: Skeleton
    valuation: Valuation
    inclusion: bool
    zones: Any = None
    resolver: Any = None
    location: array[int] = field(default_factory=lambda: array("l"))
    zone: array[int] = field(default_factory=lambda: array("l"))
    parent: array[int] = field(default_factory=lambda: array("l"))
    via: array[int] = field(default_factory=lambda: array("l"))
    first: dict[str, tuple[int, int]] = field(default_factory=dict)
    transitions: int = 0
    depth: int = 0
    stopped: str = ""
    seconds: float = 0.0
    at: dict[int, list[int]] = field(default_factory=dict)
    _next: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.zones is None:
            self.zones, self.resolver = Zones(), Resolver(self.skeleton, self.valuation)

    def __len__(self) -> int:
        return len(self.location)

    @property
    def complete(self) -> bool:
        """Whether every reachable state was explored."""
        return not self.stopped

    def after(self, zone: int, pattern: int) -> int:
        """The zone after taking a step of that pattern from a zone, or EMPTY; remembered."""
        key = zone << 24 | pattern
        found = self._next.get(key)
        if found is None:
            found = self._next[key] = self.zones.apply(zone, self.resolver.step(pattern))
        return found

    def covering(self, location: int, zone: int) -> int:
        """The state that stands for (location, zone), or -1: the same or, with inclusion, a larger one."""
        for state in self.at.get(location, ()):
            known = self.zone[state]
            if known == zone or (self.inclusion and self.zones.includes(known, zone)):
                return state
        return -1

    def enabled(self, state: int) -> list[tuple[int, int]]:
        """The enabled edges of a state: (edge index, state that stands for the target)."""
        found = []
        for index, (target, pattern, _) in enumerate(self.skeleton.expand(self.location[state])):
            zone = self.after(self.zone[state], pattern)
            if zone != EMPTY:
                found.append((index, self.covering(target, zone)))
        return found

    def images(self) -> Iterator[tuple[int, int, int]]:
        """All steps taken or tried on zones: (zone, pattern, resulting zone or EMPTY)."""
        return ((key >> 24, key & 0xFFFFFF, image) for key, image in self._next.items())

    def path(self, state: int) -> list[tuple[int, int]]:
        """The (state, edge index) pairs that lead from an initial state to this one."""
        steps = []
        while self.parent[state] >= 0:
            steps.append((self.parent[state], self.via[state]))
            state = self.parent[state]
        return steps[::-1]


def explore(
    skeleton: Skeleton,
    valuation: Valuation,
    *,
    inclusion: bool = True,
    budget: Budget | None = None,
    progress: Progress | None = None,
    until: frozenset[str] | None = None,
    space: Space | None = None,
    merge: int = 0,
    probe: Callable[[Exploration], bool] | None = None,
) -> Exploration:
    """Explore everything reachable.

    Parameters
    ----------
    valuation
        a value for every parameter that the system's durations mention.
    inclusion
        whether a state inside a known one is dropped. Exact for reachability, not for cycles.
    until
        stop as soon as every one of these marks was met (then ``stopped`` says so).
    progress
        called now and then with (states, transitions, depth).
    merge
        where a location has so many zones, a further one is joined with them: fewer states, perhaps more behaviour
        (0: never). A space that is asked for it can ``join``.
    probe
        shown the unfinished exploration whenever it has doubled in size; true stops it.
    """
    run = Exploration(skeleton, valuation, inclusion, space, space)
    budget = budget or Budget()
    began = time.perf_counter()
    locations, zones, parents, vias, at, remembered = run.location, run.zone, run.parent, run.via, run.at, run._next
    includes = run.zones.includes
    for location, pattern in skeleton.start:
        zone = run.zones.start(run.resolver.step(pattern))
        if zone != EMPTY:
            at[location] = [len(locations)]
            locations.append(location)
            zones.append(zone)
            parents.append(-1)
            vias.append(-1)
    missing, next_probe = ~0, 1024
    head, level_end, transitions, seen_marks = 0, len(locations), 0, 0
    while head < len(locations):
        if head == level_end:
            run.depth += 1
            level_end = len(locations)
        # A state may take long where bounds are expressions: the clock is looked at more often than the rest.
        if not head & 63:
            late = budget.seconds and time.perf_counter() - began > budget.seconds
            if late or (budget.interrupted is not None and budget.interrupted()):
                run.stopped = "time" if late else "interrupted"
                break
        if not head & 1023:
            run.seconds = time.perf_counter() - began
            if progress is not None:
                progress(len(locations), transitions, run.depth)
            if budget.states and len(locations) > budget.states:
                run.stopped = "states"
            elif budget.states_after and len(locations) > budget.states_after and budget.after & run.first.keys():
                run.stopped = "after"
            elif probe is not None and head >= next_probe:
                next_probe *= 2
                if probe(run):
                    run.stopped = "all properties are decided"
            if run.stopped:
                break
        zone = zones[head]
        if merge and any(s > head and includes(zones[s], zone) for s in at[locations[head]]):
            # What was joined with others since then stands for it.
            at[locations[head]].remove(head)
            head += 1
            continue
        for index, (target, pattern, bits) in enumerate(skeleton.expand(locations[head])):
            key = zone << 24 | pattern
            result = remembered.get(key)
            if result is None:
                result = run.after(zone, pattern)
            if result < 0:
                continue
            transitions += 1
            if bits & missing:
                fresh = bits & ~seen_marks
                seen_marks |= bits
                missing = ~seen_marks
                for number, name in enumerate(skeleton.marks):
                    if fresh >> number & 1:
                        run.first[name] = (head, index)
            known = at.get(target)
            if known is None:
                at[target] = [len(locations)]
            else:
                for state in known:
                    if zones[state] == result or (inclusion and includes(zones[state], result)):
                        break
                else:
                    if merge and len(known) >= merge:
                        for state in known:
                            result = run.zones.join(result, zones[state])
                    known.append(len(locations))
                    known = None
                if known is not None:
                    continue
            locations.append(target)
            zones.append(result)
            parents.append(head)
            vias.append(index)
        head += 1
        if until is not None and until <= run.first.keys():
            run.stopped = "all properties are decided"
            break
    run.transitions = transitions
    run.seconds = time.perf_counter() - began
    return run
