"""The commands as functions: the same questions, the same options, the same answers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Unpack

from tcpverify.api.answers import BoundResult, CheckResult, ClaimsResult, CompareResult, CostResult, WhyResult
from tcpverify.api.model import Named, load, naming
from tcpverify.api.options import Length, Options, duration, exploring, parsed
from tcpverify.errors import UsageError
from tcpverify.lang.table import Amendment
from tcpverify.tcp.registry import DEFAULT_MODEL
from tcpverify.workflow.durations import parse_size, wall_clock
from tcpverify.workflow.requests import (
    about,
    bound_request,
    check_request,
    cost_request,
    priced_models,
    unit_of,
    unit_of_bound,
)

__all__ = ["bound", "check", "claims", "compare", "cost", "why"]


def _title(expression: str) -> str:
    return load(expression).title


@exploring
def check(model: Named = DEFAULT_MODEL, *, sweep: bool = True, **options: Unpack[Options]) -> CheckResult:
    """Prove or refute the properties of a model, as ``tcpverify check`` does.

    Parameters
    ----------
    model
        an expression such as ``"rfc9293+rfc1337"`` or ``"./mine.py"``, a `Model`, or a table made in Python.
    sweep
        without ``time_wait``: check other durations too, as context.
    **options
        see `tcpverify.api.options.Options`.

    Returns
    -------
    CheckResult
        every proof in it was re-checked by Z3, every trace was replayed.

    Raises
    ------
    UsageError, ModelError
        if the question cannot be asked so; says why.
    InternalDisagreement
        if an answer fails its re-check: never a verdict.

    Examples
    --------
    >>> import tcpverify
    >>> tcpverify.check(msl=1, losses=0, time_wait="2msl", properties=["drained", "no-old-segment"])
    <check of textbook at TIME-WAIT = 2: all proved>
    >>> tcpverify.check(msl=1, losses=0, incarnations=1, time_wait="1.99msl", properties="drained").trace()
    <run of textbook that breaks drained: 8 steps>
    """
    from tcpverify.workflow.check import check as run

    values, given = parsed(options)
    with naming(model) as (expression,):
        report = run(check_request(expression, values, given, sweep))
        return CheckResult(report, unit_of(values["msl"]), _title(report.model))


@exploring
def bound(model: Named = DEFAULT_MODEL, *, within_scope: bool = False, **options: Unpack[Options]) -> BoundResult:
    """Derive for which TIME_WAIT, MSL and RTO_MAX one property holds, for all values, as ``tcpverify bound`` does.

    Parameters
    ----------
    model
        as for `check`.
    within_scope
        do not try to prove it for any number of retransmissions.
    **options
        as for `check`; durations do not restrict the region, the answer is put in their terms as well. ``properties``
        names one property (no-old-segment).

    Raises
    ------
    UsageError, ModelError, InternalDisagreement
        as `check`.

    Examples
    --------
    >>> import tcpverify
    >>> tcpverify.bound("textbook", losses=0, properties="drained")
    <bound of drained in textbook: 2*MSL, exact>
    """
    from tcpverify.workflow.bound import bound as run

    values, given = parsed(options)
    if len(values["properties"]) > 1:
        raise UsageError("bound derives the region of one property; ask for one after the other")
    name = (*values["properties"], "no-old-segment")[0]
    with naming(model) as (expression,):
        request = bound_request(expression, values, given, within_scope)
        report = run(about(request, name, given))
        return BoundResult(report, unit_of_bound(values, request), _title(report.model))


@exploring
def why(model: Named = DEFAULT_MODEL, **options: Unpack[Options]) -> WhyResult:
    """Say which powers break a property and what repairs it, or which assumptions carry its proof.

    Parameters
    ----------
    model, **options
        as for `check`; one property (no-old-segment) at one TIME-WAIT (the model's own).

    Raises
    ------
    UsageError, ModelError, InternalDisagreement
        as `check`.

    Examples
    --------
    >>> import tcpverify
    >>> reasons = tcpverify.why(losses=0, retransmissions=0, calls="close", properties="time-wait-side")
    >>> reasons
    <why time-wait-side is refuted in textbook>
    >>> [one.powers for one in reasons.report.breaking]
    [('simultaneous-close',)]
    """
    from tcpverify.workflow.why import why as run

    values, given = parsed(options)
    with naming(model) as (expression,):
        report = run(check_request(expression, values, given, sweep=False))
        return WhyResult(report, unit_of(values["msl"]), _title(report.model))


@exploring
def compare(*models: Named, bounds: bool = True, **options: Unpack[Options]) -> CompareResult:
    """Say what models do differently, proved, and which answers change; the first one is the reference.

    Parameters
    ----------
    *models
        two or more, each as for `check`.
    bounds
        whether bounds on TIME_WAIT, and what they cost, are derived as well.
    **options
        as for `check`.

    Raises
    ------
    UsageError, ModelError, InternalDisagreement
        as `check`.

    Examples
    --------
    >>> import tcpverify
    >>> few = {"losses": 0, "retransmissions": 0, "incarnations": 1, "properties": "drained"}
    >>> found = tcpverify.compare("textbook", "textbook+no-restart", bounds=False, **few)
    >>> [pair.name for pair in found.report.rules[0].rules]
    ['TIME-WAIT.fin-again']
    """
    from tcpverify.tcp.properties import find
    from tcpverify.workflow.compare import BOUNDED
    from tcpverify.workflow.compare import compare as run
    from tcpverify.workflow.comparison import CompareRequest

    values, given = parsed(options)
    if len(models) < 2:
        raise UsageError("compare takes two models or more, such as compare('rfc9293', 'rfc9293+rfc1337')")
    if values["engine"] != "zones":
        raise UsageError("compare has one engine, the zones; leave engine out")
    with naming(*models) as expressions:
        base = check_request(expressions[0], values, given, sweep=False, beside=expressions[1:])
        wanted = tuple(n for n in base.properties if find(n).watched) if base.properties else BOUNDED
        report = run(CompareRequest(base, expressions, wanted if bounds else ()))
        titles = {side.model: _title(side.model) for side in report.sides}
        return CompareResult(report, unit_of(values["msl"]), titles)


@exploring
def cost(
    *models: Named, rate: int | Fraction = 1000, ports: int = 28232, bytes: int | str = 512, **options: Unpack[Options]
) -> CostResult:
    """Say what a safe TIME_WAIT costs: connections a second, sockets, memory.

    Parameters
    ----------
    *models
        each as for `check`; none: a few.
    rate
        connections closed a second, wherever to.
    ports
        local ports for connections to one destination.
    bytes
        kernel memory for a socket in TIME-WAIT, in bytes or such as ``"1K"``.
    **options
        as for `check`, but MSL and RTO_MAX are 2min and no losses where nobody says otherwise; ``time_wait`` is priced
        as well.

    Raises
    ------
    UsageError, ModelError, InternalDisagreement
        as `check`.

    Examples
    --------
    >>> import tcpverify
    >>> price = tcpverify.cost("textbook", properties="drained")
    >>> price.to_json()["models"][0]["minimal_time_wait"]
    '2*MSL'
    """
    from tcpverify.workflow.cost import cost as run

    usual: dict[str, Any] = {"msl": "2min", "losses": 0}
    values, _ = parsed({**usual, **options})
    given = parsed(options)[1]
    if isinstance(rate, bool) or not isinstance(rate, int | Fraction) or rate <= 0:
        raise UsageError(f"rate: {rate!r} is not an exact positive number of connections a second")
    if isinstance(ports, bool) or not isinstance(ports, int) or not 0 < ports < 2**16:
        raise UsageError(f"ports: {ports!r} is not between 1 and 65535")
    values |= {"rate": Fraction(rate), "ports": ports, "size": parse_size(str(bytes))}
    with naming(*models) as expressions:
        return CostResult(run(cost_request(priced_models(expressions, False), values, given)))


def claims(
    *numbers: int, amend: str | Amendment = "", lang: str = "en", timeout: Length | None = None,
    memory: int | str = 0,
) -> ClaimsResult:  # fmt: skip
    """Settle the widespread sayings about TIME-WAIT: each yes, no or conditional.

    Parameters
    ----------
    *numbers
        which; none: all.
    amend
        an amendment, by name or made in Python, that is added to every model.
    lang
        ``en`` or ``zh``.
    timeout, memory
        limits, as for `check`.

    Raises
    ------
    UsageError, ModelError, InternalDisagreement
        as `check`.

    Examples
    --------
    >>> import tcpverify
    >>> tcpverify.claims(6)
    <claims 6: no>
    """
    from tcpverify.workflow.claims.asking import claims as run

    for number in numbers:
        if not isinstance(number, int) or isinstance(number, bool):
            raise UsageError(f"{number!r} is not the number of a saying; write them one by one, such as claims(6, 7)")
    if lang not in ("en", "zh"):
        raise UsageError(f"there is no answer in {lang!r}, only in en and zh")
    limit = wall_clock(duration(timeout, "timeout") if timeout is not None else None)
    size = parse_size(str(memory)) if memory else 0
    if isinstance(amend, str):
        return ClaimsResult(run(numbers, seconds=limit, memory=size, amendment=amend), lang)
    with (load() + amend).at_hand():
        return ClaimsResult(run(numbers, seconds=limit, memory=size, amendment=amend.name), lang)
