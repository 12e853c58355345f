"""The plain reading of an expression: walk the tree, compute the value.

Deliberately simple and slow. Replays and re-checks use it, so that a fault in the compiled reading
(`tcpverify.lang.compiled`), which the explorer uses, cannot hide itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tcpverify.lang.expr import Expr, Sort, age_name

__all__ = ["evaluate", "signed"]


def signed(value: int, bits: int) -> int:
    """``value`` modulo ``2**bits`` as a signed distance in ``[-2**(bits-1), 2**(bits-1))``."""
    value %= 1 << bits
    return value - (1 << bits) if value >> (bits - 1) else value


def evaluate(
    expr: Expr,
    env: Mapping[str, int | bool],
    bits: int = 32,
    delta: Callable[[int, int], int] | None = None,
) -> int | bool:
    """The value of ``expr`` where variables have the values in ``env`` and SEQ is modulo ``2**bits``.

    With ``delta``, sequence numbers are what that function says they are: ``delta(a, b)`` is the signed
    distance from b to a, and nothing else is known of them.

    Raises
    ------
    KeyError
        if a variable that is needed has no value.
    """
    op, args = expr.op, expr.args
    if op == "const":
        value: int | bool = args[0]
        return value
    if op == "var":
        return env[args[0]]
    if op == "elapsed":
        return env[age_name(expr)]
    if op == "and":
        return all(evaluate(arg, env, bits, delta) for arg in args)
    if op == "or":
        return any(evaluate(arg, env, bits, delta) for arg in args)
    if op == "not":
        return not evaluate(args[0], env, bits, delta)
    if op == "ite":
        return evaluate(args[1] if evaluate(args[0], env, bits, delta) else args[2], env, bits, delta)
    values = [evaluate(arg, env, bits, delta) for arg in args]
    if op == "within":
        if delta is not None:
            return 0 <= delta(values[0], values[1]) < values[2]
        return (values[0] - values[1]) % (1 << bits) < values[2]
    if op == "diff":
        return delta(values[0], values[1]) if delta is not None else signed(values[0] - values[1], bits)
    if op in ("add", "sub"):
        total = values[0] + values[1] if op == "add" else values[0] - values[1]
        return total % (1 << bits) if expr.sort is Sort.SEQ and delta is None else total
    modular = args[0].sort is Sort.SEQ
    left, right = values
    if op in ("eq", "ne"):
        gap = left - right
        if modular:
            gap = delta(right, left) if delta is not None else gap % (1 << bits)
        equal = gap == 0
        return equal if op == "eq" else not equal
    if op in ("lt", "le"):
        # The antipode is neither before nor after: RFC 9293 compares within half the circle.
        gap = right - left
        if modular:
            gap = delta(right, left) if delta is not None else signed(gap, bits)
        return gap > 0 if op == "lt" else gap >= 0
    raise ValueError(f"unknown operator {op!r}")
