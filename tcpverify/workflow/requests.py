"""From options, as a user names them on the command line or in Python, to the requests of `check`, `bound`, `cost`.

``options`` are values by the names of the command line's options, parsed (`tcpverify.workflow.durations`);
``named`` says which of them the user gave: where nothing is said, a model's own durations come before the usual ones.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tcpverify.errors import UsageError
from tcpverify.tcp.scope import CALLS, Scope
from tcpverify.workflow.durations import BARE, UNITS, Duration, Unit, wall_clock

if TYPE_CHECKING:
    from tcpverify.lang.linear import Linear
    from tcpverify.workflow.derived import BoundRequest
    from tcpverify.workflow.prices import CostRequest
    from tcpverify.workflow.results import CheckRequest

__all__ = [
    "ENGINES", "about", "bound_request", "check_request", "cost_request", "priced_models", "unit_of", "unit_of_bound",
    "usual",
]  # fmt: skip

ENGINES = ("zones", "smt")
_COUNTS = ("losses", "duplicates", "retransmissions", "incarnations", "data")
_WORDS = ("sequence", "calls", "reopen", "start", "reordering", "delay")


def usual() -> dict[str, Any]:
    """The options where nobody says anything."""
    scope = Scope()
    return {
        "msl": Duration(Fraction(1), BARE), "time_waits": (), "rto": None, "delay_min": Duration(Fraction(0), BARE),
        **{name: getattr(scope, name) for name in (*_COUNTS, *_WORDS)},
        "tick": None, "durations": (), "properties": (), "engine": ENGINES[0], "timeout": None, "memory": None,
    }  # fmt: skip


def unit_of(msl: Duration) -> Unit:
    """The unit in which results are shown: the one that MSL was given in."""
    return msl.unit or BARE


def _take_own(model: str, options: dict[str, Any], named: Collection[str]) -> None:
    """Put the model's durations in the place of those that the user does not name."""
    from tcpverify.tcp.registry import load

    own = load(model).table.numbers
    asked = {"msl", "rto", "tick"} - set(named)
    if "MSL" in own and "msl" in asked:
        options["msl"] = Duration(own["MSL"].value({}), UNITS["s"])
    if options["msl"].unit is None:
        return
    values = {"MSL": options["msl"].seconds()}
    if "RTO_MAX" in own and "rto" in asked:
        values["RTO_MAX"] = own["RTO_MAX"].value(values)
        least = own["RTO_MIN"].value(values) if "RTO_MIN" in own else Fraction(0)
        options["rto"] = (Duration(least, UNITS["s"]), Duration(values["RTO_MAX"], UNITS["s"]))
    if "TICK" in own and "tick" in asked:
        options["tick"] = Duration(own["TICK"].value(values), UNITS["s"])


def _require_effect(models: Collection[str], options: Mapping[str, Any], named: Collection[str]) -> None:
    """UsageError if an option says something of a duration or of timestamps, and none of these models has any."""
    from tcpverify.tcp.registry import load

    if options["durations"]:
        known = frozenset().union(*(load(model).table.durations() for model in models))
        unknown = [name for name, _ in options["durations"] if name not in known]
        if unknown:
            from tcpverify.workflow.setting import no_duration

            raise no_duration(models, unknown[0], known)
    tick = "tick" in named and options["tick"] is not None
    if not (tick or "other-host" in options["calls"]) or options["sequence"] == "timestamps":
        return
    if any(load(model).table.scope.get("sequence") == "timestamps" for model in models):
        return
    what = "a tick" if tick else "the call other-host"
    raise UsageError(
        f"{what} has no effect where segments carry no timestamps; ask for the sequence regime timestamps too, or "
        "leave it out"
    )


def check_request(
    model: str, options: dict[str, Any], named: Collection[str], sweep: bool = True, beside: Collection[str] = ()
) -> CheckRequest:
    """What is to be checked, all durations in seconds.

    MSL, RTO and TICK that the user does not name are the model's own, if it has any; ``options`` holds them then.
    ``beside`` are models about which the same is asked.

    Raises
    ------
    UsageError
        if the durations contradict each other, the scope is impossible, or an option has no effect.
    ModelError
        if there is no such model.
    """
    from tcpverify.tcp.properties import find
    from tcpverify.workflow.results import CheckRequest

    _require_effect((model, *beside), options, named)
    _take_own(model, options, named)
    if options["msl"].unit is None:
        raise UsageError("MSL cannot be a multiple of itself; write 1, 30s, 200ms or 2min")
    msl: Fraction = options["msl"].seconds()
    if msl <= 0:
        raise UsageError("MSL must be greater than 0")
    low, high = options["rto"] or (None, None)
    rto_min = low.seconds(msl) if low is not None else None
    rto_max = high.seconds(msl) if high is not None else None
    shown = unit_of(options["msl"]).show
    if rto_max is not None and rto_max <= 0:
        raise UsageError("RTO_MAX must be greater than 0")
    if rto_min is not None and rto_min > (rto_max if rto_max is not None else msl):
        raise UsageError(f"RTO_MIN ({shown(rto_min)}) is greater than RTO_MAX ({shown(rto_max or msl)})")
    delay_min = options["delay_min"].seconds(msl)
    if delay_min >= msl:
        raise UsageError(f"the least delay ({shown(delay_min)}) must be less than MSL ({shown(msl)})")
    if delay_min and not options["delay"]:
        raise UsageError(f"a least delay of {shown(delay_min)} and no delay at all contradict each other")
    tick = options["tick"].seconds(msl) if options["tick"] is not None else None
    if tick is not None and tick <= 0:
        raise UsageError("TICK must be greater than 0")
    if options["engine"] not in ENGINES:
        raise UsageError(f"there is no engine {options['engine']!r}; there are {' and '.join(ENGINES)}")
    if not options["calls"]:
        raise UsageError(f"no calls are named; the applications may make some of {', '.join(CALLS)}")
    for name in options["properties"]:
        find(name)
    return CheckRequest(
        model=model,
        msl=msl,
        time_waits=tuple(dict.fromkeys(d.seconds(msl) for d in options["time_waits"])),
        rto_min=rto_min,
        rto_max=rto_max,
        delay_min=delay_min,
        tick=tick,
        durations=tuple({name: d.seconds(msl) for name, d in options["durations"]}.items()),
        scope=Scope(**{name: options[name] for name in (*_COUNTS, *_WORDS)}),
        properties=tuple(dict.fromkeys(options["properties"])),
        engine=options["engine"],
        seconds=wall_clock(options["timeout"]),
        memory=options["memory"] or 0,
        sweep=sweep,
    )


# ------------------------------------------------------------ for all values


def _given(request: CheckRequest, named: Collection[str]) -> dict[str, Fraction]:
    """The durations that the user gives, by parameter."""
    found: dict[str, Fraction] = {}
    if "msl" in named:
        found["MSL"] = request.msl
    if "rto" in named and request.rto_max is not None:
        found["RTO_MAX"] = request.rto_max
        if request.rto_min:
            found["RTO_MIN"] = request.rto_min
    found.update(request.durations)
    if request.delay_min:
        found["DELAY_MIN"] = request.delay_min
    if "tick" in named and request.tick is not None:
        found["TICK"] = request.tick
    return found


def _relative(value: Any) -> bool:
    """Whether a duration, or an end of a range of them, is a multiple of MSL."""
    parts = value if isinstance(value, tuple) else (value,)
    return any(isinstance(part, Duration) and part.unit is None for part in parts)


def bound_request(
    model: str, options: dict[str, Any], named: Collection[str], within_scope: bool = False,
    beside: Collection[str] = (),
) -> BoundRequest:
    """The region that is to be derived; of one property, which `about` puts in. ``beside`` as for `check_request`.

    Raises
    ------
    UsageError, ModelError
        as `check_request`, and where a duration is a multiple of an MSL that nobody gave.
    """
    from tcpverify.workflow.derived import FURTHER, BoundRequest

    request = check_request(model, options, named, beside=beside)
    if request.engine != "zones":
        raise UsageError("bound has one engine, the parametric zones; leave --engine out")
    given = _given(request, named)
    if len(request.time_waits) > 1:
        raise UsageError("bound derives one region; give --time-wait once, or not at all")
    if request.time_waits:
        given["TIME_WAIT"] = request.time_waits[0]
    if "MSL" not in given and any(_relative(options[name]) for name in ("rto", "tick")):
        raise UsageError("a multiple of msl says nothing where MSL is free; give --msl, or a duration such as 60s")
    return BoundRequest(
        model=model,
        scope=request.scope,
        further=tuple(n for n in FURTHER if n in given),
        given=given,
        beyond=not within_scope,
        seconds=request.seconds,
        memory=request.memory,
    )


def about(request: BoundRequest, name: str, named: Collection[str]) -> BoundRequest:
    """The request for one property; graceful-close looks at one incarnation unless more are asked for."""
    return replace(request, property=name, scope=_looked_at(request.scope, name, named))


def _looked_at(scope: Scope, name: str, named: Collection[str]) -> Scope:
    alone = name == "graceful-close" and "incarnations" not in named
    return replace(scope, incarnations=1) if alone else scope


def unit_of_bound(options: Mapping[str, Any], request: BoundRequest) -> Unit:
    """The unit of the first duration that the user gave."""
    durations = [options["msl"]] if "MSL" in request.given else []
    durations += [*options["time_waits"], *(d for d in options["rto"] or () if d is not None)]
    return next((d.unit for d in durations if d.unit is not None and d.unit.name), unit_of(options["msl"]))


# ------------------------------------------------------------ prices


def cost_request(models: tuple[str, ...], options: dict[str, Any], named: Collection[str]) -> CostRequest:
    """What is to be priced.

    Raises
    ------
    UsageError, ModelError
        as `check_request`, and where a duration is a multiple of an MSL that nobody gave.
    """
    from tcpverify.workflow.prices import CostRequest

    if len(options["properties"]) > 1:
        raise UsageError("cost prices one property at a time; name one --property")
    asked = check_request(models[0], {**options, "engine": "zones"}, named, beside=models[1:])
    given = _given(asked, named)
    if "MSL" not in given and any(_relative(options[name]) for name in ("rto", "tick", "delay_min")):
        raise UsageError("a multiple of msl needs an MSL that is the same for all models; give --msl as well")
    if asked.tick is not None:
        given["TICK"] = asked.tick
    name = (*asked.properties, "no-old-segment")[0]
    return CostRequest(
        models=models,
        property=name,
        scope=_looked_at(asked.scope, name, named),
        given=given,
        time_waits=tuple(dict.fromkeys(_expression(one) for one in options["time_waits"])),
        seconds=asked.seconds,
        memory=asked.memory,
        rate=options["rate"],
        ports=options["ports"],
        bytes=options["size"],
    )


def priced_models(models: tuple[str, ...], every: bool) -> tuple[str, ...]:
    """The models to be priced: those named, else a few, or with them all bases and sums that come with the program."""
    from tcpverify.tcp.registry import catalogue, load
    from tcpverify.workflow.prices import DEFAULT_MODELS

    if not every:
        return tuple(dict.fromkeys(models or DEFAULT_MODELS))
    names = [entry.name for entry in catalogue() if entry.kind != "amendment"]
    return tuple(dict.fromkeys((*DEFAULT_MODELS, *(n for n in names if "TIME_WAIT" in load(n).table.numbers))))


def _expression(duration: Duration) -> Linear:
    from tcpverify.lang.linear import constant, parameter

    return parameter("MSL") * duration.number if duration.unit is None else constant(duration.seconds())
