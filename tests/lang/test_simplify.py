"""Conditions made shorter for reading mean the same: for all shipped rules by Z3, for random ones by reading."""

from __future__ import annotations

import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from tcpverify.lang.expr import FALSE, TRUE, Expr, all_of, any_of, boolean, ite
from tcpverify.lang.interpret import evaluate
from tcpverify.lang.simplify import simplified
from tcpverify.lang.smt import to_z3
from tcpverify.tcp.registry import combinations, load
from tcpverify.tcp.wording import condition, named

A, B, C, D = map(boolean, "ABCD")


def size(expr: Expr) -> int:
    return sum(1 for node in expr.walk() if node.op in ("var", "const", "elapsed"))


def test_what_others_decide_is_left_out() -> None:
    for long, short in (
        (A & ~(~A & B), A),
        (A & ~(A & B), A & ~B),
        (~A & (A | B), ~A & B),
        (A | (~A & B), A | B),
        (~(A & B & C) & ~(A & B & ~C), ~(A & B)),
        ((A & B) | (A & ~B), A),
        (A & (A | B), A),
        (ite(A, TRUE, B), A | B),
        (A & ite(A, B, C), A & B),
        (A & ~A, FALSE),
        (A | ~A, TRUE),
        (all_of(A, any_of(B, C & ~A)), A & B),
    ):
        assert simplified(long).same(short), (long, simplified(long))


@given(st.recursive(
    st.sampled_from((A, B, C, D, TRUE, FALSE)),
    lambda inner: st.one_of(
        st.builds(lambda a: ~a, inner), st.builds(lambda a, b: a & b, inner, inner),
        st.builds(lambda a, b: a | b, inner, inner), st.builds(ite, inner, inner, inner),
    ),
    max_leaves=14,
))  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_random_conditions_keep_their_meaning(expr: Expr) -> None:
    short = simplified(expr)
    for values in range(16):
        env = {name: bool(values >> at & 1) for at, name in enumerate("ABCD")}
        assert evaluate(short, env) == evaluate(expr, env)
    assert size(short) <= size(expr)


def test_all_shipped_rules_keep_their_meaning() -> None:
    """With the RFC's tests as truth values of their own: what holds for these holds for the tests."""
    proved: set[tuple[object, ...]] = set()
    solver = z3.SolverFor("QF_BV")
    for name in (*combinations(), "rfc9293+rfc6191+rfc1337", "textbook+paws+rfc6191"):
        for rule in load(name).table.rules.values():
            for expr in (rule.guard, *(message.when for message in rule.emits), *(when for _, when in rule.restarts)):
                before = named(expr)
                after = simplified(before)
                if after is before or before.key() in proved:
                    continue
                proved.add(before.key())
                assert size(after) <= size(before)
                assert solver.check(to_z3(before) != to_z3(after)) == z3.unsat, (name, rule.name)
    assert len(proved) > 100


def test_an_insertion_leaves_no_trivial_parts_in_print() -> None:
    rules = load("rfc9293+rfc6191").table.rules
    assert condition(rules["TIME-WAIT.unacceptable-rst"].guard) == "not acceptable and SEG.RST"
    assert max(len(condition(rule.guard)) for rule in rules.values()) < 300
