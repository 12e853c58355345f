"""What the parts of a table may be made of: every value that a model file gives, looked at where it is given.

A wrong one is a `ModelError` that names the part, the field and what would be right; here it is still known who wrote
it. What is meant beyond doubt is taken as meant: True for a condition that always holds, 60 for a duration of 60, a
list for a tuple, a set for a frozenset.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from tcpverify.errors import ModelError
from tcpverify.lang.expr import Expr, Sort, lift
from tcpverify.lang.linear import Linear, constant

__all__ = [
    "assignments", "condition", "duration", "durations", "expression", "name", "names", "pairs", "parts", "text",
    "texts", "words",
]  # fmt: skip

_NAME = re.compile(r"[A-Za-z0-9]+([-._][A-Za-z0-9]+)*")


def _wrong(where: str, value: object, right: str) -> ModelError:
    shown = " ".join(repr(value).split())
    return ModelError(f"{where} is {shown if len(shown) <= 60 else shown[:57] + '...'}; {right}")


def text(where: str, value: Any) -> str:
    """Words for a person."""
    if not isinstance(value, str):
        raise _wrong(where, value, "write text in quotation marks")
    return value


def name(where: str, value: Any) -> str:
    """What stands in model expressions, messages and documents."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise _wrong(where, value, "a name is made of letters and digits, joined by dashes, such as 'late-syn'")
    return value


def expression(where: str, value: Any) -> Expr:
    """An expression, or the bool or int that stands for one."""
    if not isinstance(value, Expr | bool | int):
        raise _wrong(where, value, "write an expression, such as SND_NXT + 1, a number, True or False")
    return lift(value)


def condition(where: str, value: Any) -> Expr:
    """An expression that is true or false."""
    found = expression(where, value) if isinstance(value, Expr | bool) else None
    if found is None or found.sort is not Sort.BOOL:
        raise _wrong(where, value, "write a condition, such as RST & (SEG_SEQ == RCV_NXT), or TRUE")
    return found


def assignments(where: str, value: Any) -> dict[str, Expr]:
    """New values by the names of variables."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise _wrong(where, value, 'write variables and values, such as {"SND.NXT": SND_NXT + 1}')
    return {key: expression(f"{where}[{key!r}]", one) for key, one in value.items()}


def duration(where: str, value: Any) -> Linear:
    """A duration, or the exact number that stands for one."""
    if isinstance(value, Linear):
        return value
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        exact = " (numbers are exact: Fraction(1, 2), not 0.5)" if isinstance(value, float) else ""
        raise _wrong(where, value, f"write a duration, such as 2 * MSL, or 60 for 60 seconds{exact}")
    return constant(value)


def durations(where: str, value: Any) -> dict[str, Linear]:
    """Durations by name."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise _wrong(where, value, 'write names and durations, such as {"TIME_WAIT": 3 * MSL}')
    return {key: duration(f"{where}[{key!r}]", one) for key, one in value.items()}


def texts(where: str, value: Any, right: str) -> dict[str, str]:
    """Words by words."""
    if not isinstance(value, Mapping) or not all(isinstance(one, str) for pair in value.items() for one in pair):
        raise _wrong(where, value, f"write {right}")
    return dict(value)


def words(where: str, value: Any, right: str) -> frozenset[str]:
    """A set of words."""
    if not isinstance(value, set | frozenset | tuple | list) or not all(isinstance(one, str) for one in value):
        raise _wrong(where, value, f"write a set of words, such as {right}")
    return frozenset(value)


def names(where: str, value: Any, right: str) -> tuple[str, ...]:
    """Words in a tuple."""
    if not isinstance(value, tuple | list) or not all(isinstance(one, str) for one in value):
        raise _wrong(where, value, f"write a tuple of names, such as {right}")
    return tuple(value)


def parts(where: str, value: Any, kind: type[Any], right: str) -> tuple[Any, ...]:
    """Parts of one kind in a tuple."""
    if isinstance(value, kind):
        raise ModelError(f"{where} is not a tuple; write {right}, with a comma before the last parenthesis")
    if not isinstance(value, tuple | list):
        raise _wrong(where, value, f"write {right}")
    for at, one in enumerate(value):
        if not isinstance(one, kind):
            raise _wrong(f"{where}[{at}]", one, f"write {right}")
    return tuple(value)


def pairs(where: str, value: Any) -> tuple[tuple[str, Expr], ...]:
    """Timers, each with the condition under which it is restarted."""
    right = 'write pairs of a timer and a condition, such as (("time-wait", TRUE),)'
    if not isinstance(value, tuple | list):
        raise _wrong(where, value, right)
    found = []
    for at, one in enumerate(value):
        if not isinstance(one, tuple | list) or len(one) != 2 or not isinstance(one[0], str):
            raise _wrong(where if len(value) == 2 else f"{where}[{at}]", value if len(value) == 2 else one, right)
        found.append((one[0], condition(f"the condition of {where}[{at}]", one[1])))
    return tuple(found)

