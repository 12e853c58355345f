"""What the applications at the two ends may call, as the scope says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tcpverify.tcp.endpoint import End, Event
from tcpverify.tcp.numbers import offset
from tcpverify.tcp.scope import Scope

__all__ = ["calls", "held_back", "next_incarnation"]


def next_incarnation(scope: Scope, end: End, peer: End) -> int:
    """Which incarnation an OPEN by this end would be; 0: it may not open.

    The closer named by ``scope.reopen`` may begin the next incarnation, the other end may join it. An end whose
    opening was refused does not try again: what that leaves behind is not TIME-WAIT's business.
    """
    if "open" not in scope.calls:
        return 0
    if peer.incarnation > end.incarnation:
        return peer.incarnation
    # Who is in TIME-WAIT has closed first, and opens from there if its variant lets it.
    role = "active" if end.state == "TIME-WAIT" else end.role
    if role and scope.reopen in (role, "both"):
        new = max(end.incarnation, peer.incarnation) + 1
        return new if new <= scope.incarnations else 0
    return 0


def held_back(scope: Scope, end: End, peer: End) -> bool:
    """Whether this end, CLOSED or in TIME-WAIT, would begin an incarnation if more of them could be alive at once."""
    if next_incarnation(scope, end, peer):
        return False
    more = replace(scope, incarnations=scope.incarnations + 1)
    return next_incarnation(more, end, peer) > 0


def calls(scope: Scope, end: End, opens: int, peer_fin: bool, with_data: bool = False) -> Iterable[Event]:
    """The user calls an end's application may make now.

    ``opens`` is the incarnation it may open (0: none), ``peer_fin`` whether a FIN of the peer is under way,
    ``with_data`` whether what it writes is given to the active OPEN rather than to SEND.
    """
    state, early = end.state, scope.data if with_data else 0
    if state == "CLOSED":
        if opens:
            yield Event("OPEN-ACTIVE", data=early, incarnation=opens)
            yield Event("OPEN-PASSIVE", incarnation=opens)
            if "other-host" in scope.calls and scope.sequence == "timestamps":
                yield Event("OPEN-ACTIVE", data=early, incarnation=opens, other=True)
        return
    if state == "TIME-WAIT" and opens:
        yield Event("OPEN-ACTIVE", data=early, incarnation=opens)
    established = state in ("ESTABLISHED", "CLOSE-WAIT")
    written = True
    if scope.data and established:
        assert end.nxt is not None
        written = offset(end.nxt) > 1
        if not written:
            yield Event("SEND", data=scope.data)
    in_turn = "close-in-turn" in scope.calls and (state == "CLOSE-WAIT" or not peer_fin)
    if established and written and ("close" in scope.calls or in_turn):
        yield Event("CLOSE")
    if "cancel" in scope.calls and state in ("LISTEN", "SYN-SENT", "SYN-RECEIVED"):
        yield Event("CLOSE")
    if "abort" in scope.calls and state != "LISTEN":
        yield Event("ABORT")
