"""The parts of a condition that fail: false themselves, and none where the condition holds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tcpverify.lang.expr import Expr, all_of, any_of, boolean, sequence
from tcpverify.lang.failing import failing, values
from tcpverify.lang.interpret import evaluate

A, B, C = (boolean(n) for n in "abc")
X, Y = sequence("x"), sequence("y")
LEAVES = (A, B, C, X < Y, X <= Y, X.within(Y, 5))
conditions = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.one_of(
        inner.map(lambda e: ~e),
        st.tuples(inner, inner).map(lambda p: all_of(*p)),
        st.tuples(inner, inner).map(lambda p: any_of(*p)),
    ),
    max_leaves=8,
)
environments = st.fixed_dictionaries(
    {**{n: st.booleans() for n in "abc"}, **{n: st.integers(0, 9) for n in "xy"}}
)


@given(conditions, environments)
def test_parts_fail_where_the_whole_fails(condition: Expr, env: dict[str, int | bool]) -> None:
    parts = failing(condition, env)
    assert bool(parts) == (not evaluate(condition, env))
    for part in parts:
        assert not evaluate(part, env)
        assert values(part, env).keys() == part.variables()


def test_a_conjunction_is_split_and_a_negated_alternative_too() -> None:
    env: dict[str, int | bool] = {"a": False, "b": True, "c": False, "x": 3, "y": 3}
    assert [p.key() for p in failing(A & B & (X < Y), env)] == [A.key(), (X < Y).key()]
    assert [p.key() for p in failing(~(A | B), env)] == [(~B).key()]
    assert [p.key() for p in failing(A | C, env)] == [(A | C).key()]
    assert values(X < Y, env) == {"x": "3", "y": "3"}


def test_a_test_with_a_name_stays_whole() -> None:
    env: dict[str, int | bool] = {"a": True, "b": True}
    assert [p.key() for p in failing(~(A | B), env, {(A | B).key()})] == [(~(A | B)).key()]


def test_what_has_no_value_is_left_out() -> None:
    assert [p.key() for p in failing(A & C, {"a": False})] == [A.key()]
