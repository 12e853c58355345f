"""The lifelines of a ladder: what an end is between two steps, and the spans of its TIME-WAIT."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tcpverify.evidence.trace import EndState, SegmentRecord, Trace
from tcpverify.views.exchange import restarts_time_wait
from tcpverify.views.timescale import Place

__all__ = ["Ended", "Piece", "before_last", "ended_early", "old_segments", "pieces", "restarts"]


@dataclass(frozen=True)
class Piece:
    """A stretch of the lifeline of an end, during which the end stays as it is; it belongs to a step."""

    end: str
    state: EndState
    top: float
    bottom: float
    step: int


@dataclass(frozen=True)
class Ended:
    """A TIME-WAIT that was over before its timer: it was to last until ``due``."""

    end: str
    state: EndState
    due: Fraction


def pieces(places: Sequence[Place], bottom: float) -> Iterator[Piece]:
    """The stretches of both lifelines, cut where a step begins, from the first row to the bottom."""
    for end in sorted(places[0].row.ends):
        top, state, step = places[0].top, places[0].row.ends[end], 0
        for place in places[1:]:
            here = place.row.ends[end]
            if place.row.step != step or here != state:
                yield Piece(end, state, top, place.y, step)
                top, state, step = place.y, here, place.row.step
        yield Piece(end, state, top, bottom, step)


def restarts(trace: Trace) -> list[int]:
    """The steps, from 1, in which a TIME-WAIT timer starts anew while it runs."""
    ends, found = dict(trace.initial), []
    for number, step in enumerate(trace.steps, 1):
        if restarts_time_wait(step, ends[step.end]) and ends[step.end].state == "TIME-WAIT":
            found.append(number)
        ends[step.end] = step.after
    return found


def before_last(trace: Trace) -> EndState:
    """What the end of the last step was before it."""
    last = trace.steps[-1]
    return next((s.after for s in reversed(trace.steps[:-1]) if s.end == last.end), trace.initial[last.end])


def ended_early(trace: Trace) -> Ended | None:
    """The TIME-WAIT that the last step ends before its time, if it does."""
    if not trace.steps:
        return None
    last, before = trace.steps[-1], before_last(trace)
    if before.state != "TIME-WAIT" or last.after.state == "TIME-WAIT" or last.kind == "timer":
        return None
    started, ends = Fraction(0), dict(trace.initial)
    for step in trace.steps[:-1]:
        if step.end == last.end and restarts_time_wait(step, ends[step.end]):
            started = step.time
        ends[step.end] = step.after
    due = started + trace.parameters.get("TIME_WAIT", Fraction(0))
    return Ended(last.end, before, due) if due > last.time else None


def old_segments(trace: Trace) -> list[tuple[SegmentRecord, Fraction]]:
    """The old segments by which the last step breaks the property, and when they were sent.

    That is the segment of an earlier incarnation which is delivered in this step; or, if a TIME-WAIT timer expires too
    early, everything of its incarnation that is still under way.
    """
    if not trace.steps:
        return []
    last, before = trace.steps[-1], before_last(trace)
    # A run that goes on claims nothing, and shows whatever it breaks.
    if not last.broken or (trace.property and trace.property not in last.broken):
        return []
    sent = {s.number: (s, step.time) for step in trace.steps for s in step.sent if not s.lost}
    if last.delivered is not None:
        segment, _ = sent[last.delivered]
        return [sent[last.delivered]] if segment.incarnation < before.incarnation else []
    if (last.kind, last.event) != ("timer", "TIME-WAIT"):
        return []
    gone = {step.delivered for step in trace.steps if not step.kept}
    return [(s, at) for n, (s, at) in sent.items() if n not in gone and s.incarnation == before.incarnation]
