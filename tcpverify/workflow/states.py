"""States and transitions of an exploration in plain words.

A location and its mirror image are one to the exploration, so which end is A is no fact about a state. Its ends are
named in the order of the table's states, and a segment under way goes to the right one or the left one of the two:
``LAST-ACK / TIME-WAIT · FIN,ACK→ ←ACK``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from tcpverify.engines.zones import INFINITE, side
from tcpverify.lang.linear import Linear
from tcpverify.lang.system import Constraint, Edge, Valuation
from tcpverify.tcp.arrows import EVENTS_IN_WORDS
from tcpverify.tcp.labels import describe
from tcpverify.tcp.location import GAVE_UP, Action, Location, Snapshot
from tcpverify.tcp.scenario import Scenario
from tcpverify.workflow.intervals import Interval, named
from tcpverify.workflow.lenses import Lens, seen

__all__ = ["GIVEN_UP", "Words"]

GIVEN_UP = "given up"
_TIMERS = {"time-wait": "TIME-WAIT timer"}


class _Oriented(NamedTuple):
    """A snapshot, and which end stands on the left."""

    snapshot: Snapshot
    left: int
    under_way: tuple[str, ...]


class Words:
    """Describes the locations and edges of one scenario; each location once.

    ``lens`` is what a property looks at, ``broken`` the properties whose violations edges name.
    """

    def __init__(self, system: Scenario, lens: Lens, broken: Iterable[str]) -> None:
        self.system, self.lens, self.broken = system, lens, frozenset(broken)
        self._rank = {state: number for number, state in enumerate(system.table.states)}
        self._describe = describe(system)
        self._oriented: dict[Location, _Oriented] = {}
        self._nodes: dict[Location, dict[str, Any]] = {}

    def oriented(self, location: Location) -> _Oriented:
        """The location, and which of its ends is named first."""
        known = self._oriented.get(location)
        if known is None:
            snapshot = self.system.snapshot(location)
            ranks = [self._rank[e.state] for e in snapshot.ends]
            both = [_Oriented(snapshot, left, self._under_way(snapshot, left)) for left in (0, 1)]
            alike = ranks[0] == ranks[1]
            known = min(both, key=lambda o: o.under_way) if alike else both[0 if ranks[0] < ranks[1] else 1]
            self._oriented[location] = known
        return known

    @staticmethod
    def _under_way(snapshot: Snapshot, left: int) -> tuple[str, ...]:
        found = []
        for segment in snapshot.flight:
            old = "old " if 0 < segment.incarnation < snapshot.ends[1 - segment.end].incarnation else ""
            copied = " (copy)" if segment.copy else ""
            what = f"{old}{segment.flags()}{copied}"
            found.append(f"{what}→" if segment.end == left else f"←{what}")
        return tuple(found)

    def node(self, location: Location) -> dict[str, Any]:
        """The attributes of a state's node, but for its clocks."""
        known = self._nodes.get(location)
        if known is None:
            known = self._nodes[location] = self._node(location)
        return dict(known)

    def _node(self, location: Location) -> dict[str, Any]:
        if location == GAVE_UP:
            return {"ends": GIVEN_UP, "flight": "", "incarnations": GIVEN_UP, "part": GIVEN_UP}
        snapshot, left, under_way = self.oriented(location)
        ends = (snapshot.ends[left], snapshot.ends[1 - left])
        # An end without a connection is between two incarnations.
        alive = [str(e.incarnation) if e.state not in ("CLOSED", "LISTEN") else "none" for e in ends]
        flying = sorted({s.incarnation for s in snapshot.flight})
        return {
            "ends": " / ".join(e.state for e in ends),
            "flight": " ".join(sorted(under_way)),
            "incarnations": f"incarnations {' and '.join(sorted(alive))}"
            + (f" · in flight: {', '.join(map(str, flying))}" if flying else ""),
            "part": seen(snapshot, self.lens),
        }

    def named(self, location: Location, mirrored: bool) -> str:
        """A state with the names that a trace gives its ends: ``A: TIME-WAIT / B: LAST-ACK · ←FIN,ACK``."""
        snapshot = self.system.snapshot(location)
        a = 1 if mirrored else 0
        states = f"A: {snapshot.ends[a].state} / B: {snapshot.ends[1 - a].state}"
        under_way = " ".join(sorted(self._under_way(snapshot, a)))
        return f"{states} · {under_way}" if under_way else states

    # ------------------------------------------------------------ edges

    def edge(self, source: Location, edge: Edge) -> dict[str, Any]:
        """The attributes of a transition: ``event`` is what happens, ``lost`` what the network loses of ``sent``."""
        action: Action = edge.label
        said = self._describe(edge)
        snapshot = self.oriented(source).snapshot
        return {
            "event": self._event(action, said),
            "lost": " ".join(word.removesuffix("!") for word in said["sent"].split() if word.endswith("!")),
            "kind": said["kind"],
            "end": snapshot.ends[action.end].state,
            "rule": said["rule"],
            "clause": said["clause"],
            "sent": said["sent"],
            "breaks": "; ".join(sorted(edge.marks & self.broken)),
        }

    @staticmethod
    def _event(action: Action, said: dict[str, Any]) -> str:
        if action.plan is None:
            return str(said["event"])
        name = action.plan.event.name
        if action.kind == "deliver":
            return f"rcv {said['segment']}" + (" (a copy stays)" if action.kept else "")
        if action.kind == "timer" and name not in EVENTS_IN_WORDS:
            return f"{name} timeout"
        return EVENTS_IN_WORDS.get(name, name)

    # ------------------------------------------------------------ time

    def clocks(self, location: Location, left: int | None = None) -> list[str]:
        """What each clock of a location measures; no name occurs twice. ``left`` is the end that stands there."""
        if location == GAVE_UP:
            return []
        snapshot, usual, _ = self.oriented(location)
        left = usual if left is None else left
        states = [e.state for e in snapshot.ends]
        found: list[str] = []
        for what, place in self.system.clocks(location):
            if what == "segment":
                segment = snapshot.flight[place]
                arrow = f"{segment.flags()}→" if segment.end == left else f"←{segment.flags()}"
                name = f"age of {arrow}"
            else:
                where = states[place]
                where += (" (left)" if place == left else " (right)") if states[0] == states[1] else ""
                name = _TIMERS.get(what, f"{what} timer")
                name += "" if what == "time-wait" and states[0] != states[1] else f" of {where}"
            again = sum(f == name or f.startswith(f"{name} (no. ") for f in found)
            found.append(f"{name} (no. {again + 1})" if again else name)
        return found

    def times(
        self, location: Location, matrix: tuple[int, ...], values: Valuation, scale: int, left: int | None = None
    ) -> dict[str, str]:
        """What a state says of its clocks: an interval each (``times``), and what it says of two (``zone``).

        The exploration forgets what makes no difference to it; how long a clock may run in the location is put back.
        """
        names, found = self.clocks(location, left), _intervals(matrix, scale)
        for clock, rel, bound in self.system.invariant(location):
            found[clock] = found[clock].below(bound.value(values), rel == "<")
        return {
            "times": named(dict(zip(names, found, strict=True))),
            "zone": "; ".join(_differences(matrix, scale, names)),
        }

    def guard(self, source: Location, constraints: Sequence[Constraint]) -> str:
        """When a transition can happen, with the parameters' names: ``TIME-WAIT timer = TIME_WAIT``."""
        names = self.clocks(source)
        return " and ".join(f"{names[c.clock]} {_RELATIONS.get(c.rel, c.rel)} {_dotted(c.bound)}" for c in constraints)


_RELATIONS = {"<=": "≤", ">=": "≥", "==": "="}


def _dotted(bound: Linear) -> str:
    return str(bound).replace("*", "·")


def _intervals(matrix: tuple[int, ...], scale: int) -> list[Interval]:
    """Per clock of a zone, what it may show; ``scale`` units of the matrix make 1."""
    n = side(matrix)
    found = []
    for clock in range(1, n):
        low, high = matrix[clock], matrix[clock * n]
        endless = high >= INFINITE
        top = None if endless else Fraction(high >> 1, scale)
        found.append(Interval(Fraction(-(low >> 1), scale), not low & 1, top, endless or not high & 1))
    return found


def _differences(matrix: tuple[int, ...], scale: int, names: Sequence[str]) -> list[str]:
    """What a zone says of two clocks that their intervals do not say: ``x − y ≤ 1``."""
    n = side(matrix)
    found = []
    for i in range(1, n):
        for j in range(1, n):
            bound, up, down = matrix[i * n + j], matrix[i * n], matrix[j]
            implied = INFINITE if up >= INFINITE else up + down - ((up | down) & 1)
            if i != j and bound < min(implied, INFINITE):
                relation = "≤" if bound & 1 else "<"
                found.append(f"{names[i - 1]} − {names[j - 1]} {relation} {Fraction(bound >> 1, scale)}")
    return found
