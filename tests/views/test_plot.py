"""Pictures of regions: exact corners, every kind of area, files that are well-formed whatever a model is called."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction as F
from pathlib import Path

import pytest

from tcpverify.errors import UsageError
from tcpverify.lang.linear import Linear
from tcpverify.lang.region import Condition, Region
from tcpverify.tcp.scope import UNLIMITED, Scope
from tcpverify.views.area import BEYOND, OPEN, REFUTED, WITHIN, Area, area, equation, ticks
from tcpverify.views.plot import plot
from tcpverify.views.raster import text_plot
from tcpverify.views.styled import Glyphs, text_of
from tcpverify.views.svg import Box, Labels, number
from tcpverify.workflow.bound import bound, domain_of
from tcpverify.workflow.derived import BoundReport, BoundRequest, Cut, Proof
from tcpverify.workflow.results import Assurance

NAMES = ("MSL", "RTO_MAX", "TIME_WAIT")
ANY = Scope(retransmissions=UNLIMITED, duplicates=UNLIMITED)
SVG = "{http://www.w3.org/2000/svg}"


def more(names: Sequence[str] = NAMES, strict: bool = False, **terms: int) -> Condition:
    """The condition that a sum is not negative."""
    return tuple(terms.get(n, 0) for n in names), strict


def report(
    proofs: Sequence[tuple[Sequence[Condition], bool]] = (),
    cuts: Sequence[Sequence[Condition]] = (),
    undecided: Sequence[Sequence[Condition]] = (),
    names: tuple[str, ...] = NAMES,
    given: Mapping[str, F] | None = None,
    model: str = "textbook",
    own: Linear | None = None,
) -> BoundReport:
    domain = domain_of(names)
    proved = [
        Proof(domain.meet(*part), ANY if unbounded else Scope(), "all", Assurance("parametric zones"))
        for part, unbounded in proofs
    ]
    return BoundReport(
        request=BoundRequest(model, given=given or {}, certify=False), model=model, title="a title",
        own=own or Linear.of({"MSL": 2}), names=names, domain=domain, safe=[p.region for p in proved],
        cuts=[Cut(tuple(c), domain.meet(*c), 5, Scope()) for c in cuts], proofs=proved,
        open=[domain.meet(*part) for part in undecided],
    )  # fmt: skip


def drawn(found: BoundReport, x: str = "RTO_MAX", y: str = "TIME_WAIT") -> Area:
    return area(found, x, y, "MSL")


def stretches(what: Area) -> set[tuple[str, object, object, bool]]:
    return {(equation(what, b.row), b.start, b.end, b.safe) for b in what.borders}


TWICE = more(TIME_WAIT=1, MSL=-2)
SUM = more(TIME_WAIT=1, MSL=-1, RTO_MAX=-1)
TWICE_RTO = more(TIME_WAIT=1, RTO_MAX=-2, strict=True)


def refused(*conditions: Condition) -> list[Condition]:
    return [(tuple(-v for v in row), not strict) for row, strict in conditions]


#: TIME_WAIT >= 2*MSL
FLAT = report([([TWICE], True)], [refused(TWICE)])
#: TIME_WAIT >= 2*MSL and TIME_WAIT >= MSL + RTO_MAX
KINK = report([([TWICE, SUM], True)], [refused(TWICE), refused(SUM)])
#: TIME_WAIT > 2*RTO_MAX or TIME_WAIT >= MSL + RTO_MAX
UNION = report([([TWICE_RTO], False), ([SUM], True)], [refused(TWICE_RTO, SUM)])
NOTHING = report(cuts=[[]])
EVERYTHING = report([([], True)])
UNKNOWN = report(undecided=[[]])
PARTLY = report([([SUM], True)], [refused(TWICE)], [[TWICE, *refused(SUM)]])
ALL = (FLAT, KINK, UNION, NOTHING, EVERYTHING, UNKNOWN, PARTLY)


def test_a_region_that_does_not_mention_the_other_axis() -> None:
    what = drawn(FLAT)
    assert what.size == (3, 3)
    assert stretches(what) == {("TIME_WAIT = 2·MSL", (0, 2), (3, 2), True)}
    assert what.corners == []
    (kind, piece), (other, rest) = what.pieces
    assert (kind, set(piece.polygon(*what.size))) == (BEYOND, {(0, 2), (3, 2), (3, 3), (0, 3)})
    assert (other, rest) == (REFUTED, what.domain)
    assert [what.kind((F(1), F(y))) for y in (0, F(199, 100), 2, 3)] == [REFUTED, REFUTED, BEYOND, BEYOND]
    (_, above), (_, below), (_, between) = drawn(PARTLY).pieces
    assert set(below.polygon(F(3), F(3))) == {(0, 0), (3, 0), (3, 2), (0, 2)}
    assert set(between.polygon(F(3), F(3))) == {(1, 2), (3, 2), (3, 3), (2, 3)}
    assert set(above.polygon(F(3), F(3))) == {(0, 1), (2, 3), (0, 3)}


def test_two_conditions_meet_in_a_corner() -> None:
    what = drawn(KINK)
    assert what.corners == [(1, 2)]
    assert what.size == (F(5, 2), 3)
    assert stretches(what) == {
        ("TIME_WAIT = 2·MSL", (0, 2), (1, 2), True),
        ("TIME_WAIT = MSL + RTO_MAX", (1, 2), (2, 3), True),
    }
    assert set(what.pieces[0][1].polygon(*what.size)) == {(0, 2), (1, 2), (2, 3), (0, 3)}


def test_a_union_has_a_border_where_neither_part_is() -> None:
    what = drawn(UNION)
    assert stretches(what) == {
        ("TIME_WAIT = 2·RTO_MAX", (0, 0), (1, 2), False),
        ("TIME_WAIT = MSL + RTO_MAX", (1, 2), (2, 3), True),
    }
    assert what.corners == [(1, 2)]
    assert what.is_safe((F(1), F(2)))
    kinds = [what.kind(p) for p in ((F(1), F(3)), (F(1, 2), F(5, 4)), (F(1, 2), F(1)), (F(0), F(3)))]
    assert kinds == [BEYOND, WITHIN, REFUTED, None]


def test_corners_are_exact_fractions() -> None:
    thrice = more(TIME_WAIT=1, RTO_MAX=-3, strict=True)
    what = drawn(report([([TWICE, thrice], True)], [refused(TWICE), refused(thrice)]))
    assert what.corners == [(F(2, 3), 2)]
    assert not what.is_safe(what.corners[0])
    picture = plot(report([([TWICE, thrice], True)], [refused(TWICE), refused(thrice)]))
    assert ">(2/3, 2)<" in picture
    circles = re.findall(r'<circle[^>]*r="4.5"[^>]*>', picture)
    assert len(circles) == 1 and 'fill="#FFFFFF"' in circles[0]


def test_a_refuted_line_within_the_safe_area_is_a_border() -> None:
    above, below = more(TIME_WAIT=1, MSL=-2, strict=True), more(TIME_WAIT=-1, MSL=2, strict=True)
    what = drawn(report([([above], True), ([below], True)], [[TWICE, *[more(TIME_WAIT=-1, MSL=2)]]]))
    assert stretches(what) == {("TIME_WAIT = 2·MSL", (0, 2), (3, 2), False)}


def test_parts_that_touch_have_no_border_between_them() -> None:
    what = drawn(report([([TWICE], True), (refused(TWICE), False)]))
    assert what.borders == []


@pytest.mark.parametrize("found", ALL)
def test_every_picture_is_well_formed_and_the_same_each_time(found: BoundReport) -> None:
    picture = plot(found)
    root = ElementTree.fromstring(picture)
    assert root.tag == f"{SVG}svg"
    assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert plot(found) == picture
    sizes = [float(t.get("font-size", root.get("font-size", "0"))) for t in root.iter(f"{SVG}text")]
    assert root.get("width") == "640" and min(sizes) >= 11
    ids = {p.get("id") for p in root.iter(f"{SVG}pattern")}
    used = set(re.findall(r"url\(#([^)]+)\)", picture))
    assert used <= ids


def test_the_same_bytes_in_another_process() -> None:
    code = "from tests.views.test_plot import UNION, plot; print(plot(UNION))"
    for seed in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            cwd=Path(__file__).parents[2], capture_output=True, check=True,
        )  # fmt: skip
        assert run.stdout.decode() == plot(UNION) + "\n"


def words(picture: str) -> list[str]:
    return [t.text or "" for t in ElementTree.fromstring(picture).iter(f"{SVG}text")]


def test_what_is_refuted_is_the_rest_only_if_the_region_is_exact() -> None:
    assert [drawn(found).shows(REFUTED) for found in ALL] == [True, True, True, True, False, False, True]
    assert [drawn(found).shows(OPEN) for found in ALL] == [False] * 5 + [True, True]
    # A single cut may mention what the whole does not depend on.
    names = ("MSL", "RTO_MAX", "RTO_MIN", "TIME_WAIT")
    least = more(names, TIME_WAIT=1, MSL=-2)
    early, late = more(names, MSL=1, RTO_MIN=-1), more(names, MSL=-1, RTO_MIN=1)
    found = report([([least], True)], [[*refused(least), early], [*refused(least), late]], names=names)
    assert drawn(found).free == ("RTO_MIN",)


def test_what_pictures_say() -> None:
    assert {"TIME_WAIT / MSL", "RTO_MAX / MSL", "the model’s own: 2·MSL", "safe", "refuted"} <= set(words(plot(FLAT)))
    said = words(plot(UNION))
    assert {"TIME_WAIT = 2·RTO_MAX", "TIME_WAIT = MSL + RTO_MAX", "(1, 2)"} <= set(said)
    assert {"border, part of the safe area", "border, not part of the safe area"} <= set(said)
    assert "no-old-segment is refuted for all values" in words(plot(NOTHING))
    assert "no-old-segment holds for all values" in words(plot(EVERYTHING))
    assert "no-old-segment is not proved for any values so far" in words(plot(UNKNOWN))
    assert "not decided" in words(plot(PARTLY))
    assert "The proofs were not re-checked." in said
    by_z3 = [replace(p, assurance=replace(p.assurance, rechecked_by=("z3",))) for p in UNION.proofs]
    assert "The proofs were not re-checked." not in words(plot(replace(UNION, proofs=by_z3)))
    assert "refuted" not in words(plot(EVERYTHING)) and "safe" not in words(plot(NOTHING))


@pytest.mark.parametrize("found", ALL)
def test_labels_cover_neither_each_other_nor_leave_the_frame(found: BoundReport) -> None:
    given = replace(found, request=replace(found.request, given={"MSL": F(30), "RTO_MAX": F(60), "TIME_WAIT": F(60)}))
    # The border TIME_WAIT = 2·MSL is a short line here: shorter than its label.
    short = replace(UNION, request=replace(UNION.request, given={"MSL": F(30), "TIME_WAIT": F(60), "RTO_MAX": F(120)}))
    for one in (found, given, short):
        free = Labels((0, 0, 0, 0))
        for label in _inside(plot(one)):
            free.boxes.append(label.corners())
        for turn, label in enumerate(free.boxes):
            others = Labels((62, 0, 622, 700))
            others.boxes = free.boxes[:turn] + free.boxes[turn + 1 :]
            assert others._cost(label) == 0


def test_labels_stand_above_rims_that_any_program_can_draw() -> None:
    found = list(ElementTree.fromstring(plot(UNION)).iter(f"{SVG}text"))
    rims = [n for n, text in enumerate(found) if text.get("stroke")]
    assert rims
    for n in rims:
        rim, label = found[n : n + 2]
        assert rim.get("aria-hidden") == "true" and rim.get("fill") == rim.get("stroke") != label.get("fill")
        assert (label.text, label.get("x"), label.get("transform")) == (rim.text, rim.get("x"), rim.get("transform"))
        # What the order of painting would have to be said for is never on one element.
        assert label.get("stroke") is None and label.get("paint-order") is None


def _inside(picture: str) -> list[Box]:
    found = []
    for label in ElementTree.fromstring(picture).iter(f"{SVG}text"):
        if label.get("class") == "label":
            size, words = float(label.get("font-size", "0")), label.text or ""
            middle, along = (float(label.get("x", "0")), float(label.get("y", "0")) - 0.36 * size), (1.0, 0.0)
            if label.get("transform"):
                dx, dy, _, _, x, y = map(float, re.findall(r"[-\d.]+", label.get("transform", "")))
                middle, along = (x, y), (dx, dy)
            # Narrower than reserved: what counts is that the letters are apart.
            found.append(Box(middle, 0.5 * size * len(words), 0.9 * size, along))
    return found


def test_names_from_the_model_are_escaped() -> None:
    hostile = "./<b>&\"x'\x00\x1b]]>.py"
    picture = plot(report([([TWICE], False)], model=hostile))
    root = ElementTree.fromstring(picture)
    assert "./<b>&\"x'\ufffd\ufffd]]>.py: no-old-segment" in words(picture)
    assert not list(root.iter(f"{SVG}b"))


def test_your_numbers() -> None:
    found = report([([TWICE], True)], [refused(TWICE)], given={"MSL": F(30), "RTO_MAX": F(45), "TIME_WAIT": F(60)})
    assert drawn(found).given == (F(3, 2), 2)
    assert "your numbers: MSL = 30, RTO_MAX = 45, TIME_WAIT = 60" in words(plot(found))
    far = replace(found, request=replace(found.request, given={"MSL": F(1), "RTO_MAX": F(60), "TIME_WAIT": F(1, 3)}))
    assert drawn(far).size == (3, 3)
    assert "your numbers lie further out, at (60, 1/3)" in words(plot(far))
    some = replace(found, request=replace(found.request, given={"MSL": F(1), "RTO_MAX": F(1)}))
    assert drawn(some).given is None


def test_other_parameters_have_values() -> None:
    names = ("MSL", "RTO_MAX", "RTO_MIN", "DELAY_MIN", "TIME_WAIT")
    least = more(names, TIME_WAIT=1, MSL=-2, DELAY_MIN=1)
    found = report([([least], True)], [refused(least)], names=names)
    what = drawn(found)
    assert (what.fixed, what.free) == ({"DELAY_MIN": 0}, ("RTO_MIN",))
    assert "Drawn for DELAY_MIN = 0." in words(plot(found))
    assert "The picture is the same for every RTO_MIN that is assumed." in words(plot(found))
    assert "outside of what is assumed" not in words(plot(found))
    assert what.kind((F(1, 20), F(1))) == REFUTED and what.kind((F(0), F(1))) is None
    other = area(found, "RTO_MAX", "TIME_WAIT", "MSL", {"DELAY_MIN": F(1, 2)})
    assert stretches(other) == {("TIME_WAIT = 2·MSL − DELAY_MIN", (0, F(3, 2)), (3, F(3, 2)), True)}
    given = replace(found, request=replace(found.request, given={"MSL": F(10), "DELAY_MIN": F(1)}))
    assert drawn(given).fixed["DELAY_MIN"] == F(1, 10)
    fixed = {"RTO_MIN": F(1, 2)}
    assert area(found, "RTO_MAX", "TIME_WAIT", "MSL", fixed).kind((F(1, 4), F(1))) is None
    assert "outside of what is assumed" in words(plot(found, fixed=fixed))
    with pytest.raises(UsageError, match="contradicts"):
        area(found, "RTO_MAX", "TIME_WAIT", "MSL", {"DELAY_MIN": F(2)})
    with pytest.raises(UsageError, match="MSL cannot be fixed"):
        area(found, "RTO_MAX", "TIME_WAIT", "MSL", {"MSL": F(2)})


@pytest.mark.parametrize(
    "axes", [("RTO_MAX", "RTO_MAX", "MSL"), ("RTO", "TIME_WAIT", "MSL"), ("MSL", "TIME_WAIT", "MSL")]
)
def test_axes_are_parameters(axes: tuple[str, str, str]) -> None:
    with pytest.raises(UsageError, match="axes and their unit"):
        plot(FLAT, *axes)


def test_axes_may_change_places() -> None:
    what = drawn(KINK, "TIME_WAIT", "RTO_MAX")
    assert what.corners == [(2, 1)]
    assert {equation(what, b.row) for b in what.borders} == {"TIME_WAIT = 2·MSL", "RTO_MAX = TIME_WAIT − MSL"}
    assert what.own == ((2, 0), (2, what.size[1]))
    ElementTree.fromstring(plot(KINK, "TIME_WAIT", "RTO_MAX"))


def test_the_models_own_duration_may_be_a_number() -> None:
    assert drawn(report([([TWICE], True)], own=Linear.of({"": 60}))).own is None
    given = report([([TWICE], True)], own=Linear.of({"": 60}), given={"MSL": F(120)})
    assert drawn(given).own == ((0, F(1, 2)), (3, F(1, 2)))


def test_ticks_are_round() -> None:
    assert [v for v, whole in ticks(F(3)) if whole] == [F(n, 2) for n in range(7)]
    assert [v for v, whole in ticks(F(6)) if whole] == list(range(7))
    assert (F(1, 2), False) in ticks(F(6))
    assert [v for v, whole in ticks(F(1, 40)) if whole] == [F(n, 200) for n in range(6)]


def test_a_raster_for_a_terminal() -> None:
    text = text_of(text_plot(UNION, 80, Glyphs.of(False)))
    assert text.isascii() is False  # the words are made ASCII by the screen, like all others
    rows = text.splitlines()
    assert rows[0].strip() == "TIME_WAIT / MSL"
    raster = [row.split("|", 1)[1] for row in rows[1:19]]
    assert all(len(row.removesuffix(" <")) == 60 and set(row) <= set("#+. <") for row in raster)
    assert [n for n, row in enumerate(raster) if row.endswith("<")] == [5]
    assert {row[0] for row in raster} == {"#", "+"} and {row[-1] for row in raster} <= {".", "<"}
    assert {"▓", "▒", "·"} <= set(text_of(text_plot(UNION, 80, Glyphs.of(True))))
    assert max(map(len, text_of(text_plot(PARTLY, 50, Glyphs.of(True))).splitlines())) <= 50
    for found in ALL:
        assert len(text_plot(found, 80, Glyphs.of(True))) > 20


def test_numbers_have_no_needless_zeros() -> None:
    assert [number(v) for v in (1.0, -0.001, 2.5, 0.333)] == ["1", "0", "2.5", "0.33"]


def test_a_derived_region_can_be_drawn() -> None:
    found = bound(BoundRequest("rfc9293", scope=Scope(losses=0), certify=False, seconds=60))
    assert drawn(found).borders == []
    assert "no-old-segment is refuted for all values" in words(plot(found))


def test_regions_outside_of_the_plane_are_left_out() -> None:
    names = ("MSL", "RTO_MAX", "DELAY_MIN", "TIME_WAIT")
    late = more(names, DELAY_MIN=2, MSL=-1, strict=True)
    what = drawn(report([([late], True)], [refused(late)], names=names))
    assert [kind for kind, _ in what.pieces] == [REFUTED]
    assert Region(4).meet(late).empty is False and what.kind((F(1), F(1))) == REFUTED
    assert drawn(UNKNOWN).kind((F(1), F(1))) == OPEN
