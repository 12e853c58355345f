"""`tcpverify report` from outside: the file it writes, what it refuses, and with which exit status."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tcpverify.cli.main import main
from tcpverify.errors import UsageError
from tcpverify.workflow import report as engine
from tcpverify.workflow.derived import BoundRequest
from tcpverify.workflow.results import Assurance, CheckReport, CheckRequest, Verdict

TRACE = str(Path(__file__).parent.parent / "views" / "traces" / "assassination.json")
LESS = ("--no-region", "--no-graph")
Capture = pytest.CaptureFixture[str]


def checked(verdict: str, interrupted: bool = False) -> Callable[..., CheckReport]:
    """A check that finds this verdict at once."""

    def check(request: CheckRequest, progress: Any = None, stop: Any = None) -> CheckReport:
        found = Verdict("drained", 2 * request.msl, "own", verdict, False, Assurance("zones", 1, 1, 1), 0.1)
        values = {"MSL": request.msl, "RTO_MIN": Fraction(0), "RTO_MAX": request.msl, "DELAY_MIN": Fraction(0)}
        return CheckReport(request, request.model, "", values, [found], {"closed": True}, [], interrupted=interrupted)

    return check


def test_a_page_about_a_trace(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "page.html"
    assert main(["report", "--trace", TRACE, "-o", str(path)]) == 0
    text = path.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert text.endswith("</html>\n")
    assert capsys.readouterr() == ("", "")
    assert [p.name for p in tmp_path.iterdir()] == ["page.html"]


def test_a_page_on_standard_output(capsys: Capture) -> None:
    assert main(["report", "--trace", TRACE, "-o", "-"]) == 0
    assert capsys.readouterr().out.startswith("<!doctype html>")


@pytest.mark.parametrize(("verdict", "status"), [("proved", 0), ("refuted", 1), ("unknown", 3)])
def test_the_exit_status_is_that_of_check(
    verdict: str, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "check", checked(verdict))
    assert main(["report", *LESS, "-o", str(tmp_path / "page.html")]) == status


def test_ctrl_c_leaves_a_page_that_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "check", checked("unknown", interrupted=True))
    asked: list[BoundRequest] = []
    monkeypatch.setattr(engine, "bound", lambda request, *rest: asked.append(request))
    path = tmp_path / "page.html"
    assert main(["report", "-o", str(path)]) == 130
    assert "The run was interrupted" in path.read_text(encoding="utf-8")
    assert asked == []


def test_the_region_gets_the_time_that_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "check", checked("proved"))
    asked: list[BoundRequest] = []

    def bound(request: BoundRequest, *rest: Any) -> None:
        asked.append(request)
        raise UsageError("there is no region of that")

    monkeypatch.setattr(engine, "bound", bound)
    for limit in (0.0, 30.0):
        found = engine.report(CheckRequest("textbook", Fraction(1), seconds=limit), BoundRequest("textbook"), False)
        assert found.without_region == "There is no region of that."
        assert asked[-1].seconds == (engine.REGION_SECONDS if not limit else pytest.approx(limit, abs=5))


@pytest.mark.parametrize(
    ("arguments", "property_", "given", "says"),
    [
        ("", "no-old-segment", {}, ""),
        ("--property drained --msl 2 --time-wait 3", "drained", {"MSL": 2, "TIME_WAIT": 3}, ""),
        ("--time-wait 1 --time-wait 2", "no-old-segment", {}, ""),
        ("--property termination", None, {}, "Regions are derived for safety properties"),
        ("--engine smt", None, {}, "leave --engine out"),
        ("--no-region", None, {}, "It was not asked for."),
    ],
)
def test_which_region_is_asked_for(
    arguments: str, property_: str | None, given: dict[str, int], says: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(engine, "check", checked("proved"))
    asked: list[BoundRequest] = []

    def bound(request: BoundRequest, *rest: Any) -> None:
        asked.append(request)

    monkeypatch.setattr(engine, "bound", bound)
    path = tmp_path / "page.html"
    assert main(["report", "--no-graph", "-o", str(path), *arguments.split()]) == 0
    assert [(r.property, r.given) for r in asked] == ([(property_, given)] if property_ else [])
    assert says in path.read_text(encoding="utf-8")


def test_a_page_without_a_file_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "check", checked("proved"))
    monkeypatch.setattr("tcpverify.views.report.page.report_page", lambda *rest: 1 / 0)
    path = tmp_path / "page.html"
    path.write_text("what was there", encoding="utf-8")
    assert main(["report", *LESS, "-o", str(path)]) == 4
    assert path.read_text(encoding="utf-8") == "what was there"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_run_directory_beside_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "check", checked("proved"))
    assert main(["report", *LESS, "-o", str(tmp_path / "page.html"), "--save", str(tmp_path / "run")]) == 0
    assert (tmp_path / "run" / "report.json").is_file()


def test_the_hash_is_that_of_the_certificate_that_is_saved(tmp_path: Path) -> None:
    path, run = tmp_path / "page.html", tmp_path / "run"
    scope = ["--losses", "0", "--retransmissions", "0", "--property", "drained", "--time-wait", "2"]
    assert main(["report", *scope, *LESS, "-o", str(path), "--save", str(run)]) == 0
    (file,) = (run / "certificates").iterdir()
    assert f"<code>{sha256(file.read_bytes()).hexdigest()}</code>" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("", "--output"),
        ("-o {dir}", "is a directory"),
        ("-o {dir}/no/page.html", "does not exist"),
        ("-o {dir}/p.html nope", "unknown model 'nope'"),
        ("-o {dir}/p.html --save {dir}/other/run", "does not exist"),
        ("-o {dir}/p.html --trace {dir}/none.json", "does not exist"),
        ("-o {dir}/p.html --trace {trace} --losses 0", "explores nothing"),
        ("-o {dir}/p.html --trace {trace} --save {dir}/run", "explores nothing"),
        ("-o {dir}/p.html --trace {trace} textbook", "is not a run of model textbook"),
        ("-o {dir}/p.html --trace {trace} --trace {other}", "one page is about one model"),
    ],
)
def test_what_is_refused(arguments: str, says: str, tmp_path: Path, capsys: Capture) -> None:
    words = arguments.format(dir=tmp_path, trace=TRACE, other=TRACE.replace("assassination", "too-short")).split()
    assert main(["report", *words]) == 2
    said = capsys.readouterr()
    assert says in said.err
    assert said.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_terminal_gets_no_page(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert main(["report", "--trace", TRACE, "-o", "-"]) == 2
    assert "nothing for a terminal" in capsys.readouterr().err
