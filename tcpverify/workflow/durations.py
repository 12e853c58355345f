"""Durations and counts as users write them: ``1``, ``0.5``, ``1/3``, ``30s``, ``200ms``, ``2min``, ``2msl``.

Everything is an exact `Fraction`; plain numbers are seconds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from tcpverify.errors import UsageError
from tcpverify.tcp.scope import UNLIMITED

__all__ = [
    "BARE", "UNITS", "Duration", "Unit", "parse_count", "parse_duration", "parse_range", "parse_size", "short",
]  # fmt: skip

_NUMBER = r"(?P<number>\d+/\d+|\d+(?:\.\d*)?|\.\d+)"
_DURATION = re.compile(_NUMBER + r"\s*(?P<unit>[A-Za-z]*)", re.ASCII | re.IGNORECASE)
_SIZE = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[KMGT]?)(?:i?B)?", re.IGNORECASE)
_ALIASES = {"sec": "s", "second": "s", "seconds": "s", "minute": "min", "minutes": "min", "hour": "h"}
_EXPECTED = "write 1, 0.5, 1/3, 30s, 200ms, 2min or 2msl"


_DECIMALS = 4
_DIGITS = 40


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


@dataclass(frozen=True)
class Duration:
    """A duration as written: ``number`` of ``unit``, or of MSL if ``unit`` is None."""

    number: Fraction
    unit: Unit | None

    def seconds(self, msl: Fraction | None = None) -> Fraction:
        """The duration in seconds; UsageError if it is a multiple of an MSL that does not exist here."""
        if self.unit is not None:
            return self.number * self.unit.seconds
        if msl is None:
            raise UsageError(
                f"{self.number}msl makes no sense here: this duration cannot be a multiple of MSL"
            )
        return self.number * msl


def parse_duration(text: str) -> Duration:
    """A duration from its text.

    Raises
    ------
    UsageError
        if the text is no duration, is negative, divides by zero or has an unknown unit.

    Examples
    --------
    >>> parse_duration("200ms").seconds()
    Fraction(1, 5)
    >>> parse_duration("1.99msl").seconds(Fraction(120))
    Fraction(1194, 5)
    """
    stripped = text.strip()
    if stripped.startswith("-"):
        raise UsageError(f"{text!r} is negative; a duration is not")
    found = _DURATION.fullmatch(stripped)
    if found is None:
        raise UsageError(f"{text!r} is not a duration; {_EXPECTED}")
    if len(found["number"]) > _DIGITS:
        raise UsageError(f"a duration has no more than {_DIGITS} digits; {_EXPECTED}")
    try:
        number = Fraction(found["number"])
    except ZeroDivisionError:
        raise UsageError(f"{text!r} divides by zero; {_EXPECTED}") from None
    unit = found["unit"].lower()
    if unit == "msl":
        return Duration(number, None)
    unit = _ALIASES.get(unit, unit)
    if unit not in UNITS:
        known = ", ".join(name for name in UNITS if name)
        raise UsageError(f"{text!r} has the unknown unit {unit!r}; known are {known} and msl")
    return Duration(number, UNITS[unit])


def wall_clock(limit: Duration | None) -> float:
    """A limit on the work in seconds; 0 where there is none.

    Raises
    ------
    UsageError
        if it is 0, which some take for no time and others for no limit, or a multiple of MSL.
    """
    if limit is None:
        return 0.0
    if limit.unit is None:
        raise UsageError("a timeout is a duration such as 60s, not a multiple of MSL")
    if not limit.number:
        raise UsageError("a timeout of 0 leaves no time to work; write a duration such as 60s, or none for no limit")
    return float(limit.seconds())


def parse_range(text: str) -> tuple[Duration | None, Duration]:
    """``MIN..MAX``, ``..MAX`` or one value; None stands for no lower bound but greater than zero."""
    low, dots, high = text.partition("..")
    if not dots:
        value = parse_duration(text)
        return value, value
    if not high.strip():
        raise UsageError(f"{text!r} has no upper bound; write MIN..MAX, such as 200ms..1msl")
    least = parse_duration(low) if low.strip() else None
    return (least if least is not None and least.number else None), parse_duration(high)


def parse_count(text: str) -> int:
    """A number of times, or ``unlimited``; UsageError if it is neither."""
    if text.strip().lower() == "unlimited":
        return UNLIMITED
    if not re.fullmatch(r"\d+", text.strip(), re.ASCII):
        raise UsageError(f"{text!r} is not a count; write 0, 1, 2, … or unlimited")
    return int(text)


def parse_size(text: str) -> int:
    """An amount of memory in bytes: ``512M``, ``2G``, ``1.5GiB``; UsageError if it is none."""
    found = _SIZE.fullmatch(text.strip())
    size = (
        int(Fraction(found["number"]) * 1024 ** " kmgt".index(found["unit"].lower() or " ")) if found else 0
    )
    if size <= 0:
        raise UsageError(f"{text!r} is not an amount of memory; write 512M or 2G")
    return size
