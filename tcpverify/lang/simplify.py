"""Conditions made shorter for reading, with the same meaning.

What an amendment inserts before a rule is excluded from that rule's guard, so guards grow by parts that are mostly
decided by others beside them: in ``a and not (not a and b)`` the second part says nothing. Within a conjunction each
part is read as it stands where all others hold, within a disjunction where none of the others does; clauses that
differ in one complementary literal become one. Only the propositional structure counts: comparisons are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tcpverify.lang.expr import FALSE, TRUE, Expr, Sort, all_of, any_of, ite

__all__ = ["simplified"]

Key = tuple[Any, ...]
Facts = Mapping[Key, bool]
_NOTHING: Facts = {}
_CALM = 8  # rounds; every one makes the condition shorter or is the last


def simplified(expr: Expr) -> Expr:
    """A condition of the same meaning in no more parts; an expression of another sort as it is."""
    for _ in range(_CALM if expr.sort is Sort.BOOL else 0):
        shorter = _under(expr, _NOTHING)
        if shorter.same(expr):
            break
        expr = shorter
    return expr


def _under(expr: Expr, known: Facts) -> Expr:
    """The condition where these facts hold."""
    if expr.op == "const":
        return expr
    fact = known.get(expr.key())
    if fact is not None:
        return TRUE if fact else FALSE
    if expr.op == "not":
        inner = _under(expr.args[0], known)
        return all_of(*(~arg for arg in inner.args)) if inner.op == "or" else ~inner
    if expr.op in ("and", "or"):
        return _junction(expr, known)
    if expr.op == "ite":
        return _choice(expr, known)
    return expr


def _choice(expr: Expr, known: Facts) -> Expr:
    test = _under(expr.args[0], known)
    yes = _under(expr.args[1], {**known, **dict(_facts(test, True))})
    no = _under(expr.args[2], {**known, **dict(_facts(test, False))})
    if yes.same(no):
        return yes
    if yes.op == "const":
        return any_of(test, no) if yes.args[0] else all_of(~test, no)
    if no.op == "const":
        return any_of(~test, yes) if no.args[0] else all_of(test, yes)
    return ite(test, yes, no)


def _facts(expr: Expr, value: bool) -> Iterator[tuple[Key, bool]]:
    """What is known of its parts where a condition is true, or false."""
    if expr.op == "not":
        yield from _facts(expr.args[0], not value)
        return
    if expr.op == ("and" if value else "or"):
        for arg in expr.args:
            yield from _facts(arg, value)
    yield expr.key(), value


def _junction(expr: Expr, known: Facts) -> Expr:
    """A conjunction, each part where all others hold; a disjunction, each part where none of the others does."""
    op, holds = expr.op, expr.op == "and"
    joined = all_of if holds else any_of
    parts: list[Expr | None] = list(expr.args)
    # The longest first, so that they are made shorter by the short ones and not the other way round.
    for at in sorted(range(len(parts)), key=lambda i: (-_size(expr.args[i]), -i)):
        part = parts[at]
        assert part is not None
        beside = dict(known)
        for other in (p for i, p in enumerate(parts) if i != at and p is not None):
            beside.update(_facts(other, holds))
        shorter = _under(part, beside)
        if shorter.op == "const":
            if shorter.args[0] is not holds:
                return shorter
            parts[at] = None
        else:
            parts[at] = shorter
    flat = joined(*(part for part in parts if part is not None))
    return joined(*_merged(flat.args, holds)) if flat.op == op else flat


def _size(expr: Expr) -> int:
    return sum(1 for _ in expr.walk())


def _merged(parts: tuple[Expr, ...], holds: bool) -> list[Expr]:
    """Parts without those that follow from another, and pairs that differ in one complementary literal as one."""
    found = [(part, _clause(part, holds)) for part in parts]
    at = 0
    while at < len(found):
        clause = found[at][1]
        for other in range(at + 1, len(found)):
            against = found[other][1]
            if clause <= against:
                del found[other]
                break
            if against <= clause:
                del found[at]
                break
            (mine, theirs) = (clause - against, against - clause)
            if len(mine) == len(theirs) == 1 and {(key, not value) for key, value in mine} == theirs:
                kept = _without(found[at][0], next(iter(mine))[0], holds)
                found[at] = (kept, clause & against)
                del found[other]
                break
        else:
            at += 1
            continue
        at = 0
    return [part for part, _ in found]


def _clause(part: Expr, holds: bool) -> frozenset[tuple[Key, bool]]:
    """A part of a conjunction as the alternatives that it leaves, or of a disjunction as what it takes."""
    return frozenset(_literals(part, holds))


def _literals(part: Expr, holds: bool) -> Iterator[tuple[Key, bool]]:
    if part.op == ("or" if holds else "and"):
        for arg in part.args:
            yield from _literals(arg, holds)
    elif part.op == "not" and part.args[0].op == ("and" if holds else "or"):
        for arg in part.args[0].args:
            yield from _literals(~arg, holds)
    elif part.op == "not":
        yield part.args[0].key(), False
    else:
        yield part.key(), True


def _without(part: Expr, key: Key, holds: bool) -> Expr:
    """A part without one of its literals."""
    negated = part.op == "not"
    inner = part.args[0] if negated else part
    joined = all_of if inner.op == "and" else any_of
    kept = joined(*(arg for arg in inner.args if (arg.args[0] if arg.op == "not" else arg).key() != key))
    return ~kept if negated else kept
