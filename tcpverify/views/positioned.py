"""A position as JSON, schema ``tcpverify.position/1``: from `simulate --format json`, and to the page of `explore`.

All numbers that come from the model are strings holding exact rationals, in seconds; ``says`` are the words of the
terminal.
"""

from __future__ import annotations

from typing import Any

from tcpverify.evidence.trace import EndState, SegmentRecord
from tcpverify.views.happening import effect, event, failed, flight_text, jump_text, timer_text, window_text
from tcpverify.views.quantities import BARE, Unit
from tcpverify.workflow.addresses import SEPARATOR
from tcpverify.workflow.positions import Blocked, Choice, Jump, Part, Position, TimerState, UnderWay, Window

__all__ = ["POSITION_SCHEMA", "jump_document", "position_document"]

POSITION_SCHEMA = "tcpverify.position/1"


def position_document(position: Position, unit: Unit = BARE) -> dict[str, Any]:
    """The document of schema `POSITION_SCHEMA`."""
    trace = position.trace
    return {
        "schema": POSITION_SCHEMA,
        "model": position.model,
        "parameters": {n: str(v) for n, v in trace.parameters.items()},
        "scope": trace.scope.as_json(),
        "address": SEPARATOR.join(position.address),
        "time": str(position.now),
        "waits": _window(position.waits, unit),
        "ends": {
            name: {
                **_plain(position.ends[name]),
                "variables": dict(position.values[name]),
                "timers": [_timer(t, unit) for t in position.timers[name]],
            }
            for name in "AB"
        },
        "in_flight": [_flying(f, unit) for f in position.flight],
        "losses_left": _count(position.losses),
        "duplicates_left": _count(position.duplicates),
        "choices": [_choice(c, position.address, unit) for c in position.choices],
        "blocked": [_blocked(b) for b in position.blocked],
        "properties": [
            {"property": s.property, "state": s.state, "step": s.step or None, "why": s.why}
            for s in position.standings
        ],
        "trace": trace.to_json(),
    }  # fmt: skip


def jump_document(jump: Jump) -> dict[str, Any]:
    """The outcome of a search, for the page."""
    return {
        "property": jump.property,
        "origin": SEPARATOR.join(jump.origin),
        "address": SEPARATOR.join(jump.address) if jump.address is not None else None,
        "complete": jump.complete,
        "states": jump.states,
        "depth": jump.depth,
        "stopped": jump.stopped,
        "says": jump_text(jump),
    }


def _count(count: int) -> int | str:
    return "unlimited" if count < 0 else count


def _plain(record: EndState | SegmentRecord) -> dict[str, Any]:
    return {n: v for n, v in vars(record).items() if v is not None or n not in ("ts", "ts_recent")}


def _window(window: Window | None, unit: Unit) -> dict[str, Any] | None:
    if window is None:
        return None
    return {
        "low": str(window.low), "low_excluded": window.low_excluded,
        "high": str(window.high) if window.high is not None else None, "high_excluded": window.high_excluded,
        "moves": window.moves, "says": window_text(window, unit),
    }  # fmt: skip


def _timer(timer: TimerState, unit: Unit) -> dict[str, Any]:
    return {"name": timer.name, "since": str(timer.since), "fires": _window(timer.fires, unit),
            "says": timer_text(timer, unit)}  # fmt: skip


def _flying(flying: UnderWay, unit: Unit) -> dict[str, Any]:
    return {"segment": _plain(flying.segment), "sent_at": str(flying.sent_at), "arrives": _window(flying.arrives, unit),
            "says": flight_text(flying, unit)}  # fmt: skip


def _part(part: Part) -> dict[str, Any]:
    return {"text": part.text, "values": dict(part.values), "says": failed(part)}


def _choice(choice: Choice, address: tuple[str, ...], unit: Unit) -> dict[str, Any]:
    return {
        "word": choice.word,
        "address": SEPARATOR.join((*address, choice.word)),
        "kind": choice.kind,
        "end": choice.end,
        "event": choice.event,
        "rule": choice.rule,
        "clause": choice.clause,
        "text": choice.text,
        "says": event(choice),
        "effect": effect(choice),
        "segment": choice.segment.number if choice.segment is not None else None,
        "kept": choice.kept,
        "before": _plain(choice.before),
        "after": _plain(choice.after),
        "sent": [_plain(s) for s in choice.sent],
        "restarts": list(choice.restarts),
        "when": _window(choice.when, unit),
        "decides": list(choice.decides),
        "broken": dict(choice.broken),
        "others": [
            {"rule": o.rule, "clause": o.clause, "text": o.text, "fails": [_part(p) for p in o.fails]}
            for o in choice.others
        ],
    }  # fmt: skip


def _blocked(blocked: Blocked) -> dict[str, Any]:
    return {
        "end": blocked.end, "word": blocked.word, "what": blocked.what, "kind": blocked.kind, "why": blocked.why,
        "option": blocked.option, "rule": blocked.rule,
        "clause": blocked.clause, "fails": [_part(p) for p in blocked.parts],
    }  # fmt: skip
