"""The one refutation that is worth a picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tcpverify.errors import UsageError
from tcpverify.evidence.trace import Trace
from tcpverify.workflow.check import Report, check
from tcpverify.workflow.results import CheckRequest

__all__ = ["refutation"]


def refutation(
    request: CheckRequest, progress: Report | None = None, interrupted: Callable[[], bool] | None = None
) -> Trace:
    """The refutation that `check` would show.

    Raises
    ------
    UsageError, ModelError
        if the request cannot be carried out, or nothing is refuted.
    InternalDisagreement
        if an answer fails its re-check.
    """
    # With several properties a brief check would go on until all are refuted.
    brief = len(request.properties) == 1
    report = check(replace(request, brief=brief, sweep=not request.time_waits), progress, interrupted)
    found = report.first_refutation()
    if found is None or found.trace is None:
        raise UsageError(
            f"{report.model}: nothing is refuted here, so there is no counterexample to draw; "
            "name a shorter TIME-WAIT, another property or a wider scope"
        )
    return found.trace
