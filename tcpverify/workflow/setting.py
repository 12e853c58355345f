"""From a request to a system that engines can explore: table, scenario, parameter values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from tcpverify.errors import ModelError, UsageError
from tcpverify.lang.linear import parameter
from tcpverify.lang.table import Table
from tcpverify.tcp import properties
from tcpverify.tcp.endpoint import End
from tcpverify.tcp.lexicon import CHOICES, DURATIONS
from tcpverify.tcp.registry import Entry, LoadedModel, load, shipped_directory, verify_table
from tcpverify.tcp.scenario import GAVE_UP, Scenario, Timing
from tcpverify.tcp.scope import Scope
from tcpverify.workflow.results import CheckRequest

__all__ = [
    "further_durations", "is_closing", "model", "no_duration", "own_time_wait", "parameters", "prepared", "proper_end",
    "scenario", "scoped", "usual",
]  # fmt: skip

#: about the slowest timestamp clock that RFC 7323 §5.4 allows: one tick a second, where MSL is two minutes
TICK = parameter("MSL") * Fraction(1, 100)
#: sums of parts, as they were, that Z3 has found total and free of overlap; what is kept cannot be taken for another
_SOUND: dict[tuple[tuple[Path, int], ...], tuple[Entry, ...]] = {}
#: the options that give the durations of every model
_OPTIONS = {
    "MSL": "--msl", "TIME_WAIT": "--time-wait", "RTO_MIN": "--rto", "RTO_MAX": "--rto", "DELAY_MIN": "--delay-min",
    "TICK": "--tick",
}  # fmt: skip
_UNASKED = Scope()
_CLOSING = frozenset({"FIN-WAIT-1", "FIN-WAIT-2", "CLOSING", "LAST-ACK", "TIME-WAIT"})


def further_durations(table: Table) -> tuple[str, ...]:
    """The durations beside those of every model that rules and timers of this one ask for, such as REUSE_DELAY."""
    return tuple(sorted(table.durations() - DURATIONS.keys()))


def scoped(model: LoadedModel, scope: Scope) -> Scope:
    """The scope with what the model brings with it, where the request has made no choice of its own.

    Raises
    ------
    ModelError
        if the model names a choice that no scope has.
    """
    for name, value in model.table.scope.items():
        if name not in CHOICES:
            raise ModelError(f"{model.name}: scope names {name!r}; a model can bring {', '.join(CHOICES)}")
        if getattr(scope, name) == getattr(_UNASKED, name):
            choice: dict[str, Any] = {name: value}
            scope = replace(scope, **choice)
    return scope


def usual(model: LoadedModel, name: str, values: Mapping[str, Fraction]) -> Fraction:
    """What a duration is that nobody has named: the model's own, or the usual tick.

    Raises
    ------
    UsageError
        if the model has no value for it.
    """
    own = model.table.numbers.get(name, TICK if name == "TICK" else None)
    if own is None:
        raise UsageError(f"{model.name} has no value for {name}; give it one with --set {name}=DURATION")
    return own.value(values)


def no_duration(models: Collection[str], name: str, known: Collection[str]) -> UsageError:
    """What is answered when a duration is set that no rule of these models asks for."""
    if name in _OPTIONS:
        return UsageError(f"{name} is set by {_OPTIONS[name]}, which every model has, not by --set")
    one = len(models) == 1
    who = f"{next(iter(models))} has no" if one else "none of these models has a"
    there = f"{'it has' if one else 'they have'} {', '.join(sorted(known))}" if known else "no rule asks for any"
    return UsageError(f"{who} duration {name!r} to set; {there}")


def prepared(model: LoadedModel, request: CheckRequest) -> CheckRequest:
    """The request with what the model brings with it: choices of the scope, and durations of its own.

    Raises
    ------
    UsageError
        if a duration has no value, or one is set that the model does not have.
    """
    wanted = further_durations(model.table)
    found = dict(request.durations)
    if unknown := sorted(set(found) - set(wanted)):
        raise no_duration((model.name,), unknown[0], wanted)
    rto_max = request.rto_max if request.rto_max is not None else request.msl
    for name in wanted:
        if name not in found:
            found[name] = usual(model, name, {"MSL": request.msl, "RTO_MAX": rto_max})
    return replace(request, scope=scoped(model, request.scope), durations=tuple(found.items()))


def parameters(request: CheckRequest, time_wait: Fraction) -> dict[str, Fraction]:
    """The value of every parameter, checked.

    Raises
    ------
    UsageError
        if a duration is out of range or the durations contradict each other.
    """
    msl = request.msl
    if msl <= 0:
        raise UsageError(f"MSL must be greater than 0, not {msl}")
    if time_wait < 0:
        raise UsageError(f"TIME_WAIT must not be negative, but is {time_wait}")
    rto_max = request.rto_max if request.rto_max is not None else msl
    if rto_max <= 0:
        raise UsageError(f"RTO_MAX must be greater than 0, not {rto_max}")
    rto_min = request.rto_min or Fraction(0)
    if rto_min < 0:
        raise UsageError(f"RTO_MIN must not be negative, but is {rto_min}")
    if rto_min > rto_max:
        raise UsageError(f"RTO_MIN ({rto_min}) must not be greater than RTO_MAX ({rto_max})")
    if not 0 <= request.delay_min < msl:
        raise UsageError(f"the least delay ({request.delay_min}) must be at least 0 and less than MSL ({msl})")
    if request.delay_min and not request.scope.delay:
        raise UsageError(f"a least delay ({request.delay_min}) and no delay contradict each other")
    values = {
        "MSL": msl, "RTO_MIN": rto_min, "RTO_MAX": rto_max, "DELAY_MIN": request.delay_min, "TIME_WAIT": time_wait,
    }  # fmt: skip
    if request.tick is not None and request.tick <= 0:
        raise UsageError(f"TICK must be greater than 0, not {request.tick}")
    if request.scope.sequence == "timestamps":
        values["TICK"] = request.tick if request.tick is not None else TICK.value(values)
    return {**values, **dict(request.durations)}


def model(expression: str, scope: Scope) -> LoadedModel:
    """The model that is asked for; where segments carry timestamps, amended so that they protect (PAWS).

    A table with a gap or an overlap is no protocol. The shipped ones are proved to have none by the tests; any other
    is by Z3, once.

    Raises
    ------
    UsageError, ModelError
        if the expression names no model of the full state table, one that is wrong, or PAWS does not go together
        with it.
    """
    found = load(expression)
    if "TIME_WAIT" not in found.table.numbers:
        raise UsageError(f"{expression!r} has no TIME_WAIT; name a model of the full state table")
    if scoped(found, scope).sequence == "timestamps" and all(a.name != "paws" for a in found.table.amendments):
        found = load(f"{expression}+paws")
    key = tuple((part.path, _version(part)) for part in found.parts)
    if key not in _SOUND and any(part.path.parent != shipped_directory() for part in found.parts):
        flaws = verify_table(found)
        if flaws:
            raise ModelError(f"{found.name}: {flaws[0]}")
        _SOUND[key] = found.parts
    return found


def _version(part: Entry) -> int:
    """Another number once a file has changed; of what is in no file, another for every object."""
    return part.path.stat().st_mtime_ns if part.path.is_file() else id(part.content)


def own_time_wait(model: LoadedModel, msl: Fraction) -> Fraction:
    """The duration that the model itself gives to TIME-WAIT."""
    return model.table.numbers["TIME_WAIT"].value({"MSL": msl})


def scenario(
    model: LoadedModel, scope: Scope, request: CheckRequest, wanted: tuple[str, ...], positive: bool = False
) -> Scenario:
    """The model in its scope; lower bounds on delays and timers exist only where they are not zero.

    ``positive`` excludes a retransmission timeout of exactly zero all the same.
    """
    timing = Timing(
        delay_min=parameter("DELAY_MIN") if request.delay_min else None,
        rto_min=parameter("RTO_MIN") if request.rto_min else None,
        positive=positive,
    )
    return Scenario(
        model.table, scope, timing, properties.observe, properties.drain,
        watch_first_fin="time-wait-side" in wanted, watch_deliveries="no-double-delivery" in wanted,
    )  # fmt: skip


def proper_end(system: Scenario, location: object) -> bool:
    """Whether a run may end here: no connection and nothing in flight, or an end that has given up."""
    if location == GAVE_UP:
        return True
    snapshot = system.snapshot(location)  # type: ignore[arg-type]
    return not snapshot.flight and all(e.state in ("CLOSED", "LISTEN") for e in snapshot.ends)


def is_closing(end: End) -> bool:
    """Whether the application has closed but the end is not CLOSED yet."""
    return end.state in _CLOSING
