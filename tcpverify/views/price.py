"""The price of safety as a picture: connections a second to one destination over MSL, both logarithmic.

Below the line of a model its TIME_WAIT is long enough. What a stack waits is a horizontal line: where it meets a
model's line it ceases to be safe.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import hypot, log

from tcpverify.views.cost import rate_text, seconds_text
from tcpverify.views.curves import Chart, Curve, Mark, chart, ticks
from tcpverify.views.quantities import short
from tcpverify.views.settings import scope_text
from tcpverify.views.svg import FONT, Box, Labels, element, escaped, label, number, rows_of, text, text_width
from tcpverify.workflow.prices import CostReport

__all__ = ["price_plot"]

WIDTH, LEFT, RIGHT, HEIGHT, PAD = 760, 72, 66, 430, 16
INNER = WIDTH - 2 * PAD
SMALL, NORMAL, LARGE = 11, 12, 16
INK, DIM, GREY, PURPLE, TINT = "#111111", "#444444", "#666666", "#AA4488", "#009E73"
# Okabe and Ito's colours, and dashes: told apart by people who do not see red or green, and in print.
STROKES = (
    ("#0072B2", None), ("#D55E00", "9 4"), ("#009E73", "9 3 2 3"), ("#CC79A7", "3 3"), ("#56B4E9", "14 4"),
    ("#E69F00", "14 3 2 3 2 3"),
)  # fmt: skip
_STEPS = (1, 2, 5)

Spot = tuple[float, float]


def price_plot(report: CostReport) -> str:
    """The picture as the text of an SVG file, the same bytes for the same report."""
    return _Drawing(report, chart(report)).text()


class _Drawing:
    """One picture in the making, from top to bottom."""

    def __init__(self, report: CostReport, what: Chart) -> None:
        self.report, self.chart = report, what
        self.header = list(self._header())
        self.top = PAD + sum(size + 5 for _, size, _, _ in self.header) + 10
        self.bottom = self.top + HEIGHT
        self.right = WIDTH - RIGHT
        self.labels = Labels((LEFT + 2, self.top + 2, self.right - 2, self.bottom - 2))

    def text(self) -> str:
        """The whole file."""
        inside = [*self._areas(), *self._grid(), *self._marks(), *self._curves(), *self._here(), *self._words()]
        legend, height = self._legend()
        return element(
            "svg", "\n",
            element("title", escaped(f"The price of safety: {self.report.request.property}")), "\n",
            element("desc", escaped(self._description())), "\n",
            element("rect", x=0, y=0, width=WIDTH, height=height, fill="#FFFFFF"), "\n",
            "\n".join([*self._heading(), *inside, *self._axes(), *legend]), "\n",
            xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {WIDTH} {number(height)}", width=WIDTH, height=height,
            role="img", font_family=FONT,
            font_size=NORMAL, fill=INK,
        ) + "\n"  # fmt: skip

    # ------------------------------------------------------------ places

    def at(self, msl: Fraction, time_wait: Fraction) -> Spot:
        """Where a point is on the paper; the connection rate, ports / TIME_WAIT, grows upwards."""
        (low, high), (least, most) = self.chart.msl, self.chart.time_wait
        across, down = log(msl / low) / log(high / low), log(time_wait / least) / log(most / least)
        return LEFT + across * (self.right - LEFT), self.top + down * HEIGHT

    def inside(self, msl: Fraction, time_wait: Fraction) -> bool:
        """Whether a point is within the frame."""
        (low, high), (least, most) = self.chart.msl, self.chart.time_wait
        return low <= msl <= high and least <= time_wait <= most

    # ------------------------------------------------------------ words

    def _header(self) -> Iterator[tuple[str, int, str, str | None]]:
        request = self.report.request
        yield f"The price of safety: {request.property}", LARGE, INK, "bold"
        words = (f"Below the line of a model every TIME_WAIT is proved long enough. A rate is {request.ports} ports "
                 "divided by TIME_WAIT: connections to one destination from one address.")  # fmt: skip
        for row in rows_of(words, NORMAL, INNER):
            yield row, NORMAL, INK, None
        for row in rows_of(f"Scope: {scope_text(request.scope)}. {self._fixed()}", SMALL, INNER):
            yield row, SMALL, DIM, None

    def _fixed(self) -> str:
        """The durations beside MSL, if all models have the same."""
        rests = {tuple(sorted((n, v) for n, v in m.values.items() if n != "MSL")) for m in self.report.models}
        if len(rests) != 1:
            return ""
        return ", ".join(f"{name} = {seconds_text(value)}" for name, value in rests.pop()) + "."

    def _heading(self) -> Iterator[str]:
        y = float(PAD)
        for words, size, colour, weight in self.header:
            y += size
            yield text(words, PAD, y, font_size=size, fill=colour, font_weight=weight)
            y += 5

    def _description(self) -> str:
        found = ["Logarithmic axes: MSL in seconds, connections a second to one destination."]
        found += [f"{_models(curve)}: safe from TIME_WAIT = {curve.rule or 'the line'}." for curve in self.chart.curves]
        for mark in self.chart.marks:
            found.append(f"{mark.name}: TIME_WAIT = {seconds_text(mark.time_wait)}.")
        return " ".join([*found, *self._notes()])

    def _notes(self) -> list[str]:
        found = []
        if self.chart.never:
            found.append(f"No TIME_WAIT is safe, at no rate: {', '.join(self.chart.never)}.")
        if self.chart.unknown:
            found.append(f"Not decided: {', '.join(self.chart.unknown)}.")
        for curve in self.chart.curves:
            if not curve.exact:
                found.append(f"{_models(curve)}: faster rates may be safe too; that is not decided.")
            if curve.within:
                found.append(f"* {_models(curve)}: within the scope only, for so many retransmissions.")
            if not curve.solid:
                found.append(f"{_models(curve)}: not all below the line is safe.")
        found.append("A stack’s line says how long it waits; in other respects it is not these machines.")
        return found

    # ------------------------------------------------------------ what is drawn

    def _areas(self) -> Iterator[str]:
        yield element("rect", x=LEFT, y=self.top, width=self.right - LEFT, height=HEIGHT, fill="#FDF8F3")
        whole = [curve for curve in self.chart.curves if not curve.beside]
        share = 0.42 / max(len(whole), 1)
        for curve in whole:
            for part in curve.stretches():
                spots = [self.at(*point) for point in part]
                spots += [(spots[-1][0], self.bottom), (spots[0][0], self.bottom)]
                yield element("polygon", points=_spots(spots), fill=TINT, fill_opacity=share)

    def _grid(self) -> Iterator[str]:
        for value in ticks(*self.chart.msl, _STEPS):
            x, _ = self.at(value, self.chart.time_wait[0])
            yield element("line", x1=x, y1=self.top, x2=x, y2=self.bottom, stroke="#FFFFFF", stroke_width=1)

    def _marks(self) -> Iterator[str]:
        for mark in self.chart.marks:
            _, y = self.at(self.chart.msl[0], mark.time_wait)
            self.labels.line((LEFT, y), (self.right, y))
            yield element("line", x1=LEFT, y1=y, x2=self.right, y2=y, stroke=PURPLE if mark.asked else GREY,
                          stroke_width=1.5 if mark.asked else 1, stroke_dasharray="2 3")  # fmt: skip

    def _curves(self) -> Iterator[str]:
        for number_, curve in enumerate(self.chart.curves):
            colour, dashes = STROKES[number_ % len(STROKES)]
            for part in curve.stretches():
                spots = [self.at(*point) for point in part]
                for place in range(0, len(spots) - 1, 4):
                    self.labels.line(spots[place], spots[min(place + 4, len(spots) - 1)])
                yield element("polyline", points=_spots(spots), fill="none", stroke=colour, stroke_width=2.5,
                              stroke_dasharray=dashes, stroke_linejoin="round")  # fmt: skip

    def _here(self) -> Iterator[str]:
        """The MSL of the tables, and what is safe there."""
        here = self.chart.here
        if here is None:
            return
        x, _ = self.at(here, self.chart.time_wait[0])
        self.labels.line((x, self.top), (x, self.bottom))
        yield element("line", x1=x, y1=self.top, x2=x, y2=self.bottom, stroke=PURPLE, stroke_width=1.5,
                      stroke_dasharray="10 4 2 4")  # fmt: skip

    def _words(self) -> Iterator[str]:
        """Dots, then every label where it covers nothing."""
        # Curves may meet: every spot once.
        dots = sorted({(limit, mark.time_wait) for mark in self.chart.marks for limit in mark.limits
                       if limit != self.chart.here and self.inside(limit, mark.time_wait)})  # fmt: skip
        diamonds = sorted({least for curve in self.chart.curves
                           if self.chart.here is not None and (least := curve.at(self.chart.here))})  # fmt: skip
        for dot in dots:
            spot = self.at(*dot)
            self.labels.box(Box(spot, 9, 9))
            yield element("circle", cx=spot[0], cy=spot[1], r=4, fill="#FFFFFF", stroke=INK, stroke_width=1.5)
        for least in diamonds:
            assert self.chart.here is not None
            x, y = self.at(self.chart.here, least)
            self.labels.box(Box((x, y), 13, 13))
            yield element("path", d=_diamond(x, y), fill=PURPLE, stroke=INK, stroke_width=1.2)
        for mark in self.chart.marks:
            yield self._name(mark)
        for number_, curve in enumerate(self.chart.curves):
            yield from self._along(curve, STROKES[number_ % len(STROKES)][0])
        if self.chart.here is not None:
            x, _ = self.at(self.chart.here, self.chart.time_wait[0])
            words = f"MSL = {seconds_text(self.chart.here)}"
            boxes = (Box((x + side * (text_width(words, NORMAL) / 2 + 6), self.top + 12 + 16 * row),
                         text_width(words, NORMAL), NORMAL + 2) for row in (0, 1, 2) for side in (-1, 1))  # fmt: skip
            yield from self._placed(words, boxes, NORMAL, PURPLE)
            for least in diamonds:
                words = f"{rate_text(self.report.request.fastest(least))}/s"
                yield from self._placed(words, self._round(self.at(self.chart.here, least), words), SMALL, INK)
        for dot in dots:
            words = seconds_text(dot[0])
            yield from self._placed(words, self._round(self.at(*dot), words), SMALL, DIM)
        yield from self._verdicts()

    def _placed(
        self, words: str, boxes: Iterator[Box], size: int, colour: str, weight: str | None = None
    ) -> Iterator[str]:
        """A label, if there is a place for it where it covers nothing."""
        found = self.labels.place(boxes, needed=False)
        if found is not None:
            yield label(words, found, size, colour, weight)

    def _round(self, spot: Spot, words: str) -> Iterator[Box]:
        """Places around a point."""
        width, height = text_width(words, SMALL), SMALL + 2.0
        for dx, dy in ((1, 1), (-1, -1), (1, -1), (-1, 1), (1, 0), (-1, 0), (0, 1), (0, -1), (1, 2), (-1, -2)):
            yield Box((spot[0] + dx * (width / 2 + 7), spot[1] + dy * (height / 2 + 6)), width, height)

    def _name(self, mark: Mark) -> str:
        """The name of a mark on its line, first at the left, where the lines of models are far above."""
        fastest = rate_text(self.report.request.fastest(mark.time_wait))
        words = f"{mark.name}: {seconds_text(mark.time_wait)}, {fastest}/s"
        width, (_, y) = text_width(words, SMALL), self.at(self.chart.msl[0], mark.time_wait)
        room = self.right - LEFT - width - 16
        boxes = (Box((LEFT + 8 + width / 2 + room * part / 8, y + side * (SMALL / 2 + 4)), width, SMALL + 2)
                 for part in range(9) for side in (-1, 1))  # fmt: skip
        found = self.labels.place(boxes)
        assert found is not None
        return label(words, found, SMALL, PURPLE if mark.asked else DIM)

    def _along(self, curve: Curve, colour: str) -> Iterator[str]:
        """The rule of a curve, along it."""
        words = f"{curve.rule}{'*' if curve.within else ''}" if curve.rule else ""
        if not words:
            return
        width = text_width(words, NORMAL)
        points = [point for part in curve.stretches() for point in part]
        spots = [self.at(*point) for point in points]
        others = [dict(other.points) for other in self.chart.curves if other is not curve]

        def crowded(share: float) -> bool:
            """Whether another line is so near that nobody knows whose words these are."""
            msl, time_wait = points[int(share * (len(points) - 1))]
            return any(abs(log(t / time_wait)) < 0.1 for o in others if (t := o[msl]))

        def boxes() -> Iterator[Box]:
            for share in sorted((0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82), key=crowded):
                middle = int(share * (len(spots) - 1))
                ends = [spots[max(middle - 8, 0)], spots[min(middle + 8, len(spots) - 1)]]
                (ax, ay), (bx, by) = ends
                length = hypot(bx - ax, by - ay) or 1.0
                dx, dy = (bx - ax) / length, (by - ay) / length
                for gap in (12, -12):
                    x, y = spots[middle]
                    yield Box((x + gap * dy, y - gap * dx), width, NORMAL + 2, (dx, dy))

        yield from self._placed(words, boxes(), NORMAL, colour, "bold")

    def _verdicts(self) -> Iterator[str]:
        """Which side is which, where there is room."""
        exact = all(curve.exact and curve.solid for curve in self.chart.curves)
        wanted = [("safe", True), *([("refuted", False)] if exact else [])]
        for words, good in wanted if self.chart.curves else []:
            yield from self._placed(words, self._rooms(good, text_width(words, LARGE) + 8), LARGE, INK, "bold")

    def _rooms(self, good: bool, width: float) -> Iterator[Box]:
        """Boxes that are wholly on the safe, or the refuted, side of all lines; the most central first."""
        (low, high), (least, most) = self.chart.msl, self.chart.time_wait
        parts, height = 16, LARGE + 8.0
        spots = [(a / parts, b / parts) for a in range(1, parts) for b in range(1, parts)]

        def value(across: float, down: float) -> tuple[Fraction, Fraction]:
            return (low * Fraction((high / low) ** across), least * Fraction((most / least) ** down))

        centre = 0.72 if good else 0.28
        side = 0.4 if good else 0.62
        for across, down in sorted(spots, key=lambda s: (abs(s[0] - side) + abs(s[1] - centre), s)):
            wide, tall = width / 2 / (self.right - LEFT), height / 2 / HEIGHT
            corners = [(across + p * wide, down + q * tall) for p in (-1, 1) for q in (-1, 1)]
            if all(self._all_are(good, value(*corner)) for corner in corners):
                yield Box(self.at(*value(across, down)), width, height)

    def _all_are(self, good: bool, spot: tuple[Fraction, Fraction]) -> bool:
        found = self.chart.safe_for(*spot)
        return all(found) if good else not any(found)

    # ------------------------------------------------------------ axes and legend

    def _axes(self) -> Iterator[str]:
        request = self.report.request
        (low, high), (least, most) = self.chart.msl, self.chart.time_wait
        yield element("rect", x=LEFT, y=self.top, width=self.right - LEFT, height=HEIGHT, fill="none", stroke=INK)
        for value in ticks(low, high, _STEPS):
            x, _ = self.at(value, least)
            yield element("line", x1=x, y1=self.bottom, x2=x, y2=self.bottom + 6, stroke=INK)
            yield text(short(value), x, self.bottom + 19, text_anchor="middle")
        for value in ticks(request.ports / most, request.ports / least, _STEPS):
            _, y = self.at(low, request.ports / value)
            yield element("line", x1=LEFT - 6, y1=y, x2=LEFT, y2=y, stroke=INK)
            yield text(rate_text(value), LEFT - 9, y + 4, text_anchor="end")
        for value in ticks(least, most, _STEPS):
            _, y = self.at(low, value)
            yield element("line", x1=self.right, y1=y, x2=self.right + 6, y2=y, stroke=INK)
            yield text(short(value), self.right + 9, y + 4)
        middle, across = (LEFT + self.right) / 2, self.top + HEIGHT / 2
        bold: dict[str, str | float | None] = {"text_anchor": "middle", "font_weight": "bold"}
        yield text("MSL in seconds", middle, self.bottom + 38, **bold)
        for x, words in ((18, "connections a second to one destination"), (WIDTH - 16, "TIME_WAIT in seconds")):
            yield text(words, x, across, transform=f"rotate(-90 {x} {number(across)})", **bold)

    def _legend(self) -> tuple[list[str], float]:
        """Which line is whose, and where the picture ends."""
        drawn, y = list[str](), self.bottom + 60.0
        stroke: dict[str, str | float | None] = {"x1": 0, "y1": 0, "x2": 40, "y2": 0}
        entries = []
        for number_, curve in enumerate(self.chart.curves):
            colour, dashes = STROKES[number_ % len(STROKES)]
            sample = element("line", **stroke, stroke=colour, stroke_width=2.5, stroke_dasharray=dashes)
            rule = f": TIME_WAIT ≥ {curve.rule}" if curve.rule else ""
            entries.append((sample, f"{_models(curve)}{rule}{' *' if curve.within else ''}"))
        if any(mark.limits for mark in self.chart.marks):
            sample = element("circle", cx=20, cy=0, r=4, fill="#FFFFFF", stroke=INK, stroke_width=1.5)
            entries.append((sample, "up to this MSL what a stack waits is safe"))
        if self.chart.here is not None and self.chart.curves:
            sample = element("path", d=_diamond(20, 0), fill=PURPLE, stroke=INK, stroke_width=1.2)
            entries.append((sample, f"the greatest safe rate where MSL = {seconds_text(self.chart.here)}"))
        for sample, words in entries:
            rows = rows_of(words, NORMAL, INNER - 50)
            said = [text(row, 50, 4 + 16 * place) for place, row in enumerate(rows)]
            drawn.append(element("g", sample, *said, transform=f"translate({PAD} {number(y)})"))
            y += 4 + 16 * len(rows)
        for note in self._notes():
            for row in rows_of(note, SMALL, INNER):
                drawn.append(text(row, PAD, y + 4, font_size=SMALL, fill=DIM))
                y += SMALL + 5
        return drawn, y + PAD - 8


def _models(curve: Curve) -> str:
    return ", ".join(curve.models)


def _spots(spots: list[Spot]) -> str:
    return " ".join(f"{number(x)},{number(y)}" for x, y in spots)


def _diamond(x: float, y: float) -> str:
    return f"M{number(x)},{number(y - 7)} l6,7 l-6,7 l-6,-7 z"
