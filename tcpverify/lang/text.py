"""Expressions as a person writes them: ``SND.UNA < SEG.ACK =< SND.NXT`` becomes text of that kind."""

from __future__ import annotations

from tcpverify.lang.expr import Expr, age_name

__all__ = ["show"]

_SIGN = {"eq": "=", "ne": "≠", "lt": "<", "le": "≤", "add": "+", "sub": "−", "diff": "−"}


def show(expr: Expr, inner: bool = False) -> str:
    """One line of text; ``inner`` puts parentheses where a surrounding operator needs them."""
    op, args = expr.op, expr.args
    if op == "const":
        return {True: "true", False: "false"}[args[0]] if isinstance(args[0], bool) else str(args[0])
    if op == "var":
        return str(args[0])
    if op == "elapsed":
        return f"({age_name(expr)})" if inner else age_name(expr)
    if op == "not":
        return f"not {show(args[0], True)}"
    if op == "ite":
        text = f"if {show(args[0])} then {show(args[1], True)} else {show(args[2], True)}"
    elif op == "within":
        start = show(args[1], True)
        text = f"{start} ≤ {show(args[0], True)} < {start} + {show(args[2], True)}"
    else:
        sign = _SIGN.get(op, op)
        text = f" {sign} ".join(show(arg, True) for arg in args)
    return f"({text})" if inner else text
