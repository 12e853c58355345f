"""What a clock may show: an interval of exact numbers, as text and back, and the smallest one around several."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple

__all__ = ["Interval", "around", "named", "parse"]

_TEXT = re.compile(r"(.*) (?:= (\S+)|in ([\[(])(\S+), (\S+)([\])]))")
_BETWEEN = "; "


class Interval(NamedTuple):
    """From ``low`` to ``high`` (None: without end); ``open_low`` and ``open_high`` say that the ends are left out."""

    low: Fraction
    open_low: bool
    high: Fraction | None
    open_high: bool

    def __str__(self) -> str:
        if self.low == self.high:
            return f"= {self.low}"
        high = "∞" if self.high is None else str(self.high)
        return f"in {'(' if self.open_low else '['}{self.low}, {high}{')' if self.open_high else ']'}"

    def below(self, limit: Fraction, strictly: bool) -> Interval:
        """What of it is at most the limit, or less."""
        if self.high is None or (limit, not strictly) < (self.high, not self.open_high):
            return Interval(self.low, self.open_low, limit, strictly)
        return self

    def around(self, other: Interval) -> Interval:
        """The smallest interval that contains both."""
        low, open_low = min((self.low, self.open_low), (other.low, other.open_low))
        if self.high is None or other.high is None:
            return Interval(low, open_low, None, True)
        high, closed = max((self.high, not self.open_high), (other.high, not other.open_high))
        return Interval(low, open_low, high, not closed)


def named(clocks: dict[str, Interval]) -> str:
    """What clocks may show, in one line: ``TIME-WAIT timer in [0, 2]; age of FIN,ACK → in [0, 1)``."""
    return _BETWEEN.join(f"{name} {interval}" for name, interval in sorted(clocks.items()))


def parse(text: str) -> dict[str, Interval]:
    """The inverse of `named`."""
    found = {}
    for part in text.split(_BETWEEN) if text else ():
        match = _TEXT.fullmatch(part)
        assert match is not None, part
        name, value, left, low, high, right = match.groups()
        if value is not None:
            found[name] = Interval(Fraction(value), False, Fraction(value), False)
        else:
            found[name] = Interval(
                Fraction(low), left == "(", None if high == "∞" else Fraction(high), right == ")"
            )  # fmt: skip
    return found


def around(texts: list[str]) -> str:
    """The smallest intervals around those of several lines; a clock that runs in some only is among them."""
    found: dict[str, Interval] = {}
    for text in texts:
        for name, interval in parse(text).items():
            found[name] = interval.around(found[name]) if name in found else interval
    return named(found)
