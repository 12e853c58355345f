"""Expressions in the words that RFC 9293 has for its tests."""

from __future__ import annotations

from collections.abc import Mapping

from tcpverify.lang.expr import Expr
from tcpverify.lang.simplify import simplified
from tcpverify.lang.text import show
from tcpverify.tcp import vocabulary

__all__ = ["NAMED", "TESTS", "condition", "named", "readable"]

#: tests that RFC 9293 has words for; a guard is printed in these words
NAMED: Mapping[str, Expr] = {
    "SEG.LEN": vocabulary.SEG_LEN,
    "acceptable": vocabulary.acceptable,
    "ack in range": vocabulary.ack_in_range,
    "FIN acknowledged": vocabulary.fin_acked,
    "new ACK": vocabulary.ack_new,
    "acceptable ACK": vocabulary.ack_acceptable,
    "FIN in order": vocabulary.fin_in_order,
    "FIN again": vocabulary.past_fin,
}
_KEYS = {name: expr.key() for name, expr in NAMED.items()}
#: those tests, by their keys
TESTS = frozenset(_KEYS.values())


def readable(expr: Expr, but: str = "") -> str:
    """An expression in the RFC's words; ``but`` is a test of `NAMED` that is not replaced by its name."""
    return show(named(expr, but)).replace("?", "")


def condition(expr: Expr) -> str:
    """A guard in the RFC's words, without parts that others beside them decide."""
    return show(simplified(named(expr))).replace("?", "")


def named(expr: Expr, but: str = "") -> Expr:
    """The same expression with the tests of `NAMED` (but one) replaced by their names."""
    if expr.op in ("var", "const", "elapsed"):
        return expr
    key = expr.key()
    for name, wanted in _KEYS.items():
        if key == wanted and name != but:
            return Expr("var", (name,), expr.sort)
    args = list(expr.args)
    for name, wanted in _KEYS.items():
        # A conjunction within a conjunction has been flattened: look for its parts side by side.
        size = len(wanted) - 1
        if name == but or wanted[0] != expr.op or expr.op not in ("and", "or") or size >= len(args):
            continue
        for at in range(len(args) - size + 1):
            if tuple(a.key() for a in args[at : at + size]) == wanted[1:]:
                args[at : at + size] = [Expr("var", (name,), expr.sort)]
                break
    return Expr(expr.op, tuple(named(arg, but) for arg in args), expr.sort)
