"""`why`: known sets of powers, known repairs, known assumptions; and an honest end when there is no time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import pytest

from tcpverify.errors import UsageError
from tcpverify.evidence.replay import replay
from tcpverify.tcp.powers import powers_of, without
from tcpverify.tcp.registry import load
from tcpverify.tcp.scope import Scope
from tcpverify.workflow.check import check
from tcpverify.workflow.reasons import WhyReport
from tcpverify.workflow.results import CheckRequest
from tcpverify.workflow.why import why

#: enough for every proof asked for here
STATES = 10_000


def request(model: str, name: str, time_wait: str, rto_max: str = "1", **scope: object) -> CheckRequest:
    return CheckRequest(
        model, Fraction(1), (Fraction(time_wait),), rto_max=Fraction(rto_max), scope=Scope(**scope),  # type: ignore[arg-type]
        properties=(name,), states=STATES,
    )  # fmt: skip


def sets(report: WhyReport) -> dict[tuple[str, ...], int]:
    """The minimal sets with the lengths of their ladders."""
    assert report.complete and not report.halted and all(b.minimal for b in report.breaking)
    for one in report.breaking:
        assert one.verdict.trace is not None and {"z3", "replay"} <= set(one.verdict.assurance.rechecked_by)
        replay(one.verdict.trace, load(report.model).table)
    return {b.powers: len(b.verdict.trace.steps) for b in report.breaking if b.verdict.trace is not None}


def repairs(report: WhyReport) -> set[tuple[str, ...]]:
    return {r.amendments for r in report.repairs}


def test_assassination_needs_no_loss_and_is_idealised_away() -> None:
    report = why(request("rfc9293", "no-assassination", "2"))
    assert sets(report) == {
        # An ACK of data before the FIN, overtaken by the FIN, is answered; that answer meets a CLOSED peer.
        ("reordering",): 8,
        # RFC 1337 §2: a FIN sent again is acknowledged again.
        ("retransmission", "delay"): 10,
        # Both close at once, one is done sooner and opens again while the other is in TIME-WAIT.
        ("simultaneous-close", "active-reuse"): 11,
    }
    assert report.idle == ("loss",) and report.needed == ()
    assert ("ideal",) in repairs(report) and report.exit_status == 1


def test_below_two_msl_old_segments_need_delay_reordering_and_reuse() -> None:
    report = why(request("textbook", "no-old-segment", "199/100"))
    assert sets(report) == {("reordering", "delay", "active-reuse"): 22}
    assert report.enough == [("reordering",), ("delay",), ("active-reuse",)]
    assert report.smallest is report.breaking[0] and report.needed == report.breaking[0].powers
    assert repairs(report) == set()
    assert any(len(r.amendments) == 2 for r in report.remedies), "pairs are tried where no amendment is enough"
    clash = next(r for r in report.remedies if r.amendments == ("pre-rfc5961",))
    assert clash.verdict is None and "TIME-WAIT.rst-challenge" in clash.note
    idle = next(r for r in report.remedies if r.amendments == ("literal",))
    assert (idle.verdict, idle.note) == (None, ""), "its rules have no part in the run"


def test_a_last_ack_that_is_lost() -> None:
    report = why(request("textbook", "graceful-close", "2", rto_max="3"))
    assert sets(report) == {("loss", "retransmission"): 9}
    assert report.enough == [("loss",), ("retransmission",)]


def test_fix_f1_fails_where_both_close_at_once() -> None:
    report = why(request("rfc9293+rfc1337", "drained", "100"))
    assert sets(report) == {("simultaneous-close", "active-reuse"): 10}
    assert repairs(report) == {("ideal",)}


def test_one_power_is_the_whole_story() -> None:
    report = why(request("textbook", "time-wait-side", "2"))
    assert sets(report) == {("simultaneous-close",): 5}


@pytest.mark.parametrize(
    ("model", "name", "time_wait", "scope"),
    [
        ("rfc9293", "no-assassination", "2", {}),
        ("textbook", "clean-reopen", "0", {"losses": 0, "reopen": "both"}),
    ],
)
def test_every_subset_agrees(model: str, name: str, time_wait: str, scope: dict[str, object]) -> None:
    """All subsets, asked one by one: refutations are monotone, and the minimal ones are those that were found."""
    asked = request(model, name, time_wait, **scope)
    powers = powers_of(asked.scope)
    answers: dict[frozenset[str], int] = {}
    for size in range(len(powers) + 1):
        for chosen in map(frozenset, combinations(powers, size)):
            left = replace(asked, scope=without(asked.scope, set(powers) - chosen), brief=True)
            verdict = check(left).verdicts[0]
            assert verdict.verdict in ("proved", "refuted")
            answers[chosen] = len(verdict.trace.steps) if verdict.trace is not None else 0
    for small, steps in answers.items():
        assert all(0 < answers[large] <= steps for large in answers if steps and small < large)
    minimal = {s: n for s, n in answers.items() if n and not any(answers[t] for t in answers if t < s)}
    assert {frozenset(s): n for s, n in sets(why(asked)).items()} == minimal


def test_what_carries_a_proof() -> None:
    report = why(request("textbook", "no-old-segment", "2", losses=0))
    assert report.exit_status == 0 and not report.halted
    found = {(t.name, str(t.after)): t.verdict for t in report.lifted}
    steps = {key: len(v.trace.steps) for key, v in found.items() if v.trace is not None}
    # While nothing is lost the RTO does not matter; one loss at RTO_MAX = MSL does no harm either.
    assert found["RTO_MAX", "3"].verdict == found["losses", "1"].verdict == "proved"
    assert steps["TIME_WAIT", "199/100"] == 12 and ("TIME_WAIT", "0") not in found, "the first refutation is enough"
    assert steps["reopen", "both"] > 0 and steps["calls", "('open', 'close', 'abort')"] > 0
    assert found["data", "1"].verdict == "unknown" and "undecided within" in found["data", "1"].reason


def test_a_proof_that_needs_no_time_wait_at_all() -> None:
    asked = request("textbook", "time-wait-side", "2", losses=0, retransmissions=0, calls=("close-in-turn",))
    report = why(asked)
    found = {(t.name, str(t.after)): t.verdict.verdict for t in report.lifted}
    assert found["TIME_WAIT", "0"] == "proved"
    assert found["calls", "('close',)"] == "refuted"


def after(questions: int) -> Callable[[], bool]:
    """A Ctrl-C that comes when it was asked for so often."""
    asked = 0

    def interrupted() -> bool:
        nonlocal asked
        asked += 1
        return asked > questions

    return interrupted


def test_interrupted_it_says_what_is_known() -> None:
    asked = request("rfc9293", "no-assassination", "2")
    whole = why(asked)
    for questions in (0, 3, 9, 20):
        report = why(asked, interrupted=after(questions))
        assert report.interrupted and report.exit_status == 130 and report.halted == "interrupted"
        assert not report.complete or report.remedies != whole.remedies
        assert [b.powers for b in report.breaking] == [b.powers for b in whole.breaking][: len(report.breaking)]


def test_out_of_time_it_says_what_is_known() -> None:
    report = why(replace(request("textbook", "no-old-segment", "2"), seconds=0.001, states=0))
    assert report.verdict.verdict == "unknown" and report.exit_status == 3 and "--timeout" in report.halted


def test_one_thing_at_a_time() -> None:
    asked = request("textbook", "drained", "2")
    with pytest.raises(UsageError, match="one property at a time"):
        why(replace(asked, properties=("drained", "termination")))
    with pytest.raises(UsageError, match="one TIME_WAIT at a time"):
        why(replace(asked, time_waits=(Fraction(1), Fraction(2))))
