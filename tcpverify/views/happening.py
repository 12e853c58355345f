"""What can happen next, and what cannot, in words that terminal, page and JSON share."""

from __future__ import annotations

from tcpverify.evidence.trace import EndState
from tcpverify.views.exchange import changes, label
from tcpverify.views.quantities import BARE, Unit, plural
from tcpverify.workflow.addresses import timer_name
from tcpverify.workflow.positions import BROKEN, Choice, Jump, Part, Position, TimerState, UnderWay, Window

__all__ = [
    "deadline_text", "effect", "end_text", "event", "failed", "flight_text", "jump_text", "left_text",
    "standing_text", "timer_text", "window_text",
]  # fmt: skip

_CALLS = {"OPEN-PASSIVE": "passive OPEN", "OPEN-ACTIVE": "active OPEN"}


def window_text(window: Window | None, unit: Unit = BARE) -> str:
    """Such as ``at [0, 1)``, ``at 2``, ``from 1.5 on``; a star where earlier steps have to move."""
    if window is None:
        return ""
    low, high = unit.show(window.low), window.high
    star = "*" if window.moves else ""
    if high is None:
        return f"{'after' if window.low_excluded else 'from'} {low}{' on' if not window.low_excluded else ''}{star}"
    if high == window.low:
        return f"at {low}{star}"
    opening, closing = "(" if window.low_excluded else "[", ")" if window.high_excluded else "]"
    return f"in {opening}{low}, {unit.show(high)}{closing}{star}"


def event(choice: Choice) -> str:
    """What happens, such as ``#4 ACK arrives at B``."""
    if choice.kind == "deliver" and choice.segment is not None:
        copy = " and is delivered once more later" if choice.kept else ""
        return f"#{choice.segment.number} {choice.segment.flags} arrives at {choice.end}{copy}"
    if choice.kind == "timer":
        return f"{choice.end}'s {timer_name(choice.event.lower())} timer fires"
    return f"{choice.end} calls {_CALLS.get(choice.event, choice.event)}"


def effect(choice: Choice) -> str:
    """What that does: the next state, what is sent, what changes in the connection; ``nothing changes`` if nothing."""
    before, after = choice.before, choice.after
    found = [f"{before.state} → {after.state}"] if before.state != after.state else [f"stays in {after.state}"]
    if after.incarnation != before.incarnation:
        found.append(f"incarnation {after.incarnation}")
    changed = changes(before, after)
    if changed:
        found.append(changed)
    for segment in choice.sent:
        found.append(f"sends #{segment.number} {segment.flags}" + (", which is lost" if segment.lost else ""))
    if "time-wait" in choice.restarts and after.state == "TIME-WAIT":
        found.append("the TIME-WAIT timer starts" + (" again" if before.state == "TIME-WAIT" else ""))
    if len(found) == 1 and before.state == after.state:
        return "nothing changes"
    return "; ".join(found)


def end_text(state: EndState, values: dict[str, str]) -> str:
    """An end: its state, incarnation and variables."""
    number = f", incarnation {state.incarnation}" if state.incarnation and state.state != "CLOSED" else ""
    return f"{state.state}{number}" + "".join(f"; {name} {value}" for name, value in values.items())


def timer_text(timer: TimerState, unit: Unit = BARE) -> str:
    """A timer that runs."""
    fires = window_text(timer.fires, unit)
    return f"{timer_name(timer.name)} timer since {unit.show(timer.since)}" + (f", can fire {fires}" if fires else "")


def flight_text(flying: UnderWay, unit: Unit = BARE) -> str:
    """A segment under way."""
    arrives = window_text(flying.arrives, unit)
    to = "B" if flying.segment.sender == "A" else "A"
    said = f"{label(flying.segment)}, to {to}, sent at {unit.show(flying.sent_at)}"
    return said + (f", can arrive {arrives}" if arrives else ", cannot arrive next")


def left_text(position: Position) -> str:
    """What the environment may still do."""
    counts = [(position.losses, "loss"), (position.duplicates, "duplicate")]
    return " and ".join(f"any number of {noun}s" if n < 0 else plural(n, noun) for n, noun in counts) + " left"


def deadline_text(position: Position, unit: Unit = BARE) -> str:
    """Until when nothing need happen, if there is such a time; follows other words."""
    waits = position.waits
    if waits is None or waits.high is None:
        return ""
    return f"; something happens {'before' if waits.high_excluded else 'by'} {unit.show(waits.high)}"


def failed(part: Part) -> str:
    """A part of a condition that fails, with its values: ``SEG.ACK ≤ SND.NXT (SEG.ACK 302, SND.NXT 301)``."""
    values = ", ".join(f"{name.replace('?', '')} {value}" for name, value in part.values.items() if name != part.text)
    return f"{part.text} ({values})" if values else part.text


def standing_text(position: Position) -> list[str]:
    """How the properties stand, the broken ones one by one."""
    broken = [s for s in position.standings if s.state == BROKEN]
    rest = len([s for s in position.standings if s.state != BROKEN])
    found = [f"{s.property} is broken by step {s.step}: {s.why}" for s in broken]
    if rest:
        found.append(f"{rest} {'others' if broken else 'properties'} are not broken so far")
    return found


def jump_text(jump: Jump) -> str:
    """The outcome of a search in one sentence."""
    where = "from here" if jump.origin else "from the start"
    if jump.address is not None:
        more = len(jump.address) - len(jump.origin)
        looked = f"after a look at {plural(jump.states, 'state')}"
        return f"{jump.property}: broken {plural(more, 'step')} {where}, the fewest possible ({looked})."
    got = f"{plural(jump.states, 'state')}, depth {jump.depth}"
    if jump.complete:
        return f"{jump.property}: nothing that can follow {where} breaks it within this scope ({got}, all explored)."
    limit, hint = {
        "time": ("the time limit was reached", "; a longer --timeout searches on"),
        "interrupted": ("interrupted", ""),
        "states": ("the limit on states was reached", ""),
    }.get(jump.stopped, (f"stopped ({jump.stopped})", ""))
    return f"{jump.property}: not found {where}; {limit} after {got}{hint}."
