"""The answer of `why` as a person and as a machine see it, whatever the engines find."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from tcpverify.evidence.trace import parse
from tcpverify.tcp.scope import Scope
from tcpverify.views.documents import dumps
from tcpverify.views.reasons import ladder_caption, why_conclusion, why_document, why_lines
from tcpverify.views.styled import text_of
from tcpverify.workflow.reasons import Breaking, Lifted, Remedy, WhyReport
from tcpverify.workflow.results import Assurance, CheckRequest, Verdict

TRACE = parse((Path(__file__).parent / "traces" / "too-short.json").read_text(encoding="utf-8"))
ONE, TWO = Fraction(1), Fraction(2)


def verdict(found: str, reason: str = "", vacuous: bool = False) -> Verdict:
    by = {"proved": ("z3",), "refuted": ("z3", "replay"), "unknown": ()}[found]
    return Verdict(
        "no-old-segment", TWO, "own", found, vacuous, Assurance("zones, breadth first", 70123, 5, 9, by, 12), 0.5,
        reason, TRACE if found == "refuted" else None,
    )  # fmt: skip


def report(answer: Verdict, **more: object) -> WhyReport:
    values = {"MSL": ONE, "RTO_MIN": Fraction(0), "RTO_MAX": ONE, "DELAY_MIN": Fraction(0), "TIME_WAIT": TWO}
    found = WhyReport(
        CheckRequest("textbook", ONE, (TWO,), scope=Scope()), "textbook", "a title", values, "no-old-segment", answer,
        ("loss", "reordering", "delay"), runs=7, seconds=1.25,
    )  # fmt: skip
    return replace(found, **more)  # type: ignore[arg-type]


REFUTED = report(
    verdict("refuted"),
    breaking=[
        Breaking(("reordering",), verdict("refuted"), True),
        Breaking(("loss", "delay"), verdict("refuted"), False),
    ],
    enough=[("loss", "reordering"), ("reordering", "delay")],
    undecided=[("delay",)],
    complete=True,
    remedies=[
        Remedy(("literal",), "textbook+literal", "worst-case", None, "amendment 'literal' changes a rule; declare it"),
        Remedy(("paws",), "textbook+paws", "timestamps", verdict("proved")),
        Remedy(("rfc1337",), "textbook+rfc1337", "worst-case", verdict("proved", "never reached: x", vacuous=True)),
        Remedy((), "textbook", "clock", verdict("unknown", "a timeout of zero; give a least one")),
    ],
)
PROVED = report(
    verdict("proved"),
    lifted=[
        Lifted("losses", 1, 2, verdict("proved")),
        Lifted("losses", 1, "unlimited", verdict("proved")),
        Lifted("duplicates", 0, 1, verdict("proved")),
        Lifted("retransmissions", 1, 2, verdict("proved")),
        Lifted("retransmissions", 1, "unlimited", verdict("unknown", "undecided within 70123 states, depth 9")),
        Lifted("reordering", False, True, verdict("refuted")),
        Lifted("calls", ("open", "close"), ("open", "close", "abort"), verdict("refuted")),
        Lifted("RTO_MAX", ONE, Fraction(3), verdict("refuted")),
        Lifted("TIME_WAIT", TWO, Fraction(0), verdict("refuted")),
    ],
)


def everything(found: WhyReport, width: int = 100) -> str:
    return text_of([*why_lines(found, width), *why_conclusion(found, width)])


def test_sets_of_powers_and_what_they_mean() -> None:
    rows = everything(REFUTED)
    text = rows + " ".join(rows.split())
    for wanted in (
        "no-old-segment at TIME-WAIT = 2 (2 MSL, the model's own): refuted",
        f"  reordering         {len(TRACE.steps)}",
        f"  loss and delay     {len(TRACE.steps)}  *",
        "* whether it is proved with one of these less is undecided.",
        "reordering  a segment may overtake others",
        "it is proved without loss and reordering; or without reordering and delay.",
        "Undecided within the limit on states: delay.",
        "it takes no more than reordering. (7 runs, 1.2 s)",
    ):
        assert wanted in text, wanted


def test_what_needs_no_power_says_so() -> None:
    text = everything(replace(REFUTED, breaking=[Breaking((), verdict("refuted"), True)], undecided=[]))
    assert f"None: it is refuted, in {len(TRACE.steps)} steps, when all are taken away." in text
    assert "it takes no more than calls and timers." in " ".join(text.split())


def test_remedies_say_what_they_are() -> None:
    text = everything(REFUTED)
    assert "+paws --sequence timestamps  proved" in text
    assert "+rfc1337                     vacuous" in text
    assert "Not tried: literal: amendment 'literal' changes a rule." in text
    assert "Smallest repair: paws." in text
    assert "--sequence clock: a timeout of zero; give a least one." in text
    assert "`tcpverify bound textbook --property no-old-segment` derives" in text
    nothing = replace(REFUTED, remedies=[Remedy(("paws",), "textbook+paws", "timestamps", verdict("refuted"))])
    assert "No shipped amendment repairs it, alone." in everything(nothing)


def test_assumptions_are_told_as_options() -> None:
    rows = everything(PROVED)
    text = rows + " ".join(rows.split())
    for wanted in (
        "--losses unlimited", "--reordering ", "--calls open,close,abort", "--rto 0..3", "--time-wait 0",
        "open after 70123 states",
        "Carried by: segments arrive in the order sent; nobody aborts; RTO_MAX = 1 (1 MSL); TIME_WAIT = 2",
        "Not needed: at most 1 loss; no duplicates (as far as --duplicates 1).",
        "Undecided: at most 1 retransmission (--retransmissions 2 is proved).",
    ):  # fmt: skip
        assert wanted in text, wanted


def test_what_was_cut_short_says_so() -> None:
    cut = replace(REFUTED, breaking=[], enough=[], undecided=[], complete=False, remedies=[], halted="interrupted",
                  interrupted=True)  # fmt: skip
    text = everything(cut)
    assert "Cut short: interrupted." in text and "it takes" not in text and "is refuted. (7 runs" in text
    assert cut.exit_status == 130 and why_document(cut)["complete"] is False


@pytest.mark.parametrize("width", [80, 100, 120])
def test_prose_fits_the_width(width: int) -> None:
    for found in (REFUTED, PROVED):
        assert all(len(row) <= max(width, 100) for row in everything(found, width).splitlines())


def test_the_document_is_plain_json() -> None:
    for found, status in ((REFUTED, 1), (PROVED, 0)):
        document = json.loads(dumps(why_document(found)))
        assert document["exit_status"] == status and document["schema"] == "tcpverify.why/1"
    assert document["lifted"][-1]["after"] == "0"


def test_the_caption_of_the_ladder_says_of_which_scope_its_steps_are_the_fewest() -> None:
    def caption(found: WhyReport) -> str:
        return text_of(ladder_caption(found, 300))

    assert "reordering is left." in caption(REFUTED) and "enough" not in caption(REFUTED)
    shorter = replace(TRACE, steps=TRACE.steps[:4])
    asked = replace(REFUTED, verdict=replace(REFUTED.verdict, trace=shorter))
    steps = len(TRACE.steps)
    assert f"It takes {steps} steps, the fewest in that scope; with all powers 4 are enough." in caption(asked)
    assert caption(PROVED) == ""
