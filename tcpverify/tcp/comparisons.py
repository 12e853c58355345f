"""The comparisons of sequence numbers that a table makes: all that its rules ever see of them.

Each is brought to a `Shape`, which offsets and windows no longer distinguish; `tcpverify.tcp.lemma` proves that a small
number space answers every shape as 32 bits do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tcpverify.lang.expr import Expr, Sort, integer, sequence
from tcpverify.lang.table import Table

__all__ = ["Shape", "Uncovered", "comparisons"]

_WINDOWS = frozenset({"RCV.WND", "MAX.SND.WND"})
_OWN = frozenset({"SND.UNA", "SND.NXT", "ISS", "NEW.ISS"})


@dataclass(frozen=True, order=True)
class Shape:
    """What a comparison asks of a distance v = left - right, once offsets and windows are taken out.

    Attributes
    ----------
    op
        ``eq``, ``lt``, ``le`` or ``within``.
    windows
        how many windows are added to v.
    length, extra
        for ``within``: the interval is ``length`` windows and ``extra`` octets long.
    """

    op: str
    windows: int
    length: int = 0
    extra: int = 0

    def atom(self) -> Expr:
        """The comparison, of the sequence numbers LEFT and RIGHT and the integer WND."""
        left, right, window = sequence("LEFT"), sequence("RIGHT"), integer("WND")
        for _ in range(abs(self.windows)):
            left = left + window if self.windows > 0 else left - window
        if self.op != "within":
            return Expr(self.op, (left, right), Sort.BOOL)
        length: Expr | None = None
        for _ in range(self.length):
            length = window if length is None else length + window
        return left.within(right, self.extra if length is None else length + self.extra)

    def __str__(self) -> str:
        from tcpverify.lang.text import show

        return show(self.atom())


class Uncovered(Exception):
    """A comparison that the lemma cannot speak about; the message says where and why."""


def comparisons(table: Table, span: int, reach: int) -> frozenset[Shape]:
    """The shapes of all comparisons of sequence numbers in guards, effects and timers.

    ``span`` is the greatest offset from its ISS that a number in flight can have.

    Raises
    ------
    Uncovered
        if an expression compares numbers in a way that cannot be written as a shape, or that can look
        further than ``reach``.
    """
    found: set[Shape] = set()
    for where, expr in _expressions(table):
        for node in expr.walk():
            try:
                found |= _shapes(node, span, reach)
            except Uncovered as why:
                raise Uncovered(f"{where}: {node!r} {why}") from None
    return frozenset(found)


def _expressions(table: Table) -> Iterator[tuple[str, Expr]]:
    yield "the assumption of the table", table.assumes
    for timer in table.timers:
        yield f"timer {timer.name!r}", timer.while_
    for name, rule in table.rules.items():
        where = f"rule {name!r}"
        yield where, rule.guard
        for value in rule.assign.values():
            yield where, value
        for message in rule.emits:
            yield where, message.when
            for value in message.fields.values():
                yield where, value
        for _, when in rule.restarts:
            yield where, when


@dataclass(frozen=True)
class _Sum:
    """An expression as a sequence variable (or none), plus windows, plus something in an interval."""

    base: str
    windows: int
    low: int
    high: int


def _shapes(node: Expr, span: int, reach: int) -> set[Shape]:
    if node.op == "diff":
        # A length is only meaningful, and exact in the small space, between numbers that an end itself chose.
        if not all(arg.op == "var" and arg.args[0] in _OWN for arg in node.args):
            raise Uncovered("measures a distance between numbers that are not both the end's own")
        return set()
    if node.op == "within":
        length = _linear(node.args[2], span)
        if length.low != length.high:
            raise Uncovered("has a window whose length is neither fixed nor the receive window")
        sides = [(node.args[0], node.args[1])]
        op, wide, extra = "within", length.windows, length.low
    elif node.op in ("eq", "ne", "lt", "le") and node.args[0].sort is Sort.SEQ:
        sides = [(node.args[0], node.args[1])]
        op, wide, extra = ("eq" if node.op == "ne" else node.op), 0, 0
    else:
        return set()
    found = set()
    for left, right in sides:
        a, b = _linear(left, span), _linear(right, span)
        if not a.base or not b.base:
            raise Uncovered("compares with a number that belongs to no connection")
        low, high = a.low - b.high, a.high - b.low
        if low < -reach or high > reach:
            raise Uncovered(f"looks {max(-low, high)} numbers far, and the small space is made for {reach}")
        found.add(Shape(op, a.windows - b.windows, wide, extra))
    return found


def _linear(expr: Expr, span: int) -> _Sum:
    """The expression as variable + windows + an interval; Uncovered if it is nothing of the kind."""
    base, windows, low, high = "", 0, 0, 0
    occupied = False
    for sign, term in _terms(expr, 1):
        if term.op == "var" and term.sort is Sort.SEQ:
            base, low, high = term.args[0], low, high + span
        elif term.op == "var" and term.args[0] in _WINDOWS:
            windows += sign
        elif term.op == "const" and term.sort is Sort.INT:
            low, high = low + sign * term.args[0], high + sign * term.args[0]
        elif sign > 0 and _occupies(term):
            occupied = True
            high += span
        elif term.op == "var" and term.args[0] in ("SEG.TEXT", "DATA"):
            low, high = (low, high + span) if sign > 0 else (low - span, high)
        else:
            raise Uncovered(f"contains {term!r}, of which nothing is known")
    if base == "SEG.SEQ" and occupied:
        # A segment's last octet too has a number that its sender has used.
        terms = [t for s, t in _terms(expr, 1) if s > 0 and _occupies(t)]
        high -= span * len(terms)
        if len({t.key() for t in terms}) != len(terms):
            raise Uncovered("counts a part of the segment twice")
    return _Sum(base, windows, low, high)


def _occupies(term: Expr) -> bool:
    """Whether a term is the number of octets that text, SYN or FIN of the segment occupy."""
    if term.op == "var":
        return bool(term.args[0] == "SEG.TEXT")
    if term.op != "ite" or term.args[0].op != "var":
        return False
    flag, one, zero = term.args
    return flag.args[0] in ("SEG.SYN?", "SEG.FIN?") and one.args == (1,) and zero.args == (0,)


def _terms(expr: Expr, sign: int) -> Iterator[tuple[int, Expr]]:
    if expr.op in ("add", "sub"):
        yield from _terms(expr.args[0], sign)
        yield from _terms(expr.args[1], sign if expr.op == "add" else -sign)
    else:
        yield sign, expr
