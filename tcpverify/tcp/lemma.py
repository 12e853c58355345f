"""The lemma that justifies small sequence spaces: what rules see of 32-bit numbers, a small space shows.

A rule sees a sequence number only through comparisons. The lemma collects the comparisons that a table
really makes (`tcpverify.tcp.comparisons`), each as a `Shape`, and lets Z3 prove over 32-bit numbers, for every receive
window W with ``2*reach + 1 < W <= 65535 * 2**14`` (the largest that RFC 7323 §2.2 can say):

coverage
    for every distance D of two ISNs there is a listed distance r such that all comparisons of numbers at
    offsets up to ``reach`` apart, in both directions, have the same answers at D and at r;
realisability
    every listed distance stands for a D that exists, so that nothing is invented;
carrying
    where a rule takes over a number of another space (SND.UNA from SEG.ACK, RCV.NXT from the segment's end),
    the two ISNs are at most ``reach`` apart, where the small space is exact.

The small side is computed by the code that the exploration runs (`Spaces.delta`, the interpreter), not by
a second description of it. What is assumed: both ends of a direction know one window, and the offsets of
numbers from their ISS lie between 0 and the scope's span.

That is about pairs of number spaces. Where numbers of three incarnations meet, their three distances must be
possible together: `_triples` computes which classes are, exactly, on either circle. Its answer turns on the
signs of sums of at most three edges and three offsets, and no such sum changes its sign while the window is
larger than 3*(reach+1) and smaller than a third of 2**31 less reach+1, so one window speaks for all of these.
About four incarnations alive at once nothing is proved.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import z3

from tcpverify.lang.expr import Expr, Sort
from tcpverify.lang.interpret import evaluate
from tcpverify.lang.smt import symbol, to_z3
from tcpverify.lang.table import Rule, Table
from tcpverify.tcp.comparisons import Shape, Uncovered, comparisons
from tcpverify.tcp.numbers import Spaces, edges, number

__all__ = ["LARGEST_WINDOW", "LemmaResult", "prove"]

LARGEST_WINDOW = 65535 << 14  # octets
_BITS = 32
#: numbers that an end rewrites into its own count when it takes them over, and the field they come from
_CARRIED = {"SND.UNA": "SEG.ACK", "RCV.NXT": "SEG.SEQ"}
#: the edges of `tcpverify.tcp.numbers.edges`, in that order
_EDGE_NAMES = ("2^31", "2^31 + W", "-W", "0", "W", "2^31 - W")
_WITHOUT_TCB = ("CLOSED", "LISTEN")


@dataclass(frozen=True)
class LemmaResult:
    """What `prove` found.

    Attributes
    ----------
    holds
        whether every obligation was proved.
    seconds
        how long that took.
    counterexample
        one sentence naming the rule, or the distance and window, for which it does not hold; else None.
    shapes
        the comparisons that the table makes.
    classes
        how many distances the exploration tries.
    obligations
        how many formulas Z3 has proved.
    """

    holds: bool
    seconds: float
    counterexample: str | None
    shapes: tuple[Shape, ...] = ()
    classes: int = 0
    obligations: int = 0


def prove(spaces: Spaces, table: Table) -> LemmaResult:
    """Prove that the exploration of this table over these spaces speaks about 32-bit numbers."""
    start = time.perf_counter()
    span = spaces.reach - 1
    shapes: tuple[Shape, ...] = ()
    proved, counterexample = 0, None
    try:
        shapes = tuple(sorted(comparisons(table, span, spaces.reach)))
        proved = _carried(table, spaces.reach) + _circle(spaces, shapes)
    except Uncovered as why:
        counterexample = str(why)
    seconds = time.perf_counter() - start
    classes = len(spaces.distances)
    return LemmaResult(counterexample is None, seconds, counterexample, shapes, classes, proved)


def _obligation(name: str, assumptions: list[Any], claim: Any, unknowns: list[Any]) -> None:
    """Prove the claim; Uncovered gives the values for which it fails."""
    solver = z3.SolverFor("QF_BV")
    solver.add(*assumptions, z3.Not(claim))
    if solver.check() != z3.unsat:
        model = solver.model()
        values = [f"{u} = {model.eval(u, model_completion=True).as_long()}" for u in unknowns]
        raise Uncovered(f"{name} when {', '.join(values)}")


def _carried(table: Table, reach: int) -> int:
    """Prove of every rule that takes over a number that its space is near; how many obligations that was."""
    proved = 0
    for rule in table.rules.values():
        for name in _CARRIED:
            if name in rule.assign and rule.state not in _WITHOUT_TCB and _known(table, name, rule.state):
                what = f"rule {rule.name!r} takes over a {name} that is more than {reach} away"
                _obligation(what, *_carrying(table, rule, name, reach))
                proved += 1
    return proved


def _circle(spaces: Spaces, shapes: tuple[Shape, ...]) -> int:
    """Prove coverage and realisability; how many obligations that was.

    The proof depends on the comparisons only, not on the rules that make them: it is remembered.
    """
    key = (spaces.bits, spaces.window, spaces.reach, tuple(spaces.standard.items()), shapes)
    if key not in _PROVED:
        _PROVED[key] = _prove_circle(spaces, shapes)
    return _PROVED[key]


_PROVED: dict[tuple[Any, ...], int] = {}


def _prove_circle(spaces: Spaces, shapes: tuple[Shape, ...]) -> int:
    reach = spaces.reach
    apart, window = z3.BitVecs("D W", _BITS)
    sizes = [z3.UGT(window, 2 * reach + 1), z3.ULE(window, LARGEST_WINDOW)]
    # One question per comparison, difference of offsets and direction; its answer at each listed distance.
    # =< needs no question of its own where = and < are asked.
    implied = {Shape("le", s.windows) for s in shapes if s.op == "eq" and Shape("lt", s.windows) in shapes}
    asked = [s for s in shapes if s not in implied]
    questions = [(s.atom(), e, up) for s in asked for e in range(-reach, reach + 1) for up in (True, False)]
    answers = {r: [_small(spaces, atom, r, e, up) for atom, e, up in questions] for r in spaces.distances}
    proved = 0

    def obligation(name: str, assumptions: list[Any], claim: Any, unknowns: list[Any]) -> None:
        nonlocal proved
        _obligation(name, assumptions, claim, unknowns)
        proved += 1

    def looks_like(distance: Any, r: int) -> list[Any]:
        pairs = zip(questions, answers[r], strict=True)
        return [_large(atom, distance, window, e, up) == yes for (atom, e, up), yes in pairs]

    # The 32-bit circle in pieces: at an edge, and from there to the next. A listed distance stands for the
    # whole of each piece (coverage); no piece is empty, and every listed distance has one (realisability).
    small, large = edges(spaces.bits, spaces.window), _large_edges(window)
    pieces, stands_for = [], set()
    for place, edge in enumerate(large):
        pieces.append(z3.ULE(apart - (edge - reach), 2 * reach))
        for d in range(-reach, reach + 1):
            r = spaces.standard[spaces.signed(small[place] + d)]
            stands_for.add(r)
            name = f"the listed distance {r} does not look like D = {_EDGE_NAMES[place]} {d:+d}"
            obligation(name, sizes, z3.And(looks_like(edge + d, r)), [window])
    for place, edge in enumerate(large):
        beyond = edge + reach + 1
        room = large[(place + 1) % len(large)] - reach - beyond
        obligation("the edges are not apart", sizes, room > 0, [window])
        inside = z3.ULT(apart - beyond, room)
        pieces.append(inside)
        r = spaces.standard[spaces.signed(small[place] + reach + 1)]
        stands_for.add(r)
        # One by one: together they keep Z3 busy for many seconds.
        name = f"the listed distance {r} does not look like D"
        for claim in looks_like(apart, r):
            obligation(name, [*sizes, inside], claim, [apart, window])
    obligation("no piece of the circle contains D", sizes, z3.Or(pieces), [apart, window])
    if invented := sorted(set(spaces.distances) - stands_for):
        raise Uncovered(f"the listed distance {invented[0]} stands for no 32-bit distance")
    if _triples(spaces.bits, spaces.window, reach) != _triples(_BITS, 1 << 16, reach):
        raise Uncovered("the distances of three incarnations combine otherwise than those of 32-bit numbers")
    proved += 1
    return proved


def _triples(bits: int, window: int, reach: int) -> set[tuple[int, int, int]]:
    """Which classes the distances of three spaces, first to second, first to third and second to third, have.

    A class is a number: the pieces of the circle (at an edge; from there to the next) in ascending order.
    """
    half = 1 << (bits - 1)
    corners = edges(bits, window)
    pieces: list[tuple[int, int]] = []
    for edge, after in zip(corners, (*corners[1:], half), strict=True):
        pieces += [(edge + d, edge + d) for d in range(-reach, reach + 1)]
        pieces.append((edge + reach + 1, after - reach - 1))
    # The third distance is an interval on the line; the line has copies of the circle.
    line = [low + 2 * half * turn for turn in range(-2, 3) for low, _ in pieces]
    found: set[tuple[int, int, int]] = set()
    for second, (low2, high2) in enumerate(pieces):
        for third, (low3, high3) in enumerate(pieces):
            first, last = bisect_right(line, low3 - high2) - 1, bisect_right(line, high3 - low2)
            found.update((second, third, place % len(pieces)) for place in range(first, last))
    return found


def _small(spaces: Spaces, atom: Expr, distance: int, difference: int, up: bool) -> bool:
    """The answer that the exploration gets; ``up``: the left number is of the later space."""
    early, late = number(1, 0), number(2, 0)
    left, right = (late, early) if up else (early, late)
    tags = (2, 4)
    env = {"LEFT": left + difference, "RIGHT": right, "WND": spaces.window}
    return bool(evaluate(atom, env, delta=spaces.delta({tags: distance}, [])))


def _large(atom: Expr, distance: Any, window: Any, difference: int, up: bool) -> Any:
    """The same question about 32-bit numbers, as a Z3 formula."""
    zero = z3.BitVecVal(0, _BITS)
    left, right = (distance, zero) if up else (zero, distance)
    return to_z3(atom, {"LEFT": left + difference, "RIGHT": right, "WND": window}, _BITS)


def _large_edges(window: Any) -> tuple[Any, ...]:
    half = z3.BitVecVal(1 << (_BITS - 1), _BITS)
    return (half, half + window, -window, z3.BitVecVal(0, _BITS), window, half - window)


def _known(table: Table, name: str, state: str) -> bool:
    return state in table.relevant.get(name, frozenset(table.states))


def _carrying(table: Table, rule: Rule, name: str, reach: int) -> tuple[list[Any], Any, list[Any]]:
    """Assumptions, claim and unknowns: a number taken over comes from a space that is near."""
    sorts: Mapping[str, Sort] = {**table.variables, **table.inputs.get(rule.event, {})}
    env: dict[str, Any] = {n: symbol(n, s, _BITS) for n, s in sorts.items()}
    window = z3.BitVec("W", _BITS)
    env["RCV.WND"] = env["MAX.SND.WND"] = window
    # Two spaces in each direction: the one that the end counts in, and the one the segment speaks of.
    mine, peers, apart = z3.BitVecs("ISS.own ISS.peer D", _BITS)
    offsets = {n: z3.BitVec(f"offset.{n}", _BITS) for n in ("una", "nxt", "rcv", "seq", "ack")}
    fields = ("SEG.SEQ", "SEG.ACK")
    far = {f: apart if f == _CARRIED[name] else z3.BitVec(f"D.{f}", _BITS) for f in fields}
    env["ISS"], env["SND.UNA"], env["SND.NXT"] = mine, mine + offsets["una"], mine + offsets["nxt"]
    env["RCV.NXT"] = peers + offsets["rcv"]
    assumptions = [z3.UGT(window, 2 * reach + 1), z3.ULE(window, LARGEST_WINDOW)]
    assumptions += [z3.ULE(o, reach - 1) for o in offsets.values()] + [z3.ULE(offsets["una"], offsets["nxt"])]
    if "SEG.SEQ" in sorts:
        env["SEG.SEQ"] = peers + far["SEG.SEQ"] + offsets["seq"]
        env["SEG.ACK"] = mine + far["SEG.ACK"] + offsets["ack"]
        text, flags = env["SEG.TEXT"], (env["SEG.SYN?"], env["SEG.FIN?"])
        length = text + sum(z3.If(f, z3.BitVecVal(1, _BITS), z3.BitVecVal(0, _BITS)) for f in flags)
        assumptions += [z3.ULE(text, reach - 1), z3.ULE(offsets["seq"] + length, reach - 1)]
    assumptions.append(to_z3(rule.guard, env, _BITS))
    assumptions.append(to_z3(rule.assign[name], env, _BITS) != env[name])
    if "SEG.SEQ" not in sorts:
        # Without a segment there is only one space in each direction.
        assumptions.append(apart == 0)
    return assumptions, z3.And(apart >= -reach, apart <= reach), [apart, window]
