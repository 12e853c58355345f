"""The reading of an expression in Z3: sequence numbers as bit-vectors, lengths as integers' bit-vectors.

Everything numeric is one bit-vector width so that SEQ + INT needs no conversion; INT comparisons are
signed. A reading at 32 bits is therefore about TCP's real numbers, wrap-around included.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import z3

from tcpverify.lang.expr import Expr, Sort, age_name

__all__ = ["symbol", "to_z3"]


def symbol(name: str, sort: Sort, bits: int = 32) -> Any:
    """A free Z3 constant for a variable of that sort."""
    return z3.Bool(name) if sort is Sort.BOOL else z3.BitVec(name, bits)


def to_z3(expr: Expr, env: Mapping[str, Any] | None = None, bits: int = 32) -> Any:
    """``expr`` as a Z3 term; variables are taken from ``env`` or become free constants."""
    op, args = expr.op, expr.args
    if op == "const":
        return z3.BoolVal(args[0]) if expr.sort is Sort.BOOL else z3.BitVecVal(args[0], bits)
    if op == "var":
        name = args[0]
        return env[name] if env is not None and name in env else symbol(name, expr.sort, bits)
    if op == "elapsed":
        return symbol(age_name(expr), expr.sort, bits)
    terms = [to_z3(arg, env, bits) for arg in args]
    if op == "and":
        return z3.And(*terms)
    if op == "or":
        return z3.Or(*terms)
    if op == "not":
        return z3.Not(terms[0])
    if op == "ite":
        return z3.If(*terms)
    if op == "within":
        return z3.ULT(terms[0] - terms[1], terms[2])
    if op == "add":
        return terms[0] + terms[1]
    if op in ("sub", "diff"):
        return terms[0] - terms[1]
    if op == "eq":
        return terms[0] == terms[1]
    if op == "ne":
        return terms[0] != terms[1]
    modular = args[0].sort is Sort.SEQ
    gap = terms[1] - terms[0]
    if op == "lt":
        return gap > 0 if modular else terms[0] < terms[1]
    if op == "le":
        return gap >= 0 if modular else terms[0] <= terms[1]
    raise ValueError(f"unknown operator {op!r}")
