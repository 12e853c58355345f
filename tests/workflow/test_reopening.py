"""TIME-WAIT that is left by opening: a SYN that reopens it, a connect() that takes it over; what makes that safe."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from tcpverify.errors import UsageError
from tcpverify.lang.region import Region
from tcpverify.lang.table import Amendment
from tcpverify.tcp.registry import load
from tcpverify.tcp.scope import Scope
from tcpverify.views.conditions import condition_text
from tcpverify.workflow.bound import bound
from tcpverify.workflow.check import check
from tcpverify.workflow.derived import EXACT, BoundRequest
from tcpverify.workflow.results import CheckReport, CheckRequest

F = Fraction
TICK = F(1, 100)


def run(
    model: str, name: str, time_wait: str = "2", durations: tuple[tuple[str, F], ...] = (), **scope: Any
) -> CheckReport:
    return check(
        CheckRequest(model, F(1), (F(time_wait),), scope=Scope(**{"losses": 0, **scope}), properties=(name,),
                     brief=True, durations=durations, seconds=100)
    )  # fmt: skip


def answer(report: CheckReport) -> tuple[str, int]:
    (verdict,) = report.verdicts
    return verdict.verdict, len(verdict.trace.steps) if verdict.trace else 0


def test_who_was_refused_too_late_leaves_something_behind_for_the_reopened_connection() -> None:
    """An old FIN that was sent again draws a challenge ACK, which completes the new handshake too early."""
    assert answer(run("textbook+rfc1122-reopen", "clean-reopen", reopen="passive")) == ("refuted", 11)


def test_the_incarnation_begins_with_the_syn() -> None:
    report = run("textbook+rfc1122-reopen", "clean-reopen", reopen="passive")
    trace = report.verdicts[0].trace
    assert trace is not None
    step = next(s for s in trace.steps if s.rule == "TIME-WAIT.reopen")
    assert (step.after.state, step.after.incarnation) == ("SYN-RECEIVED", 2)
    assert step.isn is not None and {s.incarnation for s in step.sent} == {2}


def test_a_delay_says_when_a_time_wait_may_be_taken_over() -> None:
    """The SYN leaves TIME-WAIT exactly when the rule lets it, and not before."""
    report = run("textbook+tw-reuse", "no-old-segment", durations=(("REUSE_DELAY", F(1, 2)),), retransmissions=0)
    trace = report.verdicts[0].trace
    assert trace is not None
    began = next(s.time for s in trace.steps if s.after.state == "TIME-WAIT")
    reused = next(s.time for s in trace.steps if s.rule == "TIME-WAIT.reuse")
    assert reused - began >= F(1, 2)
    assert report.parameters["REUSE_DELAY"] == F(1, 2) and report.parameters["TICK"] == TICK


def test_what_taking_over_needs_to_be_safe() -> None:
    """PAWS does not apply to RSTs, and its own ACK has a RST sent: three MSL, whatever the timestamps are."""
    report = bound(BoundRequest("textbook+tw-reuse", scope=Scope(losses=0, retransmissions=0)))
    assert report.status == EXACT and "REUSE_DELAY" in report.names and "TICK" in report.names
    (region,) = report.safe
    own = {condition_text(c, report.names) for c in region.conditions if not report.domain.holds(*c)}
    assert own == {"TIME_WAIT ≥ 3·MSL", "REUSE_DELAY ≥ 3·MSL"}
    assert isinstance(region, Region) and all(p.assurance.rechecked_by == ("z3",) for p in report.proofs)


def test_durations_that_a_model_does_not_have() -> None:
    with pytest.raises(UsageError, match="textbook has no duration 'REUSE_DELAY' to set"):
        run("textbook", "drained", durations=(("REUSE_DELAY", F(1)),))
    with pytest.raises(UsageError, match="has no duration 'DELAY' to set; it has REUSE_DELAY"):
        run("textbook+tw-reuse", "drained", durations=(("DELAY", F(1)),))
    silent = Amendment("nameless", "", "", numbers={})
    assert "REUSE_DELAY" in load("textbook+tw-reuse").table.amended(silent).numbers


def test_old_data_is_accepted_where_time_wait_is_short() -> None:
    """RFC 1337's hazard H1."""
    assert answer(run("rfc9293", "no-old-data", "1/2")) == ("refuted", 12)
    assert answer(run("textbook", "no-old-data", "2"))[0] == "proved"


def test_taking_over_is_no_assassination() -> None:
    scope = {"retransmissions": 0, "calls": ("open", "close-in-turn"), "reordering": False}
    assert answer(run("textbook+tw-reuse", "no-assassination", "1/10", **scope))[0] == "proved"
