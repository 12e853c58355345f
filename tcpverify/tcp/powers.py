"""The powers of the environment, one by one: which a scope has, and the scope without some of them.

To take a power away only removes runs. So what refutes a property with few powers refutes it with more, and what is
proved with many is proved with fewer.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from tcpverify.tcp.scope import Scope

__all__ = ["POWERS", "powers_of", "without"]

#: every power by its name, and what it is
POWERS = {
    "loss": "a segment may be lost",
    "duplication": "a segment may be delivered once more",
    "retransmission": "a segment may be sent again",
    "reordering": "a segment may overtake others",
    "delay": "time may pass while a segment is under way",
    "simultaneous-close": "an end may close while a FIN of its peer is on the way",
    "active-reuse": "the active closer may begin the next incarnation",
    "passive-reuse": "the passive closer may begin the next incarnation",
    "cancel": "an application may close before the connection is established",
    "abort": "an application may abort",
    "other-host": "another host behind the same address may open, its timestamps behind",
}


def powers_of(scope: Scope, least_delay: bool = False) -> tuple[str, ...]:
    """The powers that a scope has and could do without; with a least delay, delay is none of them."""
    opens = "open" in scope.calls
    has = {
        "loss": scope.losses != 0,
        "duplication": scope.duplicates != 0,
        "retransmission": scope.retransmissions != 0,
        "reordering": scope.reordering,
        "delay": scope.delay and not least_delay,
        "simultaneous-close": "close" in scope.calls,
        "active-reuse": opens and scope.reopen in ("active", "both"),
        "passive-reuse": opens and scope.reopen in ("passive", "both"),
        "cancel": "cancel" in scope.calls,
        "abort": "abort" in scope.calls,
        "other-host": opens and "other-host" in scope.calls,
    }
    return tuple(name for name in POWERS if has[name])


def without(scope: Scope, powers: Collection[str]) -> Scope:
    """The scope without some of its powers."""
    changes: dict[str, Any] = {}
    for power, count in (("loss", "losses"), ("duplication", "duplicates"), ("retransmission", "retransmissions")):
        if power in powers:
            changes[count] = 0
    for power in ("reordering", "delay"):
        if power in powers:
            changes[power] = False
    calls = [call for call in scope.calls if call not in powers]
    if "simultaneous-close" in powers:
        calls = ["close-in-turn" if call == "close" else call for call in calls]
    left = [power for power in powers_of(scope) if power not in powers]
    reuse = [end for end in ("active", "passive") if f"{end}-reuse" in left]
    if not reuse:
        calls = [call for call in calls if call != "open"]
    elif len(reuse) == 1:
        changes["reopen"] = reuse[0]
    return replace(scope, calls=tuple(dict.fromkeys(calls)), **changes)
