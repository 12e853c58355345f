"""`tcpverify graph` from outside: what is written where, in every format, with and without the program dot."""

from __future__ import annotations

import json
import shutil
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import networkx as nx
import pytest

from tcpverify.cli.main import main
from tests.docs.test_schemas import validate

TRACE = str(Path(__file__).parent.parent / "views" / "traces" / "too-short.json")
SMALL = ["graph", "--show", "reachable", "--losses", "0", "--retransmissions", "0"]
needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="no Graphviz here")
Capture = pytest.CaptureFixture[str]


def test_the_machine_is_the_default(capsys: Capture) -> None:
    assert main(["graph"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith('digraph "textbook: state machine"') and not err
    assert main([*SMALL[:1], *SMALL[3:]]) == 0
    assert "reachable graph" in capsys.readouterr().out.partition("\n")[0], "an option asks for exploring"


@pytest.mark.parametrize("form", ["dot", "graphml", "json", "html"])
def test_formats_that_need_nothing(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    target = tmp_path / f"small.{form}"
    assert main([*SMALL, "-o", str(target)]) == 0
    out, err = capsys.readouterr()
    assert out == f"{target}: 318 states and 1011 transitions, drawn as 26 nodes\n" and not err
    text = target.read_text(encoding="utf-8")
    if form == "json":
        document = json.loads(text)
        validate(document)
        assert len(document["nodes"]) == 27 and document["about"]["states"] == 318
    elif form == "graphml":
        assert len(nx.parse_graphml(text)) == 27
    else:
        assert "318 states and 1011 transitions" in text


@pytest.mark.parametrize("form", ["svg", "png", "pdf"])
def test_without_dot_one_sentence_says_how_to_get_the_rest(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["graph", "--format", form, "-o", str(tmp_path / "x")]) == 2
    out, err = capsys.readouterr()
    assert not out and err.count("\n") == 1
    assert f"{form} needs the program dot" in err and "graphviz" in err and "--format html" in err
    assert list(tmp_path.iterdir()) == []


@needs_dot
@pytest.mark.parametrize(("form", "begins"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_with_dot(form: str, begins: bytes, tmp_path: Path, capsys: Capture) -> None:
    target = tmp_path / f"machine.{form}"
    assert main(["graph", "rfc9293+rfc1337", "-o", str(target)]) == 0
    assert capsys.readouterr().out == f"{target}: the state machine of rfc9293+rfc1337\n"
    assert target.read_bytes().startswith(begins)
    if form == "svg":
        said = "".join(ElementTree.fromstring(target.read_bytes()).itertext())
        assert "no longer so (against rfc9293)" in said


def test_the_json_of_a_machine_holds_all_arrows(capsys: Capture) -> None:
    assert main(["graph", "rfc9293+rfc1337", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    validate(document)
    assert len(document["nodes"]) == 11
    assert {e["status"] for e in document["edges"]} == {"same", "added", "removed"}
    assert {e["main"] for e in document["edges"]} == {True, False}


def test_a_saved_trace_is_numbered_step_by_step(tmp_path: Path, capsys: Capture) -> None:
    target = tmp_path / "trace.json"
    assert main(["graph", "--trace", TRACE, "--states", "500", "--times", "-o", str(target)]) == 0
    document = json.loads(target.read_text(encoding="utf-8"))
    validate(document)
    steps = sorted(int(n) for e in document["edges"] for n in e.get("path", "").split("; ") if n)
    assert steps == list(range(1, 13))
    assert document["about"]["trace_property"] == "no-old-segment"
    assert "not all that can be reached: --states" in capsys.readouterr().out


def test_the_counterexample_is_the_one_of_check(capsys: Capture) -> None:
    asked = ["graph", "--counterexample", *SMALL[3:], "--property", "drained", "--states", "1", "--format", "json"]
    asked.append("--time-wait")
    assert main([*asked, "0"]) == 0
    document = json.loads(capsys.readouterr().out)
    validate(document)
    last = max((e for e in document["edges"] if e.get("path")), key=lambda e: int(e["path"]))
    assert "drained" in last["breaks"] and last["said"].startswith("A: TIME-WAIT timeout")
    assert main([*asked, "2"]) == 2
    assert "nothing is refuted here" in capsys.readouterr().err


def test_what_is_too_large_is_said(capsys: Capture) -> None:
    assert main(["graph", "--losses", "0", "--by", "none"]) == 0
    out, err = capsys.readouterr()
    assert "drawn as 26 nodes" in out
    assert err.startswith("tcpverify: 3514 states and 13859 transitions, drawn as 26 nodes (by ends, since by none")
    assert main(["graph", "--losses", "0", "--timeout", "1us"]) == 3
    assert "stopped at depth" in capsys.readouterr().err


def test_expanding(capsys: Capture) -> None:
    assert main([*SMALL, "--expand", "time-wait/last-ack", "--members", "3", "--format", "json"]) == 0
    nodes = json.loads(capsys.readouterr().out)["nodes"]
    assert [n["group"] for n in nodes if n["expanded"]] == ["LAST-ACK / TIME-WAIT"] * 3


@pytest.mark.parametrize(("words", "said"), [
    (["--show", "machine", "--losses", "2"], "leave --losses out"),
    (["--show", "machine", "--by", "flight"], "leave --by out"),
    (["--show", "reachable", "--trace", TRACE], "contradict each other"),
    (["--trace", TRACE, "--losses", "2"], "leave --losses out"),
    (["--trace", "nowhere.json"], "does not exist"),
    (["-o", "picture.bmp"], "does not end in one"),
    (["-o", "no/such/directory.svg"], "does not exist"),
    (["--by", "ends", "--expand", "NOWHERE", "--losses", "0", "--retransmissions", "0"], "no group 'NOWHERE'"),
    (["--time-wait", "1", "--time-wait", "2"], "about one TIME-WAIT"),
    (["fig5", "--show", "reachable"], "has no TIME_WAIT"),
    (["--engine", "smt"], "leave --engine out"),
    (["no-such-model"], "unknown model"),
])  # fmt: skip
def test_what_cannot_be_drawn(words: list[str], said: str, capsys: Capture) -> None:
    assert main(["graph", *words]) == 2
    out, err = capsys.readouterr()
    assert not out and said in err and err.count("\n") == 1


def test_nothing_is_executed_because_a_trace_names_it(tmp_path: Path, capsys: Capture) -> None:
    document = json.loads(Path(TRACE).read_text(encoding="utf-8"))
    document["model"] = f"textbook+{tmp_path}/evil.py"
    (tmp_path / "evil.py").write_text("raise SystemExit('executed')\n", encoding="utf-8")
    (tmp_path / "trace.json").write_text(json.dumps(document), encoding="utf-8")
    assert main(["graph", "--trace", str(tmp_path / "trace.json")]) == 2
    assert "nothing is executed" in capsys.readouterr().err
