"""The table of `bound --sweep`: which TIME_WAIT every model needs, by property."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tcpverify.tcp.scope import Scope
from tcpverify.views.bound import cell
from tcpverify.views.settings import scope_text
from tcpverify.views.styled import Line, Span, columns, line, wrapped
from tcpverify.workflow.derived import EXACT, BoundReport

__all__ = ["sweep_lines"]

#: columns that a cell may take; what is longer goes below the table
_WIDEST = 56


def sweep_lines(
    cells: Mapping[tuple[str, str], BoundReport | str], models: Sequence[str], properties: Sequence[str], scope: Scope,
    width: int, interrupted: bool = False, each: float = 0.0,
) -> list[Line]:  # fmt: skip
    """A row for every model, with a cell for every property, and what the signs mean.

    ``each`` is how long a cell could take, in seconds, if that is all that limited it.
    """
    rows, notes = [], []
    for model in models:
        row = [Span(model)]
        for name in properties:
            found = cells.get((model, name))
            if isinstance(found, BoundReport):
                style = "warn" if found.status != EXACT else "good" if found.safe else "bad"
                text = cell(found) + ("*" if found.unbounded else "")
                if len(text) > _WIDEST:
                    notes.append(f"{model}, {name}: {text}")
                    text = "see below"
                row.append(Span(text, style))
            else:
                row.append(Span("-" if found else "?", "dim"))
                if found and f"{model}: {found}" not in notes:
                    notes.append(f"{model}: {found}")
        rows.append(row)
    lines: list[Line] = [line(Span("Which TIME_WAIT is needed, for all values of MSL and RTO_MAX", "title"))]
    lines += wrapped(f"Scope: {scope_text(scope)}.", width, "dim", "  ", "  ")
    lines += [(), *columns(["model", *properties], rows, []), ()]
    lines += wrapped("* for any number of retransmissions and duplicates; (sufficient): smaller ones may do; "
                     "?: not decided; -: does not apply.", width, "dim")  # fmt: skip
    if each and any(isinstance(r, BoundReport) and r.status != EXACT for r in cells.values()):
        lines += wrapped(f"No cell took longer than {each:.0f} s; --timeout gives another limit.", width, "dim")
    for note in notes:
        lines += wrapped(f"- {note}", width, "dim")
    if interrupted:
        lines += wrapped("Interrupted; the rest is open.", width, "warn")
    return lines
