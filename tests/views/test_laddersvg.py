"""The ladder as a picture: what must hold of the geometry, of the attributes for scripts, and of any text in it.

After an intended change: ``python -m tests.views.test_laddersvg`` draws the picture of the documents anew; look at it.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from tcpverify.evidence.trace import Trace
from tcpverify.lang.linear import Linear
from tcpverify.tcp.registry import load
from tcpverify.views.conditions import Symbolic
from tcpverify.views.flights import SIZE
from tcpverify.views.inks import INKS
from tcpverify.views.ladderplan import OFF, TEXT, Plan
from tcpverify.views.laddersvg import ladder_svg
from tcpverify.views.model import described
from tcpverify.views.quantities import BARE, UNITS
from tcpverify.views.svg import Box, apart, text_width
from tests.views.test_ladder import TRACES, trace

Element = ET.Element
KEPT = Path(__file__).parents[2] / "docs" / "pictures" / "ladder.svg"
MARKUP = '</text><script>alert("x")</script>&amp;\x00\ufffe'


def elements(found: Trace, **more: bool) -> list[Element]:
    """All elements of a picture, without the namespace."""
    parts = list(ET.fromstring(ladder_svg(found, **more)).iter())
    for part in parts:
        part.tag = part.tag.split("}")[1]
    return parts


def planned(found: Trace, top: float = 50.0) -> Plan:
    plan = Plan(found, BARE, False)
    plan.lay(top)
    return plan


def of_class(parts: list[Element], name: str) -> list[Element]:
    return [part for part in parts if name in part.get("class", "").split()]


def hostile() -> Trace:
    """A trace whose every text is markup and very long."""
    found = trace("too-short")
    bad = MARKUP * 12
    first, *rest = found.steps
    sent = tuple(replace(s, flags=bad) for s in first.sent)
    after = replace(first.after, state=bad)
    broken = {bad: bad, **found.steps[-1].broken}
    begun = replace(first, text=bad, event=bad, after=after, sent=sent)
    last = replace(rest[-1], rule=bad, text=bad, clause=bad, broken=broken)
    return replace(found, model=bad, steps=(begun, *rest[:-1], last))


# ------------------------------------------------------------ geometry


@pytest.mark.parametrize("name", TRACES)
def test_spans_are_to_scale_and_rows_of_one_time_are_together(name: str) -> None:
    plan = planned(trace(name))
    for one, other in pairwise(plan.scale.instants):
        assert other.top - one.bottom == pytest.approx(float(other.time - one.time) * plan.scale.scale)
    for place in plan.scale.places:
        (instant,) = [i for i in plan.scale.instants if i.time == place.row.now]
        assert instant.top <= place.top < place.y < place.bottom <= instant.bottom
    tops = [place.top for place in plan.scale.places]
    assert tops == sorted(tops)


@pytest.mark.parametrize("name", TRACES)
def test_arrows_go_from_when_a_segment_is_sent_to_when_it_arrives(name: str) -> None:
    found = trace(name)
    plan = planned(found)
    instants = {i.time: i for i in plan.scale.instants}
    parts = elements(found, words=False)
    # Without words, the drawing begins where the plan is told to.
    shift = float(of_class(parts, "instant")[0].get("y", "")) - plan.scale.instants[0].top
    seen = 0
    for line in of_class(parts, "flight"):
        sent = found.steps[int(line.get("data-step", "")) - 1]
        (segment,) = [s for s in sent.sent if s.number == int(line.get("data-segment", ""))]
        (x1, y1), (x2, y2) = ((float(line.get(f"x{n}", "")), float(line.get(f"y{n}", "")) - shift) for n in (1, 2))
        assert x1 == pytest.approx(plan.across[segment.sender], abs=0.01)
        assert instants[sent.time].top < y1 < instants[sent.time].bottom
        if segment.lost:
            assert x2 == pytest.approx(sum(plan.across.values()) / 2, abs=0.01)
        arrives = line.get("data-arrives")
        if arrives is not None:
            step = found.steps[int(arrives) - 1]
            assert step.delivered == segment.number
            assert x2 == pytest.approx(plan.across[step.end], abs=0.01)
            assert instants[step.time].top < y2 < instants[step.time].bottom
            seen += 1
    assert seen == sum(step.delivered is not None for step in found.steps)


def test_the_band_of_the_old_segment_ends_an_msl_after_it_was_sent() -> None:
    found = trace("too-short")
    (segment, at, y), *others = planned(found).lives
    assert not others and segment.number == found.steps[-1].delivered
    sent = next(s for s in found.steps if segment in s.sent)
    assert at == sent.time
    plan = planned(found)
    gone, last = sent.time + found.parameters["MSL"], plan.scale.instants[-1]
    assert gone > last.time
    assert y - last.bottom == pytest.approx(float(gone - last.time) * plan.scale.scale)
    parts = elements(found, words=False)
    (band,) = of_class(parts, "lifetime")
    (line,) = [f for f in of_class(parts, "flight") if f.get("data-segment") == str(segment.number)]
    shift = float(of_class(parts, "instant")[0].get("y", "")) - plan.scale.instants[0].top
    assert float(band.get("y", "")) == pytest.approx(float(line.get("y1", "")), abs=0.01)
    assert float(band.get("y", "")) + float(band.get("height", "")) == pytest.approx(y + shift, abs=0.02)
    # Beside the lifeline that it may reach.
    assert abs(float(band.get("x", "")) - plan.across["A"]) < 20


def test_what_is_still_under_way_when_time_wait_ends_has_bands_too() -> None:
    found = trace("lost-ack")
    assert found.property == "drained"
    assert [s.number for s, _, _ in planned(found).lives] == [5]
    (left,) = of_class(elements(found), "left")
    assert left.get("data-segment") == "5" and left.get("data-arrives") is None


def test_time_wait_is_shaded_from_its_start_to_its_end() -> None:
    found = trace("too-short")
    plan = planned(found)
    begun = next(p for p in plan.scale.places if p.row.ends["A"].state == "TIME-WAIT")
    ended = next(p for p in plan.scale.places if p.row.step > begun.row.step and p.row.ends["A"].state == "CLOSED")
    parts = elements(found, words=False)
    shift = float(of_class(parts, "instant")[0].get("y", "")) - plan.scale.instants[0].top
    spans = sorted(
        (float(r.get("y", "")), float(r.get("y", "")) + float(r.get("height", "")))
        for r in of_class(parts, "time-wait")
        if r.get("data-end") == "A"
    )
    assert spans[0][0] == pytest.approx(begun.y + shift, abs=0.02)
    assert spans[-1][1] == pytest.approx(ended.y + shift, abs=0.02)
    for (_, bottom), (top, _) in pairwise(spans):
        assert top == pytest.approx(bottom, abs=0.02)


def test_restarts_are_ticked_and_what_is_missing_is_drawn() -> None:
    loop = trace("ack-loop")
    again = [k for k, s in enumerate(loop.steps, 1) if "time-wait" in s.restarts and s.rule.startswith("TIME-WAIT")]
    assert again and [int(t.get("data-step", "")) for t in of_class(elements(loop), "restart")] == again
    found = trace("assassination")
    plan = planned(found)
    assert plan.early is not None and plan.early.due > found.steps[-1].time
    assert plan.due == pytest.approx(plan.scale.at(plan.early.due))
    assert len(of_class(elements(found), "time-wait-cut")) == 1
    assert not of_class(elements(trace("too-short")), "time-wait-cut")


def boxes(plan: Plan) -> Iterator[list[tuple[float, float]]]:
    """Everything that is written in the drawing."""
    for said in plan.said:
        yield said.box.corners()
    for box in [*plan.loops, *(box for *_, box in plan.notes)]:
        yield box.corners()
    for place in plan.scale.places:
        for end, side in (("A", -1), ("B", 1)):
            for turn, (words, _, _) in enumerate(plan.beside(place.row, end)):
                width = text_width(words, SIZE)
                x = plan.across[end] + side * (OFF + width / 2)
                yield Box((x, place.y + TEXT * turn), width, TEXT - 2).corners()
    for remark in plan.remarks:
        side = -1 if remark.end == "A" else 1
        for turn, words in enumerate(remark.lines):
            width = text_width(words, SIZE)
            x = plan.across[remark.end] + side * (OFF + 4 + width / 2)
            yield Box((x, remark.y + 7 + TEXT * turn), width, TEXT - 2).corners()


def huge() -> Trace:
    """Long numbers in every segment."""
    found = trace("too-short")
    steps = tuple(
        replace(s, sent=tuple(replace(x, seq=4294967295, ack=4294967294, text=65535, ts=4294967295) for x in s.sent))
        for s in found.steps
    )
    return replace(found, steps=steps)


@pytest.mark.parametrize("found", [*map(trace, TRACES), huge(), hostile()], ids=[*TRACES, "huge", "hostile"])
def test_no_two_labels_overlap_and_every_segment_has_one(found: Trace) -> None:
    plan = planned(found)
    shapes = list(boxes(plan))
    assert all(apart(one, other) for one, other in combinations(shapes, 2))
    assert all(-1 <= x <= plan.width + 1 for shape in shapes for x, _ in shape)
    assert sorted(s.flight.segment.number for s in plan.said) == sorted(x.number for s in found.steps for x in s.sent)


# ------------------------------------------------------------ what scripts and readers rely on


@pytest.mark.parametrize("name", TRACES)
def test_every_step_has_a_ground_and_nothing_belongs_to_a_step_that_is_not(name: str) -> None:
    found = trace(name)
    parts = elements(found)
    grounds = of_class(parts, "ground")
    assert [int(g.get("data-step", "")) for g in grounds] == list(range(len(found.steps) + 1))
    assert [Fraction(g.get("data-time", "")) for g in grounds[1:]] == [s.time for s in found.steps]
    steps = {int(part.get("data-step", "0")) for part in parts}
    assert steps <= set(range(len(found.steps) + 1))
    bad = {int(part.get("data-step", "")) for part in grounds if "bad" in part.get("class", "").split()}
    assert bad == (set() if found.loop is not None else {len(found.steps)})


@pytest.mark.parametrize("name", TRACES)
def test_the_picture_says_what_the_terminal_says(name: str) -> None:
    found = trace(name)
    words = " ".join("".join(part.itertext()) for part in elements(found) if part.tag == "text")
    for step in found.steps:
        assert step.after.state in words
    if found.loop is None:
        for reason in (found.property, found.steps[-1].rule, found.steps[-1].clause):
            assert reason in words
    else:
        assert "repeats for ever" in words
    alone = " ".join("".join(part.itertext()) for part in elements(found, words=False) if part.tag == "text")
    assert "Assumed" not in alone and len(alone) < len(words)


@pytest.mark.parametrize("name", TRACES)
def test_the_same_trace_gives_the_same_bytes_and_others_other_names(name: str) -> None:
    one = ladder_svg(trace(name))
    assert one == ladder_svg(trace(name))
    ids = set(re.findall(r' id="([^"]*)"', one))
    assert set(re.findall(r"url\(#([^)]*)\)", one)) <= ids
    other = ladder_svg(trace(TRACES[TRACES.index(name) - 1]))
    assert not ids & set(re.findall(r' id="([^"]*)"', other))


def test_text_of_a_trace_stays_text() -> None:
    parts = elements(hostile(), verbose=True)
    assert {p.tag for p in parts} <= {
        "svg", "title", "desc", "style", "defs", "pattern", "rect", "path", "line", "polygon", "circle", "g", "text",
    }  # fmt: skip
    words = "".join("".join(p.itertext()) for p in parts if p.tag == "text")
    assert "<script>" in words
    assert not any("<" in v for p in parts for v in p.attrib.values())


def test_times_of_any_length_are_drawn() -> None:
    found = trace("too-short")
    far = Fraction(10**40 + 1, 3)
    steps = tuple(replace(s, time=s.time + (far if n > 5 else 0)) for n, s in enumerate(found.steps))
    plan = planned(replace(found, steps=steps))
    assert plan.width < 1100 and plan.end < 3000
    ladder_svg(replace(found, steps=steps), unit=UNITS["ms"])
    ladder_svg(replace(found, steps=()))
    ladder_svg(replace(found, steps=found.steps[:3], property=""))


def documented() -> str:
    """The picture in the documents, which is of a saved trace."""
    found = replace(trace("at-1.99"), stored=True)
    return ladder_svg(found, described(load(found.model)))


def test_the_picture_in_the_documents_is_what_the_program_draws() -> None:
    assert KEPT.read_text(encoding="utf-8") == documented(), "python -m tests.views.test_laddersvg"


def test_symbolic_times_are_shown_as_expressions_and_drawn_with_numbers() -> None:
    found = trace("too-short")
    small = Fraction(1, 200)
    known = {n - n * small: Linear.of({"MSL": n, "EPSILON": -n}) for n in (1, 2)}
    numbers = {**found.parameters, "EPSILON": small}
    text = ladder_svg(found, unit=Symbolic("", Fraction(1), known, numbers))
    words = " ".join("".join(part.itertext()) for part in ET.fromstring(text).iter("{http://www.w3.org/2000/svg}text"))
    assert "MSL − ε" in words and "2·MSL − 2ε" in words and "0.995" not in words
    assert "Drawn for MSL = 1," in words and "a tick every 0.25 MSL" in words


# ------------------------------------------------------------ colours


def test_text_can_be_read_on_white_and_on_black() -> None:
    for name in ("ink", "dim", "inc0", "inc1", "inc2", "inc3", "bad"):
        for ground in ("paper", "instant", "badtint"):
            for mode in (0, 1):
                assert contrast(INKS[name][mode], INKS[ground][mode]) >= 4.5, (name, ground, mode)


def contrast(one: str, other: str) -> float:
    """As WCAG 2.1 has it."""

    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        parts = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    bright, dark = sorted((light(one), light(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_every_ink_that_is_used_has_a_dark_one() -> None:
    text = ladder_svg(trace("too-short"))
    style = text[text.index("<style>") : text.index("</style>")]
    used = {c for p in elements(trace("too-short")) for c in p.get("class", "").split() if re.match("[fs]-", c)}
    assert used and all(f".{c}{{" in style for c in used)
    assert "prefers-color-scheme: dark" in style


if __name__ == "__main__":
    KEPT.write_text(documented(), encoding="utf-8")
