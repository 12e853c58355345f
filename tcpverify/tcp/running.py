"""What a run is made of: connections, segments under way, and what a step did; times and numbers are exact."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from tcpverify.lang.table import Rule

__all__ = ["Connection", "Flying", "Outcome", "Value"]

Value = int | bool


@dataclass
class Connection:
    """An end: its state and TCB; ``timers`` hold the time at which each was last started."""

    state: str = "CLOSED"
    incarnation: int = 0
    values: dict[str, Value] = field(default_factory=dict)
    timers: dict[str, Fraction] = field(default_factory=dict)
    resent: int = 0
    role: str = ""
    fin_order: str = ""
    tainted: bool = False
    #: the incarnation out of whose TIME-WAIT this one was reopened
    past: int = 0


@dataclass
class Flying:
    """A segment in flight, with the time it was sent and its ghosts."""

    number: int
    sender: str
    fields: dict[str, Value]
    sent_at: Fraction
    incarnation: int
    stale: bool
    lost: bool = False

    def flags(self) -> str:
        """Such as ``FIN,ACK``."""
        return ",".join(n for n in ("SYN", "FIN", "RST", "ACK") if self.fields[f"SEG.{n}?"]) or "-"


@dataclass(frozen=True)
class Outcome:
    """What a step did: the rule, the segments sent, timers restarted, the names of properties broken."""

    rule: Rule
    sent: tuple[Flying, ...]
    restarts: frozenset[str]
    broken: frozenset[str]
