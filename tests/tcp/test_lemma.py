"""A small sequence space shows all that rules see of 32-bit numbers; the lemma notices when it does not."""

from __future__ import annotations

import pytest

from tcpverify.tcp.comparisons import Shape, comparisons
from tcpverify.tcp.lemma import _triples, prove
from tcpverify.tcp.numbers import NO_RELATION, Spaces, distances, edges
from tcpverify.tcp.registry import load
from tcpverify.tcp.vocabulary import (
    RCV_NXT,
    RCV_WND,
    SEG_SEQ,
    SEG_TEXT,
    Amendment,
    change,
    lift_seq,
    merge,
)

SPACES = Spaces(2, "worst-case")


def with_guard(guard):
    """RFC 9293 with another test in one of its rules."""
    other = Amendment("x", "", "", (change("TIME-WAIT.no-ack", guard=guard),))
    return load("rfc9293").table.amended(other)


def test_the_lemma_holds_for_the_shipped_tables():
    for spec in ("rfc9293", "textbook", "rfc9293+rfc1337+literal", "rfc9293+paws"):
        result = prove(SPACES, load(spec).table)
        assert result.holds, result.counterexample
        assert result.counterexample is None
        assert result.classes == len(SPACES.distances)
        assert result.obligations > result.classes


def test_the_comparisons_that_the_standard_makes():
    found = comparisons(load("rfc9293").table, span=2, reach=3)
    assert found == {
        Shape("eq", 0),
        Shape("lt", 0),
        Shape("le", 0),
        Shape("le", -1),  # SND.UNA - MAX.SND.WND =< SEG.ACK
        Shape("within", 0, 1),  # RCV.NXT =< SEG.SEQ < RCV.NXT + RCV.WND
    }
    assert str(Shape("within", 0, 1)) == "RIGHT ≤ LEFT < RIGHT + WND"


@pytest.mark.parametrize(
    ("guard", "says"),
    [
        (RCV_NXT - RCV_WND - RCV_WND <= SEG_SEQ, "does not look like"),
        (SEG_SEQ.within(RCV_NXT, RCV_WND + RCV_WND), "does not look like"),
        (SEG_SEQ + SEG_TEXT + 2 == RCV_NXT, "'TIME-WAIT.no-ack': <((SEG.SEQ + SEG.TEXT) + 2) = RCV.NXT>"),
        (SEG_SEQ - RCV_NXT < 3, "measures a distance"),
        (lift_seq(0) == SEG_SEQ, "nothing is known"),
        (SEG_SEQ.within(RCV_NXT, SEG_TEXT), "neither fixed nor the receive window"),
    ],
    ids=["two-windows-back", "two-windows-wide", "too-far", "distance", "constant", "odd-window"],
)
def test_a_comparison_that_is_not_covered_is_noticed(guard, says):
    result = prove(SPACES, with_guard(guard))
    assert not result.holds
    assert result.counterexample is not None
    assert says in result.counterexample


def test_a_number_taken_over_from_afar_is_noticed():
    other = Amendment("x", "", "", (merge("TIME-WAIT.no-ack", {"RCV.NXT": SEG_SEQ}),))
    table = load("rfc9293").table.amended(other)
    result = prove(SPACES, table)
    assert not result.holds
    assert result.counterexample is not None
    assert "rule 'TIME-WAIT.no-ack' takes over a RCV.NXT that is more than 3 away" in result.counterexample


@pytest.mark.parametrize("place", range(6))
def test_every_edge_is_needed(place):
    """Without the distances near one edge, some comparison of 32-bit numbers would go unseen."""
    spaces = Spaces(2, "worst-case")
    edge = edges(spaces.bits, spaces.window)[place]
    half = 1 << (spaces.bits - 1)
    near = {spaces.signed(edge + d) for d in range(-spaces.reach, spaces.reach + 2)}
    spaces.distances = [-half] + [d for d in spaces.distances if d not in near and d != -half]
    spaces.standard = {v: max(d for d in spaces.distances if d <= v) for v in range(-half, half)}
    assert not prove(spaces, load("rfc9293").table).holds


@pytest.mark.parametrize("data", range(6))
def test_the_circle_has_room_and_every_distance_has_its_representative(data):
    spaces = Spaces(2 + data, "worst-case")
    half = 1 << (spaces.bits - 1)
    assert 2 * spaces.reach + 1 < spaces.window < half - spaces.window
    assert len(spaces.distances) == 6 * (2 * spaces.reach + 1) + 6
    assert set(spaces.standard) == set(range(-half, half))
    assert all(spaces.standard[d] == d for d in spaces.distances)


@pytest.mark.parametrize("data", [0, 1, 3])
def test_three_incarnations_relate_as_on_the_circle_of_32_bits(data):
    spaces = Spaces(2 + data, "worst-case")
    small = _triples(spaces.bits, spaces.window, spaces.reach)
    # No window between the bounds that the lemma names combines distances otherwise.
    for window in (3 * spaces.reach + 4, 1000, 65535, 1 << 20, 1 << 29, (1 << 31) // 3 - spaces.reach - 2):
        assert _triples(32, window, spaces.reach) == small
    # The exploration's own list has as many, found by trying all values.
    assert len(spaces._bases(3)) == len(small)


def test_a_relation_of_three_spaces_restricts_to_any_two_of_them():
    spaces = Spaces(2, "worst-case")
    everything = (2, 4, 6), spaces.everything((2, 4, 6))
    assert spaces.restricted(everything, {2, 6}) == NO_RELATION
    near = spaces.meet(everything, (((2, 4), frozenset({1})), ((4, 6), frozenset({2}))))
    assert near is not None
    assert spaces.restricted(near, {2, 6}) == ((2, 6), frozenset({(0, 3)}))
    # First to second and to third both somewhere inside the window: the second to third may be anything near.
    inside = spaces.standard[spaces.reach + 1]
    both = spaces.meet(NO_RELATION, (((2, 4), frozenset({inside})), ((2, 6), frozenset({inside}))))
    assert both is not None
    between = {second for _, second in spaces.restricted(both, {4, 6})[1]}
    assert between >= {-1, 0, 1, inside, spaces.standard[-spaces.reach - 1]}


def test_a_circle_without_room_is_refused():
    with pytest.raises(ValueError, match="too few"):
        distances(bits=6, window=16, reach=3)
