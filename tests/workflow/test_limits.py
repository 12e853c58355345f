"""What a limit of time is spent on."""

from __future__ import annotations

from fractions import Fraction

from tcpverify.tcp.scope import Scope
from tcpverify.workflow.check import check
from tcpverify.workflow.results import CheckRequest


def test_endless_runs_are_looked_for_before_the_time_is_over() -> None:
    request = CheckRequest(
        "rfc9293+rfc1337", Fraction(1), scope=Scope(losses=0), properties=("drained", "termination"), seconds=300.0,
        sweep=False,
    )  # fmt: skip
    report = check(request)
    assert [v.verdict for v in report.verdicts] == ["refuted", "refuted"]
    # It ends when nothing is left to be found.
    assert report.seconds < request.seconds
