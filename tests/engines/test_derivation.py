"""Regions of parameters: pieces and cuts against Z3, and textbook models with their published conditions."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from tcpverify.engines.derivation import complement, minus, path_region, simplified
from tcpverify.engines.explore import explore
from tcpverify.engines.parametric import ParametricZones
from tcpverify.engines.skeleton import Skeleton
from tcpverify.evidence.everywhere import covered
from tcpverify.lang.linear import Linear
from tcpverify.lang.region import Condition, Region
from tcpverify.lang.system import Constraint, Edge, TimedSystem
from tests.models.fischer import BOTH as BOTH_CRITICAL
from tests.models.fischer import fischer
from tests.models.train_gate import BOTH as BOTH_TRAINS
from tests.models.train_gate import train_gate

SETTINGS = settings(derandomize=True, max_examples=120, deadline=None)
F = Fraction
Cut = tuple[Condition, ...]


@st.composite
def cuttings(draw: st.DrawFn) -> tuple[Region, list[Cut]]:
    """A domain in which the first parameter is positive, and parts of it, perhaps empty, perhaps all of it."""
    size = draw(st.integers(2, 4))
    row = st.lists(st.integers(-2, 2), min_size=size, max_size=size).map(tuple)
    condition = st.tuples(row, st.booleans())
    first = tuple(int(i == 0) for i in range(size))
    domain = Region(size).meet((first, True), *draw(st.lists(condition, max_size=1)))
    return domain, draw(st.lists(st.lists(condition, max_size=3).map(tuple), max_size=4))


def said(cut: Sequence[Condition]) -> Any:
    rows = []
    for row, strict in cut:
        value = z3.Sum([z3.Q(F(c).numerator, F(c).denominator) * z3.Real(f"p{i}") for i, c in enumerate(row)])
        rows.append(value > 0 if strict else value >= 0)
    return z3.And(*rows)


def equal(domain: Region, one: Any, other: Any) -> bool:
    """Whether two formulas agree on all of a domain."""
    solver = z3.SolverFor("QF_LRA")
    solver.add(said(domain.conditions), *(z3.Real(f"p{i}") >= 0 for i in range(domain.size)), one != other)
    return bool(solver.check() == z3.unsat)


@given(cuttings())
@SETTINGS
def test_the_complement_is_everything_that_no_cut_contains(case: tuple[Region, list[Cut]]) -> None:
    domain, cuts = case
    pieces = complement(cuts, domain)
    inside = z3.Or(*(said(p.conditions) for p in pieces if not p.empty))
    assert equal(domain, inside, z3.Not(z3.Or(*map(said, cuts))))
    assert all(domain.includes(p) for p in pieces)
    for i, piece in enumerate(pieces):
        assert not any(other.includes(piece) for k, other in enumerate(pieces) if k != i), "a piece within another"
    names = [f"p{i}" for i in range(domain.size)]
    if not domain.empty:
        assert covered(names, domain.conditions, [*cuts, *(p.conditions for p in pieces)])
        for i, piece in enumerate(pieces):
            assert not covered(names, domain.meet(*piece.conditions).conditions, cuts), i


@given(cuttings())
@SETTINGS
def test_minus_takes_away_exactly_the_cut(case: tuple[Region, list[Cut]]) -> None:
    domain, cuts = case
    pieces = [domain.meet(*cut) for cut in cuts[1:]]
    left = minus(pieces, cuts[0] if cuts else (), domain)
    before = z3.Or(*(said(p.conditions) for p in pieces))
    after = z3.Or(*(said(p.conditions) for p in left))
    assert equal(domain, after, z3.And(before, z3.Not(said(cuts[0] if cuts else ()))))


@given(cuttings())
@SETTINGS
def test_simplified_adds_only_what_is_unsafe_already(case: tuple[Region, list[Cut]]) -> None:
    domain, cuts = case
    unsafe = domain.meet(*(cuts[0] if cuts else ()))
    if unsafe.empty:
        return
    others = cuts[1:]
    found = simplified(unsafe, others, domain)
    assert equal(domain, z3.Implies(said(unsafe.conditions), said(found)), z3.BoolVal(True)), "something is lost"
    known = z3.Or(said(unsafe.conditions), *map(said, others))
    assert equal(domain, z3.Implies(said(found), known), z3.BoolVal(True)), "something safe is cut off"
    for condition in found:
        rest = said([c for c in found if c != condition])
        assert not equal(domain, z3.Implies(rest, known), z3.BoolVal(True)), f"{condition} is superfluous"


def test_a_condition_that_other_cuts_make_superfluous_is_dropped() -> None:
    """x < y and y < 2x, where y >= 2x is known to be unsafe: x < y is all there is to say."""
    domain = Region(2).meet(((1, 0), True))
    unsafe = domain.meet(((-1, 1), True), ((2, -1), True))
    assert simplified(unsafe, [], domain) == (((-1, 1), True), ((2, -1), True))
    assert simplified(unsafe, [(((-2, 1), False),)], domain) == (((-1, 1), True),)
    # Without the border itself the condition is needed.
    assert len(simplified(unsafe, [(((-2, 1), True),)], domain)) == 2


# ------------------------------------------------------------ models with published answers


class Renamed:
    """A network with parameters in place of some of its constants."""

    def __init__(self, inner: TimedSystem, names: Mapping[int, str]) -> None:
        self.inner = inner
        self.names = {Linear.of({"": number}): Linear.of({name: 1}) for number, name in names.items()}

    def initial(self) -> Any:
        return self.inner.initial()

    def invariant(self, location: Hashable) -> tuple[Constraint, ...]:
        return self._put(self.inner.invariant(location))

    def edges(self, location: Hashable) -> list[Edge]:
        return [edge._replace(guard=self._put(edge.guard)) for edge in self.inner.edges(location)]

    def _put(self, rows: Sequence[Constraint]) -> tuple[Constraint, ...]:
        return tuple(row._replace(bound=self.names.get(row.bound, row.bound)) for row in rows)


def derived(system: TimedSystem, names: Sequence[str], domain: Region, mark: str) -> tuple[list[Cut], list[Region]]:
    """Cuts and proved pieces; together they are the domain."""
    skeleton = Skeleton(system)
    ((start, clocks),) = system.initial()
    cuts: list[Cut] = []
    proved: list[Region] = []
    for _ in range(20):
        left = [p for p in complement(cuts, domain) if not any(q.includes(p) for q in proved)]
        if not left:
            return cuts, proved
        run = explore(skeleton, {}, space=ParametricZones(skeleton, names, left[0]), until=frozenset({mark}))
        if mark not in run.first:
            assert run.complete
            proved.append(left[0])
            continue
        state, index = run.first[mark]
        steps = [*run.path(state), (state, index)]
        path = [skeleton.edge(run.location[s], i) for s, i in steps]
        rows = [(edge, system.invariant(edge.target)) for edge in path]
        region = path_region(clocks, system.invariant(start), rows, names, domain)
        assert region is not None and not region.meet(*left[0].conditions).empty
        cuts.append(simplified(region, cuts, domain))
    raise AssertionError(f"still open after 20 attempts: {cuts}")


@pytest.mark.parametrize("processes", [2, 3])
@pytest.mark.parametrize("strict_wait", [False, True])
def test_fischer_excludes_iff_the_wait_is_longer_than_the_write(processes: int, strict_wait: bool) -> None:
    """Abadi and Lamport: A < B, and A =< B where waiting is strict."""
    domain = Region(2).meet(((1, 0), True))
    cuts, proved = derived(fischer(processes, strict_wait=strict_wait), ("A", "B"), domain, BOTH_CRITICAL)
    assert cuts == [(((1, -1), strict_wait),)]
    assert [p.conditions for p in proved] == [domain.meet(((-1, 1), not strict_wait)).conditions]


def test_the_train_gate_must_react_within_ten() -> None:
    """Its durations are constants: multiples of one more parameter."""
    domain = Region(2).meet(((0, 1), True))
    cuts, proved = derived(train_gate(2), ("REACTION", ""), domain, BOTH_TRAINS)
    assert cuts == [(((1, -10), False),)]
    assert [p.conditions for p in proved] == [domain.meet(((-1, 10), True)).conditions]


def test_the_train_gate_in_general() -> None:
    """Where a train comes to the bridge no sooner than NEAR, can be stopped until NEAR, and leaves within 5."""
    names = ("REACTION", "NEAR", "FAR")
    system = Renamed(train_gate(2), {10: "NEAR", 20: "FAR", 3: "NEAR", 5: "FAR", 7: "NEAR", 15: "FAR"})
    domain = Region(3).meet(((0, 1, 0), True), ((0, -1, 1), True))
    cuts, proved = derived(system, names, domain, BOTH_TRAINS)
    skeleton = Skeleton(system)
    for point in product((F(0), F(1), F(2), F(3)), (F(1), F(2)), (F(5, 2), F(5))):
        run = explore(skeleton, dict(zip(names, point, strict=True)))
        safe = any(p.inside(point) for p in proved)
        assert safe == (BOTH_TRAINS not in run.first), point
        assert safe != any(domain.meet(*cut).inside(point) for cut in cuts), point
