"""Models in the input format of TChecker, an independent checker of timed automata.

Two exports: `flat` writes any finite `TimedSystem` as one process, and `network` writes a network of automata
process by process. Both take the values of the parameters, and multiply all durations by their common
denominator, since TChecker knows integers only.

TChecker searches locations with a label. A mark that is asked for becomes a location of its own, labelled
`LABEL`, which every step with the mark also leads to and which nothing leaves: so the label is reachable iff
the mark is. Without marks the exported model has exactly the locations and steps of the system.

The format: https://github.com/ticktac-project/tchecker/wiki/TChecker-file-format
"""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from math import lcm

from tcpverify.errors import ModelError
from tcpverify.lang.automata import Arc, Network
from tcpverify.lang.expr import TRUE, Expr, Sort
from tcpverify.lang.linear import Linear
from tcpverify.lang.system import Constraint, Edge, TimedSystem, Valuation

__all__ = ["BEYOND", "LABEL", "flat", "network", "scale_of"]

LABEL = "hit"
BEYOND = "beyond"

#: TChecker computes clock bounds by all-pairs shortest paths over (location, clock) pairs: they must be few
MAX_PAIRS = 800


def scale_of(bounds: Iterable[Linear], valuation: Valuation) -> int:
    """The smallest factor that makes integers of all these durations."""
    return lcm(1, *(bound.value(valuation).denominator for bound in bounds))


def flat(
    system: TimedSystem,
    valuation: Valuation,
    *,
    marks: Collection[str] = (),
    within: Collection[Hashable] | None = None,
    name: str = "model",
    max_pairs: int = MAX_PAIRS,
) -> str:
    """The system as one process, location by location.

    Clock *i* of a location is clock ``x<i>``; an edge that carries clocks to other positions copies them.
    Where there are more pairs of locations and clocks than ``max_pairs``, locations with the same number of
    clocks and the same invariant share one of TChecker's locations and are told apart by an integer ``at``;
    TChecker then keeps one set of clock bounds for them, and may find more zones.

    Parameters
    ----------
    marks
        steps with any of these marks lead to the label `LABEL`.
    within
        the locations to write; default: all that edges lead to, clocks aside, which must be finitely many.
        Steps to other locations lead to the label `BEYOND`: it is unreachable iff, clocks considered, the
        system never leaves these locations.

    Raises
    ------
    ModelError
        if the system has several initial locations.
    """
    return _Flat(system, valuation, frozenset(marks), within, name, max_pairs).text()


class _Flat:
    """One export in the making: the locations by number, and where each of them goes."""

    def __init__(
        self,
        system: TimedSystem,
        valuation: Valuation,
        marks: frozenset[str],
        within: Collection[Hashable] | None,
        name: str,
        max_pairs: int,
    ) -> None:
        self.valuation, self.marks, self.name = valuation, marks, _identifier(name)
        self.labels = {LABEL} if marks else set()
        if within is not None:
            self.labels |= {BEYOND}
        starts = list(system.initial())
        if len(starts) != 1:
            raise ModelError(f"a TChecker process starts in one location, the model in {len(starts)}")
        self.number: dict[Hashable, int] = {starts[0][0]: 0}
        self.clocks = [starts[0][1]]
        self.edges: list[list[Edge]] = []
        self.invariants: list[tuple[Constraint, ...]] = []
        self.outside: dict[Hashable, tuple[Constraint, ...]] = {}
        order = [starts[0][0]]
        for location in order:
            self.edges.append(list(system.edges(location)))
            self.invariants.append(tuple(system.invariant(location)))
            for edge in self.edges[-1]:
                if within is not None and edge.target not in within:
                    self.outside[edge.target] = tuple(system.invariant(edge.target))
                elif edge.target not in self.number:
                    self.number[edge.target] = len(order)
                    order.append(edge.target)
                    self.clocks.append(len(edge.carry))
        rows = [row for part in (*self.invariants, *self.outside.values()) for row in part]
        rows += [row for part in self.edges for edge in part for row in edge.guard]
        self.scale = scale_of({row.bound for row in rows}, valuation)
        self.width = max(*self.clocks, *(len(e.carry) for part in self.edges for e in part), 1)
        self.temporary = any(_cycles(e.carry) for part in self.edges for e in part)
        self.group = self._groups(max_pairs)
        self.merged = len(set(self.group)) < len(order)

    def _groups(self, max_pairs: int) -> list[int]:
        """Per location the number of TChecker's location that stands for it."""
        count = len(self.clocks)
        if count * self.width <= max_pairs:
            return list(range(count))
        shapes = list(zip(self.clocks, self.invariants, strict=True))
        kinds = {shape: n for n, shape in enumerate(dict.fromkeys(shapes))}
        # As many equal parts of every kind as the limit allows: fewer edges for TChecker to try in each.
        size = max(1, -(-count // max(1, max_pairs // self.width - len(kinds))))
        seen = [0] * len(kinds)
        numbers: dict[tuple[int, int], int] = {}
        group = []
        for shape in shapes:
            kind = kinds[shape]
            group.append(numbers.setdefault((kind, seen[kind] // size), len(numbers)))
            seen[kind] += 1
        return group

    def text(self) -> str:
        """The whole file."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        yield f"# durations are multiplied by {self.scale}"
        yield f"system:{self.name}"
        yield "event:step"
        yield "process:P"
        for n in range(self.width):
            yield f"clock:1:x{n}"
        if self.temporary:
            yield "clock:1:t"
        if self.merged:
            yield f"int:1:0:{len(self.group) - 1}:0:at"
        written: set[int] = set()
        for n, place in enumerate(self.group):
            if place not in written:
                written.add(place)
                yield _location("P", f"l{place}", self._constraints(self.invariants[n]), initial=n == 0)
        sinks: dict[tuple[str, tuple[Constraint, ...]], str] = {}
        for source, part in enumerate(self.edges):
            for edge in part:
                target = self.number.get(edge.target, -1)
                provided = self._constraints(edge.guard)
                if self.merged:
                    provided.insert(0, f"at=={source}")
                does = _assignments(edge.carry)
                invariant = self.invariants[target] if target >= 0 else self.outside[edge.target]
                here = f"l{self.group[source]}"
                wanted = [BEYOND] * (target < 0) + [LABEL] * bool(self.marks & edge.marks)
                for label in wanted:
                    sink = sinks.get((label, invariant))
                    if sink is None:
                        sink = sinks[label, invariant] = f"{label}{len(sinks)}"
                        yield _location("P", sink, self._constraints(invariant), labels=label)
                    yield _edge("P", here, sink, "step", provided, does)
                if target >= 0:
                    if self.merged and target != source:
                        does = [*does, f"at={target}"]
                    yield _edge("P", here, f"l{self.group[target]}", "step", provided, does)
        # TChecker refuses to search for a label that no location has.
        for label in self.labels - {label for label, _ in sinks}:
            yield _location("P", label, [], labels=label)

    def _constraints(self, rows: Sequence[Constraint]) -> list[str]:
        return [f"x{c}{rel}{_scaled(bound, self.valuation, self.scale)}" for c, rel, bound in rows]


def network(net: Network, valuation: Valuation, *, mark: str = "") -> str:
    """The network, process by process, with its variables and synchronisations.

    A mark that is a condition becomes one more process, which moves to the label as soon as it may.

    Raises
    ------
    ModelError
        where the network cannot be written so, but can with `flat`: if an assignment reads what the same step
        may already have written, if nobody synchronises with an edge, or if the mark is one of edges.
    """
    if mark and mark not in net.marks:
        raise ModelError(f"{mark!r} is not a condition of the network; use the flat export")
    arcs = [(p, arc) for p in net.processes for rows in p.arcs for arc in rows]
    _check_order([arc for _, arc in arcs])
    rows = [row for p in net.processes for part in p.invariants for row in part]
    rows += [row for _, arc in arcs for row in arc.constraints]
    scale = scale_of({row.bound for row in rows}, valuation)

    def constraints(part: Iterable[Constraint]) -> list[str]:
        return [f"{_identifier(net.clocks[c].name)}{rel}{_scaled(b, valuation, scale)}" for c, rel, b in part]

    read = {name for _, arc in arcs for name in arc.guard.variables()}
    read |= {name for _, arc in arcs for value in arc.assign.values() for name in value.variables()}
    if mark:
        read |= net.marks[mark].variables()
    tracked = [p for p in net.processes if any(name.startswith(f"{p.name}@") for name in read)]
    numbers = {
        f"{p.name}@{place}": f"at_{_identifier(p.name)}=={n}"
        for p in tracked
        for n, place in enumerate(p.locations)
    }
    names = [_identifier(v.name) for v in net.variables] + [_identifier(c.name) for c in net.clocks]
    names += [f"at_{_identifier(p.name)}" for p in tracked]
    if len(set(names)) < len(names):
        raise ModelError("two names of variables or clocks are the same in TChecker's alphabet; rename one")

    lines = [f"# durations are multiplied by {scale}", f"system:{_identifier(net.name)}"]
    for v in net.variables:
        lines.append(f"int:1:{v.low}:{v.high}:{int(v.initial)}:{_identifier(v.name)}")
    lines += [f"int:1:0:{max(1, len(p.locations) - 1)}:0:at_{_identifier(p.name)}" for p in tracked]
    lines += [f"clock:1:{_identifier(c.name)}" for c in net.clocks]
    lines += [f"event:{event}" for event in dict.fromkeys(_event(arc) for _, arc in arcs)]
    for p in net.processes:
        process = _identifier(p.name)
        lines.append(f"process:{process}")
        for n, loc in enumerate(p.locations):
            lines.append(_location(process, _identifier(loc), constraints(p.invariants[n]), initial=n == 0))
        for arc in (arc for part in p.arcs for arc in part):
            provided = [] if arc.guard is TRUE else [_condition(arc.guard, numbers)]
            provided += constraints(arc.constraints)
            does = [f"{_identifier(name)}={_term(value, numbers)}" for name, value in arc.assign.items()]
            does += [f"{_identifier(net.clocks[c].name)}=0" for c in sorted(arc.reset)]
            if p in tracked:
                does.append(f"at_{process}={arc.target}")
            source, target = (_identifier(p.locations[n]) for n in (arc.source, arc.target))
            lines.append(_edge(process, source, target, _event(arc), provided, does))
    lines += _synchronisations(net)
    if mark:
        lines += ["event:watch", "process:Watch", _location("Watch", "idle", [], initial=True)]
        lines += [_location("Watch", "seen", [], labels=LABEL)]
        lines += [_edge("Watch", "idle", "seen", "watch", [_condition(net.marks[mark], numbers)], [])]
    return "\n".join(lines) + "\n"


def _check_order(arcs: Sequence[Arc]) -> None:
    """Refuse assignments that TChecker, which does one after the other, would compute differently."""
    for arc in arcs:
        partners = [a for a in arcs if arc.sync and a.sync[:-1] == arc.sync[:-1] and a.sync != arc.sync]
        written = {name for partner in partners for name in partner.assign}
        for name, value in arc.assign.items():
            clash = value.variables() & written
            if clash:
                raise ModelError(f"{arc.name} reads {min(clash)!r} when it may already be assigned anew")
            written.add(name)


def _synchronisations(net: Network) -> list[str]:
    said: dict[str, list[str]] = {}
    for p in net.processes:
        for event in dict.fromkeys(arc.sync for part in p.arcs for arc in part if arc.sync):
            said.setdefault(event, []).append(_identifier(p.name))
    lines, paired = [], set()
    for event, senders in said.items():
        if event[-1] == "!":
            channel = event[:-1]
            for sender in senders:
                for receiver in said.get(channel + "?", ()):
                    if sender != receiver:
                        name = _identifier(channel)
                        lines.append(f"sync:{sender}@{name}_send:{receiver}@{name}_receive")
                        paired |= {(sender, event), (receiver, channel + "?")}
    for event, members in said.items():
        lone = [m for m in members if (m, event) not in paired]
        if lone:
            # Without a sync declaration TChecker would let it happen alone.
            raise ModelError(f"nobody synchronises with {event} of {lone[0]}; use the flat export")
    return lines


def _event(arc: Arc) -> str:
    if not arc.sync:
        return "step"
    return f"{_identifier(arc.sync[:-1])}_{'send' if arc.sync[-1] == '!' else 'receive'}"


# ---------------------------------------------------------------- expressions


def _condition(expr: Expr, numbers: dict[str, str]) -> str:
    """A truth value as a conjunction of TChecker's atomic expressions; there is no disjunction there."""
    op, args = expr.op, expr.args
    if op == "and":
        return "&&".join(_condition(arg, numbers) for arg in args)
    if op == "var":
        return numbers.get(args[0], f"{_identifier(args[0])}==1")
    if op in ("eq", "ne", "lt", "le"):
        sign = {"eq": "==", "ne": "!=", "lt": "<", "le": "<="}[op]
        return f"{_term(args[0], numbers)}{sign}{_term(args[1], numbers)}"
    return f"{_term(expr, numbers)}==1"


def _term(expr: Expr, numbers: dict[str, str]) -> str:
    """The value as an integer; true is 1."""
    op, args = expr.op, expr.args
    if op == "const":
        return str(int(args[0]))
    if op == "var" and args[0] not in numbers:
        return _identifier(args[0])
    if op in ("add", "sub") and expr.sort is Sort.INT:
        return f"({_term(args[0], numbers)}{'+' if op == 'add' else '-'}{_term(args[1], numbers)})"
    if op == "ite":
        then, otherwise = _term(args[1], numbers), _term(args[2], numbers)
        return f"(if {_condition(args[0], numbers)} then {then} else {otherwise})"
    if op == "not":
        return f"(if {_condition(args[0], numbers)} then 0 else 1)"
    if op == "or":
        text = "0"
        for arg in reversed(args):
            text = f"(if {_condition(arg, numbers)} then 1 else {text})"
        return text
    if expr.sort is Sort.BOOL:
        return f"(if {_condition(expr, numbers)} then 1 else 0)"
    raise ModelError(f"{expr!r} cannot be written for TChecker")


def _scaled(bound: Linear, valuation: Valuation, scale: int) -> int:
    value = bound.value(valuation) * scale
    assert value.denominator == 1, "the scale covers every bound"
    return int(value)


# ---------------------------------------------------------------- clocks


def _cycles(carry: tuple[int, ...]) -> bool:
    """Whether clocks change places, so that copying them one by one needs a place to put one aside."""
    moves = {n: c for n, c in enumerate(carry) if c >= 0 and c != n}
    for start in moves:
        here = moves[start]
        for _ in moves:
            if here == start:
                return True
            if here not in moves:
                break
            here = moves[here]
    return False


def _assignments(carry: tuple[int, ...]) -> list[str]:
    """Statements, done one after the other, that put every clock where the target has it."""
    moves = {n: c for n, c in enumerate(carry) if c >= 0 and c != n}
    done = []
    while moves:
        # A clock that nobody still has to read may be overwritten.
        free = next((n for n in moves if n not in moves.values()), None)
        if free is None:
            free = next(iter(moves))
            done.append(f"t=x{free}")
            done.append(f"x{free}=x{moves.pop(free)}")
            moves = {n: -1 if c == free else c for n, c in moves.items()}
            continue
        source = moves.pop(free)
        done.append(f"x{free}=" + (f"x{source}" if source >= 0 else "t"))
    return done + [f"x{n}=0" for n, c in enumerate(carry) if c < 0]


# ---------------------------------------------------------------- text


def _identifier(name: str) -> str:
    """A name that TChecker accepts: letters, digits, underscores and dots, not beginning with a digit."""
    text = re.sub(r"[^A-Za-z0-9_.]", "_", name)
    return text if re.match(r"[A-Za-z_]", text) else f"_{text}"


def _attributes(parts: Iterable[tuple[str, str]]) -> str:
    return "{" + " : ".join(f"{key}:{value}" for key, value in parts) + "}"


def _location(
    process: str, name: str, invariant: Sequence[str], *, initial: bool = False, labels: str = ""
) -> str:
    parts = [("initial", "")] if initial else []
    parts += [("invariant", "&&".join(invariant))] if invariant else []
    parts += [("labels", labels)] if labels else []
    return f"location:{process}:{name}{_attributes(parts)}"


def _edge(
    process: str, source: str, target: str, event: str, provided: Sequence[str], does: Sequence[str]
) -> str:
    parts = [("provided", "&&".join(provided))] if provided else []
    parts += [("do", ";".join(does))] if does else []
    return f"edge:{process}:{source}:{target}:{event}{_attributes(parts)}"
