"""Times of a run as expressions over the parameters: "at t = 2*MSL - EPSILON".

Just below a bound a run has hardly any freedom. Every strict inequality is given one EPSILON of room, the parameter
on which the bound lies a whole number of them, and each step happens as early as it can: the longest path to it
among difference constraints (Bellman 1958; Ford 1956). Which of several paths is the longest is decided at one
point; the run with these numbers is replayed like any other.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction

from tcpverify.evidence.times import gaps_of
from tcpverify.lang.linear import Linear, constant, parameter
from tcpverify.lang.system import Edge, TimedSystem

__all__ = ["EPSILON", "just_below"]

#: an arbitrarily small time
EPSILON = "EPSILON"
#: how much it is where a number is needed, as a part of the unit
_SMALL = Fraction(1, 100)
_MOST = 16


def just_below(
    system: TimedSystem, start: Hashable, clocks: int, path: Sequence[Edge], name: str, value: Linear,
    point: Mapping[str, Fraction],
) -> tuple[int, dict[str, Fraction], list[Fraction], list[Linear]] | None:  # fmt: skip
    """A run a few EPSILON below a bound.

    Parameters
    ----------
    name, value
        the parameter that is taken a little less than this expression over the others.
    point
        numbers for the parameters, on the bound.

    Returns
    -------
    by how many EPSILON, the numbers, the time of each step (index 0 is the start) as a number and as an expression;
    None if there is no such run.
    """
    small = _SMALL * point.get("MSL", Fraction(1))
    for many in range(1, _MOST):
        reduced = value - parameter(EPSILON) * many
        numbers = {**point, EPSILON: small}
        numbers[name] = reduced.value(numbers)
        if numbers[name] < 0:
            return None
        gaps = _gaps(system, start, clocks, path, name, reduced)
        times = _earliest(gaps, len(path) + 1, numbers)
        if times is not None:
            del numbers[EPSILON]
            return many, numbers, [t.value({**numbers, EPSILON: small}) for t in times], times
    return None


def _gaps(
    system: TimedSystem, start: Hashable, clocks: int, path: Sequence[Edge], name: str, value: Linear
) -> list[tuple[int, int, Linear]]:
    """All constraints ``time[a] - time[b] >= c`` as (a, b, c)."""
    found: list[tuple[int, int, Linear]] = []
    room = parameter(EPSILON)
    for later, earlier, rel, bound in gaps_of(system, start, clocks, path):
        limit = _with(bound, name, value)
        if rel in (">", ">=", "=="):
            found.append((later, earlier, limit + room if rel == ">" else limit))
        if rel in ("<", "<=", "=="):
            found.append((earlier, later, (room if rel == "<" else constant(0)) - limit))
    return list(dict.fromkeys(found))


def _with(bound: Linear, name: str, value: Linear) -> Linear:
    terms = dict(bound.terms)
    factor = terms.pop(name, Fraction(0))
    return Linear.of(terms) + value * factor if factor else bound


def _earliest(
    gaps: Sequence[tuple[int, int, Linear]], size: int, numbers: Mapping[str, Fraction]
) -> list[Linear] | None:
    times = [constant(0)] * size
    amounts = [Fraction(0)] * size
    worth = [(a, b, c, c.value(numbers)) for a, b, c in gaps]
    for _ in range(size + 1):
        changed = False
        for a, b, expression, number in worth:
            if amounts[b] + number > amounts[a]:
                amounts[a], times[a], changed = amounts[b] + number, times[b] + expression, True
        if not changed:
            # The start is at zero; being pushed back means going round a cycle.
            return times if amounts[0] == 0 else None
    return None
