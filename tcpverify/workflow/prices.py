"""What `cost` answers with: durations of TIME-WAIT, whether they are safe, and what each costs. Plain data.

A connection is named by two addresses and two ports. While one waits in TIME-WAIT its name is taken, so an address
that opens connections to one destination (address and port) has at most ``ports`` of them in TIME-WAIT: it closes no
more than ``ports / TIME_WAIT`` a second. Who closes ``rate`` connections a second, wherever to, holds ``rate *
TIME_WAIT`` sockets in TIME-WAIT. How long a connection is open before it is closed is not counted: its name is taken
then as well.

Where an end may itself open a connection out of TIME-WAIT after some time, as with Linux's ``tcp_tw_reuse``, its name
is free then: ``ports / min(TIME_WAIT, that time)``.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from tcpverify.lang.linear import Linear
from tcpverify.tcp.scope import Scope
from tcpverify.workflow.derived import EXACT, BoundReport
from tcpverify.workflow.slices import Interval, safe_along

__all__ = [
    "AFFORDABLE", "BYTES", "DEFAULT_MODELS", "DURATION", "NAMED", "OWN", "PORTS", "RATE", "SHORTEST", "STACKS",
    "WITHIN", "CostReport", "CostRequest", "ModelCost", "Price", "Priced", "Stack",
]  # fmt: skip

#: a machine that the rule of 2·MSL is about, an operator's change to it, the standard, the standard with its remedy
DEFAULT_MODELS = ("textbook", "textbook+no-restart", "rfc9293", "rfc9293+rfc1337")
#: Linux, net.ipv4.ip_local_port_range = 32768 60999 (Documentation/networking/ip-sysctl.rst): both ends count
PORTS = 60999 - 32768 + 1
#: bytes of kernel memory for an outgoing connection in TIME-WAIT: sizes of the slab objects tw_sock_TCP (256),
#: tcp_bind_bucket (128) and tcp_bind2_bucket (128) of Linux 6.18 on x86-64, in /sys/kernel/slab; 5321 such sockets took
#: 519 bytes each. Incoming connections share the buckets of their port. Approximate, and another in every kernel.
BYTES = 512
#: connections that are closed in a second, where the user names no rate: an example
RATE = Fraction(1000)
#: MSL as RFC 9293 §3.4.2 has it, and the RTO_MAX that Linux takes (TCP_RTO_MAX)
DURATION: Mapping[str, Fraction] = {"MSL": Fraction(120), "RTO_MAX": Fraction(120)}

OWN, SHORTEST, WITHIN, AFFORDABLE, NAMED = "own", "shortest", "shortest-within-scope", "affordable", "named"


class Stack(NamedTuple):
    """How long an implementation, or a standard, stays in TIME-WAIT unless it is told otherwise."""

    name: str
    time_wait: Fraction
    source: str


#: longest first
STACKS = (
    Stack("RFC 9293", Fraction(240), "2·MSL with an MSL of 2 minutes: RFC 9293 §3.4.2, §3.6.1 (MUST-13)"),
    Stack("Windows", Fraction(120), "documented default of TcpTimedWaitDelay, 0x78 s; other documents say 240 s"),
    Stack("Linux", Fraction(60), "TCP_TIMEWAIT_LEN, include/net/tcp.h; not tunable"),
    Stack("FreeBSD", Fraction(60), "twice net.inet.tcp.msl = 30 s"),
    Stack("macOS", Fraction(30), "twice net.inet.tcp.msl = 15 s"),
)


@dataclass(frozen=True)
class CostRequest:
    """For which models the price of safety is asked.

    Attributes
    ----------
    given
        durations by parameter (MSL, RTO_MAX, RTO_MIN, DELAY_MIN, TICK), in seconds; where MSL or RTO_MAX is missing the
        model's own number counts, else `DURATION`.
    time_waits
        durations to be priced beside the model's own and the shortest safe one, as expressions over MSL.
    ports
        local ports for connections to one destination from one address.
    rate
        connections that are closed in a second, wherever to.
    bytes
        kernel memory for one socket in TIME-WAIT.
    seconds, memory
        limits (0: none); the time is shared by the models.
    """

    models: tuple[str, ...] = DEFAULT_MODELS
    property: str = "no-old-segment"
    scope: Scope = field(default_factory=lambda: Scope(losses=0))
    given: Mapping[str, Fraction] = field(default_factory=dict)
    time_waits: tuple[Linear, ...] = ()
    ports: int = PORTS
    rate: Fraction = RATE
    bytes: int = BYTES
    seconds: float = 0.0
    memory: int = 0

    def fastest(self, time_wait: Fraction, free_after: Fraction | None = None) -> Fraction | None:
        """Connections a second to one destination from one address; None: as many as one likes.

        ``free_after``: how old a TIME-WAIT must be for its own end to open again (None: it cannot).
        """
        taken = time_wait if free_after is None else min(time_wait, free_after)
        return self.ports / taken if taken else None

    def price(self, time_wait: Fraction, free_after: Fraction | None = None) -> Price:
        """What a duration costs."""
        held = self.rate * time_wait
        return Price(self.fastest(time_wait, free_after), held, held * self.bytes)

    @builtins.property
    def affordable(self) -> Fraction:
        """The greatest TIME_WAIT with which all connections of the rate may go to one destination."""
        return self.ports / self.rate


class Price(NamedTuple):
    """What a duration costs.

    ``fastest``: connections a second to one destination (None: no limit); ``held`` sockets in TIME-WAIT at the rate,
    and the ``bytes`` they take.
    """

    fastest: Fraction | None
    held: Fraction
    bytes: Fraction


@dataclass(frozen=True)
class Priced:
    """A duration in seconds, what is known of it (see `tcpverify.workflow.slices`), and its price.

    ``attained`` is False where every longer duration is meant, but not this one.
    """

    role: str
    time_wait: Fraction
    verdict: str
    price: Price
    attained: bool = True


@dataclass(frozen=True)
class ModelCost:
    """The durations of one model.

    Attributes
    ----------
    values
        of all parameters but TIME_WAIT, in seconds.
    bound
        the region from which everything is read; None if there is none, and then ``error`` says why.
    free_after
        the age at which an end may open a connection out of TIME-WAIT; None: never.
    durations
        in the order of roles: own, shortest, shortest within the scope, affordable, named.
    """

    model: str
    values: Mapping[str, Fraction]
    own: Linear
    bound: BoundReport | None = None
    error: str = ""
    durations: Sequence[Priced] = ()
    free_after: Linear | None = None

    @property
    def exact(self) -> bool:
        """Whether nothing is left open, for any values."""
        return self.bound is not None and self.bound.status == EXACT

    @property
    def freed(self) -> Fraction | None:
        """That age at these values, in seconds."""
        return self.free_after.value(self.values) if self.free_after is not None else None

    def role(self, role: str) -> Priced | None:
        """The first duration with this role."""
        return next((d for d in self.durations if d.role == role), None)

    def safe(self, unbounded: bool = False) -> list[Interval]:
        """For which TIME_WAIT the property is proved at these values, in seconds."""
        return safe_along(self.bound, self.values, "TIME_WAIT", unbounded) if self.bound is not None else []

    def safe_msl(self, time_wait: Fraction, unbounded: bool = False) -> list[Interval]:
        """For which MSL it is proved with this TIME_WAIT, the other values as they are, in seconds."""
        if self.bound is None:
            return []
        return safe_along(self.bound, {**self.values, "TIME_WAIT": time_wait}, "MSL", unbounded)


@dataclass(frozen=True)
class CostReport:
    """The price of safety of several models."""

    request: CostRequest
    models: Sequence[ModelCost]
    interrupted: bool = False
    seconds: float = 0.0

    @property
    def exit_status(self) -> int:
        """0: every bound is exact; 3: one is not; 130: interrupted."""
        if self.interrupted:
            return 130
        return 0 if all(m.exact for m in self.models) else 3
