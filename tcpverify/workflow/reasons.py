"""What `why` answers with: plain data, for a person's tables and for JSON alike."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from tcpverify.workflow.results import PROVED, REFUTED, UNKNOWN, CheckRequest, Verdict

__all__ = ["Breaking", "Lifted", "Remedy", "WhyReport"]


@dataclass(frozen=True)
class Breaking:
    """A set of powers that refutes the property, and the verdict in the scope that has only these.

    ``minimal``: the property is proved without any one of them; otherwise for some that is not known.
    """

    powers: tuple[str, ...]
    verdict: Verdict
    minimal: bool


@dataclass(frozen=True)
class Remedy:
    """Something else that might repair it.

    Attributes
    ----------
    amendments
        what was added to the model; empty where only the sequence regime differs.
    model, sequence
        the model and the sequence regime of the trial; all else is as in the request.
    verdict
        None if it was not tried: ``note`` says why the amendments do not go together with the model, or is empty
        where no rule that they change is used by the run that has to be prevented.
    """

    amendments: tuple[str, ...]
    model: str
    sequence: str
    verdict: Verdict | None
    note: str = ""

    @property
    def repairs(self) -> bool:
        """Whether the property is proved, and not for want of anything that puts it to the test."""
        return self.verdict is not None and self.verdict.verdict == PROVED and not self.verdict.vacuous


@dataclass(frozen=True)
class Lifted:
    """One assumption of a proof given up, everything else as before.

    Attributes
    ----------
    name
        of a bound or power of the scope as `Scope` names it, of a call (``calls``), or of a parameter.
    before, after
        what it was and what it is in this trial: counts, words, or durations.
    """

    name: str
    before: object
    after: object
    verdict: Verdict

    @property
    def parameter(self) -> bool:
        """Whether it is a duration."""
        return self.name.isupper()


@dataclass
class WhyReport:
    """Why a property holds or fails; what a search that was cut short has found is there too.

    Attributes
    ----------
    request
        what was asked: one property, one TIME_WAIT.
    verdict
        the answer to that; everything else explains it.
    powers
        those that the scope has and could do without.
    breaking
        minimal sets of powers that still refute the property, smallest first.
    enough
        minimal sets of powers without which it is proved.
    undecided
        sets of powers of which nobody knows.
    complete
        whether there are no other minimal sets, apart from such as contain an undecided one.
    remedies, lifted
        trials with amendments, where it is refuted; of single assumptions given up, where it is proved.
    halted
        why the search was cut short; empty: it was not.
    runs
        how many times `check` was asked.
    """

    request: CheckRequest
    model: str
    title: str
    parameters: Mapping[str, Fraction]
    property: str
    verdict: Verdict
    powers: tuple[str, ...] = ()
    breaking: list[Breaking] = field(default_factory=list)
    enough: list[tuple[str, ...]] = field(default_factory=list)
    undecided: list[tuple[str, ...]] = field(default_factory=list)
    complete: bool = False
    remedies: list[Remedy] = field(default_factory=list)
    lifted: list[Lifted] = field(default_factory=list)
    halted: str = ""
    interrupted: bool = False
    runs: int = 0
    seconds: float = 0.0

    @builtins.property
    def exit_status(self) -> int:
        """0 proved, 1 refuted, 3 unknown, 130 interrupted: that of the verdict that is explained."""
        return 130 if self.interrupted else {PROVED: 0, REFUTED: 1, UNKNOWN: 3}[self.verdict.verdict]

    @builtins.property
    def needed(self) -> tuple[str, ...]:
        """The powers that are in every set that refutes it, if all of these are known."""
        if not self.complete or not self.breaking:
            return ()
        return tuple(p for p in self.powers if all(p in b.powers for b in self.breaking))

    @builtins.property
    def idle(self) -> tuple[str, ...]:
        """The powers that are in none of them."""
        if not self.complete:
            return ()
        return tuple(p for p in self.powers if not any(p in b.powers for b in self.breaking))

    @builtins.property
    def smallest(self) -> Breaking | None:
        """The set whose ladder is shown: the fewest powers, then the fewest steps."""

        def key(one: Breaking) -> tuple[int, int]:
            trace = one.verdict.trace
            return len(one.powers), len(trace.steps) if trace is not None else 0

        return min(self.breaking, key=key, default=None)

    @builtins.property
    def repairs(self) -> list[Remedy]:
        """The remedies that do repair it."""
        return [remedy for remedy in self.remedies if remedy.repairs]
