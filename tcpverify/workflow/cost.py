"""`cost`: what the shortest safe TIME-WAIT of a model costs, in connections a second, sockets and memory.

Whether a duration is safe is what `bound` has derived, with its proofs and runs; here numbers are put in.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import z3

from tcpverify.errors import TcpverifyError, UsageError
from tcpverify.lang.linear import Linear, constant
from tcpverify.lang.smt import to_z3
from tcpverify.lang.table import Table
from tcpverify.tcp import properties
from tcpverify.tcp.registry import LoadedModel, load
from tcpverify.workflow import setting
from tcpverify.workflow.bound import bound
from tcpverify.workflow.derived import FURTHER, BoundReport, BoundRequest
from tcpverify.workflow.prices import (
    AFFORDABLE,
    DURATION,
    NAMED,
    OWN,
    SHORTEST,
    WITHIN,
    CostReport,
    CostRequest,
    ModelCost,
    Priced,
)
from tcpverify.workflow.slices import SAFE, WITHIN_SCOPE, verdict_at

__all__ = ["cost", "free_after", "priced"]

Report = Callable[[int, int, int, str], None]


def cost(
    request: CostRequest, progress: Report | None = None, interrupted: Callable[[], bool] | None = None
) -> CostReport:
    """Derive the bound of every model in turn, and what its durations cost.

    Each model may take its share of the time that is left. Of several models one to which the property or the scope
    does not apply says so in its row.

    Raises
    ------
    UsageError, ModelError
        if a model is unknown or has no TIME_WAIT, a duration is out of range, or the only model cannot be asked.
    InternalDisagreement
        if an answer fails its re-check.
    """
    if not properties.find(request.property).watched:
        raise UsageError(f"`cost` prices the bounds of safety properties; {request.property} is about endless runs")
    loaded = [load(name) for name in request.models]
    settings = [_values(model, request) for model in loaded]
    stopped = interrupted or (lambda: False)
    began, found = time.perf_counter(), list[ModelCost]()
    for place, (model, values) in enumerate(zip(loaded, settings, strict=True)):
        own = model.table.numbers["TIME_WAIT"]
        row = ModelCost(model.name, values, own, error="not asked: interrupted before")
        if not stopped():
            share = 0.0
            if request.seconds:
                left = request.seconds - (time.perf_counter() - began)
                share = max(left / (len(loaded) - place), 0.05)
            try:
                report = _region(request, model.name, values, share, progress, stopped)
                row = priced(request, report, _completed(model, report.names, values), model)
            except TcpverifyError as error:
                if error.exit_status != 2 or len(loaded) == 1:
                    raise
                row = replace(row, error=str(error))
        found.append(row)
    return CostReport(request, found, stopped(), time.perf_counter() - began)


def _region(
    request: CostRequest, model: str, values: Mapping[str, Fraction], seconds: float, progress: Report | None,
    stopped: Callable[[], bool],
) -> BoundReport:  # fmt: skip
    def report(states: int, transitions: int, depth: int, what: str) -> None:
        if progress is not None:
            progress(states, transitions, depth, f"{model}: {what}")

    asked = BoundRequest(
        model=model, property=request.property, scope=request.scope, given=values,
        further=tuple(name for name in FURTHER if name in values), seconds=seconds, memory=request.memory,
    )  # fmt: skip
    return bound(asked, report, stopped)


def _values(model: LoadedModel, request: CostRequest) -> dict[str, Fraction]:
    """What parameters are: what the user says, else the model, else the usual."""
    numbers = model.table.numbers
    if "TIME_WAIT" not in numbers:
        raise UsageError(f"{model.name!r} has no TIME_WAIT; name a model of the full state table")
    fixed = {name: numbers[name].value({}) for name in DURATION if name in numbers and not numbers[name].names()}
    values = {**DURATION, **fixed, **request.given}
    for name, value in values.items():
        if value <= 0 and name not in FURTHER:
            raise UsageError(f"{name} must be greater than 0, not {value}")
    if values.get("DELAY_MIN", Fraction(0)) >= values["MSL"]:
        raise UsageError(f"the least delay ({values['DELAY_MIN']}) must be less than MSL ({values['MSL']})")
    if values.get("RTO_MIN", Fraction(0)) > values["RTO_MAX"]:
        raise UsageError(f"RTO_MIN ({values['RTO_MIN']}) must not be greater than RTO_MAX ({values['RTO_MAX']})")
    return values


def _completed(model: LoadedModel, names: Sequence[str], values: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """The same with values for what else the region depends on."""
    found = dict(values)
    for name in names:
        if name not in found and name != "TIME_WAIT":
            found[name] = setting.usual(model, name, found)
    return found


def priced(
    request: CostRequest, report: BoundReport, values: Mapping[str, Fraction], model: LoadedModel | None = None
) -> ModelCost:
    """The durations of a derived region at these values, each with its price.

    ``model`` is asked whether ports come back before TIME-WAIT ends; without it they do not.
    """
    after = None
    if model is not None:
        stamped = setting.scoped(model, report.request.scope).sequence == "timestamps"
        values = _completed(model, setting.further_durations(model.table), values)
        after = free_after(model.table, values, stamped)
    row = ModelCost(report.model, values, report.own, report, free_after=after)
    freed = row.freed

    def of(role: str, time_wait: Fraction) -> Priced:
        verdict = verdict_at(report, {**values, "TIME_WAIT": time_wait})
        return Priced(role, time_wait, verdict, request.price(time_wait, freed))

    def value(duration: Linear) -> Fraction:
        return duration.value(values)

    durations = [of(OWN, value(report.own))]
    shortest = row.safe(unbounded=True)[:1]
    within = row.safe()[:1]
    for role, verdict, first in ((SHORTEST, SAFE, shortest), (WITHIN, WITHIN_SCOPE, within)):
        if first and (role == SHORTEST or first != shortest):
            low = first[0].low
            durations.append(Priced(role, low, verdict, request.price(low, freed), first[0].low_in))
    if freed is None or freed > request.affordable:
        durations.append(of(AFFORDABLE, request.affordable))
    durations += [of(NAMED, value(one)) for one in request.time_waits]
    return replace(row, durations=durations)


def free_after(table: Table, values: Mapping[str, Fraction], stamped: bool) -> Linear | None:
    """How old a TIME-WAIT must be for its own end to open a connection out of it; None: it must end first.

    Read off the rules: the least age at which the guard of one by which an OPEN leaves TIME-WAIT can hold.

    Parameters
    ----------
    values
        of all durations that rules compare ages with, in seconds.
    stamped
        whether segments carry timestamps: elsewhere none is ever remembered.
    """
    leaving = [r for r in table.at("TIME-WAIT", "OPEN-ACTIVE") if r.to not in (None, "TIME-WAIT", "CLOSED")]
    ages = {name: asked for name, (timer, asked) in table.ages().items() if timer == "time-wait"}
    stamp = z3.BitVec("TS.RECENT", 32)
    for least in sorted({constant(0), *ages.values()}, key=lambda one: one.value(values)):
        at = least.value(values)
        old = [z3.Bool(name) == (asked.value(values) <= at) for name, asked in ages.items()]
        for rule in leaving:
            solver = z3.Solver()
            solver.add(to_z3(rule.guard), stamp >= 0 if stamped else stamp < 0, *old)
            if solver.check() != z3.unsat:
                return least
    return None
