"""The answer of `check` for machines: the JSON document ``tcpverify.check/1`` and JUnit XML.

All numbers that come from the model are strings holding exact rationals, in seconds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from tcpverify.views.ladder import ladder
from tcpverify.views.settings import durations_text, scope_text
from tcpverify.views.styled import text_of
from tcpverify.views.verdicts import evidence
from tcpverify.workflow.results import REFUTED, UNKNOWN, CheckReport, Verdict

__all__ = ["CHECK_SCHEMA", "check_document", "dumps", "junit", "result_document"]

CHECK_SCHEMA = "tcpverify.check/1"
#: names the file that holds a verdict's certificate, or None
Filed = Callable[[Verdict], str | None]


def _nowhere(verdict: Verdict) -> str | None:
    return None


def check_document(report: CheckReport, filed: Filed = _nowhere) -> dict[str, Any]:
    """The document of schema `CHECK_SCHEMA`; ``certificate`` is a path, given only when a run is saved."""
    durations = {n: str(v) for n, v in report.parameters.items() if n != "TIME_WAIT"}
    return {
        "schema": CHECK_SCHEMA,
        "model": report.model,
        "parameters": durations,
        "scope": report.request.scope.as_json(),
        "results": [result_document(v, filed(v)) for v in report.verdicts],
        "premises": dict(report.premises),
        "silent_rules": list(report.silent_rules),
        "complete": report.complete,
        "gave_up": report.gave_up,
        "interrupted": report.interrupted,
        "exit_status": report.exit_status,
        "seconds": round(report.seconds, 3),
    }


def result_document(verdict: Verdict, certificate: str | None = None) -> dict[str, Any]:
    """One verdict, as in ``results`` of `CHECK_SCHEMA`."""
    a = verdict.assurance
    return {
        "property": verdict.property,
        "time_wait": str(verdict.time_wait),
        "role": verdict.role,
        "verdict": verdict.verdict,
        "vacuous": verdict.vacuous,
        "assurance": {
            "method": a.method, "states": a.states, "transitions": a.transitions, "depth": a.depth,
            "obligations": a.obligations, "rechecked_by": list(a.rechecked_by),
        },
        "reason": verdict.reason,
        "trace": verdict.trace.to_json() if verdict.trace is not None else None,
        "certificate": certificate,
        "seconds": round(verdict.seconds, 3),
    }  # fmt: skip


def dumps(document: Mapping[str, Any]) -> str:
    """A document as text."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def junit(report: CheckReport) -> str:
    """JUnit XML: a suite for each duration that counts, a case for each property.

    A refutation is a failure with its ladder; an unknown is an error, because a green build must not hide it.
    Durations shown only as context do not appear.
    """
    mine = [v for v in report.verdicts if v.counts]
    rows = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites {_counts(mine)} name={quoteattr(report.model)}>",
    ]
    for duration in dict.fromkeys(v.time_wait for v in mine):
        verdicts = [v for v in mine if v.time_wait == duration]
        durations = durations_text(report.parameters, delay=report.request.scope.delay)
        name = f"{report.model} at TIME-WAIT = {duration}, {durations}"
        rows.append(f" <testsuite {_counts(verdicts)} name={quoteattr(name)}>")
        scope = quoteattr(scope_text(report.request.scope))
        rows.append(f'  <properties><property name="scope" value={scope}/></properties>')
        for verdict in verdicts:
            rows += _case(report.model, verdict)
        rows.append(" </testsuite>")
    return "\n".join([*rows, "</testsuites>"]) + "\n"


def _counts(verdicts: list[Verdict]) -> str:
    failures = sum(v.verdict == REFUTED for v in verdicts)
    errors = sum(v.verdict == UNKNOWN for v in verdicts)
    seconds = sum(v.seconds for v in verdicts)
    return f'tests="{len(verdicts)}" failures="{failures}" errors="{errors}" time="{seconds:.3f}"'


def _case(model: str, verdict: Verdict) -> list[str]:
    name = f"classname={quoteattr(model)} name={quoteattr(verdict.property)}"
    head = f'  <testcase {name} time="{verdict.seconds:.3f}"'
    vacuous = "vacuous" if verdict.vacuous else ""
    said = escape("; ".join(text for text in (vacuous, verdict.reason, evidence(verdict)) if text))
    if verdict.verdict == REFUTED:
        picture = text_of(ladder(verdict.trace)) if verdict.trace is not None else ""
        last = verdict.trace.steps[-1:] if verdict.trace is not None else ()
        why = "".join(step.broken.get(verdict.property, "") for step in last)
        message = quoteattr(why or f"{verdict.property} is refuted")
        body = [f'   <failure type="refuted" message={message}>{escape(picture)}</failure>']
    elif verdict.verdict == UNKNOWN:
        body = [f'   <error type="unknown" message={quoteattr(verdict.reason or "undecided")}/>']
    else:
        body = []
    return [head + ">", *body, f"   <system-out>{said}</system-out>", "  </testcase>"]
