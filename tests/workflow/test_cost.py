"""What durations cost: arithmetic against published figures, regions along one parameter, and bounds put in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction as F
from pathlib import Path

import pytest

from tcpverify.errors import UsageError
from tcpverify.lang.linear import Linear, constant, parameter
from tcpverify.lang.region import Condition
from tcpverify.tcp.registry import load
from tcpverify.tcp.scope import UNLIMITED, Scope
from tcpverify.views.cost import cost_lines
from tcpverify.workflow.bound import domain_of
from tcpverify.workflow.cost import cost, free_after, priced
from tcpverify.workflow.derived import BoundReport, BoundRequest, Cut, Proof
from tcpverify.workflow.prices import AFFORDABLE, NAMED, OWN, PORTS, SHORTEST, WITHIN, CostReport, CostRequest
from tcpverify.workflow.results import Assurance
from tcpverify.workflow.slices import (
    SAFE,
    UNDECIDED,
    UNSAFE,
    WITHIN_SCOPE,
    Interval,
    between,
    safe_along,
    union,
    verdict_at,
)

NAMES = ("MSL", "RTO_MAX", "TIME_WAIT")
ANY = Scope(retransmissions=UNLIMITED, duplicates=UNLIMITED)
QUICK = Scope(losses=0, retransmissions=0, calls=("open", "close-in-turn"))


def more(strict: bool = False, **terms: int) -> Condition:
    return tuple(terms.get(n, 0) for n in NAMES), strict


def report(
    proofs: Sequence[tuple[Sequence[Condition], bool]], cuts: Sequence[Sequence[Condition]] = (), left: bool = False
) -> BoundReport:
    domain = domain_of(NAMES)
    proved = [Proof(domain.meet(*part), ANY if free else Scope(), "all", Assurance("", 1)) for part, free in proofs]
    return BoundReport(
        request=BoundRequest("m"), model="m", title="", own=Linear.of({"MSL": 2}), names=NAMES, domain=domain,
        safe=[p.region for p in proved], cuts=[Cut(tuple(c), domain.meet(*c), 1, Scope()) for c in cuts],
        proofs=proved, open=[domain] if left else [],
    )  # fmt: skip


TWICE = more(TIME_WAIT=1, MSL=-2)
VALUES = {"MSL": F(120), "RTO_MAX": F(60)}


# ------------------------------------------------------------ slices


def test_a_region_along_one_parameter() -> None:
    rows = [TWICE, more(True, TIME_WAIT=1, RTO_MAX=-3), more(TIME_WAIT=-1, MSL=5)]
    assert between(rows, NAMES, VALUES, "TIME_WAIT") == Interval(F(240), True, F(600), True)
    assert between(rows, NAMES, {**VALUES, "RTO_MAX": F(100)}, "TIME_WAIT") == Interval(F(300), False, F(600), True)
    assert between(rows, NAMES, {**VALUES, "RTO_MAX": F(200)}, "TIME_WAIT") is None
    assert between(rows, NAMES, {"RTO_MAX": F(60), "TIME_WAIT": F(200)}, "MSL") == Interval(F(40), True, F(100), True)
    # A condition that does not mention the parameter holds everywhere or nowhere; strict ones not at zero.
    assert between([more(MSL=1, RTO_MAX=-2)], NAMES, VALUES, "TIME_WAIT") == Interval(F(0), True)
    assert between([more(True, MSL=1, RTO_MAX=-2)], NAMES, VALUES, "TIME_WAIT") is None
    point = [more(TIME_WAIT=1, MSL=-1), more(TIME_WAIT=-1, MSL=1)]
    assert between(point, NAMES, VALUES, "TIME_WAIT") == Interval(F(120), True, F(120), True)
    assert between([*point, more(True, TIME_WAIT=1, MSL=-1)], NAMES, VALUES, "TIME_WAIT") is None


@pytest.mark.parametrize(
    ("parts", "together"),
    [
        ([(0, True, 1, True), (1, False, 2, False)], [(0, True, 2, False)]),
        ([(0, True, 1, False), (1, False, 2, False)], [(0, True, 1, False), (1, False, 2, False)]),
        ([(3, True, None, False), (1, True, 5, True)], [(1, True, None, False)]),
        ([(0, True, 9, True), (1, True, 2, True)], [(0, True, 9, True)]),
        ([(0, False, 1, False), (0, True, 1, True)], [(0, True, 1, True)]),
    ],
)
def test_a_union_has_no_seams(parts: list[tuple], together: list[tuple]) -> None:  # type: ignore[type-arg]
    found = union(Interval(*part) for part in parts)
    assert found == [Interval(*part) for part in together]
    for value in (F(n, 2) for n in range(20)):
        assert any(Interval(*p).has(value) for p in parts) == any(p.has(value) for p in found)


def test_what_is_known_of_a_point() -> None:
    short, rest = more(TIME_WAIT=1, MSL=-1), more(True, TIME_WAIT=-1, MSL=1)
    found = report([([TWICE], True), ([short], False)], [[rest]])
    verdicts = [verdict_at(found, {**VALUES, "TIME_WAIT": F(t)}) for t in (240, 120, 119)]
    assert verdicts == [SAFE, WITHIN_SCOPE, UNSAFE]
    some = report([([TWICE], True)], [[rest]], left=True)
    assert [verdict_at(some, {**VALUES, "TIME_WAIT": F(t)}) for t in (240, 120, 119)] == [SAFE, UNDECIDED, UNSAFE]
    assert safe_along(found, VALUES) == [Interval(F(120), True)]
    assert safe_along(found, VALUES, unbounded=True) == [Interval(F(240), True)]


# ------------------------------------------------------------ prices


def test_the_arithmetic_that_everybody_knows() -> None:
    request = CostRequest()
    assert PORTS == 28232
    assert request.fastest(F(60)) == F(28232, 60) and round(float(request.fastest(F(60)) or 0), 2) == 470.53
    assert request.fastest(F(0)) is None
    assert request.affordable == F(28232, 1000)
    # 10,000 connections a second for a minute: 600,000 sockets (a figure of Bernat's).
    assert replace(request, rate=F(10_000), bytes=256).price(F(60)) == (F(28232, 60), 600_000, 600_000 * 256)


def test_roles_and_their_order() -> None:
    sooner = more(True, TIME_WAIT=1, MSL=-1, RTO_MAX=-1)
    found = report([([TWICE], True), ([sooner], False)], [[]])
    row = priced(CostRequest(time_waits=(Linear.of({"MSL": 3}), Linear.of({"": 1}))), found, VALUES)
    said = [(d.role, d.time_wait, d.verdict, d.attained) for d in row.durations]
    assert said == [
        (OWN, 240, SAFE, True), (SHORTEST, 240, SAFE, True), (WITHIN, 180, WITHIN_SCOPE, False),
        (AFFORDABLE, F(28232, 1000), UNSAFE, True), (NAMED, 360, SAFE, True), (NAMED, 1, UNSAFE, True),
    ]  # fmt: skip
    assert row.safe_msl(F(60)) == [Interval(F(0), False, F(30), True)]


def test_where_nothing_is_safe_there_is_no_shortest() -> None:
    row = priced(CostRequest(), report([], [[]]), VALUES)
    assert [d.role for d in row.durations] == [OWN, AFFORDABLE] and row.exact
    assert row.safe_msl(F(60)) == []


# ------------------------------------------------------------ for real


def test_bounds_are_derived_and_put_in_numbers() -> None:
    found = cost(CostRequest(("textbook", "rfc9293"), scope=QUICK, given={"MSL": F(30)}))
    books, text = found.models
    assert found.exit_status == 0 and books.exact and text.exact
    assert (books.values["MSL"], books.values["RTO_MAX"]) == (30, 120)
    shortest = books.role(SHORTEST)
    assert shortest is not None
    assert (shortest.time_wait, shortest.price.fastest) == (60, F(28232, 60))
    assert text.safe() == [] and text.role(SHORTEST) is None
    own = text.role(OWN)
    assert own is not None and own.verdict == UNSAFE


def test_a_model_that_cannot_be_asked_has_a_row() -> None:
    with pytest.raises(UsageError, match="endless runs"):
        cost(CostRequest(property="termination"))
    with pytest.raises(UsageError, match="no TIME_WAIT"):
        cost(CostRequest(("textbook", "fig5")))
    with pytest.raises(UsageError, match="RTO_MIN"):
        cost(CostRequest(given={"RTO_MIN": F(200)}))
    stopped = cost(CostRequest(("textbook", "rfc9293"), scope=QUICK), interrupted=lambda: True)
    assert stopped.exit_status == 130
    assert all(m.bound is None and "interrupted" in m.error for m in stopped.models)


def test_what_time_does_not_allow_is_not_passed_off_as_exact() -> None:
    found = cost(CostRequest(("textbook",), scope=Scope(losses=2, retransmissions=2), seconds=0.3))
    (row,) = found.models
    assert found.exit_status == 3 and not row.exact
    assert UNDECIDED in {d.verdict for d in row.durations}


# ------------------------------------------------------------ ports that come back before


def test_a_port_is_free_when_a_rule_lets_its_own_end_open_again(tmp_path: Path) -> None:
    delay = {"REUSE_DELAY": F(1), "PAUSE": F(3)}
    reuse = load("linux-tw-reuse").table
    assert free_after(reuse, delay, True) == parameter("REUSE_DELAY")
    assert free_after(reuse, delay, False) is None, "it asks for timestamps"
    assert free_after(load("linux").table, {}, True) is None
    mine = tmp_path / "mine.py"
    mine.write_text(
        "from tcpverify.tcp.vocabulary import *\n"
        "rule = lambda what, guard: insert(Rule(f'TIME-WAIT.{what}', 'TIME-WAIT', 'OPEN-ACTIVE', '-', '', guard,\n"
        "    to='SYN-SENT', assign={'ISS': NEW_ISS, 'SND.UNA': NEW_ISS, 'SND.NXT': NEW_ISS + 1},\n"
        "    emits=(segment(ISS, syn=True),), tags=frozenset({'opens'})), before='TIME-WAIT.open-active')\n"
        "AMENDMENT = Amendment('mine', 'mine', '-', (rule('late', elapsed('time-wait', parameter('PAUSE'))),),\n"
        "    numbers={'PAUSE': constant(3)})\n",
        encoding="utf-8",
    )
    assert free_after(load(f"rfc9293+{mine}").table, delay, False) == parameter("PAUSE")
    mine.write_text(mine.read_text().replace("elapsed(", "~elapsed("), encoding="utf-8")
    assert free_after(load(f"rfc9293+{mine}").table, delay, False) == constant(0)


def test_what_such_a_port_is_worth() -> None:
    asked = CostRequest(("m",), rate=F(100))
    values = {"MSL": F(30), "RTO_MAX": F(120)}
    found = priced(asked, report([((TWICE,), True)]), values, load("rfc9293+tw-reuse"))
    own = found.role(OWN)
    assert found.freed == 1 and own and own.time_wait == 60 and own.price.fastest == PORTS
    # The rate is within reach whatever TIME-WAIT lasts.
    assert found.role(AFFORDABLE) is None
    text = "".join(s.text for row in cost_lines(CostReport(asked, [found]), 300) for s in row)
    assert "may itself open again after REUSE_DELAY = 1s" in text
    slow = priced(asked, report([((TWICE,), True)]), {**values, "REUSE_DELAY": F(90)}, load("rfc9293+tw-reuse"))
    own = slow.role(OWN)
    assert own and own.price.fastest == F(PORTS, 60)
