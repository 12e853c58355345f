"""Powers of the environment: which a scope has, and the scope without them."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from tcpverify.tcp.powers import POWERS, powers_of, without
from tcpverify.tcp.scope import UNLIMITED, Scope

ALL = Scope(duplicates=1, calls=("open", "close", "cancel", "abort", "other-host"), reopen="both")


def test_the_default_scope_has_these() -> None:
    assert powers_of(Scope()) == (
        "loss", "retransmission", "reordering", "delay", "simultaneous-close", "active-reuse",
    )  # fmt: skip
    assert powers_of(ALL) == tuple(POWERS)
    assert "delay" not in powers_of(Scope(), least_delay=True)


@pytest.mark.parametrize("power", POWERS)
def test_a_power_that_is_taken_away_is_gone_and_no_other(power: str) -> None:
    left = without(ALL, {power})
    assert powers_of(left) == tuple(p for p in POWERS if p != power)
    assert without(left, {power}) == left


def test_the_order_in_which_they_go_does_not_matter() -> None:
    for first, second in combinations(POWERS, 2):
        one, both = without(without(ALL, {first}), {second}), without(ALL, {first, second})
        # Where nobody opens again it does not matter who might.
        assert replace(one, reopen=both.reopen) == both and ("open" not in both.calls or one == both)


def test_what_is_no_power_stays() -> None:
    scope = Scope(losses=UNLIMITED, data=1, incarnations=3, sequence="clock", start="closed")
    nothing = without(scope, powers_of(scope))
    assert powers_of(nothing) == () and nothing.calls == ("close-in-turn",)
    kept = replace(nothing, losses=UNLIMITED, retransmissions=1, reordering=True, delay=True, calls=scope.calls)
    assert kept == scope
