"""The answer of `compare` for machines: the document ``tcpverify.compare/1``."""

from __future__ import annotations

from typing import Any

from tcpverify.evidence.departure import Departure
from tcpverify.lang.difference import Answer, Difference
from tcpverify.lang.table import Rule
from tcpverify.views.beside import rule_aspects
from tcpverify.views.bound import bound_document
from tcpverify.views.documents import result_document
from tcpverify.views.model import rule_effects
from tcpverify.workflow.comparison import CompareReport, RulesReport, Side, TurningPoint
from tcpverify.workflow.derived import BoundReport
from tcpverify.workflow.prices import OWN, SHORTEST, WITHIN, ModelCost, Priced

__all__ = ["COMPARE_SCHEMA", "compare_document"]

COMPARE_SCHEMA = "tcpverify.compare/1"


def compare_document(report: CompareReport) -> dict[str, Any]:
    """The document of schema `COMPARE_SCHEMA`."""
    return {
        "schema": COMPARE_SCHEMA,
        "models": [_side(side) for side in report.sides],
        "rules": [_rules(one) for one in report.rules],
        "changes": [
            {"model": side.model, "properties": report.changes(side),
             "undecided": [name for name, _ in report.undecided(side)]}
            for side in report.sides[1:]
        ],
        "adopted": [
            {"name": a.name, "value": a.value, "of": list(a.of), "by": list(a.by)} for a in report.adopted
        ],
        "turning_points": [_turning(turn) for turn in report.turning],
        "open": report.left_open,
        "halted": report.halted,
        "interrupted": report.interrupted,
        "exit_status": report.exit_status,
        "seconds": round(report.seconds, 3),
    }  # fmt: skip


def _side(side: Side) -> dict[str, Any]:
    report = side.report
    return {
        "model": side.model,
        "title": side.title,
        "time_wait": str(side.time_wait) if side.time_wait is not None else None,
        "parameters": {n: str(v) for n, v in report.parameters.items() if n != "TIME_WAIT"} if report else None,
        "scope": report.request.scope.as_json() if report else None,
        "results": [result_document(v) for v in side.verdicts.values()],
        "bounds": [
            {
                "property": name,
                "bound": bound_document(found) if isinstance(found, BoundReport) else None,
                "error": found if isinstance(found, str) else "",
            }
            for name, found in side.bounds.items()
        ],
        "cost": _cost(side.cost) if side.cost is not None else None,
    }


def _cost(cost: ModelCost) -> dict[str, Any]:
    least = cost.role(SHORTEST) or cost.role(WITHIN)
    return {"own": _priced(cost.role(OWN)), "least_safe": _priced(least), "exact": cost.exact}


def _priced(one: Priced | None) -> dict[str, Any] | None:
    if one is None:
        return None
    fastest = one.price.fastest
    return {
        "time_wait": str(one.time_wait), "attained": one.attained, "verdict": one.verdict,
        "connections_per_second": str(fastest) if fastest is not None else None,
    }  # fmt: skip


def _rules(one: RulesReport) -> dict[str, Any]:
    d = one.differences
    return {
        "model": one.model,
        "equal": one.equal,
        "same": one.same,
        "settings": [{"kind": s.kind, "name": s.name, "left": s.left, "right": s.right} for s in one.settings],
        "rules": [
            {"name": p.name, "kind": p.kind, "behaves": p.behaves, "left": _rule(p.left), "right": _rule(p.right)}
            for p in one.rules
        ],
        "examples": [_example(example) for example in d.found],
        "proof": {
            "places": d.places,
            "questions": d.asked,
            "by": "z3",
            "open": [{"state": s, "event": e, "left": left, "right": right} for s, e, left, right in d.open],
        },
    }


def _rule(rule: Rule | None) -> dict[str, Any] | None:
    if rule is None:
        return None
    return {
        "name": rule.name, "state": rule.state, "event": rule.event, "text": rule.text, "clause": rule.clause,
        "when": rule_aspects(rule)["when"], "then": list(rule_effects(rule)), "tags": sorted(rule.tags),
    }  # fmt: skip


def _example(example: Difference) -> dict[str, Any]:
    return {
        "state": example.state, "event": example.event, "left": example.left, "right": example.right,
        "aspects": list(example.aspects), "values": _numbers(example.event_values), "plain": example.plain,
        "answers": [_answer(answer) for answer in example.answers],
    }  # fmt: skip


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "rule": answer.rule, "to": answer.to, "values": _numbers(answer.values),
        "messages": [_numbers(m) for m in answer.messages], "restarts": list(answer.restarts),
        "tags": sorted(answer.tags),
    }  # fmt: skip


def _numbers(values: Any) -> dict[str, bool | str]:
    return {n: v if isinstance(v, bool) else str(v) for n, v in values.items()}


def _turning(turn: TurningPoint) -> dict[str, Any]:
    return {
        "property": turn.property, "refuted": turn.broken, "other": turn.kept, "trace": turn.trace.to_json(),
        "departure": _departure(turn.departure) if turn.departure is not None else None,
    }  # fmt: skip


def _departure(left: Departure) -> dict[str, Any]:
    return {
        "step": left.step, "time": str(left.time), "end": left.end, "state": left.state, "rule": left.theirs,
        "other_rule": left.mine or None, "clause": left.clause, "reason": left.reason, "differs": list(left.differs),
        "to": left.to, "sent": list(left.sent), "restarts": list(left.restarts),
    }  # fmt: skip
