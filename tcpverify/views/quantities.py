"""Durations and counts as a person reads them: exact, decimal where short, in the unit they were given in."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

__all__ = ["BARE", "UNITS", "Unit", "multiple", "plural", "short"]

_DECIMALS = 4


def short(value: Fraction) -> str:
    """An exact number: ``1.99`` where four decimals are enough, else ``1/3``; never rounded."""
    scaled = value * 10**_DECIMALS
    if scaled.denominator != 1:
        return str(value)
    sign, digits = "-" if scaled < 0 else "", str(abs(scaled.numerator)).rjust(_DECIMALS + 1, "0")
    whole, decimals = digits[:-_DECIMALS], digits[-_DECIMALS:].rstrip("0")
    return f"{sign}{whole}.{decimals}" if decimals else sign + whole


@dataclass(frozen=True)
class Unit:
    """A unit of time: its name as users write it (empty: bare numbers, meaning seconds), and its seconds."""

    name: str
    seconds: Fraction

    def number(self, seconds: Fraction) -> str:
        """A duration in this unit, without its name."""
        return short(seconds / self.seconds)

    def show(self, seconds: Fraction) -> str:
        """A duration in this unit; zero needs none."""
        return self.number(seconds) + (self.name if seconds else "")


BARE = Unit("", Fraction(1))
UNITS = {
    unit.name: unit
    for unit in (
        BARE,
        Unit("us", Fraction(1, 10**6)),
        Unit("ms", Fraction(1, 1000)),
        Unit("s", Fraction(1)),
        Unit("min", Fraction(60)),
        Unit("h", Fraction(3600)),
    )
}


def multiple(duration: Fraction, msl: Fraction) -> str:
    """A duration as a multiple of MSL: ``2 MSL``, ``1.99 MSL``, ``0``."""
    return f"{short(duration / msl)} MSL" if duration else "0"


def plural(count: int, noun: str) -> str:
    """``no losses``, ``1 loss``, ``2 losses``; the noun is given in the singular."""
    ending = "es" if noun.endswith("s") else "s"
    return f"{count or 'no'} {noun}{'' if count == 1 else ending}"
