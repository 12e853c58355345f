"""The assumptions of a proof, given up one at a time: bounds of the scope, powers that it lacks, durations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

from tcpverify.tcp.scope import UNLIMITED, count_text
from tcpverify.workflow.reasons import Lifted
from tcpverify.workflow.results import PROVED, CheckRequest
from tcpverify.workflow.trials import Trials

__all__ = ["lift"]

#: the name of an assumption, what it was, and what it becomes, step by step: each with the request that says so
Assumption = tuple[str, object, list[tuple[object, CheckRequest]]]


def lift(trials: Trials, found: list[Lifted]) -> None:
    """Give up each assumption by itself, as far as the property is still proved; ``found`` is filled meanwhile."""
    for name, before, steps in [*_scopes(trials.request), *_durations(trials.request)]:
        for after, asked in steps:
            about = f"{name} {_shown(after)} in place of {_shown(before)}"
            verdict = trials.verdict(asked, about)
            found.append(Lifted(name, before, after, verdict))
            if verdict.verdict != PROVED:
                break


def _shown(value: object) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _scopes(request: CheckRequest) -> Iterator[Assumption]:
    """What the environment may not do."""
    scope = request.scope

    def step(name: str, *values: Any) -> Assumption:
        before = _json(getattr(scope, name))
        return name, before, [(_json(v), replace(request, scope=replace(scope, **{name: v}))) for v in values]

    for name in ("losses", "duplicates", "retransmissions"):
        count: int = getattr(scope, name)
        if count != UNLIMITED:
            # `check` needs a number of duplicates.
            more = (count + 1,) if name == "duplicates" else (count + 1, UNLIMITED)
            yield step(name, *more)
    for name in ("reordering", "delay"):
        if not getattr(scope, name):
            yield step(name, True)
    if "close-in-turn" in scope.calls and "close" not in scope.calls:
        yield step("calls", tuple("close" if c == "close-in-turn" else c for c in scope.calls))
    if "open" in scope.calls and scope.reopen != "both":
        yield step("reopen", "both")
    for call in ("open", "cancel", "abort"):
        # An abort on purpose is what graceful-close is not about.
        if call not in scope.calls and not (call == "abort" and "graceful-close" in request.properties):
            yield step("calls", (*scope.calls, call))
    yield step("data", scope.data + 1)
    if scope.start == "established" and "open" in scope.calls:
        yield step("start", "closed")
    yield step("incarnations", scope.incarnations + 1)
    if scope.sequence != "worst-case":
        yield step("sequence", "worst-case")


def _json(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int):
        return value
    return count_text(value)


def _durations(request: CheckRequest) -> Iterator[Assumption]:
    """Parameter values with a longer reach; the exact condition is for `bound` to derive."""
    msl, time_wait = request.msl, request.time_waits[0]
    rto_max = request.rto_max if request.rto_max is not None else msl
    longer = max(3 * msl, 3 * rto_max)
    yield "RTO_MAX", rto_max, [(longer, replace(request, rto_max=longer))]
    if request.rto_min:
        yield "RTO_MIN", request.rto_min, [(Fraction(0), replace(request, rto_min=None))]
    if request.delay_min:
        yield "DELAY_MIN", request.delay_min, [(Fraction(0), replace(request, delay_min=Fraction(0)))]
    if time_wait:
        shorter = [d for d in (time_wait - msl / 100, Fraction(0)) if d >= 0]
        yield "TIME_WAIT", time_wait, [(d, replace(request, time_waits=(d,))) for d in dict.fromkeys(shorter)]
