"""What `compare` answers with: how models differ in rules, verdicts, bounds and price. Plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from tcpverify.evidence.departure import Departure
from tcpverify.evidence.trace import Trace
from tcpverify.lang.difference import Difference, Differences
from tcpverify.lang.table import Rule
from tcpverify.tcp.lexicon import UNREAD
from tcpverify.workflow.derived import EXACT, BoundReport
from tcpverify.workflow.prices import ModelCost
from tcpverify.workflow.results import PROVED, REFUTED, UNKNOWN, CheckReport, CheckRequest, Verdict

__all__ = [
    "ADDED", "ALIKE", "CHANGED", "MOVED", "REMOVED", "RENAMED", "REWORDED", "UNREAD", "Adopted",
    "CompareReport", "CompareRequest", "RulePair", "RulesReport", "Setting", "Side", "TurningPoint",
]  # fmt: skip

#: how a rule differs: only one table has it; it does something else; it does the same, but for other events; it does
#: the same under another name; it is written differently and behaves alike; only its words differ
ADDED, REMOVED, CHANGED, MOVED, RENAMED, ALIKE, REWORDED = (
    "added", "removed", "changed", "moved", "renamed", "alike", "reworded",
)  # fmt: skip


@dataclass(frozen=True)
class CompareRequest:
    """Which models to compare, and how.

    Attributes
    ----------
    base
        scope, durations, properties and limits; its ``model`` is the reference, with which the others are compared.
    models
        all of them, the reference first.
    bounds
        the safety properties whose bounds are derived; none: no bounds.
    patience
        seconds for one bound where there is no time limit for all.
    """

    base: CheckRequest
    models: tuple[str, ...]
    bounds: tuple[str, ...] = ()
    patience: float = 20.0


@dataclass(frozen=True)
class RulePair:
    """A rule that is not the same in both tables: as it is in either (None: not there), and how it differs.

    ``behaves``: whether some event is answered differently because of it, or may be (where Z3 did not decide).
    """

    name: str
    left: Rule | None
    right: Rule | None
    kind: str
    behaves: bool


@dataclass(frozen=True)
class Setting:
    """Something beside the rules that differs: a number, a choice of the scope, a timer; None: there is none."""

    kind: str
    name: str
    left: str | None
    right: str | None


@dataclass(frozen=True)
class RulesReport:
    """Another model's table held against that of the reference.

    Attributes
    ----------
    rules
        those that are not the same, in the order of the tables.
    same
        how many are the same word for word.
    """

    model: str
    rules: Sequence[RulePair]
    settings: Sequence[Setting]
    differences: Differences
    same: int

    def examples(self, name: str) -> list[Difference]:
        """The events that tell a rule from what the other table has."""
        return [d for d in self.differences.found if name in (d.left, d.right)]

    @property
    def equal(self) -> bool:
        """Whether the two are proved to be the same machine."""
        return not (self.settings or self.differences.found or self.differences.open)


@dataclass
class Side:
    """One model: its verdicts, bounds and price; what has no entry was not asked."""

    model: str
    title: str
    report: CheckReport | None = None
    bounds: dict[str, BoundReport | str] = field(default_factory=dict)
    cost: ModelCost | None = None

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """By property."""
        return {v.property: v for v in self.report.verdicts} if self.report is not None else {}

    @property
    def time_wait(self) -> Fraction | None:
        """The duration that was checked."""
        return next((v.time_wait for v in self.verdicts.values()), None)


@dataclass(frozen=True)
class Adopted:
    """A choice of the scope that some models bring with them, and in which the others are asked as well."""

    name: str
    value: str
    of: tuple[str, ...]
    by: tuple[str, ...]


@dataclass(frozen=True)
class TurningPoint:
    """The shortest run that one model allows and the other does not, and where the other departs from it.

    ``broken`` is the model that the run refutes ``property`` of, ``kept`` the one where the property is proved, or
    left open and the run not possible. ``departure`` is None where the other model can follow it to its end.
    """

    property: str
    broken: str
    kept: str
    trace: Trace
    departure: Departure | None


@dataclass
class CompareReport:
    """How models differ; what a comparison that was cut short has found is there too.

    Attributes
    ----------
    sides
        one for each model, the reference first.
    rules
        one for each other model.
    turning
        for each other model that the reference differs from in a verdict, or in a run that refutes one.
    adopted
        choices of the scope that one model brings and all are asked in.
    halted
        why it was cut short; empty: it was not.
    """

    request: CompareRequest
    properties: tuple[str, ...]
    sides: list[Side]
    rules: list[RulesReport] = field(default_factory=list)
    turning: list[TurningPoint] = field(default_factory=list)
    adopted: tuple[Adopted, ...] = ()
    halted: str = ""
    interrupted: bool = False
    seconds: float = 0.0

    @property
    def left_open(self) -> list[str]:
        """What was not decided, as phrases."""
        found = []
        for one in self.rules:
            if one.differences.open:
                found.append(f"{len(one.differences.open)} pairs of rules of {one.model}")
        for side in self.sides:
            verdicts = side.verdicts
            names = [n for n in self.properties if n not in verdicts or verdicts[n].verdict == UNKNOWN]
            if names:
                found.append(f"{', '.join(names)} of {side.model}")
            missing = [n for n in self.request.bounds if _open(side.bounds.get(n))]
            if missing:
                found.append(f"the bound{'s' if len(missing) > 1 else ''} of {', '.join(missing)} of {side.model}")
        return found

    @property
    def exit_status(self) -> int:
        """0: all is compared, whatever came out; 3: something is open; 130: interrupted."""
        if self.interrupted:
            return 130
        return 3 if self.left_open else 0

    def changes(self, other: Side) -> list[str]:
        """The properties that are proved of the reference and refuted of another model, or the other way round."""
        mine, theirs = self.sides[0].verdicts, other.verdicts
        return [
            name
            for name in self.properties
            if name in mine and name in theirs and {mine[name].verdict, theirs[name].verdict} == {PROVED, REFUTED}
        ]

    def undecided(self, other: Side) -> list[tuple[str, str]]:
        """The properties of which nobody knows whether they change, each with what is known of one side, or ``""``."""
        found = []
        for name in self.properties:
            verdicts = {side.model: side.verdicts.get(name) for side in (self.sides[0], other)}
            said = {model: v.verdict if v is not None else UNKNOWN for model, v in verdicts.items()}
            if UNKNOWN in said.values():
                known = [f"{word} of {model}" for model, word in said.items() if word != UNKNOWN]
                found.append((name, "".join(known)))
        return found

    def words(self) -> Mapping[str, str]:
        """The title of every model, by its name."""
        return {side.model: side.title for side in self.sides}


def _open(bound: BoundReport | str | None) -> bool:
    return bound is None or (isinstance(bound, BoundReport) and bound.status != EXACT)
