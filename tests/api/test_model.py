"""Models made in Python are asked about like those in files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import tcpverify
from tcpverify.tcp.vocabulary import MSL, Amendment, change

FEW = {"losses": 0, "retransmissions": 0, "incarnations": 1, "properties": "drained"}


def lasting(factor: int, name: str = "hasty") -> Amendment:
    """TIME-WAIT lasts so many MSL."""
    return Amendment(name, f"TIME-WAIT lasts {factor} MSL", "an example", numbers={"TIME_WAIT": factor * MSL})


def test_an_amendment_made_in_python_is_checked() -> None:
    hasty, lazy = (tcpverify.load("textbook") + lasting(n) for n in (1, 3))
    assert hasty.name == lazy.name == "textbook+hasty"
    assert tcpverify.check(hasty, sweep=False, **FEW).refuted == ("drained",)
    found = tcpverify.check(lazy, sweep=False, **FEW)
    assert found.proved and found.verdicts[0].time_wait == 3
    assert "TIME-WAIT lasts 3 MSL (hasty)" in str(found)
    # Outside of the block nobody is called so.
    with pytest.raises(tcpverify.ModelError, match="unknown model 'hasty'"):
        tcpverify.load("textbook+hasty")


def test_a_table_made_in_python_is_checked() -> None:
    table = tcpverify.load("rfc9293+rfc1337").table
    model = tcpverify.load(replace(table, numbers={"TIME_WAIT": MSL}))
    assert model.name == "rfc9293-rfc1337"
    assert tcpverify.check(model, sweep=False, **FEW).refuted == ("drained",)
    assert tcpverify.check(table, sweep=False, **FEW).model == "rfc9293-rfc1337"


def test_a_gap_is_found_before_anything_is_explored() -> None:
    guard = tcpverify.load("rfc9293").rules["TIME-WAIT.fin-again"].guard
    broken = Amendment("broken", "never", "an example", (change("TIME-WAIT.fin-again", guard=guard & ~guard),))
    model = tcpverify.load("rfc9293") + broken
    assert model.flaws() and tcpverify.load("rfc9293").flaws() == []
    with pytest.raises(tcpverify.ModelError, match=r"rfc9293\+broken: "):
        tcpverify.check(model, **FEW)
    mended = tcpverify.load("rfc9293") + replace(broken, changes=())
    assert not mended.flaws()
    assert tcpverify.check(mended, sweep=False, time_wait="2msl", **FEW).verdicts


def test_it_stands_beside_others() -> None:
    mine = tcpverify.load("textbook") + lasting(3) + "no-restart"
    assert mine.name == "textbook+hasty+no-restart"
    found = tcpverify.compare("textbook", mine, bounds=False, **FEW)
    assert [side.model for side in found.report.sides] == ["textbook", mine.name]
    with pytest.raises(tcpverify.UsageError, match="both called 'hasty'"):
        tcpverify.compare(mine, tcpverify.load("rfc9293") + lasting(1), **FEW)
    graph = tcpverify.graph(tcpverify.load("rfc9293") + change_named("quiet"))
    assert graph.graph["model"] == "rfc9293+quiet"


def change_named(name: str) -> Amendment:
    """What RFC 1337 says, under another name."""
    return Amendment(name, "a RST is ignored", "an example", (change("TIME-WAIT.rst", to=None, tags=frozenset()),))


def test_a_file_beside_the_notebook_goes_together_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "from tcpverify.tcp.vocabulary import *\n"
    text += "AMENDMENT = Amendment('long', 'long', 'x', numbers={'TIME_WAIT': 4*MSL})"
    (tmp_path / "long.py").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    model = tcpverify.load("rfc9293+./long.py") + change_named("quiet")
    assert model.name == "rfc9293+./long.py+quiet"
    assert str(model.table.numbers["TIME_WAIT"]) == "4*MSL"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("rfc1337", "comes with the program"), ("x.py", "not a name"),
        ("a+b", "a name is made of letters"), ("", "a name is made of letters"), ("x y", "such as 'late-syn'"),
    ],
)  # fmt: skip
def test_names_that_mean_something_else_are_refused(name: str, said: str) -> None:
    with pytest.raises(tcpverify.TcpverifyError, match=said):
        tcpverify.load("rfc9293") + lasting(1, name)


def test_a_claim_is_asked_of_a_variant() -> None:
    assert tcpverify.claims(6, amend=lasting(3)).report.amendment == "hasty"


@pytest.mark.parametrize("number", [[99], "6", 6.5, True])
def test_what_is_no_number_of_a_saying(number: object) -> None:
    with pytest.raises(tcpverify.UsageError, match="is not the number of a saying; write them one by one"):
        tcpverify.claims(number)  # type: ignore[arg-type]


def test_what_is_no_model() -> None:
    with pytest.raises(tcpverify.UsageError, match="3 is no model"):
        tcpverify.load(3)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        tcpverify.load("rfc9293") + 3  # type: ignore[operator]
