"""A trace in plain sentences: what is shown, and what went wrong."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from tcpverify.errors import UsageError
from tcpverify.evidence.trace import EndState, SegmentRecord, Step, Trace
from tcpverify.tcp.properties import Property, find
from tcpverify.views.exchange import restarts_time_wait
from tcpverify.views.quantities import BARE, Unit, multiple, plural

__all__ = ["closing", "heading"]


def _property(name: str) -> Property | None:
    try:
        return find(name)
    except UsageError:
        return None


def heading(trace: Trace, title: str = "", unit: Unit = BARE) -> str:
    """One sentence saying what a ladder shows: property, its meaning, model, durations."""
    p = trace.parameters
    about = _property(trace.property)
    meaning = f' ("{about.meaning}"; {about.clause})' if about else ""
    model = trace.model + (f" ({title})" if title else "")
    msl, wait = p.get("MSL"), p.get("TIME_WAIT")
    numbers = []
    if wait is not None and msl is not None:
        same = f" ({multiple(wait, msl)})" if wait and msl != 1 else ""
        numbers = [f"TIME-WAIT = {unit.show(wait)}{same}"]
        if unit.show(msl) != "MSL":
            numbers.append(f"MSL = {unit.show(msl)}")
    count = f"{len(trace.steps)} steps{_fewest(trace)}"
    if not trace.property:
        return f"A run of {model}, with {', '.join(numbers)}; {plural(len(trace.steps), 'step')}."
    return f"How {trace.property}{meaning} fails in {model}, with {', '.join(numbers)}; {count}."


def _fewest(trace: Trace) -> str:
    """That there is no shorter run, and whose word that is."""
    if not trace.shortest:
        return ""
    return ", the fewest possible" + " (as the file says)" * trace.stored


def closing(trace: Trace, unit: Unit = BARE) -> list[str]:
    """One or two sentences that say what happened, for a reader who knows TCP but not this program."""
    if not trace.steps or not trace.property:
        return []
    story = _Story(trace, unit)
    if trace.loop is not None:
        return story.loop()
    teller = {
        "no-old-segment": story.old_segment, "clean-reopen": story.old_segment, "drained": story.drained,
        "no-assassination": story.assassination, "graceful-close": story.reset,
    }.get(trace.property, story.otherwise)  # fmt: skip
    return teller()


class _Stay(NamedTuple):
    """A stay in TIME-WAIT: of which end and incarnation, when its timer last started, the step that ended it."""

    end: str
    incarnation: int
    began: Fraction
    ended: Step | None


class _Story:
    """What a trace amounts to, looked up from its last step backwards."""

    def __init__(self, trace: Trace, unit: Unit) -> None:
        self.trace, self.unit = trace, unit
        self.last: Step = trace.steps[-1]
        self.sent: dict[int, tuple[SegmentRecord, Step]] = {}
        self.before: dict[str, EndState] = dict(trace.initial)
        self.started: dict[str, Fraction] = {}
        self.left: dict[str, tuple[Fraction, Fraction]] = {}
        self.stays: list[_Stay] = []
        self.delivered: set[int] = set()
        ends = dict(trace.initial)
        for step in trace.steps:
            self.before = dict(ends)
            self._follow(step, ends[step.end])
            ends[step.end] = step.after
        self.ends = ends

    def _follow(self, step: Step, before: EndState) -> None:
        for segment in step.sent:
            self.sent[segment.number] = (segment, step)
        if step.delivered is not None and not step.kept:
            self.delivered.add(step.delivered)
        if restarts_time_wait(step, before):
            self.started[step.end] = step.time
        if before.state == "TIME-WAIT" and step.after.state != "TIME-WAIT":
            began = self.started.get(step.end, Fraction(0))
            self.left[step.end] = (began, step.time)
            self.stays.append(_Stay(step.end, before.incarnation, began, step))

    # ------------------------------------------------------------ pieces

    def at(self, time: Fraction) -> str:
        """A time in the unit of the reader."""
        return self.unit.show(time)

    def msl(self) -> str:
        """MSL, with its value where that says more."""
        value = self.at(self.trace.parameters["MSL"])
        return value if value == "MSL" else f"MSL = {value}"

    def name(self, number: int) -> str:
        """Such as ``the FIN,ACK #5``."""
        return f"the {self.sent[number][0].flags} #{number}" if number in self.sent else f"segment #{number}"

    def cause(self, number: int) -> str:
        """What made an end send a segment: another segment and the state it met, a call, or a timer."""
        if number not in self.sent:
            return ""
        _, step = self.sent[number]
        if step.delivered is not None:
            state = step.rule.split(".")[0]
            return f"in answer to {self.name(step.delivered)}, which found {step.end} in {state}"
        if step.event == "RETRANSMISSION":
            return "as a retransmission"
        return f"when its application called {step.event.split('-')[0]}"

    def moved(self) -> str:
        """What the last step did to its end."""
        old, new = self.before[self.last.end], self.last.after
        if old.state != new.state:
            return f"took {self.last.end} from {old.state} to {new.state}"
        return f"was taken in {old.state}"

    # ------------------------------------------------------------ stories

    def old_segment(self) -> list[str]:
        number = self.last.delivered
        if number is None or number not in self.sent:
            return self.otherwise()
        segment, step = self.sent[number]
        here = self.before[self.last.end]
        if segment.incarnation > here.incarnation and here.state != "CLOSED":
            return [
                f"{segment.sender} opened incarnation {segment.incarnation} and sent {self.name(number)} at "
                f"{self.at(step.time)}, but {self.last.end} was still in {here.state} of incarnation "
                f"{here.incarnation}.",
                f"The SYN was not taken, so that {segment.sender} must wait for a retransmission to open.",
            ]
        if segment.incarnation == here.incarnation:
            return self.otherwise()
        age = self.last.time - step.time
        how = f", {self.at(age)} later" if age else ""
        first = (
            f"In incarnation {segment.incarnation}, {segment.sender} sent {self.name(number)} at "
            f"{self.at(step.time)} {self.cause(number)}; it reached {self.last.end} at "
            f"{self.at(self.last.time)}{how}, within its "
            f"lifetime of less than {self.msl()}."
        )
        past = self._past(segment.incarnation)
        return [first, f"{past} The old segment {self.moved()} of incarnation {here.incarnation}."]

    def _past(self, incarnation: int) -> str:
        """What became of the TIME-WAIT that should have kept the segments of an incarnation out."""
        running = [
            _Stay(end, incarnation, self.started.get(end, Fraction(0)), None)
            for end, now in self.before.items() if now.state == "TIME-WAIT" and now.incarnation == incarnation
        ]  # fmt: skip
        stays = [*running, *(s for s in self.stays if s.incarnation == incarnation and s.ended is not self.last)]
        if not stays:
            return f"Neither end was ever in TIME-WAIT in incarnation {incarnation}."
        # Where both ends have waited, the one that the segment came to is meant.
        stay = min(stays, key=lambda s: s.end != self.last.end)
        whose, since = f"the TIME-WAIT of {stay.end}", self.at(stay.began)
        if stay.ended is None:
            due = self.at(stay.began + self.trace.parameters["TIME_WAIT"])
            free = f"; {self.last.end} had none, and opened again" if stay.end != self.last.end else ""
            return f"{whose[0].upper()}{whose[1:]} (from {since}, until {due}) was not over yet{free}."
        stop, number = self.at(stay.ended.time), stay.ended.delivered
        if stay.ended.kind == "timer":
            return f"By then {whose} (from {since} to {stop}) was over."
        by = self.name(number) if number is not None else f"its own {stay.ended.event.split('-')[0]}"
        how = "ended" if stay.ended.after.state == "CLOSED" else "reopened"
        return f"By then {by} had {how} {whose} (from {since}) at {stop}, before its time."

    def drained(self) -> list[str]:
        end = self.last.end
        start, stop = self.left.get(end, (self.last.time, self.last.time))
        rest = [
            (segment, step)
            for number, (segment, step) in self.sent.items()
            if not segment.lost and number not in self.delivered
        ]
        under_way = " and ".join(
            f"{self.name(s.number)}, sent by {s.sender} at {self.at(step.time)}" for s, step in rest
        )
        msl = self.trace.parameters["MSL"]
        be = "was" if len(rest) == 1 else "were"
        until = max((step.time + msl for _, step in rest), default=stop)
        return [
            f"The TIME-WAIT of {end}, last started at {self.at(start)}, ended at {self.at(stop)} while "
            f"{under_way}, {be} still in the network, with a lifetime that ends at {self.at(until)}."
        ]

    def assassination(self) -> list[str]:
        end, number = self.last.end, self.last.delivered
        start, _ = self.left.get(end, (self.last.time, self.last.time))
        due = start + self.trace.parameters["TIME_WAIT"]
        killer = self.name(number) if number is not None else self.last.event
        found = [
            f"The TIME-WAIT of {end} was to last until {self.at(due)}, but {killer} ended it at "
            f"{self.at(self.last.time)}."
        ]
        if number is not None and number in self.sent:
            found.append(f"{self.sent[number][0].sender} sent it {self.cause(number)}.")
        return found

    def reset(self) -> list[str]:
        number = self.last.delivered
        if number is None or number not in self.sent:
            return self.otherwise()
        end, time = self.last.end, self.at(self.last.time)
        now = self.before[end].incarnation
        called = any(s.event == "CLOSE" and s.end == end and s.after.incarnation == now for s in self.trace.steps[:-1])
        only = "had only called CLOSE" if called else "had called neither CLOSE nor ABORT"
        return [
            f"{end} {only}, yet {self.name(number)} {self.moved()} at {time}.",
            f"{self.sent[number][0].sender} sent it {self.cause(number)}.",
        ]

    def loop(self) -> list[str]:
        assert self.trace.loop is not None
        part = self.trace.steps[self.trace.loop :]
        timers = {s.event for s in part if s.kind == "timer"}
        calls = {s.event for s in part if s.kind == "call"}
        taking = ", ".join(sorted(timers | calls)) or "neither a user call nor a loss nor a timer"
        states = " and ".join(f"{n} in {e.state}" for n, e in sorted(self.ends.items()))
        keeps = f"what keeps it going is {taking}" if timers | calls else f"it takes {taking}"
        return [f"From step {self.trace.loop + 1} on the exchange repeats for ever, with {states}; {keeps}."]

    def otherwise(self) -> list[str]:
        why = self.trace.because(self.last, self.trace.property)
        if not why and self.trace.property in ("deadlock-free", "termination"):
            states = " and ".join(f"{n} in {e.state}" for n, e in sorted(self.ends.items()))
            return [f"After step {len(self.trace.steps)} nothing more happens, and that leaves {states}."]
        text = (
            f"Step {len(self.trace.steps)}, at {self.at(self.last.time)}, {self.last.end}: {self.last.text}"
        )
        return [text, f"That breaks {self.trace.property}: {why}." if why else ""][: 2 if why else 1]
