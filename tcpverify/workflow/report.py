"""`report`: everything that one page shows, asked in turn within one limit of time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from tcpverify.errors import UsageError
from tcpverify.tcp.registry import load
from tcpverify.workflow.bound import bound
from tcpverify.workflow.check import Report, check
from tcpverify.workflow.derived import BoundRequest
from tcpverify.workflow.graph import reachable_graph
from tcpverify.workflow.limits import Limits
from tcpverify.workflow.reported import Reported, exchanges_of
from tcpverify.workflow.results import CheckReport, CheckRequest

__all__ = ["REGION_SECONDS", "report"]

T = TypeVar("T")
#: of the time limit, what verdicts may take where more is wanted
SHARE = 2 / 3
#: for the safe region, where nobody gives a limit
REGION_SECONDS = 60.0


def report(
    request: CheckRequest,
    region: BoundRequest | str = "",
    graph: bool = True,
    progress: Report | None = None,
    interrupted: Callable[[], bool] | None = None,
) -> Reported:
    """Verdicts first, then the rest as far as time allows; what is missing is said.

    Parameters
    ----------
    region
        the safe region that is wanted as well, within the limits of ``request``; or why there is none.
    graph
        whether the reachable graph is wanted.
    progress, interrupted
        as for `check`.

    Raises
    ------
    UsageError, ModelError
        if the request cannot be carried out.
    InternalDisagreement
        if an answer fails its re-check.
    """
    limits = Limits(request.seconds, request.memory, interrupted or (lambda: False))
    more = graph or not isinstance(region, str)
    checked = check(replace(request, seconds=request.seconds * (SHARE if more else 1)), progress, interrupted)
    reached, without_graph = None, "It was not asked for."
    if graph:
        wait = tuple(dict.fromkeys(v.time_wait for v in checked.verdicts if v.counts))[:1]
        asked = replace(request, time_waits=wait)
        reached, without_graph = _within(
            limits, checked, lambda left: reachable_graph(
                replace(asked, seconds=left), progress=progress, interrupted=interrupted
            ),
        )  # fmt: skip
    derived, without_region = None, region if isinstance(region, str) else ""
    if not isinstance(region, str):
        wanted = replace(region, memory=request.memory)
        derived, without_region = _within(
            limits, checked, lambda left: bound(replace(wanted, seconds=left or REGION_SECONDS), progress, interrupted)
        )
    return Reported(
        model=load(request.model),
        check=checked,
        exchanges=exchanges_of(checked),
        region=derived,
        without_region=without_region,
        graph=reached,
        without_graph=without_graph,
        interrupted=checked.interrupted or limits.stop(),
    )


def _within(limits: Limits, checked: CheckReport, ask: Callable[[float], T]) -> tuple[T | None, str]:
    """An answer within the seconds that are left (0: no limit), or why there is none."""
    if checked.interrupted or limits.stop():
        return None, "The run was interrupted before."
    if limits.over():
        return None, "The time limit was reached before."
    try:
        return ask(limits.remaining()), ""
    except UsageError as error:
        return None, f"{str(error)[:1].upper()}{str(error)[1:]}."
