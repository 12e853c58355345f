"""A rule as an arrow of the RFC's state diagram says it: the event over the action (RFC 9293, Figure 5).

What must be so of an arriving segment is read off the guard: a flag that has to be set for the rule to apply at all is
part of the event. What is sent in answer is what the rule sends if nothing but that arrives.
"""

from __future__ import annotations

from collections.abc import Mapping

from tcpverify.lang.expr import Expr
from tcpverify.lang.table import Rule, Table
from tcpverify.tcp.vocabulary import FLAGS, SEG_ACK, SND_NXT, SND_UNA, TIME_WAIT, acceptable

__all__ = ["EVENTS_IN_WORDS", "actions", "event", "flags_of", "possible"]

#: the RFC's words for what is not a segment
EVENTS_IN_WORDS = {
    "OPEN-ACTIVE": "active OPEN",
    "OPEN-PASSIVE": "passive OPEN",
    "RETRANSMISSION": "retransmission timeout",
    "USER-TIMEOUT": "user timeout",
}
_SENT_SYN = frozenset({"SYN-SENT", "SYN-RECEIVED"})
_ALL_ACKED = (SEG_ACK == SND_NXT).key()
_OUTSIDE = (~acceptable).key()
_NEW = (SND_UNA < SEG_ACK).key()


def possible(expr: Expr, known: Mapping[str, bool | int]) -> bool | int | None:
    """The value of an expression if the variables that are known decide it, else None."""
    op, args = expr.op, expr.args
    if op == "const":
        value: bool | int = args[0]
        return value
    if op == "var":
        return known.get(args[0])
    if op == "elapsed":
        return None
    values = [possible(arg, known) for arg in args]
    if op in ("and", "or"):
        absorbing = op == "or"
        if absorbing in values:
            return absorbing
        return None if None in values else not absorbing
    if op == "ite":
        test, yes, no = values
        return (yes if yes == no else None) if test is None else yes if test else no
    first, *rest = values
    if first is None or None in rest:
        return None
    if op == "not":
        return not first
    second = rest[0] if rest else None
    if second is None or len(rest) > 1:
        return None
    if op in ("eq", "ne"):
        return (first == second) == (op == "eq")
    if op in ("add", "sub"):
        return first + second if op == "add" else first - second
    return None


def flags_of(guard: Expr) -> frozenset[str]:
    """The flags without which no segment passes a guard."""
    return frozenset(name for name in FLAGS if possible(guard, {f"SEG.{name}?": False}) is False)


def event(rule: Rule, table: Table) -> str:
    """What happens, in the words of Figure 5: ``rcv ACK of FIN``, ``CLOSE``, ``TIME-WAIT timeout = 2*MSL``."""
    if rule.event == "TIME-WAIT" and TIME_WAIT in table.numbers:
        return f"timeout = {table.numbers[TIME_WAIT]}"
    if rule.event != "SEGMENT":
        return EVENTS_IN_WORDS.get(rule.event, rule.event)
    flags = flags_of(rule.guard)
    parts = _conjuncts(rule.guard)
    ours = "SYN" if rule.state in _SENT_SYN else "FIN"
    acknowledges = _ALL_ACKED in parts or (ours == "SYN" and _NEW in parts)
    said: list[str] = [name for name in ("RST", "SYN", "FIN") if name in flags]
    if "SYN" in flags and "ACK" in flags and "RST" not in flags:
        said.append("ACK")
    elif "ACK" in flags and acknowledges and "RST" not in flags:
        said.append(f"ACK of {ours}")
    elif not said:
        said.append("ACK" if "ACK" in flags else "segment")
    return f"rcv {'unacceptable ' if _OUTSIDE in parts else ''}{','.join(said)}"


def actions(rule: Rule, table: Table, moves: bool) -> tuple[str, ...]:
    """What the end does about it: ``snd ACK``, ``delete TCB``; empty where Figure 5 has an x.

    ``moves`` says whether the rule changes the state, which a TCB that comes or goes needs.
    """
    bare: dict[str, bool | int] = {f"SEG.{name}?": False for name in FLAGS}
    bare |= {f"SEG.{name}?": True for name in flags_of(rule.guard)} | {"SEG.TEXT": 0}
    found = []
    if moves and rule.state == "CLOSED":
        found.append("create TCB")
    for message in rule.emits:
        if possible(message.when, bare) is not False:
            flags = [name for name in ("SYN", "FIN", "RST") if _set(message.fields.get(f"{name}?"), bare)]
            acked = _set(message.fields.get("ACK?"), bare) and "FIN" not in flags
            flags += ["ACK"] if acked else []
            found.append(f"snd {','.join(flags) or 'data'}")
    if any(name == "time-wait" and possible(when, bare) is not False for name, when in rule.restarts):
        found.append("restart timer")
    if moves and rule.to == "CLOSED" and rule.event != "SEGMENT":
        found.append("delete TCB")
    return tuple(dict.fromkeys(found))


def _set(value: Expr | None, known: Mapping[str, bool | int]) -> bool:
    return value is not None and possible(value, known) is True


def _conjuncts(guard: Expr) -> frozenset[object]:
    """The parts of a guard that hold whenever it does."""
    if guard.op == "and":
        return frozenset(key for arg in guard.args for key in _conjuncts(arg))
    return frozenset({guard.key()})
