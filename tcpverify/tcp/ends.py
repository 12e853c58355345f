"""What an end of a connection is, what can happen to it, and what it does then, as compact tuples."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tcpverify.lang.linear import Linear
from tcpverify.tcp.numbers import Pairs, tag_of

__all__ = ["ACKED", "STAMP", "Ages", "Case", "End", "Event", "Octets", "Reaction", "Segment", "closed", "merged"]

ACKED = "acknowledges"
#: the clock that says how long the last timestamp of a host may still be used; among the timers it is the last
STAMP = "timestamp"
#: octets of a stream: (incarnation that sent it, place in the stream, from 1 up), in order
Octets = tuple[tuple[int, int], ...]


class Segment(NamedTuple):
    """A segment in flight. ``end`` sent it; ``incarnation``, ``stale`` and ``copy`` are ghosts that no end may read.

    ``stale`` says that it was sent in answer to something left behind by an older incarnation, or by a connection
    that had accepted such a thing; ``copy`` that it was delivered already (see `tcpverify.tcp.copies`).
    """

    end: int
    incarnation: int
    syn: bool
    ack: bool
    fin: bool
    rst: bool
    seq: int
    acknowledges: int
    text: int
    ts: int
    stale: bool
    copy: bool = False

    def flags(self) -> str:
        """Such as ``FIN,ACK``."""
        names = [n for n, on in (("SYN", self.syn), ("FIN", self.fin), ("RST", self.rst), ("ACK", self.ack)) if on]
        return ",".join(names) or "-"

    def tags(self) -> frozenset[int]:
        """The number spaces that occur in it."""
        return frozenset({tag_of(self.seq)} | ({tag_of(self.acknowledges)} if self.ack else set()))


class End(NamedTuple):
    """One end. ``incarnation`` and ``role`` are ghosts; ``sent`` counts retransmissions of the queue's front.

    ``role`` of a CLOSED end says how its last connection ended: ``active``, ``passive`` closer or neither.
    ``led`` is set where an observer asks who sent the first FIN. ``tainted`` is a ghost as well: the end has
    accepted something that an older incarnation left behind, so what it does later is no longer its own doing.

    ``stamp`` and ``again`` belong to the host, not to the connection, and are used in the ``timestamps`` regime
    only: its next timestamp is of rank ``stamp``, or of ``stamp - 1`` like the last if ``again`` and the clock of
    that name permits (see `tcpverify.tcp.stamps`). ``reopened`` says that a connection was reopened out
    of TIME-WAIT, ``old_nxt`` and ``old_rcv`` what it returns to, where a variant can return.

    ``cc_recv`` is the peer's connection count where a variant records it, ``cc_cache`` the last one that the host
    remembers beyond the connection (0: one that is older than all that is under way). ``delivered`` is a ghost of the
    host, kept where an observer asks for it (see `tcpverify.tcp.deliveries`).
    """

    state: str
    incarnation: int
    role: str
    sent: int
    led: str
    tainted: bool
    una: int | None
    nxt: int | None
    iss: int | None
    rcv: int | None
    passive: bool | None
    ts: int | None
    stamp: int = 0
    again: bool = False
    old_nxt: int | None = None
    old_rcv: int | None = None
    reopened: bool | None = None
    cc_recv: int | None = None
    cc_cache: int | None = None
    delivered: Octets = ()

    def tags(self) -> frozenset[int]:
        """The number spaces that occur in it."""
        numbers = (self.una, self.nxt, self.iss, self.rcv, self.old_nxt, self.old_rcv)
        return frozenset(tag_of(n) for n in numbers if n is not None)


def closed(incarnation: int, role: str, tainted: bool = False) -> End:
    """An end without a connection."""
    return End("CLOSED", incarnation, role, 0, "", tainted, None, None, None, None, None, None)


class Event(NamedTuple):
    """Something that happens to an end: a call, a timeout, or the arrival of a segment.

    ``other`` marks a call by another host behind the same address, whose timestamp clock is behind.
    """

    name: str
    segment: Segment | None = None
    data: int = 0
    incarnation: int = 0
    other: bool = False


class Reaction(NamedTuple):
    """What an end does: its next state, what it sends, and the name of the rule that said so.

    ``restarts`` are the timers set to zero; ``tags`` are the rule's, and `ACKED` if SND.UNA moved.
    """

    end: End
    emits: tuple[Segment, ...]
    rule: str
    restarts: frozenset[str]
    tags: frozenset[str]


#: what is so of the timers of an end: (timer, ``>=`` or ``<``, duration)
Ages = tuple[tuple[str, str, Linear], ...]


class Case(NamedTuple):
    """A reaction, and when it is the one that happens: the distances of number spaces, and how old timers are."""

    reaction: Reaction
    pairs: Pairs
    ages: Ages = ()


def merged(cases: Iterable[Case]) -> list[Case]:
    """Cases with equal reactions, ages and pairs but for one set of distances, made one."""
    table: dict[tuple[Reaction, Ages, Pairs, tuple[int, int]], set[int]] = {}
    whole: list[Case] = []
    for case in cases:
        if not case.pairs:
            whole.append(case)
            continue
        pair, group = case.pairs[-1]
        table.setdefault((case.reaction, case.ages, case.pairs[:-1], pair), set()).update(group)
    return whole + [Case(r, (*rest, (pair, frozenset(group))), ages) for (r, ages, rest, pair), group in table.items()]
