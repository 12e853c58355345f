"""A trace as a ladder in SVG: two lifelines, time downwards and to scale, slanted arrows.

For scripts, every element of step k (from 1; 0 is the beginning) has ``data-step="k"``, those of segment n have
``data-segment="n"``, what arrives in step k has ``data-arrives="k"``, and the ground of a step, a ``rect`` of class
``ground``, is where it stands. An arrow is of the step that sends it, its tip of the step that delivers it.
"""

from __future__ import annotations

from collections.abc import Iterator

from tcpverify.evidence.trace import EndState, Trace
from tcpverify.views.flights import SIZE
from tcpverify.views.inks import SCOPE, painted, style_sheet
from tcpverify.views.ladderdraw import cross, drawing, lifeline, wait_pattern
from tcpverify.views.ladderplan import BAND, PAD, Plan
from tcpverify.views.lifelines import Piece, restarts
from tcpverify.views.quantities import BARE, Unit, multiple
from tcpverify.views.settings import durations_text, scope_text
from tcpverify.views.story import closing, heading
from tcpverify.views.svg import FONT, element, escaped, number, rows_of, text, text_width

__all__ = ["ladder_svg"]

NORMAL, LARGE = 12, 16


def ladder_svg(
    trace: Trace, title: str = "", *, unit: Unit = BARE, verbose: bool = False, words: bool = True
) -> str:
    """The picture as the text of an SVG file, the same bytes for the same trace.

    Title, unit and verbosity are as in `tcpverify.views.ladder`. With ``words`` the picture says in sentences what it
    shows; a page that has words of its own leaves them out.
    """
    said = heading(trace, title, unit)
    plan = Plan(trace, unit, verbose)
    above, top = _heading(plan, said) if words else ([], float(PAD))
    plan.lay(top + 34)
    below, y = _sentences(plan) if words else ([], plan.end + 6)
    legend, height = _legend(plan, y)
    return element(
        "svg", "\n",
        element("title", escaped(said)), "\n",
        element("desc", escaped(" ".join(closing(trace, unit)) or "Nothing happens.")), "\n",
        element("style", style_sheet()), "\n",
        element("defs", *(wait_pattern(plan, kind) for kind in range(4))), "\n",
        element("rect", x=0, y=0, width=plan.width, height=height, **painted("paper")), "\n",
        "\n".join([*above, *drawing(plan), *below, *legend]), "\n",
        xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {number(plan.width)} {number(height)}", width=plan.width,
        height=height, role="img", font_family=FONT, font_size=NORMAL, **painted("ink", also=SCOPE),
    ) + "\n"  # fmt: skip


def _paragraph(words: str, y: float, width: float, size: int, ink: str, weight: str | None = None) -> list[str]:
    """Lines of text, the first with its foot at ``y``; each takes its size and five more."""
    return [
        text(row, PAD, y + turn * (size + 5), font_size=size, font_weight=weight, **painted(ink))
        for turn, row in enumerate(rows_of(words, size, width))
    ]


def _heading(plan: Plan, said: str) -> tuple[list[str], float]:
    name = ": ".join(part for part in (plan.trace.model, plan.trace.property) if part)
    return _stacked([(name, LARGE, "ink", "bold"), (said, NORMAL, "ink", None)], PAD, plan.width)


def _sentences(plan: Plan) -> tuple[list[str], float]:
    """What is broken and by which rule, what is left, what happened, and the scope."""
    found: list[tuple[str, int, str, str | None]] = []
    told: set[int] = set()
    for row in (row for row in plan.rows if row.kind == "broken"):
        first = row.step not in told
        told.add(row.step)
        found.append((row.text, NORMAL, "bad" if first else "ink", "bold" if first else None))
    left = ", ".join(f"#{s.number} {s.flags}" for s in plan.rows[-1].flying)
    found += [(f"Still in the network: {left}.", NORMAL, "dim", None)] if left else []
    found += [(sentence, NORMAL, "ink", None) for sentence in closing(plan.trace, plan.unit)]
    scope = scope_text(plan.trace.scope)
    if "MSL" in plan.trace.parameters:
        # Where times are expressions, these are the numbers that the picture was drawn with.
        drawn, unit = ("", plan.unit) if plan.numeric else ("Drawn for ", BARE)
        scope = f"{drawn}{durations_text(plan.trace.parameters, unit, plan.trace.scope.delay)}; {scope}"
    return _stacked([*found, (f"{scope}.", SIZE, "dim", None)], plan.end, plan.width)


def _stacked(parts: list[tuple[str, int, str, str | None]], y: float, width: float) -> tuple[list[str], float]:
    """Paragraphs one below the other, and where they end."""
    drawn: list[str] = []
    for words, size, ink, weight in parts:
        lines = _paragraph(words, y + size, width - 2 * PAD, size, ink, weight)
        drawn += lines
        y += len(lines) * (size + 5) + 3
    return drawn, y


# ------------------------------------------------------------ the legend


def _legend(plan: Plan, y: float) -> tuple[list[str], float]:
    """Samples of what occurs, each with its meaning, in rows; and where the picture ends."""
    drawn, x, y = [], float(PAD), y + 12
    for sample, words in _samples(plan):
        width = 44 + text_width(words, SIZE)
        if x > PAD and x + width > plan.width - PAD:
            x, y = float(PAD), y + 21
        drawn.append(element("g", *sample, text(words, 36, 4, font_size=SIZE, **painted("ink")),
                             transform=f"translate({number(x)} {number(y)})", class_="legend"))  # fmt: skip
        x += width + 8
    return drawn, y + PAD


def _samples(plan: Plan) -> Iterator[tuple[list[str], str]]:
    ends = {(end.state, end.incarnation) for row in plan.rows for end in row.ends.values()}
    kinds = {flight.kind for flight in plan.flights}
    if len(plan.scale.instants) > 1 or plan.ticks:
        values = "" if plan.numeric else " for these values"
        yield [_line(14, -8, 14, 8, "dim")], f"axis to scale{values}{_tick(plan)}"
    sample = element("rect", x=11, y=-8, width=5, height=16, **painted("dim"))
    yield [sample], "time stands still: one thing after another"
    yield [_line(0, 0, 28, 0, "ink")], "#n a segment, inc the incarnation of the connection that sent it"
    for incarnation in sorted({inc for state, inc in ends if state != "CLOSED"}):
        state = next(s for s, inc in sorted(ends) if inc == incarnation and s not in ("CLOSED", "TIME-WAIT"))
        yield _stretch(plan, state, incarnation), f"incarnation {incarnation}"
    if any(state == "CLOSED" for state, _ in ends):
        yield _stretch(plan, "CLOSED", 0), "no connection"
    waits = sorted(inc for state, inc in ends if state == "TIME-WAIT")
    if waits:
        again = ", a bar across where it is restarted" if restarts(plan.trace) else ""
        yield _stretch(plan, "TIME-WAIT", waits[0]), f"TIME-WAIT{again}"
    if plan.early is not None:
        sample = element("rect", x=7, y=-8, width=14, height=16, stroke_dasharray="4 3", **painted("none", "ink"))
        yield [sample], "what is missing of TIME-WAIT"
    if "lost" in kinds:
        yield [_line(0, 0, 14, 0, "ink"), cross((16, 0), "ink")], "lost"
    if "left" in kinds:
        line = _line(0, 0, 20, 0, "ink", "5 4")
        yield [line, element("circle", cx=22, cy=0, r=3.5, **painted("paper", "ink"))], "still under way at the end"
    if plan.lives:
        sample = element("rect", x=9, y=-8, width=BAND, height=16, **painted("life", "bad"))
        yield [sample], "lifetime of the old segment: until then it may arrive"
    if any(row.bad for row in plan.rows):
        yield [element("path", d="M9,-6 l10,6 l-10,6 z", **painted("bad"))], "breaks the property"


def _tick(plan: Plan) -> str:
    if not plan.ticks:
        return ""
    return f", a tick every {plan.unit.show(plan.tick) if plan.numeric else multiple(plan.tick, plan.msl)}"


def _line(x1: float, y1: float, x2: float, y2: float, ink: str, dashes: str | None = None) -> str:
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke_width=1.6, stroke_dasharray=dashes, **painted(stroke=ink))


def _stretch(plan: Plan, state: str, incarnation: int) -> list[str]:
    """A sample of a lifeline; it belongs to no step."""
    return list(lifeline(plan, Piece("", EndState(state, incarnation), -8, 8, 0), 14))
