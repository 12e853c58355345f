"""The properties: what each means, which clause motivates it, and when an action breaks it.

An observer sees one action with the locations before and after it, and says which properties it breaks and which
premises it reaches. Properties about endless runs (``no-ack-loop``, ``termination``, ``deadlock-free``) are
decided on the state graph by `tcpverify.engines.liveness` with the classifications at the end of this file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tcpverify.errors import UsageError
from tcpverify.lang.table import Rule
from tcpverify.tcp.deliveries import delivered
from tcpverify.tcp.endpoint import ACKED, End, Event, Reaction, Segment
from tcpverify.tcp.numbers import offset
from tcpverify.tcp.scenario import Action, Scenario

__all__ = ["DEFAULT", "FIRST", "PREMISES", "PROPERTIES", "Property", "accepted", "drain", "find", "observe", "why"]

Breaks = Callable[[Scenario, End, Event, Reaction], str]
OPENING = frozenset({"LISTEN", "SYN-SENT", "SYN-RECEIVED"})


@dataclass(frozen=True)
class Property:
    """A property by its name.

    ``premise`` is the mark without which it holds vacuously; ``kind`` is ``safety`` (an action breaks it),
    ``cycle``, ``liveness`` or ``deadlock`` (the state graph decides). ``breaking``, where it depends on nothing else:
    whether a rule that applies breaks it.
    """

    name: str
    meaning: str
    clause: str
    premise: str
    kind: str = "safety"
    default: bool = True
    breaks: Breaks | None = None
    breaking: Callable[[Rule], bool] | None = None

    @property
    def watched(self) -> bool:
        """Whether marks on actions decide it."""
        return self.kind == "safety"


def accepted(before: End, after: End, tags: frozenset[str]) -> bool:
    """Whether a segment had an effect: it moved the state, delivered text or FIN, was new as an ACK, or reset."""
    return (
        before.state != after.state
        or ACKED in tags
        or "reset" in tags
        or (before.rcv is not None and after.rcv is not None and before.rcv != after.rcv)
    )


def _old(segment: Segment, end: End) -> bool:
    return 0 < segment.incarnation < end.incarnation


def _no_old_segment(scenario: Scenario, end: End, event: Event, reaction: Reaction) -> str:
    segment = event.segment
    if segment is None or end.state == "CLOSED":
        return ""
    if "reopens" in reaction.tags:
        # What a SYN begins is a later incarnation, of which it has to be.
        new = reaction.end.incarnation
        old = 0 < segment.incarnation < new
        return f"the SYN of incarnation {segment.incarnation} begins incarnation {new} in TIME-WAIT" if old else ""
    if not _old(segment, end):
        return ""
    if not accepted(end, reaction.end, reaction.tags):
        return ""
    return (
        f"the {segment.flags()} of incarnation {segment.incarnation} is accepted in {end.state} "
        f"of incarnation {end.incarnation}"
    )


def _no_old_data(scenario: Scenario, end: End, event: Event, reaction: Reaction) -> str:
    segment = event.segment
    if segment is None or end.state in (*OPENING, "CLOSED") or not _old(segment, end):
        return ""
    if reaction.end.rcv is None or end.rcv is None or reaction.end.rcv == end.rcv or "reopens" in reaction.tags:
        return ""
    what = "FIN" if "takes-fin" in reaction.tags else "text"
    return f"{what} of incarnation {segment.incarnation} is delivered in {end.state} of incarnation {end.incarnation}"


def _no_double_delivery(scenario: Scenario, end: End, event: Event, reaction: Reaction) -> str:
    again = [octet for octet in delivered(end, event, reaction) if octet in end.delivered]
    if not again:
        return ""
    sender, place = again[0]
    return (
        f"octet {place} of incarnation {sender} is delivered once more, in {end.state} "
        f"of incarnation {reaction.end.incarnation}"
    )


def left_in_flight(end: End, flight: Sequence[Segment], names: str = "AB") -> str:
    """Property ``drained``, asked when the TIME-WAIT timer of an end expires; ``names`` are those of the ends."""
    left = sorted(f"{s.flags()} from {names[s.end]}" for s in flight if s.incarnation == end.incarnation)
    return f"TIME-WAIT expires while the network still holds {', '.join(left)}" if left else ""


def _graceful_close(scenario: Scenario, end: End, event: Event, reaction: Reaction) -> str:
    if "abort" in scenario.scope.calls:
        return ""
    # What an older incarnation's segments do to a later connection is no-old-segment's business.
    if end.tainted or (event.segment is not None and (_old(event.segment, end) or event.segment.stale)):
        return ""
    if "reset" in reaction.tags and end.state not in (*OPENING, "TIME-WAIT"):
        return f"the end in {end.state}, which called nothing but CLOSE, is reset"
    if end.state == "LAST-ACK" and reaction.end.state != "LAST-ACK" and "closes" not in reaction.tags:
        return "LAST-ACK is left without an ACK of the FIN"
    return ""


def _ends_time_wait(rule: Rule) -> bool:
    leaves = rule.state == "TIME-WAIT" and rule.to not in (None, "TIME-WAIT")
    return leaves and rule.event != "TIME-WAIT" and not rule.tags & {"reopens", "opens", "aborts"}


def _no_assassination(scenario: Scenario, end: End, event: Event, reaction: Reaction) -> str:
    if not _ends_time_wait(scenario.table.rules[reaction.rule]):
        return ""
    return f"TIME-WAIT is ended by {event.segment.flags() if event.segment else event.name}, not by its timer"


def _time_wait_side(scenario: Scenario, end: End, event: Event, reaction: Reaction) -> str:
    if reaction.end.state != "TIME-WAIT" or end.state == "TIME-WAIT" or reaction.end.led != "second":
        return ""
    return "an end whose FIN was the second enters TIME-WAIT"


def _fin_restarts(scenario: Scenario, end: End, event: Event, reaction: Reaction) -> str:
    segment = event.segment
    if segment is None or end.state != "TIME-WAIT" or not segment.fin or end.rcv is None:
        return ""
    # The FIN that was consumed, once more: its octet is the last one before RCV.NXT.
    if segment.incarnation != end.incarnation or segment.seq + segment.text + 1 != end.rcv:
        return ""
    if "time-wait" in reaction.restarts:
        return ""
    return "the retransmitted FIN has SEQ = RCV.NXT-1, is outside the window, and does not restart TIME-WAIT"


def _no_data_loss(scenario: Scenario, end: End, event: Event, reaction: Reaction) -> str:
    segment = event.segment
    if segment is None or "takes-fin" not in reaction.tags or end.rcv is None:
        return ""
    # A connection that accepted something old is no-old-segment's business.
    if segment.incarnation != end.incarnation or end.tainted:
        return ""
    # The FIN comes right after the last octet written; it may carry text with it, which is taken along.
    wrote, taken = offset(segment.seq) + segment.text - 1, offset(end.rcv) + segment.text - 1
    return f"end of stream is seen when {taken} of the {wrote} octets written were delivered" if taken < wrote else ""


def _clean_reopen(scenario: Scenario, end: End, event: Event, reaction: Reaction) -> str:
    segment = event.segment
    if segment is None:
        return ""
    if end.state in OPENING and (_old(segment, end) or segment.stale):
        if "reset" in reaction.tags:
            return f"the opening in {end.state} is reset by what an older incarnation left behind"
        if accepted(end, reaction.end, reaction.tags):
            return f"the opening in {end.state} is desynchronised by a segment of incarnation {segment.incarnation}"
    # TIME-WAIT holds the address pair on purpose; any other old connection in the way costs the opener an RTO.
    later = segment.syn and segment.incarnation > end.incarnation and not segment.stale
    if later and end.state not in ("CLOSED", "TIME-WAIT") and reaction.end.incarnation == end.incarnation:
        return f"the SYN of incarnation {segment.incarnation} meets an old connection in {end.state} and must be resent"
    ignored = end.state == "LISTEN" == reaction.end.state and not reaction.emits
    if ignored and segment.syn and not segment.ack and not segment.stale and segment.incarnation == end.incarnation:
        return f"the SYN of incarnation {segment.incarnation} is dropped in LISTEN and must be resent"
    return ""


def _safety(
    name: str,
    meaning: str,
    clause: str,
    premise: str,
    breaks: Breaks | None,
    default: bool = True,
    breaking: Callable[[Rule], bool] | None = None,
) -> Property:
    return Property(name, meaning, clause, premise, "safety", default, breaks, breaking)


PROPERTIES: tuple[Property, ...] = (
    _safety(
        "no-old-segment",
        "no segment sent by one incarnation is accepted by an endpoint in a later incarnation",
        "RFC 9293 §3.4.1, §3.6.1 (MUST-13)",
        "reopened",
        _no_old_segment,
    ),
    _safety(
        "no-old-data",
        "no text and no FIN sent in one incarnation is delivered in a later one",
        "RFC 1337 §1 (H1), RFC 9293 §3.4.1",
        "reopened",
        _no_old_data,
        default=False,
    ),
    _safety(
        "no-double-delivery",
        "no octet is delivered to a host twice, be it in one connection or in two",
        "RFC 1644 §1 (c), RFC 9293 §3.4",
        "reopened",
        _no_double_delivery,
        default=False,
    ),
    _safety(
        "drained",
        "when a TIME-WAIT timer expires nothing of that incarnation is in flight",
        "RFC 9293 §3.6.1 (MUST-13)",
        "time-wait-expired",
        None,
    ),
    _safety(
        "graceful-close",
        "an endpoint whose application only ever called CLOSE is never reset, and leaves LAST-ACK through an ACK",
        "RFC 9293 §3.6, §3.10.7.4",
        "last-ack",
        _graceful_close,
    ),
    _safety(
        "no-assassination",
        "TIME-WAIT is left only by its timer, or by a SYN that the variant says may reopen",
        "RFC 1337 §2",
        "time-wait-started",
        _no_assassination,
        breaking=_ends_time_wait,
    ),
    _safety(
        "time-wait-side",
        "only the endpoint that sent the first FIN enters TIME-WAIT",
        "RFC 9293 §3.6, Figure 13",
        "time-wait-started",
        _time_wait_side,
        default=False,
    ),
    _safety(
        "fin-restarts",
        "a retransmitted FIN restarts the TIME-WAIT timer",
        "RFC 9293 §3.10.7.4, TIME-WAIT STATE",
        "time-wait-started",
        _fin_restarts,
        default=False,
    ),
    _safety(
        "no-data-loss",
        "every octet written before CLOSE is delivered before the peer sees end of stream",
        "RFC 9293 §3.10.4",
        "end-of-stream",
        _no_data_loss,
    ),
    _safety(
        "clean-reopen",
        "a new incarnation's opening is not reset, delayed by a full RTO, or desynchronised by what the old one "
        "left behind",
        "RFC 1337 §1 (H2, H3), RFC 9293 §3.5.1",
        "reopened",
        _clean_reopen,
    ),
    Property(
        "no-ack-loop",
        "there is no infinite exchange without a user call, a loss or a timer",
        "RFC 1337 §1 (H2)",
        "closed",
        "cycle",
    ),
    Property(
        "termination",
        "with finitely many losses every endpoint whose application closed reaches CLOSED",
        "RFC 9293 §3.6",
        "closed",
        "liveness",
    ),
    Property(
        "deadlock-free",
        "every reachable state that is not a proper end has a successor, and time can always advance",
        "RFC 9293 §3.10",
        "closed",
        "deadlock",
    ),
)
DEFAULT = tuple(p.name for p in PROPERTIES if p.default)

#: what every run should reach, so that its verdicts are about something
PREMISES = {
    "closed": "a connection is closed by both ends",
    "time-wait-started": "TIME-WAIT is entered",
    "time-wait-expired": "TIME-WAIT ends by its timer",
    "reopened": "an incarnation follows an older one",
    "established-again": "the later incarnation is established",
    "last-ack": "LAST-ACK is reached",
    "end-of-stream": "an end sees the peer's end of stream",
}

#: per premise the mark of what meets it unless it is the first incarnation that does it
FIRST = {"reopened": "opened", "established-again": "established"}


def find(name: str) -> Property:
    """The property of that name; UsageError if there is none."""
    for item in PROPERTIES:
        if item.name == name:
            return item
    raise UsageError(f"unknown property {name!r}; known are {', '.join(p.name for p in PROPERTIES)}")


_SAFETY = tuple(p for p in PROPERTIES if p.breaks is not None)


def observe(scenario: Scenario, end: End, event: Event, reaction: Reaction) -> frozenset[str]:
    """Marks of a reaction: names of broken properties, names of premises reached."""
    marks = {p.name for p in _SAFETY if p.breaks is not None and p.breaks(scenario, end, event, reaction)}
    old, new = end.state, reaction.end.state
    if new == "TIME-WAIT" and old != new:
        marks.add("time-wait-started")
    if old == "TIME-WAIT" and event.name == "TIME-WAIT":
        marks.add("time-wait-expired")
    if new == "LAST-ACK":
        marks.add("last-ack")
    if "takes-fin" in reaction.tags:
        marks.add("end-of-stream")
    if new == "CLOSED" and old in ("LAST-ACK", "TIME-WAIT"):
        marks.add("closed")
    # Where runs begin with two CLOSED ends, an incarnation 1 may be the first (`FIRST`).
    later = scenario.scope.start == "established" or reaction.end.incarnation > 1
    if ("opens" in reaction.tags and (end.role or old == "TIME-WAIT")) or "reopens" in reaction.tags:
        marks |= {"opened", "reopened"} if later else {"opened"}
    if new == "ESTABLISHED" and old != new:
        marks |= {"established", "established-again"} if later else {"established"}
    return frozenset(marks)


def drain(end: End, flight: Sequence[Segment]) -> frozenset[str]:
    """The mark of a TIME-WAIT that expires too early."""
    return frozenset({"drained"}) if left_in_flight(end, flight) else frozenset()


def why(scenario: Scenario, name: str, action: Action, flight: Sequence[Segment], names: str = "AB") -> str:
    """The part of a property that an action breaks, with its values; empty if it breaks none.

    ``names`` are those of end 0 and end 1, which change places where the location is a mirror image.
    """
    if action.plan is None:
        return ""
    plan = action.plan
    end = scenario.parts.ends[plan.before]
    if name == "drained":
        return left_in_flight(end, flight, names)
    item = find(name)
    return item.breaks(scenario, end, plan.event, plan.reaction) if item.breaks is not None else ""
