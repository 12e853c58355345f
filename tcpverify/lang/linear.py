"""Durations: linear expressions over named parameters, with exact rational coefficients.

A timed model never contains a number of seconds; it says ``MSL`` or ``2*MSL``, and a valuation of the
parameters turns that into an exact `Fraction`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

__all__ = ["Linear", "constant", "parameter"]


@dataclass(frozen=True, slots=True)
class Linear:
    """``sum(coefficient * parameter) + constant``; the constant is kept under the name ``""``.

    ``terms`` is sorted by name and has no zero coefficient, so equal expressions are equal values.
    """

    terms: tuple[tuple[str, Fraction], ...] = ()
    _hash: int = field(default=0, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Hashed millions of times by engines, and hashing a Fraction is slow.
        object.__setattr__(self, "_hash", hash(self.terms))

    def __hash__(self) -> int:
        return self._hash

    @staticmethod
    def of(terms: Mapping[str, Fraction | int]) -> Linear:
        """From a mapping of parameter name to coefficient."""
        return Linear(tuple(sorted((n, Fraction(c)) for n, c in terms.items() if c)))

    def value(self, parameters: Mapping[str, Fraction]) -> Fraction:
        """The number it stands for; KeyError names a parameter that has no value."""
        return sum((c * parameters[n] if n else c for n, c in self.terms), Fraction(0))

    def names(self) -> frozenset[str]:
        """The parameters that occur."""
        return frozenset(n for n, _ in self.terms if n)

    def __add__(self, other: Linear | int | Fraction) -> Linear:
        total = dict(self.terms)
        for name, coefficient in _linear(other).terms:
            total[name] = total.get(name, Fraction(0)) + coefficient
        return Linear.of(total)

    def __mul__(self, factor: int | Fraction) -> Linear:
        factor = _exact(factor)
        return Linear.of({n: c * factor for n, c in self.terms})

    def __truediv__(self, divisor: int | Fraction) -> Linear:
        return self * (1 / Fraction(_exact(divisor)))

    def __sub__(self, other: Linear | int | Fraction) -> Linear:
        return self + _linear(other) * -1

    __radd__ = __add__
    __rmul__ = __mul__

    def __str__(self) -> str:
        parts: list[str] = []
        for name, c in sorted(self.terms, key=lambda term: (term[0] == "", term[0])):
            size = str(abs(c)) if not name else name if abs(c) == 1 else f"{abs(c)}*{name}"
            parts.append((" - " if c < 0 else " + ") + size if parts else ("-" if c < 0 else "") + size)
        return "".join(parts) or "0"


def _exact(value: int | Fraction) -> int | Fraction:
    if not isinstance(value, int | Fraction):
        raise TypeError(f"durations are exact: write a whole number, or Fraction(1, 2) for a half, not {value!r}")
    return value


def _linear(value: Linear | int | Fraction) -> Linear:
    return value if isinstance(value, Linear) else constant(value)


def parameter(name: str) -> Linear:
    """A duration by its name; how long it is stands in ``numbers``, and ``--set`` gives others."""
    if not isinstance(name, str) or not name.isidentifier():
        raise TypeError(f"{name!r} is not a name for a duration: letters, digits and _ make one, such as REUSE_DELAY")
    return Linear.of({name: 1})


def constant(value: int | Fraction) -> Linear:
    """A fixed duration, in seconds."""
    return Linear.of({"": Fraction(_exact(value))})
