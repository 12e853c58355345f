"""Which octets a host has been delivered, in whichever of its connections: the ghost of ``no-double-delivery``.

The ghost belongs to the host, not to the connection, so it survives CLOSED. It costs states, and is kept only where
somebody asks for that property (`tcpverify.tcp.scenario.Scenario`).
"""

from __future__ import annotations

from tcpverify.tcp.ends import End, Event, Octets, Reaction
from tcpverify.tcp.numbers import offset

__all__ = ["delivered", "later", "with_delivered"]

_NONE: Octets = ()


def delivered(before: End, event: Event, reaction: Reaction) -> Octets:
    """The octets that a reaction delivers: (incarnation that sent it, place in its stream, from 1 up).

    Text is taken up to its end or not at all, so what is delivered are the last octets of the segment's text.
    """
    segment, after = event.segment, reaction.end.rcv
    if segment is None or not segment.text or after is None or "returns" in reaction.tags:
        return _NONE
    first = segment.seq + segment.syn
    if before.rcv is None or "reopens" in reaction.tags:
        taken = after - first
    else:
        taken = after - before.rcv - ("takes-fin" in reaction.tags)
    end = offset(first) + segment.text
    return tuple((segment.incarnation, octet) for octet in range(end - taken, end))


def with_delivered(before: End, event: Event, reaction: Reaction) -> Octets:
    """What the host has been delivered after a reaction, in order."""
    return tuple(sorted({*before.delivered, *delivered(before, event, reaction)}))


def later(octets: Octets, by: int) -> Octets:
    """The same with incarnations counted from ``by`` later; what is older is not under way any more."""
    return tuple((incarnation - by, octet) for incarnation, octet in octets if incarnation > by)
