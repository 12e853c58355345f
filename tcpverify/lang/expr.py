"""The expression language in which every guard and every effect is written, once.

An expression is an immutable tree. It knows nothing of how it is evaluated: `interpret`, `compiled`,
`smt`, `text` (and the exporters) are walkers over this tree, so a rule has one source and many readings.

Sorts
-----
``BOOL``
    truth values.
``INT``
    small integers (lengths, counters); bounds are declared with the variable.
``SEQ``
    sequence numbers: integers modulo 2**k. Their comparisons are the modular ones of RFC 9293 §3.4:
    ``a < b`` iff ``0 < (b - a) mod 2**k < 2**(k-1)``. ``k`` is chosen by the reader of the expression
    (32 in proofs and replays, small in explorations), never by the writer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from tcpverify.errors import ModelError
from tcpverify.lang.linear import Linear

__all__ = [
    "FALSE", "TRUE", "WORDS", "Expr", "Sort", "age_name", "all_of", "any_of", "boolean", "elapsed", "integer", "ite",
    "lift", "sequence",
]  # fmt: skip


_LEAVES = frozenset({"var", "const", "elapsed"})


class Sort(Enum):
    """The type of an expression's value."""

    BOOL = "bool"
    INT = "int"
    SEQ = "seq"


#: what a value of each sort is called
WORDS = {Sort.BOOL: "a condition", Sort.INT: "a number", Sort.SEQ: "a sequence number"}
_PARENTHESES = "& | ~ bind closer than == and <, so a comparison stands in parentheses: RST & (SEG_SEQ == RCV_NXT)"


@dataclass(frozen=True, eq=False, slots=True)
class Expr:
    """A node: an operator, its operands, and the sort of its value.

    Operators: ``var`` (operand: the name), ``const`` (operand: the value), ``not and or ite``, ``add sub``
    (on INT; ``add`` also SEQ + INT), ``diff`` (SEQ - SEQ as a signed INT), ``eq ne lt le`` (on two operands
    of one sort), ``within`` (SEQ a, SEQ start, INT length: ``start =< a < start + length``) and ``elapsed``
    (operands: a timer's name and a `Linear` duration), see :func:`elapsed`.

    ``==`` builds an expression; use :meth:`same` to compare two trees.
    """

    op: str
    args: tuple[Any, ...]
    sort: Sort

    def __and__(self, other: Expr | bool) -> Expr:
        return all_of(self, lift(other))

    def __rand__(self, other: bool) -> Expr:
        return all_of(lift(other), self)

    def __or__(self, other: Expr | bool) -> Expr:
        return any_of(self, lift(other))

    def __ror__(self, other: bool) -> Expr:
        return any_of(lift(other), self)

    def __invert__(self) -> Expr:
        _want(self, Sort.BOOL)
        if self.op == "const":
            return FALSE if self.args[0] else TRUE
        return self.args[0] if self.op == "not" else Expr("not", (self,), Sort.BOOL)

    def __add__(self, other: Expr | int) -> Expr:
        right = lift(other)
        if self.sort is Sort.BOOL or right.sort is not Sort.INT:
            raise TypeError(f"cannot add {WORDS[right.sort]} to {WORDS[self.sort]}: {right!r} to {self!r}")
        if right.op == "const" and right.args[0] == 0:
            return self
        return Expr("add", (self, right), self.sort)

    def __sub__(self, other: Expr | int) -> Expr:
        right = lift(other)
        if self.sort is Sort.SEQ and right.sort is Sort.SEQ:
            return Expr("diff", (self, right), Sort.INT)
        if self.sort is Sort.BOOL or right.sort is not Sort.INT:
            raise TypeError(f"cannot subtract {WORDS[right.sort]} from {WORDS[self.sort]}: {right!r} from {self!r}")
        return Expr("sub", (self, right), self.sort)

    def __eq__(self, other: object) -> Expr:  # type: ignore[override]
        return _compare("eq", self, other)

    def __ne__(self, other: object) -> Expr:  # type: ignore[override]
        return _compare("ne", self, other)

    def __lt__(self, other: Expr | int) -> Expr:
        return _compare("lt", self, other)

    def __le__(self, other: Expr | int) -> Expr:
        return _compare("le", self, other)

    def __gt__(self, other: Expr | int) -> Expr:
        return _compare("lt", lift(other), self)

    def __ge__(self, other: Expr | int) -> Expr:
        return _compare("le", lift(other), self)

    def __hash__(self) -> int:
        return hash(self.key())

    def __bool__(self) -> bool:
        instead = "use & | ~ instead of and, or, not, and (a < b) & (b < c) instead of a < b < c"
        raise TypeError(f"an expression has no truth value; {instead}")

    def within(self, start: Expr, length: Expr | int) -> Expr:
        """``start =< self < start + length`` on the circle of sequence numbers (false if length is 0)."""
        _want(self, Sort.SEQ)
        _want(start, Sort.SEQ)
        return Expr("within", (self, start, lift(length)), Sort.BOOL)

    def key(self) -> tuple[Any, ...]:
        """The tree as nested tuples: equal keys mean equal trees."""
        if self.op in _LEAVES:
            return (self.op, self.sort.value, *self.args)
        return (self.op, *(arg.key() for arg in self.args))

    def same(self, other: Expr) -> bool:
        """Whether both are the same tree."""
        return self.key() == other.key()

    def walk(self) -> Iterator[Expr]:
        """This node and all below it, operands after their operator."""
        yield self
        if self.op not in _LEAVES:
            for arg in self.args:
                yield from arg.walk()

    def variables(self) -> frozenset[str]:
        """The names of the variables that occur in the expression."""
        return frozenset(node.args[0] for node in self.walk() if node.op == "var")

    def __repr__(self) -> str:
        from tcpverify.lang.text import show

        return f"<{show(self)}>"


def _want(expr: Expr, sort: Sort) -> None:
    if expr.sort is sort:
        return
    hint = f"; {_PARENTHESES}" if sort is Sort.BOOL else ""
    raise TypeError(f"{expr!r} is {WORDS[expr.sort]}, not {WORDS[sort]}{hint}")


def lift(value: Expr | bool | int) -> Expr:
    """A Python ``bool`` or ``int`` as a constant; an expression as itself."""
    if isinstance(value, Expr):
        return value
    if isinstance(value, bool):
        return TRUE if value else FALSE
    if isinstance(value, int):
        return Expr("const", (value,), Sort.INT)
    raise TypeError(f"{value!r} is not an expression, a bool or an int")


def _compare(op: str, left: Expr, right: Any) -> Expr:
    right = lift(right)
    if left.sort is not right.sort:
        what = f"{WORDS[left.sort]} with {WORDS[right.sort]}: {left!r} with {right!r}"
        hint = f"; {_PARENTHESES}" if Sort.BOOL in (left.sort, right.sort) else ""
        raise TypeError(f"cannot compare {what}{hint}")
    if left.sort is Sort.BOOL and op not in ("eq", "ne"):
        raise TypeError(f"conditions have no order: {left!r} and {right!r}; {_PARENTHESES}")
    return Expr(op, (left, right), Sort.BOOL)


def boolean(name: str) -> Expr:
    """A boolean variable."""
    return Expr("var", (name,), Sort.BOOL)


def integer(name: str) -> Expr:
    """An integer variable."""
    return Expr("var", (name,), Sort.INT)


def sequence(name: str) -> Expr:
    """A variable holding a sequence number."""
    return Expr("var", (name,), Sort.SEQ)


def elapsed(timer: str, duration: Linear) -> Expr:
    """Whether a timer of the end has run for at least that long since it was last started; false if it does not run.

    To the rules it is one more truth value; readers that know time decide it. The duration has a name, `parameter`.

    Raises
    ------
    ModelError
        if one of them is something else, or the duration a number: it has a name, under which users can set it.
    """
    if not isinstance(timer, str):
        raise ModelError(f"elapsed() asks for the age of a timer by its name, such as \"time-wait\", not {timer!r}")
    if not isinstance(duration, Linear) or "" in dict(duration.terms):
        raise ModelError(
            f"elapsed({timer!r}, …) is given {duration}: name the duration, as in elapsed({timer!r}, "
            'parameter("WAIT")), and say in numbers how long it is: numbers={"WAIT": 1}'
        )
    return Expr("elapsed", (timer, duration), Sort.BOOL)


def age_name(expr: Expr) -> str:
    """The name under which the truth of an ``elapsed`` is kept among the variables."""
    timer, duration = expr.args
    return f"{timer} timer ≥ {duration}"


TRUE = Expr("const", (True,), Sort.BOOL)
FALSE = Expr("const", (False,), Sort.BOOL)


def _gather(op: str, neutral: Expr, absorbing: Expr, exprs: tuple[Expr | bool, ...]) -> Expr:
    parts: list[Expr] = []
    for item in exprs:
        expr = lift(item)
        _want(expr, Sort.BOOL)
        if expr is absorbing:
            return absorbing
        if expr.op == op:
            parts.extend(expr.args)
        elif expr is not neutral:
            parts.append(expr)
    if not parts:
        return neutral
    return parts[0] if len(parts) == 1 else Expr(op, tuple(parts), Sort.BOOL)


def all_of(*exprs: Expr | bool) -> Expr:
    """Conjunction; true when empty."""
    return _gather("and", TRUE, FALSE, exprs)


def any_of(*exprs: Expr | bool) -> Expr:
    """Disjunction; false when empty."""
    return _gather("or", FALSE, TRUE, exprs)


def ite(condition: Expr | bool, then: Expr | int | bool, otherwise: Expr | int | bool) -> Expr:
    """``then`` where the condition holds, else ``otherwise``; both must have one sort."""
    test, yes, no = lift(condition), lift(then), lift(otherwise)
    _want(test, Sort.BOOL)
    if yes.sort is not no.sort:
        raise TypeError(f"branches differ: {yes!r} is {WORDS[yes.sort]}, {no!r} {WORDS[no.sort]}")
    if test.op == "const":
        return yes if test.args[0] else no
    return Expr("ite", (test, yes, no), yes.sort)
