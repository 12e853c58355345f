"""Scope and parameters in words: what the environment may do in a run, and the durations it has."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from tcpverify.tcp.scope import UNLIMITED, Scope
from tcpverify.views.quantities import BARE, Unit, plural

__all__ = ["durations_text", "scope_text"]

_SEQUENCE = {
    "worst-case": "ISNs chosen by an adversary (worst-case)",
    "clock": "ISNs beyond all that was used before (clock)",
    "timestamps": "any ISNs, but PAWS timestamps (timestamps)",
}
_KNOWN = frozenset({"MSL", "RTO_MIN", "RTO_MAX", "DELAY_MIN", "TIME_WAIT", "TICK"})
_REOPEN = {
    "active": "the active closer may open again",
    "passive": "the passive closer may open again",
    "both": "both ends may open again",
}


def durations_text(parameters: Mapping[str, Fraction], unit: Unit = BARE, delay: bool = True) -> str:
    """Such as ``MSL = 1, a retransmission timeout anywhere in (0, 1], delays in [0, 1)``."""
    msl, low, high = parameters["MSL"], parameters.get("RTO_MIN", Fraction(0)), parameters.get("RTO_MAX")
    parts = [f"MSL = {unit.show(msl)}"]
    if high is not None and low == high:
        parts.append(f"retransmission timeout {unit.show(high)}")
    elif high is not None:
        opening = f"[{unit.show(low)}" if low else "(0"
        parts.append(f"retransmission timeout anywhere in {opening}, {unit.show(high)}]")
    least = unit.show(parameters.get("DELAY_MIN", Fraction(0)))
    parts.append(f"delays in [{least}, {unit.show(msl)})" if delay else "no delays")
    if "TICK" in parameters:
        parts.append(f"timestamps that stay the same for less than {unit.show(parameters['TICK'])}")
    parts += [f"{name} = {unit.show(value)}" for name, value in parameters.items() if name not in _KNOWN]
    return ", ".join(parts)


def _count(count: int, noun: str) -> str:
    if count == UNLIMITED:
        # All nouns counted here end alike in the plural.
        return "unlimited " + plural(2, noun).removeprefix("2 ")
    return plural(count, noun)


def scope_text(scope: Scope) -> str:
    """The scope in one or two lines; every bound is named."""
    parts = [
        _count(scope.losses, "loss"),
        _count(scope.duplicates, "duplicate"),
        f"{_count(scope.retransmissions, 'retransmission')} of a segment",
        f"{plural(scope.incarnations, 'incarnation')} alive at once",
        f"{plural(scope.data, 'octet')} written by each side" if scope.data else "no data",
        _SEQUENCE[scope.sequence],
        f"applications call {', '.join(scope.calls)}",
        _REOPEN[scope.reopen],
        "from an established connection" if scope.start == "established" else "from two CLOSED ends",
    ]
    if not scope.reordering:
        parts.append("segments arrive in the order sent")
    if not scope.delay:
        parts.append("segments arrive before any time passes")
    return ", ".join(parts)
