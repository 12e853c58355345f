"""Statements decided: each by what the program has for its kind, once, within one limit of time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from tcpverify.engines.derivation import minus
from tcpverify.lang.linear import Linear, constant
from tcpverify.lang.region import Condition, Region
from tcpverify.tcp.registry import LoadedModel, load
from tcpverify.tcp.scope import Scope
from tcpverify.workflow import setting
from tcpverify.workflow.bound import bound
from tcpverify.workflow.check import check
from tcpverify.workflow.claims.outcomes import UNDECIDED, Outcome
from tcpverify.workflow.claims.reaching import reach
from tcpverify.workflow.claims.statements import Bounded, Checked, Rate, Reached, Same, Statement, Stays
from tcpverify.workflow.derived import BoundReport, BoundRequest
from tcpverify.workflow.limits import Limits, without_collector
from tcpverify.workflow.results import CheckRequest

__all__ = ["Deciding", "Halted"]

_ALWAYS, _NEVER, _SOMETIMES = "always", "never", "sometimes"
#: how far a figure may be from what is claimed "about"
_ABOUT = Fraction(1, 50)


class Halted(Exception):
    """There is no time for another statement; the message says why."""


class Deciding:
    """Decides statements, remembers the outcomes.

    Parameters
    ----------
    limits
        of the whole run.
    amendment
        an amendment (a shipped name or a file) that is added to every model; empty: none.
    """

    def __init__(self, limits: Limits, amendment: str = "") -> None:
        self.limits, self.amendment = limits, amendment
        self._known: dict[tuple[Any, ...], Outcome] = {}
        self._bounds: dict[tuple[Any, ...], BoundReport] = {}
        self._kinds: dict[type[Statement], Callable[[Any], Outcome]] = {
            Checked: self._checked, Bounded: self._bounded, Reached: self._reached, Same: self._same,
            Stays: self._stays, Rate: self._rate,
        }  # fmt: skip

    @property
    def asked(self) -> int:
        """How many different questions were put."""
        return len(self._known)

    def decide(self, statement: Statement) -> Outcome:
        """What becomes of a statement.

        Raises
        ------
        Halted
            if a limit ends the run, before or during this statement.
        UsageError, ModelError
            if the amendment does not go together with a model.
        InternalDisagreement
            if an answer fails its re-check.
        """
        found = self._known.get(statement.question())
        if found is not None:
            return found
        self._stop()
        began = time.perf_counter()
        with without_collector():
            found = self._kinds[type(statement)](statement)
        if found.verdict == UNDECIDED:
            self._stop()
        found = self._known[statement.question()] = replace(found, seconds=time.perf_counter() - began)
        return found

    def _stop(self) -> None:
        if self.limits.over():
            why = "interrupted" if self.limits.stopped else "the limit on time or memory was reached; raise --timeout"
            raise Halted(why)

    def _model(self, expression: str) -> str:
        return f"{expression}+{self.amendment}" if self.amendment else expression

    def _values(self, found: LoadedModel, asked: Checked | Reached | Rate) -> dict[str, Fraction]:
        """The durations of a statement that names numbers."""
        wait = None if isinstance(asked, Rate) else asked.time_wait
        rto = None if isinstance(asked, Rate) else asked.rto_max
        scope = Scope() if isinstance(asked, Rate) else asked.scope
        own = wait if wait is not None else setting.own_time_wait(found, asked.msl)
        request = CheckRequest(found.name, asked.msl, rto_max=rto, scope=scope)
        return setting.parameters(setting.prepared(found, request), own)

    # ------------------------------------------------------------ by kind

    def _checked(self, asked: Checked) -> Outcome:
        found = setting.model(self._model(asked.model), asked.scope)
        values = self._values(found, asked)
        request = CheckRequest(
            self._model(asked.model), asked.msl, (values["TIME_WAIT"],), rto_max=asked.rto_max, scope=asked.scope,
            properties=(asked.property,), seconds=self.limits.remaining(), sweep=False, brief=True,
        )  # fmt: skip
        report = check(request, interrupted=self.limits.stop)
        (verdict,) = report.verdicts
        said, reason = verdict.verdict, verdict.reason
        if verdict.vacuous:
            # Nothing was put to the test, so nothing was learned.
            said, reason = UNDECIDED, f"vacuous: {reason}"
        scope = report.request.scope
        return Outcome(said, report.model, values, reason, verdict.trace, verdict.assurance, scope=scope)

    def _bounded(self, asked: Bounded) -> Outcome:
        model = self._model(asked.model)
        key = (model, asked.property, asked.scope, asked.within_scope)
        # One region answers for every TIME_WAIT.
        report = self._bounds.get(key)
        if report is None:
            request = BoundRequest(
                model, asked.property, asked.scope, beyond=not asked.within_scope, seconds=self.limits.remaining()
            )
            report = self._bounds[key] = bound(request, interrupted=self.limits.stop)
        scope = report.request.scope
        if report.open:
            return Outcome(UNDECIDED, report.model, {}, report.reason, bound=report, scope=scope)
        trace = next((w.trace for w in report.witnesses), None)
        return Outcome(_where(report, asked), report.model, {}, "", trace, None, report, scope=scope)

    def _reached(self, asked: Reached) -> Outcome:
        found = setting.model(self._model(asked.model), asked.scope)
        scope = setting.scoped(found, asked.scope)
        outcome = reach(found, scope, self._values(found, asked), asked.what, asked.without, self.limits)
        return replace(outcome, scope=scope)

    def _same(self, asked: Same) -> Outcome:
        one, other = load(self._model(asked.model)), load(self._model(asked.other))
        rules = [
            {n: r.key() for n, r in found.table.rules.items()
             if (not asked.states or r.state in asked.states) and (not asked.events or r.event in asked.events)}
            for found in (one, other)
        ]  # fmt: skip
        names = {n for n in rules[0].keys() | rules[1].keys() if rules[0].get(n) != rules[1].get(n)}
        timers = [
            {t.name: (t.event, t.states, t.while_.key(), t.lasts) for t in found.table.timers
             if (not asked.states or t.states & frozenset(asked.states))
             and (not asked.events or t.event in asked.events)}
            for found in (one, other)
        ]  # fmt: skip
        names |= {n for n in timers[0].keys() | timers[1].keys() if timers[0].get(n) != timers[1].get(n)}
        names |= {n for n in asked.numbers if one.table.numbers.get(n) != other.table.numbers.get(n)}
        said = "different" if names else "same"
        return Outcome(said, f"{one.name} and {other.name}", names=tuple(sorted(names)))

    def _stays(self, asked: Stays) -> Outcome:
        found = load(self._model(asked.model))
        names = tuple(r.name for r in found.table.at(asked.state, asked.event) if r.to not in (None, asked.state))
        return Outcome("leaves" if names else "stays", found.name, names=names)

    def _rate(self, asked: Rate) -> Outcome:
        found = load(self._model(asked.model))
        values = self._values(found, asked)
        if not values["TIME_WAIT"]:
            return Outcome("differs" if asked.claimed else "computed", found.name, values, "no TIME_WAIT, no limit")
        rate = Fraction(asked.ports) / values["TIME_WAIT"]
        said = "computed"
        if asked.claimed is not None:
            said = "agrees" if abs(rate - asked.claimed) <= _ABOUT * asked.claimed else "differs"
        return Outcome(said, found.name, values, value=rate)


def _where(report: BoundReport, asked: Bounded) -> str:
    """Whether the safe region has all, none or some of the parameter values that are asked about."""
    difference = asked.at - Linear.of({"TIME_WAIT": 1})
    conditions: list[Condition] = [
        (_row(difference, report.names), False),
        (_row(difference * -1, report.names), False),
        *((_row(value, report.names), True) for value in asked.assuming),
    ]
    line = report.domain.meet(*conditions)
    left: list[Region] = [line]
    for piece in report.safe:
        left = minus(left, piece.conditions, report.domain)
    if not left:
        return _ALWAYS
    touched = any(not line.meet(*piece.conditions).empty for piece in report.safe)
    return _SOMETIMES if touched else _NEVER


def _row(value: Linear, names: tuple[str, ...]) -> tuple[Fraction, ...]:
    terms = dict((value + constant(0)).terms)
    return tuple(terms.get(n, Fraction(0)) for n in names)
