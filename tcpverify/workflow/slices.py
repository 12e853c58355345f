"""A derived region along one of its parameters, where all others have values: exact intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from tcpverify.lang.region import Condition
from tcpverify.workflow.derived import EXACT, BoundReport

__all__ = ["SAFE", "UNDECIDED", "UNSAFE", "WITHIN_SCOPE", "Interval", "between", "safe_along", "union", "verdict_at"]

#: what is known of one point: safe for any number of retransmissions, within the scope only, refuted, unknown
SAFE, WITHIN_SCOPE, UNSAFE, UNDECIDED = "safe", "within-scope", "unsafe", "undecided"


class Interval(NamedTuple):
    """Values of a parameter from ``low`` to ``high`` (None: without end), each end included or not."""

    low: Fraction
    low_in: bool
    high: Fraction | None = None
    high_in: bool = False

    def has(self, value: Fraction) -> bool:
        """Whether the value lies within."""
        above = value > self.low or (value == self.low and self.low_in)
        return above and (self.high is None or value < self.high or (value == self.high and self.high_in))


def between(
    conditions: Iterable[Condition], names: Sequence[str], values: Mapping[str, Fraction], name: str
) -> Interval | None:
    """The values of one parameter with which all conditions hold; None: there are none.

    Parameters
    ----------
    conditions
        over ``names``, homogeneous as in `tcpverify.lang.region`; no parameter is negative.
    values
        of all parameters but ``name``.
    """
    low, low_in, high, high_in = Fraction(0), True, None, False
    for row, strict in conditions:
        factor, rest = Fraction(0), Fraction(0)
        for other, coefficient in zip(names, row, strict=True):
            if other == name:
                factor = Fraction(coefficient)
            elif coefficient:
                rest += coefficient * values[other]
        if not factor:
            if rest < 0 or (strict and not rest):
                return None
            continue
        limit = -rest / factor
        if factor > 0 and (limit > low or (limit == low and strict)):
            low, low_in = limit, not strict
        elif factor < 0 and (high is None or limit < high or (limit == high and strict)):
            high, high_in = limit, not strict
    if high is not None and (low > high or (low == high and not (low_in and high_in))):
        return None
    return Interval(low, low_in, high, high_in)


def union(parts: Iterable[Interval]) -> list[Interval]:
    """The same values as disjoint intervals that do not touch, in order."""
    found: list[Interval] = []
    for part in sorted(parts, key=lambda p: (p.low, not p.low_in)):
        if found:
            last = found[-1]
            gap = last.high is not None and (
                part.low > last.high or (part.low == last.high and not (part.low_in or last.high_in))
            )
            if not gap:
                found[-1] = _joined(last, part)
                continue
        found.append(part)
    return found


def _joined(one: Interval, other: Interval) -> Interval:
    if one.high is None or other.high is None:
        return one._replace(high=None, high_in=False)
    high, high_in = max((one.high, one.high_in), (other.high, other.high_in))
    return one._replace(high=high, high_in=high_in)


def safe_along(
    report: BoundReport, values: Mapping[str, Fraction], name: str = "TIME_WAIT", unbounded: bool = False
) -> list[Interval]:
    """For which values of a parameter the property is proved, the others given.

    With ``unbounded``, only by proofs for any number of retransmissions and duplicates.
    """
    parts = (
        between((*report.domain.conditions, *proof.region.conditions), report.names, values, name)
        for proof in report.proofs
        if proof.unbounded or not unbounded
    )
    return union(part for part in parts if part is not None)


def verdict_at(report: BoundReport, values: Mapping[str, Fraction]) -> str:
    """What the report says of one point: `SAFE`, `WITHIN_SCOPE`, `UNSAFE` or `UNDECIDED`."""
    point = [values[name] for name in report.names]
    proofs = [proof for proof in report.proofs if proof.region.inside(point)]
    if proofs:
        return SAFE if any(proof.unbounded for proof in proofs) else WITHIN_SCOPE
    if report.status == EXACT:
        return UNSAFE
    return UNSAFE if any(_all_hold(cut.conditions, point) for cut in report.cuts) else UNDECIDED


def _all_hold(conditions: Iterable[Condition], point: Sequence[Fraction]) -> bool:
    sums = ((sum((c * v for c, v in zip(row, point, strict=True)), Fraction(0)), strict) for row, strict in conditions)
    return all(total > 0 if strict else total >= 0 for total, strict in sums)
