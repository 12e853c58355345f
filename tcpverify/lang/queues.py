"""Two ends that run one table over a pair of first-in-first-out queues, without time.

This is how public specifications of TCP's state diagram are usually set up: messages are names, a message is
neither lost nor overtaken nor repeated, and everything may take any time. Such a machine is a `TimedSystem`
without clocks, so the engines that explore the timed model explore it unchanged.

Here a table is read as a set of possibilities: whatever rule's guard holds may happen, and where several
hold, each of them is a way on. A guard sees the variables of its end and the front of its queue: ``HEAD``,
the number of the oldest message, and ``NEXT``, that of the one behind it (0: there is none). A claim sees
both ends, as ``A.HEAD``, ``B.TCB`` and so on, and further ``A.STATE`` (position in the table's states) and
``A.LENGTH``.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from tcpverify.errors import ModelError
from tcpverify.lang.compiled import Reading, compile_expr
from tcpverify.lang.expr import Expr, Sort
from tcpverify.lang.interpret import evaluate
from tcpverify.lang.system import Constraint, Edge, Limits
from tcpverify.lang.table import Rule, Table

__all__ = [
    "ENDS", "FRONT", "MESSAGE", "Candidate", "End", "QueueMachine", "QueueStep", "QueueSystem", "emitted",
]  # fmt: skip

ENDS = ("A", "B")
#: what a guard may ask of its end's queue; the table declares them as inputs of its events
FRONT: Mapping[str, Sort] = {"HEAD": Sort.INT, "NEXT": Sort.INT}
#: the one field of a message: its number, counted from 1 in the machine's `messages`
MESSAGE = "MSG"


class End(NamedTuple):
    """One end: its state, the values of the table's variables in their order, and what waits for it.

    ``queue`` holds message numbers, the oldest first.
    """

    state: str
    values: tuple[int | bool, ...]
    queue: tuple[int, ...]


Pair = tuple[End, End]


class QueueStep(NamedTuple):
    """What happened: the label of an edge."""

    end: str
    rule: Rule

    def __str__(self) -> str:
        return f"{self.end}: {self.rule.name}"


class Candidate(NamedTuple):
    """A successor as a model checker computes it, before it asks whether it is wanted.

    ``refused`` is empty for a step of the system; otherwise it says why this is none.
    """

    step: QueueStep
    target: Pair
    refused: str


@dataclass(frozen=True)
class QueueMachine:
    """A table, and what it runs on.

    Attributes
    ----------
    messages
        their names; in expressions a message is its position here, counted from 1.
    takes
        per event how many messages its rules take from the front of the end's queue (others: none).
    initial
        where runs start.
    forbidden
        events that the table has and that do not happen here.
    distinct_neighbours
        whether a step is ruled out that would leave two equal messages next to each other in a queue. It
        makes the machine finite where an end could otherwise send the same message for ever.
    claims
        conditions that should hold in every reachable state, by name.
    """

    table: Table
    messages: tuple[str, ...]
    takes: Mapping[str, int]
    initial: tuple[Pair, ...]
    forbidden: frozenset[str] = frozenset()
    distinct_neighbours: bool = True
    claims: Mapping[str, Expr] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.table.timers:
            raise ModelError(f"{self.table.name}: timers mean nothing on queues without time")
        for rule in self.table.rules.values():
            if rule.restarts:
                raise ModelError(f"rule {rule.name!r} restarts a timer, and there is no time")
            for number in emitted(rule):
                if not 1 <= number <= len(self.messages):
                    raise ModelError(f"rule {rule.name!r} sends message {number}, which has no name")
        for pair in self.initial:
            for name in self.claims:
                if not evaluate(self.claims[name], self.view(pair)):
                    # An edge carries the mark of a broken claim, and no edge leads to an initial state.
                    raise ModelError(f"claim {name!r} is already false in an initial state")

    def view(self, pair: Pair) -> dict[str, int | bool]:
        """The values that a claim sees."""
        seen: dict[str, int | bool] = {}
        for letter, end in zip(ENDS, pair, strict=True):
            own = {"STATE": self.table.states.index(end.state), "LENGTH": len(end.queue), **self.local(end)}
            seen.update((f"{letter}.{name}", value) for name, value in own.items())
        return seen

    def local(self, end: End) -> dict[str, int | bool]:
        """The values that a guard or an assignment of that end sees."""
        head, following, *_ = (*end.queue[:2], 0, 0)
        return {**dict(zip(self.table.variables, end.values, strict=True)), "HEAD": head, "NEXT": following}


def emitted(rule: Rule) -> tuple[int, ...]:
    """The numbers of the messages that a rule sends, in order.

    Raises
    ------
    ModelError
        if what it sends depends on anything: a message between these ends is a name, known beforehand.
    """
    numbers = []
    for emit in rule.emits:
        message = emit.fields.get(MESSAGE)
        certain = emit.when.op == "const" and emit.when.args[0]
        if message is None or message.op != "const" or len(emit.fields) != 1 or not certain:
            raise ModelError(f"rule {rule.name!r} must send one fixed {MESSAGE}, unconditionally")
        numbers.append(int(message.args[0]))
    return tuple(numbers)


class _Ready(NamedTuple):
    """A rule as the system runs it: its expressions compiled, its messages known."""

    rule: Rule
    steps: tuple[QueueStep, ...]
    guard: Reading
    assign: tuple[tuple[int, Reading], ...]
    takes: int
    sends: tuple[int, ...]
    forbidden: bool


def _no_sequence_numbers(left: int, right: int) -> int:
    raise ModelError("a machine on queues has no sequence numbers to compare")


class QueueSystem:
    """A `QueueMachine` as a `TimedSystem` without clocks; locations are pairs of `End`.

    An edge that leads to a state in which a claim is false carries the claim's name as a mark.
    """

    def __init__(self, machine: QueueMachine) -> None:
        self.machine = machine
        self._claims = [(name, compile_expr(claim)) for name, claim in machine.claims.items()]
        self._rules: dict[str, list[_Ready]] = {state: [] for state in machine.table.states}
        order = list(machine.table.variables)
        for rule in machine.table.rules.values():
            self._rules[rule.state].append(
                _Ready(
                    rule,
                    tuple(QueueStep(letter, rule) for letter in ENDS),
                    compile_expr(rule.guard),
                    tuple((order.index(name), compile_expr(value)) for name, value in rule.assign.items()),
                    machine.takes.get(rule.event, 0),
                    emitted(rule),
                    rule.event in machine.forbidden,
                )
            )

    def initial(self) -> Iterable[tuple[Hashable, int]]:
        """The machine's initial pairs; no clocks."""
        return [(pair, 0) for pair in self.machine.initial]

    def invariant(self, location: Hashable) -> Sequence[Constraint]:
        """Nothing bounds how long a state lasts."""
        return ()

    def limits(self, location: Hashable) -> Sequence[Limits]:
        """No clocks, no limits."""
        return ()

    def edges(self, location: Any) -> Sequence[Edge]:
        """The steps out of a pair of ends, A's first."""
        return [
            Edge(found.target, (), (), found.step, self._broken(found.target))
            for found in self.candidates(location)
            if not found.refused
        ]

    def candidates(self, pair: Pair) -> Iterator[Candidate]:
        """Every successor that the rules give, wanted or not, one for each end and rule whose guard holds."""
        for me in (0, 1):
            end, peer = pair[me], pair[1 - me]
            env = self.machine.local(end)
            for ready in self._rules[end.state]:
                if ready.takes > len(end.queue) or not ready.guard(env, _no_sequence_numbers):
                    continue
                values = list(end.values)
                for place, value in ready.assign:
                    values[place] = value(env, _no_sequence_numbers)
                state = end.state if ready.rule.to is None else ready.rule.to
                mine = End(state, tuple(values), end.queue[ready.takes :])
                other = peer._replace(queue=peer.queue + ready.sends) if ready.sends else peer
                refused = ""
                if ready.forbidden:
                    refused = "forbidden"
                elif self.machine.distinct_neighbours and (_stutters(mine.queue) or _stutters(other.queue)):
                    refused = "equal neighbours"
                yield Candidate(ready.steps[me], (other, mine) if me else (mine, other), refused)

    def generated(self, locations: Iterable[Any]) -> int:
        """How many states TLC would say that it *generated* in exploring these locations.

        TLC counts the initial states and then every successor that the next-state relation gives, once for
        each way to get it: before it looks whether the state is known, and before it asks its constraint and
        its action constraint whether the state belongs to the model. So steps that are refused count.
        """
        return len(self.machine.initial) + sum(1 for pair in locations for _ in self.candidates(pair))

    def _broken(self, pair: Pair) -> frozenset[str]:
        if not self._claims:
            return frozenset()
        seen = self.machine.view(pair)
        return frozenset(name for name, holds in self._claims if not holds(seen, _no_sequence_numbers))


def _stutters(queue: tuple[int, ...]) -> bool:
    return any(left == right for left, right in pairwise(queue))
