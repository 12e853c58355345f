"""Rules written as Python text mean the same rules when they are read again."""

from __future__ import annotations

import pytest

from tcpverify.lang.expr import Expr, boolean, elapsed, integer, lift, sequence
from tcpverify.lang.linear import constant, parameter
from tcpverify.lang.table import Rule
from tcpverify.tcp import vocabulary as words
from tcpverify.tcp.registry import catalogue, load
from tcpverify.views.source import change_source, duration_source, expression_source

NAMES: dict[str, object] = {name: getattr(words, name) for name in words.__all__}
NAMES |= {"boolean": boolean, "integer": integer, "sequence": sequence}
FULL = [e.name for e in catalogue() if e.kind != "amendment" and "TIME_WAIT" in load(e.name).table.numbers]
AMENDED = [f"rfc9293+{e.name}" for e in catalogue() if e.kind == "amendment"]


def fits(spec: str) -> bool:
    try:
        load(spec)
    except Exception:
        return False
    return True


@pytest.mark.parametrize("spec", [*FULL, *filter(fits, AMENDED)])
def test_every_rule_of_every_model_survives(spec: str) -> None:
    rules = load(spec).table.rules
    assert len(rules) > 40
    for rule in rules.values():
        text = change_source(rule)
        [made] = eval(f"({text})", dict(NAMES))
        # Everything that is not the rule's identity is lost first, so that nothing survives by being left out.
        bare = {rule.name: Rule(rule.name, rule.state, rule.event, "lost", "lost", to="LISTEN")}
        made.apply(bare)
        again = bare[rule.name]
        assert again.key() == rule.key(), text
        assert (again.text, again.clause) == (rule.text, rule.clause)


A, B, C = words.ACK, words.RST, words.SYN


@pytest.mark.parametrize(
    ("expr", "text"),
    [
        (A & ~B, "ACK & ~RST"),
        (~(A & B) | C, "~(ACK & RST) | SYN"),
        ((A & B) | C, "(ACK & RST) | SYN"),
        (A & (B | C), "ACK & (RST | SYN)"),
        (words.SEG_SEQ == words.RCV_NXT, "SEG_SEQ == RCV_NXT"),
        (A & (words.SEG_SEQ + 1 <= words.RCV_NXT), "ACK & (SEG_SEQ + 1 <= RCV_NXT)"),
        (lift(0) < words.SEG_TEXT, "lift(0) < SEG_TEXT"),
        (words.SEG_LEN - (words.SEG_TEXT - 1) == 2, "SEG_LEN - (SEG_TEXT - 1) == 2"),
        ((A == B) == C, "(ACK == RST) == SYN"),
        (words.acceptable & A, "acceptable & ACK"),
        (A & words.ack_new & B, "ACK & ack_new & RST"),
        (words.ack_new, "ack_new"),
        (words.SEG_SEQ.within(words.RCV_NXT, 5), "SEG_SEQ.within(RCV_NXT, 5)"),
        (words.ite(A, words.SEG_ACK, words.SND_UNA), "ite(ACK, SEG_ACK, SND_UNA)"),
        (boolean("FOUND") & (integer("N") == 3), 'boolean("FOUND") & (integer("N") == 3)'),
        (words.lift_seq(0) == words.ISS, "lift_seq(0) == ISS"),
        (elapsed("time-wait", 2 * words.MSL), 'elapsed("time-wait", 2 * MSL)'),
    ],
)
def test_expressions_in_the_words_of_the_vocabulary(expr: Expr, text: str) -> None:
    assert expression_source(expr) == text
    assert eval(text, dict(NAMES)).key() == expr.key()


@pytest.mark.parametrize(
    "value", [3 * words.MSL, words.MSL + constant(60), constant(0), parameter("REUSE_DELAY") + 2 * parameter("RTO_MAX")]
)
def test_durations(value: words.Expr) -> None:
    assert eval(duration_source(value), dict(NAMES)) == value
