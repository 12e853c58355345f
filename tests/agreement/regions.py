"""Derived regions against the numeric engine, point by point: what `bound` says of all values, `check` says of each.

``python -m tests.agreement.regions`` compares thousands of points, ``... 100`` a hundred for every case, and
``... 100 literal`` only the cases that contain the word; `tests/workflow/test_bound.py` compares a few hundred.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any, NamedTuple

from tcpverify.engines.explore import Budget, explore
from tcpverify.engines.skeleton import Skeleton
from tcpverify.tcp import properties
from tcpverify.tcp.registry import load
from tcpverify.tcp.scenario import Scenario
from tcpverify.tcp.scope import Scope
from tcpverify.workflow.bound import bound
from tcpverify.workflow.derived import BoundReport, BoundRequest

__all__ = ["CASES", "FEWER", "Case", "disagreements", "known"]

IN_TURN = ("open", "close-in-turn")
AMOUNTS = tuple(Fraction(n, d) for n, d in ((1, 3), (1, 2), (1, 1), (3, 2), (2, 1), (3, 1), (7, 2), (5, 1)))
BESIDE = tuple(Fraction(n, d) for n, d in ((-1, 7), (-1, 100), (-1, 1000), (0, 1), (1, 1000), (1, 100), (1, 7)))
Point = tuple[Fraction, ...]


class Case(NamedTuple):
    """A model, a property, and what differs from the default scope."""

    model: str
    property: str
    differs: tuple[tuple[str, Any], ...] = ()

    @property
    def scope(self) -> Scope:
        return Scope(**dict(self.differs))

    def __str__(self) -> str:
        return " ".join([self.model, self.property, *(f"{n}={v}" for n, v in self.differs)])


QUIET = ("losses", 0)
CASES: tuple[Case, ...] = (
    Case("textbook", "drained", (QUIET,)),
    Case("textbook", "no-old-segment", (QUIET,)),
    Case("textbook", "drained"),
    Case("textbook+no-restart", "drained", (QUIET,)),
    Case("rfc9293+rfc1337", "drained", (QUIET,)),
    Case("rfc9293+rfc1337", "drained", (QUIET, ("calls", IN_TURN))),
    Case("rfc9293+rfc1337+literal", "drained", (QUIET, ("calls", IN_TURN))),
    Case("rfc9293", "no-assassination", (QUIET,)),
    Case("textbook", "graceful-close", (QUIET, ("incarnations", 1))),
    Case("textbook", "graceful-close", (("incarnations", 1),)),
)
#: a point of these takes longer
FEWER = {str(CASES[2]): 10, str(CASES[9]): 10}


@cache
def known(case: Case) -> BoundReport:
    """The region, without certificates."""
    return bound(BoundRequest(case.model, case.property, case.scope, certify=False))


@cache
def _skeleton(model: str, scope: Scope) -> Skeleton:
    return Skeleton(Scenario(load(model).table, scope, observer=properties.observe, drain=properties.drain))


def points(report: BoundReport, random: Random) -> Iterator[Point]:
    """Values anywhere, and more of them on borders of the region and just beside."""
    rows = [row for piece in (*report.safe, *report.cuts) for row, _ in piece.conditions if row[-1]]
    while True:
        msl, rto = random.choice(AMOUNTS), random.choice(AMOUNTS)
        time_wait = Fraction(random.randrange(60), 4)
        if rows and random.random() < 0.7:
            row = random.choice(rows)
            time_wait = -(row[0] * msl + row[1] * rto) / row[2] + random.choice(BESIDE)
        if time_wait >= 0:
            yield msl, rto, time_wait


def disagreements(case: Case, count: int, seed: int) -> tuple[list[Point], int]:
    """The points at which exploring with numbers answers otherwise, and at how many the property holds."""
    report, skeleton = known(case), _skeleton(case.model, case.scope)
    wrong, safe = [], 0
    source = points(report, Random(f"{case} {seed}"))
    for _ in range(count):
        point = next(source)
        expected = any(piece.inside(point) for piece in report.safe)
        run = explore(
            skeleton, dict(zip(report.names, point, strict=True)), until=frozenset({case.property}),
            budget=Budget(seconds=120),
        )  # fmt: skip
        holds = case.property not in run.first
        assert run.complete or not holds
        safe += holds
        if holds != expected:
            wrong.append(point)
    return wrong, safe


def main(words: list[str]) -> int:
    """Compare, and print one line for each case; the exit status says whether all points agree."""
    count, failed = int(words[0]) if words else 300, 0
    for case in CASES:
        if not all(word in str(case) for word in words[1:]):
            continue
        began = time.perf_counter()
        wrong, safe = disagreements(case, count, 1)
        failed += len(wrong)
        print(f"{case}: {count} points, {safe} safe, {len(wrong)} disagree, {time.perf_counter() - began:.0f} s")
        for point in wrong:
            print("   ", ", ".join(f"{n} = {v}" for n, v in zip(known(case).names, point, strict=True)))
        sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
