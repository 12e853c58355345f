"""What a limit of time is spent on."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from tcpverify.engines.explore import explore
from tcpverify.engines.skeleton import Skeleton
from tcpverify.tcp import properties
from tcpverify.tcp.scope import Scope
from tcpverify.workflow import check as checking
from tcpverify.workflow import endless, setting
from tcpverify.workflow.check import check
from tcpverify.workflow.limits import Limits
from tcpverify.workflow.results import CheckRequest

CLOSE = Scope(losses=0, incarnations=1, calls=("close",))


def test_endless_runs_are_looked_for_before_the_time_is_over() -> None:
    request = CheckRequest(
        "rfc9293+rfc1337", Fraction(1), scope=Scope(losses=0), properties=("drained", "termination"), seconds=300.0,
        sweep=False,
    )  # fmt: skip
    report = check(request)
    assert [v.verdict for v in report.verdicts] == ["refuted", "refuted"]
    # It ends when nothing is left to be found.
    assert report.seconds < request.seconds


@pytest.mark.parametrize("name", ["termination", "no-ack-loop", "deadlock-free"])
def test_a_search_for_endless_runs_gives_up_when_it_is_late(name: str) -> None:
    request = CheckRequest("rfc9293+literal", Fraction(1), scope=CLOSE)
    model = setting.model(request.model, CLOSE)
    system = setting.scenario(model, CLOSE, request, (name,))
    values = setting.parameters(request, Fraction(2))
    run, item = explore(Skeleton(system), values), properties.find(name)
    found = endless.counterexample(system, run, item, values, model.name, 0.0, late=lambda: False)
    assert (found is None) == (name == "deadlock-free")
    with pytest.raises(TimeoutError):
        endless.counterexample(system, run, item, values, model.name, 0.0, late=lambda: True)


def test_a_proof_that_there_is_no_time_to_re_check_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    certify = checking.certify

    def late(*given: Any) -> Any:
        monkeypatch.setattr(Limits, "over", lambda _: True)
        monkeypatch.setattr(Limits, "remaining", lambda _: 1e-6)
        return certify(*given)

    monkeypatch.setattr(checking, "certify", late)
    request = CheckRequest("textbook", Fraction(1), scope=CLOSE, properties=("drained",), seconds=300.0, sweep=False)
    (verdict,) = check(request).verdicts
    assert verdict.verdict == "unknown" and "not re-checked" in verdict.reason
