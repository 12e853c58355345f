"""The one refutation that is worth a picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tcpverify.errors import UsageError
from tcpverify.evidence.trace import Trace
from tcpverify.workflow.check import Report, check
from tcpverify.workflow.results import UNKNOWN, CheckRequest

__all__ = ["refutation"]


def refutation(
    request: CheckRequest, progress: Report | None = None, interrupted: Callable[[], bool] | None = None
) -> Trace:
    """The refutation that `check` would show.

    Raises
    ------
    UsageError, ModelError
        if the request cannot be carried out, or nothing is refuted.
    KeyboardInterrupt
        if the user stops it before anything is refuted.
    InternalDisagreement
        if an answer fails its re-check.
    """
    # With several properties a brief check would go on until all are refuted.
    brief = len(request.properties) == 1
    report = check(replace(request, brief=brief, sweep=not request.time_waits), progress, interrupted)
    found = report.first_refutation()
    if found is None or found.trace is None:
        if report.interrupted:
            raise KeyboardInterrupt
        open_ = any(v.verdict == UNKNOWN and v.counts for v in report.verdicts)
        raise UsageError(
            f"{report.model}: nothing is refuted here{', though not all is decided' if open_ else ''}, so there is no "
            "counterexample to draw; name a shorter TIME-WAIT, another property, a wider scope or a longer --timeout"
        )
    return found.trace
