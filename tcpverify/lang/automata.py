"""Networks of timed automata, built piece by piece in the project's own expression language.

For models that are not TCP: textbook protocols whose answers are published, and random models on which all
engines must agree. A `Network` is a `TimedSystem`: processes with locations and edges, bounded variables that
they share, clocks, and binary synchronisation as in UPPAAL (Behrmann, David and Larsen 2004).

What a step does
----------------
One process takes an edge without synchronisation, or two different processes take an edge each, one labelled
``a!`` and the other ``a?``. Guards are tested, and the right sides of assignments computed, on the values
before the step; so the two edges of a synchronisation see the same values, and may not assign the same
variable. Then clocks are reset. Time passes as long as the invariants of all current locations allow.

>>> net = Network("lamp")
>>> x = net.clock("x")
>>> lamp = net.process("lamp")
>>> lamp.location("off")
>>> lamp.location("on", x <= 5)
>>> lamp.edge("off", "on", reset=[x])
>>> lamp.edge("on", "off", x >= 2)
>>> [edge.label for edge in net.edges(net.initial()[0][0])]
['lamp: off -> on']
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

from tcpverify.errors import ModelError
from tcpverify.lang.compiled import Reading, compile_expr
from tcpverify.lang.expr import Expr, Sort, all_of, boolean, integer, lift
from tcpverify.lang.linear import Linear, constant
from tcpverify.lang.system import Constraint, Edge

__all__ = ["Arc", "Clock", "Network", "Place", "Process", "Variable"]

Value = int | bool


class Place(NamedTuple):
    """A location of the network: per process the number of its location, and the values of the variables."""

    at: tuple[int, ...]
    values: tuple[Value, ...]


@dataclass(frozen=True, eq=False)
class Clock:
    """A clock; comparing it with a duration makes a `Constraint` (``==`` too)."""

    name: str
    position: int

    def _against(self, rel: str, bound: Linear | int | Fraction) -> Constraint:
        return Constraint(self.position, rel, bound if isinstance(bound, Linear) else constant(bound))

    def __lt__(self, bound: Linear | int | Fraction) -> Constraint:
        return self._against("<", bound)

    def __le__(self, bound: Linear | int | Fraction) -> Constraint:
        return self._against("<=", bound)

    def __gt__(self, bound: Linear | int | Fraction) -> Constraint:
        return self._against(">", bound)

    def __ge__(self, bound: Linear | int | Fraction) -> Constraint:
        return self._against(">=", bound)

    def __eq__(self, bound: object) -> Constraint:  # type: ignore[override]
        if not isinstance(bound, Linear | int | Fraction):
            raise TypeError(f"cannot compare clock {self.name} with {bound!r}")
        return self._against("==", bound)

    __hash__ = object.__hash__


@dataclass(frozen=True)
class Variable:
    """A shared variable and its bounds, both included; a truth value has the bounds 0 and 1."""

    name: str
    low: int
    high: int
    initial: Value
    sort: Sort


@dataclass(frozen=True, eq=False)
class Arc:
    """An edge of one process.

    ``guard`` is about variables and locations, ``constraints`` about clocks; ``assign`` maps variables to new
    values, ``reset`` holds positions of clocks, ``sync`` is "" or a channel followed by ``!`` or ``?``.
    """

    source: int
    target: int
    guard: Expr
    constraints: tuple[Constraint, ...]
    assign: Mapping[str, Expr]
    reset: frozenset[int]
    sync: str
    marks: frozenset[str]
    name: str
    holds: Reading
    compute: tuple[tuple[int, Reading], ...]


class Process:
    """One automaton of a network; the location declared first is where it starts."""

    def __init__(self, network: Network, name: str) -> None:
        self.network = network
        self.name = name
        self.locations: list[str] = []
        self.invariants: list[tuple[Constraint, ...]] = []
        self.arcs: list[list[Arc]] = []

    def location(self, name: str, *invariant: Constraint) -> None:
        """Declare a location; the invariant bounds clocks from above while it is occupied.

        Raises
        ------
        ModelError
            if the name is taken, or the invariant has a lower bound.
        """
        if name in self.locations:
            raise ModelError(f"process {self.name} has two locations {name!r}")
        for row in invariant:
            if row.rel not in ("<", "<="):
                raise ModelError(f"the invariant of {self.name}.{name} has a lower bound; that is a guard")
        self.locations.append(name)
        self.invariants.append(tuple(invariant))
        self.arcs.append([])

    def at(self, location: str) -> Expr:
        """The condition that this process is in that location, for guards and marks."""
        self._number(location)
        return boolean(f"{self.name}@{location}")

    def edge(
        self,
        source: str,
        target: str,
        *conditions: Expr | bool | Constraint,
        do: Mapping[str, Expr | Value] | None = None,
        reset: Iterable[Clock] = (),
        sync: str = "",
        marks: Iterable[str] = (),
    ) -> None:
        """Declare an edge, with conditions on variables and clocks in any order.

        Raises
        ------
        ModelError
            if a name is unknown, or sorts do not fit.
        """
        where = f"{self.name}: {source} -> {target}"
        guard = all_of(*(c for c in conditions if not isinstance(c, Constraint)))
        assign = {name: lift(value) for name, value in (do or {}).items()}
        slots = {v.name: (n, v.sort) for n, v in enumerate(self.network.variables)}
        for name, value in assign.items():
            if name not in slots:
                raise ModelError(f"{where} assigns {name!r}, which is not a variable")
            if value.sort is not slots[name][1]:
                raise ModelError(f"{where} assigns a {value.sort.value} to {name!r}")
        if sync and (sync[-1] not in "!?" or not sync[:-1]):
            raise ModelError(f"{where}: a synchronisation is written a! or a?, not {sync!r}")
        arc = Arc(
            self._number(source),
            self._number(target),
            guard,
            tuple(c for c in conditions if isinstance(c, Constraint)),
            assign,
            frozenset(clock.position for clock in reset),
            sync,
            frozenset(marks),
            where,
            self.network.reading(guard),
            tuple((slots[name][0], self.network.reading(value)) for name, value in assign.items()),
        )
        self.arcs[arc.source].append(arc)

    def _number(self, location: str) -> int:
        try:
            return self.locations.index(location)
        except ValueError:
            raise ModelError(f"process {self.name} has no location {location!r}") from None


@dataclass(eq=False)
class Network:
    """Processes, variables and clocks. Declare variables and clocks before the edges that use them.

    All clocks exist in every location, in the order in which they were declared; engines find out themselves
    where one does not matter.
    """

    name: str
    variables: list[Variable] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    processes: list[Process] = field(default_factory=list)
    marks: dict[str, Expr] = field(default_factory=dict)
    _marking: dict[str, Reading] = field(default_factory=dict)
    _known: dict[Place, list[Edge]] = field(default_factory=dict)

    # ------------------------------------------------------------ building

    def integer(self, name: str, low: int, high: int, initial: int = 0) -> Expr:
        """A bounded integer variable."""
        if not low <= initial <= high:
            raise ModelError(f"variable {name!r} starts at {initial}, outside {low}..{high}")
        self._declare(name)
        self.variables.append(Variable(name, low, high, initial, Sort.INT))
        return integer(name)

    def boolean(self, name: str, initial: bool = False) -> Expr:
        """A truth value."""
        self._declare(name)
        self.variables.append(Variable(name, 0, 1, initial, Sort.BOOL))
        return boolean(name)

    def clock(self, name: str) -> Clock:
        """A clock; it starts at zero."""
        self._declare(name)
        self.clocks.append(Clock(name, len(self.clocks)))
        return self.clocks[-1]

    def process(self, name: str) -> Process:
        """A process, still empty."""
        if any(p.name == name for p in self.processes):
            raise ModelError(f"two processes {name!r}")
        self.processes.append(Process(self, name))
        return self.processes[-1]

    def mark(self, name: str, condition: Expr) -> None:
        """Every step into a place where the condition holds carries this mark; no step leads to the start."""
        self.marks[name] = condition
        self._marking[name] = self.reading(condition)

    def reading(self, expr: Expr) -> Reading:
        """The expression as a function of an environment.

        Raises
        ------
        ModelError
            if it mentions an unknown name, or a sequence number (networks have none).
        """
        sorts = {v.name: v.sort for v in self.variables}
        for node in expr.walk():
            if node.sort is Sort.SEQ:
                raise ModelError(f"{expr!r} is about sequence numbers, which a network does not have")
            if node.op == "var" and "@" not in node.args[0] and sorts.get(node.args[0]) is not node.sort:
                raise ModelError(f"{expr!r}: {node.args[0]!r} is not a declared {node.sort.value}")
        return compile_expr(expr)

    def _declare(self, name: str) -> None:
        if "@" in name or name in {v.name for v in self.variables} | {c.name for c in self.clocks}:
            raise ModelError(f"{name!r} is taken, or not a name")

    # ------------------------------------------------------------ the timed transition system

    def initial(self) -> list[tuple[Place, int]]:
        """The one place where runs start."""
        start = Place((0,) * len(self.processes), tuple(v.initial for v in self.variables))
        return [(start, len(self.clocks))]

    def invariant(self, location: Any) -> Sequence[Constraint]:
        """The invariants of all current locations."""
        rows = (p.invariants[n] for p, n in zip(self.processes, location.at, strict=True))
        return tuple(dict.fromkeys(row for part in rows for row in part))

    def environment(self, place: Place) -> dict[str, Value]:
        """The values that expressions see: variables, and ``process@location`` for every process."""
        env: dict[str, Value] = {v.name: x for v, x in zip(self.variables, place.values, strict=True)}
        for process, current in zip(self.processes, place.at, strict=True):
            for number, name in enumerate(process.locations):
                env[f"{process.name}@{name}"] = number == current
        return env

    def edges(self, location: Any) -> list[Edge]:
        """Every step out of a place, clocks permitting.

        Raises
        ------
        ModelError
            if a step takes a variable out of its bounds, or assigns it twice.
        """
        found = self._known.get(location)
        if found is None:
            found = self._known[location] = self._successors(location)
        return found

    def _successors(self, place: Place) -> list[Edge]:
        env = self.environment(place)
        enabled = [
            [arc for arc in process.arcs[current] if arc.holds(env, _no_sequence_numbers)]
            for process, current in zip(self.processes, place.at, strict=True)
        ]
        steps: list[tuple[tuple[int, Arc], ...]] = []
        for n, arcs in enumerate(enabled):
            for arc in arcs:
                if not arc.sync:
                    steps.append(((n, arc),))
                elif arc.sync[-1] == "!":
                    steps += [
                        ((n, arc), (m, other))
                        for m, others in enumerate(enabled)
                        for other in others
                        if m != n and other.sync == arc.sync[:-1] + "?"
                    ]
        return [self._step(place, env, parts) for parts in steps]

    def _step(self, place: Place, env: Mapping[str, Value], parts: tuple[tuple[int, Arc], ...]) -> Edge:
        at, values = list(place.at), list(place.values)
        label = " | ".join(arc.name for _, arc in parts)
        written: set[int] = set()
        for n, arc in parts:
            at[n] = arc.target
            for slot, compute in arc.compute:
                value, variable = compute(env, _no_sequence_numbers), self.variables[slot]
                if slot in written:
                    raise ModelError(f"{label}: both assign {variable.name!r}")
                if not variable.low <= value <= variable.high:
                    raise ModelError(
                        f"{label}: {variable.name!r} becomes {value}, outside {variable.low}..{variable.high}"
                    )
                written.add(slot)
                values[slot] = value
        target = Place(tuple(at), tuple(values))
        marks: frozenset[str] = frozenset().union(*(arc.marks for _, arc in parts))
        if self._marking:
            after = self.environment(target)
            marks |= {name for name, holds in self._marking.items() if holds(after, _no_sequence_numbers)}
        reset = frozenset[int]().union(*(arc.reset for _, arc in parts))
        carry = tuple(-1 if c in reset else c for c in range(len(self.clocks)))
        guard = tuple(dict.fromkeys(row for _, arc in parts for row in arc.constraints))
        return Edge(target, guard, carry, label, marks)


def _no_sequence_numbers(left: int, right: int) -> int:
    raise AssertionError("a network has no sequence numbers")
