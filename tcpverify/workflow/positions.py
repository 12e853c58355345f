"""What stepping through a model answers with: positions, choices, what is blocked and why. Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from tcpverify.evidence.trace import EndState, SegmentRecord, Trace

__all__ = [
    "BROKEN", "HOLDS", "UNDECIDED", "Blocked", "Choice", "Excerpt", "Jump", "Part", "Position", "Standing",
    "TimerState", "UnderWay", "Unmet", "Window",
]  # fmt: skip

BROKEN, HOLDS, UNDECIDED = "broken", "holds so far", "not decided by single steps"


@dataclass(frozen=True)
class Window:
    """When something can happen, counted from the start of the run, what came before being timed as it is shown.

    ``high`` None: there is no latest time. ``low_excluded`` and ``high_excluded`` say which bounds are not reached.
    ``moves``: it can happen only if earlier steps happen at other times; then this is its simplest time.
    """

    low: Fraction
    high: Fraction | None
    low_excluded: bool
    high_excluded: bool
    moves: bool = False


@dataclass(frozen=True)
class Part:
    """A part of a condition that fails, and the values that make it fail."""

    text: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class Unmet:
    """A rule for the same state and event that does not apply, and the parts of its guard that fail."""

    rule: str
    clause: str
    text: str
    fails: tuple[Part, ...]


@dataclass(frozen=True)
class Choice:
    """An event that can happen next.

    Attributes
    ----------
    word
        what the address of the position behind it has in addition.
    kind, end, event
        as in `tcpverify.evidence.trace.Step`.
    segment
        what is delivered.
    kept
        whether the network delivers it once more later.
    before, after
        the acting end.
    sent
        what it sends, and which of that is lost.
    when
        at which times it can happen.
    decides
        what an adversary settles by this choice, where it has one: ``B's ISN of incarnation 2 is 299, …``.
    broken
        the properties that it breaks, each with the part that fails.
    others
        the rules that do not apply.
    """

    word: str
    kind: str
    end: str
    event: str
    rule: str
    clause: str
    text: str
    before: EndState
    after: EndState
    when: Window
    segment: SegmentRecord | None = None
    kept: bool = False
    sent: tuple[SegmentRecord, ...] = ()
    restarts: tuple[str, ...] = ()
    decides: tuple[str, ...] = ()
    broken: Mapping[str, str] = field(default_factory=dict)
    others: tuple[Unmet, ...] = ()


@dataclass(frozen=True)
class Blocked:
    """An event that cannot happen next.

    Attributes
    ----------
    word
        what an address would call it; empty if it is no event by itself.
    what
        in words, such as ``A: TIME-WAIT timer``.
    kind
        ``guard`` (a condition of the table), ``time`` (not yet, or something else must come first), ``scope`` (the
        environment or the application may not) or ``state`` (it would change nothing).
    why
        a clause that follows ``what`` and a colon.
    option
        of the command line, that would allow it; empty if none does.
    parts
        what fails, with values.
    """

    end: str
    word: str
    what: str
    kind: str
    why: str
    option: str = ""
    rule: str = ""
    clause: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class UnderWay:
    """A segment in flight, when it was sent, and when it can arrive as the next event (None: it cannot)."""

    segment: SegmentRecord
    sent_at: Fraction
    arrives: Window | None


@dataclass(frozen=True)
class TimerState:
    """A timer that runs, when it was last started, and when it can fire as the next event (None: it cannot)."""

    name: str
    since: Fraction
    fires: Window | None


@dataclass(frozen=True)
class Standing:
    """How a property stands at a position: `HOLDS`, `BROKEN` by step ``step`` (from 1) or `UNDECIDED`."""

    property: str
    state: str
    step: int = 0
    why: str = ""


@dataclass(frozen=True)
class Position:
    """A place in the tree of all runs.

    Attributes
    ----------
    address
        the choices that lead here, by their words.
    trace
        the run so far, with exact times; replayed.
    ends, values, timers
        per end its state, the variables of its connection and its timers.
    losses, duplicates
        how many are left (-1: any number).
    waits
        the times until which nothing need happen; None: something must have happened already.
    """

    model: str
    address: tuple[str, ...]
    trace: Trace
    ends: Mapping[str, EndState]
    values: Mapping[str, Mapping[str, str]]
    timers: Mapping[str, tuple[TimerState, ...]]
    flight: tuple[UnderWay, ...]
    losses: int
    duplicates: int
    waits: Window | None
    choices: tuple[Choice, ...]
    blocked: tuple[Blocked, ...]
    standings: tuple[Standing, ...]

    @property
    def now(self) -> Fraction:
        """The time of the last step."""
        return self.trace.steps[-1].time if self.trace.steps else Fraction(0)


@dataclass(frozen=True)
class Jump:
    """The shortest continuation that breaks a property.

    Attributes
    ----------
    address
        of the position at its end; None: there is none, or none was found.
    complete
        without an address: whether everything that can follow within the scope was looked at.
    states, transitions, depth
        how far the search got.
    stopped
        the limit that was reached.
    """

    property: str
    origin: tuple[str, ...]
    address: tuple[str, ...] | None
    complete: bool = False
    states: int = 0
    transitions: int = 0
    depth: int = 0
    stopped: str = ""


@dataclass(frozen=True)
class Excerpt:
    """Some positions of a model, with none missing on the way to any of them.

    Attributes
    ----------
    depth
        all positions of at most so many steps are there.
    whole
        whether all positions are there that the scope has.
    jumps
        the searches for the shortest runs that break a property; those that were found are there, step by step, with
        every other choice on their way.
    """

    positions: tuple[Position, ...]
    depth: int
    whole: bool
    jumps: tuple[Jump, ...]
