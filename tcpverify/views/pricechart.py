"""The price of safety in characters, for a terminal: the same lines as in `tcpverify.views.price`."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import log

from tcpverify.views.cost import rate_text, seconds_text
from tcpverify.views.curves import Chart, chart, ticks
from tcpverify.views.quantities import short
from tcpverify.views.styled import Glyphs, Line, Span, line, wrapped
from tcpverify.workflow.prices import CostReport

__all__ = ["price_chart"]

_COLUMNS, _ROWS, _MARGIN, _ASIDE = 60, 20, 9, 24


def price_chart(report: CostReport, width: int, glyphs: Glyphs) -> list[Line]:
    """Rows of characters; every one says for how many models the middle of its cell is safe."""
    what = chart(report)
    across = max(min(_COLUMNS, width - _MARGIN - _ASIDE), 20)
    signs = "▓▒·" if glyphs.unicode else "#+."
    heights = [_between(*what.time_wait, (2 * row + 1) / (2 * _ROWS)) for row in range(_ROWS)]
    rates = dict(_scale(what, report))
    marks = {_row(what, mark.time_wait): f"{mark.name} {seconds_text(mark.time_wait)}" for mark in what.marks}
    found: list[Line] = [line(Span("connections a second to one destination", "head"))]
    for row, time_wait in enumerate(heights):
        edge = " ┤" if glyphs.unicode else " |"
        cells = []
        for column in range(across):
            safe = what.safe_for(_between(*what.msl, (2 * column + 1) / (2 * across)), time_wait)
            cells.append(signs[0] if safe and all(safe) else signs[1] if any(safe) else signs[2])
        aside = f" {'◄' if glyphs.unicode else '<'} {marks[row]}" if row in marks else ""
        before = Span(rates.get(row, "").rjust(_MARGIN - 2) + edge, "dim")
        found.append((before, *_merged(cells, signs), Span(aside, "title")))
    rule = "└" + "─" * across if glyphs.unicode else "+" + "-" * across
    found.append(line(Span(" " * (_MARGIN - 1) + rule, "dim")))
    found.append(line(Span(" " * _MARGIN + _numbers(what, across), "dim")))
    found.append(line(Span("MSL in seconds".rjust(_MARGIN + across), "head")))
    for words in _legend(what, signs):
        found += wrapped(words, width, "", "  ", "    ")
    return found


def _between(low: Fraction, high: Fraction, part: float) -> Fraction:
    return low * Fraction((high / low) ** part)


def _row(what: Chart, time_wait: Fraction) -> int:
    low, high = what.time_wait
    return min(int(log(time_wait / low) / log(high / low) * _ROWS), _ROWS - 1)


def _scale(what: Chart, report: CostReport) -> Iterator[tuple[int, str]]:
    """Round rates, and the rows in which they are."""
    ports, (least, most) = report.request.ports, what.time_wait
    for value in ticks(ports / most, ports / least):
        yield _row(what, ports / value), rate_text(value)


def _merged(cells: list[str], signs: str) -> Iterator[Span]:
    """Neighbours of one sign as one span."""
    styles = dict(zip(signs, ("good", "warn", "bad"), strict=True))
    begin = 0
    for place in range(1, len(cells) + 1):
        if place == len(cells) or cells[place] != cells[begin]:
            yield Span("".join(cells[begin:place]), styles[cells[begin]])
            begin = place


def _numbers(what: Chart, across: int) -> str:
    """The scale of MSL; numbers that would run into each other are left out."""
    low, high = what.msl
    scale, free = [" "] * (across + 8), 0
    for value in ticks(low, high):
        place, words = int(log(value / low) / log(high / low) * across), short(value)
        if place >= free:
            scale[place : place + len(words)] = words
            free = place + len(words) + 1
    return "".join(scale).rstrip()


def _legend(what: Chart, signs: str) -> Iterator[str]:
    several = len(what.curves) > 1
    if what.curves:
        names = ", ".join(dict.fromkeys(name for curve in what.curves for name in curve.models))
        yield f"{signs[0]} safe for {names}"
        if several:
            yield f"{signs[1]} safe for some of them"
        exact = all(curve.exact for curve in what.curves)
        yield f"{signs[2]} {'refuted' if exact else 'refuted, or not decided,'} for all of them"
    for curve in what.curves:
        star = " (within the scope only)" if curve.within else ""
        hole = "; not all below the line is safe" if not curve.solid else ""
        if curve.rule:
            yield f"{', '.join(curve.models)}: TIME_WAIT ≥ {curve.rule}{star}{hole}"
    if what.never:
        yield f"no TIME_WAIT is safe, at no rate: {', '.join(what.never)}"
    if what.unknown:
        yield f"not decided: {', '.join(what.unknown)}"
