"""Prices as a person sees them: rounding that never flatters, exact curves, labels that stay apart."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from fractions import Fraction as F

import pytest

from tcpverify.lang.linear import Linear
from tcpverify.lang.region import Condition
from tcpverify.views.cost import cost_lines, count_text, least_text, rate_text, seconds_text, size_text
from tcpverify.views.curves import Curve, chart, ticks
from tcpverify.views.price import price_plot
from tcpverify.views.pricechart import price_chart
from tcpverify.views.styled import Glyphs, text_of
from tcpverify.views.svg import Labels
from tcpverify.workflow.cost import priced
from tcpverify.workflow.derived import BoundReport
from tcpverify.workflow.prices import CostReport, CostRequest
from tests.views.test_plot import SVG, TWICE, _inside, more, refused, report, words

VALUES = {"MSL": F(120), "RTO_MAX": F(120)}
FOUR = more(TIME_WAIT=1, MSL=-4)
THREE = more(TIME_WAIT=1, MSL=-3, RTO_MAX=-1)
LOSS = more(TIME_WAIT=1, MSL=-1, RTO_MAX=-1)


def priced_all(*bounds: BoundReport, request: CostRequest | None = None) -> CostReport:
    request = request or CostRequest()
    return CostReport(request, [priced(request, bound, VALUES) for bound in bounds])


def bound(name: str, *proofs: tuple[Sequence[Condition], bool], cuts: Sequence[Sequence[Condition]]) -> BoundReport:
    return report(proofs, cuts, model=name)


BOOKS = bound("textbook", ([TWICE], True), cuts=[refused(TWICE)])
FIXED = bound("fixed", ([FOUR], True), ([THREE], False), cuts=[refused(FOUR, THREE)])
LOSSY = bound("lossy", ([TWICE, LOSS], True), cuts=[refused(TWICE), refused(LOSS)])
NEVER = bound("never", cuts=[[]])
OPEN = report([([FOUR], True)], [], [refused(FOUR)], model="half")
SHORT = bound("short", ([LOSS], False), cuts=[refused(LOSS)])
ALL = (
    priced_all(BOOKS), priced_all(BOOKS, FIXED, NEVER), priced_all(LOSSY, NEVER), priced_all(NEVER), priced_all(OPEN),
    priced_all(BOOKS, FIXED, LOSSY, OPEN, NEVER, SHORT), priced_all(BOOKS, LOSSY, request=CostRequest(rate=F(50))),
)  # fmt: skip


def test_rounding_never_flatters() -> None:
    assert (rate_text(F(28232, 60)), rate_text(F(28232, 30)), rate_text(F(1, 3))) == ("470.5", "941", "0.3333")
    assert (rate_text(None), rate_text(F(14116))) == ("no limit", "14,116")
    assert (seconds_text(F(28232, 1000)), seconds_text(F(2, 3)), seconds_text(F(0))) == ("28.232s", "0.666s", "0s")
    assert (count_text(F(28232)), count_text(F(1, 3))) == ("28,232", "1")
    sizes = [size_text(F(n)) for n in (0, 999, 1000, 1001, 14_454_784, 122_880_000, 10**9)]
    assert sizes == ["0 B", "999 B", "1 kB", "1.1 kB", "14.5 MB", "122.9 MB", "1 GB"]


def test_the_table_says_what_is_safe_and_what_it_costs() -> None:
    lines = text_of(cost_lines(priced_all(BOOKS, FIXED, NEVER), 100)).splitlines()
    rows = [" ".join(line.split()) for line in lines]
    assert "textbook: safe if TIME_WAIT ≥ 2·MSL" in rows
    assert "the shortest safe 240s safe 117.6/s 240,000 122.9 MB" in rows
    assert "for 1000/s to one destination 28.232s refuted 1,000/s 28,232 14.5 MB" in rows
    assert "the model's own: 2·MSL 240s refuted 117.6/s 240,000 122.9 MB" in rows
    assert "never: no TIME_WAIT is safe" in rows
    assert "to one destination 117.6/s 235.2/s 470.5/s 470.5/s 941/s" in rows
    assert "textbook: MSL ≤ 120s ≤ 60s ≤ 30s ≤ 30s ≤ 15s" in rows
    assert "never: MSL none none none none none" in rows
    assert max(map(len, lines)) <= 100


def test_what_holds_within_the_scope_is_marked() -> None:
    rows = [" ".join(line.split()) for line in text_of(cost_lines(priced_all(SHORT), 100)).splitlines()]
    assert "the shortest safe* in this scope 240s safe* 117.6/s 240,000 122.9 MB" in rows
    assert any(row.startswith("safe*: proved within the scope only") for row in rows)
    assert "short: MSL ≤ 120s* none none none none" in rows


def test_a_duration_in_seconds_is_said_once() -> None:
    fixed = report([([TWICE], True)], [refused(TWICE)], own=Linear.of({"": 10}))
    rows = [" ".join(line.split()) for line in text_of(cost_lines(priced_all(fixed), 100)).splitlines()]
    assert "the model's own 10s refuted 2,823.2/s 10,000 5.2 MB" in rows
    nothing = report([([TWICE], True)], [refused(TWICE)], own=Linear.of({}))
    rows = [" ".join(line.split()) for line in text_of(cost_lines(priced_all(nothing), 100)).splitlines()]
    assert "the model's own 0s refuted no limit 0 0 B" in rows


def test_the_shortest_as_an_expression() -> None:
    assert least_text(FIXED) == "min(3·MSL + RTO_MAX, 4·MSL)"
    assert least_text(FIXED, unbounded=True) == "4·MSL"
    assert (least_text(LOSSY), least_text(NEVER)) == ("max(2·MSL, MSL + RTO_MAX)", "")


def test_curves_are_read_off_exactly() -> None:
    (curve,) = chart(priced_all(LOSSY)).curves
    assert all(time_wait == max(2 * msl, msl + 120) for msl, time_wait in curve.points)
    assert (curve.at(F(120)), curve.at(F(1)), curve.rule) == (240, 121, "max(2·MSL, MSL + RTO_MAX)")
    both = chart(priced_all(BOOKS, report([([TWICE], True)], [refused(TWICE)], model="same"))).curves
    assert [c.models for c in both] == [("textbook", "same")]


def test_a_curve_within_the_scope_is_drawn_where_it_differs() -> None:
    sure, within = chart(priced_all(FIXED)).curves
    assert (sure.within, within.within, sure.rule) == (False, True, "4·MSL")
    (part,) = within.stretches()
    # 3·MSL + 120 s is less than 4·MSL beyond MSL = 120 s only; the line begins where they meet.
    assert part[0] == (120, 480) and part[-1] == (240, 840)
    # What is refuted lies above both.
    assert chart(priced_all(FIXED)).safe_for(F(240), F(850)) == [False, True]


def test_marks_say_up_to_which_msl_they_are_safe() -> None:
    what = chart(priced_all(BOOKS, LOSSY))
    limits = {mark.name: mark.limits for mark in what.marks}
    assert limits == {"RFC 9293": (120, 120), "Windows": (60,), "Linux, FreeBSD": (30,), "macOS": (15,)}
    assert what.here == 120 and what.never == ()
    asked = chart(priced_all(BOOKS, request=CostRequest(rate=F(100))))
    assert [(m.time_wait, m.limits) for m in asked.marks if m.asked] == [(F(28232, 100), (F(28232, 200),))]
    assert chart(priced_all(NEVER)).never == ("never",)


def test_stretches_end_where_nothing_is_safe() -> None:
    points = ((F(1), F(2)), (F(2), None), (F(3), F(6)), (F(4), F(8)))
    curve = Curve(("m",), "", points, True, False, True)
    assert list(curve.stretches()) == [[(1, 2)], [(3, 6), (4, 8)]]


def test_ticks_of_a_logarithmic_scale() -> None:
    assert ticks(F(1), F(240)) == [1, 2, 5, 10, 20, 50, 100, 200]
    assert ticks(F(3, 100), F(1, 2)) == [F(1, 20), F(1, 10), F(1, 5), F(1, 2)]


@pytest.mark.parametrize("found", ALL)
def test_every_picture_is_well_formed_and_the_same_each_time(found: CostReport) -> None:
    picture = price_plot(found)
    root = ElementTree.fromstring(picture)
    assert root.tag == f"{SVG}svg" and [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert price_plot(found) == picture
    sizes = [float(t.get("font-size", root.get("font-size", "0"))) for t in root.iter(f"{SVG}text")]
    assert min(sizes) >= 11
    width, height = float(root.get("width", "0")), float(root.get("height", "0"))
    for line in root.iter(f"{SVG}polyline"):
        for spot in (line.get("points") or "").split():
            x, y = map(float, spot.split(","))
            assert 0 <= x <= width and 0 <= y <= height


@pytest.mark.parametrize("found", ALL)
def test_labels_cover_neither_each_other_nor_leave_the_frame(found: CostReport) -> None:
    free = Labels((0, 0, 0, 0))
    for label in _inside(price_plot(found)):
        free.boxes.append(label.corners())
    assert free.boxes
    for turn, label in enumerate(free.boxes):
        others = Labels((72, 0, 694, 900))
        others.boxes = free.boxes[:turn] + free.boxes[turn + 1 :]
        assert others._cost(label) == 0


def test_what_pictures_say() -> None:
    said = words(price_plot(ALL[1]))
    assert {"Linux, FreeBSD: 60s, 470.5/s", "RFC 9293: 240s, 117.6/s", "macOS: 30s, 941/s"} <= set(said)
    assert {"textbook: TIME_WAIT ≥ 2·MSL", "fixed: TIME_WAIT ≥ 4·MSL", "safe", "refuted", "117.6/s"} <= set(said)
    assert "No TIME_WAIT is safe, at no rate: never." in said
    # What is not decided is not called refuted.
    half = words(price_plot(priced_all(OPEN)))
    assert "refuted" not in half and "half: faster rates may be safe too; that is not decided." in half
    assert "your rate: 564.64s, 50/s" in words(price_plot(ALL[-1]))


def test_names_from_the_model_are_escaped() -> None:
    hostile = "./<b>&\"x'\x00]]>.py"
    picture = price_plot(priced_all(bound(hostile, ([TWICE], True), cuts=[refused(TWICE)])))
    assert not list(ElementTree.fromstring(picture).iter(f"{SVG}b"))


@pytest.mark.parametrize("found", ALL)
def test_a_chart_for_a_terminal(found: CostReport) -> None:
    text = text_of(price_chart(found, 100, Glyphs.of(True)))
    assert max(map(len, text.splitlines())) <= 100
    raster = [row.split("┤", 1)[1][:60] for row in text.splitlines() if "┤" in row]
    assert len(raster) == 20 and all(set(row) <= set("▓▒·") for row in raster)
    # Slower is never less safe.
    for column in zip(*raster, strict=True):
        assert sorted(column, key="·▒▓".index) == list(column)
    plain = text_of(price_chart(found, 60, Glyphs.of(False)))
    assert all(set(row.split("|", 1)[1][:27]) <= set("#+. ") for row in plain.splitlines() if " |" in row)


def test_the_chart_agrees_with_the_picture() -> None:
    rows = text_of(price_chart(ALL[1], 100, Glyphs.of(True))).splitlines()
    (linux,) = [row for row in rows if "Linux, FreeBSD 60s" in row]
    cells = linux.split("┤", 1)[1][:60]
    # 60 s is safe up to MSL = 30 s in one model, up to 15 s in the other: at 62 % and 49 % of the scale.
    assert abs(cells.count("▓") - 30) <= 2 and abs(cells.count("▓") + cells.count("▒") - 37) <= 2
    assert any("no TIME_WAIT is safe, at no rate: never" in row for row in rows)
