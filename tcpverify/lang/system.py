"""What an engine may know of a model: a timed transition system.

A system is three mandatory methods: where it starts (`initial`), what can happen next (`edges`) and how long
it may stay (`invariant`). Locations are opaque hashable values. Each location has a fixed number of clocks,
addressed by position; an edge says for every clock of its target whether it starts at zero or carries on as
which clock of its source. A clock that no longer matters is simply not carried.

This is a timed automaton in the sense of Alur and Dill (1994), with diagonal-free guards and clocks that are
local to locations, given by its successor function instead of by a list.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple, Protocol, runtime_checkable

from tcpverify.lang.linear import Linear

__all__ = ["Constraint", "Edge", "Limits", "TimedSystem", "Valuation", "limits_of"]

Valuation = Mapping[str, Fraction]


class Constraint(NamedTuple):
    """``clock REL bound``: REL is one of ``< <= > >= ==``; `clock` is a position in a location."""

    clock: int
    rel: str
    bound: Linear

    def holds(self, value: Fraction, parameters: Valuation) -> bool:
        """Whether a clock of that value satisfies the constraint."""
        limit = self.bound.value(parameters)
        return {
            "<": value < limit,
            "<=": value <= limit,
            ">": value > limit,
            ">=": value >= limit,
            "==": value == limit,
        }[self.rel]


class Edge(NamedTuple):
    """One way on.

    Attributes
    ----------
    target
        the location reached.
    guard
        constraints on the clocks of the source.
    carry
        for each clock of the target the position in the source that it continues, or -1: starts at zero.
    label
        what happened, for people and for properties; engines do not look inside.
    marks
        names that engines report on: properties broken by this edge and premises reached by it.
    """

    target: Any
    guard: tuple[Constraint, ...]
    carry: tuple[int, ...]
    label: Any = None
    marks: frozenset[str] = frozenset()


@runtime_checkable
class TimedSystem(Protocol):
    """The model as engines see it. All clocks of an initial location start at zero."""

    def initial(self) -> Iterable[tuple[Hashable, int]]:
        """The locations where runs start, each with its number of clocks."""
        ...

    def edges(self, location: Any) -> Sequence[Edge]:
        """Everything that can happen in the location, clocks permitting."""
        ...

    def invariant(self, location: Any) -> Sequence[Constraint]:
        """Upper bounds on clocks while the location is occupied."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """Per clock the greatest constant of a lower-bound and of an upper-bound guard (None: there is none).

    These are the L and U of Behrmann, Bouyer, Larsen and Pelánek (2006); several expressions stand for their
    maximum. A system may state them for a location through an optional method ``limits(location) ->
    Sequence[Limits]``; otherwise `tcpverify.engines.skeleton` derives them from the guards that lie ahead.
    """

    lower: tuple[Linear, ...] = field(default=())
    upper: tuple[Linear, ...] = field(default=())


def limits_of(constraints: Iterable[Constraint]) -> Limits:
    """The limits that a set of constraints on one clock imposes."""
    rows = tuple(constraints)
    return Limits(
        lower=tuple(dict.fromkeys(c.bound for c in rows if c.rel in (">", ">=", "=="))),
        upper=tuple(dict.fromkeys(c.bound for c in rows if c.rel in ("<", "<=", "=="))),
    )
