"""Durations and counts as a person reads them: exact, decimal where short, in the unit they were given in."""

from __future__ import annotations

from fractions import Fraction

from tcpverify.workflow.durations import BARE, UNITS, Unit, short

__all__ = ["BARE", "UNITS", "Unit", "multiple", "plural", "short"]


def multiple(duration: Fraction, msl: Fraction) -> str:
    """A duration as a multiple of MSL: ``2 MSL``, ``1.99 MSL``, ``0``."""
    return f"{short(duration / msl)} MSL" if duration else "0"


def plural(count: int, noun: str) -> str:
    """``no losses``, ``1 loss``, ``2 losses``; the noun is given in the singular."""
    ending = "es" if noun.endswith("s") else "s"
    return f"{count or 'no'} {noun}{'' if count == 1 else ending}"
