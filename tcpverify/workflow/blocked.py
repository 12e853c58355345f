"""Why events cannot happen at a position: the part of a guard that fails, the clock that forbids, the scope."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tcpverify.lang.expr import Expr
from tcpverify.lang.failing import failing, values
from tcpverify.lang.system import Constraint, Edge
from tcpverify.lang.table import Rule, Timer
from tcpverify.tcp.applications import held_back
from tcpverify.tcp.endpoint import End
from tcpverify.tcp.numbers import offset
from tcpverify.tcp.scope import UNLIMITED, Scope
from tcpverify.tcp.vocabulary import CALLS
from tcpverify.tcp.wording import TESTS, readable
from tcpverify.workflow.addresses import happening, timer_name
from tcpverify.workflow.durations import BARE, Unit
from tcpverify.workflow.positions import Blocked, Part, Unmet
from tcpverify.workflow.runs import Run

__all__ = ["blocked", "too_early", "unmet"]

_OPENING = ("LISTEN", "SYN-SENT", "SYN-RECEIVED")
_SAID = {"OPEN-PASSIVE": "passive OPEN", "OPEN-ACTIVE": "active OPEN"}
_TRIED: dict[str, int | bool] = {"NEW.ISS": 0, "DATA": 1}


def _parts(found: Iterable[Expr], env: dict[str, int | bool]) -> tuple[Part, ...]:
    """Parts of a condition with their values."""
    return tuple(Part(readable(e), values(e, env)) for e in found)


def unmet(run: Run) -> tuple[Unmet, ...]:
    """For the last step of a run the rules of its state and event that did not apply, and why not."""
    step = run.trace.steps[-1]
    interpreter = run.before_last()
    end = interpreter.ends[step.end]
    inputs: dict[str, int | bool] = {"DATA": step.data}
    if step.isn is not None:
        inputs["NEW.ISS"] = step.isn
    if step.delivered is not None:
        segment = interpreter.flight[step.delivered]
        inputs |= {**segment.fields, "SEG.TAG": segment.incarnation}
    env = interpreter.environment(end, inputs)
    rules = run.runs.system.table.at(end.state, step.event)
    return tuple(
        Unmet(r.name, r.clause, r.text, _parts(failing(r.guard, env, TESTS), env)) for r in rules if r.name != step.rule
    )


def too_early(run: Run, unit: Unit = BARE) -> str:
    """Why no times allow the last step of a run, though those before it are possible."""
    assert run.before is not None and run.edge is not None
    return _Blocks(run.before, unit).too_early(run.edge)


def blocked(run: Run, unit: Unit = BARE) -> tuple[Blocked, ...]:
    """Everything that one might expect to happen next and that cannot."""
    return tuple(_Blocks(run, unit).all())


class _Blocks:
    def __init__(self, run: Run, unit: Unit) -> None:
        self.run, self.unit = run, unit
        self.system, self.scope = run.runs.system, run.runs.system.scope
        self.ends = [self.system.parts.ends[n] for n in run.location[:2]]

    def all(self) -> Iterator[Blocked]:
        for side in sorted((0, 1), key=lambda s: self.run.names.ends[s]):
            yield from self._calls(side)
            yield from self._timers(side)
        yield from self._arrivals()
        yield from self._network()

    def _edges(self, kind: str, side: int, event: str = "", position: int = -1) -> tuple[list[Run], bool]:
        """The runs on by such an event, and whether one of them is possible."""
        found = [
            r for r in self.run.next
            if r.edge is not None and r.edge.label.kind == kind and r.edge.label.end == side
            and event in ("", r.edge.label.plan.event.name) and r.edge.label.position == position
        ]  # fmt: skip
        return found, any(r.possible for r in found)

    # ------------------------------------------------------------ calls

    def _calls(self, side: int) -> Iterator[Blocked]:
        name, end = self.run.names.ends[side], self.ends[side]
        for event in CALLS:
            found, possible = self._edges("call", side, event)
            if possible:
                continue
            what = happening(name, "call", event), f"{name}: {_SAID.get(event, event)}"
            rule = self._rule(name, event)
            if found and found[0].edge is not None:
                yield Blocked(name, *what, "time", self.too_early(found[0].edge), "", *_cited(rule))
            elif rule is not None and _idle(rule):
                yield Blocked(name, *what, "state", _clause(rule.text), "", *_cited(rule))
            else:
                why, option = self._unasked(side, end, event)
                yield Blocked(name, *what, "scope", why, option, *_cited(rule))

    def _rule(self, name: str, event: str) -> Rule | None:
        """The rule that would apply to a call; None if that depends on more than is known."""
        interpreter = self.run.interpreter
        end = interpreter.ends[name]
        env = interpreter.environment(end, _TRIED)
        for rule in self.system.table.at(end.state, event):
            try:
                if not failing(rule.guard, env):
                    return rule
            except KeyError:
                return None
        return None

    def _unasked(self, side: int, end: End, event: str) -> tuple[str, str]:
        """Why the applications do not make a call, and the option that would have them make it."""
        scope = self.scope
        if event.startswith("OPEN"):
            return self._unopened(end, self.ends[1 - side])
        if event == "SEND":
            if not scope.data:
                return "the applications write nothing in this scope", "--data 1"
            written = end.nxt is not None and offset(end.nxt) > 1
            return f"it writes {scope.data} octets, once, before it closes" + (" and has" if written else ""), ""
        if event == "ABORT":
            if end.state == "LISTEN":
                return "a LISTEN is not aborted in any scope", ""
            return "no application calls ABORT in this scope", _calling(scope, "abort")
        if end.state in _OPENING:
            return "no application closes a connection before it is established in this scope", \
                _calling(scope, "cancel")
        if scope.data and end.nxt is not None and offset(end.nxt) <= 1 and end.state in ("ESTABLISHED", "CLOSE-WAIT"):
            return f"first it writes its {scope.data} octets (SEND)", ""
        if "close-in-turn" in scope.calls:
            return "a FIN of the other end is under way, and this scope has the ends close in turn", \
                _calling(scope, "close")
        return "no application calls CLOSE in this scope", _calling(scope, "close")

    def _unopened(self, end: End, peer: End) -> tuple[str, str]:
        scope = self.scope
        if "open" not in scope.calls:
            return "no application calls OPEN in this scope", _calling(scope, "open")
        if held_back(scope, end, peer):
            alive = "1 incarnation is" if scope.incarnations == 1 else f"{scope.incarnations} incarnations are"
            return f"{alive} alive, the most that this scope has at once", f"--incarnations {scope.incarnations + 1}"
        role = "active" if end.state == "TIME-WAIT" else end.role
        if not role:
            return "its last opening failed, and an application does not try that again", ""
        if scope.reopen not in (role, "both"):
            return f"only the {scope.reopen} closer begins the next incarnation; the other end joins it", \
                "--reopen both"
        return "not in this state", ""

    # ------------------------------------------------------------ timers

    def _timers(self, side: int) -> Iterator[Blocked]:
        name, end = self.run.names.ends[side], self.ends[side]
        running = self.system.parts.timers[self.run.location[side]]
        for timer in self.system.table.timers:
            if not timer.event:
                continue
            what = happening(name, "timer", timer.event), f"{name}: {timer_name(timer.name)} timer"
            cited = ("", timer.clause)
            if timer.name not in running:
                yield self._still(name, what, timer)
            elif timer.name == "retransmission" and self.system.used_up(end):
                why, option = self._given_up(end)
                yield Blocked(name, *what, "scope", why, option, *cited)
            else:
                found, possible = self._edges("timer", side, timer.event)
                if found and not possible and found[0].edge is not None:
                    yield Blocked(name, *what, "time", self.too_early(found[0].edge), "", *cited)

    def _still(self, name: str, what: tuple[str, str], timer: Timer) -> Blocked:
        """A timer that does not run."""
        interpreter = self.run.interpreter
        end = interpreter.ends[name]
        if end.state not in timer.states:
            where = " and ".join(sorted(timer.states)) if len(timer.states) < 3 else f"{len(timer.states)} other states"
            return Blocked(name, *what, "state", f"it runs in {where} only", "", "", timer.clause)
        env = interpreter.environment(end, {})
        return Blocked(name, *what, "guard", f"it runs while {readable(timer.while_)}", "", "", timer.clause,
                       _parts(failing(timer.while_, env, TESTS), env))  # fmt: skip

    def _given_up(self, end: End) -> tuple[str, str]:
        if end.state in _OPENING and self.scope.start == "established":
            return "what an end sends while it opens is sent once in this scope; the run is not followed further", \
                "--start closed"
        count = self.scope.retransmissions
        times = "once" if count == 1 else f"{count} times"
        sent = f"has been sent again {times}" if count else "is not sent again"
        return f"the segment {sent}, all that this scope has; here the end gives up, and the run is not followed " \
            "further", f"--retransmissions {count + 1}"

    # ------------------------------------------------------------ the network

    def _arrivals(self) -> Iterator[Blocked]:
        flight, parts_ = self.run.location[2], self.system.parts
        for position, number in enumerate(self.run.names.flight):
            segment = parts_.segments[flight[position]]
            to = self.run.names.ends[1 - segment.end]
            found, possible = self._edges("deliver", 1 - segment.end, "", position)
            what = happening(to, "deliver", "", number), f"#{number} {segment.flags()} arrives at {to}"
            if possible:
                continue
            if found and found[0].edge is not None:
                yield Blocked(to, *what, "time", self.too_early(found[0].edge))
                continue
            earlier = [
                self.run.names.flight[p] for p in range(position)
                if flight[p] == flight[position]
                or (not self.scope.reordering and parts_.segments[flight[p]].end == segment.end)
            ]  # fmt: skip
            if earlier and not self.scope.reordering:
                yield Blocked(to, *what, "scope", f"#{earlier[0]} was sent before it, and none overtakes another",
                              "--reordering")  # fmt: skip
            elif earlier:
                why = f"#{earlier[0]} is equal and older; that the other comes first would make no difference"
                yield Blocked(to, *what, "state", why)
            else:
                why = f"it would begin one incarnation more than the {self.scope.incarnations} of this scope"
                yield Blocked(to, *what, "scope", why, f"--incarnations {self.scope.incarnations + 1}")

    def _network(self) -> Iterator[Blocked]:
        location, scope = self.run.location, self.scope
        for left, had, noun, plural, what in (
            (location[3], scope.losses, "loss", "losses", "what is sent is lost"),
            (location[4], scope.duplicates, "duplicate", "duplicates", "a segment is delivered and kept for later"),
        ):
            if left == 0 and had != UNLIMITED:
                used = f"the scope has no {plural}" if not had else \
                    f"the {noun} of this scope is used up" if had == 1 else f"all {had} {plural} are used up"
                yield Blocked("", "", f"network: {what}", "scope", used, f"--{plural} {had + 1}")

    # ------------------------------------------------------------ time

    def too_early(self, edge: Edge) -> str:
        """Which clock forbids an edge, and what it is that would have to happen before."""
        run, show_ = self.run, self.unit.show
        now, upper = run.depth + 1, run.bounds.upper
        invariant = self.system.invariant(run.location)
        for low in (r for r in edge.guard if r.rel in (">", ">=", "==")):
            least, born = low.bound.value(run.runs.parameters), run.births[low.clock]
            since = upper[0][born]
            assert since is not None
            said = f"{self._clock(low)}, so not before {show_(least - since[0])}"
            for high in (r for r in (*edge.guard, *invariant) if r.rel in ("<", "<=", "==")):
                most, other = high.bound.value(run.runs.parameters), run.births[high.clock]
                apart = upper[other][born]  # time[other] - time[born] at most
                if apart is None:
                    continue
                strict = low.rel == ">" or high.rel == "<" or apart[1]
                room = most - least + apart[0]
                if room < 0 or (room == 0 and strict):
                    return f"{said}; before that {self._deadline(high)}"
        if run.gaps(edge.guard, run.births, now):
            return "none of the ways to time this run leads there"
        return "time cannot come to it"

    def _named(self, clock: int) -> tuple[str, str]:
        """What a clock measures: ("segment", its number) or (timer, end)."""
        what, which = self.system.clocks(self.run.location)[clock]
        if what == "segment":
            return what, f"#{self.run.names.flight[which]}"
        return what, self.run.names.ends[which]

    def _clock(self, row: Constraint) -> str:
        what, which = self._named(row.clock)
        value = self.unit.show(row.bound.value(self.run.runs.parameters))
        if what == "segment":
            return f"a segment is under way for at least {value}"
        exactly = "exactly" if row.rel == "==" else "more than" if row.rel == ">" else "at least"
        return f"it takes {exactly} {value} from the last start of the {timer_name(what)} timer of {which}"

    def _deadline(self, row: Constraint) -> str:
        what, which = self._named(row.clock)
        value = self.unit.show(row.bound.value(self.run.runs.parameters))
        sent = self.run.births[row.clock]
        since = self.unit.show(self.run.times[sent])
        if what == "segment":
            less = "less than " if row.rel == "<" else ""
            return f"{which}, sent at {since}, has to arrive: a segment lives for {less}{value}"
        most = "less than" if row.rel == "<" else "at most"
        return f"the {timer_name(what)} timer of {which}, started at {since}, has to fire: it runs for {most} {value}"


def _calling(scope: Scope, call: str) -> str:
    return "--calls " + ",".join(dict.fromkeys((*scope.calls, call)))


def _cited(rule: Rule | None) -> tuple[str, str]:
    return (rule.name, rule.clause) if rule is not None else ("", "")


def _idle(rule: Rule) -> bool:
    """Whether a rule changes nothing and sends nothing."""
    return rule.to in (None, rule.state) and not rule.assign and not rule.emits and not rule.restarts


def _clause(sentence: str) -> str:
    """A sentence as the end of another."""
    bare = sentence.rstrip(".")
    return bare[:1].lower() + bare[1:] if bare[1:2].islower() else bare
