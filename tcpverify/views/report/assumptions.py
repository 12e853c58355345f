"""What a verdict rests on, in words: what the model takes for granted, and every bound of the scope with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from tcpverify.tcp.scope import UNLIMITED, Scope
from tcpverify.views.quantities import BARE, Unit, plural

__all__ = ["Said", "durations_in_words", "scope_in_words", "taken_for_granted"]

#: a term and what is said of it
Said = tuple[str, str]

_SEQUENCE = {
    "worst-case": "Any: an adversary chooses how the ISN of a new incarnation relates to older numbers (worst-case).",
    "clock": "Every ISN lies beyond all numbers that older incarnations used (clock; RFC 9293 §3.4.1).",
    "timestamps": "Any, but segments carry timestamps and PAWS is on (timestamps; RFC 7323).",
}
_REOPEN = {
    "active": "The active closer may begin the next incarnation; the other end may join it.",
    "passive": "The passive closer may begin the next incarnation; the other end may join it.",
    "both": "Either closer may begin the next incarnation; the other end may join it.",
}
_START = {
    "established": "With an established connection and nothing under way.",
    "closed": "With two CLOSED ends; openings are disturbed like everything else.",
}
_CALLS = {
    "open": "OPEN",
    "close": "CLOSE at any time, of either end",
    "cancel": "CLOSE before the connection is established",
    "abort": "ABORT",
    "close-in-turn": "CLOSE, while no FIN of the peer is under way",
    "other-host": "OPEN by another host behind the same address",
}


def taken_for_granted() -> list[Said]:
    """What holds in every model and every scope."""
    return [
        ("time", "Time is dense. All clocks run at the same rate; durations are exact rational numbers."),
        ("lifetime", "A segment is lost or delivered, less than MSL after it was sent: the interval is open, so that "
                     "2·MSL is the classical bound itself."),
        ("ends", "Both ends run the same table of rules. For every state and event exactly one rule applies, which Z3 "
                 "has proved over 32-bit sequence numbers."),
        ("numbers", "Sequence numbers are really there: the acceptability test of RFC 9293 §3.10.7.4 is evaluated, SYN "
                    "and FIN occupy sequence space."),
        ("incarnations", "Segments carry the incarnation of the connection that sent them as a ghost: no end can read "
                         "it, properties speak of it."),
    ]  # fmt: skip


def durations_in_words(parameters: Mapping[str, Fraction], scope: Scope, unit: Unit = BARE) -> list[Said]:
    """The durations of a run."""
    found = [("MSL", f"{unit.show(parameters['MSL'])}: no segment lives that long.")]
    low, high = parameters.get("RTO_MIN", Fraction(0)), parameters.get("RTO_MAX")
    if high is not None and low == high:
        found.append(("retransmission timeout", f"{unit.show(high)} after the last transmission."))
    elif high is not None:
        span = f"{'[' if low else '('}{unit.show(low)}, {unit.show(high)}]"
        text = f"Anywhere in {span}, chosen anew each time, so that every policy within is covered."
        found.append(("retransmission timeout", text))
    least = unit.show(parameters.get("DELAY_MIN", Fraction(0)))
    delays = f"Anywhere in [{least}, {unit.show(parameters['MSL'])})." if scope.delay else "None: no time passes."
    found.append(("delay of a segment", delays))
    if "TICK" in parameters:
        found.append(("timestamp clock", f"It stands still for less than {unit.show(parameters['TICK'])}."))
    known = ("MSL", "RTO_MIN", "RTO_MAX", "DELAY_MIN", "TICK", "TIME_WAIT")
    return found + [(name, f"{unit.show(value)}.") for name, value in parameters.items() if name not in known]


def scope_in_words(scope: Scope) -> Iterator[Said]:
    """Every bound of the scope: it may hide behaviour, never invent it."""
    yield "losses", _bound(scope.losses, "segment", "may be lost")
    yield "duplicates", _bound(scope.duplicates, "segment", "may be delivered once more")
    again = "again any number of times" if scope.retransmissions == UNLIMITED else "only once"
    if scope.retransmissions > 0:
        again = f"again {plural(scope.retransmissions, 'time')}"
    text = f"A segment may be sent {again}. An end that then still waits has given up; such a run refutes nothing."
    yield "retransmissions", text
    alive = plural(scope.incarnations, "incarnation")
    yield "incarnations", f"{alive} may be alive at once; one after the other, any number."
    yield "data", (f"Each side writes {plural(scope.data, 'octet')} before it closes." if scope.data else
                   "None is written before the close.")  # fmt: skip
    yield "initial sequence numbers", _SEQUENCE[scope.sequence]
    yield "applications", f"They may call {'; '.join(_CALLS[c] for c in scope.calls)}. An application may stay silent."
    yield "reopening", _REOPEN[scope.reopen]
    yield "beginning", _START[scope.start]
    yield "order", ("Segments may overtake each other." if scope.reordering else
                    "Segments of one direction arrive in the order sent.")  # fmt: skip


def _bound(count: int, noun: str, what: str) -> str:
    if count == UNLIMITED:
        return f"Any number of {noun}s {what}."
    return f"In a run {plural(count, noun)} {what}." if count else f"No {noun} {what}."
