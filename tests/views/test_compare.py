"""The answer of `compare` as a person and as a machine see it."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest

from tcpverify.lang.difference import Differences
from tcpverify.tcp.registry import load
from tcpverify.tcp.scope import Scope
from tcpverify.views.compare import answers_lines, compare_conclusion, rules_lines, turning_lines
from tcpverify.views.compared import compare_document
from tcpverify.views.documents import dumps
from tcpverify.views.styled import Glyphs, text_of
from tcpverify.workflow.compare import compare, compare_rules
from tcpverify.workflow.comparison import CompareReport, CompareRequest
from tcpverify.workflow.results import CheckRequest


def answer(*models: str, name: str = "drained", bounds: bool = False) -> CompareReport:
    base = CheckRequest(models[0], Fraction(1), scope=Scope(losses=0), properties=(name,))
    return compare(CompareRequest(base, models, (name,) if bounds else ()))


@pytest.fixture(scope="module")
def changed() -> CompareReport:
    """Rules, a verdict, a bound and a price that differ."""
    return answer("rfc9293", "textbook", bounds=True)


def everything(report: CompareReport, width: int = 100, verbose: bool = False) -> str:
    lines = [*rules_lines(report, width, verbose), *answers_lines(report, width)]
    lines += [*turning_lines(report, width, Glyphs.of(True)), *compare_conclusion(report, width)]
    return text_of(lines)


def test_rules_stand_side_by_side(changed: CompareReport) -> None:
    rows = everything(changed).splitlines()
    text = " ".join(" ".join(rows).split())
    assert any(row.split() == ["then", "→", "CLOSED", "nothing"] for row in rows)
    for wanted in (
        "TIME-WAIT.rst [SEGMENT]",
        "For example in TIME-WAIT, a segment <SEQ=301><CTL=RST>, with RCV.NXT = 301",
        "rfc9293 → CLOSED (TIME-WAIT.rst) textbook nothing (TIME-WAIT.rst)",
        "171 rules are word for word the same.",
        "Proved: apart from 4 rules the two behave alike",
    ):
        assert wanted in text, wanted


def test_answers_stand_side_by_side(changed: CompareReport) -> None:
    rows = [" ".join(row.split()) for row in everything(changed).splitlines()]
    for wanted in (
        "drained refuted (8 steps) proved differs",
        "rfc9293 no TIME_WAIT",
        "textbook TIME_WAIT ≥ 2·MSL*",
        "rfc9293 2·MSL = 2 14,116 none -",
        "textbook 2·MSL = 2 14,116 2 14,116",
        "A run that rfc9293 allows and textbook does not",
    ):
        assert wanted in rows, wanted
    text = " ".join(rows)
    assert "textbook departs from it at step" in text and "sends nothing by TIME-WAIT.unacceptable" in text
    assert "textbook differs from rfc9293 in 4 rules; verdicts that change: drained." in text


def test_what_behaves_alike_says_so() -> None:
    text = " ".join(everything(answer("rfc9293", "rfc793+rfc5961", name="time-wait-side")).split())
    assert "Proved: the two behave alike, for all" in text
    assert "rfc793+rfc5961 behaves as rfc9293; no verdict is known to change." in text
    assert "Written differently, same behaviour" in text and "For example" not in text


def test_many_rules_are_summed_up_unless_asked_for() -> None:
    report = answer("rfc9293", "rfc9293+paws", name="time-wait-side")
    few, all_ = everything(report), everything(report, verbose=True)
    assert "As well (--verbose shows them)" in few and "As well" not in all_
    assert len(all_) > 1.5 * len(few)
    assert "leave events to a rule that was added" in few and "ESTABLISHED.no-ack" in few


def test_settings_stand_side_by_side() -> None:
    rows = [" ".join(row.split()) for row in everything(answer("textbook", "textbook+tw-overflow")).splitlines()]
    assert "number TIME_WAIT 2*MSL 0" in rows
    assert any("its TIME-WAIT lasts 2, not 0." in row for row in rows)


def test_what_is_open_is_never_called_alike() -> None:
    report = answer("rfc9293", "textbook", name="time-wait-side")
    left, right = load("rfc9293").table, load("textbook").table
    halted = compare_rules(left, right, stop=lambda: True)
    assert isinstance(halted.differences, Differences) and halted.differences.open
    open_ = replace(report, rules=[halted], halted="interrupted", interrupted=True)
    text = " ".join(everything(open_).split())
    assert "Not decided whether these behave alike: TIME-WAIT." in text and "Proved:" not in text
    assert "Cut short: interrupted." in text and "Open: " in text
    assert not compare_document(open_)["rules"][0]["equal"]


def test_names_too_long_for_a_table_become_letters() -> None:
    names = ("rfc9293", "rfc9293+ideal", "rfc9293+rfc1337+ideal", "rfc9293+ideal+rfc1337", "textbook+rfc1337")
    text = everything(answer(*names, name="time-wait-side"))
    assert "A = rfc9293, B = rfc9293+ideal" in text and "TIME-WAIT       2 " in text


@pytest.mark.parametrize("width", [80, 100, 120])
def test_it_fits_the_width(changed: CompareReport, width: int) -> None:
    assert all(len(row) <= width for row in everything(changed, width).splitlines())


def test_the_document_is_plain_json(changed: CompareReport) -> None:
    document = json.loads(dumps(compare_document(changed)))
    assert document["exit_status"] == 0
    assert document["changes"] == [{"model": "textbook", "properties": ["drained"], "undecided": []}]
    rst = next(e for e in document["rules"][0]["examples"] if e["left"] == "TIME-WAIT.rst")
    assert rst["values"]["SEG.SEQ"] == "301" and rst["values"]["SEG.RST?"] is True
    assert [a["to"] for a in rst["answers"]] == ["CLOSED", "TIME-WAIT"]
    assert document["models"][1]["cost"]["least_safe"]["connections_per_second"] == "14116"
