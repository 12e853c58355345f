"""The shipped models: every event has exactly one rule, and each amendment does what its title says."""

from __future__ import annotations

import pytest

from tcpverify.lang.expr import TRUE
from tcpverify.lang.interpret import evaluate
from tcpverify.lang.total import flaws
from tcpverify.tcp.registry import catalogue, load, verify_table
from tcpverify.tcp.vocabulary import (
    ACK,
    FIN,
    RCV_NXT,
    RST,
    SEG_SEQ,
    Amendment,
    Rule,
    change,
    insert,
    merge,
    remove,
)

SUMS = (
    "rfc9293",
    "textbook",
    "textbook+no-restart",
    "textbook+rfc1337",
    "rfc9293+rfc1337+ideal",
    "rfc9293+rfc1337+literal",
    "rfc9293+literal+rfc1337",
    "textbook+paws",
    "rfc9293+literal+paws",
    "rfc9293+paws+no-restart",
)
#: amendments of amendments
NEEDS = {"paws-quiet": "paws", "rfc1122-return": "rfc1122-reopen", "linux-paws": "linux-time-wait+paws"}
AMENDMENTS = [
    f"{NEEDS[entry.name]}+{entry.name}" if entry.name in NEEDS else entry.name
    for entry in catalogue()
    if entry.kind == "amendment"
]

# An end in TIME-WAIT: it has sent up to 100 and expects 201 after the peer's FIN 200.
TIME_WAIT = {
    "SND.UNA": 100, "SND.NXT": 100, "ISS": 50, "RCV.NXT": 201, "RCV.WND": 1000, "MAX.SND.WND": 1000,
    "PASSIVE": False, "TS.RECENT": -1,
}  # fmt: skip
SEGMENT = {
    "SEG.SEQ": 201, "SEG.ACK": 100, "SEG.TEXT": 0, "SEG.TS": -1, "SEG.SYN?": False, "SEG.ACK?": True,
    "SEG.FIN?": False, "SEG.RST?": False, "NEW.ISS": 7000,
}  # fmt: skip
FIN_AGAIN = {"SEG.SEQ": 200, "SEG.FIN?": True}


def applies(spec: str, state: str = "TIME-WAIT", tcb: dict | None = None, **segment) -> Rule:
    """The one rule of the model for a segment; field names with ``_`` for ``.``."""
    env = {**TIME_WAIT, **SEGMENT, **(tcb or {}), **{n.replace("_", "."): v for n, v in segment.items()}}
    for flag in ("SYN", "ACK", "FIN", "RST"):
        if f"SEG.{flag}q" in env:
            env[f"SEG.{flag}?"] = env.pop(f"SEG.{flag}q")
    found = [r for r in load(spec).table.at(state, "SEGMENT") if evaluate(r.guard, env)]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("spec", [*SUMS, *(f"rfc9293+{name}" for name in AMENDMENTS)])
def test_exactly_one_rule_for_every_event(spec):
    assert verify_table(load(spec)) == []


def test_a_gap_is_reported_with_a_segment_that_falls_into_it():
    table = load("rfc9293").table.amended(Amendment("gap", "", "", (remove("TIME-WAIT.rst"),)))
    (flaw,) = flaws(table)
    assert (flaw.state, flaw.event, flaw.rules) == ("TIME-WAIT", "SEGMENT", ())
    assert flaw.values["SEG.RST?"] is True
    assert flaw.values["SEG.SEQ"] == flaw.values["RCV.NXT"]
    assert "no rule applies when" in str(flaw)


def test_an_overlap_is_reported_with_both_rules():
    more = change("LISTEN.other", guard=~RST & ~ACK)
    table = load("rfc9293").table.amended(Amendment("overlap", "", "", (more,)))
    (flaw,) = flaws(table)
    assert set(flaw.rules) == {"LISTEN.syn", "LISTEN.other"}
    assert flaw.values["SEG.SYN?"] is True
    assert str(flaw).startswith("LISTEN, SEGMENT: more than one rule applies: LISTEN.syn, LISTEN.other when")


def test_a_missing_event_is_a_gap_without_values():
    table = load("rfc9293").table.amended(Amendment("gap", "", "", (remove("LISTEN.close"),)))
    assert [str(f) for f in flaws(table)] == ["LISTEN, CLOSE: no rule applies when anything"]


def test_a_retransmitted_fin_restarts_time_wait_unless_the_model_says_otherwise():
    again = {"SEG_SEQ": 200, "SEG_FINq": True}
    for spec in ("rfc9293", "textbook", "rfc9293+rfc1337"):
        rule = applies(spec, **again)
        assert rule.name == "TIME-WAIT.fin-again"
        assert rule.restarts == (("time-wait", TRUE),)
        assert len(rule.emits) == 1
    rule = applies("textbook+no-restart", **again)
    assert rule.restarts == ()
    assert len(rule.emits) == 1
    # RFC 9293 as written: step 1 answers, and the timer never hears of it.
    rule = applies("rfc9293+literal", **again)
    assert rule.name == "TIME-WAIT.unacceptable"
    assert rule.restarts == ()
    assert len(rule.emits) == 1


def test_literal_acknowledges_a_bare_acknowledgment():
    assert applies("rfc9293").emits == ()
    rule = applies("rfc9293+literal")
    assert len(rule.emits) == 1
    assert rule.restarts == (("time-wait", TRUE),)


@pytest.mark.parametrize("seq", [201, 202, 5000])
def test_a_rst_ends_time_wait_in_rfc9293_only(seq):
    rule = applies("rfc9293", SEG_SEQ=seq, SEG_RSTq=True)
    assert (rule.to == "CLOSED") == (seq == 201)
    for spec in ("rfc9293+rfc1337", "textbook", "rfc9293+rfc1337+literal", "textbook+rfc1337"):
        rule = applies(spec, SEG_SEQ=seq, SEG_RSTq=True)
        assert rule.to is None
        assert rule.emits == ()


def test_paws_drops_old_timestamps_but_no_rst():
    spec = "rfc9293+paws"
    tcb = {"TS.RECENT": 5}
    assert applies(spec, tcb=tcb, SEG_TS=4).name == "TIME-WAIT.paws"
    assert applies(spec, tcb=tcb, SEG_TS=-1).name == "TIME-WAIT.paws"
    assert applies(spec, tcb=tcb, SEG_TS=5).name == "TIME-WAIT.other"
    assert applies(spec, tcb=tcb, SEG_TS=4, SEG_RSTq=True).name == "TIME-WAIT.rst"
    assert applies(spec, SEG_TS=-1).name == "TIME-WAIT.other"


@pytest.mark.parametrize(("seq", "ts", "recent"), [(201, 7, 7), (150, 7, 7), (202, 7, 5), (201, 5, 5)])
def test_paws_records_the_newest_timestamp_at_the_left_edge(seq, ts, recent):
    tcb = {"TS.RECENT": 5, "SND.NXT": 101}
    rule = applies("rfc9293+paws", "ESTABLISHED", tcb, SEG_SEQ=seq, SEG_TEXT=60, SEG_TS=ts)
    assert rule.name == "ESTABLISHED.text"
    env = {**TIME_WAIT, **SEGMENT, **tcb, "SEG.SEQ": seq, "SEG.TEXT": 60, "SEG.TS": ts}
    assert evaluate(rule.assign["TS.RECENT"], env) == recent


def test_every_segment_that_a_synchronized_end_takes_records_its_timestamp():
    table = load("rfc9293+paws").table
    for rule in load("rfc9293").table.rules.values():
        if "SND.UNA" in rule.assign and rule.event == "SEGMENT":
            assert "TS.RECENT" in table.rules[rule.name].assign, rule.name


def test_insert_takes_precedence_where_its_rule_applies_only():
    rule = Rule("TIME-WAIT.first", "TIME-WAIT", "SEGMENT", "", "", guard=FIN & (SEG_SEQ == RCV_NXT))
    base = load("rfc9293").table
    table = base.amended(Amendment("first", "", "", (insert(rule, before="TIME-WAIT.*"),)))
    assert flaws(table) == []
    assert table.rules["TIME-WAIT.close"] is base.rules["TIME-WAIT.close"]
    assert table.changed_by == {"TIME-WAIT.first": "first"}


def test_merge_adds_to_what_a_rule_assigns():
    base = load("rfc9293").table
    table = base.amended(Amendment("more", "", "", (merge("ESTABLISHED.fin", {"TS.RECENT": 3}),)))
    assert table.rules["ESTABLISHED.fin"].assign.keys() == {"SND.UNA", "RCV.NXT", "TS.RECENT"}
    assert base.rules["ESTABLISHED.fin"].assign.keys() == {"SND.UNA", "RCV.NXT"}
