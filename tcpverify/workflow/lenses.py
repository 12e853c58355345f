"""What a property looks at: the part of a state that decides whether it can be broken from there.

A lens says which ends matter to a property and which segments under way, seen from the end that they will reach.
States that look alike through it are one in the graph ``--by property``. That the parts are what the observers in
`tcpverify.tcp.properties` read is by construction of this table, not proved: a lens arranges a picture and decides
nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tcpverify.tcp.endpoint import End, Segment
from tcpverify.tcp.location import Snapshot
from tcpverify.tcp.properties import OPENING

__all__ = ["LENSES", "Lens", "seen"]

_CLOSING = frozenset({"FIN-WAIT-1", "FIN-WAIT-2", "CLOSING", "LAST-ACK", "TIME-WAIT"})


class Lens(NamedTuple):
    """Which ends are seen by their state, which segments are seen at the end they go to, and both in words.

    ``segments`` is asked with a segment, the end that it will reach, and the other end.
    """

    meaning: str
    ends: Callable[[End], bool]
    segments: Callable[[Segment, End, End], bool]
    elsewhere: str


def _old(segment: Segment, end: End, other: End) -> bool:
    return 0 < segment.incarnation < end.incarnation


def _time_wait(end: End) -> bool:
    return end.state == "TIME-WAIT"


def _closing(end: End) -> bool:
    return end.state in _CLOSING


def _of_either(segment: Segment, end: End, other: End) -> bool:
    """Of the incarnation of a TIME-WAIT at either end."""
    return any(_time_wait(e) and segment.incarnation == e.incarnation for e in (end, other))


_ACCEPTING = Lens(
    "the ends that an old segment is on its way to, and these segments", lambda end: False, _old, "nothing old to come"
)
LENSES = {
    "no-old-segment": _ACCEPTING,
    "no-old-data": _ACCEPTING,
    "drained": Lens("TIME-WAIT, and what its incarnation has in flight", _time_wait, _of_either, "no TIME-WAIT"),
    "graceful-close": Lens(
        "ends that close, and the RSTs and ACKs on their way to them", _closing,
        lambda segment, end, other: _closing(end) and (segment.rst or (segment.ack and end.state == "LAST-ACK")),
        "not closing",
    ),
    "no-assassination": Lens(
        "TIME-WAIT, and what is on its way to it", _time_wait, lambda segment, end, other: _time_wait(end),
        "no TIME-WAIT",
    ),
    "time-wait-side": Lens(
        "TIME-WAIT, and the FINs under way", _time_wait, lambda segment, end, other: segment.fin, "no TIME-WAIT"
    ),
    "fin-restarts": Lens(
        "TIME-WAIT, and the FINs on their way to it", _time_wait,
        lambda segment, end, other: _time_wait(end) and segment.fin, "no TIME-WAIT",
    ),
    "no-data-loss": Lens(
        "the text and the FINs under way", lambda end: end.state in ("CLOSE-WAIT", "LAST-ACK", "CLOSING", "TIME-WAIT"),
        lambda segment, end, other: segment.fin or segment.text > 0, "end of stream not seen",
    ),
    "clean-reopen": Lens(
        "ends that open, and what is on its way to them", lambda end: end.state in OPENING,
        lambda segment, end, other: end.state in OPENING, "not opening",
    ),
    "no-ack-loop": Lens(
        "what is under way without text, SYN, FIN or RST", lambda end: end.state not in ("CLOSED", "LISTEN"),
        lambda segment, end, other: not (segment.syn or segment.fin or segment.rst or segment.text), "no connection",
    ),
    "termination": Lens(
        "ends that close", _closing, lambda segment, end, other: False, "not closing"
    ),
    "deadlock-free": Lens(
        "ends with a connection, and whether anything is under way", lambda end: end.state not in ("CLOSED", "LISTEN"),
        lambda segment, end, other: True, "no connection",
    ),
}  # fmt: skip


def seen(snapshot: Snapshot, lens: Lens) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Both ends through the lens: what is seen of the end, and the flags of the segments on their way to it."""
    found = []
    for side, end in enumerate(snapshot.ends):
        other = snapshot.ends[1 - side]
        coming = [s for s in snapshot.flight if s.end != side and lens.segments(s, end, other)]
        shown = end.state if coming or lens.ends(end) else lens.elsewhere
        found.append((shown, tuple(sorted({s.flags() for s in coming}))))
    return tuple(found)
