"""Properties that no rule can break: proved of the table alone, and never against what an exploration finds."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from tcpverify.lang.table import Amendment, Rule, Table, add, change
from tcpverify.tcp import properties
from tcpverify.tcp.registry import load
from tcpverify.tcp.scope import Scope
from tcpverify.tcp.unbreakable import unbreakable
from tcpverify.tcp.vocabulary import RCV_NXT, SEG_SEQ
from tcpverify.workflow.check import check
from tcpverify.workflow.results import CheckRequest

ITEM = properties.find("no-assassination")


def amended(name: str, *changes: object) -> Table:
    return load(name).table.amended(Amendment("mine", "mine", "this test", changes))  # type: ignore[arg-type]


def test_rfc1337_leaves_no_rule_that_could() -> None:
    table = load("rfc9293+rfc1337").table
    assert unbreakable(table, ITEM) == len(table.rules)
    assert not unbreakable(load("rfc9293").table, ITEM)


def test_a_guard_that_nothing_satisfies_breaks_nothing() -> None:
    never = (SEG_SEQ == RCV_NXT) & ~(RCV_NXT == SEG_SEQ)
    rule = Rule("TIME-WAIT.never", "TIME-WAIT", "SEGMENT", "this test", "Never.", guard=never, to="CLOSED")
    table = amended("rfc9293+rfc1337", add(rule))
    assert ITEM.breaking is not None
    assert any(ITEM.breaking(r) and r.event == "SEGMENT" for r in table.rules.values())
    assert unbreakable(table, ITEM) == len(table.rules)


def test_one_that_something_satisfies_may() -> None:
    table = amended("rfc9293+rfc1337", change("TIME-WAIT.fin-again", to="CLOSED", restarts=()))
    assert not unbreakable(table, ITEM)


@pytest.mark.parametrize("name", [p.name for p in properties.PROPERTIES if p.breaking is None])
def test_others_need_more_than_a_rule(name: str) -> None:
    assert not unbreakable(load("textbook").table, properties.find(name))


def small(model: str) -> CheckRequest:
    scope = Scope(losses=0, retransmissions=1, incarnations=1, calls=("open", "close"), reordering=False)
    return CheckRequest(model, Fraction(1), scope=scope, properties=(ITEM.name,), sweep=False, states=6_000)


@pytest.mark.parametrize("model", ["textbook", "rfc9293+rfc1337", "linux-rfc1337", "macos", "quic-draining"])
def test_an_exploration_never_breaks_what_no_rule_can(model: str) -> None:
    assert unbreakable(load(model).table, ITEM)
    (verdict,) = check(small(model)).verdicts
    assert verdict.verdict == "proved"
    # With a rule that may end TIME-WAIT it is not decided by rules.
    culprit = Rule("TIME-WAIT.culprit", "TIME-WAIT", "SEND", "this test", "Ends it.", to="CLOSED")
    assert not unbreakable(load(model).table.amended(Amendment("mine", "mine", "this test", (add(culprit),))), ITEM)


def test_where_the_exploration_is_cut_short_the_rules_decide() -> None:
    report = check(replace(small("rfc9293+rfc1337"), scope=Scope(losses=0), states=3_000))
    (verdict,) = report.verdicts
    assert (verdict.verdict, verdict.vacuous, verdict.assurance.method) == ("proved", False, "rules")
    assert verdict.assurance.obligations == len(load("rfc9293+rfc1337").table.rules)
    assert verdict.assurance.rechecked_by == ("z3",)
    assert not report.complete


def test_without_its_premise_nothing_is_said() -> None:
    report = check(replace(small("rfc9293+rfc1337"), scope=Scope(losses=0), states=1))
    assert [v.verdict for v in report.verdicts] == ["unknown"] or report.premises["time-wait-started"]


def test_a_complete_exploration_keeps_its_certificate() -> None:
    (verdict,) = check(replace(small("rfc9293+rfc1337"), states=0)).verdicts
    assert verdict.assurance.method != "rules"
    assert verdict.certificate is not None
