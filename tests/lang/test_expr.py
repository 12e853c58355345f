"""One expression, four readings: interpreter, compiled, Z3 at 32 bits, text; they must agree."""

from __future__ import annotations

import re

import pytest
import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from tcpverify.lang.compiled import compile_expr
from tcpverify.lang.expr import (
    FALSE,
    TRUE,
    Expr,
    Sort,
    all_of,
    any_of,
    boolean,
    integer,
    ite,
    lift,
    sequence,
)
from tcpverify.lang.interpret import evaluate, signed
from tcpverify.lang.smt import symbol, to_z3
from tcpverify.lang.text import show

SIZE = 1 << 32
HALF = 1 << 31
SEQS, INTS, BOOLS = ("A", "B", "C"), ("n", "w"), ("p", "q")
SORTS = {
    **dict.fromkeys(SEQS, Sort.SEQ),
    **dict.fromkeys(INTS, Sort.INT),
    **dict.fromkeys(BOOLS, Sort.BOOL),
}

# Lengths that a rule can meet; sums of a few stay within a signed 32-bit number, as in the table.
lengths = st.integers(0, 4) | st.sampled_from([1000, 65535, (65535 << 14)])
numbers = st.sampled_from([0, 1, HALF - 1, HALF, HALF + 1, SIZE - 1]) | st.integers(0, SIZE - 1)


@st.composite
def values(draw) -> dict[str, int | bool]:
    """Values of the variables; the sequence numbers often near each other, the antipode or a window's end."""
    a = draw(numbers)
    edges = st.sampled_from([HALF, HALF - 1, HALF + 1, 65535, -65535])
    apart = st.integers(-2, 2) | edges | st.integers(0, SIZE)
    env: dict[str, int | bool] = {"A": a, "B": (a + draw(apart)) % SIZE, "C": (a + draw(apart)) % SIZE}
    env.update({n: draw(lengths) for n in INTS})
    env.update({n: draw(st.booleans()) for n in BOOLS})
    return env


def seq_terms(ints: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    base = st.sampled_from([sequence(n) for n in SEQS])
    return base | st.builds(Expr.__add__, base, ints) | st.builds(Expr.__sub__, base, ints)


simple_ints = st.sampled_from([integer(n) for n in INTS]) | st.integers(0, 3).map(lift)
simple_seqs = seq_terms(simple_ints)
differences = st.builds(Expr.__sub__, simple_seqs, simple_seqs)
atoms = st.one_of(
    st.sampled_from([boolean(n) for n in BOOLS]),
    st.builds(lambda f, a, b: f(a, b), st.sampled_from([Expr.__eq__, Expr.__ne__, Expr.__lt__, Expr.__le__,
                                                        Expr.__gt__, Expr.__ge__]), simple_seqs, simple_seqs),
    st.builds(lambda f, a, b: f(a, b), st.sampled_from([Expr.__eq__, Expr.__ne__, Expr.__lt__, Expr.__le__]),
              simple_ints | differences, simple_ints),
    st.builds(Expr.within, simple_seqs, simple_seqs, simple_ints),
)  # fmt: skip
conditions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        inner.map(Expr.__invert__),
        st.builds(all_of, inner, inner),
        st.builds(any_of, inner, inner, inner),
        st.builds(ite, inner, inner, inner),
    ),
    max_leaves=8,
)
ints = simple_ints | st.builds(ite, conditions, simple_ints, simple_ints) | differences
seqs = seq_terms(simple_ints) | st.builds(ite, conditions, simple_seqs, simple_seqs)


def by_z3(expr: Expr, env: dict[str, int | bool]) -> int | bool:
    terms = {n: z3.BoolVal(v) if SORTS[n] is Sort.BOOL else z3.BitVecVal(v, 32) for n, v in env.items()}
    value = z3.simplify(to_z3(expr, terms, 32))
    if expr.sort is Sort.BOOL:
        return z3.is_true(value)
    return value.as_signed_long() if expr.sort is Sort.INT else value.as_long()


def by_code(expr: Expr, env: dict[str, int | bool]) -> int | bool:
    value = compile_expr(expr)(env, lambda a, b: signed(a - b, 32))
    return value % SIZE if expr.sort is Sort.SEQ else value


def by_text(expr: Expr, env: dict[str, int | bool]) -> int | bool:
    """Read the text as a person would, with a small parser of its own."""
    value = Reader(show(expr), env).all()
    return value % SIZE if expr.sort is Sort.SEQ else value


class Reader:
    """Evaluate a line of text. Chains of = ≠ < ≤ compare on the circle if a side is a sequence number."""

    def __init__(self, text: str, env: dict[str, int | bool]) -> None:
        self.tokens = re.findall(r"[A-Za-z]+|\d+|[()+−=≠<≤]", text)
        self.env = env

    def all(self) -> int | bool:
        value, _ = self.expression()
        assert not self.tokens
        return value

    def peek(self) -> str:
        return self.tokens[0] if self.tokens else ""

    def expression(self) -> tuple[int | bool, Sort]:
        if self.peek() == "if":
            return self.choice()
        first = self.sum()
        if self.peek() in ("and", "or"):
            word, parts = self.peek(), [first[0]]
            while self.peek() == word:
                self.tokens.pop(0)
                parts.append(self.sum()[0])
            return (all(parts) if word == "and" else any(parts)), Sort.BOOL
        if not self.peek() or self.peek() not in "=≠<≤":
            return first
        sides, signs = [first], []
        while self.peek() and self.peek() in "=≠<≤":
            signs.append(self.tokens.pop(0))
            sides.append(self.sum())
        if len(signs) == 2:
            # start ≤ x < start + length
            (start, _), (x, _), (end, _) = sides
            return (x - start) % SIZE < end - start, Sort.BOOL
        (left, sort), (right, _) = sides
        gap = signed(right - left, 32) if sort is Sort.SEQ else right - left
        return {"=": gap == 0, "≠": gap != 0, "<": gap > 0, "≤": gap >= 0}[signs[0]], Sort.BOOL

    def choice(self) -> tuple[int | bool, Sort]:
        self.expect("if")
        test, _ = self.expression()
        self.expect("then")
        yes = self.sum()
        self.expect("else")
        no = self.sum()
        return yes if test else no

    def sum(self) -> tuple[int | bool, Sort]:
        value, sort = self.unit()
        while self.peek() and self.peek() in "+−":
            sign = self.tokens.pop(0)
            other, kind = self.unit()
            value = value + other if sign == "+" else value - other
            if sort is Sort.SEQ and kind is Sort.SEQ:
                value, sort = signed(value, 32), Sort.INT
        return value, sort

    def unit(self) -> tuple[int | bool, Sort]:
        token = self.tokens.pop(0)
        if token == "(":
            found = self.expression()
            self.expect(")")
            return found
        if token == "not":
            return not self.unit()[0], Sort.BOOL
        if token in ("true", "false"):
            return token == "true", Sort.BOOL
        if token.isdigit():
            return int(token), Sort.INT
        return self.env[token], SORTS[token]

    def expect(self, token: str) -> None:
        assert self.tokens.pop(0) == token


@settings(max_examples=400, deadline=None)
@given(expr=conditions | ints | seqs, env=values())
def test_four_readings_agree(expr, env):
    expected = evaluate(expr, env, 32)
    assert by_code(expr, env) == expected
    assert by_z3(expr, env) == expected
    assert by_text(expr, env) == expected


A, B, N = sequence("A"), sequence("B"), integer("n")


@pytest.mark.parametrize(
    ("expr", "a", "b", "expected"),
    [
        (A < B, SIZE - 1, 0, True),  # wrap-around
        (B < A, SIZE - 1, 0, False),
        (A < B, 5, 5 + HALF, False),  # the antipode is neither before
        (B < A, 5, 5 + HALF, False),  # nor after
        (A <= B, 5, 5 + HALF, False),
        (A < B, 5, 4 + HALF, True),
        (A == B, 7, 7, True),
        (A + 1 == B, SIZE - 1, 0, True),
        (A.within(B, 10), 3, SIZE - 5, True),
        (A.within(B, 8), 3, SIZE - 5, False),
        (A.within(B, 0), 3, 3, False),
        (A.within(B, 65535 << 14), HALF + 9, 9, False),
    ],
)
def test_the_circle_of_sequence_numbers(expr, a, b, expected):
    env = {"A": a, "B": b % SIZE}
    assert evaluate(expr, env) == by_code(expr, env) == by_z3(expr, env) == by_text(expr, env) == expected


def test_z3_and_interpreter_agree_on_every_value_of_a_small_circle():
    bits = 4
    for expr in (A < B, A <= B, A == B, A.within(B, N)):
        names = sorted(expr.variables())
        term = to_z3(expr, {n: symbol(n, SORTS[n], bits) for n in names}, bits)
        for a in range(16):
            for b in range(16):
                env = {"A": a, "B": b, "n": 5}
                known = [(symbol(n, SORTS[n], bits), z3.BitVecVal(env[n], bits)) for n in names]
                assert z3.is_true(z3.simplify(z3.substitute(term, *known))) == evaluate(expr, env, bits)


def test_expressions_refuse_python_logic():
    with pytest.raises(TypeError, match=r"use & \| ~"):
        bool(A == B)
    with pytest.raises(TypeError, match="cannot compare"):
        _ = A == N
    with pytest.raises(TypeError, match="cannot add"):
        _ = A + B
    with pytest.raises(TypeError, match="conditions have no order"):
        _ = boolean("p") < boolean("q")
    with pytest.raises(TypeError, match="branches differ"):
        ite(boolean("p"), A, N)
    with pytest.raises(TypeError, match="is not an expression"):
        lift("x")  # type: ignore[arg-type]


def test_constants_fold_and_trees_compare_by_structure():
    p = boolean("p")
    assert (p & True) is p
    assert (p & False) is FALSE
    assert (p | True) is TRUE
    assert (~~p) is p
    assert (A + 0) is A
    assert (A < B).same(sequence("A") < sequence("B"))
    assert not (A < B).same(A <= B)
    assert (A.within(B, N) & p).variables() == {"A", "B", "n", "p"}
