"""Addresses of positions: the choices that lead there, one word each, joined by ``/``.

===============  ====================================================================================
``A.close``      a call: ``open`` (active), ``listen`` (passive OPEN), ``send``, ``close``, ``abort``;
                 ``open-other``: by another host behind the same address
``B.rto``        a timer: ``rto`` retransmission, ``tw`` TIME-WAIT, any other by its event's name
``d3``           segment #3 arrives
===============  ====================================================================================

After a comma come ``copy`` (the network delivers it once more later), ``x4`` (of what is sent, #4 is lost), ``again``
(with the timestamp used last), and, where an adversary's choice of numbers decides which rule applies, the rule's
name without its state and a number where that does not tell two apart. Segments are numbered as in the ladder. All
characters stand for themselves in a URL's fragment and on a shell's command line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tcpverify.errors import UsageError
from tcpverify.evidence.trace import Step

__all__ = ["SEPARATOR", "distinct", "happening", "split", "timer_name", "word"]

SEPARATOR = "/"
_LONGEST = 4000
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9.,_-]*")
_CALLS = {"OPEN-ACTIVE": "open", "OPEN-PASSIVE": "listen"}
_TIMERS = {"RETRANSMISSION": "rto", "TIME-WAIT": "tw"}


def split(text: str) -> tuple[str, ...]:
    """The words of an address; that of the start is empty.

    Raises
    ------
    UsageError
        if it has other characters than an address has, or is too long to be one.
    """
    words = tuple(part for part in text.strip().strip(SEPARATOR).split(SEPARATOR) if part)
    if len(text) > _LONGEST:
        raise UsageError(f"an address has at most {_LONGEST} characters, not {len(text)}")
    for number, part in enumerate(words, 1):
        if not _WORD.fullmatch(part):
            raise UsageError(f"the address is wrong at choice {number}, {part[:40]!r}: write A.close or d3,x4")
    return words


def happening(end: str, kind: str, event: str, segment: int | None = None) -> str:
    """What a call, a timeout or an arrival is called, whatever comes of it."""
    if kind == "deliver":
        return f"d{segment}"
    names = _CALLS if kind == "call" else _TIMERS
    return f"{end}.{names.get(event, event.lower())}"


def timer_name(name: str) -> str:
    """A timer as the RFC writes it: the state's name in capitals."""
    return "TIME-WAIT" if name == "time-wait" else name


def word(step: Step, other: bool = False, again: bool = False) -> str:
    """What a step is called, as far as it does not depend on what else could happen."""
    said = happening(step.end, step.kind, step.event, step.delivered) + "-other" * other
    marks = ["copy"] * step.kept + [f"x{s.number}" for s in step.sent if s.lost] + ["again"] * again
    return ",".join([said, *marks])


def distinct(words: Sequence[str], rules: Sequence[str]) -> list[str]:
    """Words of all that can follow a position, made different by rules and numbers where they are not."""
    several = {w for w in words if words.count(w) > 1}
    longer = [f"{w},{r.partition('.')[2]}" if w in several else w for w, r in zip(words, rules, strict=True)]
    several = {w for w in longer if longer.count(w) > 1}
    found: list[str] = []
    seen: dict[str, int] = {}
    for w in longer:
        seen[w] = seen.get(w, 0) + 1
        found.append(f"{w},{seen[w]}" if w in several else w)
    return found
