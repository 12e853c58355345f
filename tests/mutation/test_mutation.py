"""A rule broken on purpose is noticed, by the property that the rule is there for; the whole run is a script."""

from __future__ import annotations

import pytest

from tcpverify.lang.total import flaws
from tcpverify.tcp.registry import load
from tests.mutation.operators import STATES, mutants
from tests.mutation.run import SETTINGS, baseline, examine

TEXTBOOK = load("textbook").table
MUTANTS = {str(mutant): mutant for mutant in mutants(TEXTBOOK)}

#: mutant, setting, who notices and after how many steps: every row, every operator, every kind of notice
NOTICED = [
    ("FIN-WAIT-1.fin: moves to LAST-ACK", "default", "graceful-close", 8),
    ("FIN-WAIT-1.fin-and-ack: stays", "default", "graceful-close", 8),
    ("FIN-WAIT-1.fin-and-ack: RCV.NXT not assigned", "default", "clean-reopen", 10),
    ("FIN-WAIT-1.fin-acked: moves to TIME-WAIT", "default", "drained", 5),
    ("FIN-WAIT-1.retransmission-timeout: segment 1 not sent", "patient", "an end gives up", 0),
    ("FIN-WAIT-2.fin: segment not sent", "default", "clean-reopen", 9),
    ("FIN-WAIT-2.fin: segment: ACK-1", "default", "clean-reopen", 10),
    ("CLOSING.fin-acked: moves to CLOSED", "default", "clean-reopen", 7),
    ("CLOSING.fin-acked: guard exchanged with `other`", "default", "clean-reopen", 9),
    ("LAST-ACK.fin-acked: stays", "default", "clean-reopen", 8),
    ("LAST-ACK.unacceptable: moves to CLOSED", "default", "graceful-close", 5),
    ("LAST-ACK.retransmission-timeout: segment 1: ACK-1", "default", "graceful-close", 9),
    ("TIME-WAIT.rst: moves to CLOSED", "default", "no-assassination", 9),
    ("TIME-WAIT.fin-again: time-wait not restarted", "default", "fin-restarts", 6),
    ("TIME-WAIT.fin-again: segment not sent", "patient", "an end gives up", 0),
    ("TIME-WAIT.fin-again: segment: with FIN", "default", "no-ack-loop", 9),
    ("TIME-WAIT.time-wait-timeout: moves to LAST-ACK", "default", "termination", 6),
    ("TIME-WAIT.time-wait-timeout: stays", "default", "vacuity (established-again, reopened)", 0),
]


def test_the_unbroken_model_is_not_blamed() -> None:
    assert not baseline(SETTINGS["default"]).excused - {"gave-up"}
    assert "gave-up" not in baseline(SETTINGS["patient"]).excused | baseline(SETTINGS["data"]).excused


def test_every_rule_of_the_close_is_broken() -> None:
    broken = {mutant.rule for mutant in MUTANTS.values()}
    assert broken == {name for name, rule in TEXTBOOK.rules.items() if rule.state in STATES}
    assert len(MUTANTS) > 600
    for mutant in MUTANTS.values():
        assert [n for n, r in mutant.of(TEXTBOOK).rules.items() if r.key() != TEXTBOOK.rules[n].key()]


@pytest.mark.parametrize(("name", "setting", "by", "steps"), NOTICED, ids=[row[0] for row in NOTICED])
def test_noticed(name: str, setting: str, by: str, steps: int) -> None:
    notice = examine(MUTANTS[name], SETTINGS[setting])
    assert (notice.by, notice.steps) == (by, steps or notice.steps)
    assert notice.fired


@pytest.mark.parametrize("state", STATES)
def test_a_guard_that_is_wrong_is_a_gap_or_an_overlap(state: str) -> None:
    """Every rule for an arriving segment, its guard always and never true."""
    for mutant in MUTANTS.values():
        if mutant.guard and mutant.rule.startswith(f"{state}."):
            notice = examine(mutant, SETTINGS["default"])
            assert notice.by == "totality proof"


def test_exchanged_guards_are_still_total() -> None:
    """So it takes a property to notice them."""
    mutant = MUTANTS["CLOSING.fin-acked: guard exchanged with `other`"]
    assert not flaws(mutant.of(TEXTBOOK))
