"""A plain interpreter of the table: two ends, a network, a clock; 32-bit numbers and exact times.

It shares nothing with the exploration but the table and the expression interpreter: no compiled rules, no
relative numbers, no zones, no mirror images. It checks everything a run must respect (lifetimes, timers, the
scope, exactly one rule) and says which properties each step breaks, by its own account of what they mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from tcpverify.errors import InternalDisagreement
from tcpverify.lang.interpret import evaluate
from tcpverify.lang.table import Rule, Table
from tcpverify.tcp.running import Connection, Flying, Outcome, Value
from tcpverify.tcp.scope import UNLIMITED, Scope

__all__ = ["BITS", "FIRST_ISN", "FIRST_STAMP", "WINDOW", "Connection", "Flying", "Interpreter", "Outcome"]

BITS = 32
WINDOW = 65535
#: first ISN of each end, as the figures of RFC 9293 §3.5 and §3.6 choose them
FIRST_ISN = (100, 300)
#: where the timestamp clock of each end begins (RFC 7323 §5.4 leaves it to the host)
FIRST_STAMP = (1000, 5000)


class Interpreter:
    """A run in progress.

    Parameters
    ----------
    parameters
        MSL, RTO_MAX and TIME_WAIT; RTO_MIN and DELAY_MIN default to zero. In the ``timestamps`` regime also TICK.
    """

    def __init__(self, table: Table, scope: Scope, parameters: Mapping[str, Fraction]) -> None:
        self.table, self.scope, self.parameters = table, scope, parameters
        self._ages = table.ages()
        self._lasts = {t.name: t.lasts.value(parameters) for t in table.timers if t.lasts is not None}
        self.now = Fraction(0)
        self.ends = {"A": Connection(), "B": Connection()}
        self.flight: dict[int, Flying] = {}
        self.losses, self.duplicates = scope.losses, scope.duplicates
        self.sent = 0
        #: per end and incarnation the ISN and the octets written since
        self.written: dict[tuple[str, int], tuple[int, int]] = {(n, 1): (FIRST_ISN[i], 0) for i, n in enumerate("AB")}
        #: per host the timestamp used last and when it was first used; None: this regime has no timestamps
        self.stamps: dict[str, tuple[int, Fraction]] | None = None
        if scope.sequence == "timestamps":
            self.stamps = {}
        #: per host the octets delivered: (incarnation that sent it, place in its stream)
        self.delivered: dict[str, set[tuple[int, int]]] = {"A": set(), "B": set()}
        self._chosen: int | None = None
        #: whether it may be another host that calls, whose timestamps begin anywhere
        self._other = False
        assigned = {variable for rule in table.rules.values() for variable in rule.assign}
        if scope.start == "established":
            for side, name in enumerate("AB"):
                mine, theirs = FIRST_ISN[side], FIRST_ISN[1 - side]
                values: dict[str, Value] = {
                    "SND.UNA": mine + 1, "SND.NXT": mine + 1, "ISS": mine, "RCV.NXT": theirs + 1,
                }  # fmt: skip
                if "TS.RECENT" in assigned:
                    values["TS.RECENT"] = FIRST_STAMP[1 - side] if self.stamps is not None else -1
                if self.stamps is not None:
                    self.stamps[name] = (FIRST_STAMP[side], self.now)
                self.ends[name] = Connection("ESTABLISHED", 1, values)
        else:
            first = "B" if scope.reopen == "passive" else "A"
            self.ends[first].role = "active"
            self.ends["B" if first == "A" else "A"].role = "passive"
            if scope.reopen == "passive":
                self.ends["A"].role, self.ends["B"].role = "passive", "active"
        for end in self.ends.values():
            # The counts of hosts that have talked before: less than any later one.
            counts = {"CC.CACHE"} if end.state == "CLOSED" else {"CC.CACHE", "CC.RECV"}
            end.values |= dict.fromkeys(counts & assigned, end.incarnation)

    # ------------------------------------------------------------ what a run must respect

    def wait(self, time: Fraction) -> None:
        """Let time pass; InternalDisagreement if something had to happen before."""
        if time < self.now:
            self._wrong(f"time runs backwards from {self.now} to {time}")
        self.now = time
        for segment in self.flight.values():
            if time - segment.sent_at >= self.parameters["MSL"]:
                self._wrong(f"segment {segment.number} outlives MSL at {time}")
            if not self.scope.delay and time != segment.sent_at:
                self._wrong(f"segment {segment.number} is delayed until {time}")
        own = {"retransmission": self.parameters["RTO_MAX"], "time-wait": self.parameters["TIME_WAIT"]}
        limits = {**own, **self._lasts}
        for name, end in self.ends.items():
            for timer, since in end.timers.items():
                if timer in limits and time - since > limits[timer]:
                    self._wrong(f"the {timer} timer of {name} should have fired before {time}")

    def _wrong(self, what: str) -> None:
        raise InternalDisagreement(f"replay: {what}")

    def _stamp(self, name: str) -> int:
        """The timestamp of a segment that an end sends now; -1: none."""
        if self.stamps is None:
            return -1
        value = self._chosen
        if value is None:
            self._wrong(f"{name} sends a segment without a timestamp")
            raise AssertionError
        last, since = self.stamps.get(name, (-1, self.now))
        # So often at least the clock has advanced since: once in every TICK.
        ticks = (self.now - since) // self.parameters["TICK"]
        if value < last + ticks and not (self._other and value < last):
            self._wrong(f"{name} uses the timestamp {value} when {last} is {self.now - since} old")
        if value != last:
            self.stamps[name] = (value, self.now)
        return value

    # ------------------------------------------------------------ steps

    def call(
        self, name: str, event: str, *, isn: int | None = None, data: int = 0, lost: Sequence[bool] = (),
        ts: int | None = None,
    ) -> Outcome:  # fmt: skip
        """A user call at an end; ``ts``, here and below, is the timestamp of what it sends."""
        self._chosen = ts
        end = self.ends[name]
        self._other = "other-host" in self.scope.calls and event == "OPEN-ACTIVE" and end.state == "CLOSED"
        inputs: dict[str, Value] = {"DATA": data}
        if isn is not None:
            inputs["NEW.ISS"] = isn
        if event.startswith("OPEN") and end.state in ("CLOSED", "TIME-WAIT"):
            peer = self.ends["B" if name == "A" else "A"]
            # What has left nothing behind, not even a peer, cannot be joined.
            alive = self.flight or {peer.state, end.state} != {"CLOSED"}
            joins = bool(alive) and peer.incarnation > end.incarnation
            role = "active" if end.state == "TIME-WAIT" else end.role
            if not joins and self.scope.reopen not in (role, "both"):
                self._wrong(f"{name} may not begin an incarnation")
            end.fin_order, end.past = "", end.incarnation
            end.incarnation = peer.incarnation if joins else max(end.incarnation, peer.incarnation) + 1
        if event == "SEND":
            isn, before = self.written.get((name, end.incarnation), (0, 0))
            self.written[name, end.incarnation] = (isn, before + data)
        return self._happen(name, event, inputs, lost, None)

    def expire(self, name: str, event: str, *, lost: Sequence[bool] = (), ts: int | None = None) -> Outcome:
        """A timer of an end fires now."""
        self._chosen, self._other = ts, False
        end = self.ends[name]
        timer = event.lower()
        if timer not in end.timers:
            self._wrong(f"the {timer} timer of {name} does not run at {self.now}")
        age = self.now - end.timers[timer]
        if timer == "time-wait" and age != self.parameters["TIME_WAIT"]:
            self._wrong(f"TIME-WAIT of {name} ends after {age}")
        if age != self._lasts.get(timer, age):
            self._wrong(f"the {timer} timer of {name} fires after {age}")
        if timer == "retransmission":
            least = self.parameters.get("RTO_MIN", Fraction(0))
            if age < least or age == 0:
                self._wrong(f"the retransmission timer of {name} fires after {age}")
            if self.scope.retransmissions not in (UNLIMITED,) and end.resent >= self.scope.retransmissions:
                self._wrong(f"{name} retransmits more often than the scope allows")
        return self._happen(name, event, {}, lost, None)

    def deliver(
        self, name: str, number: int, *, kept: bool = False, isn: int | None = None, lost: Sequence[bool] = (),
        ts: int | None = None,
    ) -> Outcome:  # fmt: skip
        """A segment arrives at an end."""
        self._chosen, self._other = ts, False
        segment = self.flight.get(number)
        if segment is None or segment.sender == name:
            self._wrong(f"segment {number} cannot arrive at {name}")
            raise AssertionError
        if self.now - segment.sent_at < self.parameters.get("DELAY_MIN", Fraction(0)):
            self._wrong(f"segment {number} arrives too early")
        overtaken = [n for n, other in self.flight.items() if other.sender == segment.sender and n < number]
        if overtaken and not self.scope.reordering:
            self._wrong(f"segment {number} overtakes segment {overtaken[0]}")
        if kept:
            self.duplicates -= 1
            if self.duplicates < 0:
                self._wrong("more duplicates than the scope allows")
        else:
            del self.flight[number]
        inputs = {**segment.fields, "SEG.TAG": segment.incarnation}
        if isn is not None:
            inputs["NEW.ISS"] = isn
        return self._happen(name, "SEGMENT", inputs, lost, segment)

    def environment(self, end: Connection, inputs: Mapping[str, Value]) -> dict[str, Value]:
        """The values of all variables at an end, as guards read them now, with those of an event."""
        ages = {
            name: timer in end.timers and self.now - end.timers[timer] >= duration.value(self.parameters)
            for name, (timer, duration) in self._ages.items()
        }
        nothing: dict[str, Value] = {
            "SEG.TS": -1, "TS.RECENT": -1, "REOPENED": False, "TAG": end.incarnation, "CC.RECV": -1, "CC.CACHE": -1,
        }  # fmt: skip
        return {"RCV.WND": WINDOW, "MAX.SND.WND": WINDOW, **nothing, **ages, **end.values, **inputs}

    def _happen(
        self, name: str, event: str, inputs: Mapping[str, Value], lost: Sequence[bool], arriving: Flying | None
    ) -> Outcome:
        end = self.ends[name]
        env = self.environment(end, inputs)
        hits = [r for r in self.table.at(end.state, event) if evaluate(r.guard, env, BITS)]
        if len(hits) != 1:
            self._wrong(f"{len(hits)} rules apply to {event} in {end.state}: {[r.name for r in hits]}")
        rule = hits[0]
        if not evaluate(rule.chooses, env, BITS):
            self._wrong(f"{name} chooses what {rule.name} does not let it choose")
        old = replace(end, values=dict(end.values), timers=dict(end.timers))
        if {"opens", "reopens"} & rule.tags:
            end.tainted = False
        if "reopens" in rule.tags and arriving is not None:
            end.past, end.fin_order = end.incarnation, ""
            end.incarnation = max(end.incarnation + 1, arriving.incarnation)
        elif old.state == "LISTEN" and rule.to in ("SYN-RECEIVED", "ESTABLISHED") and arriving is not None:
            end.incarnation = max(end.incarnation, arriving.incarnation)
        elif "returns" in rule.tags:
            end.incarnation = end.past
        restarts = {t for t, when in rule.restarts if evaluate(when, env, BITS)}
        assigned = {n: evaluate(e, env, BITS) for n, e in rule.assign.items()}
        end.values.update(assigned)
        if "ISS" in assigned:
            self.written[name, end.incarnation] = (int(assigned["ISS"]), int(inputs.get("DATA", 0)))
        if rule.to is not None:
            end.state = rule.to
        effect = self._effect(end, old, rule)
        sent = self._send(name, rule, {**env, **assigned}, old, arriving, lost)
        self._timers(end, old, restarts, event)
        self._ghosts(name, end, old, rule)
        if end.state in ("CLOSED", "LISTEN"):
            kept = {"CC.CACHE"} | ({"TS.RECENT"} & {n for n, at in self.table.relevant.items() if "CLOSED" in at})
            end.values = {n: v for n, v in end.values.items() if n in kept}
        for variable, states in self.table.relevant.items():
            if end.state not in states:
                end.values.pop(variable, None)
        broken = self._broken(name, old, rule, event, arriving, effect)
        return Outcome(rule, sent, frozenset(restarts), broken)

    def _send(
        self, name: str, rule: Rule, env: Mapping[str, Value], old: Connection, arriving: Flying | None,
        lost: Sequence[bool],
    ) -> tuple[Flying, ...]:  # fmt: skip
        end = self.ends[name]
        answers = "reflects" in rule.tags or (old.state in ("CLOSED", "LISTEN") and rule.to is None)
        incarnation = arriving.incarnation if answers and arriving is not None else end.incarnation
        stale = arriving is not None and (arriving.stale or arriving.incarnation < incarnation)
        if stale and self._effect(end, old, rule):
            end.tainted = True
        sent: list[Flying] = []
        for emit in rule.emits:
            if not evaluate(emit.when, env, BITS):
                continue
            f = {n: evaluate(e, env, BITS) for n, e in emit.fields.items()}
            fields: dict[str, Value] = {
                "SEG.SEQ": f["SEQ"], "SEG.ACK": f.get("ACK", 0), "SEG.TEXT": f["TEXT"], "SEG.TS": self._stamp(name),
                **{f"SEG.{flag}?": f[f"{flag}?"] for flag in ("SYN", "ACK", "FIN", "RST")},
            }  # fmt: skip
            self.sent += 1
            gone = bool(lost[len(sent)]) if len(sent) < len(lost) else False
            flying = Flying(self.sent, name, fields, self.now, incarnation, stale or end.tainted, gone)
            sent.append(flying)
            if gone:
                self.losses -= 1
                if self.losses == -1 and self.scope.losses != UNLIMITED:
                    self._wrong("more losses than the scope allows")
            else:
                self.flight[flying.number] = flying
        return tuple(sent)

    @staticmethod
    def _effect(end: Connection, old: Connection, rule: Rule) -> bool:
        """Whether a segment was accepted: it moved the state, was new as an ACK, delivered something, or reset."""
        changed = any(v in old.values and old.values[v] != end.values.get(v) for v in ("SND.UNA", "RCV.NXT"))
        return end.state != old.state or "reset" in rule.tags or changed

    def _timers(self, end: Connection, old: Connection, restarts: set[str], event: str) -> None:
        env = self.environment(end, {})
        running = {t.name for t in self.table.timers if end.state in t.states and evaluate(t.while_, env, BITS)}
        end.timers = {t: self.now if t in restarts else old.timers.get(t, self.now) for t in running}
        acknowledged = end.values.get("SND.UNA") != old.values.get("SND.UNA")
        if acknowledged or "retransmission" not in running:
            end.resent = 0
        elif event == "RETRANSMISSION":
            end.resent += 1

    def _ghosts(self, name: str, end: Connection, old: Connection, rule: Rule) -> None:
        if "sends-fin" in rule.tags:
            peer = self.ends["B" if name == "A" else "A"]
            late = ("FIN-WAIT-1", "FIN-WAIT-2", "CLOSING", "TIME-WAIT", "LAST-ACK", "CLOSED")
            second = old.state == "CLOSE-WAIT" or peer.incarnation > end.incarnation or peer.state in late
            end.fin_order = "second" if second else "first"
        if end.state == "CLOSED" and old.state != "CLOSED":
            if old.state in ("FIN-WAIT-1", "FIN-WAIT-2", "CLOSING", "TIME-WAIT") or "aborts" in rule.tags:
                end.role = "active"
            elif old.state in ("CLOSE-WAIT", "LAST-ACK", "ESTABLISHED"):
                end.role = "passive"
            else:
                end.role = ""
            end.fin_order = ""

    # ------------------------------------------------------------ properties, told once more

    def _delivered_again(self, name: str, old: Connection, rule: Rule, arriving: Flying | None) -> bool:
        """Note the octets that are delivered in a step; whether one was delivered to this host before."""
        now = self.ends[name].values.get("RCV.NXT")
        if arriving is None or now is None or "returns" in rule.tags:
            return False
        begins = int(arriving.fields["SEG.SEQ"]) + int(arriving.fields["SEG.SYN?"])
        left = begins if "reopens" in rule.tags else int(old.values.get("RCV.NXT", begins))
        isn, _ = self.written.get((arriving.sender, arriving.incarnation), (0, 0))
        size = 1 << BITS
        text = range(begins, begins + int(arriving.fields["SEG.TEXT"]))
        octets = {
            (arriving.incarnation, (place - isn) % size)
            for place in text if (place - left) % size < (int(now) - left) % size
        }  # fmt: skip
        repeated = bool(octets & self.delivered[name])
        self.delivered[name] |= octets
        return repeated

    def _broken(
        self, name: str, old: Connection, rule: Rule, event: str, arriving: Flying | None, effect: bool
    ) -> frozenset[str]:
        end = self.ends[name]
        opening = ("LISTEN", "SYN-SENT", "SYN-RECEIVED")
        reset = "reset" in rule.tags
        moved = end.state != old.state
        broken = set()
        from_past = arriving is not None and arriving.incarnation < old.incarnation and old.state != "CLOSED"
        if "reopens" in rule.tags and arriving is not None:
            if arriving.incarnation < end.incarnation:
                broken.add("no-old-segment")
        elif from_past and effect:
            broken.add("no-old-segment")
        if self._delivered_again(name, old, rule, arriving):
            broken.add("no-double-delivery")
        delivered = "RCV.NXT" in end.values and old.values.get("RCV.NXT") != end.values["RCV.NXT"]
        if from_past and delivered and old.state not in opening and "reopens" not in rule.tags:
            broken.add("no-old-data")
        if event == "TIME-WAIT" and any(s.incarnation == old.incarnation for s in self.flight.values()):
            broken.add("drained")
        left_over = old.tainted or (arriving is not None and (from_past or arriving.stale))
        if "abort" not in self.scope.calls and not left_over:
            if reset and old.state not in (*opening, "TIME-WAIT"):
                broken.add("graceful-close")
            if old.state == "LAST-ACK" and moved and "closes" not in rule.tags:
                broken.add("graceful-close")
        meant = event == "TIME-WAIT" or {"reopens", "opens", "aborts"} & rule.tags
        if old.state == "TIME-WAIT" and moved and not meant:
            broken.add("no-assassination")
        if old.state == "TIME-WAIT" and arriving is not None and arriving.incarnation == old.incarnation:
            last = int(arriving.fields["SEG.SEQ"]) + int(arriving.fields["SEG.TEXT"]) + 1
            again = arriving.fields["SEG.FIN?"] and (last - int(old.values["RCV.NXT"])) % (1 << BITS) == 0
            if again and "time-wait" not in {t for t, _ in rule.restarts}:
                broken.add("fin-restarts")
        if moved and end.state == "TIME-WAIT" and end.fin_order == "second":
            broken.add("time-wait-side")
        if arriving is not None and "takes-fin" in rule.tags and arriving.incarnation == old.incarnation:
            # A connection that accepted something old is no-old-segment's business.
            isn, wrote = self.written.get((arriving.sender, arriving.incarnation), (0, 0))
            taken = int(old.values["RCV.NXT"]) + int(arriving.fields["SEG.TEXT"]) - isn - 1
            if not old.tainted and taken % (1 << BITS) < wrote:
                broken.add("no-data-loss")
        if arriving is not None:
            if old.state in opening and (from_past or arriving.stale) and (reset or effect):
                broken.add("clean-reopen")
            lone = arriving.fields["SEG.SYN?"] and not arriving.fields["SEG.ACK?"] and not arriving.stale
            listens = old.state == "LISTEN" == end.state and arriving.incarnation == old.incarnation
            if lone and listens and not rule.emits:
                broken.add("clean-reopen")
            later = arriving.fields["SEG.SYN?"] and arriving.incarnation > old.incarnation and not arriving.stale
            if later and old.state not in ("CLOSED", "TIME-WAIT") and end.incarnation == old.incarnation:
                broken.add("clean-reopen")
        return frozenset(broken)
