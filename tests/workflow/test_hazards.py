"""The table of docs/hazards.md: which of RFC 1337's hazards which of its fixes stops, decided cell by cell.

Cells that the page calls open are not run: no command decided them in the time that the page names. Neither are those
that take half a minute or more, which the page marks by a star.
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from tcpverify.tcp.scope import Scope
from tcpverify.workflow.check import check
from tcpverify.workflow.results import CheckRequest
from tests.docs.console import ROOT

PAGE = ROOT / "docs" / "hazards.md"
SCOPE = {"losses": 0, "retransmissions": 0, "calls": ("open", "close-in-turn")}
FIXES = {
    "none": "rfc9293",
    "F1": "rfc9293+rfc1337",
    "F2": "rfc9293+paws+rfc1337-f2",
    "F3": "rfc9293+rfc1337-f3",
    "F1 + F3": "rfc9293+rfc1337+rfc1337-f3",
}
HAZARDS = {"H1": "no-old-data", "H2": "no-ack-loop", "H3": "clean-reopen"}
PROVED = "proved"
#: by hazard and TIME_WAIT in units of MSL: the steps of the run that refutes it, `proved`, or None where it is open
TABLE: dict[tuple[str, str], dict[str, int | str | None]] = {
    ("H1", "2"): {"none": 20, "F1": 20, "F2": 20, "F3": 41, "F1 + F3": PROVED},
    ("H2", "2"): {"none": 22, "F1": 22, "F2": 22, "F3": None, "F1 + F3": PROVED},
    ("H3", "2"): {"none": 12, "F1": 12, "F2": 12, "F3": 21, "F1 + F3": PROVED},
    ("H1", "6"): {"none": None, "F1": PROVED, "F2": 34, "F3": None, "F1 + F3": PROVED},
    ("H2", "6"): {"none": None, "F1": PROVED, "F2": None, "F3": None, "F1 + F3": PROVED},
    ("H3", "6"): {"none": 21, "F1": PROVED, "F2": 26, "F3": 21, "F1 + F3": PROVED},
}
LONG = {("H1", "2", "F3"), ("H2", "2", "F2"), ("H1", "6", "F2")}
CELLS = [(h, t, fix, e) for (h, t), row in TABLE.items() for fix, e in row.items()
         if e is not None and (h, t, fix) not in LONG]  # fmt: skip


def decided(model: str, name: str, time_wait: str) -> int | str:
    """What `check` answers in the scope of the table: `proved`, or the number of steps."""
    request = CheckRequest(model, Fraction(1), (Fraction(time_wait),), scope=Scope(**SCOPE), properties=(name,),
                           brief=True, seconds=300)  # fmt: skip
    (verdict,) = check(request).verdicts
    return len(verdict.trace.steps) if verdict.trace else verdict.verdict


@pytest.mark.parametrize(
    ("hazard", "time_wait", "fix", "expected"), CELLS, ids=[f"{h} {f} {t}" for h, t, f, _ in CELLS]
)
def test_which_fix_stops_which_hazard(hazard: str, time_wait: str, fix: str, expected: int | str) -> None:
    assert decided(FIXES[fix], HAZARDS[hazard], time_wait) == expected


@pytest.mark.parametrize("name", HAZARDS.values())
def test_fix_f1_needs_three_msl(name: str) -> None:
    assert decided(FIXES["F1"], name, "3") == PROVED


def shown(hazard: str, time_wait: str, fix: str, expected: int | str | None) -> str:
    """A cell as the page writes it."""
    if expected is None or expected == PROVED:
        return expected or "open"
    return f"refuted, {expected}{'*' if (hazard, time_wait, fix) in LONG else ''}"


def test_the_page_shows_this_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for (hazard, time_wait), row in TABLE.items():
        cells = [shown(hazard, time_wait, fix, e) for fix, e in row.items()]
        assert f"| {' | '.join([f'{hazard} `{HAZARDS[hazard]}`', f'{time_wait}·MSL', *cells])} |\n" in page
    assert f"| {' | '.join(['hazard', 'TIME_WAIT', *FIXES])} |\n" in page
    for fix, model in FIXES.items():
        assert f"`{model}`" in page, fix
