"""`why`: which powers break a refuted property and what repairs it; which assumptions carry a proved one.

Every answer is one of `check`: proofs re-checked, refutations replayed. Nothing is read off anything else, except
that a set of powers which contains a refuting one refutes too (`tcpverify.tcp.powers`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from tcpverify.errors import UsageError
from tcpverify.tcp import properties
from tcpverify.tcp.powers import powers_of, without
from tcpverify.workflow import setting
from tcpverify.workflow.assumptions import lift
from tcpverify.workflow.minimal import Found, minimal_sets
from tcpverify.workflow.reasons import Breaking, WhyReport
from tcpverify.workflow.remedies import remedies
from tcpverify.workflow.results import PROVED, REFUTED, CheckRequest, Verdict
from tcpverify.workflow.trials import FEW_STATES, Halted, Says, Trials

__all__ = ["DEFAULT_PROPERTY", "why"]

DEFAULT_PROPERTY = "no-old-segment"


def why(request: CheckRequest, says: Says | None = None, interrupted: Callable[[], bool] | None = None) -> WhyReport:
    """Explain the verdict on one property at one TIME_WAIT, by default the model's own.

    Parameters
    ----------
    says
        told before every trial what it is about.
    interrupted
        asked now and then whether to stop and report what is known.

    Raises
    ------
    UsageError, ModelError
        if the request cannot be carried out.
    InternalDisagreement
        if an answer fails its re-check.
    """
    if len(request.properties) > 1 or len(request.time_waits) > 1:
        what = "property" if len(request.properties) > 1 else "TIME_WAIT"
        raise UsageError(f"`why` explains one {what} at a time")
    name = properties.find((*request.properties, DEFAULT_PROPERTY)[0]).name
    model = setting.model(request.model, request.scope)
    request = setting.prepared(model, request)
    own = setting.own_time_wait(model, request.msl)
    request = replace(request, properties=(name,), time_waits=request.time_waits or (own,), brief=True, sweep=False)
    trials = Trials(request, says, interrupted)
    try:
        first = trials.report(request, f"{name} as asked", states=0)
    except Halted as halt:
        return _nothing(request, model.name, model.table.title, trials, halt)
    verdict = first.verdicts[0]
    if request.time_waits == (own,):
        verdict = replace(verdict, role="own")
    report = WhyReport(
        request, first.model, first.title, {**first.parameters, "TIME_WAIT": request.time_waits[0]}, name, verdict,
        powers_of(request.scope, bool(request.delay_min)),
    )  # fmt: skip
    try:
        if verdict.verdict == REFUTED:
            _powers(trials, report)
            remedies(trials, verdict, report.remedies)
        elif verdict.verdict == PROVED:
            lift(trials, report.lifted)
    except Halted as halt:
        report.halted = str(halt)
    report.interrupted, report.runs, report.seconds = trials.interrupted, trials.runs, trials.seconds
    return report


def _nothing(request: CheckRequest, model: str, title: str, trials: Trials, halt: Halted) -> WhyReport:
    """The report when not even the verdict to be explained is known."""
    time_wait = request.time_waits[0]
    verdict = Verdict(request.properties[0], time_wait, "named", "unknown", False, trials.assurance, 0.0, str(halt))
    return WhyReport(
        request, model, title, setting.parameters(request, time_wait), request.properties[0], verdict,
        halted=str(halt), interrupted=trials.interrupted, runs=trials.runs, seconds=trials.seconds,
    )  # fmt: skip


def _powers(trials: Trials, report: WhyReport) -> None:
    """All minimal sets of powers that refute the property."""
    scope, universe = report.request.scope, report.powers
    found = Found()
    answers: dict[frozenset[str], Verdict] = {}

    def ordered(powers: Iterable[str]) -> tuple[str, ...]:
        return tuple(p for p in universe if p in powers)

    def breaks(powers: frozenset[str]) -> bool | None:
        left = replace(report.request, scope=without(scope, set(universe) - powers))
        verdict = trials.verdict(left, f"with {', '.join(ordered(powers)) or 'no power at all'}", FEW_STATES)
        answers[powers] = verdict
        return {REFUTED: True, PROVED: False}.get(verdict.verdict)

    try:
        minimal_sets(universe, breaks, found)
    finally:
        # Each of these was asked itself: nothing smaller was known to break it, so nothing answered for it.
        for powers in found.minimal:
            report.breaking.append(Breaking(ordered(powers), answers[powers], found.certain(powers)))
        missing = (ordered(set(universe) - held) for held in found.holding)
        report.enough = sorted(missing, key=lambda powers: (len(powers), [universe.index(p) for p in powers]))
        report.undecided = [ordered(powers) for powers in found.unknown]
        report.complete = found.complete
