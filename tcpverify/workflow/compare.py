"""`compare`: rules of models side by side, a proof that no other behaves differently, and which answers change.

Verdicts are those of `check`, bounds those of `bound`, prices those of `cost`; only the rules are compared here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

from tcpverify.errors import TcpverifyError, UsageError
from tcpverify.evidence.departure import departure
from tcpverify.lang.difference import differences
from tcpverify.lang.expr import TRUE
from tcpverify.lang.table import Rule, Table, Timer
from tcpverify.lang.text import show
from tcpverify.tcp import properties
from tcpverify.tcp.registry import LoadedModel
from tcpverify.workflow import setting
from tcpverify.workflow.bound import bound
from tcpverify.workflow.check import check
from tcpverify.workflow.common_scope import common_scope
from tcpverify.workflow.comparison import (
    ADDED,
    ALIKE,
    CHANGED,
    MOVED,
    REMOVED,
    RENAMED,
    REWORDED,
    UNREAD,
    CompareReport,
    CompareRequest,
    RulePair,
    RulesReport,
    Setting,
    Side,
    TurningPoint,
)
from tcpverify.workflow.cost import priced
from tcpverify.workflow.derived import FURTHER, BoundReport, BoundRequest
from tcpverify.workflow.prices import CostRequest, ModelCost
from tcpverify.workflow.results import CheckRequest

__all__ = ["BOUNDED", "compare", "compare_rules"]

Progress = Callable[[int, int, int, str], None]

#: the properties whose bounds are derived where none is named
BOUNDED = ("no-old-segment", "drained")
#: an established connection as RFC 9293 draws it, and the FIN that its peer would send next
TYPICAL = {
    "ISS": 100, "SND.UNA": 101, "SND.NXT": 102, "RCV.NXT": 301, "RCV.WND": 65535, "MAX.SND.WND": 65535,
    "TS.RECENT": 1000, "SEG.SEQ": 301, "SEG.ACK": 102, "SEG.TS": 1000, "SEG.ACK?": True, "NEW.ISS": 7000, "DATA": 1,
}  # fmt: skip
#: symbolic states after which verdicts are left open where there is no time limit
STATES = 70_000
#: the share of a time limit that verdicts may take where bounds are derived too
_VERDICTS = 0.4


def compare(
    request: CompareRequest, progress: Progress | None = None, interrupted: Callable[[], bool] | None = None
) -> CompareReport:
    """Compare every model with the first one.

    Parameters
    ----------
    progress
        called now and then with states, transitions, depth and what is being done.
    interrupted
        asked now and then whether to stop and report what is known.

    Raises
    ------
    UsageError, ModelError
        if the request cannot be carried out.
    InternalDisagreement
        if an answer fails its re-check.
    """
    base = request.base
    if len(request.models) < 2:
        raise UsageError("`compare` takes two models or more, such as `compare rfc9293 rfc9293+rfc1337`")
    if len(set(request.models)) < len(request.models):
        twice = next(m for m in request.models if request.models.count(m) > 1)
        raise UsageError(f"{twice!r} is named twice; there is nothing to compare")
    if len(base.time_waits) > 1:
        raise UsageError("`compare` looks at one TIME_WAIT at a time")
    for name in request.bounds:
        if not properties.find(name).watched:
            raise UsageError(f"`compare` derives bounds of safety properties; {name} is about endless runs")
    names = tuple(dict.fromkeys(base.properties)) or properties.DEFAULT
    scope, adopted = common_scope(request.models, base.scope)
    base = replace(base, scope=scope)
    loaded = [setting.model(name, scope) for name in request.models]
    asked = [_prepared(one, loaded, base) for one in loaded]
    # Where segments carry timestamps, the name says that PAWS was added.
    sides = [Side(one.name, one.table.title) for one in loaded]
    report = CompareReport(request, names, sides, adopted=adopted)
    work = _Work(report, loaded, asked, progress, interrupted or (lambda: False))
    work.run()
    return work.report


def _prepared(model: LoadedModel, every: list[LoadedModel], base: CheckRequest) -> CheckRequest:
    """The request about one model: of the further durations those that it has, and what it brings with it."""
    known = {name for one in every for name in setting.further_durations(one.table)}
    if strange := [name for name, _ in base.durations if name not in known]:
        raise setting.no_duration([one.name for one in every], strange[0], known)
    mine = setting.further_durations(model.table)
    durations = tuple((n, v) for n, v in base.durations if n in mine)
    asked = setting.prepared(model, replace(base, durations=durations))
    wait = asked.time_waits[0] if asked.time_waits else setting.own_time_wait(model, asked.msl)
    setting.parameters(asked, wait)
    return asked


class _Work:
    """One comparison under way."""

    def __init__(
        self, report: CompareReport, models: list[LoadedModel], asked: list[CheckRequest], progress: Progress | None,
        interrupted: Callable[[], bool],
    ) -> None:  # fmt: skip
        self.report, self.models, self.asked = report, models, asked
        self.progress, self.interrupted = progress, interrupted
        self.began = time.perf_counter()

    # ------------------------------------------------------------ the order of things

    def run(self) -> None:
        """Rules, verdicts, the run that tells them apart, bounds, prices; as far as time allows.

        A bound ends by itself, often early, where verdicts may take all the time there is: with a limit they come last,
        and get what the bounds leave.
        """
        report = self.report
        for other in self.models[1:]:
            self._says(f"comparing the rules of {other.name}")
            report.rules.append(compare_rules(self.models[0].table, other.table, self._over))
        if report.request.base.seconds:
            self._bounds()
        for place, side in enumerate(report.sides):
            if not self._over():
                self._verdicts(side, place)
        for side in report.sides[1:]:
            self._turning(side)
        if not report.request.base.seconds:
            self._bounds()
        report.interrupted = self.interrupted()
        report.seconds = self._spent()
        if report.interrupted:
            report.halted = "interrupted"
        elif self._over():
            report.halted = "the time limit was reached; raise --timeout"

    def _spent(self) -> float:
        return time.perf_counter() - self.began

    def _left(self) -> float:
        """Seconds left of the limit; 0: there is none."""
        limit = self.report.request.base.seconds
        return max(limit - self._spent(), 0.001) if limit else 0.0

    def _over(self) -> bool:
        limit = self.report.request.base.seconds
        return self.interrupted() or bool(limit and self._spent() >= limit)

    def _says(self, text: str) -> None:
        if self.progress is not None:
            self.progress(0, 0, 0, text)

    def _shown(self, model: str) -> Progress:
        def report(states: int, transitions: int, depth: int, what: str) -> None:
            if self.progress is not None:
                self.progress(states, transitions, depth, f"{model}, {what}")

        return report

    # ------------------------------------------------------------ answers of the other commands

    def _verdicts(self, side: Side, place: int) -> None:
        share = self._left() / (len(self.report.sides) - place)
        asked = self.asked[place]
        request = replace(
            asked, model=side.model, seconds=share, states=asked.states or (0 if share else STATES), sweep=False,
            properties=self.report.properties,
        )  # fmt: skip
        side.report = check(request, self._shown(side.model), self.interrupted)

    def _turning(self, side: Side) -> None:
        """The shortest run that one of the two refutes a property by and the other does not take to its end.

        Properties whose verdicts change come first; where there are none, those that the other leaves open.
        """
        pair = (self.report.sides[0], side)
        changed = self.report.changes(side)
        rest = [n for n in self.report.properties if n not in changed]
        for names in (changed, rest):
            found = [turn for name in names if (turn := self._turn(name, pair, name in changed)) is not None]
            if found:
                self.report.turning.append(min(found, key=lambda turn: len(turn.trace.steps)))
                return

    def _turn(self, name: str, pair: tuple[Side, Side], sure: bool) -> TurningPoint | None:
        refuting = [s for s in pair if name in s.verdicts and s.verdicts[name].trace is not None]
        if len(refuting) != 1:
            return None
        (broken,) = refuting
        kept = next(s for s in pair if s is not broken)
        trace = broken.verdicts[name].trace
        if trace is None or kept.report is None or kept.time_wait is None:
            return None
        asked = kept.report.request
        values = setting.parameters(asked, kept.time_wait)
        table = self.models[self.report.sides.index(kept)].table
        left = departure(trace, table, values, asked.scope)
        # That the other is proved says enough; if that is open, it must be seen to depart.
        return TurningPoint(name, broken.model, kept.model, trace, left) if sure or left is not None else None

    def _bounds(self) -> None:
        """All bounds, within their share of the time."""
        share = self._left() * (1 - _VERDICTS)
        until = self._spent() + share
        cells = [(name, place) for place in range(len(self.report.sides)) for name in self.report.request.bounds]
        for number, (name, place) in enumerate(cells):
            left = max(until - self._spent(), 0.001) / (len(cells) - number) if share else self.report.request.patience
            if not self._over():
                self._bound(name, place, left)

    def _bound(self, name: str, place: int, seconds: float) -> None:
        """Derive one bound within so many seconds; read the price off the first."""
        side, asked = self.report.sides[place], self.asked[place]
        given = {**dict(asked.durations), "MSL": asked.msl, "RTO_MAX": asked.rto_max or asked.msl}
        given |= {n: v for n, v in (("RTO_MIN", asked.rto_min), ("DELAY_MIN", asked.delay_min)) if v}
        if asked.scope.sequence == "timestamps":
            given["TICK"] = asked.tick if asked.tick is not None else asked.msl / 100
        request = BoundRequest(
            model=side.model, property=name, scope=asked.scope, given=given,
            further=tuple(n for n in FURTHER if n in given), memory=asked.memory,
            seconds=seconds,
        )  # fmt: skip
        try:
            found = bound(request, self._shown(side.model), self.interrupted)
        except TcpverifyError as error:
            if error.exit_status != 2:
                raise
            side.bounds[name] = str(error)
            return
        side.bounds[name] = found
        if side.cost is None:
            side.cost = _price(found, given, self.models[place])


def _price(report: BoundReport, values: Mapping[str, Fraction], model: LoadedModel) -> ModelCost:
    """What the model's own TIME-WAIT costs and what the shortest safe one would."""
    request = CostRequest((report.model,), report.request.property, report.request.scope, values)
    return priced(request, report, values, model)


# ------------------------------------------------------------ rules


def compare_rules(left: Table, right: Table, stop: Callable[[], bool] | None = None) -> RulesReport:
    """Two tables held against each other: rules by name, and Z3's word on which of them behave alike."""
    found = differences(left, right, ignored=UNREAD, typical=TYPICAL, stop=stop)
    telling = [found.rules(0), found.rules(1)]
    meets = {(d.left, d.right) for d in found.found}
    pairs, same = [], 0
    moved = _renamed(left, right)
    for name in dict.fromkeys((*left.rules, *right.rules)):
        one, other = left.rules.get(name), right.rules.get(name)
        behaves = name in telling[0] or name in telling[1]
        if one is not None and other is not None and _word_for_word(one, other):
            same += 1
            continue
        if one is None and name in moved.values():
            continue
        kind = _kind(one, other, behaves, (name, name) in meets)
        if other is None and name in moved:
            other, kind = right.rules[moved[name]], RENAMED
        pairs.append(RulePair(name, one, other, kind, behaves))
    return RulesReport(right.name, pairs, _settings(left, right), found, same)


def _word_for_word(one: Rule, other: Rule) -> bool:
    return one.key() == other.key() and (one.text, one.clause) == (other.text, other.clause)


def _kind(one: Rule | None, other: Rule | None, behaves: bool, meets: bool) -> str:
    if one is None or other is None:
        return ADDED if one is None else REMOVED
    if one.key() == other.key():
        return REWORDED
    if not behaves:
        return ALIKE
    effects = [replace(r, guard=TRUE, tags=r.tags - UNREAD).key() for r in (one, other)]
    return CHANGED if meets or effects[0] != effects[1] else MOVED


def _renamed(left: Table, right: Table) -> dict[str, str]:
    """Rules that only have another name."""
    new = {r.key(): n for n, r in right.rules.items() if n not in left.rules}
    return {n: new[r.key()] for n, r in left.rules.items() if n not in right.rules and r.key() in new}


def _settings(left: Table, right: Table) -> list[Setting]:
    """Numbers, choices of the scope, timers and what is remembered where, as far as they differ."""
    timers = [{t.name: _timer(t, table) for t in table.timers} for table in (left, right)]
    kept = [{n: _listed(table, s) for n, s in table.relevant.items()} for table in (left, right)]
    both: tuple[tuple[str, Mapping[str, str], Mapping[str, str]], ...] = (
        ("number", _texts(left.numbers), _texts(right.numbers)),
        ("scope", _texts(left.scope), _texts(right.scope)),
        ("timer", timers[0], timers[1]),
        ("remembered", kept[0], kept[1]),
        ("assumption", {"events": show(left.assumes)}, {"events": show(right.assumes)}),
    )
    return [
        Setting(kind, name, one.get(name), other.get(name))
        for kind, one, other in both
        for name in dict.fromkeys((*one, *other))
        if one.get(name) != other.get(name)
    ]


def _texts(values: Mapping[str, object]) -> dict[str, str]:
    return {n: str(v) for n, v in values.items()}


def _listed(table: Table, states: frozenset[str]) -> str:
    return ", ".join(s for s in table.states if s in states)


def _timer(timer: Timer, table: Table) -> str:
    when = "" if timer.while_.same(TRUE) else f" while {show(timer.while_)}"
    ends = f", expires as {timer.event}" if timer.event else ", never expires"
    return f"runs in {_listed(table, timer.states)}{when}{ends}"
