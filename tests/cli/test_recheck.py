"""`tcpverify recheck` from outside: what it confirms, what it refuses, what it writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tcpverify.cli.main import main
from tcpverify.cli.recheck import _write
from tests.evidence.scripts import answers_of_z3

Said = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate as `check --save` writes it."""
    directory = tmp_path_factory.mktemp("recheck") / "run"
    asked = ["check", "--losses", "0", "--no-sweep", "--property", "drained", "--save", str(directory)]
    assert main([*asked, "--calls", "close"]) == 0
    [file] = (directory / "certificates").iterdir()
    return file


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    def run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        status = main([str(a) for a in arguments])
        out, err = capsys.readouterr()
        return status, " ".join(out.split()), err

    return run


def changed(proof: Path, directory: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    document = json.loads(proof.read_text(encoding="utf-8"))
    change(document)
    path = directory / "changed.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_a_saved_certificate_is_confirmed(proof: Path, said: Said) -> None:
    for solver in ("z3", "cvc5"):
        status, out, err = said("recheck", proof, "--solver", solver)
        assert (status, err) == (0, "")
        wanted = ("drained (", "MSL = 1", "TIME_WAIT = 2", "no losses", f"obligations proved by {solver}", "Confirmed")
        assert [words for words in wanted if words not in out] == []


def test_what_fails_is_named(proof: Path, said: Said, tmp_path: Path) -> None:
    """A shorter TIME-WAIT: who is where, what happens, and when."""
    def shorter(document: dict[str, Any]) -> None:
        [row] = [row for row in document["parts"][0]["assume"] if "TIME_WAIT" in row["terms"]]
        row["terms"][""] = "-19/10"

    status, out, _ = said("recheck", changed(proof, tmp_path, shorter))
    assert status == 1
    for words in ("fails: in ", "TIME-WAIT", "TIME_WAIT = 1.9", "clocks: ", "Not confirmed"):
        assert words in out
    status, out, _ = said("recheck", changed(proof, tmp_path, shorter), "--format", "json")
    document = json.loads(out)
    failure = document["parts"][0]["failure"]
    assert status == document["exit_status"] == 1 and document["result"] == "failed"
    assert failure["parameters"]["TIME_WAIT"] == "19/10" and failure["location"] and failure["event"]


def test_another_model_is_held_against_it(proof: Path, said: Said) -> None:
    status, out, _ = said("recheck", proof, "--model", "rfc9293")
    assert status == 1 and "is no proof for rfc9293" in out


def test_no_model_file_is_executed_because_a_certificate_names_it(proof: Path, said: Said, tmp_path: Path) -> None:
    evil = tmp_path / "evil.py"
    evil.write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nSUM = 'textbook'\n", encoding="utf-8")
    path = changed(proof, tmp_path, lambda document: document.update(model=str(evil)))
    status, out, err = said("recheck", path)
    assert status == 2 and out == "" and "--model" in err and err.count("\n") == 1
    assert not (tmp_path / "ran").exists()
    assert said("recheck", path, "--model", evil)[0] == 0


def test_scripts_for_other_solvers(proof: Path, said: Said, tmp_path: Path) -> None:
    status, out, _ = said("recheck", proof, "--smt2", tmp_path / "obligations")
    [file] = (tmp_path / "obligations").iterdir()
    answers = answers_of_z3(file.read_text(encoding="utf-8"))
    assert status == 0 and file.name == "part-1.smt2"
    assert set(answers) == {"unsat"} and f"{len(answers)} obligations" in out


def test_a_time_limit_is_exit_status_3(proof: Path, said: Said) -> None:
    status, out, _ = said("recheck", proof, "--timeout", "1ms")
    assert status == 3 and "raise --timeout" in out


def test_scripts_are_written_for_all_parts_or_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(str(tmp_path / "obligations"), {"part-1.smt2": ""}, 2)
    assert "wrote nothing" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_standard_input(proof: Path, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    with proof.open(encoding="utf-8") as file:
        monkeypatch.setattr("sys.stdin", file)
        status, out, _ = said("recheck", "-")
    assert status == 0 and "standard input proves" in out
