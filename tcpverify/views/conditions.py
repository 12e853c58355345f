"""Conditions on parameters as a person writes them: ``TIME_WAIT ≥ 2·MSL``, ``RTO_MAX ≤ MSL``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product

from tcpverify.lang.linear import Linear
from tcpverify.lang.region import Condition, Region
from tcpverify.views.quantities import Unit, short

__all__ = ["Symbolic", "condition_text", "expression_text", "least_time_wait", "region_texts"]

_SUBJECT = "TIME_WAIT"
#: what nobody chooses by the protocol
_GIVEN = frozenset({"MSL", "RTO_MIN", "RTO_MAX", "DELAY_MIN", "TICK"})
_SIGNS = {"EPSILON": "ε"}


def expression_text(value: Linear, times: str = "·") -> str:
    """A linear expression: ``2·MSL + RTO_MAX − ε``; the positive terms first."""
    parts: list[tuple[bool, str]] = []
    for name, c in sorted(value.terms, key=lambda t: (t[1] < 0, t[0] == "", t[0] == "EPSILON", t[0])):
        size = abs(c)
        word = _SIGNS.get(name, name)
        if not name:
            text = short(size)
        elif size == 1:
            text = word
        elif size.numerator == 1:
            text = f"{word}/{size.denominator}"
        else:
            text = f"{size}{times if name != 'EPSILON' else ''}{word}"
        parts.append((c < 0, text))
    if not parts:
        return "0"
    first = ("−" if parts[0][0] else "") + parts[0][1]
    return first + "".join(f" {'−' if minus else '+'} {text}" for minus, text in parts[1:])


def condition_text(condition: Condition, names: Sequence[str], times: str = "·") -> str:
    """A condition, solved for TIME_WAIT if that occurs, or for a duration that only this model has.

    Otherwise for the only parameter on its smaller side.
    """
    row, strict = condition
    terms = {n: Fraction(v) for n, v in zip(names, row, strict=True) if v}
    subject = next((n for n in (_SUBJECT, *names) if n and n in terms and n not in _GIVEN), None)
    if subject is not None:
        factor = terms.pop(subject)
        sign = (">" if strict else "≥") if factor > 0 else "<" if strict else "≤"
        return f"{subject} {sign} {expression_text(Linear.of({n: -v / factor for n, v in terms.items()}), times)}"
    less = {n: -v for n, v in terms.items() if v < 0}
    more = {n: v for n, v in terms.items() if v > 0}
    if len(less) == 1:
        (size,) = less.values()
        less, more = ({n: v / size for n, v in side.items()} for side in (less, more))
    left, right = (expression_text(Linear.of(side), times) for side in (less, more))
    return f"{left} {'<' if strict else '≤'} {right}"


def region_texts(region: Region, domain: Region, names: Sequence[str], times: str = "·") -> list[str]:
    """The conditions of a region that the domain does not have anyway."""
    own = [c for c in region.conditions if not domain.holds(*c)]
    own.sort(key=lambda c: (not c[0][names.index(_SUBJECT)], sum(map(bool, c[0])), c))
    return [condition_text(c, names, times) for c in own]


def least_time_wait(safe: Iterable[Region], domain: Region, names: Sequence[str]) -> str | None:
    """The least safe TIME_WAIT as one expression, such as ``max(2*MSL, MSL + RTO_MAX)``; None if it is no such thing.

    It is one if every piece only asks that TIME_WAIT be at least something.
    """
    place, alternatives = names.index(_SUBJECT), []
    for region in safe:
        least = []
        for row, strict in region.conditions:
            if domain.holds(row, strict):
                continue
            if strict or row[place] <= 0:
                return None
            terms = {n: Fraction(-v) / row[place] for n, v in zip(names, row, strict=True) if n != _SUBJECT}
            least.append(expression_text(Linear.of(terms), "*"))
        alternatives.append("0" if not least else least[0] if len(least) == 1 else f"max({', '.join(sorted(least))})")
    if not alternatives:
        return None
    return alternatives[0] if len(alternatives) == 1 else f"min({', '.join(sorted(alternatives))})"


@dataclass(frozen=True)
class Symbolic(Unit):
    """A unit that shows times of a run as the expressions that they stand for."""

    known: Mapping[Fraction, Linear] = field(default_factory=dict)
    numbers: Mapping[str, Fraction] = field(default_factory=dict)

    def number(self, seconds: Fraction) -> str:
        """The expression with that value; a plain number if none is near."""
        found = self.known.get(seconds)
        if found is None:
            found = _combination(seconds, self.numbers)
        return super().number(seconds) if found is None else expression_text(found)

    def show(self, seconds: Fraction) -> str:
        """The same."""
        return self.number(seconds)


def _combination(value: Fraction, numbers: Mapping[str, Fraction]) -> Linear | None:
    """The simplest small combination of parameters with that value."""
    small = numbers.get("EPSILON", Fraction(0))
    names = [n for n in numbers if n not in ("EPSILON", _SUBJECT)]
    tries = sorted(product(range(-2, 5), repeat=len(names)), key=lambda c: (sum(map(abs, c)), c))
    for factors in tries:
        rest = value - sum((f * numbers[n] for f, n in zip(factors, names, strict=True)), Fraction(0))
        many = rest / small if small else Fraction(0)
        if (rest == 0 or (small and many.denominator == 1)) and abs(many) <= 8:
            return Linear.of({**dict(zip(names, factors, strict=True)), "EPSILON": many})
    return None
