"""The words that the program uses in its answers, explained."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["WORDS"]

#: word: what it means, in one paragraph
WORDS: Mapping[str, str] = {
    "proved": (
        "A verdict: the property holds in every behaviour of the model within the named scope. It comes "
        "with a certificate, an inductive invariant that Z3 has re-checked without the engine that "
        "found it. Exit status 0."
    ),
    "refuted": (
        "A verdict: some behaviour of the model breaks the property. It comes with a trace whose exact "
        "times Z3 chose and that an independent interpreter of the rules replayed step by step. Exit "
        "status 1."
    ),
    "unknown": (
        "A verdict: a limit was reached before an answer. The note says which limit, how far the search "
        "got and what to raise. Exit status 3."
    ),
    "vacuous": (
        "A property is vacuous when nothing in the run ever puts it to the test, such as a property of "
        "TIME-WAIT where TIME-WAIT is never reached. It is not broken, but its proof says nothing; "
        "widen the scope."
    ),
    "certificate": (
        "What proves a property: for every reachable location a set of clock values, which contains the "
        "start, is closed under every step and breaks the property nowhere. `check --save DIR` writes "
        "it to a file."
    ),
    "trace": (
        "What refutes a property: an exchange of segments, calls and timeouts with exact times, from "
        "the start to the step that breaks the property. `tcpverify trace FILE` replays and prints a "
        "saved one."
    ),
    "scope": (
        "What the environment may do in a run, and how often: losses, duplicates, retransmissions, "
        "incarnations, data, user calls. Every verdict holds within its scope. A bound may hide "
        "behaviour, but never invent it."
    ),
    "power": (
        "Something that the environment may do in a run, which a scope can take away: loss, duplication, "
        "retransmission, reordering, delay, simultaneous-close, active-reuse, passive-reuse, cancel, "
        "abort. `tcpverify why` finds the smallest sets of powers that refute a property."
    ),
    "silent-rules": (
        "Rules of the model that applied nowhere in the run: the verdicts say nothing about them. They "
        "belong to calls, states or segments that the scope does not let happen, or that cannot happen "
        "at all."
    ),
    "gave-up": (
        "An end that has used up its retransmissions while it still waits for an acknowledgment has "
        "given up (the user timeout of RFC 9293 §3.10.8). The run is cut off there; it does not refute "
        "what a patient end keeps."
    ),
    "incarnation": (
        "One connection between two sockets, from its opening to CLOSED; the next one between the same "
        "addresses and ports is the next incarnation. Segments are marked with the incarnation that "
        "sent them, by a ghost field that no endpoint can read."
    ),
    "worst-case": (
        "A sequence regime (--sequence): the ISN of a new incarnation has any relation to older "
        "numbers, as an adversary would choose it."
    ),
    "clock": (
        "A sequence regime (--sequence): every ISN lies beyond all numbers that older incarnations used "
        "(RFC 9293 §3.4.1 within its rate limits)."
    ),
    "timestamps": (
        "A sequence regime (--sequence): ISNs are arbitrary, but segments carry timestamps and PAWS is "
        "on (RFC 7323)."
    ),
    "own": (
        "A role of a verdict: at the duration of TIME-WAIT that the model itself gives. It decides the "
        "exit status."
    ),
    "context": (
        "A role of a verdict: at another duration, shown for comparison. It does not decide the exit status."
    ),
    "named": (
        "A role of a verdict: at a duration named by --time-wait. All of these decide the exit status."
    ),
    "MSL": ("Maximum segment lifetime: a segment is delivered less than MSL after it was sent, or never."),
    "TIME_WAIT": ("How long the TIME-WAIT state lasts since it was entered or its timer was last restarted."),
    "RTO_MIN": ("Least time from a transmission to its retransmission (--rto MIN..MAX)."),
    "RTO_MAX": ("Greatest time from a transmission to its retransmission (--rto MIN..MAX)."),
    "zones": (
        "The engine that explores symbolic states: a location and a convex set of clock values, with "
        "exact rationals, breadth first."
    ),
    "smt": (
        "The second, independent engine: bounded search and induction by Z3 on the same transition system."
    ),
    "exit-status": (
        "0 proved or nothing to refute, 1 refuted, 2 usage or model error, 3 unknown, 4 internal error, "
        "130 interrupted. Only the model's own duration and those named by --time-wait count."
    ),
    "internal-error": (
        "Two independent ways to an answer differ, so there is no answer (exit status 4). Please report "
        "it with the command and what --debug shows."
    ),
}
