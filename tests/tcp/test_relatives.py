"""Protocols that do without TIME-WAIT, or have another one: what carries safety there, at its exact limits."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tcpverify.lang.interpret import evaluate
from tcpverify.tcp.deliveries import delivered
from tcpverify.tcp.ends import End, Event, Reaction, Segment
from tcpverify.tcp.interpreter import Interpreter
from tcpverify.tcp.numbers import number
from tcpverify.tcp.registry import load, verify_table
from tcpverify.tcp.scope import Scope
from tcpverify.views.model import model_lines
from tcpverify.workflow.check import check
from tcpverify.workflow.results import CheckRequest
from tests.oracle import TWICE
from tests.tcp.test_models import TIME_WAIT, applies

OLD, NEW, NOW = {"SEG.TAG": 1}, {"SEG.TAG": 3}, {"SEG.TAG": 2}
TAGGED = {**TIME_WAIT, "TAG": 2, "CC.RECV": 2}


def verdicts(model, time_wait, *properties, msl=1, rto_max=None, durations=(), **scope):
    """What `check` says: the verdict and, of a refutation, the number of steps."""
    request = CheckRequest(
        model, Fraction(msl), (Fraction(time_wait),), rto_max=None if rto_max is None else Fraction(rto_max),
        scope=Scope(**scope), properties=properties,
        durations=tuple((n, Fraction(v)) for n, v in durations),
    )  # fmt: skip
    report = check(request)
    return {v.property: v.verdict if v.trace is None else len(v.trace.steps) for v in report.verdicts}


@pytest.mark.parametrize(
    "spec",
    ["delta-t", "quic-draining", "rfc9293+sctp-tags", "sctp", "sctp+paws", "textbook+sctp-tags", "rfc9293+t-tcp",
     "rfc9293+t-tcp+tao"],
)
def test_every_table_is_total(spec):
    assert verify_table(load(spec)) == []


def test_show_says_where_a_choice_of_the_scope_comes_from():
    said = " ".join(span.text for line in model_lines(load("delta-t"), 200, state="CLOSED") for span in line)
    assert "scope: start = closed (by delta-t)" in said


# ------------------------------------------------------------ Delta-t: Δt for the receiver, Δt more for the sender


@pytest.mark.parametrize("rto", ["1", "3", "1/2"])
@pytest.mark.parametrize(
    ("receiver", "sender"), [("0", "0"), ("-1/100", "0"), ("0", "-1/100"), ("5", "5"), ("5", "499/100")]
)
def test_delta_t_at_its_limits(rto, receiver, sender):
    """The receiver's record needs MSL + R, the sender's MSL + R more than that; R is one retransmission.

    Within the scope a sender has given up, and begins no other run, where no acknowledgment came within 2·RTO_MAX;
    so it needs less where that is less than MSL + RTO_MAX.
    """
    msl, retransmission = Fraction(1), Fraction(rto)
    span = msl + retransmission
    time_wait, sender_time = span + Fraction(receiver), 2 * span + Fraction(sender)
    gave_up = time_wait < sender_time - 2 * retransmission and sender_time >= msl + span
    safe = time_wait >= span and (time_wait <= sender_time - span or gave_up)
    durations = (("SENDER_TIME", sender_time),)
    found = verdicts("delta-t", time_wait, "no-old-segment", rto_max=rto, durations=durations, losses=1)
    assert (found["no-old-segment"] == "proved") is safe


def test_delta_t_says_2_and_3_times_and_that_is_enough():
    table = load("delta-t").table
    numbers = {n: v.value({"MSL": Fraction(1), "RTO_MAX": Fraction(1)}) for n, v in table.numbers.items()}
    # MPL + R + A = 1 + 1 + 0.
    assert numbers == {"TIME_WAIT": 2 * 2, "SENDER_TIME": 3 * 2}
    durations = (("SENDER_TIME", 6),)
    wanted = ("no-old-segment", "drained", "termination")
    assert verdicts("delta-t", 4, *wanted, durations=durations, losses=1) == dict.fromkeys(wanted, "proved")


# ------------------------------------------------------------ SCTP: tags


@pytest.mark.parametrize("state", ["SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-2", "LAST-ACK", "TIME-WAIT"])
@pytest.mark.parametrize("tag", [OLD, NEW])
def test_another_tag_has_no_effect(state, tag):
    for flags in ({}, {"SEG_RSTq": True}, {"SEG_FINq": True}, {"SEG_SYNq": True, "SEG_ACKq": False}):
        rule = applies("rfc9293+sctp-tags", state, {**TAGGED, **tag}, **flags)
        assert rule.to is None and not rule.assign and not rule.restarts


def test_a_fin_out_of_the_blue_is_acknowledged_with_its_own_tag():
    for state in ("CLOSED", "LISTEN"):
        rule = applies("rfc9293+sctp-tags", state, {**TAGGED, **OLD}, SEG_FINq=True)
        (sent,) = rule.emits
        assert not sent.fields["RST?"].args[0] and rule.to is None
        assert applies("rfc9293+sctp-tags", state, {**TAGGED, **OLD}).emits == ()
    assert "reflects" in applies("rfc9293+sctp-tags", "SYN-SENT", {**TAGGED, **OLD}, SEG_FINq=True).tags


def test_the_interpreter_reflects_a_tag_too():
    """A in SYN-SENT of incarnation 2 acknowledges the FIN of incarnation 1 as one of incarnation 1."""
    scope = Scope(losses=0)
    run = Interpreter(load("rfc9293+sctp-tags").table, scope, {
        "MSL": Fraction(1), "RTO_MAX": Fraction(1), "TIME_WAIT": Fraction(0),
    })  # fmt: skip
    (fin,) = run.call("A", "CLOSE").sent
    run.deliver("B", fin.number)
    (last,) = run.call("B", "CLOSE").sent
    (again_from,) = run.deliver("A", last.number).sent
    run.wait(Fraction(0))
    run.expire("A", "TIME-WAIT")
    run.wait(Fraction(1, 2))
    (again,) = run.expire("B", "RETRANSMISSION").sent
    run.call("A", "OPEN-ACTIVE", isn=5000)
    assert (run.ends["A"].state, run.ends["A"].incarnation) == ("SYN-SENT", 2)
    (answer,) = run.deliver("A", again.number).sent
    assert answer.incarnation == 1 and again_from.incarnation == 1
    assert run.deliver("B", answer.number).rule.name == "LAST-ACK.fin-acked"


@pytest.mark.parametrize(("time_wait", "answer"), [("99/100", 18), ("0", 18)])
def test_tags_alone_do_not_protect_a_listener(time_wait, answer):
    found = verdicts("rfc9293+sctp-tags", time_wait, "no-old-segment", losses=0, retransmissions=0)
    assert found == {"no-old-segment": answer}


def test_a_cookie_that_was_not_needed_opens_later():
    """A COOKIE ECHO of one incarnation, left over from both ends opening at once, opens the next one."""
    found = verdicts("sctp", 0, "no-old-segment", losses=0, retransmissions=0)
    assert found == {"no-old-segment": 22}


def test_one_msl_is_enough_with_tags():
    """Where TCP needs 2·MSL or more: an old SYN that meets LISTEN is all that is left to wait for."""
    calls = ("open", "close-in-turn")
    found = verdicts("rfc9293+sctp-tags", 1, "no-old-segment", losses=0, retransmissions=0, calls=calls)
    assert found == {"no-old-segment": "proved"}


def test_tags_make_the_last_fin_safe_without_time_wait():
    """graceful-close without TIME-WAIT, which costs TCP a reset after seven steps."""
    scope = {"losses": 1, "incarnations": 1}
    assert verdicts("rfc9293+sctp-tags", 0, "graceful-close", "no-assassination", **scope) == {
        "graceful-close": "proved", "no-assassination": "proved",
    }  # fmt: skip
    assert verdicts("rfc9293+tw-overflow", 0, "graceful-close", **scope) == {"graceful-close": 7}


# ------------------------------------------------------------ QUIC: closing and draining


@pytest.mark.parametrize(
    ("state", "segment", "to", "sends"),
    [
        ("ESTABLISHED", {"SEG_FINq": True}, "TIME-WAIT", 0),
        ("ESTABLISHED", {"SEG_RSTq": True, "SEG_ACKq": False}, "TIME-WAIT", 0),
        # With an ACK it refuses an opening, and is no stateless reset.
        ("ESTABLISHED", {"SEG_RSTq": True}, None, 0),
        ("CLOSING", {}, None, 1),
        ("CLOSING", {"SEG_RSTq": True, "SEG_ACKq": False}, "TIME-WAIT", 0),
        ("CLOSING", {"SEG_FINq": True}, "TIME-WAIT", 0),
        ("TIME-WAIT", {}, None, 0),
        ("TIME-WAIT", {"SEG_RSTq": True}, None, 0),
        ("TIME-WAIT", {"SEG_FINq": True}, None, 0),
    ],
)
def test_closing_answers_and_draining_is_silent(state, segment, to, sends):
    rule = applies("quic-draining", state, {**TAGGED, **NOW}, **segment)
    assert (rule.to, len(rule.emits), rule.restarts) == (to, sends, ())
    assert applies("quic-draining", state, {**TAGGED, **OLD}, **segment).name == f"{state}.other-id"


@pytest.mark.parametrize("name", ["no-old-segment", "graceful-close"])
@pytest.mark.parametrize(("time_wait", "proved"), [("99/100", False), ("1", True), ("3", True)])
def test_quic_needs_one_msl(name, time_wait, proved):
    """An old SYN must not meet a listener, a stateless reset no end that still lives."""
    found = verdicts("quic-draining", time_wait, name, losses=0, retransmissions=0)
    assert (found[name] == "proved") is proved


# ------------------------------------------------------------ T/TCP: connection counts


@pytest.mark.parametrize("state", ["CLOSING", "LAST-ACK", "TIME-WAIT"])
def test_a_greater_count_takes_over_what_is_closing(state):
    syn = {"SEG_SYNq": True, "SEG_ACKq": False}
    assert "reopens" in applies("rfc9293+t-tcp", state, {**TAGGED, **NEW}, **syn).tags
    for tag in (OLD, NOW):
        assert applies("rfc9293+t-tcp", state, {**TAGGED, **tag}, **syn).to is None


def test_a_rst_has_no_count():
    """FreeBSD's code says so in a comment; it is how an old segment gets into a new connection."""
    assert applies("rfc9293+t-tcp", "ESTABLISHED", {**TAGGED, **OLD}, SEG_RSTq=True).to == "CLOSED"
    assert applies("rfc9293+t-tcp", "ESTABLISHED", {**TAGGED, **OLD}).name == "ESTABLISHED.other-count"
    found = verdicts("rfc9293+t-tcp", 12, "no-old-segment", msl=120, losses=0)
    assert found == {"no-old-segment": 9}


# ------------------------------------------------------------ T/TCP: data with the SYN


def twice(model, calls=("open", "abort"), prop="no-double-delivery", **more):
    """The answer in the scope of the oracle table: nothing old is about, what is sent arrives at once or is lost."""
    scope = Scope(**{**TWICE, "calls": calls})
    request = CheckRequest(model, Fraction(120), (Fraction(12),), scope=scope, properties=(prop,), **more)
    return check(request)


@pytest.mark.parametrize(("cache", "rule"), [(-1, "syn"), (0, "tao"), (2, "tao"), (3, "syn"), (4, "syn")])
def test_data_is_delivered_with_the_syn_if_the_count_is_greater_than_the_remembered_one(cache, rule):
    syn = {"SEG_SYNq": True, "SEG_ACKq": False}
    assert applies("rfc9293+t-tcp+tao", "LISTEN", {**TAGGED, **NEW, "CC.CACHE": cache}, **syn).name == f"LISTEN.{rule}"


@pytest.mark.parametrize("state", ["CLOSING", "LAST-ACK", "TIME-WAIT"])
@pytest.mark.parametrize(("cache", "rule"), [(-1, "later-syn"), (2, "later-syn-tao"), (3, "later-syn")])
def test_a_syn_that_takes_over_is_tested_as_well(state, cache, rule):
    syn = {"SEG_SYNq": True, "SEG_ACKq": False}
    assert applies("rfc9293+t-tcp+tao", state, {**TAGGED, **NEW, "CC.CACHE": cache}, **syn).name == f"{state}.{rule}"


@pytest.mark.parametrize(("cache", "after"), [(-1, 2), (0, 0), (1, 1), (5, 5)])
def test_a_handshake_fills_an_empty_cache_only(cache, after):
    """RFC 1644 §3.4, R3.2: otherwise SYNs that come out of order would make the count jump back."""
    table = load("rfc9293+t-tcp+tao").table
    for name in ("SYN-RECEIVED.established", "SYN-RECEIVED.fin"):
        assert evaluate(table.rules[name].assign["CC.CACHE"], {"CC.CACHE": cache, "CC.RECV": 2}, 32) == after
    assert evaluate(table.rules["SYN-SENT.syn-ack"].assign["CC.CACHE"], {"CC.CACHE": cache, "SEG.TAG": 2}, 32) == after


def test_a_syn_with_data_is_delivered_twice():
    """Once at once and once after a handshake; each is right by itself."""
    report = twice("rfc9293+t-tcp+tao")
    (verdict,) = report.verdicts
    rules = [step.rule for step in verdict.trace.steps]
    assert "LISTEN.tao" in rules and "LISTEN.syn" in rules and rules[-1] == "SYN-RECEIVED.established"
    assert "B.ABORT" in [f"{step.end}.{step.event}" for step in verdict.trace.steps]
    # Incarnation 2 follows an older one although none has been closed by both ends.
    assert report.premises["reopened"] and not report.premises["closed"]


def test_without_data_in_the_syn_nothing_like_it_is_near():
    """The same losses, retransmissions and aborts without TAO: whoever has sent data opens no second time.

    That it holds in the whole scope is a slow row of the oracle table.
    """
    (verdict,) = twice("rfc9293+t-tcp", states=20_000).verdicts
    assert verdict.trace is None and verdict.assurance.depth > 10


def test_without_abort_an_octet_is_delivered_once_even_so():
    """A server that has taken data with the SYN and closes remains until the client has acknowledged it."""
    report = twice("rfc9293+t-tcp+tao", ("open", "close"))
    (verdict,) = report.verdicts
    assert verdict.verdict == "proved" and not verdict.vacuous and "LISTEN.tao" not in report.silent_rules


def test_what_is_delivered_is_noted_only_where_somebody_asks():
    for prop, noted in (("no-data-loss", False), ("no-double-delivery", True)):
        (verdict,) = twice("rfc9293", ("open", "close"), prop).verdicts
        assert any(end.delivered for end in verdict.certificate.scenario.parts.ends) is noted


def test_what_an_earlier_connection_is_returned_to_delivers_nothing():
    """The numbers before and after are of different connections: no octets lie between them."""
    end = End("ESTABLISHED", 1, "", 0, "", False, *4 * (number(1, 0, 1),), None, None)
    before = End("SYN-RECEIVED", 2, "", 0, "", False, *4 * (number(2, 0, 1),), False, None)
    segment = Segment(1, 1, False, True, False, False, number(1, 1, 1), number(1, 0, 1), 1, -1, False)
    returned = Reaction(end, (), "SYN-RECEIVED.back", frozenset(), frozenset({"returns"}))
    assert delivered(before, Event("SEGMENT", segment), returned) == ()
    stayed = before._replace(incarnation=1, rcv=number(1, 1, 1))
    after = stayed._replace(rcv=number(1, 1, 2))
    taken = returned._replace(end=after, tags=frozenset())
    assert delivered(stayed, Event("SEGMENT", segment), taken) == ((1, 1),)
