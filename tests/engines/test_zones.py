"""Zones against brute force: what a step does to a matrix is what it does to sample points."""

from fractions import Fraction
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from tcpverify.engines.zones import EMPTY, INFINITE, Step, Zones

GRID = [Fraction(n, 2) for n in range(9)]
N = 2


def holds(matrix, point):
    n = len(point) + 1
    values = (Fraction(0), *point)
    for i, j in product(range(n), repeat=2):
        bound = matrix[i * n + j]
        if bound >= INFINITE:
            continue
        gap, limit = values[i] - values[j], bound >> 1
        if gap > limit or (gap == limit and not bound & 1):
            return False
    return True


def entry(draw, upper):
    clock, value, closed = draw(st.integers(1, N)), draw(st.integers(0, 3)), draw(st.booleans())
    return (clock, 0, 2 * value + closed) if upper else (0, clock, -2 * value + closed)


@st.composite
def steps(draw):
    guard = tuple(entry(draw, draw(st.booleans())) for _ in range(draw(st.integers(0, 2))))
    carry = tuple(draw(st.integers(-1, N - 1)) for _ in range(N))
    invariant = tuple(entry(draw, True) for _ in range(draw(st.integers(0, 1))))
    # Limits above every constant: the abstraction must then lose nothing on the grid.
    return Step(guard, carry, invariant, (9,) * N, (9,) * N)


def satisfies(rows, point):
    values = (Fraction(0), *point)
    return all(
        values[i] - values[j] < b >> 1 or (values[i] - values[j] == b >> 1 and b & 1) for i, j, b in rows
    )


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.lists(steps(), min_size=1, max_size=4))
def test_a_path_of_steps_reaches_exactly_the_points_that_it_reaches(path):
    zones = Zones()
    zone = zones.start(Step((), (-1,) * N, (), (9,) * N, (9,) * N))
    points = {(d, d) for d in GRID}
    for step in path:
        moved = set()
        for point in points:
            if not satisfies(step.guard, point):
                continue
            fresh = tuple(point[c] if c >= 0 else Fraction(0) for c in step.carry)
            for delay in GRID:
                after = tuple(x + delay for x in fresh)
                if satisfies(step.invariant, fresh) and satisfies(step.invariant, after):
                    moved.add(after)
        zone = zones.apply(zone, step)
        if zone == EMPTY:
            assert not moved
            return
        matrix = zones.matrix(zone)
        assert all(holds(matrix, p) for p in moved), "a reachable point is missing"
        points = moved


def test_extrapolation_forgets_upper_bounds_of_clocks_that_nobody_waits_for():
    zones = Zones()
    plain = Step((), (-1,), ((1, 0, 2 * 1),), (None,), (1,))
    assert zones.matrix(zones.start(plain)) == (1, 1, INFINITE, 1)


def test_inclusion_is_by_entries():
    zones = Zones()
    small = zones.intern((1, 1, 5, 1))
    large = zones.intern((1, 1, INFINITE, 1))
    assert zones.includes(large, small)
    assert not zones.includes(small, large)
