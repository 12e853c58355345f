"""`bound` derives the known regions, agrees with numbers everywhere, and claims nothing when it is stopped."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from tcpverify.engines.derivation import complement, minus
from tcpverify.evidence.everywhere import covered
from tcpverify.lang.region import Condition, Region
from tcpverify.tcp.scope import Scope
from tcpverify.workflow.bound import bound, domain_of
from tcpverify.workflow.derived import EXACT, SUFFICIENT, UNDECIDED, BoundReport, BoundRequest
from tests.agreement.regions import CASES, FEWER, Case, disagreements, known

NAMES = ("MSL", "RTO_MAX", "TIME_WAIT")
DOMAIN = domain_of(NAMES)
#: what each case is proved for, as alternatives of conditions, and whether for any number of copies
TWO, THREE, FOUR = (((-n, 0, 1), False) for n in (2, 3, 4))
ONE_MORE, THREE_MORE = (((-n, -1, 1), False) for n in (1, 3))
#: a peer that may send its FIN twice has given up by then
GIVEN_UP: Condition = ((0, -2, 1), True)
EXPECTED: tuple[tuple[tuple[tuple[Condition, ...], ...], bool], ...] = (
    (((TWO,),), True),
    (((TWO,),), True),
    (((TWO, ONE_MORE),), True),
    (((FOUR,), (THREE_MORE,)), False),
    ((), False),
    (((THREE,),), True),
    (((FOUR,), (THREE_MORE,)), False),
    ((), False),
    (((((-1, 0, 1), False),), (GIVEN_UP,)), False),
    (((ONE_MORE,), (GIVEN_UP,)), False),
)


@pytest.fixture(scope="module", autouse=True)
def without_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def same(one: list[Region], other: list[Region]) -> bool:
    """Whether two lists of pieces have the same union."""
    def within(pieces: list[Region], others: list[Region]) -> bool:
        for piece in others:
            pieces = minus(pieces, piece.conditions, DOMAIN)
        return not pieces

    return within(one, other) and within(other, one)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_known_regions(case: Case) -> None:
    report = known(case)
    pieces, unbounded = EXPECTED[CASES.index(case)]
    assert report.names == NAMES and report.domain.conditions == DOMAIN.conditions
    assert (report.status, report.unbounded, list(report.open)) == (EXACT, unbounded, [])
    assert same(list(report.safe), [DOMAIN.meet(*piece) for piece in pieces])
    assert same(list(report.safe), complement([cut.conditions for cut in report.cuts], DOMAIN))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_nothing_is_both_proved_and_refuted_or_neither(case: Case) -> None:
    report = known(case)
    for proof in report.proofs:
        assert all(proof.region.meet(*cut.conditions).empty for cut in report.cuts)
        assert all(proof.region.meet(*cut.region.conditions).empty for cut in report.cuts)
    known_pieces = [p.region.conditions for p in report.proofs] + [c.region.conditions for c in report.cuts]
    assert covered(NAMES, DOMAIN.conditions, known_pieces)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_numbers_agree(case: Case) -> None:
    wrong, safe = disagreements(case, FEWER.get(str(case), 35), 0)
    assert not wrong
    assert safe > 0 or not known(case).safe


# ------------------------------------------------------------ stopped before the end


def claims_nothing_wrong(report: BoundReport, whole: BoundReport) -> None:
    assert (report.status == EXACT) == (not report.open)
    assert report.status == (EXACT if not report.open else SUFFICIENT if report.proofs else UNDECIDED)
    for piece in report.safe:
        assert same([piece, *whole.safe], list(whole.safe)), "something unsafe is called safe"
    for cut in report.cuts:
        assert all(piece.meet(*cut.conditions).empty for piece in whole.safe), "something safe is cut off"
    found = [*(p.conditions for p in report.safe), *(p.conditions for p in report.open)]
    assert covered(NAMES, DOMAIN.conditions, [*found, *(c.conditions for c in report.cuts)])


@pytest.mark.parametrize("seconds", [1e-9, 0.05, 0.4])
def test_out_of_time(seconds: float) -> None:
    case = CASES[3]
    report = bound(BoundRequest(case.model, case.property, case.scope, certify=False, seconds=seconds))
    claims_nothing_wrong(report, known(case))
    assert not report.interrupted
    assert report.exit_status == (0 if report.status == EXACT else 3)
    if seconds < 1e-6:
        assert (report.status, report.unbounded, list(report.proofs)) == (UNDECIDED, False, [])


@pytest.mark.parametrize(("moment", "status"), [
    ("searching, 0 cut off, 0 proved", UNDECIDED), ("searching, 1 cut off, 0 proved", UNDECIDED),
    ("1 proved", SUFFICIENT),
])  # fmt: skip
def test_interrupted(moment: str, status: str) -> None:
    case, said = CASES[3], [""]
    request = BoundRequest(case.model, case.property, case.scope, certify=False)

    def progress(states: int, transitions: int, depth: int, what: str) -> None:
        said[0] = what

    report = bound(request, progress, lambda: said[0].endswith(moment))
    claims_nothing_wrong(report, known(case))
    assert (report.status, report.interrupted, report.exit_status) == (status, True, 130)
    assert report.open


def test_what_is_asked_for_within_the_scope_stays_there() -> None:
    request = BoundRequest("textbook", "drained", Scope(losses=0, duplicates=1), certify=False, beyond=False)
    report = bound(request)
    assert (report.status, report.unbounded) == (EXACT, False)
    assert same(list(report.safe), list(known(CASES[0]).safe))
