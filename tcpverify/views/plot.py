"""The safe region of `bound` as a picture: two parameters as axes, in multiples of a third, everything else fixed.

The areas are exact: every corner that is drawn is a rational number, and whether a border is drawn solid or dashed
says whether its own values are safe.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from math import hypot
from zlib import crc32

from tcpverify.lang.linear import Linear
from tcpverify.views.area import (
    BEYOND,
    KINDS,
    OPEN,
    OUTSIDE,
    OWN,
    REFUTED,
    WITHIN,
    WORDS,
    YOURS,
    Area,
    area,
    equation,
    ticks,
    verdict,
)  # fmt: skip
from tcpverify.views.conditions import expression_text
from tcpverify.views.plane import Border, Point
from tcpverify.views.quantities import short
from tcpverify.views.settings import scope_text
from tcpverify.views.svg import FONT, Box, Labels, element, escaped, label, number, rows_of, text, text_width
from tcpverify.workflow.derived import BoundReport

__all__ = ["plot"]

WIDTH, LEFT, RIGHT, HEIGHT, PAD = 640, 62, 18, 380, 16
INNER = WIDTH - 2 * PAD
SMALL, NORMAL, LARGE = 11, 12, 16

# Okabe and Ito's colours, and tints of them: told apart by people who do not see red or green.
GREEN, VERMILLION, BLUE, PURPLE, GREY = "#009E73", "#D55E00", "#0072B2", "#CC79A7", "#666666"
DARK_TINT, LIGHT_TINT, PALE = "#7FCEB9", "#D9F0EA", "#FDF3EB"
INK, DIM = "#111111", "#444444"
DASHES, OWN_DASHES = "7 5", "10 4 2 4"


def plot(
    report: BoundReport, x: str = "RTO_MAX", y: str = "TIME_WAIT", unit: str = "MSL",
    fixed: Mapping[str, Fraction] | None = None,
) -> str:  # fmt: skip
    """The picture as the text of an SVG file.

    Parameters
    ----------
    x, y, unit
        the parameters on the axes, and the one in whose multiples they count.
    fixed
        values of other parameters, as multiples of the unit; by default those that the user gave, else small ones.

    Raises
    ------
    UsageError
        if the report has no such parameters, or nothing that is assumed lies in this plane.
    """
    return _Drawing(report, area(report, x, y, unit, fixed)).text()


class _Drawing:
    """One picture in the making, from top to bottom."""

    def __init__(self, report: BoundReport, what: Area) -> None:
        self.report, self.area = report, what
        self.header = list(self._header())
        self.top = PAD + sum(size + 5 for _, size, _, _ in self.header) + 10
        self.bottom = self.top + HEIGHT
        self.right = WIDTH - RIGHT
        key = "|".join((report.model, report.request.property, str(report.request.scope), *what.plane[1:3]))
        #: several pictures may stand in one page: their patterns must have different names
        self.prefix = f"r{crc32(key.encode()):08x}"
        self.labels = Labels((LEFT + 2, self.top + 2, self.right - 2, self.bottom - 2))

    def text(self) -> str:
        """The whole file."""
        name = f"{self.report.model}: {self.report.request.property}"
        inside = [*self._areas(), *self._lines(), *self._marks(), *self._axes()]
        legend, height = self._legend()
        return element(
            "svg",
            "\n",
            element("title", escaped(f"{name}, the safe region")),
            "\n",
            element("desc", escaped(self._description())),
            "\n",
            element("defs", *self._patterns()),
            "\n",
            element("rect", x=0, y=0, width=WIDTH, height=height, fill="#FFFFFF"),
            "\n",
            "\n".join([*self._heading(), *inside, *legend]),
            "\n",
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {WIDTH} {number(height)}",
            width=WIDTH,
            height=height,
            role="img",
            font_family=FONT,
            font_size=NORMAL,
            fill=INK,
        ) + "\n"

    # ------------------------------------------------------------ words

    def _header(self) -> Iterator[tuple[str, int, str, str | None]]:
        """Rows of text: words, size, colour, weight."""
        report = self.report
        for row in rows_of(f"{report.model}: {report.request.property}", LARGE, INNER):
            yield row, LARGE, INK, "bold"
        for row in rows_of(f"{report.request.property} {verdict(report)}", NORMAL, INNER):
            yield row, NORMAL, INK, None
        for row in rows_of(f"Scope: {scope_text(report.request.scope)}.", SMALL, INNER):
            yield row, SMALL, DIM, None

    def _heading(self) -> Iterator[str]:
        y = PAD
        for words, size, colour, weight in self.header:
            y += size
            yield text(words, PAD, y, font_size=size, fill=colour, font_weight=weight)
            y += 5

    def _description(self) -> str:
        found = [f"{self.report.request.property} {verdict(self.report)}."]
        found += [f"Scope: {scope_text(self.report.request.scope)}."]
        found += [f"Axes: {self.area.plane.x} and {self.area.plane.y} in multiples of {self.area.unit}."]
        found += [f"Border: {equation(self.area, b.row)}, {_own_words(b)}." for b in self.area.borders]
        return " ".join([*found, *self._notes()]).replace("\u00a0", " ")

    def _notes(self) -> list[str]:
        said = [f"{n} = {expression_text(Linear.of({self.area.unit: v}))}" for n, v in self.area.fixed.items()]
        found = [f"Drawn for {' and '.join(said)}."] if said else []
        if self.area.free:
            found.append(f"The picture is the same for every {' and '.join(self.area.free)} that is assumed.")
        if not all(p.assurance.rechecked_by for p in self.report.proofs):
            found.append("The proofs were not re-checked.")
        return found

    # ------------------------------------------------------------ the areas

    def at(self, point: Point) -> tuple[float, float]:
        """Where a point is on the paper."""
        across, up = point[0] / self.area.size[0], point[1] / self.area.size[1]
        return float(LEFT + across * (self.right - LEFT)), float(self.bottom - up * HEIGHT)

    def _patterns(self) -> Iterator[str]:
        def pattern(kind: str, size: int, fill: str, *drawn: str) -> str:
            ground = element("rect", width=size, height=size, fill=fill)
            return element(
                "pattern", ground, *drawn, id=f"{self.prefix}-{kind}", width=size, height=size,
                patternUnits="userSpaceOnUse",
            )  # fmt: skip

        dot = element("circle", cx=5, cy=5, r=0.9, fill=GREEN)
        stripe = element("path", d="M-2,2 L2,-2 M0,8 L8,0 M6,10 L10,6", stroke=VERMILLION, stroke_width=1)
        cross = element("path", d="M3,3 L7,7 M7,3 L3,7", stroke=GREY, stroke_width=1)
        yield pattern(WITHIN, 10, LIGHT_TINT, dot)
        yield pattern(REFUTED, 8, PALE, stripe)
        yield pattern(OPEN, 12, "#FFFFFF", cross)

    def _fill(self, kind: str) -> str:
        return DARK_TINT if kind == BEYOND else f"url(#{self.prefix}-{kind})"

    def _areas(self) -> Iterator[str]:
        frame = {"x": LEFT, "y": self.top, "width": self.right - LEFT, "height": HEIGHT}
        yield element("rect", **frame, fill="#DDDDDD")
        yield self._polygon(self.area.domain.polygon(*self.area.size), "#FFFFFF")
        for kind in reversed(KINDS):
            for other, piece in self.area.pieces:
                polygon = piece.polygon(*self.area.size)
                if other == kind and len(polygon) > 2:
                    yield self._polygon(polygon, self._fill(kind))

    def _polygon(self, polygon: list[Point], fill: str) -> str:
        spots = " ".join(f"{number(px)},{number(py)}" for px, py in map(self.at, polygon))
        return element("polygon", points=spots, fill=fill)

    # ------------------------------------------------------------ lines and marks

    def _lines(self) -> Iterator[str]:
        for border in self.area.borders:
            (x1, y1), (x2, y2) = self.at(border.start), self.at(border.end)
            self.labels.line((x1, y1), (x2, y2))
            dashes = None if border.safe else DASHES
            yield element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=INK, stroke_width=2.5, stroke_dasharray=dashes)
        if self.area.own is not None:
            (x1, y1), (x2, y2) = map(self.at, self.area.own)
            self.labels.line((x1, y1), (x2, y2))
            yield element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=BLUE, stroke_width=1.5,
                          stroke_dasharray=OWN_DASHES)  # fmt: skip

    def _marks(self) -> Iterator[str]:
        for point in self.area.corners:
            px, py = self.at(point)
            self.labels.box(Box((px, py), 10, 10))
            yield element("circle", cx=px, cy=py, r=4.5, stroke=INK, stroke_width=2,
                          fill=INK if self.area.is_safe(point) else "#FFFFFF")  # fmt: skip
        yield from self._yours()
        for point in self.area.corners:
            yield self._beside(f"({point[0]}, {point[1]})", self.at(point), SMALL, INK)
        longest: dict[tuple[int, ...], Border] = {}
        for border in self.area.borders:
            known = longest.get(border.line)
            if known is None or self._length(border) > self._length(known):
                longest[border.line] = border
        for border in longest.values():
            yield self._along(equation(self.area, border.row), self.at(border.start), self.at(border.end), INK,
                              self._downwards(border))  # fmt: skip
        if self.area.own is not None:
            start, end = self.area.own
            yield self._along(OWN + expression_text(self.report.own), self.at(start), self.at(end), BLUE, True,
                              (0.85, 0.15, 0.75, 0.25, 0.65, 0.35, 0.5))  # fmt: skip
        yield from self._names()

    def _length(self, border: Border) -> float:
        (x1, y1), (x2, y2) = self.at(border.start), self.at(border.end)
        return hypot(x2 - x1, y2 - y1)

    def _downwards(self, border: Border) -> bool:
        """Whether the safe side of a border is the lower one (the right one, if it is upright)."""
        a, b = border.line[0], border.line[1]
        middle = ((border.start[0] + border.end[0]) / 2, (border.start[1] + border.end[1]) / 2)
        below = (Fraction(a), Fraction(b)) if (b < 0 or (b == 0 and a > 0)) else (Fraction(-a), Fraction(-b))
        return any(p.beside(middle, below) for kind, p in self.area.pieces if kind in (BEYOND, WITHIN))

    def _yours(self) -> Iterator[str]:
        if self.area.given is None:
            return
        inside = tuple(min(v, size) for v, size in zip(self.area.given, self.area.size, strict=True))
        px, py = self.at((inside[0], inside[1]))
        self.labels.box(Box((px, py), 14, 14))
        yield element("path", d=_diamond(px, py), fill=PURPLE, stroke=INK, stroke_width=1.5)
        where = f" lie further out, at ({short(self.area.given[0])}, {short(self.area.given[1])})"
        yield self._beside(YOURS + (where if inside != self.area.given else ""), (px, py), NORMAL, INK)

    def _beside(self, words: str, spot: tuple[float, float], size: int, colour: str) -> str:
        """A label next to a point."""
        width, (px, py) = text_width(words, size), spot
        aside, up = width / 2 + 9, size / 2 + 8
        ways = ((1, 0.55), (1, -0.55), (-1, -0.55), (-1, 0.55), (1, 0), (-1, 0), (0, 1), (0, -1), (1, 1.6), (-1, 1.6))
        found = self.labels.place(Box((px + dx * aside, py + dy * up), width, size + 2) for dx, dy in ways)
        assert found is not None
        return label(words, found, size, colour)

    def _along(
        self, words: str, start: tuple[float, float], end: tuple[float, float], colour: str, down: bool,
        places: tuple[float, ...] = (0.5, 0.4, 0.6, 0.3, 0.7, 0.22, 0.78),
    ) -> str:  # fmt: skip
        """A label along a line, first tried below it or above it."""
        if (end[0], -end[1]) < (start[0], -start[1]):
            start, end = end, start
        length = hypot(end[0] - start[0], end[1] - start[1]) or 1.0
        dx, dy = (end[0] - start[0]) / length, (end[1] - start[1]) / length
        width = text_width(words, NORMAL)

        def boxes() -> Iterator[Box]:
            inner = [min(max(p * length, width / 2 + 4), max(length - width / 2 - 4, length / 2)) for p in places]
            # Where the line is shorter than the words, they begin or end where it does.
            for gaps, middles in (((11, 17), inner), ((11, 17, 24), [width / 2 + 4, length - width / 2 - 4])):
                for gap, side, middle in product(gaps, (1, -1) if down else (-1, 1), middles):
                    px, py = start[0] + dx * middle, start[1] + dy * middle
                    yield Box((px - side * gap * dy, py + side * gap * dx), width, NORMAL + 2, (dx, dy))
            for part, side in product(places, (1, -1)):
                px, py = start[0] + dx * part * length, start[1] + dy * part * length
                yield Box((px + side * (width / 2 + 10), py), width, NORMAL + 2)

        found = self.labels.place(boxes())
        assert found is not None
        return label(words, found, NORMAL, colour)

    def _names(self) -> Iterator[str]:
        """The areas by name, where there is room."""
        size, parts = self.area.size, 24
        spots = [(size[0] * a / parts, size[1] * b / parts) for a in range(1, parts) for b in range(1, parts)]
        kinds = [self.area.kind(spot) for spot in spots]
        for kind in KINDS:
            words = {BEYOND: "safe", WITHIN: "safe", REFUTED: "refuted", OPEN: "not decided"}[kind]
            of_kind = [spot for spot, found in zip(spots, kinds, strict=True) if found == kind]
            found = self.labels.place(self._rooms(kind, of_kind, text_width(words, LARGE) + 8), needed=False)
            if found is not None:
                yield label(words, found, LARGE, INK, "bold")

    def _rooms(self, kind: str, spots: list[Point], width: float) -> Iterator[Box]:
        """Boxes of which all corners are of a kind, the most central first."""
        size, height = self.area.size, LARGE + 8
        middle = [sum((spot[axis] for spot in spots), Fraction(0)) / (len(spots) or 1) for axis in (0, 1)]
        wide, high = size[0] * int(width) / (self.right - LEFT) / 2, size[1] * height / HEIGHT / 2

        def off(spot: Point) -> tuple[Fraction, Point]:
            return abs(spot[0] - middle[0]) / size[0] + abs(spot[1] - middle[1]) / size[1], spot

        for spot in sorted(spots, key=off):
            ends = [(spot[0] + p * wide, spot[1] + q * high) for p in (-1, 1) for q in (-1, 1)]
            if all(self.area.kind(end) == kind for end in ends):
                yield Box(self.at(spot), width, height)

    # ------------------------------------------------------------ axes and legend

    def _axes(self) -> Iterator[str]:
        width, height = self.area.size
        yield element("rect", x=LEFT, y=self.top, width=self.right - LEFT, height=HEIGHT, fill="none", stroke=INK)
        zero = Fraction(0)
        for value, whole in ticks(width):
            px, py = self.at((value, zero))
            yield element("line", x1=px, y1=py, x2=px, y2=py + (6 if whole else 3), stroke=INK)
            if whole:
                yield text(short(value), px, py + 19, text_anchor="middle")
        for value, whole in ticks(height):
            px, py = self.at((zero, value))
            yield element("line", x1=px, y1=py, x2=px - (6 if whole else 3), y2=py, stroke=INK)
            if whole:
                yield text(short(value), px - 9, py + 4, text_anchor="end")
        middle = (LEFT + self.right) / 2
        yield text(f"{self.area.plane.x} / {self.area.unit}", middle, self.bottom + 38, text_anchor="middle",
                   font_weight="bold")  # fmt: skip
        across = self.top + HEIGHT / 2
        yield text(f"{self.area.plane.y} / {self.area.unit}", 20, across, text_anchor="middle", font_weight="bold",
                   transform=f"rotate(-90 20 {number(across)})")  # fmt: skip

    def _legend(self) -> tuple[list[str], float]:
        """What patterns and lines mean, and where the picture ends."""
        drawn, y = [], self.bottom + 58
        left = list(self._surfaces())
        right: list[tuple[str, str]] = []
        below: list[tuple[str, str]] = []
        for entry in self._strokes():
            (right if text_width(entry[1], NORMAL) < WIDTH / 2 - 46 - PAD else below).append(entry)
        rows = max(len(left), len(right))
        for px, py, entries in ((PAD, y, left), (WIDTH / 2 + 8, y, right), (PAD, y + 21 * rows, below)):
            for row, (sample, words) in enumerate(entries):
                spot = f"translate({number(px)} {number(py + 21 * row)})"
                drawn.append(element("g", sample, text(words, 38, 4), transform=spot))
        y += 21 * (rows + len(below))
        for words in self._notes():
            for said in rows_of(words, SMALL, INNER):
                drawn.append(text(said, PAD, y + 4, font_size=SMALL, fill=DIM))
                y += SMALL + 5
        return drawn, y + PAD - 8

    def _surfaces(self) -> Iterator[tuple[str, str]]:
        swatch: dict[str, str | float] = {"x": 0, "y": -8, "width": 30, "height": 16, "stroke": INK}
        for kind in KINDS:
            if self.area.shows(kind):
                yield element("rect", **swatch, fill=self._fill(kind)), WORDS[kind]
        if self._excludes():
            yield element("rect", **swatch, fill="#DDDDDD"), OUTSIDE

    def _strokes(self) -> Iterator[tuple[str, str]]:
        stroke: dict[str, str | float] = {"x1": 0, "y1": 0, "x2": 30, "y2": 0}
        for safe in sorted({b.safe for b in self.area.borders}, reverse=True):
            dashes = None if safe else DASHES
            sample = element("line", **stroke, stroke=INK, stroke_width=2.5, stroke_dasharray=dashes)
            yield sample, f"border, {'' if safe else 'not '}part of the safe area"
        if self.area.own is not None:
            sample = element("line", **stroke, stroke=BLUE, stroke_width=1.5, stroke_dasharray=OWN_DASHES)
            yield sample, OWN + expression_text(self.report.own)
        if self.area.given is not None:
            given = self.report.request.given
            said = ", ".join(f"{n} = {short(given[n])}" for n in (self.area.unit, *self.area.plane[1:3]))
            yield element("path", d=_diamond(15, 0), fill=PURPLE, stroke=INK, stroke_width=1.5), f"{YOURS}: {said}"

    def _excludes(self) -> bool:
        """Whether part of the frame is outside of what is assumed."""
        width, height = self.area.size
        ends = {(a, b) for a in (Fraction(0), width) for b in (Fraction(0), height)}
        return set(self.area.domain.polygon(width, height)) != ends


def _own_words(border: Border) -> str:
    return "its own values safe" if border.safe else "its own values not safe"


def _diamond(x: float, y: float) -> str:
    return f"M{number(x)},{number(y - 8)} l6.5,8 l-6.5,8 l-6.5,-8 z"
