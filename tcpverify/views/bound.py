"""The answer of `bound` for a person and for machines: the region, what it rests on, a ladder for every way out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from tcpverify.evidence.symbolic import EPSILON
from tcpverify.lang.linear import Linear
from tcpverify.lang.region import Condition, Region
from tcpverify.tcp.properties import find
from tcpverify.tcp.scope import Scope
from tcpverify.views.conditions import (
    Symbolic,
    condition_text,
    expression_text,
    least_time_wait,
    region_texts,
)
from tcpverify.views.ladder import ladder
from tcpverify.views.quantities import BARE, Unit, plural
from tcpverify.views.settings import scope_text
from tcpverify.views.styled import Glyphs, Line, Span, line, wrapped
from tcpverify.workflow.derived import EXACT, SUFFICIENT, BoundReport, Witness

__all__ = [
    "BOUND_SCHEMA", "answer", "bound_document", "cell", "given_text", "ladders", "own_text", "substituted",
    "symbolic_unit",
]  # fmt: skip

BOUND_SCHEMA = "tcpverify.bound/1"


# ------------------------------------------------------------ for a person


def answer(report: BoundReport, width: int, unit: Unit = BARE, title: str = "") -> list[Line]:
    """The region in words and symbols, how it is known, and what follows for numbers."""
    about = find(report.request.property)
    found = wrapped(f"{report.model}: {title or report.title}", width, "title", indent="  ")
    found += wrapped(f"Scope: {scope_text(report.request.scope)}.", width, "dim", "  ", "  ")
    found += [(), *wrapped(f"{about.name} ({about.meaning})", width, "head")]
    found += _region(report, width)
    found += [(), *_why(report, width)]
    for text in (own_text(report), given_text(report, unit)):
        if text:
            found += wrapped(text, width)
    return found


def _region(report: BoundReport, width: int) -> list[Line]:
    alternatives = [region_texts(r, report.domain, report.names) for r in report.safe]
    everything = "for every MSL > 0 and every retransmission timeout in (0, RTO_MAX]"
    if "RTO_MIN" in report.names:
        everything = everything.replace("(0, RTO_MAX]", "[RTO_MIN, RTO_MAX]")
    if report.proofs and not any(p.unbounded for p in report.proofs):
        everything += f", within the scope only ({_counted(report.request.scope)})"
    if any(not texts for texts in alternatives):
        return wrapped(f"holds for every TIME_WAIT, {everything}.", width, "good", "  ", "  ")
    if not alternatives:
        if report.status == EXACT:
            return wrapped(f"is refuted for every TIME_WAIT, {everything}.", width, "bad", "  ", "  ")
        return wrapped("is not proved for any TIME_WAIT so far.", width, "warn", "  ", "  ")
    style = "good" if report.status == EXACT else "warn"
    head = "holds exactly if" if report.status == EXACT else "holds if (not known to be all)"
    found = [line("  ", head)]
    several = len(alternatives) > 1
    for number, texts in enumerate(alternatives):
        mark = _within(report, report.safe[number]) if several else ""
        for place, text in enumerate(texts):
            last = place == len(texts) - 1
            joint = " and" if not last else " or" if number < len(alternatives) - 1 else ""
            marks = (Span(f"   {mark}", "dim"),) if last and mark else ()
            found.append(line("      ", Span(text, style), *marks, joint))
    found += wrapped(f"{everything}.", width, "", "  ", "  ")
    return found


def _counted(scope: Scope) -> str:
    """The counts on which a proof rests that holds for no others."""
    parts = (("loss", scope.losses), ("duplicate", scope.duplicates), ("retransmission", scope.retransmissions))
    found = [plural(count, what) for what, count in parts if count >= 0]
    return ", ".join(found) + " of a segment" * (scope.retransmissions >= 0)


def _everywhere(report: BoundReport, region: Region) -> bool:
    """Whether a piece of the region is proved for any number of retransmissions and duplicates."""
    return any(p.unbounded for p in report.proofs if p.region.includes(region))


def _within(report: BoundReport, region: Region) -> str:
    return "(any number of retransmissions)" if _everywhere(report, region) else "(within the scope only)"


def _why(report: BoundReport, width: int) -> list[Line]:
    scope, found = report.request.scope, []
    losses = plural(scope.losses, "loss") if scope.losses >= 0 else "any number of losses"
    if report.proofs:
        if report.unbounded:
            assumed = f"at most {losses}" if scope.losses > 0 else losses if scope.losses else "no losses"
            powers = ["retransmissions", "duplicates", "reorderings"] + ["incarnations"] * report.all_incarnations
            text = f"Unbounded: proved for any number of {', '.join(powers[:-1])} and {powers[-1]}. "
            found += wrapped(text + f"Assumed: {assumed}; no finite TIME_WAIT survives unlimited losses.", width)
        states = sum(p.assurance.states for p in report.proofs)
        duties = sum(p.assurance.obligations for p in report.proofs)
        by = sorted({name for p in report.proofs for name in p.assurance.rechecked_by})
        text = f"Proof: {plural(len(report.proofs), 'invariant')} over clocks and parameters, {states} symbolic states"
        text += f"; {plural(duties, 'obligation')} re-checked by {', '.join(by)}." if by else "; not re-checked."
        found += wrapped(text, width, "dim", "", "  ")
    if report.proofs and not report.unbounded and any(p.unbounded for p in report.proofs):
        text = "An alternative that holds within the scope only rests on how often a segment may be sent again."
        found += wrapped(f"{text} More retransmissions move it or do away with it.", width)
    if report.cuts:
        runs = "one run" if len(report.cuts) == 1 else f"{len(report.cuts)} runs"
        where = "every value outside" if report.status == EXACT else "what is known to be unsafe"
        text = f"Refuted: {where} by {runs}, replayed; that they are possible for all these values is confirmed by z3."
        found += wrapped(text, width, "dim", "", "  ")
    for region in report.open:
        texts = region_texts(region, report.domain, report.names) or ["all values"]
        found += wrapped(f"Not decided: {' and '.join(texts)}.", width, "warn", "", "  ")
    if report.open:
        found += wrapped(report.reason or "Raise --timeout, or the scope's retransmissions.", width, "warn", "", "  ")
    return found


def own_text(report: BoundReport) -> str:
    """What the region says of the model's own duration."""
    size = expression_text(report.own)
    left, where = _left(report, {"TIME_WAIT": report.own})
    if left == "always":
        return f"The model's own TIME_WAIT = {size} is enough{where}."
    if left == "never":
        return f"The model's own TIME_WAIT = {size} is never enough." if report.status == EXACT else ""
    return f"The model's own TIME_WAIT = {size} is enough{where} if {left}."


def given_text(report: BoundReport, unit: Unit = BARE) -> str:
    """What it says of the numbers that the user gave."""
    given = {n: v for n, v in report.request.given.items() if n in report.names}
    if not given:
        return ""
    said = ", ".join(f"{n} = {unit.show(v)}" for n, v in given.items())
    left, where = _left(report, {n: Linear.of({"": v}) for n, v in given.items()}, unit)
    name = report.request.property
    if left == "always":
        return f"With {said}: {name} holds{where}."
    if left == "never":
        verdict = "is refuted" if report.status == EXACT else "is not proved"
        rest = [n for n in report.names if n not in given]
        return f"With {said}: {name} {verdict}{', whatever ' + ' and '.join(rest) if rest else ''}."
    return f"With {said}: {name} holds{where} if {left}."


def _left(report: BoundReport, values: Mapping[str, Linear], unit: Unit = BARE) -> tuple[str, str]:
    """What is left to ask, and where that is known to be the answer: everywhere, or in the scope."""
    left = substituted(report, values, unit)
    same = left == substituted(report, values, unit, [r for r in report.safe if _everywhere(report, r)])
    return left, "" if same else " in this scope"


def substituted(
    report: BoundReport, values: Mapping[str, Linear], unit: Unit = BARE, safe: Sequence[Region] | None = None
) -> str:
    """The region, or pieces of it, with expressions in place of parameters: always, never, or what is left to ask."""
    names = (*report.names, "")

    def put(condition: Condition) -> Condition:
        total = Linear.of({})
        for name, factor in zip(report.names, condition[0], strict=True):
            total = total + values.get(name, Linear.of({name: 1})) * Fraction(factor)
        terms = dict(total.terms)
        return tuple(terms.get(n, Fraction(0)) for n in names), condition[1]

    one = tuple(Fraction(int(n == "")) for n in names)
    domain = Region(len(names)).meet((one, True), *(put(c) for c in report.domain.conditions))
    if domain.empty:
        return "never"
    parts: list[Region] = []
    for piece in report.safe if safe is None else safe:
        part = domain.meet(*(put(c) for c in piece.conditions))
        if not part.empty and not any(known.includes(part) for known in parts):
            parts = [known for known in parts if not part.includes(known)] + [part]
    alternatives = []
    for part in parts:
        left = [c for c in part.conditions if not domain.holds(*c)]
        if not left:
            return "always"
        alternatives.append(" and ".join(_with_unit(c, names, unit) for c in left))
    return " or ".join(alternatives) or "never"


def _with_unit(condition: Condition, names: tuple[str, ...], unit: Unit) -> str:
    row = tuple(Fraction(v) / (unit.seconds if n == "" else 1) for n, v in zip(names, condition[0], strict=True))
    text = condition_text((row, condition[1]), names)
    return text + unit.name if row[-1] and unit.name else text


def ladders(report: BoundReport, width: int, glyphs: Glyphs, verbose: bool = False) -> list[Line]:
    """A run just outside of every facet of the region."""
    found: list[Line] = []
    for witness in report.witnesses:
        found += [(), *wrapped(_outside(report, witness), width, "head")]
        unit = symbolic_unit(report, witness)
        found += ladder(witness.trace, width=width, glyphs=glyphs, unit=unit, verbose=verbose)
    return found


def _outside(report: BoundReport, witness: Witness) -> str:
    if witness.facet is None:
        return "Refuted, for example:"
    at = ", ".join(f"{n} = {expression_text(v)}" for n, v in witness.at.items())
    return f"Just below {condition_text(witness.facet, report.names)}: at {at}, for any small ε > 0"


def symbolic_unit(report: BoundReport, witness: Witness) -> Unit:
    """Times as expressions, where the run has such times."""
    if not witness.labels:
        return BARE
    numbers = {n: witness.trace.parameters[n] for n in report.names}
    at = witness.at["TIME_WAIT"]
    many = -dict(at.terms)[EPSILON]
    numbers[EPSILON] = (at.value({**numbers, EPSILON: Fraction(0)}) - numbers["TIME_WAIT"]) / many
    known = {Fraction(0): Linear.of({}), numbers["TIME_WAIT"]: at}
    for name in report.names:
        known.setdefault(numbers[name], Linear.of({name: 1}))
    for label in witness.labels:
        known.setdefault(label.value(numbers), label)
    return Symbolic("", Fraction(1), known, numbers)


def cell(report: BoundReport) -> str:
    """The region on one line, for a table."""
    alternatives = [" and ".join(region_texts(r, report.domain, report.names)) for r in report.safe]
    if not alternatives:
        return "no TIME_WAIT" if report.status == EXACT else "?"
    text = " or ".join(a or "any TIME_WAIT" for a in alternatives)
    return text if report.status == EXACT else f"{text} (sufficient)"


# ------------------------------------------------------------ for machines


def bound_document(report: BoundReport, certificate: str | None = None) -> dict[str, Any]:
    """The document of schema `BOUND_SCHEMA`."""
    obligations = sum(p.assurance.obligations for p in report.proofs)
    return {
        "schema": BOUND_SCHEMA,
        "model": report.model,
        "property": report.request.property,
        "scope": report.request.scope.as_json(),
        "parameters": list(report.names),
        "assumed": _rows(report, report.domain.conditions),
        "status": report.status,
        "safe": [_rows(report, _own(report, r)) for r in report.safe],
        "undecided": [_rows(report, _own(report, r)) for r in report.open],
        "minimal_time_wait": least_time_wait(report.safe, report.domain, report.names)
        if report.status in (EXACT, SUFFICIENT)
        else None,
        "unsafe_witnesses": [
            {
                "facet": _rows(report, [w.facet])[0] if w.facet is not None else None,
                "possible": _rows(report, w.cut.region.conditions),
                "steps": w.cut.steps,
                "at": {n: str(v) for n, v in w.at.items()},
                "times": [str(v) for v in w.labels],
                "trace": w.trace.to_json(),
            }
            for w in report.witnesses
        ],
        "unsafe": [_rows(report, c.conditions) for c in report.cuts],
        "assurance": {
            "method": "parametric zones",
            "unbounded": report.unbounded,
            "any_incarnations": report.all_incarnations,
            "rechecked_by": sorted({name for p in report.proofs for name in p.assurance.rechecked_by}),
            "obligations": obligations,
            "proofs": [
                {
                    "region": _rows(report, _own(report, p.region)), "unbounded": p.unbounded,
                    "scope": p.scope.as_json(), "obligations_kept": p.obligations, "states": p.assurance.states,
                    "transitions": p.assurance.transitions, "obligations": p.assurance.obligations,
                }
                for p in report.proofs
            ],
        },
        "own_time_wait": str(report.own),
        "given": {n: str(v) for n, v in report.request.given.items()},
        "certificate": certificate,
        "reason": report.reason,
        "interrupted": report.interrupted,
        "exit_status": report.exit_status,
        "seconds": round(report.seconds, 3),
    }  # fmt: skip


def _own(report: BoundReport, region: Region) -> list[Condition]:
    return [c for c in region.conditions if not report.domain.holds(*c)]


def _rows(report: BoundReport, conditions: Any) -> list[dict[str, Any]]:
    return [
        {"op": ">" if strict else ">=", "terms": {n: int(v) for n, v in zip(report.names, row, strict=True) if v}}
        for row, strict in conditions
    ]
