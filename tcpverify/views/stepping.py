"""A position as text for a terminal: the ends, the network, what can happen next, what cannot and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tcpverify.views.happening import (
    deadline_text,
    effect,
    end_text,
    event,
    failed,
    flight_text,
    left_text,
    standing_text,
    timer_text,
    window_text,
)
from tcpverify.views.quantities import BARE, Unit, plural
from tcpverify.views.styled import Line, Span, line, wrapped
from tcpverify.workflow.positions import Blocked, Choice, Position

__all__ = ["blocked_lines", "choice_lines", "position_lines"]

_KINDS = {
    "time": "Not at this time",
    "guard": "A condition of the table fails",
    "scope": "Not in this scope",
    "state": "Without effect or without meaning in this state",
}


def position_lines(position: Position, width: int, unit: Unit = BARE) -> list[Line]:
    """The position without its ladder."""
    address = "/".join(position.address) or "the start"
    steps = plural(len(position.address), "step")
    found = wrapped(f"{address} · {steps} · time {unit.show(position.now)}", width, "title")
    for name in "AB":
        said = end_text(position.ends[name], dict(position.values[name]))
        said += "".join(f"; {timer_text(t, unit)}" for t in position.timers[name])
        found += wrapped(said, width, "", f"  {name}  ", "     ")
    for flying in position.flight:
        found += wrapped(flight_text(flying, unit), width, "", "  under way  ", "     ")
    found += wrapped(f"the network: {left_text(position)}{deadline_text(position, unit)}", width, "dim", "  ", "     ")
    for said in standing_text(position):
        style = "bad" if " is broken by " in said else "dim"
        found += wrapped(said, width, style, "  ", "     ")
    return [*found, (), *_choices(position, width, unit)]


def _choices(position: Position, width: int, unit: Unit) -> list[Line]:
    if not position.choices:
        return [line(Span("Nothing can happen next", "head"), "; `blocked` says why.")]
    found = [line(Span("What can happen next", "head"))]
    size = max(len(c.word) for c in position.choices)
    for number, choice in enumerate(position.choices, 1):
        mark = "►" if choice.broken else " "
        first = f"{mark}{number:>2}  {choice.word.ljust(size)}  "
        rest = " " * len(first)
        when = window_text(choice.when, unit)
        style = "bad" if choice.broken else ""
        found += wrapped(f"{event(choice)}, {when}: {effect(choice)}", width, style, first, rest)
        for said in choice.decides:
            found += wrapped(f"if {said}", width, "dim", rest, rest)
        for name, why in choice.broken.items():
            found += wrapped(f"breaks {name}: {why}", width, "bad", rest, rest)
    if any(c.when.moves for c in position.choices):
        found += wrapped("* Possible only if earlier steps happen at other times than shown.", width, "dim", "  ")
    held = [b.what for b in position.blocked if b.kind == "time"]
    more = f" not at this time: {'; '.join(held)};" if held else ""
    found += wrapped(f"Blocked:{more} `blocked` says all and why, `why N` which rules do not apply to choice N.",
                     width, "dim")  # fmt: skip
    return found


def choice_lines(position: Position, number: int, width: int) -> list[Line]:
    """A choice in full: its rule, and why no other rule of the state applies."""
    choice: Choice = position.choices[number - 1]
    found = wrapped(f"{number}  {choice.word}: {event(choice)}", width, "title")
    found += wrapped(f"applies  {choice.rule} ({choice.clause}): {choice.text}", width, "", "  ", "    ")
    for other in choice.others:
        found += wrapped(f"not      {other.rule} ({other.clause})", width, "dim", "  ", "    ")
        for part in other.fails:
            found += wrapped(f"fails: {failed(part)}", width, "", "             ", "               ")
    return found


def blocked_lines(blocked: Iterable[Blocked], width: int) -> list[Line]:
    """What cannot happen, by the kind of reason."""
    groups: Mapping[str, list[Blocked]] = {kind: [] for kind in _KINDS}
    for item in blocked:
        groups[item.kind].append(item)
    found: list[Line] = []
    for kind, items in groups.items():
        if items:
            found.append(line(Span(_KINDS[kind], "head")))
        for item in items:
            option = f" ({item.option} allows it)" if item.option else ""
            cited = f" [{' '.join(part for part in (item.rule, item.clause) if part)}]" if item.clause else ""
            found += wrapped(f"{item.what}: {item.why}{option}{cited}", width, "", "  ", "      ")
            for part in item.parts:
                found += wrapped(f"fails: {failed(part)}", width, "", "      ", "        ")
    return found
