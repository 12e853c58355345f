"""The scope of a verdict: what the environment may do, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tcpverify.errors import UsageError

__all__ = [
    "CALLS", "MOST_DATA", "MOST_INCARNATIONS", "REGIMES", "REOPEN", "STARTS", "UNLIMITED", "Scope", "count_text",
]  # fmt: skip

UNLIMITED = -1
CALLS = ("open", "close", "cancel", "abort", "close-in-turn", "other-host")
REGIMES = ("worst-case", "clock", "timestamps")
STARTS = ("established", "closed")
REOPEN = ("active", "passive", "both")
#: octets of data for which number spaces stay small, and more incarnations than anybody explores
MOST_DATA, MOST_INCARNATIONS = 400, 1000


def count_text(count: int) -> int | str:
    """A count as it is shown: the number, or the word unlimited."""
    return "unlimited" if count == UNLIMITED else count


@dataclass(frozen=True)
class Scope:
    """What the environment may do; a bound may hide behaviour, never invent it.

    Attributes
    ----------
    losses, duplicates
        how many segments may be lost, and delivered once more, in a run.
    retransmissions
        how often one segment may be sent again before its sender gives up.
    incarnations
        how many incarnations may be alive at once (one after the other, any number).
    data
        octets each side writes, in one SEND, before it closes.
    sequence
        how a new ISN relates to numbers of older incarnations: any way (``worst-case``), beyond all that was
        used (``clock``), any way but with PAWS timestamps (``timestamps``).
    calls
        ``open``; ``close``: CLOSE of an established connection; ``cancel``: CLOSE before it is established;
        ``abort``; ``close-in-turn``: like close, but an end closes only when no FIN of the peer is under way;
        ``other-host``: where segments carry timestamps, the next connection may be opened by another host behind the
        same address (NAT), whose clock is behind when it opens and may be faster.
    reopen
        which closer may begin the next incarnation; the other end may join it.
    start
        ``established``: runs begin with an established connection and an empty network, and what an end sends
        while it opens is neither lost nor sent twice; ``closed``: runs begin with two CLOSED ends, and
        openings are disturbed like everything else.
    reordering
        whether segments may overtake each other; if not, those of one direction arrive in the order sent, and a
        segment that is delivered once more is so before any that was sent after it.
    delay
        whether a segment may be under way while time passes; if not, it arrives at the age of 0.
    """

    losses: int = 1
    duplicates: int = 0
    retransmissions: int = 1
    incarnations: int = 2
    data: int = 0
    sequence: str = "worst-case"
    calls: tuple[str, ...] = ("open", "close")
    reopen: str = "active"
    start: str = "established"
    reordering: bool = True
    delay: bool = True

    def __post_init__(self) -> None:
        for name in ("losses", "duplicates", "retransmissions"):
            if getattr(self, name) < UNLIMITED:
                raise UsageError(f"{name} must be 0, a positive number or unlimited, not {getattr(self, name)}")
        if self.incarnations < 1:
            raise UsageError(f"incarnations must be at least 1, not {self.incarnations}")
        if self.data < 0:
            raise UsageError(f"data must be 0 or a positive number of octets, not {self.data}")
        if self.data > MOST_DATA:
            raise UsageError(f"data must be at most {MOST_DATA} octets, not {self.data}: number spaces grow with it")
        if self.incarnations > MOST_INCARNATIONS:
            raise UsageError(f"incarnations must be at most {MOST_INCARNATIONS}, not {self.incarnations}")
        if self.sequence not in REGIMES:
            raise UsageError(f"unknown sequence regime {self.sequence!r}; known are {', '.join(REGIMES)}")
        if self.duplicates == UNLIMITED and self.sequence == "timestamps":
            raise UsageError("duplicates: a number, not 'unlimited', where segments carry timestamps")
        if self.duplicates == UNLIMITED and not self.reordering:
            raise UsageError("duplicates: a number, not 'unlimited', where segments arrive in the order sent")
        if self.reopen not in REOPEN:
            raise UsageError(f"reopen is one of {', '.join(REOPEN)}, not {self.reopen!r}")
        if self.start not in STARTS:
            raise UsageError(f"start is one of {', '.join(STARTS)}, not {self.start!r}")
        unknown = [c for c in self.calls if c not in CALLS]
        if unknown:
            raise UsageError(f"unknown call {unknown[0]!r}; known are {', '.join(CALLS)}")

    def as_json(self) -> dict[str, Any]:
        """The scope as it appears in JSON documents."""
        return {
            "losses": count_text(self.losses),
            "duplicates": count_text(self.duplicates),
            "retransmissions": count_text(self.retransmissions),
            "incarnations": self.incarnations,
            "sequence": self.sequence,
            "data": self.data,
            "calls": list(self.calls),
            "reopen": self.reopen,
            "start": self.start,
            "reordering": self.reordering,
            "delay": self.delay,
        }
