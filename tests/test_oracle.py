"""Every engine reproduces the oracle table: answers, lengths of shortest refutations, numbers of states."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tcpverify.evidence.replay import replay
from tcpverify.tcp import properties
from tcpverify.tcp.properties import PROPERTIES
from tcpverify.tcp.registry import load
from tests.oracle import ORACLE, PROVED, Row, by_check, by_smt, by_zones

ROWS = [row for row in ORACLE if not row.slow]
WATCHED = [row for row in ROWS if row.watched]
#: a run that takes longer than this is broken, not slow
PATIENCE = 120.0


@pytest.fixture(scope="module", autouse=True)
def without_collector() -> Iterator[None]:
    """Explorations make millions of tuples and no cycles: the collector would only cost time."""
    gc.disable()
    yield
    gc.enable()


def test_the_table_itself() -> None:
    keys = [(str(row), tuple(row.answers)) for row in ORACLE]
    assert len(set(keys)) == len(keys)
    known = {p.name for p in PROPERTIES}
    for row in ORACLE:
        assert row.source and row.answers.keys() <= known
        assert set(row.smt) <= row.watched.keys()
        # Whoever says proved has explored everything, and then the counts are pinned.
        assert (row.counts is not None) == (PROVED in row.answers.values())
        assert (row.plain is not None) == (row.counts is not None and not row.slow)


@pytest.mark.parametrize("row", WATCHED, ids=str)
def test_zones_with_inclusion(row: Row) -> None:
    run, answers = by_zones(row, seconds=PATIENCE)
    assert answers == row.watched
    if row.counts is not None:
        assert (len(run), run.transitions, len(run.at)) == row.counts


@pytest.mark.parametrize("row", WATCHED, ids=str)
def test_zones_without_inclusion(row: Row) -> None:
    run, answers = by_zones(row, inclusion=False, seconds=PATIENCE)
    assert answers == row.watched
    if row.plain is not None:
        assert (len(run), run.transitions) == row.plain


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_check_confirms_what_it_says(row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    if PROVED not in row.answers.values():
        # All that is asked is refuted by then; what else `check` would look for only costs time here.
        monkeypatch.setattr("tcpverify.workflow.check.AFTER_REFUTATION", 3000)
    report, answers = by_check(row, seconds=PATIENCE)
    assert answers == row.answers
    assert report.exit_status == (0 if set(answers.values()) == {PROVED} else 1)
    for verdict in report.verdicts:
        assert not verdict.vacuous
        if verdict.trace is None:
            assert verdict.certificate is not None
            # Z3 confirms the states; that no endless run passes through them is what the state graph says.
            by = ("z3",) if properties.find(verdict.property).watched else ()
            assert verdict.assurance.rechecked_by == by and verdict.assurance.obligations > 0
        else:
            assert {"z3", "replay"} <= set(verdict.assurance.rechecked_by)
            replay(verdict.trace, load(row.model).table)


@pytest.mark.parametrize(
    ("row", "name"), [(row, name) for row in ROWS for name in row.smt], ids=str
)
def test_the_engine_without_zones(row: Row, name: str) -> None:
    result, answer = by_smt(row, name, seconds=PATIENCE)
    assert answer == row.answers[name]
    if answer != PROVED:
        assert result.witness is not None and len(result.witness.edges) == answer


def test_a_wrong_answer_would_be_noticed() -> None:
    """The table is compared, not just read."""
    row = next(r for r in ROWS if r.time_wait == "199/100")
    assert by_zones(replace(row, answers={"drained": 9}))[1] == {"drained": 8}
