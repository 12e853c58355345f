"""`compare`: which rules differ and how, which answers change, where a run parts two models; and honest ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from tcpverify.errors import ModelError, UsageError
from tcpverify.evidence.departure import departure
from tcpverify.evidence.replay import replay
from tcpverify.tcp.registry import load
from tcpverify.tcp.scope import Scope
from tcpverify.views.compare import answers_lines, compare_conclusion
from tcpverify.workflow.compare import compare, compare_rules
from tcpverify.workflow.comparison import ADDED, ALIKE, CHANGED, MOVED, REMOVED, RENAMED, REWORDED, CompareRequest
from tcpverify.workflow.derived import BoundReport
from tcpverify.workflow.results import CheckRequest

MODEL = "from tcpverify.tcp.vocabulary import *\nAMENDMENT = Amendment('mine', 'mine', 'nowhere', ({}))\n"


def request(*models: str, properties: tuple[str, ...] = ("drained",), bounds: tuple[str, ...] = (), **more: object):
    base = CheckRequest(models[0], Fraction(1), scope=Scope(losses=0), properties=properties)
    return CompareRequest(replace(base, **more), models, bounds)  # type: ignore[arg-type]


def kinds(left: str, right: str) -> dict[str, tuple[str, bool]]:
    report = compare_rules(load(left).table, load(right).table)
    return {p.name: (p.kind, p.behaves) for p in report.rules}


def mine(tmp_path: Path, changes: str) -> str:
    path = tmp_path / "mine.py"
    path.write_text(MODEL.format(changes), encoding="utf-8")
    return f"rfc9293+{path}"


# ------------------------------------------------------------ rules


def test_how_rules_differ() -> None:
    assert kinds("rfc9293", "rfc9293+rfc1337") == {
        "TIME-WAIT.rst": (CHANGED, True), "TIME-WAIT.rst-challenge": (CHANGED, True),
    }  # fmt: skip
    assert kinds("rfc9293", "rfc9293+literal") == {
        "TIME-WAIT.unacceptable": (MOVED, True), "TIME-WAIT.fin-again": (MOVED, True),
        "TIME-WAIT.other": (REMOVED, True),
    }  # fmt: skip
    paws = kinds("rfc9293", "rfc9293+paws")
    assert paws["ESTABLISHED.paws"] == (ADDED, True) and paws["ESTABLISHED.rst"] == (ALIKE, False)
    assert paws["ESTABLISHED.no-ack"] == (MOVED, True) and paws["ESTABLISHED.text"] == (CHANGED, True)


def test_what_is_only_written_differently(tmp_path: Path) -> None:
    own = mine(tmp_path, """
        change("TIME-WAIT.syn", text="Another sentence."),
        change("TIME-WAIT.no-ack", guard=~(ACK | SYN) & ~RST & acceptable),
        remove("CLOSED.rst"), add(Rule("CLOSED.reset", "CLOSED", "SEGMENT", "RFC 9293 §3.10.7.1", "Dropped.", RST)),
        remove("LISTEN.other"),
        add(Rule("LISTEN.fin", "LISTEN", "SEGMENT", "RFC 9293 §3.10.7.2", "", ~RST & ~ACK & ~SYN & FIN)),
        add(Rule("LISTEN.rest", "LISTEN", "SEGMENT", "RFC 9293 §3.10.7.2", "", ~RST & ~ACK & ~SYN & ~FIN)),
    """)
    assert kinds("rfc9293", own) == {
        "TIME-WAIT.syn": (REWORDED, False), "TIME-WAIT.no-ack": (ALIKE, False), "CLOSED.rst": (RENAMED, False),
        "LISTEN.other": (REMOVED, False), "LISTEN.fin": (ADDED, False), "LISTEN.rest": (ADDED, False),
    }  # fmt: skip
    report = compare_rules(load("rfc9293").table, load(own).table)
    assert report.equal and report.same == len(load("rfc9293").table.rules) - 4


def test_numbers_and_choices_of_the_scope_are_settings() -> None:
    report = compare_rules(load("textbook").table, load("textbook+tw-overflow").table)
    assert [(s.kind, s.name, s.left, s.right) for s in report.settings] == [("number", "TIME_WAIT", "2*MSL", "0")]
    assert not report.rules and not report.equal
    report = compare_rules(load("textbook").table, load("textbook+clock").table)
    assert [(s.kind, s.name, s.left, s.right) for s in report.settings] == [("scope", "sequence", None, "clock")]


# ------------------------------------------------------------ answers


def test_verdicts_bounds_and_prices_that_change() -> None:
    report = compare(request("rfc9293", "textbook", bounds=("drained",)))
    assert report.exit_status == 0 and not report.left_open
    assert [s.verdicts["drained"].verdict for s in report.sides] == ["refuted", "proved"]
    assert report.changes(report.sides[1]) == ["drained"]
    never, exact = (s.bounds["drained"] for s in report.sides)
    assert isinstance(never, BoundReport) and isinstance(exact, BoundReport) and not never.safe and exact.safe
    assert report.sides[0].cost is not None and report.sides[0].cost.role("shortest") is None
    least = report.sides[1].cost and report.sides[1].cost.role("shortest")
    assert least and least.time_wait == 2 and least.price.fastest == Fraction(28232, 2)


def test_a_run_tells_two_models_apart_at_a_step() -> None:
    (turn,) = compare(request("rfc9293", "textbook")).turning
    assert (turn.property, turn.broken, turn.kept, len(turn.trace.steps)) == ("drained", "rfc9293", "textbook", 8)
    replay(turn.trace, load("rfc9293").table)
    left = turn.departure
    assert left is not None and left.state == "TIME-WAIT" and left.differs == ("what is sent",) and left.sent == ()
    step = turn.trace.steps[left.step - 1]
    assert (step.rule, step.sent[0].flags) == ("TIME-WAIT.unacceptable", "ACK") and left.mine == step.rule
    # Up to there both do the same.
    before = replace(turn.trace, steps=turn.trace.steps[: left.step - 1])
    assert departure(before, load("textbook").table, turn.trace.parameters) is None


def test_a_shorter_time_wait_alone_parts_them_when_it_ends() -> None:
    (turn,) = compare(request("textbook", "textbook+tw-overflow")).turning
    assert turn.broken == "textbook+tw-overflow" and turn.departure is not None
    assert turn.departure.mine == "" and turn.departure.reason == "its TIME-WAIT lasts 2, not 0"
    assert turn.departure.theirs == "TIME-WAIT.time-wait-timeout"


def test_where_the_other_is_open_the_run_must_be_seen_to_depart() -> None:
    report = compare(request("rfc9293", "rfc9293+literal", properties=("fin-restarts",), states=300))
    assert report.exit_status == 3 and report.left_open == ["fin-restarts of rfc9293"]
    (turn,) = report.turning
    assert (turn.broken, turn.kept) == ("rfc9293+literal", "rfc9293")
    assert turn.departure is not None and turn.departure.differs == ("timers",)
    assert turn.departure.restarts == ("time-wait",) and not report.changes(report.sides[1])


def test_a_rule_by_another_name_is_no_departure(tmp_path: Path) -> None:
    own = mine(tmp_path, """
        remove("TIME-WAIT.unacceptable-rst"),
        add(Rule("TIME-WAIT.else", "TIME-WAIT", "SEGMENT", "-", "", ~acceptable & RST)),
        remove("LAST-ACK.fin-acked"),
        add(Rule("LAST-ACK.done", "LAST-ACK", "SEGMENT", "-", "", acceptable & ~RST & ~SYN & ACK & fin_acked,
                 to="CLOSED", assign={"SND.UNA": SEG_ACK}, tags=frozenset({"closes"}))),
    """)
    (turn,) = compare(request("rfc9293", "textbook")).turning
    assert any(s.rule == "LAST-ACK.fin-acked" for s in turn.trace.steps)
    assert departure(turn.trace, load(own).table, turn.trace.parameters) is None


def test_the_first_of_several_models_is_the_reference() -> None:
    report = compare(request("textbook", "rfc9293", "textbook+rfc1337", properties=("time-wait-side",)))
    assert [one.model for one in report.rules] == ["rfc9293", "textbook+rfc1337"]
    assert [len(one.differences.found) for one in report.rules] == [4, 0]
    assert {s.verdicts["time-wait-side"].verdict for s in report.sides} == {"refuted"} and not report.turning


# ------------------------------------------------------------ ends


def after(questions: int) -> Callable[[], bool]:
    asked = 0

    def interrupted() -> bool:
        nonlocal asked
        asked += 1
        return asked > questions

    return interrupted


def test_interrupted_it_says_what_is_known() -> None:
    for questions in (0, 40, 60):
        report = compare(request("rfc9293", "textbook", bounds=("drained",)), interrupted=after(questions))
        assert report.interrupted and report.exit_status == 130 and report.halted == "interrupted"
        assert report.left_open and not all(side.bounds for side in report.sides)
    assert not report.rules[0].differences.open, "by then the rules are compared"


def test_out_of_time_it_says_what_is_open() -> None:
    report = compare(request("rfc9293", "textbook", bounds=("drained",), seconds=0.001))
    assert report.exit_status == 3 and "--timeout" in report.halted
    assert report.rules[0].differences.open and not report.rules[0].equal
    assert len(report.left_open) > 3


def test_time_is_shared() -> None:
    report = compare(request("textbook", "textbook+rfc1337", bounds=("drained",), seconds=60.0))
    assert report.exit_status == 0 and report.seconds < 60
    # What the bounds leave is for verdicts, and for the last one all of it.
    last = report.sides[1].report
    assert last is not None and last.request.seconds > 30
    assert report.rules[0].equal and not report.turning


@pytest.mark.parametrize(
    ("models", "more", "words"),
    [
        (("rfc9293",), {}, "two models"),
        (("rfc9293", "rfc9293"), {}, "twice"),
        (("rfc9293", "textbook"), {"time_waits": (Fraction(1), Fraction(2))}, "one TIME_WAIT"),
        (("rfc9293", "textbook"), {"bounds": ("termination",)}, "endless runs"),
        (("rfc9293", "fig5"), {}, "has no TIME_WAIT"),
        (("rfc9293", "textbook"), {"durations": (("NOPE", Fraction(1)),)}, "none of these models"),
    ],
)
def test_what_cannot_be_compared(models: tuple[str, ...], more: dict[str, object], words: str) -> None:
    with pytest.raises((UsageError, ModelError), match=words):
        compare(request(*models, **more))  # type: ignore[arg-type]


def test_what_a_model_brings_with_it_is_in_its_name_and_its_scope() -> None:
    report = compare(request("textbook", "textbook+tw-reuse", properties=("time-wait-side",)))
    other = report.sides[1]
    assert other.model == report.rules[0].model == "textbook+tw-reuse+paws"
    assert other.report is not None and other.report.request.scope.sequence == "timestamps"
    assert {(s.kind, s.name) for s in report.rules[0].settings} >= {("scope", "sequence"), ("number", "REUSE_DELAY")}
    reuse = next(d for d in report.rules[0].differences.found if d.left == "TIME-WAIT.open-active")
    assert any("time-wait timer" in name for name in reuse.event_values)


NEWER = """
        insert(Rule("TIME-WAIT.newer", "TIME-WAIT", "SEGMENT", "-", "A newer SYN, after a second: reopens.",
                    guard=~RST & ~ACK & SYN & (0 <= TS_RECENT) & (TS_RECENT < SEG_TS)
                          & elapsed("time-wait", parameter("PAUSE")),
                    to="SYN-RECEIVED", assign={"RCV.NXT": SEG_SEQ + 1, "ISS": NEW_ISS, "SND.UNA": NEW_ISS,
                                               "SND.NXT": NEW_ISS + 1, "PASSIVE": lift(True), "TS.RECENT": SEG_TS},
                    chooses=SND_NXT < NEW_ISS, emits=(segment(ISS, RCV_NXT, syn=True),),
                    tags=frozenset({"reopens"})), before="TIME-WAIT.*"),
    ), scope={"sequence": "timestamps"}, numbers=dict(PAUSE=constant(1)"""


def test_a_choice_that_one_model_brings_counts_for_all(tmp_path: Path) -> None:
    own = mine(tmp_path, NEWER).removeprefix("rfc9293+")
    base = "textbook+paws+rfc1337"
    report = compare(request(base, f"{base}+{own}"))
    assert [(a.name, a.value, a.by) for a in report.adopted] == [("sequence", "timestamps", (base,))]
    scopes = {s.report.request.scope for s in report.sides if s.report is not None}
    assert len(scopes) == 1 and scopes.pop().sequence == "timestamps"
    # Without timestamps the first is proved, and a rule of PAWS would seem to be the new one's doing.
    assert {s.verdicts["drained"].verdict for s in report.sides} == {"refuted"} and not report.turning
    assert any("is asked in it too" in "".join(s.text for s in row) for row in answers_lines(report, 300))


def test_a_choice_that_is_all_a_model_brings_stays_its_own() -> None:
    report = compare(request("textbook", "textbook+clock", properties=("time-wait-side",)))
    assert not report.adopted
    assert [s.report.request.scope.sequence for s in report.sides if s.report] == ["worst-case", "clock"]
    assert any("because of that" in "".join(s.text for s in row) for row in answers_lines(report, 300))


def test_what_is_not_decided_is_named_in_the_end() -> None:
    report = compare(request("rfc9293", "rfc9293+literal", properties=("fin-restarts",), states=300))
    (said,) = compare_conclusion(report, 400)[-1:]
    assert "no verdict is known to change; not decided: fin-restarts (refuted of rfc9293+literal)" in said[0].text
    report = compare(request("textbook", "textbook+rfc1337", properties=("time-wait-side",)))
    assert "no verdict is known to change. (" in compare_conclusion(report, 400)[-1][0].text
