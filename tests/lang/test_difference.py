"""Two tables compared: what Z3 calls alike no event tells apart, and what it calls different an event does."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tcpverify.lang.difference import Difference, Differences, differences
from tcpverify.lang.expr import TRUE, Expr, Sort, boolean, elapsed, ite, lift, sequence
from tcpverify.lang.interpret import evaluate
from tcpverify.lang.linear import parameter
from tcpverify.lang.table import Emit, Rule, Table, Timer
from tcpverify.tcp.registry import load
from tcpverify.workflow.compare import TYPICAL
from tcpverify.workflow.comparison import UNREAD

BITS = 3
X, Y, IN, FLAG = sequence("X"), sequence("Y"), sequence("IN"), boolean("FLAG")
Values = Mapping[str, int | bool]


def rule(name: str, guard: Expr = TRUE, **more: Any) -> Rule:
    return Rule(name, "UP", "GO", "a clause", "a sentence", guard, **more)


def table(*rules: Rule, **more: Any) -> Table:
    return Table(
        "toy", "a toy", ("UP", "DOWN"), ("GO",), dict.fromkeys("XYW", Sort.SEQ),
        {"GO": {"IN": Sort.SEQ, "FLAG": Sort.BOOL}},
        (Timer("clock", "TICK", frozenset({"UP"}), ~(X == Y), "a clause"),),
        {r.name: r for r in rules}, {"Y": frozenset({"UP"}), "W": frozenset({"UP"})}, **more,
    )  # fmt: skip


def send(value: Expr, when: Expr = TRUE) -> Emit:
    return Emit({"N": value}, when)


def reaction(machine: Table, state: str, event: str, values: Values, bits: int = BITS) -> tuple[Any, ...]:
    """What a table makes of an event, told without the code that is tested; with the rule last."""
    (hit,) = [r for r in machine.at(state, event) if evaluate(r.guard, values, bits)]
    new = {**values, **{n: evaluate(e, values, bits) for n, e in hit.assign.items()}}
    to = hit.to or state
    kept = {n: new[n] for n in machine.variables if to in machine.relevant.get(n, machine.states)}
    sent = [
        {n: evaluate(e, new, bits) for n, e in m.fields.items()} for m in hit.emits if evaluate(m.when, new, bits)
    ]
    anew = {
        t.name for t in machine.timers
        if state in t.states and to in t.states and evaluate(t.while_, values, bits) and evaluate(t.while_, new, bits)
        and any(name == t.name and evaluate(when, values, bits) for name, when in hit.restarts)
    }  # fmt: skip
    return to, kept, sent, anew, hit.tags - UNREAD, hit.name


ONE = table(
    rule("UP.low", X < IN, to="DOWN", assign={"X": IN, "Y": IN, "W": IN}, emits=(send(X), send(Y, FLAG))),
    rule("UP.high", ~(X < IN), assign={"Y": IN}, restarts=(("clock", FLAG),)),
)
#: (what is changed, whether it behaves differently)
VARIANTS: list[tuple[str, Table, bool]] = [
    ("nothing", ONE, False),
    ("a guard that says more than it needs", table(
        replace(ONE.rules["UP.low"], guard=(X < IN) & ~(IN < X)),
        replace(ONE.rules["UP.high"], guard=~(X < IN) | (IN < X))), False),
    ("the modular order from the other side: the antipode is before neither", table(
        replace(ONE.rules["UP.low"], guard=~(IN <= X)), replace(ONE.rules["UP.high"], guard=IN <= X)), True),
    ("one rule split in two", table(
        replace(ONE.rules["UP.low"], guard=(X < IN) & FLAG, emits=(send(X), send(Y))),
        replace(ONE.rules["UP.low"], name="UP.low-2", guard=(X < IN) & ~FLAG, emits=(send(X),)),
        ONE.rules["UP.high"]), False),
    ("a variable that is forgotten at once", table(
        replace(ONE.rules["UP.low"], assign={"X": IN, "Y": IN}), ONE.rules["UP.high"]), False),
    ("a value that is sent before it is forgotten", table(
        replace(ONE.rules["UP.low"], assign={"X": IN, "Y": IN + 1}), ONE.rules["UP.high"]), True),
    ("messages in another order", table(
        replace(ONE.rules["UP.low"], emits=(send(Y, FLAG), send(X))), ONE.rules["UP.high"]), False),
    ("one message less", table(replace(ONE.rules["UP.low"], emits=(send(X),)), ONE.rules["UP.high"]), True),
    ("a timer restarts always", table(
        ONE.rules["UP.low"], replace(ONE.rules["UP.high"], restarts=(("clock", TRUE),))), True),
    ("a timer restarts where it stops anyway", table(
        replace(ONE.rules["UP.low"], restarts=(("clock", TRUE),)), ONE.rules["UP.high"]), False),
    ("a tag that is read", table(replace(ONE.rules["UP.low"], tags=frozenset({"reset"})), ONE.rules["UP.high"]), True),
    ("a tag that nobody reads", table(
        replace(ONE.rules["UP.low"], tags=frozenset({"challenge"})), ONE.rules["UP.high"]), False),
    ("another value for one event in 128", table(
        ONE.rules["UP.low"],
        replace(ONE.rules["UP.high"], assign={"Y": ite((X == IN) & (Y == X + 1) & FLAG, X + 3, IN)})), True),
]  # fmt: skip


@pytest.mark.parametrize(("other", "differs"), [row[1:] for row in VARIANTS], ids=[row[0] for row in VARIANTS])
def test_it_finds_a_difference_exactly_where_one_is(other: Table, differs: bool) -> None:
    """All events of a small number space, one by one, say the same."""
    found = differences(ONE, other, ignored=UNREAD, bits=BITS)
    pairs = {(d.left, d.right) for d in found.found}
    seen = set()
    for x, y, i, flag in product(range(1 << BITS), range(1 << BITS), range(1 << BITS), (False, True)):
        values = {"X": x, "Y": y, "W": 0, "IN": i, "FLAG": flag}
        one, two = (reaction(t, "UP", "GO", values) for t in (ONE, other))
        if one[:-1] != two[:-1]:
            seen.add((one[-1], two[-1]))
    assert seen == pairs
    assert bool(seen) == differs and not found.open


@pytest.mark.parametrize(("other", "differs"), [row[1:] for row in VARIANTS], ids=[row[0] for row in VARIANTS])
def test_every_example_is_one(other: Table, differs: bool) -> None:
    for d in differences(ONE, other, ignored=UNREAD, bits=BITS).found:
        assert d.plain and d.answers[0] != replace(d.answers[1], rule=d.answers[0].rule)
        assert (d.answers[0].rule, d.answers[1].rule) == (d.left, d.right)


def test_an_event_without_a_rule_is_a_difference() -> None:
    gap = table(ONE.rules["UP.low"], replace(ONE.rules["UP.high"], guard=~(X < IN) & FLAG))
    (found,) = differences(ONE, gap, bits=BITS).found
    assert (found.left, found.right, found.aspects) == ("UP.high", None, ("no rule",))
    assert found.event_values["FLAG"] is False and found.answers[1].rule is None


def test_ages_of_timers_are_values_that_make_sense() -> None:
    """Older than twice a time is older than that time; a timer that does not run is of no age."""
    msl = parameter("MSL")
    short, long = elapsed("clock", msl), elapsed("clock", msl * 2)

    def asks(guard: Expr) -> Table:
        return table(rule("UP.old", guard, to="DOWN"), rule("UP.young", ~guard))

    assert not differences(asks(long), asks(short & long), bits=BITS).found
    (found, *_) = differences(asks(long), asks(short), bits=BITS).found
    assert {n: v for n, v in found.event_values.items() if "clock" in n} == {
        "clock timer ≥ MSL": True, "clock timer ≥ 2*MSL": False,
    }  # fmt: skip
    down = replace(rule("DOWN.go", long, to="UP"), state="DOWN"), replace(rule("DOWN.no", ~long), state="DOWN")
    never = replace(rule("DOWN.no"), state="DOWN"), replace(rule("DOWN.go", lift(False), to="UP"), state="DOWN")
    assert not differences(table(*down), table(*never), bits=BITS).found


def test_what_was_not_asked_is_open() -> None:
    other = VARIANTS[7][1]
    found = differences(ONE, other, bits=BITS, stop=lambda: True)
    assert not found.found and ("UP", "GO", "UP.low", "UP.low") in found.open
    assert found.rules(0) >= {"UP.low"}


# ------------------------------------------------------------ TCP


def compared(left: str, right: str) -> Differences:
    found = differences(load(left).table, load(right).table, ignored=UNREAD, typical=TYPICAL)
    assert not found.open
    return found


def pairs(found: Differences) -> set[tuple[str | None, str | None]]:
    return {(d.left, d.right) for d in found.found}


def test_a_rst_in_time_wait_is_all_that_rfc1337_changes() -> None:
    found = compared("rfc9293", "rfc9293+rfc1337")
    assert pairs(found) == {(n, n) for n in ("TIME-WAIT.rst", "TIME-WAIT.rst-challenge")}
    rst = next(d for d in found.found if d.left == "TIME-WAIT.rst")
    assert [a.to for a in rst.answers] == ["CLOSED", "TIME-WAIT"] and "next state" in rst.aspects
    assert rst.event_values["SEG.RST?"] is True and rst.event_values["SEG.SEQ"] == rst.event_values["RCV.NXT"]


def test_the_steps_as_written_do_not_restart_for_the_retransmitted_fin() -> None:
    found = compared("rfc9293", "rfc9293+literal")
    assert pairs(found) == {
        ("TIME-WAIT.fin-again", "TIME-WAIT.unacceptable"),
        ("TIME-WAIT.other", "TIME-WAIT.fin-again"),
    }
    fin = found.found[0]
    assert fin.event_values["SEG.SEQ"] == fin.event_values["RCV.NXT"] - 1 and fin.aspects == ("timers",)


def test_the_checks_of_rfc5961_on_those_of_rfc793_give_rfc9293() -> None:
    assert compared("rfc793+rfc5961", "rfc9293").found == ()


def test_the_order_of_amendments_that_agree_makes_no_difference() -> None:
    assert compared("rfc9293+rfc1337+ideal", "rfc9293+ideal+rfc1337").found == ()


def test_paws_leaves_alone_what_is_acknowledged_and_dropped_anyway() -> None:
    """An old timestamp is answered by the ACK that an unacceptable segment gets too."""
    found = compared("rfc9293", "rfc9293+paws")
    assert "ESTABLISHED.unacceptable" not in found.rules(0)
    assert ("ESTABLISHED.text", "ESTABLISHED.paws") in pairs(found)


@pytest.mark.parametrize("other", ["rfc793", "rfc9293+literal", "rfc9293+paws", "textbook"])
def test_random_events_find_no_other_difference(other: str) -> None:
    """32-bit numbers near each other and at the wrap: whatever differs is listed."""
    left, right = load("rfc9293").table, load(other).table
    known = pairs(compared("rfc9293", other))
    rng, met = random.Random(9293), set()
    for _ in range(1500):
        base = rng.choice((100, 2**32 - 1, 2**31, 5))

        def near(base: int = base) -> int:
            return (base + rng.choice((-65536, -2, -1, 0, 1, 2, 65535, 2**31))) % 2**32

        numbers = ("SND.UNA", "SND.NXT", "ISS", "RCV.NXT", "SEG.SEQ", "SEG.ACK")
        sorts = {**left.variables, **right.variables, **left.inputs["SEGMENT"]}
        values: dict[str, int | bool] = {n: False if s is Sort.BOOL else 0 for n, s in sorts.items()}
        values |= {n: near() for n in numbers}
        values |= {n: rng.choice((0, 1, 65535)) for n in ("RCV.WND", "MAX.SND.WND", "SEG.TEXT")}
        values |= {n: rng.choice((-1, 7, 8)) for n in ("SEG.TS", "TS.RECENT")}
        values |= {f"SEG.{n}?": rng.random() < 0.4 for n in ("SYN", "ACK", "FIN", "RST")}
        values |= {"NEW.ISS": near(), "PASSIVE": rng.random() < 0.5}
        for state in left.states:
            one, two = (reaction(t, state, "SEGMENT", values, 32) for t in (left, right))
            if one[:-1] != two[:-1]:
                met.add((one[-1], two[-1]))
    assert met and met <= known


def test_no_property_and_no_end_reads_a_tag_that_is_ignored() -> None:
    files = [p for p in Path("tcpverify").rglob("*.py") if p.parent.name in ("tcp", "engines", "evidence")]
    files.remove(Path("tcpverify/tcp/lexicon.py"))
    for path in files:
        text = path.read_text(encoding="utf-8")
        for tag in UNREAD - {"restarts"}:
            assert f'"{tag}"' not in text, f"{path} reads {tag}"
        assert '"restarts" in' not in text


def test_an_example_is_an_ordinary_segment() -> None:
    found: Difference = compared("textbook", "textbook+no-restart").found[0]
    assert found.event_values["SEG.TEXT"] == 0 and found.event_values["RCV.NXT"] == TYPICAL["RCV.NXT"]
