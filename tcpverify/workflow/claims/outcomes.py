"""What becomes of statements and sayings: plain data, for a person and for JSON alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from tcpverify.evidence.trace import Trace
from tcpverify.tcp.scope import Scope
from tcpverify.workflow.claims.statements import Statement
from tcpverify.workflow.derived import BoundReport
from tcpverify.workflow.results import Assurance

if TYPE_CHECKING:
    from tcpverify.workflow.claims.claim import Claim, Sentence

__all__ = ["CONDITIONAL", "NO", "UNDECIDED", "YES", "Answer", "ClaimsReport", "Outcome"]

YES, NO, CONDITIONAL, UNDECIDED = "yes", "no", "conditional", "unknown"


@dataclass(frozen=True)
class Outcome:
    """What became of one statement.

    Attributes
    ----------
    verdict
        a word of the statement's kind, or ``unknown``; then ``reason`` says why.
    model
        the model that was asked about.
    parameters
        the durations that were used, in seconds.
    scope
        the scope, with what the model brings with it; None where nothing was explored.
    trace
        the run that refutes, or that reaches what was to be reached.
    bound
        the region, if one was derived.
    value
        the figure, if one was computed.
    names
        rules and numbers that differ, or rules that lead out of a state.
    """

    verdict: str
    model: str
    parameters: Mapping[str, Fraction] = field(default_factory=dict)
    reason: str = ""
    trace: Trace | None = None
    assurance: Assurance | None = None
    bound: BoundReport | None = None
    value: Fraction | None = None
    names: tuple[str, ...] = ()
    scope: Scope | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class Answer:
    """What became of a saying.

    Attributes
    ----------
    holds
        ``yes``, ``no``, ``conditional`` or ``unknown``.
    outcomes
        by the key of the statement.
    words
        the same as answers to the saying: for it (``yes``), against it, or for some values (``conditional``).
    sentence
        the words that the claim has for this pattern of answers; None: it has none, and the settings must speak.
    """

    claim: Claim
    holds: str
    outcomes: Mapping[str, Outcome]
    words: Mapping[str, str]
    sentence: Sentence | None

    def statements(self) -> list[tuple[str, Statement, Outcome, str]]:
        """Key, statement, outcome and word of each."""
        return [(k, s, self.outcomes[k], self.words[k]) for k, s in self.claim.statements.items()]


@dataclass(frozen=True)
class ClaimsReport:
    """All answers of a run.

    ``asked`` is the number of different questions that were decided, ``halted`` why some were not (empty: all were).
    """

    answers: tuple[Answer, ...]
    amendment: str = ""
    asked: int = 0
    halted: str = ""
    interrupted: bool = False
    seconds: float = 0.0

    @property
    def exit_status(self) -> int:
        """0: every saying is settled; 3: some are not; 130: interrupted."""
        if self.interrupted:
            return 130
        return 3 if any(a.holds == UNDECIDED for a in self.answers) else 0
