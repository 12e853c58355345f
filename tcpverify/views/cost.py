"""The answer of `cost` for a person and for machines: what is safe, and what every duration costs.

Numbers that cannot be written in a few digits are rounded, to the unsafe side never: rates and durations downwards,
sockets and bytes upwards. JSON has them exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Any

from tcpverify.tcp.properties import find
from tcpverify.views.bound import cell
from tcpverify.views.conditions import expression_text, least_time_wait
from tcpverify.views.quantities import Unit, short
from tcpverify.views.settings import durations_text, scope_text
from tcpverify.views.styled import Line, Span, columns, line, wrapped
from tcpverify.workflow.derived import BoundReport
from tcpverify.workflow.prices import (
    AFFORDABLE,
    BYTES,
    NAMED,
    OWN,
    PORTS,
    SHORTEST,
    STACKS,
    WITHIN,
    CostReport,
    ModelCost,
    Price,
    Priced,
)
from tcpverify.workflow.slices import SAFE, UNDECIDED, UNSAFE, WITHIN_SCOPE, Interval

__all__ = ["COST_SCHEMA", "cost_document", "cost_lines", "least_text", "rate_text", "seconds_text", "size_text"]

COST_SCHEMA = "tcpverify.cost/1"
SECONDS = Unit("s", Fraction(1))

#: a verdict in words, and its style
_VERDICTS = {
    SAFE: ("safe", "good"),
    WITHIN_SCOPE: ("safe*", "good"),
    UNSAFE: ("refuted", "bad"),
    UNDECIDED: ("not decided", "warn"),
}


# ------------------------------------------------------------ quantities


def seconds_text(value: Fraction) -> str:
    """A duration: exact where four decimals are enough, else rounded down."""
    exact = short(value)
    return f"{exact if '/' not in exact else _rounded(Fraction(floor(value * 1000), 1000), 3)}s"


def rate_text(value: Fraction | None) -> str:
    """Connections a second, rounded down to a tenth; below one to three digits."""
    if value is None:
        return "no limit"
    digits = 1 if value >= 1 else 4
    return _rounded(Fraction(floor(value * 10**digits), 10**digits), digits)


def count_text(value: Fraction) -> str:
    """So many of something, rounded up."""
    return f"{ceil(value):,}"


def size_text(value: Fraction) -> str:
    """Bytes, in powers of 1000, rounded up."""
    for size, unit in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if value >= size:
            return f"{_rounded(Fraction(ceil(value * 10 / size), 10), 1)} {unit}"
    return f"{ceil(value)} B"


def _rounded(value: Fraction, digits: int) -> str:
    whole, rest = divmod(int(value * 10**digits), 10**digits)
    return f"{whole:,}" + (f".{str(rest).rjust(digits, '0')}".rstrip("0") if rest else "")


def least_text(bound: BoundReport, unbounded: bool = False) -> str:
    """The shortest safe duration as an expression; empty if it is no such thing.

    With ``unbounded``, of what is proved for any number of retransmissions and duplicates.
    """
    proofs = [proof.region for proof in bound.proofs if proof.unbounded]
    safe = [r for r in bound.safe if not unbounded or any(proof.includes(r) for proof in proofs)]
    return (least_time_wait(safe, bound.domain, bound.names) or "").replace("*", "·")


# ------------------------------------------------------------ for a person


def cost_lines(report: CostReport, width: int) -> list[Line]:
    """What is safe in every model, what it costs, what the durations of stacks are worth."""
    request, about = report.request, find(report.request.property)
    found = wrapped("The price of safety: what a TIME-WAIT costs, and whether it is long enough", width, "title")
    found += wrapped(f"{about.name} ({about.meaning})", width, "", "  ", "  ")
    found += wrapped(f"Scope: {scope_text(request.scope)}.", width, "dim", "  ", "  ")
    values = {tuple(sorted(m.values.items())): m for m in report.models}
    for row in values.values():
        whose = "" if len(values) == 1 else f"{', '.join(_alike(report, row))}: "
        said = durations_text(row.values, SECONDS, request.scope.delay)
        found += wrapped(f"{whose}{said}.", width, "dim", "  ", "  ")
    found += wrapped(_assumed(report), width, "dim", "  ", "  ")
    found += _table(report)
    found += [(), *_notes(report, width)]
    found += [(), *_stacks(report, width)]
    return found


def _alike(report: CostReport, row: ModelCost) -> list[str]:
    return [m.model for m in report.models if m.values == row.values]


def _assumed(report: CostReport) -> str:
    request = report.request
    ports = " (Linux: ip_local_port_range 32768 60999)" if request.ports == PORTS else ""
    size = " (about what Linux 6.18 takes for an outgoing connection)" if request.bytes == BYTES else ""
    return (f"{request.ports} ports for connections to one destination{ports}; {short(request.rate)} connections "
            f"closed a second, wherever to, hold sockets of {request.bytes} bytes in TIME-WAIT{size}.")  # fmt: skip


def _table(report: CostReport) -> list[Line]:
    """A block of rows for every model, all with the same columns."""
    heads = ("", "TIME-WAIT", "verdict", "to one destination", "sockets", "memory")
    blocks = [(_heading(row), [_row(report, row, one) for one in row.durations]) for row in report.models]
    every = [cells for _, rows in blocks for cells in rows]
    lines = iter(columns(heads, every, (1, 3, 4, 5)))
    found: list[Line] = [(), next(lines)]
    for heading, rows in blocks:
        found += [heading, *(next(lines) for _ in rows)]
    return found


def _heading(row: ModelCost) -> Line:
    if row.bound is None:
        return line(Span(row.model, "head"), f": {row.error}")
    text = cell(row.bound)
    if text == "?":
        return line(Span(row.model, "head"), ": ", Span("nothing is proved so far", "warn"))
    if not row.bound.safe:
        return line(Span(row.model, "head"), ": ", Span("no TIME_WAIT is safe", "bad"))
    return line(Span(row.model, "head"), ": safe if ", Span(text, "good" if row.exact else "warn"))


def _row(report: CostReport, row: ModelCost, one: Priced) -> tuple[Span, ...]:
    rate = short(report.request.rate)
    said = {
        OWN: f"the model's own{': ' + expression_text(row.own) if row.own.names() else ''}",
        SHORTEST: "the shortest safe" if row.exact else "the shortest known as safe",
        WITHIN: "the shortest safe* in this scope",
        AFFORDABLE: f"for {rate}/s to one destination",
        NAMED: "as you ask",
    }[one.role]
    word, style = _VERDICTS[one.verdict]
    duration = seconds_text(one.time_wait) if one.attained else f"over {seconds_text(one.time_wait)}"
    price = one.price
    fastest = rate_text(price.fastest) + ("/s" if price.fastest is not None else "")
    cells = (fastest, count_text(price.held), size_text(price.bytes))
    return Span(f"  {said}"), Span(duration), Span(word, style), *(Span(text) for text in cells)


def _notes(report: CostReport, width: int) -> Iterator[Line]:
    verdicts = {one.verdict for row in report.models for one in row.durations}
    if SAFE in verdicts:
        yield from wrapped("safe: proved for any number of retransmissions, duplicates and reorderings.", width, "dim")
    if WITHIN_SCOPE in verdicts:
        yield from wrapped("safe*: proved within the scope only; it rests on how often a segment may be sent again.",
                           width, "dim")  # fmt: skip
    for row in report.models:
        if row.freed is not None and row.free_after is not None:
            yield from wrapped(_freed(row), width)
        rest = row.safe()
        if rest and (len(rest) > 1 or rest[0].high is not None):
            said = " or ".join(_range(part) for part in rest)
            yield from wrapped(f"{row.model}: not every longer TIME_WAIT is safe, but {said}.", width, "warn")
        if row.bound is not None and row.bound.request.scope != report.request.scope:
            said = scope_text(row.bound.request.scope)
            yield from wrapped(f"{row.model} has a scope of its own: {said}.", width, "dim")
        if row.bound is not None and row.bound.open:
            yield from wrapped(f"{row.model}: {row.bound.reason}", width, "warn")
    if report.request.scope.losses == 0:
        text = "No segment is lost here; --losses 1 asks what a lost ACK costs (then RTO_MAX counts)."
        yield from wrapped(text, width)
    yield from wrapped("Time in which connections are open is not counted; their ports are taken then as well.", width)


def _freed(row: ModelCost) -> str:
    assert row.free_after is not None and row.freed is not None
    name = f"{expression_text(row.free_after)} = " if row.free_after.names() else ""
    return (
        f"{row.model}: the end in TIME-WAIT may itself open again after {name}{seconds_text(row.freed)}, so its port "
        "is free for that destination then, however long TIME-WAIT lasts; of sockets there are at most so many."
    )


def _stacks(report: CostReport, width: int) -> list[Line]:
    """What known durations are worth: their price, and the MSL that they allow for."""
    rows = [m for m in report.models if m.bound is not None]
    heads = ["", *(stack.name for stack in STACKS)]
    cells = [
        [Span("TIME-WAIT"), *(Span(seconds_text(stack.time_wait)) for stack in STACKS)],
        [Span("to one destination"), *(Span(f"{rate_text(report.request.fastest(s.time_wait))}/s") for s in STACKS)],
        *([Span(f"{row.model}: MSL"), *(_allowed(row, stack.time_wait) for stack in STACKS)] for row in rows),
    ]
    found = [line(Span("What stacks wait, and for which MSL that would be safe in these machines", "head"))]
    found += columns(heads, cells, range(1, len(heads)))
    return found + wrapped("In other respects than its duration a stack is not these machines.", width, "dim")


def _allowed(row: ModelCost, time_wait: Fraction) -> Span:
    parts, sure = row.safe_msl(time_wait), row.safe_msl(time_wait, unbounded=True)
    if not parts:
        return Span("none", "bad") if row.exact else Span("?", "warn")
    return Span(" or ".join(_range(part) for part in parts) + ("*" if parts != sure else ""), "good")


def _range(part: Interval) -> str:
    """Values as ``≤ 30s``, ``≥ 4s``, ``2s to 5s``, ``any``."""
    low, high = part.low, part.high
    if not low:
        return "any" if high is None else f"{'≤' if part.high_in else '<'} {seconds_text(high)}"
    if high is None:
        return f"{'≥' if part.low_in else '>'} {seconds_text(low)}"
    return f"{seconds_text(low)} to {seconds_text(high)}"


# ------------------------------------------------------------ for machines


def cost_document(report: CostReport) -> dict[str, Any]:
    """The document of schema `COST_SCHEMA`; numbers are strings that hold exact rationals."""
    request = report.request
    return {
        "schema": COST_SCHEMA,
        "property": request.property,
        "scope": request.scope.as_json(),
        "ports": request.ports,
        "rate": str(request.rate),
        "bytes_per_socket": request.bytes,
        "models": [_model(report, row) for row in report.models],
        "stacks": [
            {"name": s.name, "time_wait": str(s.time_wait), "source": s.source, **_price(request.price(s.time_wait)),
             "safe_msl": {row.model: _intervals(row.safe_msl(s.time_wait)) for row in report.models}}
            for s in STACKS
        ],
        "interrupted": report.interrupted,
        "exit_status": report.exit_status,
        "seconds": round(report.seconds, 3),
    }  # fmt: skip


def _model(report: CostReport, row: ModelCost) -> dict[str, Any]:
    bound = row.bound
    return {
        "model": row.model,
        "status": bound.status if bound is not None else "none",
        "error": row.error,
        "reason": bound.reason if bound is not None else "",
        "scope": (bound.request.scope if bound is not None else report.request.scope).as_json(),
        "parameters": {name: str(value) for name, value in row.values.items()},
        "own_time_wait": str(row.own),
        "free_after": str(row.freed) if row.freed is not None else None,
        "minimal_time_wait": (least_text(bound) if bound is not None else "").replace("·", "*") or None,
        "safe_time_wait": _intervals(row.safe()),
        "safe_time_wait_unbounded": _intervals(row.safe(unbounded=True)),
        "durations": [
            {"role": one.role, "time_wait": str(one.time_wait), "attained": one.attained, "verdict": one.verdict,
             **_price(one.price), "safe_msl": _intervals(row.safe_msl(one.time_wait))}
            for one in row.durations
        ],
        "seconds": round(bound.seconds, 3) if bound is not None else 0.0,
    }  # fmt: skip


def _price(price: Price) -> dict[str, str | None]:
    return {
        "connections_per_second": str(price.fastest) if price.fastest is not None else None,
        "sockets": str(price.held),
        "bytes": str(price.bytes),
    }


def _intervals(parts: Sequence[Interval]) -> list[dict[str, Any]]:
    return [
        {"from": str(p.low), "from_included": p.low_in, "to": None if p.high is None else str(p.high),
         "to_included": p.high_in}
        for p in parts
    ]  # fmt: skip
