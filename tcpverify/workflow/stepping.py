"""Stepping through a model: the position at an address, and all that can and cannot follow it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from fractions import Fraction

from tcpverify.errors import InternalDisagreement, UsageError
from tcpverify.evidence.times import Gap
from tcpverify.evidence.trace import EndState, SegmentRecord, Trace
from tcpverify.tcp import properties
from tcpverify.tcp.scenario import Action
from tcpverify.tcp.scope import UNLIMITED
from tcpverify.tcp.vocabulary import VARIABLES
from tcpverify.workflow import setting
from tcpverify.workflow.addresses import SEPARATOR
from tcpverify.workflow.blocked import blocked, too_early, unmet
from tcpverify.workflow.durations import BARE, Unit
from tcpverify.workflow.positions import (
    BROKEN,
    HOLDS,
    UNDECIDED,
    Choice,
    Position,
    Standing,
    TimerState,
    UnderWay,
    Window,
)  # fmt: skip
from tcpverify.workflow.results import CheckRequest
from tcpverify.workflow.runs import Run, Runs

__all__ = ["Stepper"]

#: runs that are remembered at most; a page that is looked at for days must not grow for ever
_KEPT = 20_000


class Stepper:
    """A model in a scope, to be stepped through.

    Parameters
    ----------
    request
        as for `check`; one TIME-WAIT at most (none: the model's own).
    unit
        in which durations are written in words.

    Attributes
    ----------
    wanted
        the properties that are watched.
    start
        the run without steps.

    Raises
    ------
    UsageError, ModelError
        if the request cannot be carried out.
    """

    def __init__(self, request: CheckRequest, unit: Unit = BARE) -> None:
        self.model = setting.model(request.model, request.scope)
        self.request = setting.prepared(self.model, request)
        if self.request.scope.duplicates == UNLIMITED:
            raise UsageError("steps are taken with a number of duplicates, not 'unlimited'")
        if len(request.time_waits) > 1:
            raise UsageError("steps are taken at one TIME-WAIT; give --time-wait once")
        if request.engine != "zones":
            raise UsageError("steps are taken, and violations sought, with zones; leave out --engine")
        wait = request.time_waits[0] if request.time_waits else setting.own_time_wait(self.model, request.msl)
        names = tuple(dict.fromkeys(request.properties)) or properties.DEFAULT
        self.wanted = tuple(properties.find(name) for name in names)
        self.parameters: Mapping[str, Fraction] = setting.parameters(self.request, wait)
        self.unit = unit
        # A retransmission at once is no choice that anybody has.
        self.system = setting.scenario(self.model, self.request.scope, self.request, names, positive=True)
        self.runs = Runs(self.system, self.parameters, self.model.name, names)
        self.start = self.runs.start()
        self._kept: dict[tuple[str, ...], Run] = {}

    # ------------------------------------------------------------ positions

    def run(self, address: Sequence[str]) -> Run:
        """The run with these choices.

        Raises
        ------
        UsageError
            if one of them is impossible: which, why, and what would be possible there.
        """
        run = self.start
        if len(self._kept) > _KEPT:
            self._kept.clear()
            self.start = run = self.runs.start()
        for number, word in enumerate(address, 1):
            found = next((r for r in run.next if r.word == word), None)
            if found is None or not found.possible:
                raise UsageError(self._impossible(run, number, word, found))
            run = found
            self._kept[run.address] = run
        return run

    def _impossible(self, run: Run, number: int, word: str, found: Run | None) -> str:
        here = f"after {SEPARATOR.join(run.address)}" if run.address else "at the start"
        possible = [r.word for r in run.next if r.possible]
        if found is not None:
            why = f": {too_early(found, self.unit)}"
        else:
            event = word.partition(",")[0]
            why = next((f": {b.why}" + f" ({b.option})" * bool(b.option)
                        for b in blocked(run, self.unit) if b.word == event), "")  # fmt: skip
        close = get_close_matches(word, possible, n=1)
        hint = f" (did you mean {close[0]}?)" if close and found is None else ""
        known = f"possible there: {', '.join(possible)}" if possible else "nothing is possible there"
        return f"the address is impossible from choice {number}, {word!r}{hint}, {here}{why}; {known}"

    def position(self, address: Sequence[str] = ()) -> Position:
        """Everything there is to say about the place that these choices lead to; UsageError as for :meth:`run`."""
        run = self.run(address)
        trace, names = run.trace, run.names
        interpreter = run.interpreter
        timers = {name: self._timers(run, name) for name in "AB"}
        values = {
            name: {n: _text(interpreter.ends[name].values[n]) for n in VARIABLES if n in interpreter.ends[name].values}
            for name in "AB"
        }  # fmt: skip
        return Position(
            model=self.model.name,
            address=run.address,
            trace=trace,
            ends=_ends(trace),
            values=values,
            timers=timers,
            flight=tuple(self._under_way(run, names.flight.index(number), number) for number in sorted(names.flight)),
            losses=run.location[3],
            duplicates=run.location[4],
            waits=_window(run, run.stay),
            # A location may be a mirror image: what is shown is sorted by names.
            choices=tuple(sorted((self._choice(r) for r in run.next if r.possible), key=_order)),
            blocked=blocked(run, self.unit),
            standings=self._standings(trace),
        )

    def _choice(self, run: Run) -> Choice:
        trace = run.trace
        step = trace.steps[-1]
        if run.interpreter.now != step.time:
            raise InternalDisagreement(f"the replay of {run.word} ends at another time")
        before = _ends(trace, len(trace.steps) - 1)[step.end]
        return Choice(
            word=run.word,
            kind=step.kind,
            end=step.end,
            event=step.event,
            rule=step.rule,
            clause=step.clause,
            text=step.text,
            before=before,
            after=step.after,
            when=_after(run),
            segment=next((s for s in _sent(trace) if s.number == step.delivered), None),
            kept=step.kept,
            sent=step.sent,
            restarts=step.restarts,
            decides=_decides(run) if run.chosen else (),
            broken=step.broken,
            others=unmet(run),
        )

    def _timers(self, run: Run, name: str) -> tuple[TimerState, ...]:
        """The timers of an end that run."""
        side = run.names.ends.index(name)
        clocks = self.system.clocks(run.location)

        def fires(timer: str) -> Callable[[Action], bool]:
            return lambda a: (a.kind, a.end) == ("timer", side) and a.plan is not None and (
                a.plan.event.name == timer.upper()
            )

        return tuple(
            TimerState(timer, run.times[run.births[clocks.index((timer, side))]], _when(run, fires(timer)))
            for timer in self.system.parts.timers[run.location[side]]
        )

    def _under_way(self, run: Run, place: int, number: int) -> UnderWay:
        """A segment in flight."""
        record = next(s for s in _sent(run.trace) if s.number == number)
        return UnderWay(record, run.times[run.births[place]], _when(run, lambda a: a.position == place))

    def _standings(self, trace: Trace) -> tuple[Standing, ...]:
        found = []
        known = [p.name for p in self.wanted]
        met = {name for step in trace.steps for name in step.broken}
        for name in (*known, *sorted(met - set(known))):
            number = next((i for i, s in enumerate(trace.steps, 1) if name in s.broken), 0)
            if number:
                found.append(Standing(name, BROKEN, number, trace.steps[number - 1].broken[name]))
            else:
                found.append(Standing(name, HOLDS if properties.find(name).watched else UNDECIDED))
        return tuple(found)


def _ends(trace: Trace, steps: int | None = None) -> dict[str, EndState]:
    """Both ends after so many steps (None: all)."""
    ends = dict(trace.initial)
    for step in trace.steps[:steps]:
        ends[step.end] = step.after
    return ends


def _order(choice: Choice) -> tuple[object, ...]:
    """Calls first, then arrivals, then timers; of equal ones those that lose less."""
    number = choice.segment.number if choice.segment is not None else 0
    return ("call", "deliver", "timer").index(choice.kind), choice.end if not number else "", number, choice.kept, \
        sum(s.lost for s in choice.sent)


def _sent(trace: Trace) -> list[SegmentRecord]:
    return [s for step in trace.steps for s in step.sent]


def _text(value: int | bool) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _window(run: Run, rows: Sequence[Gap]) -> Window | None:
    found = run.window(rows)
    return Window(*found) if found is not None else None


def _after(run: Run) -> Window:
    """When the last step of a run can happen, those before it being timed as they are without it."""
    found = _window(run.before, run.rows) if run.before is not None else None
    own = run.times[-1]
    return found or Window(own, own, False, False, True)


def _when(run: Run, wanted: Callable[[Action], bool]) -> Window | None:
    """When the first of the steps that are wanted can follow; None: it cannot."""
    found = next((r for r in run.next if r.possible and r.edge is not None and wanted(r.edge.label)), None)
    return _after(found) if found is not None else None


def _decides(run: Run) -> tuple[str, ...]:
    """What the last step settles about numbers: ``B's ISN of incarnation 2 is 299, that of incarnation 1 300``."""
    if run.before is None or run.edge is None:
        return ()
    isns, names, found = run.names.isns, run.before.names, []
    for pair, _ in run.edge.label.plan.pairs:
        earlier, later = ((tag >> 1) + names.later for tag in pair)
        end = "AB".index(names.ends[pair[0] & 1])
        of = f"{'AB'[end]}'s ISN of incarnation"
        found.append(f"{of} {later} is {isns[later, end]}, that of incarnation {earlier} {isns[earlier, end]}")
    return tuple(found)
