"""SVG by hand: elements, text that cannot break the file, and a place for every label."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import combinations
from math import hypot
from textwrap import wrap
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

__all__ = ["FONT", "Box", "Labels", "element", "escaped", "inside", "label", "number", "rows_of", "text", "text_width"]

Spot = tuple[float, float]

#: what every system has one of
FONT = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"
#: width of an average character in units of the font size; generous, since the font is not known
AVERAGE = 0.56
_UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def number(value: float) -> str:
    """A coordinate: two decimals, no trailing zeros."""
    found = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if found == "-0" else found


def clean(words: str) -> str:
    """Text without what XML has no way to write."""
    return _UNPRINTABLE.sub("\ufffd", words)


def escaped(words: str) -> str:
    """Any text as the content of an element."""
    return escape(clean(words))


def element(tag: str, *inside: str, **attributes: str | float | None) -> str:
    """An element; underscores in names of attributes stand for hyphens, None leaves one out."""
    said = "".join(
        f" {name.rstrip('_').replace('_', '-')}={quoteattr(clean(v) if isinstance(v, str) else number(v))}"
        for name, v in attributes.items()
        if v is not None
    )
    return f"<{tag}{said}>{''.join(inside)}</{tag}>" if inside else f"<{tag}{said}/>"


def text(words: str, x: float, y: float, **attributes: str | float | None) -> str:
    """A text element; the words are escaped."""
    return element("text", escaped(words), x=x, y=y, **attributes)


def text_width(words: str, size: float) -> float:
    """About how wide a text is."""
    return AVERAGE * size * len(words)


def rows_of(words: str, size: float, width: float) -> list[str]:
    """A paragraph in rows of at most that width."""
    return wrap(words, int(width / text_width("x", size)), break_on_hyphens=False)


class Box(NamedTuple):
    """A rectangle around its middle, perhaps turned: ``along`` is the direction of its width."""

    middle: Spot
    width: float
    height: float
    along: Spot = (1.0, 0.0)

    def corners(self) -> list[Spot]:
        """Its four corners."""
        (x, y), (dx, dy) = self.middle, self.along
        w, h = self.width / 2, self.height / 2
        ends = ((-w, -h), (w, -h), (w, h), (-w, h))
        return [(x + p * dx - q * dy, y + p * dy + q * dx) for p, q in ends]


def inside(box: Box, size: int) -> dict[str, str | float | None]:
    """Attributes that put words of that size in the middle of a box, turned as it is."""
    (px, py), (dx, dy) = box.middle, box.along
    turn = None if dy == 0 else f"matrix({dx:.4f} {dy:.4f} {-dy:.4f} {dx:.4f} {number(px)} {number(py)})"
    x, y = (px, py) if turn is None else (0.0, 0.0)
    return {"x": x, "y": y + size * 0.36, "transform": turn, "text_anchor": "middle", "font_size": size}


def label(words: str, box: Box, size: int, colour: str, weight: str | None = None) -> str:
    """Words in the middle of a box, above a white rim that keeps them readable on a pattern."""
    # Two elements: not every program paints the stroke of a text before it fills it.
    spot = inside(box, size)
    rim = element(
        "text", escaped(words), **spot, font_weight=weight, fill="#FFFFFF", stroke="#FFFFFF", stroke_width=4,
        stroke_linejoin="round", aria_hidden="true",
    )  # fmt: skip
    return rim + element("text", escaped(words), **spot, font_weight=weight, fill=colour, class_="label")


def apart(one: Sequence[Spot], other: Sequence[Spot]) -> bool:
    """Whether a line separates two convex shapes (which may be stretches of a line)."""
    for shape in (one, other):
        for (ax, ay), (bx, by) in combinations(shape, 2):
            nx, ny = ay - by, bx - ax
            ours, theirs = [nx * x + ny * y for x, y in one], [nx * x + ny * y for x, y in other]
            if max(ours) <= min(theirs) or max(theirs) <= min(ours):
                return True
    return False


class Labels:
    """Places for labels: the first of some boxes that covers nothing, else the one that covers least."""

    def __init__(self, frame: tuple[float, float, float, float]) -> None:
        self.frame = frame
        self.boxes: list[list[Spot]] = []
        self.lines: list[list[Spot]] = []

    def line(self, start: Spot, end: Spot) -> None:
        """A line that labels should not cross."""
        if hypot(end[0] - start[0], end[1] - start[1]) > 0:
            self.lines.append([start, end])

    def box(self, box: Box) -> None:
        """Something that labels must not cover."""
        self.boxes.append(box.corners())

    def place(self, candidates: Iterable[Box], needed: bool = True) -> Box | None:
        """Choose a box and keep it free of what comes later; None if nothing is quite free and none is needed."""
        best: tuple[float, int, Box] | None = None
        for turn, box in enumerate(candidates):
            cost = self._cost(box.corners())
            if best is None or cost < best[0]:
                best = cost, turn, box
            if not cost:
                break
        if best is None or (best[0] and not needed):
            return None
        self.box(best[2])
        return best[2]

    def _cost(self, shape: list[Spot]) -> float:
        left, top, right, bottom = self.frame
        outside = sum(not (left <= x <= right and top <= y <= bottom) for x, y in shape)
        covered = sum(not apart(shape, other) for other in self.boxes)
        return 100 * outside + 10 * covered + sum(not apart(shape, other) for other in self.lines)
