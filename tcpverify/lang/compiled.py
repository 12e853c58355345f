"""The fast reading of an expression: a Python function, made once.

The explorer does not know absolute sequence numbers (an adversary relates one incarnation's numbers to
another's as late as possible), so every comparison of two of them goes through a ``delta(a, b)`` that the
caller supplies: the signed distance from b to a. Everything else is plain integer arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tcpverify.lang.expr import Expr, Sort, age_name

__all__ = ["Reading", "compile_expr", "source"]

Reading = Callable[[Mapping[str, Any], Callable[[int, int], int]], Any]


def source(expr: Expr) -> str:
    """The Python text of an expression over ``e`` (the variables) and ``d`` (delta)."""
    op, args = expr.op, expr.args
    if op == "const":
        return repr(args[0])
    if op == "var":
        return f"e[{args[0]!r}]"
    if op == "elapsed":
        return f"e[{age_name(expr)!r}]"
    parts = [source(arg) for arg in args]
    if op in ("and", "or"):
        return "(" + f" {op} ".join(parts) + ")"
    if op == "not":
        return f"(not {parts[0]})"
    if op == "ite":
        return f"({parts[1]} if {parts[0]} else {parts[2]})"
    if op == "within":
        return f"(0 <= d({parts[0]}, {parts[1]}) < {parts[2]})"
    if op == "diff":
        return f"d({parts[0]}, {parts[1]})"
    if op in ("add", "sub"):
        return f"({parts[0]} {'+' if op == 'add' else '-'} {parts[1]})"
    sign = {"eq": "==", "ne": "!=", "lt": "<", "le": "<="}[op]
    if args[0].sort is Sort.SEQ:
        # Written as the interpreter does, so that the antipode is neither before nor after.
        return f"(0 {sign} d({parts[1]}, {parts[0]}))"
    return f"({parts[0]} {sign} {parts[1]})"


def compile_expr(expr: Expr) -> Reading:
    """The expression as a function ``(variables, delta) -> value``."""
    # The text is made from the tree above, never from a file.
    reading: Reading = eval(compile(f"lambda e, d: {source(expr)}", "<expression>", "eval"), {})
    return reading
