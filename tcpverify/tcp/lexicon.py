"""Every word that a model file may use, with what it means: the source of the reference and of ``explain``.

What is written in Python is under its Python name (``SND_NXT``), words within rules (tags, timers, durations) as they
are written there. What functions and classes mean, they say themselves; see `entries`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass

from tcpverify.lang.expr import Expr
from tcpverify.tcp import vocabulary
from tcpverify.tcp.scope import REGIMES, REOPEN, STARTS
from tcpverify.tcp.wording import readable

__all__ = ["CHOICES", "DURATIONS", "HEADS", "TAGS", "UNREAD", "Entry", "entries"]

#: what an end keeps
VARIABLES: Mapping[str, str] = {
    "SND_UNA": "oldest number sent that is not acknowledged (RFC 9293 §3.3.1)",
    "SND_NXT": "next number to be sent (RFC 9293 §3.3.1)",
    "ISS": "initial send sequence number of this connection (RFC 9293 §3.3.1)",
    "RCV_NXT": "next number expected from the peer (RFC 9293 §3.3.1)",
    "RCV_WND": "receive window; it is the same at all times (RFC 9293 §3.3.1)",
    "MAX_SND_WND": "largest window that the peer has offered (RFC 9293 §3.10.7.4, RFC 5961 §5.2)",
    "PASSIVE": "whether the connection was opened by a passive OPEN (RFC 9293 §3.10.7.4, SYN-RECEIVED)",
    "TS_RECENT": "last timestamp accepted from the peer, -1 if none (RFC 7323 §4.3)",
    "OLD_SND_NXT": "SND.NXT of the connection out of whose TIME-WAIT this one was reopened (RFC 9293 §3.6.1)",
    "OLD_RCV_NXT": "RCV.NXT of that connection (RFC 9293 §3.6.1)",
    "REOPENED": "whether this connection was reopened out of a TIME-WAIT (RFC 9293 §3.6.1)",
    "TAG": "what tells this incarnation from others: a verification tag, a connection count; TCP does not read it",
    "CC_RECV": "the peer's connection count in this connection, -1 if none (RFC 1644 §3.1)",
    "CC_CACHE": "the peer's last connection count that the host remembers, -1 if none (RFC 1644 §3.1)",
}
#: what an event brings
INPUTS: Mapping[str, str] = {
    "SEG_SEQ": "sequence number of the arriving segment (event SEGMENT)",
    "SEG_ACK": "its acknowledgment number; without ACK it means nothing",
    "SEG_TEXT": "octets of text in it",
    "SEG_LEN": "octets of text, and one each for SYN and FIN (RFC 9293 §3.4)",
    "SEG_TS": "its timestamp, -1 if it has none (RFC 7323 §3.2)",
    "SEG_TAG": "tag of the incarnation that sent it; TCP does not read it",
    "SYN": "whether its SYN bit is on",
    "ACK": "whether its ACK bit is on",
    "FIN": "whether its FIN bit is on",
    "RST": "whether its RST bit is on",
    "NEW_ISS": "a new initial sequence number (events SEGMENT and OPEN-ACTIVE), chosen by the regime --sequence",
    "DATA": "octets that the application writes (events SEND and OPEN-ACTIVE)",
}
#: conditions that RFC 9293 has words for
TESTS: Mapping[str, str] = {
    "acceptable": "the segment lies in the window (RFC 9293 §3.10.7.4, Table 6)",
    "ack_new": "it acknowledges something that was not acknowledged (RFC 9293 §3.10.7.4, step 5)",
    "ack_acceptable": "in SYN-SENT: it acknowledges our SYN (RFC 9293 §3.10.7.3)",
    "ack_in_range": "its acknowledgment is neither too old nor of what was never sent (RFC 5961 §5.2)",
    "fin_acked": "it acknowledges our FIN",
    "fin_in_order": "it has a FIN, and nothing is missing before it",
    "past_fin": "it is the FIN that was consumed last, sent again",
}
#: how expressions are joined; what is compared or joined stands in parentheses
OPERATORS: Mapping[str, tuple[str, str]] = {
    "&": ("ACK & ~RST", "and"),
    "|": ("SYN | FIN", "or"),
    "~": ("~ACK", "not"),
    "==": ("SEG_SEQ == RCV_NXT", "equal; != is unequal"),
    "<": ("SND_UNA < SEG_ACK", "before, on the circle of sequence numbers (RFC 9293 §3.4); less, for numbers"),
    "<=": ("SEG_ACK <= SND_NXT", "before or equal; also >= and >"),
    "+": ("SEG_SEQ + SEG_TEXT", "sum; - is a difference, of two sequence numbers a length"),
    "within": ("SEG_SEQ.within(RCV_NXT, RCV_WND)", "one of n numbers from another on: a.within(b, n)"),
}
#: fixed values and lists
VALUES: Mapping[str, str] = {
    "TRUE": "the condition that always holds; ~TRUE never does",
    "MSL": "maximum segment lifetime, as a duration: 2 * MSL",
    "TIME_WAIT": 'the name "TIME_WAIT" in numbers: how long TIME-WAIT lasts',
    "STATES": "the eleven states, from CLOSED to TIME-WAIT",
    "SYNCHRONIZED": "the states from ESTABLISHED on",
    "EVENTS": "all events: user calls, SEGMENT, and the expiries of timers",
    "CALLS": "the user calls among the events",
    "FLAGS": "the names of the four control bits",
    "VARIABLES": "the names and sorts of all that an end keeps, for a MODEL of one's own",
    "INPUTS": "what each event brings, for a MODEL of one's own",
}
#: tag: what the program makes of it
TAGS: Mapping[str, str] = {
    "opens": "a call begins a connection with numbers of its own; leaving TIME-WAIT by it is meant",
    "reopens": "a segment begins a connection with numbers of its own in place of the one that was there",
    "returns": "the reopened connection falls back to the one whose TIME-WAIT it took over",
    "aborts": "the application gives the connection up; leaving TIME-WAIT by it is meant",
    "closes": "both FINs are acknowledged: leaving LAST-ACK by it is graceful (graceful-close)",
    "reset": "a segment throws the connection away (graceful-close, clean-reopen, no-old-segment)",
    "sends-fin": "the end's FIN is sent: whose comes first is the active closer (time-wait-side)",
    "takes-fin": "the peer's FIN is consumed: all that it wrote must have been delivered (no-data-loss)",
    "reflects": "the answer belongs to the incarnation of the segment that it answers",
    "challenge": "a challenge ACK is sent; for people, no property reads it",
    "refused": "the opening failed; for people, no property reads it",
    "restarts": "TIME-WAIT begins anew; for people: what counts is the field restarts",
    "retransmits": "something is sent again; for people, no property reads it",
    "gives-up": "a timeout ends the connection; for people, no property reads it",
    "writes": "text is sent; for people, no property reads it",
}
#: the tags that change no verdict
UNREAD = frozenset({"challenge", "gives-up", "refused", "restarts", "retransmits", "writes"})
#: timers that every model has
TIMERS: Mapping[str, str] = {
    "retransmission": "runs while something is unacknowledged, for RTO_MIN to RTO_MAX; its event is RETRANSMISSION",
    "time-wait": "runs in TIME-WAIT, for TIME_WAIT; its event is TIME-WAIT",
}
#: durations that every model has; parameter("NAME") makes others, whose values stand in numbers
DURATIONS: Mapping[str, str] = {
    "TIME_WAIT": "how long TIME-WAIT lasts since it was entered or its timer was restarted (--time-wait)",
    "MSL": "maximum segment lifetime; a number of seconds where a model gives it (--msl)",
    "RTO_MIN": "least time from a transmission to its retransmission (--rto)",
    "RTO_MAX": "greatest time from a transmission to its retransmission (--rto)",
    "TICK": "a timestamp clock advances at least once in every TICK (--tick)",
    "DELAY_MIN": "least time that a segment is under way (--delay-min)",
}
#: choices of the scope that a model can bring, with their values
CHOICES: Mapping[str, tuple[str, ...]] = {
    "sequence": REGIMES,
    "start": STARTS,
    "reopen": REOPEN,
}
#: two classes that model files meet by name only
_CLASS_SAID: Mapping[str, str] = {
    "Expr": "What a condition or a value is; the words of this language make such expressions.",
    "Table": "A whole machine, for a MODEL of one's own: states, events, variables, inputs, timers, rules.",
}
#: word: how it is used
_EXAMPLES: Mapping[str, str] = {
    "change": 'change("TIME-WAIT.rst*", to=None, emits=(), tags=())',
    "insert": 'insert(Rule("TIME-WAIT.fin", "TIME-WAIT", "SEGMENT", "an idea", "Dropped.", guard=FIN & ~RST), '
              'before="TIME-WAIT.*")',
    "merge": 'merge("*.fin", {"TS.RECENT": SEG_TS}, but=("ESTABLISHED.fin",))',
    "add": 'add(Rule("TIME-WAIT.abort", "TIME-WAIT", "ABORT", "an idea", "Nothing happens."))',
    "remove": 'remove("TIME-WAIT.abort")',
    "segment": "segment(SND_NXT - 1, RCV_NXT, fin=True)",
    "ack_segment": "ack_segment(when=~(SEG_LEN == 0))",
    "elapsed": 'elapsed("time-wait", parameter("REOPEN_AFTER"))',
    "parameter": 'parameter("REOPEN_AFTER")',
    "constant": "constant(60)",
    "ite": "ite(ack_new, SEG_ACK, SND_UNA)",
    "all_of": "all_of(ACK, ~RST, ack_new)",
    "any_of": "any_of(SYN, FIN, RST)",
    "lift": "lift(True)",
    "lift_seq": "lift_seq(0)",
    "Amendment": 'Amendment("longer", "TIME-WAIT lasts 3 MSL", "an idea", numbers={"TIME_WAIT": 3 * MSL})',
    "Rule": 'Rule("TIME-WAIT.abort", "TIME-WAIT", "ABORT", "RFC 9293 §3.10.5", "The TCB is deleted.", to="CLOSED")',
    "Timer": 'Timer("user-timeout", "USER-TIMEOUT", {"FIN-WAIT-2"}, TRUE, "tcp(7)", parameter("FIN_TIMEOUT"))',
    "Emit": "Emit(ack_segment().fields, when=ack_new)",
}  # fmt: skip
#: kind of word: what a list of such words is headed with
HEADS: Mapping[str, str] = {
    "variable": "What an end keeps",
    "input": "What an event brings",
    "test": "Tests that RFC 9293 names",
    "operator": "Operators",
    "value": "Fixed values",
    "function": "Functions",
    "class": "Parts of a model",
    "field": "Their fields",
    "tag": "Tags",
    "timer": "Timers",
    "duration": "Durations",
    "choice": "Choices of the scope",
}
_FUNCTIONS = (
    "change", "insert", "merge", "add", "remove", "segment", "ack_segment", "elapsed", "parameter", "constant", "ite",
    "all_of", "any_of", "lift", "lift_seq",
)  # fmt: skip
_CLASSES = ("Amendment", "Rule", "Timer", "Emit", "Table", "Expr")


@dataclass(frozen=True)
class Entry:
    """A word of the rule language.

    Attributes
    ----------
    word
        as it is written in a model file.
    kind
        one of `HEADS`.
    form
        how it is used: a signature, the RFC's name, the condition that it stands for; may be empty.
    meaning
        what it means, in one paragraph.
    example
        how it is used, as Python; may be empty.
    """

    word: str
    kind: str
    form: str
    meaning: str
    example: str = ""


def entries() -> list[Entry]:
    """Every word, in the order of `HEADS`."""
    found = [_expression(word, kind, said)
             for kind, words in (("variable", VARIABLES), ("input", INPUTS), ("test", TESTS))
             for word, said in words.items()]  # fmt: skip
    found += [Entry(word, "operator", "", said, example) for word, (example, said) in OPERATORS.items()]
    found += [Entry(word, "value", "", said) for word, said in VALUES.items()]
    found += [Entry(word, "function", f"{word}{_signature(word)}", _said(word), _EXAMPLES[word]) for word in _FUNCTIONS]
    found += [Entry(word, "class", "", _said(word), _EXAMPLES.get(word, "")) for word in _CLASSES]
    found += [Entry(name, "field", word, said) for word in _CLASSES for name, said in _attributes(word)]
    for kind, words in (("tag", TAGS), ("timer", TIMERS), ("duration", DURATIONS)):
        found += [Entry(word, kind, "", said) for word, said in words.items()]
    found += [Entry(word, "choice", "", f"one of {', '.join(values)} (--{word})") for word, values in CHOICES.items()]
    return found


def _expression(word: str, kind: str, said: str) -> Entry:
    expr: Expr = getattr(vocabulary, word)
    name = expr.args[0].rstrip("?") if expr.op == "var" else readable(expr, but=_NAMES.get(word, word))
    return Entry(word, kind, name, said)


#: tests whose name in print is not their Python name
_NAMES = {
    "ack_in_range": "ack in range", "fin_acked": "FIN acknowledged", "ack_new": "new ACK", "SEG_LEN": "SEG.LEN",
    "ack_acceptable": "acceptable ACK", "fin_in_order": "FIN in order", "past_fin": "FIN again",
}  # fmt: skip


def _signature(word: str) -> str:
    """The arguments of a function with their defaults, without the types."""
    shown: list[str] = []
    stars = False
    for name, one in inspect.signature(getattr(vocabulary, word)).parameters.items():
        if one.kind is one.KEYWORD_ONLY and not stars:
            shown, stars = [*shown, "*"], True
        mark = "*" if one.kind is one.VAR_POSITIONAL else "**" if one.kind is one.VAR_KEYWORD else ""
        stars = stars or bool(mark)
        default = "TRUE" if isinstance(one.default, Expr) else repr(one.default)
        shown.append(f"{mark}{name}" + ("" if one.default is one.empty else f"={default}"))
    return f"({', '.join(shown)})"


def _said(word: str) -> str:
    """The first paragraphs of a docstring, before its sections."""
    if word in _CLASS_SAID:
        return _CLASS_SAID[word]
    doc = inspect.getdoc(getattr(vocabulary, word)) or ""
    kept: list[str] = []
    for paragraph in doc.split("\n\n"):
        if "\n---" in paragraph:
            break
        kept.append(" ".join(_plain(paragraph).split()))
    return " ".join(kept)


def _plain(text: str) -> str:
    return re.sub(r"\*(\w+)\*", r"\1", text.replace("`", ""))


def _attributes(word: str) -> list[tuple[str, str]]:
    """What a docstring says of attributes, each alone."""
    doc = inspect.getdoc(getattr(vocabulary, word)) or ""
    _, _, section = doc.partition("Attributes\n----------\n")
    found: list[tuple[str, str]] = []
    names: list[str] = []
    said: list[str] = []
    for row in [*section.split("\n\n")[0].splitlines(), "end"]:
        if row.startswith(" "):
            said.append(_plain(row.strip()))
            continue
        found += [(name, " ".join(said)) for name in names]
        names, said = [name.strip() for name in row.split(",")], []
    return found
