"""What `check` answers with: plain data, for a person's table, for JSON and for JUnit alike."""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tcpverify.evidence.trace import Trace
from tcpverify.tcp.scope import Scope

__all__ = ["Assurance", "CheckReport", "CheckRequest", "Verdict"]

_TELLING = {"no-assassination": 0, "no-old-segment": 1}
PROVED, REFUTED, UNKNOWN = "proved", "refuted", "unknown"


@dataclass(frozen=True)
class CheckRequest:
    """What is to be checked.

    ``time_waits`` empty: the model's own duration, then a sweep as context. ``rto_min`` None: no lower bound but
    greater than zero. ``tick`` is the longest time between two ticks of a timestamp clock (None: MSL/100); only the
    ``timestamps`` regime asks. ``durations`` are other ones that the model names, such as REUSE_DELAY, where its own
    are not wanted. Durations are in one unit of the caller's choice. ``seconds`` is the wall-clock
    limit (0: none), ``memory`` a limit on resident memory in bytes (0: none), ``states`` one on symbolic states of
    the zone engine (0: none). ``brief`` stops at the first refutation: nobody asks what else the run would show.
    """

    model: str
    msl: Fraction
    time_waits: tuple[Fraction, ...] = ()
    rto_min: Fraction | None = None
    rto_max: Fraction | None = None
    delay_min: Fraction = Fraction(0)
    tick: Fraction | None = None
    scope: Scope = field(default_factory=Scope)
    properties: tuple[str, ...] = ()
    engine: str = "zones"
    seconds: float = 0.0
    memory: int = 0
    sweep: bool = True
    states: int = 0
    brief: bool = False
    durations: tuple[tuple[str, Fraction], ...] = ()


@dataclass(frozen=True)
class Assurance:
    """Why a verdict is to be believed.

    ``method`` names the engine; ``states`` and ``transitions`` what it explored; ``rechecked_by`` who has
    confirmed the answer without it (``z3``: the certificate's obligations or the trace's times; ``replay``: the
    plain interpreter of the table).
    """

    method: str
    states: int = 0
    transitions: int = 0
    depth: int = 0
    rechecked_by: tuple[str, ...] = ()
    obligations: int = 0


@dataclass(frozen=True)
class Verdict:
    """The answer for one property at one TIME-WAIT.

    ``role`` is ``own`` (the model's duration), ``context`` (the sweep) or ``named`` (--time-wait). ``reason`` says
    for ``unknown`` which limit was reached, how far the search got and what to raise; for a vacuous property what
    was never reached; otherwise it may hold a note.
    """

    property: str
    time_wait: Fraction
    role: str
    verdict: str
    vacuous: bool
    assurance: Assurance
    seconds: float
    reason: str = ""
    trace: Trace | None = None
    certificate: Any = None

    @builtins.property
    def counts(self) -> bool:
        """Whether it decides the exit status: context never does."""
        return self.role != "context"


@dataclass(frozen=True)
class CheckReport:
    """All verdicts of a run, and what else it found out.

    Attributes
    ----------
    parameters
        MSL, RTO_MIN, RTO_MAX, DELAY_MIN and the model's own TIME_WAIT; in the ``timestamps`` regime also TICK.
    premises
        per premise of `tcpverify.tcp.properties.PREMISES`, whether some reachable state meets it (at the first
        duration that counts).
    silent_rules
        rules of the table that never fired in that run.
    complete
        whether that run explored everything; if not, more states may reach more, and more rules may fire.
    gave_up
        whether some runs were cut off because an end had used up its retransmissions.
    interrupted
        whether Ctrl-C ended the run early.
    overridden
        choices of the scope that the model brings with it, where the request has made another.
    queries
        what Z3 was asked to confirm, by name, as SMT-LIB scripts; every answer to them must be unsat.
    """

    request: CheckRequest
    model: str
    title: str
    parameters: Mapping[str, Fraction]
    verdicts: Sequence[Verdict]
    premises: Mapping[str, bool]
    silent_rules: Sequence[str]
    gave_up: bool = False
    interrupted: bool = False
    seconds: float = 0.0
    overridden: Mapping[str, str] = field(default_factory=dict)
    queries: Mapping[str, str] = field(default_factory=dict)
    complete: bool = True

    @property
    def exit_status(self) -> int:
        """0 proved, 1 refuted, 3 unknown, 130 interrupted ; context does not count."""
        if self.interrupted:
            return 130
        found = {v.verdict for v in self.verdicts if v.counts}
        return 1 if REFUTED in found else 3 if UNKNOWN in found else 0

    def first_refutation(self) -> Verdict | None:
        """The refutation to show: of a duration that counts if there is one, else of the context's largest.

        Among several, a broken TIME-WAIT comes first, since it explains the rest, then what it is there to prevent.
        """
        refuted = [v for v in self.verdicts if v.verdict == REFUTED and v.trace is not None]
        mine = [v for v in refuted if v.counts]
        longest = max((v.time_wait for v in refuted), default=None)
        pool = mine or [v for v in refuted if v.time_wait == longest]
        return min(pool, key=lambda v: _TELLING.get(v.property, len(_TELLING)), default=None)
