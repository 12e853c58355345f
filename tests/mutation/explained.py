"""Why a mutant that nobody notices may live: one class for each reason, as `docs/mutation.md` lists them."""

from __future__ import annotations

import re

from tests.mutation.operators import Mutant

__all__ = ["CLASSES", "explanation"]

CLASSES = {
    "A": "ABORT: `graceful-close` is not asked of connections that somebody aborts, and no property says what an "
    "aborted one owes its peer beyond reaching CLOSED. A gap of the properties, not of the search.",
    "R": "Resets fire in these states only where somebody aborts, where `graceful-close` is not asked; in "
    "TIME-WAIT the idealised machine ignores them. The same gap as A.",
    "S": "The SYN,ACK at the front of the queue after CLOSE in SYN-RECEIVED (`--calls cancel`), which no setting "
    "makes; in CLOSING and LAST-ACK its condition is never true.",
    "T": "The receiver tolerates it: a bare ACK one number on is still in the window and its ACK field is processed; "
    "a second FIN or an old ACK field is ignored by an end that has consumed the FIN; text sent once more is known "
    "already. TCP is robust here, and no property asks for the number itself.",
    "Q": "Equivalent: the rule leaves the retransmission queue empty, the timer stops, restarting it means nothing.",
    "P": "Whether an ACK of data restarts the timer matters only to bounds; at these durations both answers keep "
    "every property.",
    "U": "Equivalent: nothing reads SND.UNA once the FIN is acknowledged (FIN-WAIT-2 only as the lower end of the "
    "ACK range, TIME-WAIT and CLOSED not at all).",
    "D": "Text that comes with the ACK of the FIN is neither taken nor acknowledged, as if lost: it is sent "
    "again.",
    "L": "TIME-WAIT only becomes longer, which breaks nothing.",
    "N": "An answer that is only an encouragement: the peer's own retransmission, or the ACK sent before, does the "
    "same.",
    "X": "The two rules do the same here to every segment that reaches them.",
}


def _class(rule: str, what: str) -> str:
    if ".abort" in rule:
        return "A"
    if "time-wait" in what and "restart" in what:
        return "L"
    if "exchanged" in what and ".unacceptable-rst" in rule:
        return "N"
    if ".rst" in rule or "-rst" in rule or ".syn" in rule:
        return "R"
    if "exchanged" in what:
        return "X"
    if "retransmission-timeout" in rule:
        return "S" if "segment 3" in what else "T"
    if "retransmission" in what:
        return "Q" if re.search(r"fin-acked|fin-and-ack|FIN-WAIT-2", rule) else "P"
    if "SND.UNA" in what:
        return "U"
    if "RCV.NXT" in what:
        return "D"
    if rule == "LAST-ACK.unacceptable" or "not sent" in what:
        return "N"
    return "T" if "segment" in what else ""


def explanation(mutant: Mutant, standard: bool) -> tuple[str, str]:
    """The class of a survivor and its reason; empty if there is none yet."""
    found = _class(mutant.rule, mutant.what)
    return found, CLASSES.get(found, "")
