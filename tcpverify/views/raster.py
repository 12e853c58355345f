"""The safe region of `bound` in characters, for a terminal: the same areas as in `tcpverify.views.plot`."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from tcpverify.lang.linear import Linear
from tcpverify.views.area import BEYOND, KINDS, OPEN, OUTSIDE, OWN, REFUTED, WITHIN, WORDS, YOURS, Area, area, ticks
from tcpverify.views.conditions import expression_text
from tcpverify.views.plane import Point
from tcpverify.views.quantities import short
from tcpverify.views.styled import Glyphs, Line, Span, line, wrapped
from tcpverify.workflow.derived import BoundReport

__all__ = ["text_plot"]

_COLUMNS, _ROWS, _MARGIN = 60, 18, 8
_STYLES: dict[str, str] = {BEYOND: "good", WITHIN: "good", REFUTED: "bad", OPEN: "warn"}


def text_plot(
    report: BoundReport, width: int, glyphs: Glyphs, x: str = "RTO_MAX", y: str = "TIME_WAIT", unit: str = "MSL",
    fixed: Mapping[str, Fraction] | None = None,
) -> list[Line]:  # fmt: skip
    """The same in characters; every character says what is known of the middle of its cell."""
    what = area(report, x, y, unit, fixed)
    signs = dict(zip(KINDS, "▓▒·?" if glyphs.unicode else "#+.?", strict=True))
    across = min(_COLUMNS, width - _MARGIN - 4)
    cell = what.size[0] / across, what.size[1] / _ROWS
    numbers = {min(int(v / cell[1]), _ROWS - 1): short(v) for v, whole in ticks(what.size[1]) if whole}
    own = _level(what)
    seen: set[str] = set()
    found: list[Line] = [line(Span(f"{y} / {unit}".rjust(_MARGIN + len(y)), "head"))]
    for row in reversed(range(_ROWS)):
        spans = [Span(numbers.get(row, "").rjust(_MARGIN - 2) + (" ┤" if glyphs.unicode else " |"), "dim")]
        for column in range(across):
            kind = what.kind((cell[0] * (2 * column + 1) / 2, cell[1] * (2 * row + 1) / 2))
            seen.add(kind or "")
            spans.append(Span(signs[kind], _STYLES[kind]) if kind else Span(" "))
            if _is_in(what.given, (column, row), cell):
                spans[-1] = Span("@", "title")
        if own is not None and row == min(int(own / cell[1]), _ROWS - 1):
            spans.append(Span(" ◄" if glyphs.unicode else " <", "title"))
        found.append(_merged(spans))
    rule = "└" + "─" * across if glyphs.unicode else "+" + "-" * across
    found.append(line(Span(" " * (_MARGIN - 1) + rule, "dim")))
    scale = [" "] * (across + 8)
    for value, whole in ticks(what.size[0]):
        place = int(value / cell[0])
        if whole and place <= across:
            scale[place : place + len(short(value))] = short(value)
    found.append(line(Span(" " * _MARGIN + "".join(scale).rstrip(), "dim")))
    found.append(line(Span(f"{x} / {unit}".rjust(_MARGIN + across), "head")))
    said = [f"{signs[kind]} {WORDS[kind]}" for kind in KINDS if kind in seen]
    said += ["blank " + OUTSIDE] if "" in seen else []
    said += [f"{'◄' if glyphs.unicode else '<'} {OWN}{expression_text(report.own)}"] if own is not None else []
    said += [f"@ {YOURS}"] if what.given is not None else []
    said += [f"drawn for {n} = {expression_text(Linear.of({unit: v}))}" for n, v in what.fixed.items()]
    said += [f"the same for every {n}" for n in what.free]
    return found + [row for words in said for row in wrapped(words, width, "", "  ", "    ")]


def _level(what: Area) -> Fraction | None:
    """How high the model's own TIME_WAIT is, if that is the same everywhere."""
    return what.own[0][1] if what.own is not None and what.own[0][1] == what.own[1][1] else None


def _is_in(point: Point | None, place: tuple[int, int], cell: Point) -> bool:
    return point is not None and (int(point[0] / cell[0]), int(point[1] / cell[1])) == place


def _merged(spans: list[Span]) -> Line:
    """Neighbours of one style as one span."""
    found: list[Span] = []
    for span in spans:
        if found and found[-1].style == span.style:
            found[-1] = Span(found[-1].text + span.text, span.style)
        else:
            found.append(span)
    return tuple(found)
