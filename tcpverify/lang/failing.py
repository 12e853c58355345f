"""Why a condition does not hold: the smallest parts of it that are false, with the values that make them so."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from tcpverify.lang.expr import Expr, age_name
from tcpverify.lang.interpret import evaluate

__all__ = ["failing", "values"]

Env = Mapping[str, int | bool]


def failing(expr: Expr, env: Env, whole: Collection[tuple[Any, ...]] = (), bits: int = 32) -> list[Expr]:
    """The parts of a false condition that are to blame, in the order in which they stand; empty if it is true.

    Of a conjunction those operands that are false; of a negated alternative those that are true, negated; anything
    else, and a test whose key is in ``whole``, is a part by itself. A part that asks for a variable without a value
    is left out: another part is false already, or it would have been asked for before.
    """
    try:
        if evaluate(expr, env, bits):
            return []
    except KeyError:
        if expr.op != "and":
            return []
    inner = expr.args[0] if expr.op == "not" else expr
    if inner.key() in whole:
        return [expr]
    if expr.op == "and":
        return [part for arg in expr.args for part in failing(arg, env, whole, bits)]
    if expr.op == "not" and inner.op == "or":
        return [part for arg in inner.args for part in failing(~arg, env, whole, bits)]
    return [expr]


def values(expr: Expr, env: Env) -> dict[str, str]:
    """What the variables of a part have for values, as text, in the order of their first mention."""
    found: dict[str, str] = {}
    for node in expr.walk():
        name = age_name(node) if node.op == "elapsed" else node.args[0] if node.op == "var" else ""
        if name in env:
            value = env[name]
            found[name] = ("yes" if value else "no") if isinstance(value, bool) else str(value)
    return found
