"""What an edge of the state graph says to a person: rule, segment, endpoint, clause."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tcpverify.lang.system import Edge
from tcpverify.tcp.scenario import Action, Scenario

__all__ = ["describe", "node_name"]


def describe(scenario: Scenario) -> Callable[[Edge], dict[str, Any]]:
    """A function for `tcpverify.engines.graph.state_graph`: the attributes of an edge.

    ``kind``, ``end`` (``A`` or ``B``, as the source location names them), ``event``, ``rule``, ``clause``,
    ``segment`` (flags of the segment delivered, or empty) and ``sent`` (flags of what is sent, ``!`` if lost).
    """

    def attributes(edge: Edge) -> dict[str, Any]:
        action: Action = edge.label
        plan = action.plan
        if plan is None:
            said = "forgets copies" if action.kind == "forget" else "gives up"
            return {"kind": action.kind, "end": "AB"[action.end], "event": said, "rule": "", "clause": "",
                    "segment": "", "sent": ""}  # fmt: skip
        rule = scenario.table.rules[plan.reaction.rule]
        sent = zip(plan.reaction.emits, action.lost, strict=True)
        return {
            "kind": action.kind,
            "end": "AB"[action.end],
            "event": plan.event.name,
            "rule": rule.name,
            "clause": rule.clause,
            "segment": plan.event.segment.flags() if plan.event.segment is not None else "",
            "sent": " ".join(s.flags() + "!" * gone for s, gone in sent),
        }

    return attributes


def node_name(scenario: Scenario, location: Any) -> str:
    """A location as its two states and what is in flight: ``TIME-WAIT / LAST-ACK · FIN,ACK→A``."""
    snapshot = scenario.snapshot(location)
    flight = " ".join(f"{s.flags()}→{'BA'[s.end]}" for s in snapshot.flight)
    states = " / ".join(e.state for e in snapshot.ends)
    return f"{states} · {flight}" if flight else states
