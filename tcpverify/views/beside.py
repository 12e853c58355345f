"""Two texts side by side, wrapped: rules of two models, and what both make of an event that tells them apart."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from tcpverify.lang.difference import Answer, Difference
from tcpverify.lang.expr import TRUE
from tcpverify.lang.table import Rule
from tcpverify.views.model import readable, rule_effects
from tcpverify.views.styled import Line, Span, wrapped
from tcpverify.workflow.comparison import UNREAD

__all__ = ["answer_text", "beside", "event_text", "rule_aspects", "rule_beside"]

_NARROWEST = 28
_FLAGS = ("SYN", "FIN", "RST", "ACK")


def beside(
    heads: tuple[str, str], rows: Sequence[tuple[str, str, str]], width: int, indent: str = "    "
) -> list[Line]:
    """Rows of a label and two texts, wrapped so that all fits the width; equal texts are said once."""
    label = max((len(row[0]) for row in rows), default=0)
    column = max((width - len(indent) - label - 4) // 2, _NARROWEST)
    apart = any(left != right for _, left, right in rows)
    found: list[Line] = [_cells(indent, "", heads[0], heads[1], label, column, "head")] if apart else []
    for name, left, right in rows:
        if left == right:
            # What both have needs no second column.
            first, rest = indent + name.ljust(label) + "  ", " " * (len(indent) + label + 2)
            found += wrapped(left, width, "dim", first, rest)
            continue
        cells = [textwrap.wrap(text, column, break_on_hyphens=False) or [""] for text in (left, right)]
        for place in range(max(map(len, cells))):
            one, other = (cell[place] if place < len(cell) else "" for cell in cells)
            found.append(_cells(indent, "" if place else name, one, other, label, column))
    return found


def _cells(indent: str, name: str, one: str, other: str, label: int, column: int, style: str = "") -> Line:
    parts = (Span(indent + name.ljust(label) + "  ", "dim"), Span(one.ljust(column), style), Span("  "))
    return (*parts, Span(other, style))


# ------------------------------------------------------------ rules


def rule_aspects(rule: Rule | None) -> dict[str, str]:
    """What a rule says, by aspect: its sentence, when it applies, what it does, its clause."""
    if rule is None:
        return dict.fromkeys(("text", "when", "then", "clause", "marks"), "-")
    then = list(rule_effects(rule))
    if not rule.chooses.same(TRUE):
        then.append(f"chooses values with {readable(rule.chooses)}")
    return {
        "text": rule.text or "-",
        "when": "always" if rule.guard.same(TRUE) else readable(rule.guard),
        "then": "; ".join(then) or "nothing",
        "clause": rule.clause,
        "marks": ", ".join(sorted(rule.tags - UNREAD)) or "-",
    }


def rule_beside(heads: tuple[str, str], left: Rule | None, right: Rule | None, width: int) -> list[Line]:
    """One rule as two tables have it."""
    # A rule that one table lacks needs no empty column.
    one, other = rule_aspects(left or right), rule_aspects(right or left)
    rows = [(name, one[name], other[name]) for name in one if name != "marks" or one[name] != other[name]]
    return beside(heads, rows, width)


# ------------------------------------------------------------ concrete events


def event_text(difference: Difference) -> str:
    """The event of an example: the segment as the RFC writes it, then what else decides."""
    values = dict(difference.event_values)
    flags = [n for n in _FLAGS if values.get(f"SEG.{n}?")]
    parts, head = [], difference.event
    if difference.event == "SEGMENT":
        fields = []
        for field in ("SEQ", "ACK", "TEXT", "TS"):
            value = values.pop(f"SEG.{field}", None)
            off = field == "ACK" and values.get("SEG.ACK?") is False
            if value is not None and not off and (value or field != "TEXT"):
                fields.append(f"<{field}={value}>")
        head = f"a segment {''.join(fields)}" + (f"<CTL={','.join(flags)}>" if flags else "")
    for name, value in values.items():
        if not name.startswith("SEG."):
            parts.append(f"{name}: {'yes' if value else 'no'}" if isinstance(value, bool) else f"{name} = {value}")
    return f"{difference.state}, {head.strip()}" + (f", with {', '.join(parts)}" if parts else "")


def answer_text(answer: Answer, state: str) -> str:
    """What one table makes of it, and by which rule."""
    if answer.rule is None:
        return "no rule applies"
    said = [f"→ {answer.to}"] if answer.to != state else []
    said += [f"{n} := {str(v).lower()}" for n, v in answer.values.items()]
    said += [f"send {_message(dict(m))}" for m in answer.messages]
    said += [f"restart {timer}" for timer in answer.restarts]
    return f"{'; '.join(said) or 'nothing'} ({answer.rule})"


def _message(fields: dict[str, int | bool]) -> str:
    flags = [n for n in _FLAGS if fields.get(f"{n}?")]
    shown = [
        f"<{name}={value}>" for name in ("SEQ", "ACK", "TEXT")
        if (value := fields.get(name)) is not None and (value or name != "TEXT")
    ]  # fmt: skip
    return "".join(shown) + (f"<CTL={','.join(flags)}>" if flags else "")
