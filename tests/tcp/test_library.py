"""The model library: amendments that undo each other, those that change nothing, and what stacks do in TIME-WAIT."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest
import z3

from tcpverify.errors import InternalDisagreement
from tcpverify.evidence.replay import replay
from tcpverify.lang.interpret import evaluate
from tcpverify.lang.smt import symbol, to_z3
from tcpverify.lang.table import Rule, Table
from tcpverify.tcp.registry import load, shipped, verify_table
from tcpverify.tcp.scope import Scope
from tcpverify.views.model import model_lines
from tcpverify.workflow.check import check
from tcpverify.workflow.results import CheckRequest
from tests.tcp.test_models import FIN_AGAIN, SEGMENT, TIME_WAIT, applies

GROUPS = {"standards", "variants", "stacks", "options", "relatives"}
NO_RULE = ("clock", "linger-n", "reuseaddr", "reuseport", "rfc1337-f3", "rfc6528")


def effect(rule: Rule) -> tuple[object, ...]:
    """What a rule does where it applies."""
    _, event, _, *rest = rule.key()
    return (event, *rest)


def differences(one: Table, other: Table) -> Iterator[tuple[str, str]]:
    """Pairs of rules of two tables that an event can meet at once (Z3, 32 bits) and that do not do the same."""
    for state, event in product(one.states, one.events):
        sorts = {**one.variables, **one.inputs.get(event, {})}
        env = {name: symbol(name, sort) for name, sort in sorts.items()}
        for mine, theirs in product(one.at(state, event), other.at(state, event)):
            if effect(mine) == effect(theirs):
                continue
            solver = z3.SolverFor("QF_BV")
            solver.add(to_z3(one.assumes, env), to_z3(mine.guard, env), to_z3(theirs.guard, env))
            if solver.check() != z3.unsat:
                yield mine.name, theirs.name


# ------------------------------------------------------------ RFC 793 and RFC 5961


@pytest.mark.parametrize("spec", ["rfc793+rfc5961", "rfc9293+rfc5961"])
def test_rfc5961_makes_rfc9293_of_rfc793_and_leaves_it_as_it_is(spec):
    assert list(differences(load("rfc9293").table, load(spec).table)) == []


def test_rfc793_differs_from_rfc9293_in_the_three_checks_only():
    found = set(differences(load("rfc9293").table, load("rfc793").table))
    kinds = {(mine.split(".")[1], theirs.split(".")[1]) for mine, theirs in found}
    resets = {("rst-challenge", "rst"), ("rst-challenge", "rst-passive"), ("rst-challenge", "rst-active")}
    # An acknowledgment that RFC 9293 finds too old: RFC 793 ignores it and takes the rest of the segment.
    taken = {"text", "fin", "fin-acked", "fin-and-ack", "ack", "other"}
    assert kinds - resets - {("syn", "syn")} <= {("bad-ack", which) for which in taken}
    assert resets < kinds and ("syn", "syn") in kinds and ("bad-ack", "text") in kinds


@pytest.mark.parametrize("seq", [201, 202, 1200])
def test_in_rfc793_whatever_lies_in_the_window_is_believed(seq):
    rule = applies("rfc793", SEG_SEQ=seq, SEG_RSTq=True)
    assert (rule.to, rule.tags) == ("CLOSED", {"reset"})
    rule = applies("rfc793", SEG_SEQ=seq, SEG_SYNq=True, SEG_ACKq=False)
    assert (rule.to, rule.tags) == ("CLOSED", {"reset"})
    assert applies("rfc793", SEG_SEQ=200, SEG_SYNq=True, SEG_ACKq=False).name == "TIME-WAIT.unacceptable"
    # RFC 1337's F1 is about RST: a SYN in the window still ends TIME-WAIT.
    assert applies("rfc793+rfc1337", SEG_SEQ=seq, SEG_RSTq=True).to is None
    assert applies("rfc793+rfc1337", SEG_SEQ=seq, SEG_SYNq=True, SEG_ACKq=False).to == "CLOSED"


def test_a_syn_in_the_window_is_answered_by_the_rst_of_reset_generation():
    rule = applies("rfc793", SEG_SEQ=500, SEG_SYNq=True, SEG_ACKq=False)
    env = {**TIME_WAIT, **SEGMENT, "SEG.SEQ": 500, "SEG.SYN?": True, "SEG.ACK?": False}
    sent = [m for m in rule.emits if evaluate(m.when, env)]
    assert len(sent) == 1
    assert [evaluate(sent[0].fields[n], env) for n in ("SEQ", "ACK", "RST?")] == [0, 501, True]


# ------------------------------------------------------------ amendments without a rule


@pytest.mark.parametrize("name", NO_RULE)
def test_an_amendment_may_change_no_rule_and_show_says_so(name):
    base, model = load("rfc9293"), load(f"rfc9293+{name}")
    assert {n: r.key() for n, r in model.table.rules.items()} == {n: r.key() for n, r in base.table.rules.items()}
    assert model.table.numbers == base.table.numbers
    said = " ".join(span.text for line in model_lines(model, 200, state="CLOSED") for span in line)
    assert f"amended by {name}" in said and "it changes no rule" in said
    assert (f"scope: sequence = clock (by {name})" in said) == (model.table.scope == {"sequence": "clock"})
    assert bool(model.table.scope) == (name in ("clock", "rfc1337-f3", "rfc6528"))


# ------------------------------------------------------------ who waits after a RST


@pytest.mark.parametrize("state", ["SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT"])
def test_where_a_rst_leads(state):
    (abort,) = load("rfc9293+rfc9293-abort").table.at(state, "ABORT")
    assert abort.to == "TIME-WAIT" and len(abort.emits) == 1
    (abort,) = load("heavens").table.at(state, "ABORT")
    assert abort.to == "LAST-ACK" and abort.emits[0].fields["RST?"].same(abort.assign["PASSIVE"])


@pytest.mark.parametrize("state", ["SYN-RECEIVED", "ESTABLISHED", "CLOSE-WAIT"])
def test_linger_0_makes_an_abort_of_close(state):
    table = load("rfc9293+linger-0").table
    close, abort = table.rules[f"{state}.close"], table.rules[f"{state}.abort"]
    assert effect(close)[1:] == effect(abort)[1:]


def test_heavens_resends_what_it_waits_for_and_acknowledges_a_rst_once():
    table = load("heavens").table
    env = {**TIME_WAIT, "SND.UNA": 100, "SND.NXT": 101, "PASSIVE": True}
    again = table.rules["LAST-ACK.retransmission-timeout"].emits
    for resets in (True, False):
        env["PASSIVE"] = resets
        (sent,) = (m.fields for m in again if evaluate(m.when, env))
        assert [evaluate(sent[n], env) for n in ("SEQ", "RST?", "FIN?")] == [100, resets, not resets]
    rule = applies("heavens", "ESTABLISHED", SEG_RSTq=True, SEG_ACKq=False)
    assert rule.to == "TIME-WAIT" and len(rule.emits) == 1
    assert evaluate(rule.assign["RCV.NXT"], {**TIME_WAIT, **SEGMENT}) == 202
    # The same RST again is one below RCV.NXT; the answer of a CLOSED end would be exactly there.
    assert len(applies("heavens", SEG_SEQ=200, SEG_RSTq=True).emits) == 1
    assert applies("heavens", SEG_SEQ=201, SEG_RSTq=True).emits == ()


def test_the_passive_closer_takes_time_wait_over():
    rule = applies("rfc9293+faber-client", "LAST-ACK", {"SND.UNA": 99})
    assert rule.to == "TIME-WAIT" and "closes" in rule.tags
    (sent,) = rule.emits
    rst = {"SEG_SEQ": evaluate(sent.fields["SEQ"], {**TIME_WAIT, "SND.NXT": 201}), "SEG_RSTq": True, "SEG_ACKq": False}
    assert applies("rfc9293+faber-client", **rst).to == "CLOSED"


# ------------------------------------------------------------ TIME-WAIT of stacks

TEXT = {"SEG.TEXT": 5}
NEW_SYN = {"SEG.SYN?": True, "SEG.ACK?": False}
BELOW = {"SEG.SEQ": 150}


@pytest.mark.parametrize(
    ("model", "segment", "to", "sends", "restarts"),
    [
        # A RST ends TIME-WAIT in smoltcp and Windows.
        ("lwip", {"SEG.RST?": True}, None, 0, False),
        ("macos", {"SEG.RST?": True}, None, 0, False),
        ("smoltcp", {"SEG.RST?": True}, "CLOSED", 0, False),
        ("smoltcp", {"SEG.RST?": True, "SEG.SEQ": 900}, "CLOSED", 0, False),
        ("smoltcp", {"SEG.RST?": True, **BELOW}, None, 1, True),
        ("windows", {"SEG.RST?": True}, "CLOSED", 0, False),
        # The retransmitted FIN is acknowledged by all; macOS lets the timer run on.
        ("lwip", FIN_AGAIN, None, 1, True),
        ("macos", FIN_AGAIN, None, 1, False),
        ("smoltcp", FIN_AGAIN, None, 1, True),
        ("windows", FIN_AGAIN, None, 1, True),
        # lwIP restarts on any FIN, even one from far outside; smoltcp on anything outside.
        ("lwip", {"SEG.SEQ": 9000, "SEG.FIN?": True}, None, 1, True),
        ("lwip", {"SEG.SEQ": 9000, **TEXT}, None, 1, False),
        ("smoltcp", {"SEG.SEQ": 9000, **TEXT}, None, 1, True),
        ("smoltcp", {"SEG.SEQ": 9000, "SEG.ACK": 99}, None, 0, False),
        ("smoltcp", {"SEG.SEQ": 9000, "SEG.ACK": 101}, None, 1, False),
        # An empty segment draws nothing from lwIP.
        ("lwip", {}, None, 0, False),
        ("lwip", BELOW, None, 0, False),
        ("macos", BELOW, None, 1, False),
        # A SYN: lwIP refuses it in the window and stays, smoltcp does not see it.
        ("lwip", NEW_SYN, None, 1, False),
        ("lwip", {**NEW_SYN, **BELOW}, None, 1, False),
        ("smoltcp", NEW_SYN, None, 0, False),
        ("windows", NEW_SYN, None, 1, False),
        # A FIN that was never consumed.
        ("windows", {"SEG.FIN?": True}, None, 0, False),
        ("windows", TEXT, None, 0, False),
        ("macos", {"SEG.FIN?": True}, None, 1, False),
    ],
)
def test_time_wait_of_stacks(model, segment, to, sends, restarts):
    env = {**TIME_WAIT, **SEGMENT, **segment}
    (rule,) = (r for r in load(model).table.at("TIME-WAIT", "SEGMENT") if evaluate(r.guard, env))
    assert rule.to == to
    assert sum(bool(evaluate(m.when, env)) for m in rule.emits) == sends
    assert any(evaluate(when, env) for _, when in rule.restarts) == restarts


@pytest.mark.parametrize(
    ("model", "time_wait", "msl"),
    [
        ("rfc793", 240, None), ("lwip", 120, 60), ("smoltcp", 10, None), ("windows", 120, None),
        ("macos", 30, 15), ("rfc9293+tw-overflow", 0, None), ("linux", 60, 30), ("linux-tw-reuse", 60, 30),
        ("freebsd", 60, 30),
    ],
)  # fmt: skip
def test_numbers_of_stacks(model, time_wait, msl):
    numbers = load(model).table.numbers
    own = numbers["MSL"].value({}) if msl else Fraction(120)
    assert (numbers["TIME_WAIT"].value({"MSL": own}), own if msl else None) == (time_wait, msl)


# ------------------------------------------------------------ a SYN in TIME-WAIT

USED = {"TS.RECENT": 3}
SYN_AFTER = {**NEW_SYN, "SEG.SEQ": 202}


@pytest.mark.parametrize(
    ("model", "segment", "to", "sends", "restarts"),
    [
        # RFC 6191 §2, timestamps used: (a), (b), (c), (d).
        ("rfc9293+paws+rfc6191", {**USED, **NEW_SYN, **BELOW, "SEG.TS": 4}, "SYN-RECEIVED", 1, False),
        ("rfc9293+paws+rfc6191", {**USED, **NEW_SYN, "SEG.TS": 3}, "SYN-RECEIVED", 1, False),
        ("rfc9293+paws+rfc6191", {**USED, **NEW_SYN, "SEG.SEQ": 200, "SEG.TS": 3}, None, 0, False),
        ("rfc9293+paws+rfc6191", {**USED, **NEW_SYN}, "SYN-RECEIVED", 1, False),
        ("rfc9293+paws+rfc6191", {**USED, **NEW_SYN, **BELOW}, None, 0, False),
        ("rfc9293+paws+rfc6191", {**USED, **SYN_AFTER, "SEG.TS": 2}, None, 0, False),
        # ... not used: (a), (b), (c).
        ("rfc9293+rfc6191", {**NEW_SYN, **BELOW, "SEG.TS": 0}, "SYN-RECEIVED", 1, False),
        ("rfc9293+rfc6191", NEW_SYN, "SYN-RECEIVED", 1, False),
        ("rfc9293+rfc6191", {**NEW_SYN, **BELOW}, None, 0, False),
        # Put after it, PAWS answers what RFC 6191 drops.
        ("rfc9293+rfc6191+paws", {**USED, **SYN_AFTER, "SEG.TS": 2}, None, 1, False),
        # Linux: a SYN beyond RCV.NXT or a newer timestamp; no timestamp before means that none is read.
        ("linux", SYN_AFTER, "SYN-RECEIVED", 1, False),
        ("linux", NEW_SYN, None, 1, False),
        ("linux", {**NEW_SYN, **BELOW, "SEG.TS": 4}, None, 1, False),
        ("linux", {**USED, **NEW_SYN, **BELOW, "SEG.TS": 4}, "SYN-RECEIVED", 1, False),
        ("linux", {**USED, **SYN_AFTER, "SEG.TS": 2}, None, 1, True),
        ("linux", {"SEG.SYN?": True, "SEG.SEQ": 202}, None, 1, True),
        # What else arrives there: only an empty segment at RCV.NXT goes without an answer.
        ("linux", {}, None, 0, True),
        ("linux", {"SEG.ACK": 0}, None, 0, True),
        ("linux", {"SEG.ACK?": False}, None, 0, True),
        ("linux", BELOW, None, 1, True),
        ("linux", {"SEG.SEQ": 9000}, None, 1, True),
        ("linux", {**BELOW, "SEG.ACK?": False}, None, 1, False),
        ("linux", FIN_AGAIN, None, 1, True),
        ("linux", TEXT, None, 1, True),
        ("linux", {**USED, "SEG.TS": 2}, None, 1, True),
        # RST.
        ("linux", {"SEG.RST?": True}, "CLOSED", 0, False),
        ("linux", {"SEG.RST?": True, "SEG.SEQ": 202}, None, 0, False),
        ("linux-rfc1337", {"SEG.RST?": True}, None, 0, False),
        ("linux-rfc1337", {"SEG.RST?": True, "SEG.SEQ": 202}, None, 0, False),
        ("freebsd", {"SEG.RST?": True}, None, 0, False),
        ("freebsd", SYN_AFTER, "SYN-RECEIVED", 1, False),
        # However old its timestamp.
        ("freebsd", {**USED, **SYN_AFTER, "SEG.TS": 2}, "SYN-RECEIVED", 1, False),
        ("freebsd", {**USED, **NEW_SYN, "SEG.TS": 4}, None, 0, False),
        ("freebsd", {**SYN_AFTER, "SEG.ACK?": True}, "CLOSED", 1, False),
        ("freebsd", {"SEG.ACK?": False}, None, 0, False),
        ("freebsd", {}, None, 0, False),
        ("freebsd", USED, None, 0, False),
        ("freebsd", {"SEG.ACK": 99}, None, 1, False),
        ("freebsd", BELOW, None, 1, False),
        ("freebsd", FIN_AGAIN, None, 1, True),
        ("freebsd", {**USED, **FIN_AGAIN}, None, 0, False),
        ("freebsd", {**USED, **FIN_AGAIN, "SEG.TS": 1}, None, 1, True),
        ("freebsd", {"SEG.SEQ": 196, "SEG.FIN?": True, "SEG.TEXT": 4}, None, 1, True),
        ("freebsd", {"SEG.FIN?": True}, None, 1, False),
    ],
)
def test_what_reopens_and_what_prolongs_time_wait(model, segment, to, sends, restarts):
    test_time_wait_of_stacks(model, segment, to, sends, restarts)


@pytest.mark.parametrize(("model", "least"), [("rfc9293+rfc6191", 101), ("linux", 1101), ("linux-tw-reuse", 1101)])
def test_the_isn_of_a_connection_that_follows_time_wait(model, least):
    """It lies beyond the old SND.NXT, in Linux by more than a window."""
    table = load(model).table
    rules = [r for r in table.rules.values() if r.state == "TIME-WAIT" and r.tags & {"reopens", "opens"}]
    assert rules
    for rule in rules:
        chosen = [n for n in range(90, 1200) if evaluate(rule.chooses, {**TIME_WAIT, **SEGMENT, "NEW.ISS": n})]
        assert chosen == list(range(least, 1200))


@pytest.mark.parametrize(("recent", "old", "to"), [(-1, False, "CLOSED"), (3, True, "CLOSED"), (3, False, None)])
def test_fix_f2_believes_a_rst_without_timestamps_or_after_w(recent, old, to):
    table = load("rfc9293+rfc1337-f2").table
    (name,) = table.ages()
    assert table.ages()[name][0] == "in-time-wait" and table.numbers["W"].value({}) == 2
    env = {**TIME_WAIT, **SEGMENT, "SEG.RST?": True, "TS.RECENT": recent, name: old}
    (rule,) = (r for r in table.at("TIME-WAIT", "SEGMENT") if evaluate(r.guard, env))
    assert (rule.to, rule.emits) == (to, ())


# ------------------------------------------------------------ the time limit on FIN-WAIT-2


def test_fin_timeout_is_not_about_time_wait():
    base, table = load("rfc9293").table, load("rfc9293+fin-timeout").table
    assert table.numbers["TIME_WAIT"] == base.numbers["TIME_WAIT"]
    changed = [name for name, rule in table.rules.items() if rule.key() != base.rules[name].key()]
    assert changed == []
    (timer,) = (t for t in table.timers if t.name not in {b.name for b in base.timers})
    assert timer.states == {"FIN-WAIT-2"} and table.durations() == {"FIN_TIMEOUT"}


@pytest.mark.parametrize("fin_timeout", ["1/2", "3"])
def test_fin_wait_2_lasts_exactly_as_long_as_it_may(fin_timeout):
    """A peer that closes later is reset; the interpreter, which replays it, has a clock of its own."""
    lasts = Fraction(fin_timeout)
    scope = Scope(losses=0, retransmissions=0, calls=("close-in-turn",))
    request = CheckRequest("textbook+fin-timeout", Fraction(1), (Fraction(2),), rto_max=Fraction(9), scope=scope,
                           properties=("graceful-close",), durations=(("FIN_TIMEOUT", lasts),))  # fmt: skip
    (verdict,) = check(request).verdicts
    assert verdict.verdict == "refuted"
    times = [step.time for step in verdict.trace.steps if step.after.state == "FIN-WAIT-2"]
    (end,) = (step.time for step in verdict.trace.steps if step.event == "USER-TIMEOUT")
    assert end - times[0] == lasts
    for other in (lasts + 1, lasts / 2):
        wrong = replace(verdict.trace, parameters={**verdict.trace.parameters, "FIN_TIMEOUT": other})
        with pytest.raises(InternalDisagreement, match=r"user-timeout timer of . "):
            replay(wrong, load(request.model).table)


# ------------------------------------------------------------ several hosts behind one address


@pytest.mark.parametrize("model", ["rfc9293+tw-recycle", "linux-4.11"])
@pytest.mark.parametrize(
    ("calls", "paws_msl", "steps"),
    [
        (("open", "close-in-turn"), None, 0),
        (("open", "close-in-turn", "other-host"), None, 10),
        (("open", "close-in-turn", "other-host"), Fraction(0), 0),
    ],
)
def test_a_host_behind_the_same_address_is_shut_out_by_the_clock_of_another(model, calls, paws_msl, steps):
    """Nothing is lost, nothing is old, and nobody but its neighbour's timestamp keeps the second host out."""
    scope = Scope(losses=0, retransmissions=0, calls=calls, reordering=False, delay=False)
    durations = () if paws_msl is None else (("PAWS_MSL", paws_msl),)
    request = CheckRequest(model, Fraction(30), (Fraction(7, 10),), scope=scope, properties=("clean-reopen",),
                           durations=durations)  # fmt: skip
    (verdict,) = check(request).verdicts
    assert (verdict.verdict, verdict.vacuous) == ("refuted" if steps else "proved", False)
    if steps:
        *_, syn, last = verdict.trace.steps
        assert len(verdict.trace.steps) == steps
        assert (last.rule, last.after.state, last.sent) == ("LISTEN.older-syn", "LISTEN", ())
        (sent,) = syn.sent
        assert sent.flags == "SYN" and sent.ts < last.after.ts_recent


# ------------------------------------------------------------ the files


def test_every_file_says_where_in_the_list_it_belongs():
    for name, path in shipped().items():
        groups = [
            ast.literal_eval(node.value)
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "GROUP"
        ]
        assert len(groups) == 1 and groups[0] in GROUPS, name


@pytest.mark.parametrize(
    "spec",
    [
        "rfc793", "rfc793+rfc1337", "rfc793+ideal", "rfc793+literal", "rfc793+rfc5961", "rfc793+rfc5961+rfc1337",
        "rfc793+rfc5961+ideal", "rfc793+paws", "heavens", "heavens+abort-waits", "lwip", "smoltcp", "windows", "macos",
        "rfc9293+rfc9293-abort+abort-waits", "rfc9293+rfc1337+rfc9293-abort+linger-0",
    ],
)  # fmt: skip
def test_sums_that_go_together_are_total(spec):
    assert verify_table(load(spec)) == []
