"""`tcpverify simulate` from outside: positions, commands from standard input, documents, wrong input."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from tcpverify.cli.main import main
from tests.docs.test_schemas import validate

Capture = pytest.CaptureFixture[str]
SMALL = ["simulate", "--losses", "0"]


def talk(monkeypatch: pytest.MonkeyPatch, capsys: Capture, said: str, *more: str) -> tuple[int, str, str]:
    """What comes of a talk: exit status, both streams."""
    monkeypatch.setattr("sys.stdin", io.StringIO(said))
    status = main([*SMALL, *more])
    out, err = capsys.readouterr()
    return status, out, err


def document(capsys: Capture, *more: str) -> dict[str, Any]:
    assert main([*SMALL, *more, "--format", "json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_talk(monkeypatch: pytest.MonkeyPatch, capsys: Capture, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    said = f"1\nd1\nwhy 1\nblocked\nb\ng A.close/d1\ns {path}\nl\nhelp\nq\nnever read\n"
    status, out, err = talk(monkeypatch, capsys, said)
    assert (status, err) == (0, "")
    assert "A.close/d1 · 2 steps" in out and "CLOSE-WAIT" in out
    assert "applies  " in out and "Not in this scope" in out and "--data 1" in out
    # What was saved is a trace that replays.
    assert main(["trace", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "A run of textbook" in shown and "CLOSE-WAIT" in shown


def test_a_file_is_replaced_only_if_that_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, tmp_path: Path
) -> None:
    path = tmp_path / "mine.txt"
    path.write_text("mine", encoding="utf-8")
    status, _, err = talk(monkeypatch, capsys, f"1\ns {path}\n")
    assert status == 2 and err.count("\n") == 1 and f"`s! {path}` replaces it" in err
    assert path.read_text(encoding="utf-8") == "mine"
    status, out, err = talk(monkeypatch, capsys, f"1\ns! {path}\ns! {path}2\n")
    assert (status, err) == (0, "")
    assert f"Replaced: 1 step in {path}; " in out and f"Saved: 1 step in {path}2; " in out
    assert main(["trace", str(path)]) == 0
    assert talk(monkeypatch, capsys, "s!\n")[2].startswith("tcpverify: s! takes the name of a file")


def test_the_end_of_input_ends_it(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    status, out, err = talk(monkeypatch, capsys, "")
    assert (status, err) == (0, "") and "What can happen next" in out


def test_what_is_to_be_done_first(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    status, out, err = talk(monkeypatch, capsys, "b\n", "--do", "A.close", "--do", "why 1")
    assert (status, err) == (0, "")
    assert [row for row in out.splitlines() if row.startswith("> ")] == ["> A.close", "> why 1", "> b"]
    assert main([*SMALL, "--do", "nonsense"]) == 2
    assert "is no command" in capsys.readouterr().err


def test_a_jump_shows_the_violation(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    status, out, _ = talk(monkeypatch, capsys, "j drained\n", "--time-wait", "1.5")
    assert status == 0
    assert "drained: broken" in out and "How drained" in out and "drained is broken by step" in out


def test_a_jump_that_finds_nothing_says_so_and_stays(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    status, out, _ = talk(monkeypatch, capsys, "j drained\nb\n", "--at", "A.close/d1")
    assert status == 0
    assert "nothing that can follow from here breaks it within this scope" in " ".join(out.split())
    assert out.rstrip().splitlines()[-1].startswith("Blocked") and "A.close · 1 step" in out


def test_a_limit_of_the_search_is_exit_3(capsys: Capture) -> None:
    asked = ["--time-wait", "1.5", "--jump", "no-data-loss", "--timeout", "200ms"]
    status = main(["simulate", *asked, "--format", "json"])
    out, err = capsys.readouterr()
    assert status == 3 and "the time limit was reached" in err and "--timeout" in err
    assert json.loads(out)["address"] == ""


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("9\n", "'9' is not the number of a choice"),
        ("0\n", "not the number"),
        ("b\n", "nothing to go back to"),
        ("jump!\n", "'jump!' is no command"),
        ("j\n", "j takes a property"),
        ("j nonsense\n", "unknown property 'nonsense'"),
        ("j time-wait-side\n", "--property time-wait-side"),
        ("g A.close/B.tw\n", "it runs in TIME-WAIT only"),
        ("d7\n", "'d7'"),
        ("why x\n", "'x' is not the number"),
        ("s\n", "name of a file"),
        ("s /no/such/place\n", "does not exist"),
        ("\x1b[2Jx\n", "is no command"),
    ],
)
def test_a_wrong_command_of_a_script_is_exit_2(
    said: str, words: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    status, _, err = talk(monkeypatch, capsys, said + "1\n")
    assert status == 2 and words in err and err.count("\n") == 1


def test_a_wrong_command_of_a_person_is_answered(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    class Person(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Person("nonsense\nA.close\n"))
    assert main(SMALL) == 0
    out, err = capsys.readouterr()
    assert "is no command" in out and err == ""
    assert out.rstrip().endswith("You were at A.close; --at takes you back there.")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--at", "A.clos"], "did you mean A.close?"),
        (["--at", "<b>"], "choice 1"),
        (["--jump", "nonsense"], "unknown property"),
        (["--time-wait", "1", "--time-wait", "2"], "--time-wait once"),
        (["--duplicates", "unlimited"], "duplicates"),
        (["fig5"], "has no TIME_WAIT"),
    ],
)
def test_bad_input_is_exit_2(arguments: list[str], words: str, capsys: Capture) -> None:
    assert main([*SMALL, *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == "" and words in err and err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-o", "{dir}/no/page.html"], "does not exist"),
        (["-o", "{dir}"], "is a directory"),
        (["-o", "{dir}/page.html", "--at", "A.close"], "leave out --at"),
        (["--at", "A.clos", "--no-browser"], "did you mean A.close?"),
        (["nonsense", "--no-browser"], "unknown model"),
        (["-o", "{dir}/page.html", "--positions", "0"], "--positions"),
    ],
)
def test_explore_with_bad_input_is_exit_2(arguments: list[str], words: str, capsys: Capture, tmp_path: Path) -> None:
    assert main(["explore", *(a.format(dir=tmp_path) for a in arguments)]) == 2
    out, err = capsys.readouterr()
    assert out == "" and words in err and err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_explore_stops_at_its_limit_and_writes_nothing(capsys: Capture, tmp_path: Path) -> None:
    small = ["--losses", "0", "--property", "drained", "--timeout", "50ms"]
    assert main(["explore", *small, "-o", str(tmp_path / "page.html")]) == 2
    assert "ask for fewer with --positions" in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_a_position_is_what_the_schema_says(capsys: Capture) -> None:
    start = document(capsys)
    validate(start)
    assert start["address"] == "" and start["waits"]["high"] is None
    broken = document(capsys, "--time-wait", "1.5", "--jump", "drained")
    validate(broken)
    standing = {p["property"]: p for p in broken["properties"]}
    assert standing["drained"]["state"] == "broken" and standing["drained"]["step"] == len(broken["trace"]["steps"])
    # The address that is given leads to the same place, and each choice where it says.
    again = document(capsys, "--time-wait", "1.5", "--at", broken["address"])
    assert again == broken
    for choice in start["choices"]:
        after = document(capsys, "--at", choice["address"])
        assert after["ends"][choice["end"]]["state"] == choice["after"]["state"]
        assert after["trace"]["steps"][-1]["rule"] == choice["rule"]
    stamped = document(capsys, "--sequence", "timestamps", "--at", "A.close/d1")
    validate(stamped)


def test_durations_are_shown_in_the_unit_they_are_given_in(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    _, out, _ = talk(monkeypatch, capsys, "", "--msl", "30s", "--at", "A.close")
    assert "can arrive in [0, 30s)" in out
