"""Parametric zones against numeric ones, point by point: the same matrices, the same steps, the same answers."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tcpverify.engines.derivation import path_region
from tcpverify.engines.explore import Exploration, explore
from tcpverify.engines.minima import row_of
from tcpverify.engines.parametric import ParametricZones
from tcpverify.engines.skeleton import Resolver, Skeleton
from tcpverify.engines.zones import EMPTY, INFINITE, Zones
from tcpverify.evidence.everywhere import possible_everywhere
from tcpverify.evidence.times import constraints_of, feasible
from tcpverify.lang.linear import Linear, parameter
from tcpverify.lang.region import Region
from tcpverify.lang.system import Constraint, Edge
from tests.agreement.strategies import RandomModel, random_models

F = Fraction
NAMES = ("A", "B", "ONE")
#: A and B are anything, the unit is positive
DOMAIN = Region(3).meet(((0, 0, 1), True))
AMOUNTS = (F(0), F(1, 2), F(1), F(5, 3), F(2), F(3), F(7, 2))
POINTS = tuple(product(AMOUNTS, AMOUNTS, (F(1),)))
SETTINGS = settings(
    derandomize=True, max_examples=70, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # fmt: skip
Point = tuple[Fraction, ...]


class InUnits:
    """A system whose constants are multiples of the parameter ONE, so that every duration can be scaled."""

    def __init__(self, model: RandomModel) -> None:
        self.inner = model.system
        self.text = model.text

    def __repr__(self) -> str:
        return self.text

    def initial(self) -> Any:
        return self.inner.initial()

    def invariant(self, location: Hashable) -> tuple[Constraint, ...]:
        return self._scaled(self.inner.invariant(location))

    def edges(self, location: Hashable) -> list[Edge]:
        return [edge._replace(guard=self._scaled(edge.guard)) for edge in self.inner.edges(location)]

    @staticmethod
    def _scaled(rows: Sequence[Constraint]) -> tuple[Constraint, ...]:
        return tuple(
            row._replace(bound=Linear.of({name or "ONE": factor for name, factor in row.bound.terms})) for row in rows
        )


models = random_models().map(InUnits)


def numbers(point: Point) -> dict[str, Fraction]:
    return dict(zip(NAMES, point, strict=True))


class Patient(ParametricZones):
    """Ends where the search has no end, since clocks are added up without bound: there steps are left out."""

    ended = False

    def apply(self, zone: int, step: Any) -> int:
        self.ended = self.ended or len(self) > 200
        return EMPTY if self.ended else super().apply(zone, step)


def parametric(skeleton: Skeleton, widest: int, domain: Region = DOMAIN, merge: int = 0) -> Exploration:
    run = explore(skeleton, {}, space=Patient(skeleton, NAMES, domain, widest), merge=merge)
    if run.zones.ended:
        run.stopped = "zones"
    return run


def reached(run: Exploration, point: Point | None = None) -> set[tuple[int, int]]:
    """Steps that can be taken (-1: being there); of a parametric exploration, those at one point."""

    def here(zone: int) -> bool:
        return zone != EMPTY and (point is None or run.zones.region(zone).inside(point))

    found = set()
    for state in range(len(run)):
        zone, location = run.zone[state], run.location[state]
        if here(zone):
            found.add((location, -1))
            steps = enumerate(run.skeleton.expand(location))
            found |= {(location, i) for i, (_, pattern, _) in steps if here(run.after(zone, pattern))}
    return found


@given(models, st.lists(st.sampled_from(POINTS), min_size=4, max_size=4))
@SETTINGS
def test_one_exploration_is_all_numeric_ones(system: InUnits, points: list[Point]) -> None:
    skeleton = Skeleton(system)
    run = parametric(skeleton, 0)
    for point in points:
        expected = reached(explore(skeleton, numbers(point)))
        found = reached(run, point)
        assert found == expected if run.complete else found <= expected, point


@given(models, st.lists(st.sampled_from(POINTS), min_size=4, max_size=4), st.integers(0, 3), st.integers(0, 2))
@SETTINGS
def test_what_is_forgotten_or_joined_adds_behaviour_and_loses_none(
    system: InUnits, points: list[Point], widest: int, merge: int
) -> None:
    assume(widest or merge)
    skeleton = Skeleton(system)
    run = parametric(skeleton, widest, merge=merge)
    assume(run.complete)
    for point in points:
        assert reached(run, point) >= reached(explore(skeleton, numbers(point))), point


@given(models, st.lists(st.tuples(*[st.integers(-2, 2)] * 3, st.booleans()), max_size=2))
@SETTINGS
def test_within_a_region(system: InUnits, conditions: list[tuple[int, int, int, bool]]) -> None:
    """What is left out since it follows in the region is left out rightly, and nothing is found outside of it."""
    domain = DOMAIN.meet(*((tuple(c[:3]), c[3]) for c in conditions))
    assume(not domain.empty)
    skeleton = Skeleton(system)
    run = parametric(skeleton, 0, domain)
    assume(run.complete)
    for point in POINTS[::5]:
        found = reached(run, point)
        assert found == (reached(explore(skeleton, numbers(point))) if domain.inside(point) else set()), point


# ------------------------------------------------------------ one path, without abstraction


def walk(system: InUnits, choices: Sequence[int]) -> list[Edge]:
    path: list[Edge] = []
    location: Hashable = next(iter(system.initial()))[0]
    for choice in choices:
        edges = system.edges(location)
        if not edges:
            break
        path.append(edges[choice % len(edges)])
        location = path[-1].target
    return path


def numeric_zones(system: InUnits, path: Sequence[Edge], point: Point) -> Iterator[tuple[tuple[int, ...], int]]:
    """The exact zone after each step, and the scale of its numbers, until there is none."""
    skeleton = Skeleton(system)
    resolver, zones = Resolver(skeleton, numbers(point)), Zones()
    ((start, clocks),) = system.initial()
    guard: Sequence[Constraint] = ()
    carry: tuple[int, ...] = (-1,) * clocks
    zone, location = EMPTY, start
    for edge in [None, *path]:
        if edge is not None:
            guard, carry, location = edge.guard, edge.carry, edge.target
        number = skeleton._pattern(guard, carry, skeleton.shape_of[skeleton.number(location)])
        far = (10**9,) * len(carry)
        step = resolver.step(number)._replace(lower=far, upper=far)
        zone = zones.start(step) if edge is None else zones.apply(zone, step)
        if zone == EMPTY:
            return
        yield zones.matrix(zone), resolver.scale


def worth(minimum: Sequence[tuple[Any, bool]], point: Point, scale: int) -> int:
    """A formal minimum at a point, as an entry of a numeric matrix."""
    found = INFINITE
    for row, strict in minimum:
        value = scale * sum(a * b for a, b in zip(row, point, strict=True))
        assert value == int(value)
        found = min(found, 2 * int(value) + (not strict))
    return found


@given(models, st.lists(st.integers(0, 9), max_size=6), st.lists(st.sampled_from(POINTS), min_size=5, max_size=5))
@SETTINGS
def test_along_a_path_the_matrices_are_the_numeric_ones(
    system: InUnits, choices: list[int], points: list[Point]
) -> None:
    path = walk(system, choices)
    ((start, clocks),) = system.initial()
    space = ParametricZones(None, NAMES, DOMAIN, exact=True)
    zones = [space.start(space.step_of((), (-1,) * clocks, system.invariant(start)))]
    for edge in path:
        if zones[-1] != EMPTY:
            zones.append(space.apply(zones[-1], space.step_of(edge.guard, edge.carry, system.invariant(edge.target))))
    possible = [zone for zone in zones if zone != EMPTY]
    for point in points:
        expected = list(numeric_zones(system, path, point))
        found = [zone for zone in possible if space.region(zone).inside(point)]
        assert found == possible[: len(expected)] and len(found) == len(expected), point
        for zone, (matrix, scale) in zip(found, expected, strict=True):
            assert tuple(worth(space.entries[e], point, scale) for e in space.matrix(zone)) == matrix, point


@given(models, st.lists(st.integers(0, 9), min_size=1, max_size=6), st.lists(st.sampled_from(POINTS), max_size=4))
@SETTINGS
def test_a_path_is_possible_exactly_in_its_region(
    system: InUnits, choices: list[int], points: list[Point]
) -> None:
    path = walk(system, choices)
    assume(path)
    ((start, clocks),) = system.initial()
    rows = [(edge, system.invariant(edge.target)) for edge in path]
    region = path_region(clocks, system.invariant(start), rows, NAMES, DOMAIN)
    if region is not None:
        assert possible_everywhere(system, start, clocks, path, NAMES, region.conditions)
        if region.conditions != DOMAIN.conditions:
            assert not possible_everywhere(system, start, clocks, path, NAMES, DOMAIN.conditions)
    for point in points:
        times = feasible(constraints_of(system, start, clocks, path, numbers(point)), len(path))
        assert (times is not None) == (region is not None and region.inside(point)), point


# ------------------------------------------------------------ cases worked out by hand


def test_a_bound_that_only_some_values_undercut_stays_a_minimum() -> None:
    """Neither of x =< A and x =< B is left out, and A < B does not split the region; in its part one of them is."""
    space = ParametricZones(None, ("A", "B"), Region(2))
    rows = tuple(Constraint(0, "<=", parameter(name)) for name in "AB")
    limits = (((1, 0), (0, 1)),), (((1, 0), (0, 1)),)
    zone = space.start(space.step_of((), (-1,), rows, *limits))
    assert space.entries[space.matrix(zone)[2]] == (((0, 1), False), ((1, 0), False))
    assert len(space.regions) == 1
    zone = space.apply(zone, space.step_of((Constraint(0, ">", parameter("A")),), (0,), rows, *limits))
    assert zone == EMPTY
    other = ParametricZones(None, ("A", "B"), Region(2).meet(((-1, 1), True)))
    zone = other.start(other.step_of((), (-1,), rows, *limits))
    assert other.entries[other.matrix(zone)[2]] == (((1, 0), False),)


def test_a_minimum_is_below_a_mean_though_neither_of_its_bounds_is() -> None:
    space = ParametricZones(None, ("A", "B"), Region(2))
    least = space.entry([((1, 0), False), ((0, 1), False)])
    mean = ((F(1, 2), F(1, 2)), False)
    assert space.below(0, least, space.entry([mean])) and not space.below(0, space.entry([mean]), least)
    # Where A = B all are equal, and only a strict bound is below a strict one.
    assert not space.below(0, least, space.entry([(mean[0], True)]))
    assert space.below(0, space.entry([((1, 0), True), ((0, 1), True)]), space.entry([(mean[0], True)]))


def test_abstraction_compares_strictly() -> None:
    """A bound that equals a limit is kept; one that exceeds it everywhere says nothing."""
    space = ParametricZones(None, ("A", "B"), Region(2).meet(((1, -1), True)))
    a, b = space.entry([((1, 0), False)]), space.entry([((0, 1), False)])
    assert space.not_above(0, a, ((1, 0),)) == a
    assert space.not_above(0, b, ((1, 0),)) == b
    assert space.not_above(0, a, ((0, 1),)) == 0
    assert not space.beyond(0, space.entry([((-1, 0), True)]), ((1, 0),))
    assert space.beyond(0, space.entry([((-1, 0), False)]), ((0, 1),))


def test_an_unknown_parameter_is_named() -> None:
    with pytest.raises(KeyError, match="C"):
        row_of(parameter("C") + parameter("A"), ("A", "B"))


@given(models, st.lists(st.sampled_from(POINTS), min_size=6, max_size=6))
@SETTINGS
def test_a_joined_zone_contains_both(system: InUnits, points: list[Point]) -> None:
    skeleton = Skeleton(system)
    run = parametric(skeleton, 0)
    space = run.zones
    for states in run.at.values():
        for first, second in pairwise(states[:6]):
            joined = space.join(run.zone[first], run.zone[second])
            for zone in (run.zone[first], run.zone[second]):
                assert space.includes(joined, zone)
                for point in points:
                    if not space.region(zone).inside(point):
                        continue
                    assert space.region(joined).inside(point)
                    larger, smaller = (
                        [worth(space.entries[e], point, 6) for e in space.matrix(z)] for z in (joined, zone)
                    )
                    assert all(a >= b for a, b in zip(larger, smaller, strict=True)), point
