"""Verdicts for a page: a table for every duration that counts, the sweep, and what qualifies a green result."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tcpverify.tcp.properties import PROPERTIES
from tcpverify.views import verdicts
from tcpverify.views.quantities import BARE, Unit, multiple, plural
from tcpverify.views.styled import Line
from tcpverify.workflow.results import CheckReport, Verdict

__all__ = ["answers", "conclusion", "qualified", "sweep"]

#: no line of a page is broken where the program thinks it should be
ENDLESS = 10**6
SIGNS = {"proved": "✓", "refuted": "✗", "unknown": "?"}
_PROPERTIES = {p.name: p for p in PROPERTIES}


def _paragraphs(lines: list[Line]) -> list[str]:
    return [text for text in ("".join(span.text for span in line).strip() for line in lines) if text]


def answers(report: CheckReport, unit: Unit = BARE) -> list[dict[str, Any]]:
    """Per duration that counts: its heading and its verdicts with evidence and notes."""
    tables = []
    msl = report.parameters["MSL"]
    for duration, role in dict.fromkeys((v.time_wait, v.role) for v in report.verdicts if v.counts):
        own = ", the model's own" if role == "own" else ""
        found = [v for v in report.verdicts if v.counts and v.time_wait == duration]
        head = f"TIME-WAIT = {unit.show(duration)} ({multiple(duration, msl)}{own})"
        tables.append({"head": head, "rows": [_row(v) for v in found]})
    return tables


def _row(verdict: Verdict) -> dict[str, Any]:
    about, a = _PROPERTIES.get(verdict.property), verdict.assurance
    return {
        "property": verdict.property,
        "meaning": about.meaning if about else "",
        "clause": about.clause if about else "",
        "verdict": "vacuous" if verdict.vacuous else verdict.verdict,
        "sign": SIGNS[verdict.verdict],
        "states": a.states,
        "transitions": a.transitions,
        "evidence": verdicts.evidence(verdict),
        "reason": verdict.reason,
    }


def sweep(report: CheckReport, unit: Unit = BARE) -> dict[str, Any] | None:
    """The properties by durations, the model's own among them; None without context."""
    if not any(v.role == "context" for v in report.verdicts):
        return None
    shown = {(v.property, v.time_wait): v for v in report.verdicts}
    own = {v.time_wait for v in report.verdicts if v.counts}
    durations = sorted({v.time_wait for v in report.verdicts})
    rows = []
    for name in dict.fromkeys(v.property for v in report.verdicts):
        found = [shown.get((name, d)) for d in durations]
        rows.append({"property": name, "cells": [_cell(v) for v in found]})
    heads = [{"text": unit.show(d), "own": d in own} for d in durations]
    return {"heads": heads, "rows": rows}


def _cell(verdict: Verdict | None) -> dict[str, str]:
    if verdict is None:
        return {"sign": "", "word": "not asked"}
    sign = f"({SIGNS[verdict.verdict]})" if verdict.vacuous else SIGNS[verdict.verdict]
    return {"sign": sign, "word": "vacuous" if verdict.vacuous else verdict.verdict}


def qualified(report: CheckReport, which: str = "; the rules below say which") -> list[str]:
    """What a reader must know before relying on a green result; ``which`` says where silent rules are named."""
    silent = plural(len(report.silent_rules), "rule")
    found = _paragraphs(verdicts.qualifications(replace(report, silent_rules=()), ENDLESS))
    if report.silent_rules:
        found.append(f"{silent} of the table never applied {verdicts.within(report)}{which}.")
    return found


def conclusion(report: CheckReport, unit: Unit = BARE) -> str:
    """What the exit status says, in words; how long it took is not said, so that equal runs are equal pages."""
    return " ".join(_paragraphs(verdicts.conclusion(replace(report, seconds=0.0), ENDLESS, unit)))
