"""The answer of `recheck`: what is confirmed and by whom, or the obligation that fails; for people and for machines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from tcpverify.evidence.certificate import Assumption, Certificate
from tcpverify.evidence.failure import Failure, place_text
from tcpverify.evidence.recheck import Recheck
from tcpverify.tcp.properties import find
from tcpverify.views.conditions import condition_text, expression_text
from tcpverify.views.quantities import plural, short
from tcpverify.views.settings import scope_text
from tcpverify.views.styled import Line, wrapped
from tcpverify.workflow.recheck import RecheckReport

__all__ = ["RECHECK_SCHEMA", "answer", "assumption_text", "recheck_document", "scripts"]

RECHECK_SCHEMA = "tcpverify.recheck/1"


# ------------------------------------------------------------ for a person


def answer(report: RecheckReport, name: str, width: int, title: str = "") -> list[Line]:
    """What the file claims, what was done, and the outcome."""
    file = report.file
    found = wrapped(f"{file.model}: {title}" if title else file.model, width, "title", indent="  ")
    found += wrapped(f"Scope: {scope_text(file.scope)}.", width, "dim", "  ", "  ")
    found.append(())
    claims = [f"{p} ({find(p).meaning})" for p in file.properties]
    found += wrapped(f"Claimed: {'; '.join(claims) or 'no property, only which states are reachable'}.", width)
    several = len(file.parts) > 1
    for number, part in enumerate(file.parts):
        joint = "" if not several else "either " if not number else "or "
        found += wrapped(f"{joint}for {_assumed(part)}.", width, "", "  ", "  ")
    for number, part in enumerate(file.parts):
        if part.scenario.scope != file.scope:
            which = f"part {number + 1} " if several else ""
            own = scope_text(part.scenario.scope)
            found += wrapped(f"Proved {which}in a wider scope: {own}.", width, "dim", "  ", "  ")
    found.append(())
    for number, done in enumerate(report.parts):
        found += wrapped((f"Part {number + 1}: " if several else "") + _work(done), width, "dim", "", "  ")
        if done.failed is not None:
            found += [(), *_failure(done.failed, width), ()]
        elif done.stopped:
            found += wrapped(_stopped(done), width, "warn", "", "  ")
    return [*found, *wrapped(_outcome(report, name), width, _style(report))]


def _assumed(part: Certificate) -> str:
    texts = [text for item in part.assume if (text := assumption_text(item))]
    return ", ".join(texts) or f"all values of {', '.join(part.parameters)}"


def assumption_text(item: Assumption) -> str:
    """Such as ``TIME_WAIT ≥ 2·MSL``, ``MSL = 1``."""
    terms = dict(item.value.terms)
    if item.op == "=":
        number = -terms.pop("", Fraction(0))
        if len(terms) == 1:
            [(name, factor)] = terms.items()
            return f"{name} = {short(number / factor)}"
        return f"{expression_text(item.value)} = 0"
    return condition_text((tuple(terms.values()), item.op == ">"), tuple(terms))


def _work(done: Recheck) -> str:
    return (
        f"{plural(done.locations, 'location')}, {plural(done.regions, 'region')}, {plural(done.edges, 'edge')}; "
        f"{plural(done.obligations, 'obligation')} proved by {done.solver} {done.version}."
    )


def _failure(failed: Failure, width: int) -> list[Line]:
    found = wrapped(f"{failed.sentence()[0].upper()}{failed.sentence()[1:]}.", width, "bad")
    for what, values in (("parameters", failed.parameters), ("clocks", failed.clocks)):
        if values:
            said = ", ".join(f"{n} = {short(v)}" for n, v in values.items())
            found += wrapped(f"{what}: {said}", width, "", "  ", "    ")
    if failed.wait:
        found += wrapped(f"and then time passes: {short(failed.wait)}", width, "", "  ", "    ")
    return found


def _stopped(done: Recheck) -> str:
    if done.stopped == "time":
        return "The time limit was reached; raise --timeout."
    return f"Stopped: {done.stopped}."


def _outcome(report: RecheckReport, name: str) -> str:
    spent = f"({report.seconds:.1f} s)"
    if report.holds:
        return f"Confirmed: {name} proves what it claims, against {report.file.model} asked afresh. {spent}"
    if report.exit_status == 1:
        return f"Not confirmed: {name} is no proof for {report.file.model}. {spent}"
    return f"Not decided. {spent}"


def _style(report: RecheckReport) -> str:
    return {0: "good", 1: "bad"}.get(report.exit_status, "warn")


# ------------------------------------------------------------ for machines


def recheck_document(report: RecheckReport, name: str) -> dict[str, Any]:
    """The document of schema `RECHECK_SCHEMA`."""
    file = report.file
    return {
        "schema": RECHECK_SCHEMA,
        "file": name,
        "model": file.model,
        "properties": list(file.properties),
        "scope": file.scope.as_json(),
        "parameters": list(file.parameters),
        "solver": report.solver,
        "version": report.version,
        "result": {0: "confirmed", 1: "failed"}.get(report.exit_status, "undecided"),
        "parts": list(_parts(report)),
        "interrupted": report.interrupted,
        "exit_status": report.exit_status,
        "seconds": round(report.seconds, 3),
    }


def _parts(report: RecheckReport) -> Iterator[dict[str, Any]]:
    for number, part in enumerate(report.file.parts):
        done = report.parts[number] if number < len(report.parts) else Recheck(0, 0, 0, 0, stopped="not looked at")
        yield {
            "assume": [assumption_text(item) for item in part.assume],
            "scope": part.scenario.scope.as_json(),
            "result": "confirmed" if done.holds else "failed" if done.failed is not None else "undecided",
            "reason": done.failure,
            "locations": done.locations,
            "regions": done.regions,
            "edges": done.edges,
            "obligations": done.obligations,
            "failure": _failed(done.failed) if done.failed is not None else None,
            "seconds": round(done.seconds, 3),
        }


def _failed(failed: Failure) -> dict[str, Any]:
    def exact(values: Mapping[str, Fraction]) -> dict[str, str]:
        return {name: str(value) for name, value in values.items()}

    return {
        "obligation": failed.number,
        "kind": failed.kind,
        "location": failed.location,
        "event": failed.event,
        "target": failed.target,
        "properties": list(failed.properties),
        "parameters": exact(failed.parameters),
        "clocks": exact(failed.clocks),
        "wait": str(failed.wait),
    }


# ------------------------------------------------------------ for other solvers


def scripts(report: RecheckReport) -> dict[str, str]:
    """The obligations of every part that was looked at, as SMT-LIB scripts by file name."""
    file, found = report.file, {}
    for number, (part, done) in enumerate(zip(file.parts, report.parts, strict=False)):
        if done.query is None:
            continue
        title = (
            f"{file.model}: {', '.join(file.properties)}; for {_assumed(part)}.\n"
            f"Scope: {scope_text(part.scenario.scope)}.\n"
            "Clocks before a step are c0, c1, ...; d is the time that passes after it. Every answer must be unsat."
        )
        notes = [place_text(part.scenario, place) for _, place in done.query.origins]
        found[f"part-{number + 1}.smt2"] = done.query.document(title, notes)
    return found
