"""Times: the simplest fractions, the shortest schedule, and none where there is none."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tcpverify.evidence.times import RELATIONS, Bounds, Gap, feasible, schedule, simplest

F = Fraction
fractions = st.fractions(min_value=0, max_value=20, max_denominator=40)


def inside(value: Fraction, low: Fraction, high: Fraction | None, low_open: bool, high_open: bool) -> bool:
    """Whether a value lies between the bounds."""
    above = value > low if low_open else value >= low
    return above and (high is None or (value < high if high_open else value <= high))


@given(fractions, fractions, st.booleans(), st.booleans())
def test_no_fraction_between_the_bounds_is_simpler(a: Fraction, b: Fraction, low_open: bool, high_open: bool) -> None:
    low, high = min(a, b), max(a, b)
    if low == high:
        low_open = high_open = False
    found = simplest(low, high, low_open, high_open)
    assert inside(found, low, high, low_open, high_open)
    for denominator in range(1, found.denominator + 1):
        start = int(low * denominator)
        for numerator in range(start, int(high * denominator) + 2):
            other = F(numerator, denominator)
            if inside(other, low, high, low_open, high_open):
                assert (other.denominator, other) >= (found.denominator, found)


@given(fractions, st.booleans())
def test_without_an_upper_bound_the_next_whole_number(low: Fraction, low_open: bool) -> None:
    found = simplest(low, None, low_open, True)
    assert found.denominator == 1 and inside(found, low, None, low_open, True)
    assert not inside(found - 1, low, None, low_open, True)


def test_simplest_by_example() -> None:
    assert simplest(F(0), F(0), False, False) == 0
    assert simplest(F(0), F(1), True, True) == F(1, 2)
    assert simplest(F(1, 3), F(1, 2), True, True) == F(2, 5)
    assert simplest(F(1, 3), F(1, 2), True, False) == F(1, 2)
    assert simplest(F(199, 100), F(2), False, True) == F(199, 100)
    assert simplest(F(199, 100), F(2), True, True) == F(201, 101)
    assert simplest(F(199, 100), F(2), True, False) == 2


def fits(gaps: list[Gap], times: list[Fraction]) -> bool:
    """Whether the times satisfy everything, by plain arithmetic."""
    relation = {
        "<": lambda d, b: d < b, "<=": lambda d, b: d <= b, ">": lambda d, b: d > b, ">=": lambda d, b: d >= b,
        "==": lambda d, b: d == b,
    }  # fmt: skip
    return all(relation[g.rel](times[g.later] - times[g.earlier], g.bound) for g in gaps)


def in_order(steps: int) -> list[Gap]:
    """Time does not run backwards."""
    return [Gap(k, k - 1, ">=", F(0)) for k in range(1, steps + 1)]


def test_the_smallest_total_is_taken() -> None:
    gaps = [*in_order(3), Gap(1, 0, ">=", F(1, 3)), Gap(2, 1, "<=", F(5)), Gap(3, 1, "==", F(2))]
    times = schedule(gaps, 3, F(1))
    assert times is not None and fits(gaps, times)
    assert times[0] == 0 and times[3] == F(7, 3)


def test_a_total_that_is_only_approached_is_missed_by_little() -> None:
    gaps = [*in_order(1), Gap(1, 0, ">", F(2))]
    times = schedule(gaps, 1, F(1))
    assert times is not None and 2 < times[1] <= F(21, 10)
    # In another unit the same, scaled: a tenth of MSL, not of a second.
    large = schedule([*in_order(1), Gap(1, 0, ">", F(240000))], 1, F(120000))
    assert large is not None and 240000 < large[1] <= 252000


def test_contradictions_have_no_times() -> None:
    gaps = [*in_order(2), Gap(2, 0, "<", F(1)), Gap(2, 1, ">=", F(1))]
    assert schedule(gaps, 2, F(1)) is None
    assert feasible(gaps, 2) is None
    # Strictness alone decides.
    still = [*in_order(2), Gap(2, 0, "<=", F(1)), Gap(2, 1, ">=", F(1))]
    assert schedule(still, 2, F(1)) == [0, 0, 1]


def test_no_steps_take_no_time() -> None:
    assert schedule([], 0, F(1)) == [0]
    assert feasible([], 0) == [0]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.sampled_from(["<", "<=", ">", ">=", "=="]),
                          st.fractions(min_value=-3, max_value=3, max_denominator=6)), max_size=7))  # fmt: skip
def test_schedule_and_feasible_agree_and_keep_every_constraint(rows: list[tuple[int, int, str, Fraction]]) -> None:
    gaps = [*in_order(4), *(Gap(*row) for row in rows)]
    times, some = schedule(gaps, 4, F(1)), feasible(gaps, 4)
    assert (times is None) == (some is None)
    if times is not None and some is not None:
        assert times[0] == some[0] == 0
        assert fits(gaps, times) and fits(gaps, some)
        # Smallest total, or missed by at most a tenth where it is only approached.
        assert times[4] <= some[4] + F(1, 10)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.sampled_from(["<", "<=", ">", ">=", "=="]),
                          st.integers(-3, 6)), max_size=12), st.integers(0, 12))  # fmt: skip
def test_bounds_that_grow_are_bounds_from_scratch(rows: list[tuple[int, int, str, int]], cut: int) -> None:
    """Whether some times satisfy everything, and which, does not depend on the order in which gaps are added."""
    gaps = [Gap(i, 0, ">=", F(0)) for i in range(1, 5)] + [Gap(a, b, rel, F(v)) for a, b, rel, v in rows if a != b]
    whole, grown = Bounds(gaps, 5), Bounds(gaps[:cut], 5).grown(gaps[cut:], 5)
    assert whole.consistent == grown.consistent == (feasible(gaps, 4) is not None)
    if whole.consistent:
        assert [whole.range(i) for i in range(5)] == [grown.range(i) for i in range(5)]
        low, _, excluded, _ = whole.range(4)
        chosen = grown.simplest(F(1))
        assert all(RELATIONS[g.rel](chosen[g.later] - chosen[g.earlier], g.bound) for g in gaps)
        assert chosen[4] == low or (excluded and low < chosen[4] <= low + F(1, 10))
