"""What can be waited for in a run, in words and as a test of one reaction."""

from __future__ import annotations

from collections.abc import Callable

from tcpverify.tcp.endpoint import End, Event, Reaction
from tcpverify.workflow.claims.statements import Text

__all__ = ["OBSERVED", "RULE", "described", "seen"]

Seen = Callable[[End, Event, Reaction], bool]
#: what stands before the name of a rule that is to apply
RULE = "rule "


def _old_text(end: End, event: Event, reaction: Reaction) -> bool:
    segment = event.segment
    if segment is None or not segment.text or end.state != "ESTABLISHED":
        return False
    return 0 < segment.incarnation < end.incarnation and reaction.end.rcv != end.rcv


def _old_fin(end: End, event: Event, reaction: Reaction) -> bool:
    segment = event.segment
    if segment is None or end.state != "ESTABLISHED" or "takes-fin" not in reaction.tags:
        return False
    return 0 < segment.incarnation < end.incarnation


def _cut_short(end: End, event: Event, reaction: Reaction) -> bool:
    segment = event.segment
    if segment is None or not segment.rst or end.state != "SYN-RECEIVED":
        return False
    return reaction.end.state in ("CLOSED", "LISTEN")


def _again(end: End, event: Event, reaction: Reaction) -> bool:
    return reaction.end.state == "ESTABLISHED" and end.state != "ESTABLISHED" and reaction.end.incarnation > 1


def _waits(end: End, event: Event, reaction: Reaction) -> bool:
    return reaction.end.state == "TIME-WAIT" and end.state != "TIME-WAIT"


def _cleared(end: End, event: Event, reaction: Reaction) -> bool:
    segment = event.segment
    if segment is None or not segment.rst or end.state != "LAST-ACK" or reaction.end.state != "CLOSED":
        return False
    return segment.incarnation > end.incarnation


#: what can be waited for, beside rules, each in words
OBSERVED: dict[str, tuple[Text, Seen]] = {
    "old-text": (
        Text("text of an old incarnation is taken in ESTABLISHED", "旧连接的数据在新连接的 ESTABLISHED 状态被接收"),
        _old_text,
    ),
    "old-fin": (
        Text("a FIN of an old incarnation is taken in ESTABLISHED", "旧连接的 FIN 在新连接的 ESTABLISHED 状态被接收"),
        _old_fin,
    ),
    "cut-short": (
        Text("a RST ends SYN-RECEIVED, not to TIME-WAIT", "RST 终结 SYN-RECEIVED，且不回到 TIME-WAIT"),
        _cut_short,
    ),
    "established-again": (
        Text("a later incarnation is established at one end", "新的一代连接在一端建立"),
        _again,
    ),
    "cleared": (
        Text("a RST of a later incarnation ends LAST-ACK", "新一代连接的 RST 终结 LAST-ACK"),
        _cleared,
    ),
    "time-wait": (Text("an end enters TIME-WAIT", "有一端进入 TIME-WAIT"), _waits),
}


def described(what: str) -> Text:
    """What is to happen, in words."""
    if what.startswith(RULE):
        name = what.removeprefix(RULE)
        return Text(f"the rule {name} applies", f"规则 {name} 被执行")
    return OBSERVED[what][0]


def seen(what: str) -> Seen:
    """The test of whether it happens."""
    if what.startswith(RULE):
        name = what.removeprefix(RULE)
        return lambda end, event, reaction: reaction.rule == name
    return OBSERVED[what][1]
