"""Sequence diagrams as text: their grammar, what they say, and that no text of a trace becomes markup."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tcpverify.evidence.trace import Trace
from tcpverify.views.exchange import label
from tcpverify.views.mermaid import mermaid
from tcpverify.views.plantuml import plantuml
from tests.views.test_ladder import TRACES, trace
from tests.views.test_laddersvg import MARKUP, hostile

#: the lines of a Mermaid sequence diagram that are written here; texts hold no character that means something
TEXT = r"(?:[^<>#;\"&%{}\[\]|\\`~$@^\x00-\x1f]|#\d+;|<br/>)+"
MERMAID = re.compile(
    rf"    (?:participant [AB]|Note (?:left of A|right of B|over A,B): {TEXT}|(?:A(?:->>|-x)B|B(?:->>|-x)A): {TEXT}"
    rf"|(?:de)?activate [AB]|loop {TEXT}|end)"
)
SAID = r"(?:[^<>~\\%$!\"\[\]{}|&;\x00-\x1f]|\\n|<U\+[0-9A-F]{4,6}>)+"
PLANTUML = re.compile(
    rf"@startuml|@enduml|title {SAID}|participant [AB]|== {SAID} ==|loop {SAID}|end|(?:de)?activate [AB]"
    rf"|note (?:left of A|right of B|over A, B)(?: #[0-9A-F]{{6}})? : {SAID}|(?:\?-> A|B <-\?) : {SAID}"
    rf"|(?:A ->x B|B ->x A) : {SAID}|(?:A (-.*?>)(\(30\))? B|B (-.*?>)(\(30\))? A) : {SAID}"
)
ALL = [*map(trace, TRACES), hostile()]
NAMES = [*TRACES, "hostile"]


def plain(text: str) -> str:
    """A diagram with its codes resolved and its lines joined."""
    text = re.sub(r"#(\d+);", lambda m: chr(int(m[1])), text)
    text = re.sub(r"<U\+([0-9A-F]+)>", lambda m: chr(int(m[1], 16)), text)
    return text.replace("<br/>", " ").replace("\\n", " ")


@pytest.mark.parametrize("found", ALL, ids=NAMES)
def test_every_line_of_mermaid_is_of_its_grammar(found: Trace) -> None:
    head, body = mermaid(found, MARKUP, verbose=True).split("\nsequenceDiagram\n")
    assert re.fullmatch(r'---\ntitle: "[ -~]*"\n---', head)
    for line in body.splitlines():
        assert MERMAID.fullmatch(line), line


@pytest.mark.parametrize("found", ALL, ids=NAMES)
def test_every_line_of_plantuml_is_of_its_grammar(found: Trace) -> None:
    text = plantuml(found, MARKUP, verbose=True)
    for line in text.splitlines():
        assert PLANTUML.fullmatch(line), line
    # What is doubled is bold, underlined and so on; what begins a line with these is a list or a heading.
    said = re.findall(r"(?:title| :) (.*)", text)
    for line in (part for whole in said for part in whole.split("\\n")):
        assert not re.search(r"\*\*|//|__|--|\.\.\.|''", line) and not re.match("[=*#-]", line), line


@pytest.mark.parametrize("draw", (mermaid, plantuml))
@pytest.mark.parametrize("name", TRACES)
def test_a_diagram_shows_every_segment_every_time_and_the_reason(name: str, draw: Callable[[Trace], str]) -> None:
    found = trace(name)
    text = plain(draw(found))
    for step in found.steps:
        assert f"t = {step.time}" in text or step.time.denominator != 1
        assert step.after.state in text
        for segment in step.sent:
            assert label(segment) in text
            assert (f"{label(segment)} (lost)" in text) == segment.lost
    if found.loop is None:
        assert f"breaks {found.property}" in text
    opened = text.count("\n    activate") + text.count("\nactivate")
    assert opened == text.count("deactivate") > 0
    assert (text.count("loop from here on"), len(re.findall(r"\n *end\n", text))) == ((1, 1) if found.loop else (0, 0))


def test_lost_and_late_segments_look_so() -> None:
    lost = trace("lost-ack")
    assert "    A-xB: " in mermaid(lost) and "A ->x B : " in plantuml(lost)
    late = trace("too-short")
    assert "arrives 0.995 later" in mermaid(late) and "A ->(30) B : #4" in plain(plantuml(late))
    assert "B -[#A3195B]>(30) A : #5" in plain(plantuml(late))
