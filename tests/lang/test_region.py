"""Convex sets of parameter values: every answer is one that Z3 gives, too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import pytest
import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from tcpverify.lang.region import Condition, Region, negated, normal

SETTINGS = settings(derandomize=True, max_examples=100, deadline=None)


def values(size: int) -> list[Any]:
    return [z3.Real(f"p{i}") for i in range(size)]


def said(condition: Condition, size: int) -> Any:
    """A condition as a formula."""
    row, strict = condition
    value = z3.Sum([z3.Q(Fraction(c).numerator, Fraction(c).denominator) * p
                    for c, p in zip(row, values(size), strict=True)])  # fmt: skip
    return value > 0 if strict else value >= 0


def cone(size: int, conditions: Iterable[Condition]) -> Any:
    """The conditions, and that no parameter is negative."""
    return z3.And(*(p >= 0 for p in values(size)), *(said(c, size) for c in conditions))


def points(size: int, conditions: Iterable[Condition]) -> Any:
    """What a region of these conditions means: no parameter is negative, and not all are zero."""
    return z3.And(z3.Sum(values(size)) > 0, cone(size, conditions))


def possible(formula: Any) -> bool:
    solver = z3.SolverFor("QF_LRA")
    solver.add(formula)
    answer = solver.check()
    assert answer != z3.unknown
    return bool(answer == z3.sat)


def rows(size: int, most: int) -> st.SearchStrategy[list[Condition]]:
    """Conditions with small coefficients, so that faces meet; now and then both signs of one: an equality."""
    row = st.lists(st.integers(-3, 3), min_size=size, max_size=size).map(tuple)
    one = st.tuples(row, st.booleans()).map(lambda c: [c])
    both = row.map(lambda r: [(r, False), (tuple(-v for v in r), False)])
    # Such a one touches the other parameters' face, often a low one.
    positive = st.lists(st.integers(0, 1), min_size=size, max_size=size).map(lambda r: [(tuple(r), True)])
    return st.lists(st.one_of(one, one, positive, both), max_size=most).map(lambda parts: [c for p in parts for c in p])


@st.composite
def cases(draw: st.DrawFn, most: int = 5) -> tuple[int, list[Condition], list[Condition]]:
    size = draw(st.integers(2, 5))
    return size, draw(rows(size, most)), draw(rows(size, 3))


def built(size: int, conditions: Sequence[Condition], at_once: bool) -> Region:
    region = Region(size)
    if at_once:
        return region.meet(*conditions)
    for condition in conditions:
        region = region.meet(condition)
    return region


@given(cases(), st.booleans())
@SETTINGS
def test_emptiness_conditions_and_points(case: tuple[int, list[Condition], list[Condition]], at_once: bool) -> None:
    size, conditions, _ = case
    region, meaning = built(size, conditions, at_once), points(size, conditions)
    assert region.empty == (not possible(meaning))
    if region.empty:
        return
    different = cone(size, conditions) != cone(size, region.conditions)
    assert not possible(different), "other conditions than those that were added"
    inner = region.point()
    assert region.inside(inner)
    assert possible(z3.And(meaning, *(p == z3.Q(v.numerator, v.denominator)
                                      for p, v in zip(values(size), inner, strict=True))))  # fmt: skip
    for condition in region.conditions:
        others = [c for c in region.conditions if c != condition]
        assert possible(z3.And(cone(size, others), z3.Not(said(condition, size)))), f"{condition} follows"


@given(cases(), st.booleans())
@SETTINGS
def test_rays_span_the_closure_and_none_is_superfluous(
    case: tuple[int, list[Condition], list[Condition]], at_once: bool
) -> None:
    size, conditions, _ = case
    region = built(size, conditions, at_once)
    closed = [(row, False) for row, _ in conditions]
    factors = [z3.Real(f"f{k}") for k in range(len(region.rays))]
    for ray in region.rays:
        assert all(sum(a * b for a, b in zip(row, ray, strict=True)) >= 0 for row, _ in closed)
        assert normal(ray) == ray and any(ray) and min(ray) >= 0
    assert len(set(region.rays)) == len(region.rays)
    # Farkas: where a row is not negative on all rays, it follows; so asking rows is asking rays.
    for i, ray in enumerate(region.rays):
        others = [(f, r) for k, (f, r) in enumerate(zip(factors, region.rays, strict=True)) if k != i]
        sums = [z3.Sum([f * r[c] for f, r in others] or [z3.RealVal(0)]) == ray[c] for c in range(size)]
        assert not possible(z3.And(*(f >= 0 for f in factors), *sums)), f"{ray} is no extreme ray"
    for probe in (*closed, *(((*(int(i == k) for i in range(size)),), False) for k in range(size))):
        everywhere = all(sum(a * b for a, b in zip(probe[0], ray, strict=True)) <= 0 for ray in region.rays)
        opposite = (tuple(-v for v in probe[0]), False)
        assert everywhere == (not possible(z3.And(points(size, closed), z3.Not(said(opposite, size)))))


@given(cases())
@SETTINGS
def test_what_holds_everywhere(case: tuple[int, list[Condition], list[Condition]]) -> None:
    size, conditions, asked = case
    region = Region(size).meet(*conditions)
    if region.empty:
        return
    meaning = points(size, conditions)
    for condition in (*asked, *map(negated, asked), *conditions, *((row, True) for row, _ in conditions)):
        expected = not possible(z3.And(meaning, z3.Not(said(condition, size))))
        assert region.holds(*condition) == expected, condition
        assert region.holds(*condition) == expected, "remembered wrongly"
        assert region.meet(negated(condition)).empty == expected


@given(cases(most=3))
@SETTINGS
def test_inclusion_and_difference(case: tuple[int, list[Condition], list[Condition]]) -> None:
    size, conditions, others = case
    one, other = Region(size).meet(*conditions), Region(size).meet(*others)
    first, second = points(size, conditions), points(size, others)
    assert one.includes(other) == (not possible(z3.And(second, z3.Not(first))))
    assert other.includes(one) == (not possible(z3.And(first, z3.Not(second))))
    assert one.includes(one.meet(*others)) and other.includes(one.meet(*others))
    pieces = one.without(others)
    assert not any(piece.empty for piece in pieces)
    union = z3.Or(*(points(size, piece.conditions) for piece in pieces))
    assert not possible(union != z3.And(first, z3.Not(second)))


@given(cases(), st.lists(st.lists(st.fractions(0, 4, max_denominator=4), min_size=5, max_size=5), max_size=6))
@SETTINGS
def test_points_inside(case: tuple[int, list[Condition], list[Condition]], probes: list[list[Fraction]]) -> None:
    size, conditions, _ = case
    region = Region(size).meet(*conditions)
    for probe in [p[:size] for p in probes] + [list(map(Fraction, ray)) for ray in region.rays]:
        amounts = [(sum(a * b for a, b in zip(row, probe, strict=True)), strict) for row, strict in conditions]
        expected = any(probe) and all(v > 0 if strict else v >= 0 for v, strict in amounts)
        assert region.inside(probe) == expected
        assert not (expected and region.empty)


@given(cases(most=3))
@SETTINGS
def test_what_was_met_is_left_as_it_was(case: tuple[int, list[Condition], list[Condition]]) -> None:
    size, conditions, more = case
    region = Region(size).meet(*conditions)
    before = (list(region.rays), region.conditions, region.empty)
    region.meet(*more)
    assert (region.rays, region.conditions, region.empty) == before


# ------------------------------------------------------------ cases worked out by hand


def test_the_order_of_a_strict_and_a_lax_condition_on_one_facet_does_not_matter() -> None:
    lax, strict = ((1, -1), False), ((1, -1), True)
    for conditions in ((lax, strict), (strict, lax)):
        region = built(2, conditions, False)
        assert region.conditions == (strict,)
        assert region.holds((1, -1), True) and not region.inside((Fraction(1), Fraction(1)))


def test_a_single_ray() -> None:
    region = Region(3).meet(((1, -1, 0), False), ((-1, 1, 0), False), ((0, 2, -1), False), ((0, -2, 1), False))
    assert region.rays == [(1, 1, 2)] and region.point() == (1, 1, 2)
    assert region.holds((1, 0, 0), True) and region.holds((2, 0, -1)) and not region.holds((2, 0, -1), True)
    assert region.meet(((2, 0, -1), True)).empty


def test_a_strict_condition_keeps_off_an_edge_that_belongs_to_no_facet_of_it() -> None:
    """x + y > 0 cuts only the ray (0, 0, 1) from the octant: a strict condition that is no facet."""
    region = Region(3).meet(((1, 1, 0), True))
    assert region.conditions == (((1, 1, 0), True),)
    assert not region.inside((Fraction(0), Fraction(0), Fraction(1)))
    assert region.holds((1, 1, 0), True) and not region.holds((1, 0, 0), True)
    assert region.meet(((-1, 0, 0), False)).holds((0, 1, 0), True)
    assert region.meet(((0, 0, 1), True)).conditions == (((0, 0, 1), True), ((1, 1, 0), True))


@pytest.mark.parametrize("conditions", [
    [((-1, 0), True)], [((1, -1), True), ((-1, 1), True)], [((1, -1), True), ((-1, 1), False)], [((0, 0), True)],
    [((-1, -1), False)],
])  # fmt: skip
def test_empty_regions_stay_empty(conditions: list[Condition]) -> None:
    region = Region(2).meet(*conditions)
    assert region.empty and Region(2).includes(region)
    assert region.meet(((1, 0), False)).empty and region.without([((1, 0), True)]) == []


def test_fractions_are_scaled() -> None:
    assert normal((Fraction(1, 2), Fraction(-1, 3), 0)) == (3, -2, 0)
    region = Region(2).meet(((Fraction(1, 2), Fraction(-1, 4)), False))
    assert region.conditions == (((2, -1), False),)
    assert region.holds((Fraction(1, 3), Fraction(-1, 6)))
