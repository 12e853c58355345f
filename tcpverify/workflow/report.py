"""`report`: everything that one page shows, asked in turn within one limit of time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tcpverify.errors import UsageError
from tcpverify.tcp.registry import load
from tcpverify.workflow.bound import bound
from tcpverify.workflow.check import Report, check
from tcpverify.workflow.derived import BoundRequest
from tcpverify.workflow.limits import Limits
from tcpverify.workflow.reported import Reported, exchanges_of
from tcpverify.workflow.results import CheckRequest

__all__ = ["REGION_SECONDS", "report"]

#: for the safe region, where nobody gives a limit
REGION_SECONDS = 60.0


def report(
    request: CheckRequest,
    region: BoundRequest | str = "",
    progress: Report | None = None,
    interrupted: Callable[[], bool] | None = None,
) -> Reported:
    """Verdicts first, then the rest as far as time allows; what is missing is said.

    Parameters
    ----------
    region
        the safe region that is wanted as well, within the limits of ``request``; or why there is none.
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
    checked = check(request, progress, interrupted)
    derived, without = None, ""
    if isinstance(region, str):
        without = region
    elif checked.interrupted or limits.stop():
        without = "The run was interrupted before."
    elif limits.over():
        without = "The time limit was reached before."
    else:
        left = limits.remaining() if request.seconds else REGION_SECONDS
        try:
            derived = bound(replace(region, seconds=left, memory=request.memory), progress, interrupted)
        except UsageError as error:
            without = f"{str(error)[:1].upper()}{str(error)[1:]}."
    return Reported(
        model=load(request.model),
        check=checked,
        exchanges=exchanges_of(checked),
        region=derived,
        without_region=without,
        interrupted=checked.interrupted or limits.stop(),
    )
