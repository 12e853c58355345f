"""The words in which TCP's rules are written: variables, segment fields, and the tests that RFC 9293 names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tcpverify.lang.expr import TRUE, Expr, Sort, all_of, any_of, boolean, elapsed, integer, ite, lift, sequence
from tcpverify.lang.linear import constant, parameter
from tcpverify.lang.table import Amendment, Emit, Rule, Table, Timer, add, change, insert, merge, remove

__all__ = [
    "ACK", "CALLS", "CC_CACHE", "CC_RECV", "DATA", "EVENTS", "FIN", "FLAGS", "INPUTS", "ISS", "MAX_SND_WND", "MSL",
    "NEW_ISS", "OLD_RCV_NXT", "OLD_SND_NXT", "PASSIVE", "RCV_NXT", "RCV_WND", "REOPENED", "RST", "SEG_ACK", "SEG_LEN",
    "SEG_SEQ", "SEG_TAG", "SEG_TEXT", "SEG_TS", "SND_NXT", "SND_UNA", "STATES", "SYN", "SYNCHRONIZED",
    "TAG", "TIME_WAIT", "TRUE", "TS_RECENT", "VARIABLES", "Amendment", "Emit", "Expr", "Rule", "Table", "Timer",
    "acceptable", "ack_acceptable", "ack_in_range", "ack_new", "ack_segment", "add", "all_of", "any_of", "change",
    "constant", "elapsed", "fin_acked", "fin_in_order", "insert", "ite", "lift", "lift_seq", "merge", "parameter",
    "past_fin", "remove", "segment",
]  # fmt: skip

STATES = (
    "CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2",
    "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT",
)  # fmt: skip
SYNCHRONIZED = STATES[4:]
CALLS = ("OPEN-PASSIVE", "OPEN-ACTIVE", "SEND", "CLOSE", "ABORT")
EVENTS = (*CALLS, "SEGMENT", "RETRANSMISSION", "TIME-WAIT", "USER-TIMEOUT")

MSL = parameter("MSL")
TIME_WAIT = "TIME_WAIT"

# The transmission control block, RFC 9293 §3.3.1.
SND_UNA, SND_NXT, ISS, RCV_NXT = (sequence(n) for n in ("SND.UNA", "SND.NXT", "ISS", "RCV.NXT"))
# What a connection reopened out of TIME-WAIT can return to, RFC 9293 §3.6.1 (MAY-2).
OLD_SND_NXT, OLD_RCV_NXT = sequence("OLD.SND.NXT"), sequence("OLD.RCV.NXT")
REOPENED = boolean("REOPENED")
RCV_WND, MAX_SND_WND = integer("RCV.WND"), integer("MAX.SND.WND")
PASSIVE = boolean("PASSIVE")
TS_RECENT = integer("TS.RECENT")
# What tells incarnations apart where a protocol says so: a verification tag, a connection count. TCP reads neither.
TAG, SEG_TAG = integer("TAG"), integer("SEG.TAG")
# The peer's connection count: of this connection, and the last one that the host remembers (RFC 1644 §3.1).
CC_RECV, CC_CACHE = integer("CC.RECV"), integer("CC.CACHE")

VARIABLES: Mapping[str, Sort] = {
    "SND.UNA": Sort.SEQ, "SND.NXT": Sort.SEQ, "ISS": Sort.SEQ, "RCV.NXT": Sort.SEQ, "PASSIVE": Sort.BOOL,
    "OLD.SND.NXT": Sort.SEQ, "OLD.RCV.NXT": Sort.SEQ, "REOPENED": Sort.BOOL,
    "CC.RECV": Sort.INT, "CC.CACHE": Sort.INT, "TAG": Sort.INT, "TS.RECENT": Sort.INT, "RCV.WND": Sort.INT,
    "MAX.SND.WND": Sort.INT,
}  # fmt: skip

# The arriving segment. SEG.LEN counts SYN and FIN, SEG.TEXT only the octets of text.
SEG_SEQ, SEG_ACK = sequence("SEG.SEQ"), sequence("SEG.ACK")
SEG_TEXT, SEG_TS = integer("SEG.TEXT"), integer("SEG.TS")
SYN, ACK, FIN, RST = (boolean(f"SEG.{n}") for n in ("SYN?", "ACK?", "FIN?", "RST?"))
FLAGS = ("SYN", "ACK", "FIN", "RST")
NEW_ISS, DATA = sequence("NEW.ISS"), integer("DATA")

_SEGMENT = {
    "SEG.SEQ": Sort.SEQ, "SEG.ACK": Sort.SEQ, "SEG.TEXT": Sort.INT, "SEG.TS": Sort.INT,
    "SEG.TAG": Sort.INT,
    "SEG.SYN?": Sort.BOOL, "SEG.ACK?": Sort.BOOL, "SEG.FIN?": Sort.BOOL, "SEG.RST?": Sort.BOOL,
    "NEW.ISS": Sort.SEQ,
}  # fmt: skip
INPUTS: Mapping[str, Mapping[str, Sort]] = {
    "OPEN-ACTIVE": {"NEW.ISS": Sort.SEQ, "DATA": Sort.INT},
    "SEND": {"DATA": Sort.INT},
    "SEGMENT": _SEGMENT,
}

SEG_LEN = SEG_TEXT + ite(SYN, 1, 0) + ite(FIN, 1, 0)
_IN_WINDOW = SEG_SEQ.within(RCV_NXT, RCV_WND)

# RFC 9293 §3.10.7.4, Table 6.
acceptable = any_of(
    (SEG_LEN == 0) & (RCV_WND == 0) & (SEG_SEQ == RCV_NXT),
    (SEG_LEN == 0) & ~(RCV_WND == 0) & _IN_WINDOW,
    ~(SEG_LEN == 0) & ~(RCV_WND == 0) & (_IN_WINDOW | (SEG_SEQ + (SEG_LEN - 1)).within(RCV_NXT, RCV_WND)),
)
# SND.UNA < SEG.ACK =< SND.NXT: acknowledges something new.
ack_new = (SND_UNA < SEG_ACK) & (SEG_ACK <= SND_NXT)
# SYN-SENT: not (SEG.ACK =< ISS or SEG.ACK > SND.NXT), RFC 9293 §3.10.7.3.
ack_acceptable = (ISS < SEG_ACK) & (SEG_ACK <= SND_NXT)
# RFC 5961 §5.2 as RFC 9293 §3.10.7.4 repeats it.
ack_in_range = (SND_UNA - MAX_SND_WND <= SEG_ACK) & (SEG_ACK <= SND_NXT)
# Our FIN is the last octet before SND.NXT; an acknowledgment of SND.NXT covers it.
fin_acked = (SND_UNA < SEG_ACK) & (SEG_ACK == SND_NXT)
# The FIN is the next thing to be consumed: no octet is missing before it.
fin_in_order = FIN & (SEG_SEQ <= RCV_NXT) & (RCV_NXT <= SEG_SEQ + SEG_TEXT)
# The FIN that was consumed last, sent again.
past_fin = FIN & (SEG_SEQ + SEG_TEXT + 1 == RCV_NXT)


def lift_seq(value: int) -> Expr:
    """A fixed sequence number."""
    return Expr("const", (value,), Sort.SEQ)


def segment(
    seq: Expr,
    ack: Expr | None = None,
    *,
    syn: bool = False,
    fin: Expr | bool = False,
    rst: bool = False,
    text: Expr | int = 0,
    when: Expr = TRUE,
) -> Emit:
    """A segment to be sent if ``when`` holds; ``ack=None`` leaves the ACK bit off, ``text`` is a number of octets."""
    fields: dict[str, Any] = {
        "SEQ": seq, "ACK?": lift(ack is not None), "SYN?": lift(syn), "FIN?": lift(fin), "RST?": lift(rst),
        "TEXT": lift(text),
    }  # fmt: skip
    if ack is not None:
        fields["ACK"] = ack
    return Emit(fields, when)


def ack_segment(when: Expr = TRUE) -> Emit:
    """The usual acknowledgment, ``<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>``, if ``when`` holds."""
    return segment(SND_NXT, RCV_NXT, when=when)
