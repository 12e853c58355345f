"""Ladders as a person sees them: whole pictures against files, and what must hold for any of them.

After an intended change: ``python -m tests.views.test_ladder`` writes the expected files anew; read the diff.
"""

from __future__ import annotations

import io
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from tcpverify.evidence.replay import replay
from tcpverify.evidence.trace import Trace, parse
from tcpverify.tcp.registry import load
from tcpverify.views.exchange import label, rows
from tcpverify.views.ladder import ladder
from tcpverify.views.quantities import UNITS
from tcpverify.views.styled import Glyphs, Screen, text_of

HERE = Path(__file__).parent
TRACES = ("too-short", "assassination", "ack-loop", "lost-ack")
#: expected file: (trace, width, unicode, verbose)
PICTURES = {
    **{f"{name}-90": (name, 90, True, False) for name in TRACES},
    "too-short-80-ascii": ("too-short", 80, False, False),
    "too-short-120-verbose": ("too-short", 120, True, True),
}


def trace(name: str) -> Trace:
    """A trace as if it had just been found."""
    return replace(parse((HERE / "traces" / f"{name}.json").read_text(encoding="utf-8"), name), stored=False)


def picture(name: str) -> str:
    which, width, unicode, verbose = PICTURES[name]
    return text_of(ladder(trace(which), width=width, glyphs=Glyphs.of(unicode), verbose=verbose))


@pytest.mark.parametrize("name", TRACES)
def test_the_pictured_traces_are_runs_of_their_models(name: str) -> None:
    found = trace(name)
    replay(found, load(found.model).table)


@pytest.mark.parametrize("name", PICTURES)
def test_picture(name: str) -> None:
    assert picture(name) == (HERE / "expected" / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("width", (80, 100, 120))
@pytest.mark.parametrize("name", TRACES)
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    assert all(len(row) <= width for row in text_of(ladder(trace(name), width=width)).splitlines())


@pytest.mark.parametrize("name", TRACES)
def test_every_segment_is_shown_with_its_numbers(name: str) -> None:
    text = text_of(ladder(trace(name), width=100))
    for step in trace(name).steps:
        for segment in step.sent:
            assert label(segment) in text


@pytest.mark.parametrize("name", TRACES)
def test_the_step_that_breaks_the_property_is_marked_once_and_last(name: str) -> None:
    found = trace(name)
    bad = {row.step for row in rows(found) if row.bad}
    assert bad == (set() if found.loop is not None else {len(found.steps)})
    # Once in the legend, once in the ladder.
    assert text_of(ladder(found)).count("►") == 2 * len(bad)


def test_long_numbers_move_above_the_arrow() -> None:
    found = trace("too-short")
    first = found.steps[0]
    huge = replace(first.sent[0], seq=4294967295, ack=4294967294, number=1)
    steps = (replace(first, sent=(huge,)), *found.steps[1:])
    text = text_of(ladder(replace(found, steps=steps), width=80))
    for part in label(huge).split():
        assert part in text
    assert all(len(row) <= 80 for row in text.splitlines())


def test_times_are_in_the_wanted_unit() -> None:
    text = text_of(ladder(trace("too-short"), unit=UNITS["ms"]))
    assert "TIME-WAIT = 1990ms" in text
    assert "time ms" in text


def test_ascii_has_no_other_characters() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    screen = Screen(stream, width=80)
    screen.write(ladder(trace("too-short"), width=80, glyphs=screen.glyphs))
    assert not screen.glyphs.unicode


def test_an_empty_trace_has_a_picture() -> None:
    empty = replace(trace("too-short"), steps=(), property="deadlock-free")
    assert "0" in text_of(ladder(empty))


def test_without_an_incarnation_or_property_that_it_knows_it_still_draws() -> None:
    found = trace("too-short")
    last = replace(found.steps[-1], broken={"of-my-own": "something"}, time=Fraction(199, 100))
    own = replace(found, property="of-my-own", steps=(*found.steps[:-1], last))
    assert "breaks of-my-own" in text_of(ladder(own))


if __name__ == "__main__":
    for each in PICTURES:
        (HERE / "expected" / f"{each}.txt").write_text(picture(each), encoding="utf-8")
