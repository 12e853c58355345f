"""`tcpverify trace`: pictures in files, and tests that pass as long as the model does what the trace says."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tcpverify.cli.main import main
from tcpverify.errors import FileFormatError
from tcpverify.evidence.trace import parse
from tcpverify.views.regression import regression_test

TRACES = Path(__file__).parent.parent / "views" / "traces"
FORMS = ("text", "json", "svg", "mermaid", "plantuml")
HOSTILE = '"""\nimport os; os.abort()\n"""\'\'\'\\\r\0\u2028\U0001f600'
#: an amendment, with what it makes of a RST in TIME-WAIT
OWN = """
from tcpverify.tcp.vocabulary import *
AMENDMENT = Amendment(name="own", title="of one's own", source="a test",
    changes=(change("TIME-WAIT.rst*", {change}),))
"""


def run(text: str) -> None:
    """Do what the test does, in this process."""
    names: dict[str, object] = {"__name__": "a_test"}
    exec(compile(text, "a_test.py", "exec"), names)
    (test,) = [value for name, value in names.items() if name.startswith("test_")]
    assert callable(test)
    test()


@pytest.mark.parametrize("form", FORMS)
def test_a_file_holds_what_would_be_printed(form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["trace", str(TRACES / "lost-ack.json"), "--format", form]
    assert main([*arguments, "-o", str(tmp_path / "out")]) == 0
    assert capsys.readouterr() == ("", "")
    assert main(arguments) == 0
    written, printed = (tmp_path / "out").read_text(encoding="utf-8"), capsys.readouterr().out
    if form == "text":
        # The terminal of the tests is narrower than a file.
        assert [row.split() for row in written.splitlines()[-1:]] == [row.split() for row in printed.splitlines()[-1:]]
    else:
        assert written == printed
    if form == "svg":
        assert ET.fromstring(written).tag.endswith("svg")


def test_units_and_rules_are_shown_where_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["trace", str(TRACES / "lost-ack.json"), "--unit", "ms"]
    for form in ("svg", "mermaid", "plantuml"):
        assert main([*arguments, "--format", form]) == 0
        plain = capsys.readouterr().out
        assert "1050" in plain and "FIN-WAIT-2.fin" not in plain
        assert main([*arguments, "--format", form, "-v"]) == 0
        assert "FIN-WAIT-2.fin" in capsys.readouterr().out


@pytest.mark.parametrize("name", sorted(file.stem for file in TRACES.iterdir()))
def test_every_trace_makes_a_test_that_passes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", str(TRACES / f"{name}.json"), "--as-test"]) == 0
    text = capsys.readouterr().out
    run(text)
    broken = text.replace('"seq": 301', '"seq": 302', 1)
    assert broken != text
    with pytest.raises(FileFormatError, match="step"):
        run(broken)


def test_the_test_fails_once_the_model_does_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "tests").mkdir()
    monkeypatch.chdir(tmp_path)
    Path("models/own.py").write_text(OWN.format(change='text="The connection is reset."'), encoding="utf-8")
    model = "rfc9293+models/own.py"
    source = str(TRACES / "assassination.json")
    assert main(["trace", source, "--model", model, "--as-test", "-o", "tests/test_it.py"]) == 0
    assert 'MODEL = "rfc9293+../models/own.py"' in Path("tests/test_it.py").read_text(encoding="utf-8")
    assert _pytest(tmp_path) == (0, "")
    Path("models/own.py").write_text(OWN.format(change="to=None, tags=frozenset()"), encoding="utf-8")
    status, why = _pytest(tmp_path)
    assert status == 1 and ": step 10: the state is TIME-WAIT, the trace says CLOSED" in why


def _pytest(where: Path) -> tuple[int, str]:
    """Exit status and reasons of the generated test, started from elsewhere."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short", str(where / "tests")]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", env={**os.environ, "PYTEST_ADDOPTS": ""})
    return done.returncode, done.stdout if done.returncode else ""


def test_nothing_in_a_trace_becomes_code() -> None:
    found = parse((TRACES / "too-short.json").read_text(encoding="utf-8"))
    last = replace(found.steps[-1], rule=HOSTILE, text=HOSTILE, clause=HOSTILE, broken={HOSTILE: HOSTILE})
    text = regression_test(replace(found, model=HOSTILE, property=HOSTILE, steps=(*found.steps[:-1], last)), HOSTILE)
    tree = ast.parse(text)
    kinds = [type(part) for part in tree.body]
    assert kinds == [ast.Expr, ast.Import, ast.ImportFrom, *[ast.Assign] * 4, ast.FunctionDef]
    values = {
        target.id: ast.literal_eval(part.value)
        for part in tree.body
        if isinstance(part, ast.Assign)
        for target in part.targets
        if isinstance(target, ast.Name)
    }
    assert values["MODEL"] == values["PROPERTY"] == values["RULE"] == HOSTILE
    again = parse(values["TRACE"])
    assert again.model == HOSTILE and again.steps[-1].broken == {HOSTILE: HOSTILE}


def test_the_test_is_formatted(tmp_path: Path) -> None:
    found = parse((TRACES / "ack-loop.json").read_text(encoding="utf-8"))
    for own_file in (False, True):
        text = regression_test(found, "x.py", own_file=own_file)
        (tmp_path / f"test_{own_file}.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--check", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    if "No module named ruff" in done.stderr:
        pytest.skip("ruff is not installed")
    assert done.returncode == 0, done.stdout


def test_what_a_rule_says_is_the_models_word_and_not_the_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads((TRACES / "lost-ack.json").read_text(encoding="utf-8"))
    for step in document["steps"]:
        step["text"], step["clause"] = "FORGED", "RFC 9999 §1"
    forged = tmp_path / "forged.json"
    forged.write_text(json.dumps(document), encoding="utf-8")
    assert main(["trace", str(forged), "-v"]) == 0
    said = capsys.readouterr().out
    assert "FORGED" not in said and "RFC 9999" not in said and "RFC 9293" in said


def changed(name: str, change: Callable[[Any], None], where: Path) -> str:
    """The path of a trace in which something was edited."""
    document = json.loads((TRACES / f"{name}.json").read_text(encoding="utf-8"))
    change(document)
    path = where / "edited.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


def test_what_a_replay_does_not_confirm_is_said_to_be_the_files_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = str(TRACES / "lost-ack.json")
    assert main(["trace", source]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "steps, the fewest possible (as the file says)." in said
    assert "while the network still holds FIN,ACK from B (as the file says)" in said

    def claims_nothing(document: Any) -> None:
        document["shortest"], document["steps"][-1]["broken"] = False, {"drained": ""}

    assert main(["trace", changed("lost-ack", claims_nothing, tmp_path)]) == 0
    assert "as the file says" not in capsys.readouterr().out
    # Of another model nobody has said it.
    assert main(["trace", source, "--model", "rfc9293+reuseport"]) == 0
    said = capsys.readouterr().out
    assert "rfc9293+reuseport" in said and "fewest" not in said
    assert main(["trace", source, "--format", "json"]) == 0
    assert parse(capsys.readouterr().out).shortest


def _put(*place: str | int, value: object) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        *path, last = place
        for key in path:
            document = document[key]
        document[last] = value

    return change


def _without(*place: str | int) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        *path, last = place
        for key in path:
            document = document[key]
        del document[last]

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_put("initial", "A", "una", value=100), "at the start the SND.UNA of A is 101, the trace says 100"),
        (_put("initial", "B", "rcv", value=None), "at the start the RCV.NXT of B is 101, the trace says None"),
        (_put("initial", "A", "state", value="LAST-ACK"), "at the start the state of A is ESTABLISHED"),
        (_put("initial", "A", "incarnation", value=2), "at the start the incarnation of A is 1"),
        (_put("steps", 0, "isn", value="7"), "steps[0].isn is not an integer"),
        (_put("steps", 1, "sent", 0, "sender", value=None), "steps[1].sent[0].sender is not a string"),
        (_put("steps", 1, "sent", 0, "sender", value="AB"), "is 'AB', not one of 'A', 'B'"),
        (_put("steps", 3, "event", value="FIN"), "step 4 is FIN at A"),
        (_put("steps", value={}), "steps is not a list"),
        (_put("scope", "losses", value=-1), "scope.losses is neither 0 nor a positive integer nor 'unlimited'"),
        (_put("scope", "looses", value=1), "scope has 'looses', which no scope has"),
        (_put("scope", "data", value=401), "scope cannot be: data must be at most 400 octets"),
        (_put("parameters", "MSL", value=1.5), "parameters.MSL is not an exact number such as '3' or '-1/2'"),
        (_put("parameters", "MSL", value="-1"), "parameters.MSL is negative"),
        (_put("parameters", "RTO_MIN", value="7"), "parameters.RTO_MIN is greater than RTO_MAX"),
        (_put("property", value="no-ack-loop"), "no-ack-loop is broken by endless runs, and the trace has no loop"),
        (_put("property", value="deadlock-free"), "is not broken by the end of the trace"),
        (_put("loop", value=3), "the trace has a loop, and no endless run breaks drained"),
        (_put("loop", value=999), "loop is out of range"),
        (_without("steps", 2, "kind"), "steps[2] has no 'kind'"),
        (_without("parameters", "RTO_MAX"), "parameters has no 'RTO_MAX'"),
        (_without("initial", "B"), "initial has no 'B'"),
        (_put("model", value="linux-tw-reuse"), "its parameters have no REUSE_DELAY"),
    ],
    ids=lambda value: value.split(", ")[0] if isinstance(value, str) else "",
)
def test_a_damaged_trace_is_refused_in_words(
    change: Callable[[Any], None], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["trace", changed("lost-ack", change, tmp_path)]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and says in err
    assert "Error" not in err


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_put("property", value="termination"), ""),
        (_put("property", value="drained"), "no endless run breaks drained"),
        (_put("loop", value=0), "does not return to where it began"),
    ],
    ids=["none", "another", "longer"],
)
def test_an_endless_run_is_one_of_its_property(
    change: Callable[[Any], None], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["trace", changed("ack-loop", change, tmp_path)]) == (2 if says else 0)
    assert says in capsys.readouterr().err
