"""The verdicts that docs/findings.md rests on, each in a small scope, and next to it what makes the difference.

The page's own commands are run by tests/docs; its model files are taken from the page, so that they are tested as
they are printed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import pytest

from tcpverify.evidence.replay import replay
from tcpverify.tcp.registry import load
from tcpverify.tcp.scope import Scope
from tcpverify.workflow.bound import bound
from tcpverify.workflow.check import check
from tcpverify.workflow.derived import EXACT, BoundRequest
from tcpverify.workflow.results import CheckRequest
from tests.docs.console import ROOT, blocks
from tests.oracle import TWICE

PAGE = ROOT / "docs" / "findings.md"
CLOSE = {"losses": 0, "incarnations": 1, "calls": ("close",)}
ABORT = {**CLOSE, "calls": ("close", "abort")}
OPENING = {"losses": 0, "retransmissions": 0, "incarnations": 1, "start": "closed"}
CANCEL = {**OPENING, "calls": ("open", "close", "cancel")}
LITERAL = {**CLOSE, "retransmissions": 0, "data": 1}
IN_TURN = {"losses": 0, "retransmissions": 0, "calls": ("open", "close-in-turn")}
CLOCK = {"losses": 0, "retransmissions": 0, "sequence": "clock"}


@dataclass(frozen=True)
class Row:
    """One verdict: what the finding says, the model, the property, the scope and the duration in units of MSL."""

    finding: str
    model: str
    name: str
    verdict: str
    scope: dict[str, object] = field(default_factory=dict)
    time_wait: str = "2"

    def __str__(self) -> str:
        return f"{self.finding}: {self.name} of {self.model}".replace("/", "")


ROWS = (
    Row("1, as written", "rfc9293+literal", "fin-restarts", "refuted", CLOSE),
    Row("1, as meant", "rfc9293", "fin-restarts", "proved", CLOSE),
    Row("2, one octet each", "rfc9293+literal", "no-ack-loop", "refuted", LITERAL),
    Row("2, in order", "rfc9293+literal", "no-ack-loop", "proved", {**LITERAL, "reordering": False}),
    Row("2, in order, sent twice", "rfc9293+literal", "no-ack-loop", "refuted",
        {**LITERAL, "reordering": False, "retransmissions": 1}),
    Row("2, in order, copied once", "rfc9293+literal", "no-ack-loop", "refuted",
        {**LITERAL, "reordering": False, "duplicates": 1}),
    Row("2, as meant", "rfc9293", "no-ack-loop", "proved", LITERAL),
    Row("3, 6 MSL", "rfc9293", "no-assassination", "refuted", CLOSE, "6"),
    Row("4, without the answer", "./lossless.py+./both_active.py+./silent.py", "deadlock-free", "refuted", OPENING),
    Row("4, with the answer", "./lossless.py+./both_active.py", "deadlock-free", "proved", OPENING),
    Row("5, case 3", "textbook+./case3.py", "no-old-segment", "refuted", {"losses": 0}, "6"),
    Row("5, figure 13", "textbook", "no-old-segment", "proved", {"losses": 0}),
    Row("6, closed", "rfc9293", "no-old-segment", "refuted", {"losses": 0, "calls": ("open", "abort")}, "6"),
    Row("6, challenged", "textbook+rfc9293-abort+abort-waits", "drained", "refuted", ABORT, "6"),
    Row("6, abort alone", "textbook+rfc9293-abort+abort-waits", "drained", "proved", {**CLOSE, "calls": ("abort",)}),
    Row("6, RFC 793", "rfc793+rfc9293-abort+abort-waits", "drained", "proved", ABORT, "3"),
    Row("8, 2 MSL", "rfc9293+rfc1337", "no-old-segment", "refuted", IN_TURN),
    Row("8, 3 MSL", "rfc9293+rfc1337", "no-old-segment", "proved", IN_TURN, "3"),
    Row("8, 3 MSL", "rfc9293+rfc1337", "no-ack-loop", "proved", IN_TURN, "3"),
    Row("8, no RST", "rfc9293+rfc1337+./mute.py", "no-old-segment", "proved", IN_TURN),
    Row("8, clock", "rfc9293+rfc1337", "no-old-segment", "proved", CLOCK),
    Row("8, clock", "rfc9293+rfc1337", "no-ack-loop", "proved", CLOCK),
    Row("9, set", "rfc9293+rfc1337", "no-assassination", "proved", CLOSE),
    Row("9, unset", "rfc9293", "no-assassination", "refuted", CLOSE),
    Row("10, as meant", "rfc9293+./crossing.py", "termination", "proved", CANCEL),
    Row("10, as written", "rfc9293+literal+./crossing.py", "no-ack-loop", "refuted", CANCEL),
    Row("11, never again", "./lossless.py", "deadlock-free", "refuted", CANCEL),
    Row("11, in order", "./lossless.py", "deadlock-free", "proved", {**CANCEL, "reordering": False}),
    Row("12, with ABORT", "rfc9293+t-tcp+tao", "no-double-delivery", "refuted", TWICE, "1/10"),
    Row("12, with CLOSE", "rfc9293+t-tcp+tao", "no-double-delivery", "proved", {**TWICE, "calls": ("open", "close")},
        "1/10"),
    Row("A.2", "rfc9293", "termination", "proved", {**CLOSE, "losses": 1}),
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the model files of the page."""
    directory = tmp_path_factory.mktemp("findings")
    for block in blocks(PAGE.read_text(encoding="utf-8")):
        if block.file:
            (directory / block.file).write_text(block.body, encoding="utf-8")
    return directory


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_verdict_of_the_page(row: Row, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(files)
    report = check(
        CheckRequest(
            row.model, Fraction(1), (Fraction(row.time_wait),), scope=Scope(**row.scope),  # type: ignore[arg-type]
            properties=(row.name,), brief=True,
        )
    )  # fmt: skip
    (verdict,) = report.verdicts
    assert verdict.verdict == row.verdict
    assert not verdict.vacuous
    if verdict.trace is not None:
        replay(verdict.trace, load(row.model).table)


@pytest.mark.parametrize(
    ("model", "name", "scope", "least"),
    [
        ("rfc9293", "no-assassination", CLOSE, None),
        ("rfc9293+rfc1337", "no-old-segment", IN_TURN, 3),
        ("rfc9293+rfc1337+./mute.py", "no-old-segment", IN_TURN, 2),
        ("textbook+rfc9293-abort+abort-waits", "drained", ABORT, None),
        ("rfc793+rfc9293-abort+abort-waits", "drained", ABORT, 3),
    ],
)
def test_a_bound_of_the_page(
    model: str, name: str, scope: dict[str, object], least: int | None, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TIME_WAIT ≥ least·MSL is the exact region, or nothing is."""
    monkeypatch.chdir(files)
    report = bound(BoundRequest(model, name, Scope(**scope)))  # type: ignore[arg-type]
    assert report.status == EXACT
    expected = [] if least is None else [{((-least, 0, 1), False)}]
    assert [set(piece.conditions) - set(report.domain.conditions) for piece in report.safe] == expected
