"""Rules as Python text in the words of the vocabulary, to be edited: read again, it means the same rule."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from tcpverify.lang.expr import TRUE, Expr, Sort
from tcpverify.lang.linear import Linear
from tcpverify.lang.table import Emit, Rule
from tcpverify.tcp import vocabulary

__all__ = ["change_source", "duration_source", "expression_source"]

#: expressions that the vocabulary has a word for, tests before the variables that they are made of
_WORDS = {
    value.key(): name
    for name in vocabulary.__all__
    if isinstance(value := getattr(vocabulary, name), Expr) and value.op != "const"
}
_SIGNS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "add": "+", "sub": "-", "diff": "-", "and": "&", "or": "|"}
# How tightly Python binds: comparisons are looser than & and |, so these need parentheses around them.
_COMPARES, _OR, _AND, _ADDS, _NOT, _ATOM = range(6)
_STRENGTH = {"or": _OR, "and": _AND, "add": _ADDS, "sub": _ADDS, "diff": _ADDS}
#: columns within which a long value is broken
_WIDTH = 100


def expression_source(expr: Expr) -> str:
    """An expression as the vocabulary writes it, such as ``acceptable & ~RST & (SEG_SEQ == RCV_NXT)``."""
    return _written(expr)[0]


def _written(expr: Expr) -> tuple[str, int]:
    """The text, and how tightly its outermost operator binds."""
    op, args = expr.op, expr.args
    if op == "const":
        return _constant(expr), _ATOM
    if (word := _WORDS.get(expr.key())) is not None:
        return word, _ATOM
    if op == "var":
        kind = {Sort.BOOL: "boolean", Sort.INT: "integer", Sort.SEQ: "sequence"}[expr.sort]
        return f"{kind}({_quoted(args[0])})", _ATOM
    if op == "elapsed":
        return f"elapsed({_quoted(args[0])}, {duration_source(args[1])})", _ATOM
    if op == "not":
        return f"~{_at_least(_ATOM, args[0])}", _NOT
    if op == "ite":
        return f"ite({', '.join(expression_source(arg) for arg in args)})", _ATOM
    if op == "within":
        rest = ", ".join(expression_source(arg) for arg in args[1:])
        return f"{_at_least(_ATOM, args[0])}.within({rest})", _ATOM
    if op in ("and", "or"):
        return f" {_SIGNS[op]} ".join(_operands(expr)), _STRENGTH[op]
    left, right = args
    if op in _STRENGTH:
        return f"{_at_least(_ADDS, left)} {_SIGNS[op]} {_at_least(_NOT, right)}", _ADDS
    # A bare number on the left would let Python turn the comparison round.
    first = f"lift({expression_source(left)})" if _is_number(left) else _at_least(_ADDS, left)
    return f"{first} {_SIGNS[op]} {_at_least(_ADDS, right)}", _COMPARES


def _operands(expr: Expr) -> Iterator[str]:
    """The operands of a conjunction or disjunction; those that are a word together become that word."""
    args = list(expr.args)
    while args:
        # A conjunction within a conjunction has been flattened: look for its parts side by side.
        for size in range(len(args), 1, -1):
            word = _WORDS.get((expr.op, *(arg.key() for arg in args[:size])))
            if word is not None and size < len(expr.args):
                yield word
                del args[:size]
                break
        else:
            # Python needs no parentheses around "and" within "or", but a reader does.
            yield _at_least(_ADDS, args.pop(0))


def _at_least(strength: int, expr: Expr) -> str:
    text, own = _written(expr)
    return text if own >= strength else f"({text})"


def _is_number(expr: Expr) -> bool:
    return expr.op == "const" and expr.sort is Sort.INT


def _constant(expr: Expr) -> str:
    value = expr.args[0]
    if expr.sort is Sort.SEQ:
        return f"lift_seq({value})"
    if expr.sort is Sort.INT:
        return str(value)
    return "TRUE" if value else "lift(False)"


def duration_source(value: Linear) -> str:
    """A duration as the vocabulary writes it, such as ``2 * MSL``."""
    parts = []
    for name, factor in sorted(value.terms, reverse=True):
        number = str(factor) if factor.denominator == 1 else f"Fraction({factor.numerator}, {factor.denominator})"
        word = "MSL" if name == "MSL" else f"parameter({_quoted(name)})"
        parts.append(f"constant({number})" if not name else word if factor == 1 else f"{number} * {word}")
    return " + ".join(parts) or "constant(0)"


# ------------------------------------------------------------ rules


def change_source(rule: Rule, indent: str = "        ") -> str:
    """A ``change`` of the rule that gives every field the value it has already."""
    fields = {
        "text": _quoted(rule.text),
        "clause": _quoted(rule.clause),
        "guard": expression_source(rule.guard),
        "to": "None" if rule.to is None else _quoted(rule.to),
        "assign": _mapping(rule.assign),
        "emits": _tuple([_emit(message) for message in rule.emits]),
        "restarts": _tuple([f"({_quoted(timer)}, {expression_source(when)})" for timer, when in rule.restarts]),
        "tags": f"frozenset({{{', '.join(map(_quoted, sorted(rule.tags)))}}})" if rule.tags else "frozenset()",
    }
    if not rule.chooses.same(TRUE):
        fields["chooses"] = expression_source(rule.chooses)
    rows = [f"{indent}change(", f"{indent}    {_quoted(rule.name)},"]
    for name, value in fields.items():
        inner = f"{indent}    "
        # Texts and clauses are never broken: a break inside quotes would change them.
        width = len(value) + _WIDTH if name in ("text", "clause") else _WIDTH
        rows += textwrap.wrap(
            f"{name}={value},", width, initial_indent=inner, subsequent_indent=f"{inner}    ",
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
    return "\n".join([*rows, f"{indent}),"])


def _quoted(text: str) -> str:
    """The text as a Python literal, in double quotes where that is possible."""
    plain = repr(text)
    return f'"{text}"' if plain[1:-1] == text and '"' not in text else plain


def _mapping(values: Mapping[str, Expr]) -> str:
    return "{" + ", ".join(f'"{name}": {expression_source(value)}' for name, value in values.items()) + "}"


def _tuple(items: list[str]) -> str:
    return f"({', '.join(items)}{',' if len(items) == 1 else ''})"


def _emit(message: Emit) -> str:
    """A segment as the vocabulary writes it."""
    fields = message.fields
    when = [] if message.when.same(TRUE) else [f"when={expression_source(message.when)}"]
    if _same(message, vocabulary.ack_segment(message.when)):
        return f"ack_segment({', '.join(when)})"
    words = [expression_source(fields["SEQ"]), *([expression_source(fields["ACK"])] if "ACK" in fields else [])]
    for flag in ("SYN", "FIN", "RST"):
        value = fields[f"{flag}?"]
        if not value.same(~TRUE):
            words.append(f"{flag.lower()}={'True' if value.same(TRUE) else expression_source(value)}")
    text = expression_source(fields["TEXT"])
    return f"segment({', '.join([*words, *([] if text == '0' else [f'text={text}']), *when])})"


def _same(one: Emit, other: Emit) -> bool:
    return one.fields.keys() == other.fields.keys() and all(
        value.same(other.fields[name]) for name, value in one.fields.items()
    )
