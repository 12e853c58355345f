"""Minimal sets: all of them, smallest first, and honest about what nobody knows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpverify.workflow.minimal import Found, minimal_sets

UNIVERSE = "abcdefg"
SETS = st.lists(st.frozensets(st.sampled_from(UNIVERSE)), max_size=5)


@given(SETS)
def test_all_minimal_sets_are_found_and_the_smallest_first(generators: list[frozenset[str]]) -> None:
    questions: list[frozenset[str]] = []

    def breaks(one: frozenset[str]) -> bool:
        questions.append(one)
        return any(g <= one for g in generators)

    found = minimal_sets(UNIVERSE, breaks)
    assert set(found.minimal) == {g for g in generators if not any(h < g for h in generators)}
    assert [len(m) for m in found.minimal] == sorted(len(m) for m in found.minimal)
    assert all(found.certain(m) for m in found.minimal) and found.complete and not found.unknown
    assert len(set(questions)) == len(questions), "nothing is asked twice"
    # What holds is as large as it can be: with anything more it would break.
    for held in found.holding:
        assert all(any(g <= held | {e} for g in generators) for e in UNIVERSE if e not in held)


@given(SETS, SETS)
def test_what_nobody_knows_makes_sets_uncertain_not_wrong(
    generators: list[frozenset[str]], hidden: list[frozenset[str]]
) -> None:
    def breaks(one: frozenset[str]) -> bool | None:
        return None if one in hidden else any(g <= one for g in generators)

    found = minimal_sets(UNIVERSE, breaks)
    right = {g for g in generators if not any(h < g for h in generators)}
    assert all(any(g <= m for g in generators) for m in found.minimal)
    assert {m for m in found.minimal if found.certain(m)} <= right
    for missing in right - set(found.minimal):
        assert missing in found.unknown


def test_few_questions_where_one_element_decides() -> None:
    asked = 0

    def breaks(one: frozenset[str]) -> bool:
        nonlocal asked
        asked += 1
        return "d" in one

    assert minimal_sets(UNIVERSE, breaks).minimal == [frozenset("d")]
    assert asked <= len(UNIVERSE) + 2


def test_what_is_known_when_it_is_stopped_stays() -> None:
    found = Found()

    def breaks(one: frozenset[str]) -> bool:
        if len(found.minimal) == 1:
            raise KeyboardInterrupt
        return "a" in one or {"b", "c"} <= one

    with pytest.raises(KeyboardInterrupt):
        minimal_sets("abc", breaks, found)
    assert found.minimal == [frozenset("a")] and not found.complete
