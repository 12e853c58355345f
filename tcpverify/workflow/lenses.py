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
    """Which ends are seen by their state, which segments are seen, and what is said of the other ends.

    ``ends`` is asked with an end and whether something that is seen is on its way to it; ``segments`` with a segment,
    the end that it will reach, and the other end. ``called`` stands for all segments seen where it makes no difference
    which they are and where they go; otherwise their flags are shown at the end that they go to.
    """

    meaning: str
    ends: Callable[[End, bool], bool]
    segments: Callable[[Segment, End, End], bool]
    elsewhere: str
    called: str = ""


def _old(segment: Segment, end: End, other: End) -> bool:
    return 0 < segment.incarnation < end.incarnation


def _reached(end: End, coming: bool) -> bool:
    return coming


def _time_wait(end: End, coming: bool = False) -> bool:
    return end.state == "TIME-WAIT"


def _closing(end: End, coming: bool = False) -> bool:
    return end.state in _CLOSING


def _connected(end: End, coming: bool = False) -> bool:
    return end.state not in ("CLOSED", "LISTEN")


def _of_either(segment: Segment, end: End, other: End) -> bool:
    """Of the incarnation of a TIME-WAIT at either end."""
    return any(_time_wait(e) and segment.incarnation == e.incarnation for e in (end, other))


_ACCEPTING = Lens(
    "the ends that a segment of an older incarnation is on its way to", _reached, _old, "nothing old to come",
    "old segments in flight",
)
LENSES = {
    "no-old-segment": _ACCEPTING,
    "no-old-data": _ACCEPTING,
    "drained": Lens(
        "TIME-WAIT, and whether its incarnation has anything in flight", _time_wait, _of_either, "no TIME-WAIT",
        "something of it in flight",
    ),
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
        "the text and the FINs under way",
        lambda end, coming: end.state in ("CLOSE-WAIT", "LAST-ACK", "CLOSING", "TIME-WAIT"),
        lambda segment, end, other: segment.fin or segment.text > 0, "end of stream not seen",
    ),
    "no-double-delivery": Lens(
        "the ends that text is on its way to or was delivered to",
        lambda end, coming: coming or bool(end.delivered), lambda segment, end, other: segment.text > 0,
        "no text to come, none delivered",
    ),
    "clean-reopen": Lens(
        "ends that open, and what is on its way to them", lambda end, coming: end.state in OPENING,
        lambda segment, end, other: end.state in OPENING, "not opening",
    ),
    "no-ack-loop": Lens(
        "ends with a connection, and bare ACKs on their way to them", _connected,
        lambda segment, end, other: not (segment.syn or segment.fin or segment.rst or segment.text), "no connection",
    ),
    "termination": Lens(
        "ends that close", _closing, lambda segment, end, other: False, "not closing"
    ),
    "deadlock-free": Lens(
        "ends with a connection, and whether anything is under way", _connected,
        lambda segment, end, other: True, "no connection", "something in flight",
    ),
}  # fmt: skip


def seen(snapshot: Snapshot, lens: Lens) -> str:
    """A state through the lens, in words; what is the same of both ends is said once."""
    found = []
    any_coming = False
    for side, end in enumerate(snapshot.ends):
        other = snapshot.ends[1 - side]
        coming = sorted({s.flags() for s in snapshot.flight if s.end != side and lens.segments(s, end, other)})
        any_coming = any_coming or bool(coming)
        shown = end.state if lens.ends(end, bool(coming)) else lens.elsewhere
        found.append(f"{shown} ⇠ {', '.join(coming)}" if coming and not lens.called else shown)
    words = " / ".join(sorted(set(found)))
    return f"{words} · {lens.called}" if lens.called and any_coming else words
