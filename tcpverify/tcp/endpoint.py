"""One end of a connection: its state as a compact tuple, and what the table makes it do.

What an end does with an event depends on nothing but its own state and the event, and few different cases
exist, so every reaction is computed once and remembered; the exploration multiplies tables.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any, NamedTuple

from tcpverify.lang.compiled import Reading, compile_expr
from tcpverify.lang.expr import TRUE, Expr
from tcpverify.lang.interpret import evaluate
from tcpverify.lang.table import Rule, Table
from tcpverify.tcp.ends import ACKED, STAMP, Ages, Case, End, Event, Reaction, Segment, closed, merged
from tcpverify.tcp.numbers import SHIFT, Delta, Pairs, Spaces, Unrelated, number, tag_of
from tcpverify.tcp.scope import Scope

__all__ = ["ACKED", "STAMP", "Ages", "Case", "End", "Event", "Machine", "Reaction", "Segment", "closed"]


class _Undecided(Exception):
    """A rule asks how long a timer has run, and that is not decided: ``name`` is the truth value it needs."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class _Variables(dict[str, Any]):
    """The variables of an end where rules may ask for more."""

    def __missing__(self, name: str) -> Any:
        raise _Undecided(name)


class _Row(NamedTuple):
    rule: Rule
    guard: Reading
    assign: tuple[tuple[str, Reading], ...]
    emits: tuple[tuple[Reading | None, dict[str, Reading]], ...]
    restarts: tuple[tuple[str, Reading], ...]
    chooses: Reading | None


_SLOT = {
    "SND.UNA": "una", "SND.NXT": "nxt", "ISS": "iss", "RCV.NXT": "rcv", "PASSIVE": "passive", "TS.RECENT": "ts",
    "OLD.SND.NXT": "old_nxt", "OLD.RCV.NXT": "old_rcv", "REOPENED": "reopened", "CC.RECV": "cc_recv",
    "CC.CACHE": "cc_cache",
}  # fmt: skip
#: what was recorded of the peer; rules read -1 where nothing was
_RECORDED = {"TS.RECENT": "ts", "CC.RECV": "cc_recv", "CC.CACHE": "cc_cache"}
_NUMBERS = frozenset({"SND.UNA", "RCV.NXT"})
_ACTIVE = frozenset({"FIN-WAIT-1", "FIN-WAIT-2", "CLOSING", "TIME-WAIT"})
_PASSIVE = frozenset({"CLOSE-WAIT", "LAST-ACK"})
_WITHOUT_TCB = frozenset({"CLOSED", "LISTEN"})
#: rules with one of these begin a connection, or go back to an older one: numbers are not compared with the old ones
_ANEW = frozenset({"opens", "reopens", "returns"})


def _interpreted(expr: Expr) -> Reading:
    return lambda variables, delta: evaluate(expr, variables, delta=delta)


class Machine:
    """The table over the number spaces of a scope; compiled, or ``plain``: read by the interpreter."""

    def __init__(self, table: Table, spaces: Spaces, plain: bool = False) -> None:
        self._read = _interpreted if plain else compile_expr
        self.table = table
        self.spaces = spaces
        self._rows: dict[tuple[str, str], list[_Row]] = {}
        self._known: dict[tuple[int, End, Event], list[Case]] = {}
        self._fixed = {"RCV.WND": spaces.window, "MAX.SND.WND": spaces.window}
        self._forget = {
            state: tuple(slot for name, slot in _SLOT.items() if state not in table.relevant.get(name, table.states))
            for state in table.states
        }
        # A host that remembers its peer's timestamp beyond the connection (RFC 1323, appendix B.2 (b)).
        self._remembers = "CLOSED" in table.relevant.get("TS.RECENT", ())
        self._timers = [(t, self._read(t.while_)) for t in table.timers]
        self._ages = table.ages()
        opening = [r for r in table.rules.values() if r.event == "OPEN-ACTIVE" and "opens" in r.tags]
        self.opens_in = frozenset(r.state for r in opening)
        #: whether a connection is opened with what is written, instead of writing it later
        self.opens_with_data = any("DATA" in e.variables() for r in opening for e in r.expressions())
        self.reopens = any("reopens" in r.tags for r in table.rules.values())

    def first_ends(self, scope: Scope, stamped: bool) -> list[End]:
        """The two ends where a run starts; ``stamped`` says whether segments carry timestamps."""
        assigned = {name for rule in self.table.rules.values() for name in rule.assign}
        if scope.start == "established":
            ends = [
                End("ESTABLISHED", 1, "", 0, "", False, number(1, e, 1), number(1, e, 1), number(1, e),
                    number(1, 1 - e, 1), None, None)
                for e in (0, 1)
            ]  # fmt: skip
            if "TS.RECENT" in assigned:
                # Each host has just used its first timestamp, and the other has recorded it; where segments carry
                # none, none is recorded.
                ts, stamp, again = (0, 1, True) if stamped else (-1, 0, False)
                ends = [end._replace(ts=ts, stamp=stamp, again=again) for end in ends]
        else:
            ends = [closed(0, "active"), closed(0, "passive")]
            if scope.reopen == "passive":
                ends.reverse()
        if "CC.RECV" in assigned:
            ends = [e._replace(cc_recv=e.incarnation or None) for e in ends]
        if "CC.CACHE" in assigned:
            # Hosts that have talked before.
            ends = [e._replace(cc_cache=e.incarnation) for e in ends]
        return ends

    def _compiled(self, state: str, event: str) -> list[_Row]:
        rows = self._rows.get((state, event))
        if rows is None:
            rows = self._rows[state, event] = [self._compile(r) for r in self.table.at(state, event)]
        return rows

    def _compile(self, rule: Rule) -> _Row:
        read = self._read
        return _Row(
            rule,
            read(rule.guard),
            tuple((n, read(e)) for n, e in rule.assign.items()),
            tuple(
                (None if m.when is TRUE else read(m.when), {n: read(e) for n, e in m.fields.items()})
                for m in rule.emits
            ),
            tuple((t, read(w)) for t, w in rule.restarts),
            None if rule.chooses is TRUE else read(rule.chooses),
        )

    def running(self, end: End) -> tuple[str, ...]:
        """The timers that run while an end is in this state."""
        env = self._variables(end)
        delta = self.spaces.delta({}, [])
        timers = tuple(t.name for t, holds in self._timers if end.state in t.states and holds(env, delta))
        return (*timers, STAMP) if end.again else timers

    def reactions(self, side: int, end: End, event: Event) -> list[Case]:
        """What end ``side`` does.

        More than one answer only where the adversary has a relation to choose, or a rule asks how old a timer is.
        """
        key = (side, end, event)
        found = self._known.get(key)
        if found is None:
            outcomes: dict[Case, None] = {}
            self._aged(side, end, event, {}, (), outcomes)
            found = self._known[key] = merged(outcomes)
        return found

    def _aged(
        self, side: int, end: End, event: Event, old: dict[str, bool], ages: Ages, outcomes: dict[Case, None]
    ) -> None:
        """Try the event; where a rule asks how old a timer is, with either answer."""
        cases: dict[tuple[Reaction, Pairs], None] = {}
        try:
            self._branch(side, end, event, {}, (), cases, old)
        except _Undecided as need:
            timer, duration = self._ages[need.name]
            if timer not in self.running(end):
                self._aged(side, end, event, {**old, need.name: False}, ages, outcomes)
                return
            for answer, relation in ((True, ">="), (False, "<")):
                known = {**old, need.name: answer}
                self._aged(side, end, event, known, (*ages, (timer, relation, duration)), outcomes)
            return
        outcomes.update(dict.fromkeys(Case(r, p, ages) for r, p in cases))

    def _branch(
        self, side: int, end: End, event: Event, known: dict[tuple[int, int], int], fixed: Pairs,
        outcomes: dict[tuple[Reaction, Pairs], None], old: dict[str, bool],
    ) -> None:  # fmt: skip
        """Try the event; where two spaces are compared, try every distance, those with equal answers together."""
        seen: list[int] = []
        try:
            reaction = self._react(side, end, event, self.spaces.delta(known, seen), seen, old)
            if reaction is not None:
                outcomes[reaction, fixed] = None
            return
        except Unrelated as need:
            pair = need.pair
        alike: dict[tuple[int, ...], list[int]] = {}
        for distance in self.spaces.distances:
            seen = []
            with suppress(Unrelated):
                self._react(side, end, event, self.spaces.delta({**known, pair: distance}, seen), seen, old)
            alike.setdefault(tuple(seen), []).append(distance)
        for group in alike.values():
            more = (*fixed, (pair, frozenset(group)))
            self._branch(side, end, event, {**known, pair: group[0]}, more, outcomes, old)

    def _variables(self, end: End) -> dict[str, Any]:
        env: dict[str, Any] = {name: getattr(end, slot) for name, slot in _SLOT.items()}
        env.update(self._fixed)
        env.update({name: -1 for name, slot in _RECORDED.items() if getattr(end, slot) is None})
        return env

    def _react(
        self, side: int, end: End, event: Event, delta: Delta, seen: list[int], old: dict[str, bool]
    ) -> Reaction | None:
        """What the end does; None if no choice of its own satisfies what the rule says about it."""
        env = self._variables(end)
        if self._ages:
            env = _Variables(env)
            env.update(old)
        arriving = event.segment
        incarnation = event.incarnation or end.incarnation
        if arriving is not None and end.state not in _WITHOUT_TCB:
            # What a rule that reopens begins; the incarnation of the SYN, unless that is an old one.
            incarnation = max(end.incarnation + 1, arriving.incarnation)
        elif arriving is not None and arriving.syn and end.state == "LISTEN":
            # One that was thrown back to LISTEN answers a later opening of the peer with an ISN of its own.
            incarnation = max(end.incarnation, arriving.incarnation)
        env["NEW.ISS"] = number(incarnation, side)
        env["DATA"] = event.data
        env["TAG"] = end.incarnation
        if arriving is not None:
            env.update({
                "SEG.SEQ": arriving.seq, "SEG.ACK": arriving.acknowledges, "SEG.TEXT": arriving.text,
                "SEG.SYN?": arriving.syn, "SEG.ACK?": arriving.ack, "SEG.FIN?": arriving.fin,
                "SEG.RST?": arriving.rst, "SEG.TS": arriving.ts, "SEG.TAG": arriving.incarnation,
            })  # fmt: skip
        for row in self._compiled(end.state, event.name):
            if row.guard(env, delta):
                if row.chooses is not None and not row.chooses(env, delta):
                    return None
                if not row.rule.tags & _ANEW and not (end.state == "LISTEN" and row.rule.to):
                    incarnation = end.incarnation
                return self._apply(row, side, end, event, incarnation, env, delta, seen)
        raise AssertionError(f"no rule of {self.table.name} for {end} and {event}")

    def _apply(
        self, row: _Row, side: int, end: End, event: Event, incarnation: int, env: dict[str, Any], delta: Delta,
        seen: list[int],
    ) -> Reaction:  # fmt: skip
        rule = row.rule
        restarts = {t for t, when in row.restarts if when(env, delta)}
        values = {name: read(env, delta) for name, read in row.assign}
        anew = bool(rule.tags & _ANEW)
        if "returns" in rule.tags:
            incarnation = tag_of(values["SND.NXT"]) >> 1
        for name in _NUMBERS & values.keys():
            # A number taken from another space is written in the space that the end counts in.
            old = env[name]
            if old is not None and not anew and end.state not in _WITHOUT_TCB and tag_of(old) != tag_of(values[name]):
                step = delta(values[name], old)
                seen.append(step)
                values[name] = old + step
        acked = not anew and "SND.UNA" in values and end.una is not None and values["SND.UNA"] != end.una
        state = rule.to or end.state
        after = {**env, **values}
        arriving = event.segment
        # A segment belongs to the connection that sends it; one sent without a connection, or by a rule that
        # reflects the tag it was sent, to the incarnation of the segment that it answers.
        ghost = incarnation
        stateless = end.state in _WITHOUT_TCB and rule.to is None
        if arriving is not None and (stateless or "reflects" in rule.tags):
            ghost = arriving.incarnation
        stale = arriving is not None and (arriving.stale or 0 < arriving.incarnation < ghost)
        reset = "reset" in rule.tags
        effect = state != end.state or acked or reset or (end.rcv is not None and after["RCV.NXT"] != end.rcv)
        # What an end opens anew is its own doing again.
        tainted = (end.tainted and not rule.tags & {"opens", "reopens"}) or (stale and effect)
        emits = []
        for when, fields in row.emits:
            if when is not None and not when(after, delta):
                continue
            f = {n: read(after, delta) for n, read in fields.items()}
            seq = f["SEQ"] if f["SEQ"] >> SHIFT else f["SEQ"] + (side << SHIFT)
            emits.append(
                Segment(side, ghost, f["SYN?"], f["ACK?"], f["FIN?"], f["RST?"], seq, f.get("ACK", 0), f["TEXT"],
                        -1, stale or tainted)
            )  # fmt: skip
        tags = rule.tags | {ACKED} if acked else rule.tags
        if state == "CLOSED":
            gone = closed(incarnation, self._role(end, rule), tainted)._replace(
                stamp=end.stamp, again=end.again, cc_cache=values.get("CC.CACHE", end.cc_cache)
            )
            if self._remembers:
                gone = gone._replace(ts=values.get("TS.RECENT", end.ts))
            return Reaction(gone, tuple(emits), rule.name, frozenset(restarts), tags)
        slots = {slot: after[name] for name, slot in _SLOT.items()}
        slots |= {slot: values.get(name, getattr(end, slot)) for name, slot in _RECORDED.items()}
        for slot in self._forget[state]:
            slots[slot] = None
        sent = 0 if acked or slots["una"] == slots["nxt"] else end.sent + (event.name == "RETRANSMISSION")
        led = "" if anew else end.led
        result = End(state, incarnation, "", sent, led, tainted, **slots, stamp=end.stamp, again=end.again)
        return Reaction(result, tuple(emits), rule.name, frozenset(restarts), tags)

    @staticmethod
    def _role(end: End, rule: Rule) -> str:
        if end.state == "CLOSED":
            return end.role
        if end.state in _ACTIVE or "aborts" in rule.tags:
            return "active"
        return "passive" if end.state in _PASSIVE or end.state == "ESTABLISHED" else ""
