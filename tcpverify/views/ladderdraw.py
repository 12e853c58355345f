"""A laid-out ladder as SVG elements, layer by layer, the lowest first."""

from __future__ import annotations

from collections.abc import Iterator
from math import hypot

from tcpverify.evidence.trace import SegmentRecord
from tcpverify.views.flights import LINE, SIZE
from tcpverify.views.inks import ink_of, painted
from tcpverify.views.ladderplan import BAND, OFF, PAD, TEXT, WAIT, Plan
from tcpverify.views.lifelines import Piece, pieces, restarts
from tcpverify.views.svg import Box, element, escaped, inside, number, text
from tcpverify.views.timescale import Place

__all__ = ["arrow_head", "cross", "drawing", "lifeline", "wait_pattern"]

LARGE = 16
Spot = tuple[float, float]


def drawing(plan: Plan) -> list[str]:
    """Everything between the heading and the sentences below."""
    return [
        *_names(plan), *_grounds(plan), *_axis(plan), *_lifetimes(plan), *_lifelines(plan), *_flights(plan),
        *_states(plan), *_loop(plan), *_labels(plan),
    ]  # fmt: skip


def wait_pattern(plan: Plan, kind: int) -> str:
    """The shading of a TIME-WAIT."""
    ground = element("rect", width=6, height=6, **painted(f"tint{kind}"))
    stripe = element("path", d="M-1.5,1.5 L1.5,-1.5 M0,6 L6,0 M4.5,7.5 L7.5,4.5", stroke_width=1.1,
                     **painted(stroke=f"inc{kind}"))  # fmt: skip
    return element("pattern", ground, stripe, id=f"{plan.prefix}-wait{kind}", width=6, height=6,
                   patternUnits="userSpaceOnUse")  # fmt: skip


def _of(segment: SegmentRecord) -> dict[str, str]:
    return {"data_segment": str(segment.number)}


def _names(plan: Plan) -> Iterator[str]:
    y = plan.top - 10
    for end, x in plan.across.items():
        yield text(end, x, y, text_anchor="middle", font_size=LARGE, font_weight="bold", **painted("ink"))
    yield text(plan.head(), plan.axis - 8, y, text_anchor="end", font_size=SIZE, **painted("dim"))


# ------------------------------------------------------------ the ground


def _grounds(plan: Plan) -> Iterator[str]:
    """Instants, and in them the ground of every step."""
    x, width = plan.axis, plan.width - plan.axis - PAD
    for instant in plan.scale.instants:
        height = instant.bottom - instant.top
        yield element("rect", x=x, y=instant.top, width=width, height=height, **painted("instant", also="instant"))
    spans: dict[int, list[Place]] = {}
    for place in plan.scale.places:
        if place.row.kind != "loop":
            spans.setdefault(place.row.step, []).append(place)
    for step, places in spans.items():
        top, row = places[0].top, places[0].row
        colour, kind = ("badtint", "ground bad") if row.bad else ("none", "ground")
        yield element("rect", x=x + 4, y=top, width=width - 4, height=places[-1].bottom - top, data_step=str(step),
                      data_time=str(row.now), **painted(colour, also=kind))  # fmt: skip
        if row.bad:
            spot = f"M{number(PAD)},{number(places[0].y - 6)} l10,6 l-10,6 z"
            yield element("path", d=spot, data_step=str(step), **painted("bad", also="bad"))


def _axis(plan: Plan) -> Iterator[str]:
    x, taken = plan.axis, []
    yield element("line", x1=x, y1=plan.top, x2=x, y2=plan.tail, stroke_width=1, **painted(stroke="dim"))
    for instant in plan.scale.instants:
        y = instant.top
        yield element("rect", x=x - 2.5, y=y, width=5, height=instant.bottom - y, **painted("dim"))
        yield text(plan.time(instant.time), x - 8, y + 13, text_anchor="end", font_size=SIZE, font_weight="bold",
                   **painted("ink"))  # fmt: skip
        taken.append(y + 9)
    for time, y in plan.ticks:
        yield element("line", x1=x - 5, y1=y, x2=x, y2=y, stroke_width=1, **painted(stroke="dim"))
        if plan.numeric and all(abs(y - other) > LINE + 1 for other in taken):
            yield text(plan.time(time), x - 8, y + 4, text_anchor="end", font_size=SIZE - 1, **painted("dim"))


# ------------------------------------------------------------ lifelines


def _lifetimes(plan: Plan) -> Iterator[str]:
    """Where an old segment may be, and beside the lifeline that it may reach, until when."""
    for turn, (segment, at, y) in enumerate(plan.lives):
        flight = next(f for f in plan.flights if f.segment.number == segment.number)
        receiver = "B" if segment.sender == "A" else "A"
        x, side = plan.across[receiver], 1 if receiver == "A" else -1
        own = {"data_step": str(flight.step), **_of(segment)}
        begun = plan.scale.at(at + plan.delay) if plan.delay else flight.start[1]
        spots = [flight.start, (x, begun), (x, y)]
        yield element("polygon", points=" ".join(f"{number(a)},{number(b)}" for a, b in spots), fill_opacity=0.3,
                      **own, **painted("life", also="cone"))  # fmt: skip
        near = x + side * (WAIT + 2 + turn * (BAND + 2))
        yield element("rect", x=min(near, near + side * BAND), y=begun, width=BAND, height=y - begun, stroke_width=1,
                      **own, **painted("life", "bad", also="lifetime"))  # fmt: skip
        yield element("line", x1=x - side * OFF, y1=y, x2=near + side * (BAND + 8), y2=y, stroke_width=1.5, **own,
                      **painted(stroke="bad"))  # fmt: skip


def _lifelines(plan: Plan) -> Iterator[str]:
    again = set(restarts(plan.trace))
    for piece in pieces(plan.scale.places, plan.tail):
        yield from lifeline(plan, piece, plan.across[piece.end])
    for place in plan.scale.places:
        if place.row.step in again:
            again.remove(place.row.step)
            x, y = plan.across[place.row.end], place.y
            yield element("line", x1=x - WAIT - 4, y1=y, x2=x + WAIT + 4, y2=y, stroke_width=2.5,
                          data_step=str(place.row.step), **painted(stroke="ink", also="restart"))  # fmt: skip
        if place.row.kind == "event":
            colour = "bad" if place.row.bad else "ink"
            yield element("circle", cx=plan.across[place.row.end], cy=place.y, r=3.5, stroke_width=1.5,
                          data_step=str(place.row.step), **painted(colour, "paper", "event"))  # fmt: skip
    if plan.early is not None:
        x, top = plan.across[plan.early.end], plan.last().y
        sides = [f"M{number(x + side)},{number(top)} V{number(plan.due)}" for side in (-WAIT, WAIT)]
        # Without a lower edge it goes on below the picture.
        foot = "" if plan.cut else f" H{number(x - WAIT)}"
        yield element("path", d=" ".join(sides) + foot, stroke_width=1.2, stroke_dasharray="4 3",
                      data_step=str(len(plan.trace.steps)),
                      **painted("none", ink_of(plan.early.state.incarnation), also="time-wait-cut"))  # fmt: skip


def lifeline(plan: Plan, piece: Piece, x: float) -> Iterator[str]:
    """A stretch of a lifeline: shaded in TIME-WAIT, dotted without a connection, double in every second incarnation."""
    own = {"data_step": str(piece.step), "data_end": piece.end}
    spot: dict[str, float] = {"y1": piece.top, "y2": piece.bottom}
    incarnation, colour = piece.state.incarnation, ink_of(piece.state.incarnation)
    if piece.state.state == "TIME-WAIT":
        yield element("rect", x=x - WAIT, y=piece.top, width=2 * WAIT, height=piece.bottom - piece.top, **own,
                      **painted(f"url(#{plan.prefix}-wait{colour[-1]})", also="time-wait"))  # fmt: skip
        sides, width, dashes = (-WAIT, WAIT), 1.2, None
    elif piece.state.state == "CLOSED":
        sides, width, dashes, colour = (0, 0), 1.5, "2 4", "dim"
    elif incarnation % 2:
        sides, width, dashes = (0, 0), 3.0, None
    else:
        sides, width, dashes = (-2, 2), 1.6, None
    for side in dict.fromkeys(sides):
        yield element("line", x1=x + side, x2=x + side, **spot, stroke_width=width, stroke_dasharray=dashes, **own,
                      **painted(stroke=colour))  # fmt: skip


# ------------------------------------------------------------ arrows


def _flights(plan: Plan) -> Iterator[str]:
    for flight in plan.flights:
        colour = "bad" if flight.bad else ink_of(flight.segment.incarnation)
        arrives = None if flight.arrives is None else str(flight.arrives)
        own = {"data_step": str(flight.step), "data_arrives": arrives, **_of(flight.segment)}
        (x1, y1), (x2, y2) = flight.start, flight.end
        dashes = "5 4" if flight.kind == "left" else None
        yield element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke_width=2.2 if flight.bad else 1.6,
                      stroke_dasharray=dashes, **own,
                      **painted(stroke=colour, also=f"flight {flight.kind}"))  # fmt: skip
        if flight.kind == "lost":
            yield cross(flight.end, colour, **own)
            side = 1 if flight.segment.sender == "A" else -1
            yield text("lost", x2 + side * 10, y2 + 4, text_anchor="start" if side > 0 else "end", font_size=SIZE,
                       **own, **painted(colour))  # fmt: skip
        elif flight.kind == "left":
            yield element("circle", cx=x2, cy=y2, r=3.5, stroke_width=1.5, **own, **painted("paper", colour))
        else:
            yield arrow_head(flight.start, flight.end, colour, data_step=arrives, **_of(flight.segment))


def arrow_head(start: Spot, end: Spot, colour: str, **own: str | float | None) -> str:
    """The tip of an arrow."""
    (x1, y1), (x2, y2) = start, end
    length = hypot(x2 - x1, y2 - y1) or 1.0
    dx, dy = (x2 - x1) / length, (y2 - y1) / length
    spots = [(x2, y2), *((x2 - 10 * dx + side * 4 * dy, y2 - 10 * dy - side * 4 * dx) for side in (1, -1))]
    points = " ".join(f"{number(x)},{number(y)}" for x, y in spots)
    return element("polygon", points=points, **own, **painted(colour, also="tip"))


def cross(spot: Spot, colour: str, **own: str | float | None) -> str:
    """Where a segment is lost."""
    x, y = spot
    path = f"M{number(x - 5)},{number(y - 5)} l10,10 m0,-10 l-10,10"
    return element("path", d=path, stroke_width=2.4, **own, **painted(stroke=colour, also="cross"))


# ------------------------------------------------------------ words


def _states(plan: Plan) -> Iterator[str]:
    """States, calls, timers beside the lifelines."""
    for place in plan.scale.places:
        row = place.row
        own = {"data_step": str(row.step)}
        for end, side in (("A", -1), ("B", 1)):
            anchor = "end" if side < 0 else "start"
            for turn, (words, colour, weight) in enumerate(plan.beside(row, end)):
                yield text(words, plan.across[end] + side * OFF, place.y + 4 + TEXT * turn, text_anchor=anchor,
                           font_size=SIZE, font_weight=weight, **own,
                           **painted(colour, also="state" if weight else ""))  # fmt: skip
        if row.kind == "start" and row.text:
            yield text(row.text, sum(plan.across.values()) / 2, place.y + 4, text_anchor="middle", font_size=SIZE,
                       **own, **painted("dim"))  # fmt: skip
    for remark in plan.remarks:
        side = -1 if remark.end == "A" else 1
        about = None if remark.segment is None else str(remark.segment)
        for turn, words in enumerate(remark.lines):
            yield text(words, plan.across[remark.end] + side * (OFF + 4), remark.y + 11 + TEXT * turn,
                       text_anchor="end" if side < 0 else "start", font_size=SIZE, data_step=str(remark.step),
                       data_segment=about, **painted(remark.ink))  # fmt: skip


def _loop(plan: Plan) -> Iterator[str]:
    """Where the part begins and ends that repeats for ever, and the way back."""
    found = [place for place in plan.scale.places if place.row.kind == "loop"]
    x1, x2 = plan.axis + 8, plan.width - PAD - 12
    for place in found:
        yield element("line", x1=x1, y1=place.y, x2=x2, y2=place.y, stroke_width=1.4, stroke_dasharray="8 4",
                      **painted(stroke="bad", also="loop"))  # fmt: skip
    for place, box in zip(found, plan.loops, strict=True):
        yield from _rimmed(place.row.text, box, "bad", "", {}, "bold")
    if len(found) == 2:
        top, bottom, far = found[0].y, found[1].y, x2 + 10
        path = f"M{number(x2)},{number(bottom)} H{number(far)} V{number(top)} H{number(x2 + 4)}"
        yield element("path", d=path, stroke_width=1.6, **painted("none", "bad", also="loop"))
        yield arrow_head((far, top), (x2 - 2, top), "bad")


def _labels(plan: Plan) -> Iterator[str]:
    for said in plan.said:
        flight = said.flight
        colour = "bad" if flight.bad else ink_of(flight.segment.incarnation)
        arrives = None if flight.arrives is None else str(flight.arrives)
        own = {"data_step": str(flight.step), "data_arrives": arrives, **_of(flight.segment)}
        yield from _lines(said.lines, said.box, colour, "label", own)
    for place, words, box in plan.notes:
        assert place.row.segment is not None
        own = {"data_step": str(place.row.step), **_of(place.row.segment)}
        colour = "bad" if place.row.bad else ink_of(place.row.segment.incarnation)
        yield from _lines((words,), box, colour, "late", own)


def _lines(lines: tuple[str, ...], box: Box, colour: str, kind: str, own: dict[str, str | None]) -> Iterator[str]:
    """Lines of text in a box, with a rim in the colour of the paper."""
    (x, y), shift = box.middle, LINE * (len(lines) - 1) / 2
    for turn, words in enumerate(lines):
        yield from _rimmed(words, Box((x, y - shift + LINE * turn), box.width, LINE, box.along), colour, kind, own)


def _rimmed(
    words: str, box: Box, colour: str, kind: str, own: dict[str, str | None], weight: str | None = None
) -> Iterator[str]:
    """Words, and below them their rim: not every program paints the stroke of a text before it fills it."""
    spot = {**inside(box, SIZE), **own, "font_weight": weight}
    yield element("text", escaped(words), **spot, stroke_width=4, stroke_linejoin="round", aria_hidden="true",
                  **painted("paper", "paper", "rim"))  # fmt: skip
    yield element("text", escaped(words), **spot, **painted(colour, also=kind))
