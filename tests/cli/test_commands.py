"""The commands from outside: what they print, where, and with which exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tcpverify.cli import main as cli_main
from tcpverify.cli.main import COMMANDS, cli, main
from tcpverify.errors import InternalDisagreement
from tcpverify.evidence.trace import parse
from tcpverify.tcp.lexicon import entries
from tcpverify.workflow import check as engine
from tcpverify.workflow.results import Assurance, CheckReport, CheckRequest, Verdict

TRACES = Path(__file__).parent.parent / "views" / "traces"
TRACE = TRACES / "too-short.json"
Capture = pytest.CaptureFixture[str]


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tcpverify", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, input=stdin, check=False)


def answer(verdict: str, interrupted: bool = False) -> Callable[..., CheckReport]:
    """A check that finds this verdict at once."""

    def check(request: CheckRequest, progress: Any = None, interrupted_: Any = None) -> CheckReport:
        trace = parse(TRACE.read_text(encoding="utf-8")) if verdict == "refuted" else None
        found = Verdict(
            "no-old-segment", 2 * request.msl, "own", verdict, False,
            Assurance("zones", 1, 1, 1, ("z3",), 1), 0.1, "", trace, None if trace else _Certificate(),
        )  # fmt: skip
        values = {
            "MSL": request.msl,
            "RTO_MIN": Fraction(0),
            "RTO_MAX": request.msl,
            "DELAY_MIN": Fraction(0),
        }
        return CheckReport(
            request, request.model, "", values, [found], {"closed": True}, [], interrupted=interrupted
        )

    return check


class _Certificate:
    def to_json(self) -> dict[str, str]:
        return {"schema": "a certificate"}


# ------------------------------------------------------------ check


def test_check_for_real_proves_and_prints_one_json_document() -> None:
    found = run(
        "check", "--msl", "1", "--property", "drained", "--losses", "0", "--no-sweep", "--format", "json"
    )
    assert found.returncode == 0 and found.stderr == ""
    document = json.loads(found.stdout)
    assert document["schema"] == "tcpverify.check/1"
    assert [r["verdict"] for r in document["results"]] == ["proved"]


def test_check_for_real_refutes_with_a_ladder() -> None:
    found = run(
        "check", "--time-wait", "1.99msl", "--property", "drained", "--losses", "0", "--retransmissions", "1"
    )
    assert found.returncode == 1 and found.stderr == ""
    assert "► breaks the property" in found.stdout and "breaks drained" in found.stdout
    assert "\x1b" not in found.stdout


@pytest.mark.parametrize(
    ("verdict", "interrupted", "status"),
    [("proved", False, 0), ("refuted", False, 1), ("unknown", False, 3), ("proved", True, 130)],
)
def test_exit_status(
    verdict: str, interrupted: bool, status: int, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr(engine, "check", answer(verdict, interrupted))
    for form in ("text", "json", "junit"):
        assert main(["check", "--format", form]) == status
        out, err = capsys.readouterr()
        assert out and not err
        if form == "json":
            assert json.loads(out)["exit_status"] == status
        if form == "junit":
            ElementTree.fromstring(out)


def test_an_internal_disagreement_is_exit_4(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    def disagree(*_: object) -> CheckReport:
        raise InternalDisagreement("replay: step 3: the rule is another")

    monkeypatch.setattr(engine, "check", disagree)
    assert main(["check"]) == 4
    assert capsys.readouterr().err == "tcpverify: replay: step 3: the rule is another\n"


def test_a_defect_is_exit_4_and_one_sentence(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(engine, "check", lambda *_: {}["gone"])
    assert main(["check"]) == 4
    out, err = capsys.readouterr()
    assert out == "" and "internal error: KeyError" in err and err.count("\n") == 1


def test_ctrl_c_without_an_answer_is_exit_130(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    def interrupt(*_: object) -> CheckReport:
        raise KeyboardInterrupt

    monkeypatch.setattr(engine, "check", interrupt)
    assert main(["check"]) == 130
    assert capsys.readouterr().out == ""


def test_options_become_a_request(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    seen: list[CheckRequest] = []

    def check(request: CheckRequest, *more: Any) -> CheckReport:
        seen.append(request)
        return answer("proved")(request)

    monkeypatch.setattr(engine, "check", check)
    words = (
        "check rfc9293 --msl 200ms --time-wait 2msl --time-wait 1/3 --time-wait 400ms --rto 0..3msl "
        "--delay-min 1/2msl --losses unlimited --duplicates 1 --retransmissions 3 --data 2 --incarnations 3 "
        "--sequence clock --calls open,close,abort --reopen both --start closed --no-reordering --property drained "
        "--property drained --engine smt --timeout 1min --memory 2G"
    )
    assert main(words.split()) == 0
    (request,) = seen
    assert request.msl == Fraction(1, 5)
    assert request.time_waits == (Fraction(2, 5), Fraction(1, 3))
    assert (request.rto_min, request.rto_max, request.delay_min) == (None, Fraction(3, 5), Fraction(1, 10))
    assert (request.seconds, request.memory, request.engine) == (60.0, 2 << 30, "smt")
    assert request.properties == ("drained",)
    scope = request.scope
    assert (scope.losses, scope.duplicates, scope.retransmissions, scope.data) == (-1, 1, 3, 2)
    assert (scope.sequence, scope.calls, scope.reopen) == ("clock", ("open", "close", "abort"), "both")
    assert (scope.reordering, scope.delay) == (False, True)
    assert "MSL = 200ms" in capsys.readouterr().out


# ------------------------------------------------------------ --save


def test_a_run_directory_has_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    for verdict, name in (("proved", "proof"), ("refuted", "refutation")):
        monkeypatch.setattr(engine, "check", answer(verdict))
        main(["check", "--save", str(tmp_path / name)])
    proof, refutation = tmp_path / "proof", tmp_path / "refutation"
    (certificate,) = (proof / "certificates").iterdir()
    report = json.loads((proof / "report.json").read_text())
    assert report["results"][0]["certificate"] == f"certificates/{certificate.name}"
    run_file = json.loads((proof / "run.json").read_text())
    assert run_file["command"][0] == "tcpverify" and "z3-solver" in run_file["versions"]
    (trace,) = (refutation / "traces").iterdir()
    capsys.readouterr()
    assert main(["trace", str(trace)]) == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["proof", "refutation"]


def test_a_run_directory_exists_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def broken(self: _Certificate) -> dict[str, str]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(engine, "check", answer("proved"))
    monkeypatch.setattr(_Certificate, "to_json", broken)
    assert main(["check", "--save", str(tmp_path / "run")]) == 2
    assert "No space left" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------ the other commands


def test_trace_prints_a_ladder_and_the_document(capsys: Capture) -> None:
    assert main(["trace", str(TRACE)]) == 0
    out = capsys.readouterr().out
    assert "breaks no-old-segment" in out and "Replayed against textbook." in out
    assert main(["trace", str(TRACE), "--format", "json"]) == 0
    assert parse(capsys.readouterr().out) == parse(TRACE.read_text(encoding="utf-8"))


def test_trace_reads_standard_input_and_falls_back_to_ascii() -> None:
    command = [sys.executable, "-m", "tcpverify", "trace", "-"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    found = subprocess.run(
        command, capture_output=True, input=TRACE.read_bytes(), timeout=60, env=environment, check=False
    )
    assert found.returncode == 0, found.stderr
    assert b"=>" in found.stdout
    found.stdout.decode("ascii")


def test_models_lists_the_default(capsys: Capture) -> None:
    assert main(["models"]) == 0
    assert "(the default)" in capsys.readouterr().out
    assert main(["models", "--format", "json"]) == 0
    names = {row["name"] for row in json.loads(capsys.readouterr().out)["models"]}
    assert {"rfc9293", "textbook", "rfc1337", "no-restart", "literal"} <= names


def test_show_prints_rules_and_clauses(capsys: Capture) -> None:
    assert main(["show", "rfc9293", "--state", "time-wait"]) == 0
    out = capsys.readouterr().out
    assert "TIME-WAIT.fin-again" in out and "RFC 9293 §3.10.7.4" in out and "LISTEN.syn" not in out
    assert main(["show", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["schema"] == "tcpverify.model/1"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("no-old-segment", "RFC 9293 §3.4.1"),
        ("time-wait.fin-again", "restart time-wait"),
        ("vacuous", "its proof says nothing"),
        ("last-ack", "vacuous"),
        ("time-wait", "TIME-WAIT.rst"),
        ("TIME_WAIT", "How long"),
        ("rfc1337", "assassination"),
        ("worst-case", "adversary"),
        ("elapsed", 'Such as  elapsed("time-wait", parameter('),
        ("snd.nxt", "SND_NXT: what an end keeps"),
        ("REOPENED", "REOPENED: what an end keeps"),
        ("reopened", "Premise reopened"),
        ("restarts", "restarts: a tag of rules"),
    ],
)
def test_explain(name: str, says: str, capsys: Capture) -> None:
    assert main(["explain", name]) == 0
    assert says in capsys.readouterr().out


def test_explain_knows_every_word_of_model_files(capsys: Capture) -> None:
    for word in {entry.word for entry in entries()}:
        assert main(["explain", word]) == 0
    assert main(["explain", "reopn"]) == 2
    assert "did you mean reopen or reopens" in capsys.readouterr().err


# ------------------------------------------------------------ the program as a whole


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str, capsys: Capture) -> None:
    for flag in ("-h", "--help"):
        assert main([name, flag]) == 0
        assert f"  tcpverify {name}" in capsys.readouterr().out
    module, _ = COMMANDS[name]
    assert cli.get_command(cli.make_context("tcpverify", ["-h"], resilient_parsing=True), name) is getattr(
        import_module(module), name
    )


def test_help_version_and_nothing(capsys: Capture) -> None:
    for arguments in (["-h"], ["--help"], []):
        assert main(arguments) == 0
        assert "Commands:" in capsys.readouterr().out
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("tcpverify ")


def test_help_needs_no_engine() -> None:
    code = (
        "import sys; from tcpverify.cli.main import main; main(['check', '--help']); "
        "sys.exit(','.join(m for m in ('z3', 'networkx', 'rich') if m in sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert found.stderr == "\n"  # sys.exit('') prints an empty line


def test_a_reader_that_goes_away_gets_no_traceback() -> None:
    command = [sys.executable, "-m", "tcpverify", "show", "rfc9293"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        err = process.stderr.read()
        assert process.wait(60) in (0, cli_main.PIPE_CLOSED)
    assert err == b""


@pytest.mark.parametrize("start", ["-m tcpverify", "-c import$sys;from$tcpverify.__main__$import$run;sys.exit(run())"])
def test_ctrl_c_while_the_program_is_loaded(start: str, tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise KeyboardInterrupt", encoding="utf-8")
    command = [sys.executable, *(word.replace("$", " ") for word in start.split()), "check"]
    paths = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH", ""))))
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, cwd="/", env={**os.environ, "PYTHONPATH": paths}
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "tcpverify: interrupted\n")


def test_the_command_begins_where_ctrl_c_is_minded() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["scripts"] == {"tcpverify": "tcpverify.__main__:run"}
