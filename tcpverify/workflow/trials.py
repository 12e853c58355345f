"""Many small runs of `check`, within one limit of time: each asks one property at one TIME-WAIT."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from tcpverify.workflow.check import check
from tcpverify.workflow.results import UNKNOWN, Assurance, CheckReport, CheckRequest, Verdict

__all__ = ["FEW_STATES", "STATES", "Halted", "Says", "Trials"]

#: symbolic states after which a trial is undecided
STATES = 70_000
#: the same where many trials share one answer
FEW_STATES = 30_000
#: told what is being tried
Says = Callable[[str], None]


class Halted(Exception):
    """There is no time for another trial; the message says why."""


class Trials:
    """Trials, remembered.

    Parameters
    ----------
    request
        what the trials have in common: model, durations, property, limits. Its ``states``, if any, is the limit of
        every trial.
    says
        told before every trial what it is about.
    interrupted
        asked now and then whether to stop.

    Attributes
    ----------
    interrupted
        whether Ctrl-C ended the trials.
    runs
        how many there were.
    """

    def __init__(self, request: CheckRequest, says: Says | None, interrupted: Callable[[], bool] | None) -> None:
        self.request = request
        self.interrupted, self.runs = False, 0
        self._says, self._asked = says or (lambda text: None), interrupted or (lambda: False)
        self._began = time.perf_counter()
        self._known: dict[CheckRequest, CheckReport] = {}

    @property
    def assurance(self) -> Assurance:
        """Why a verdict that no trial gave would be believed: for no reason."""
        return Assurance("zones, breadth first")

    @property
    def seconds(self) -> float:
        """Wall clock since the first trial could have begun."""
        return time.perf_counter() - self._began

    def verdict(self, request: CheckRequest, about: str, states: int = STATES) -> Verdict:
        """The answer of one trial.

        Raises
        ------
        Halted
            if it was not even begun, or ended by a limit that ends all trials.
        """
        return self.report(request, about, states).verdicts[0]

    def report(self, request: CheckRequest, about: str, states: int = STATES) -> CheckReport:
        """The whole report of one trial, asked once; see :meth:`verdict`."""
        found = self._known.get(request)
        if found is not None:
            return found
        seconds = 0.0
        if self.request.seconds:
            seconds = self.request.seconds - self.seconds
            if seconds <= 0:
                raise Halted("the time limit was reached; raise --timeout")
        self._stop()
        self.runs += 1
        self._says(f"run {self.runs}: {about}")
        states = self.request.states or states
        asked = replace(request, seconds=seconds, states=states, brief=True, sweep=False)
        report = check(asked, interrupted=self._asked)
        if report.interrupted:
            self._stop()
        answer = report.verdicts[0]
        if answer.verdict == UNKNOWN and seconds and self.seconds >= self.request.seconds:
            raise Halted("the time limit was reached; raise --timeout")
        if answer.verdict == UNKNOWN and answer.reason.startswith("interrupted"):
            raise Halted("the memory limit was reached; raise --memory")
        self._known[request] = report
        return report

    def _stop(self) -> None:
        if self._asked():
            self.interrupted = True
            raise Halted("interrupted")
