"""Z3 confirms a certificate from the model alone, and refuses every one that was tampered with."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from tcpverify.engines.explore import explore
from tcpverify.engines.skeleton import Skeleton
from tcpverify.evidence.certificate import Bound, Certificate, fixed
from tcpverify.evidence.certify import certify
from tcpverify.evidence.recheck import Afresh, Recheck, recheck
from tcpverify.lang.linear import constant
from tcpverify.tcp import properties
from tcpverify.tcp.labels import node_name
from tcpverify.tcp.registry import load
from tcpverify.tcp.scenario import Scenario
from tcpverify.tcp.scope import Scope
from tcpverify.workflow.check import check
from tcpverify.workflow.results import CheckRequest

F = Fraction
SMALL = Scope(losses=1, calls=("close",))
SAFE = ("drained", "no-assassination", "graceful-close")


@pytest.fixture(scope="module")
def certificate() -> Certificate:
    """One connection and its close at 2 MSL, as `check` proves it."""
    report = check(CheckRequest("textbook", F(1), (F(2),), scope=SMALL, properties=SAFE, sweep=False))
    assert {v.verdict for v in report.verdicts} == {"proved"}
    found = report.verdicts[0].certificate
    assert isinstance(found, Certificate)
    return found


def against(certificate: Certificate, model: str = "textbook", scope: Scope = SMALL) -> Recheck:
    """The re-check, against a model computed afresh that shares the certificate's numbering of parts."""
    system = Scenario(
        load(model).table, scope, observer=properties.observe, drain=properties.drain, plain=True,
        sibling=certificate.scenario,
    )  # fmt: skip
    return recheck(certificate, Afresh(system))


def with_bound(certificate: Certificate, region: int, row: int, bound: Bound) -> Certificate:
    """The certificate with one bound of one region replaced."""
    regions = list(certificate.regions)
    regions[region] = (*regions[region][:row], bound, *regions[region][row + 1 :])
    return replace(certificate, regions=regions)


def test_the_certificate_holds(certificate: Certificate) -> None:
    answer = against(certificate)
    assert answer.holds and answer.obligations > 100


def test_every_location_is_needed(certificate: Certificate) -> None:
    places = list(certificate.invariant)
    for location in [*places[:10], *places[10::29]]:
        rest = {place: regions for place, regions in certificate.invariant.items() if place != location}
        answer = against(replace(certificate, invariant=rest))
        assert not answer.holds
        assert answer.failed is not None and answer.failed.kind == "missing"
        name = node_name(certificate.scenario, location)
        assert answer.failed.target == name
        if location == places[0]:
            assert answer.failure == f"the initial location {name} is missing from the invariant"
        else:
            # The step that leads into the gap is named.
            assert answer.failed.place.edge is not None and answer.failed.place.edge.target == location
            assert answer.failure.startswith("obligation ") and f"leads to {name}" in answer.failure


def test_a_region_taken_from_a_location(certificate: Certificate) -> None:
    location, regions = next((loc, r) for loc, r in certificate.invariant.items() if len(r) > 1)
    answer = against(replace(certificate, invariant={**certificate.invariant, location: regions[:1]}))
    assert answer.failed is not None and answer.failed.kind == "escapes"
    assert answer.failed.place.edge is not None and answer.failed.place.edge.target == location


def test_a_tighter_bound_leaves_something_out(certificate: Certificate) -> None:
    for region in range(0, len(certificate.regions), 5):
        for row, (i, j, c, strict) in enumerate(certificate.regions[region]):
            answer = against(with_bound(certificate, region, row, (i, j, c - constant(F(1, 100)), strict)))
            assert not answer.holds, (region, certificate.regions[region], row)
            assert answer.failure.startswith("obligation ")


def test_a_weaker_bound_lets_something_in(certificate: Certificate) -> None:
    """Not every bound matters: what matters is noticed, and some bounds do."""
    noticed = 0
    for region in range(0, len(certificate.regions), 5):
        for row, (i, j, c, strict) in enumerate(certificate.regions[region]):
            noticed += not against(with_bound(certificate, region, row, (i, j, c + constant(1), strict))).holds
    assert noticed > 10


def test_a_strict_bound_made_weak_breaks_the_proof_at_exactly_two_msl(certificate: Certificate) -> None:
    """A segment lives less than MSL, not at most: were it at most, 2·MSL would not be enough."""
    failures = set()
    for region, rows in enumerate(certificate.regions):
        for row, (i, j, c, strict) in enumerate(rows):
            if strict and not failures:
                answer = against(with_bound(certificate, region, row, (i, j, c, False)))
                failures |= {answer.failure} - {""}
    assert failures


@pytest.mark.parametrize("model", ["rfc9293", "textbook+no-restart", "rfc9293+literal"])
def test_another_model(certificate: Certificate, model: str) -> None:
    answer = against(certificate, model)
    assert not answer.holds
    assert "missing" in answer.failure or "outside of the invariant" in answer.failure


def test_another_scope_or_shorter_durations(certificate: Certificate) -> None:
    assert not against(certificate, scope=replace(SMALL, duplicates=1)).holds
    assert not against(certificate, scope=replace(SMALL, losses=2)).holds
    for name, value in (("TIME_WAIT", F(199, 100)), ("MSL", F(101, 100)), ("RTO_MAX", F(11, 10))):
        answer = against(replace(certificate, assume=fixed({**certificate.values, name: value})))
        assert not answer.holds and answer.failure.startswith("obligation "), name


def test_an_image_that_is_not_one(certificate: Certificate) -> None:
    """Images are hints: a wrong one is refused, a missing one changes nothing."""
    kind = next(k for k, image in certificate.images.items() if image >= 0)
    assert not against(replace(certificate, images={**certificate.images, kind: -1})).holds
    assert against(replace(certificate, images={})).holds


def test_a_property_that_does_not_hold_has_no_certificate() -> None:
    """At 1.99 MSL an honest exploration is no proof of `drained`: the offending step is the failing obligation."""
    table = load("textbook").table
    system = Scenario(table, SMALL, observer=properties.observe, drain=properties.drain)
    values = {"MSL": F(1), "RTO_MAX": F(1), "TIME_WAIT": F(199, 100)}
    run = explore(Skeleton(system), values)
    assert run.complete and "drained" in run.first
    honest = certify(run, system, "textbook", ["no-assassination"], values)
    assert against(honest).holds
    answer = against(replace(honest, properties=("drained",)))
    assert answer.failed is not None and answer.failed.kind == "breaks" and answer.failed.properties == ("drained",)
    assert "the time-wait timer of " in answer.failure and "breaks drained" in answer.failure
    assert answer.failed.parameters == values
