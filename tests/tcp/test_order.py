"""Timestamps of which only the order counts: nothing that can happen is lost, and what is proved so is proved."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from tcpverify.errors import FileFormatError
from tcpverify.evidence.certificate import CertificateFile
from tcpverify.evidence.obligations import Afresh
from tcpverify.evidence.reading import read
from tcpverify.evidence.recheck import recheck
from tcpverify.lang.system import Edge
from tcpverify.tcp import properties
from tcpverify.tcp.guided import Guided
from tcpverify.tcp.scenario import Scenario
from tcpverify.tcp.scope import Scope
from tcpverify.tcp.stamps import EXACT, ORDER
from tcpverify.workflow import bound, setting
from tcpverify.workflow.derived import BoundRequest
from tcpverify.workflow.limits import Limits

TURNS = ("open", "close-in-turn")


def systems(name: str, **choices: Any) -> tuple[Scenario, Scenario]:
    """A model with everything told apart of timestamps, and with their order only."""
    model = setting.model(name, Scope(sequence="timestamps", **choices))
    scope = setting.scoped(model, Scope(sequence="timestamps", **choices))
    exact, order = (
        Scenario(model.table, scope, None, properties.observe, properties.drain, timestamps=kind)
        for kind in (EXACT, ORDER)
    )
    return exact, order


def walk(system: Scenario, chance: random.Random, steps: int) -> list[Edge]:
    """A way through the locations of a system, clocks left aside; segments are sent again and arrive late in many."""
    ((here, _),) = system.initial()
    path: list[Edge] = []
    while len(path) < steps and (edges := [e for e in system.edges(here) if e.label.plan is not None]):
        again = [e for e in edges if e.label.plan.again or e.label.plan.event.name == "RETRANSMISSION"]
        path.append(chance.choice(again if again and chance.random() < 0.5 else edges))
        here = path[-1].target
    return path


@pytest.mark.parametrize("name", ["textbook", "linux", "textbook+paws-rst+tw-reuse", "rfc9293+rfc6191"])
def test_whatever_happens_can_happen_by_order(name: str) -> None:
    exact, order = systems(name, losses=1, duplicates=1, retransmissions=2)
    chance, alike = random.Random(name), 0
    for _ in range(70):
        path = walk(exact, chance, 24)
        guided = Guided(order, exact, path)
        places = {place for place, _ in guided.initial()}
        for step, edge in enumerate(path):
            found = [e for place in places for e in guided.edges(place)]
            # Whatever the step breaks or reaches, it does there too.
            places = {e.target for e in found if e.marks == edge.marks}
            assert places, (name, step, edge.label.plan.reaction.rule)
            alike += edge.label.plan.again
    assert alike > 60  # steps with the same timestamp once more, about which all this is


def derivation(name: str, asked: str, scope: Scope) -> bound.Derivation:
    model = setting.model(name, scope)
    request = BoundRequest(model=name, property=asked, scope=setting.scoped(model, scope))
    names = ("MSL", "RTO_MAX", *setting.further_durations(model.table), "TICK", "TIME_WAIT")
    return bound.Derivation(request, model, names, bound.domain_of(names), Limits(0, 0, lambda: False), None)


def test_a_real_run_is_found_by_what_a_looser_one_did() -> None:
    by = derivation("linux-rfc1337", "drained", Scope(losses=0, retransmissions=0, calls=TURNS))
    looser = bound._System(by.request.scope, timestamps=ORDER)
    piece = by.domain.meet(((-2, 0, 0, 1), False))
    lead = by.explore(looser, piece, 0)
    assert "drained" in lead.first
    assert by._follow(looser, lead, piece)
    assert [cut.conditions for cut in by.cuts] == [(((3, 0, 0, -1), True),)]
    ((skeleton, _, path),) = by.paths.values()
    assert skeleton.system.stamps.kind == EXACT  # type: ignore[attr-defined]
    assert any(edge.label.plan.again for edge in path)


def test_what_only_the_looser_system_does_cuts_nothing_off() -> None:
    by = derivation("textbook+paws-rst", "no-old-segment", Scope(losses=0, retransmissions=0, calls=TURNS))
    looser = bound._System(by.request.scope, timestamps=ORDER)
    piece = by.domain.meet(((-2, 0, -1, 1), False))
    lead = by.explore(looser, piece, 0)
    assert "no-old-segment" in lead.first
    assert not by._follow(looser, lead, piece)
    assert not by.cuts


def test_a_guided_system_does_nothing_else() -> None:
    exact, order = systems("textbook", losses=0)
    path = walk(order, random.Random(3), 12)
    guided = Guided(exact, order, path)
    ((place, _),) = guided.initial()
    seen = 0
    while edges := guided.edges(place):
        for edge in edges:
            assert edge.label.plan.reaction.rule == path[place.steps].label.plan.reaction.rule
            assert edge.label.plan.event.name == path[place.steps].label.plan.event.name
        place, seen = edges[0].target, seen + 1
    assert seen


@pytest.fixture(scope="module")
def proof() -> dict[str, Any]:
    request = BoundRequest(
        model="textbook+paws-rst", property="no-old-segment",
        scope=Scope(losses=0, retransmissions=0, incarnations=1, calls=TURNS, sequence="timestamps"),
    )  # fmt: skip
    report = bound.bound(request)
    assert report.status == "exact"
    assert not report.cuts
    (one,) = report.proofs
    assert one.certificate.scenario.stamps.kind == ORDER
    assert one.assurance.method.endswith("timestamps by their order")
    assert len(one.certificate.invariant) < 2_500
    document: dict[str, Any] = json.loads(json.dumps(CertificateFile((one.certificate,), one.scope).to_json()))
    return document


def confirmed(document: dict[str, Any]) -> bool:
    file: CertificateFile = read(json.dumps(document), "proof.json", None)
    return all(recheck(part, Afresh(part.scenario)).holds for part in file.parts)


def test_the_certificate_says_what_was_told_apart(proof: dict[str, Any]) -> None:
    assert [part["system"]["timestamps"] for part in proof["parts"]] == [ORDER]
    assert confirmed(proof)


def test_of_the_real_system_the_certificate_proves_nothing(proof: dict[str, Any]) -> None:
    parts = [
        {**part, "system": {k: v for k, v in part["system"].items() if k != "timestamps"}} for part in proof["parts"]
    ]
    assert not confirmed({**proof, "parts": parts})


@pytest.mark.parametrize("kind", ["exact", "new", 1])
def test_less_behaviour_cannot_be_asked_for(proof: dict[str, Any], kind: object) -> None:
    parts = [{**part, "system": {**part["system"], "timestamps": kind}} for part in proof["parts"]]
    with pytest.raises(FileFormatError, match="timestamps"):
        confirmed({**proof, "parts": parts})
