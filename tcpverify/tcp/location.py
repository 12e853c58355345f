"""What a location is, what an edge means, and how both are named: the vocabulary of `tcpverify.tcp.scenario`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from tcpverify.lang.linear import Linear, parameter
from tcpverify.tcp.endpoint import Ages, End, Event, Reaction, Segment
from tcpverify.tcp.numbers import Pairs, Relation

__all__ = ["GAVE_UP", "Action", "Drain", "Location", "Observer", "Plan", "Snapshot", "Timing"]

#: (end 0, end 1, segments in flight, losses left, duplicates left, relation); segments sorted, equal ones by age
Location = tuple[Any, ...]

#: a run that goes no further because an end has used up its retransmissions
GAVE_UP: Location = (-1, -1, (), 0, 0, 0)


class Timing(NamedTuple):
    """The durations of a scenario, as expressions over parameters; None: no lower bound.

    ``tick`` is the longest time between two ticks of a timestamp clock; only the ``timestamps`` regime reads it.
    ``positive`` excludes a retransmission timeout of exactly zero where there is no lower bound; that costs states
    and is needed only where a refutation depends on it.
    """

    msl: Linear = parameter("MSL")
    delay_min: Linear | None = None
    rto_min: Linear | None = None
    rto_max: Linear = parameter("RTO_MAX")
    time_wait: Linear = parameter("TIME_WAIT")
    tick: Linear = parameter("TICK")
    positive: bool = False


class Snapshot(NamedTuple):
    """A location, spelled out."""

    ends: tuple[End, End]
    flight: tuple[Segment, ...]
    losses: int
    duplicates: int
    relation: Relation


class Plan(NamedTuple):
    """What one reaction does to a location, as far as it does not depend on the rest of the location.

    ``restarts`` are the clocks of the end that begin anew; ``again`` says that the segments sent carry the same
    timestamp as the last ones, which is possible for a while only. ``ages`` say how old timers of the end must be.
    """

    side: int
    before: int
    event: Event
    reaction: Reaction
    after: int
    sends: tuple[tuple[tuple[int, ...], tuple[bool, ...], int], ...]
    pairs: Pairs
    marks: frozenset[str]
    restarts: frozenset[str]
    again: bool = False
    ages: Ages = ()


class Action(NamedTuple):
    """What one edge means.

    Attributes
    ----------
    kind
        ``call``, ``timer``, ``deliver``, ``give-up`` or ``forget`` (copies, where duplicates are unlimited).
    plan
        the event, the end that had it and its reaction; None for ``give-up`` and ``forget``.
    lost
        parallel to ``plan.reaction.emits``: which of the segments sent are lost.
    position, kept
        the delivered segment's place in the source's flight, and whether the network kept a copy of it.
    renamed
        by how much incarnation numbers were lowered in the target.
    mirrored
        whether the target is the mirror image of what the action leads to.
    """

    kind: str
    end: int
    plan: Plan | None
    lost: tuple[bool, ...] = ()
    position: int = -1
    kept: bool = False
    renamed: int = 0
    mirrored: bool = False


#: (scenario, side, end before, event, reaction) -> marks
Observer = Callable[[Any, End, Event, Reaction], frozenset[str]]
#: (scenario, end whose TIME-WAIT expires, segments in flight) -> marks
Drain = Callable[[End, Sequence[Segment]], frozenset[str]]
