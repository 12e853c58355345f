"""`tcpverify bound` from outside: what it says, as text and as JSON, and with which exit status."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tcpverify.cli.bound import draw_ladders
from tcpverify.cli.main import main
from tcpverify.evidence.replay import replay
from tcpverify.evidence.trace import parse
from tcpverify.tcp.registry import load
from tests.docs.test_schemas import validate

Capture = pytest.CaptureFixture[str]
QUICK = ("bound", "--losses", "0", "--property", "drained")


def document(capsys: Capture, *arguments: str, status: int = 0) -> dict[str, Any]:
    assert main([*arguments, "--format", "json"]) == status
    out, err = capsys.readouterr()
    assert not err
    found: dict[str, Any] = json.loads(out)
    validate(found)
    return found


def test_the_answer_is_written_as_a_person_would(capsys: Capture) -> None:
    assert main(list(QUICK)) == 0
    out = capsys.readouterr().out
    assert "holds exactly if\n      TIME_WAIT ≥ 2·MSL\n" in out
    assert "any number of retransmissions, duplicates, reorderings and incarnations" in " ".join(out.split())
    assert "The model's own TIME_WAIT = 2·MSL is enough." in out
    # The ladder is that of every small epsilon, not of a number.
    assert "Just below TIME_WAIT ≥ 2·MSL: at TIME_WAIT = 2·MSL − 2ε" in out
    assert "TIME-WAIT expires while the network still holds" in " ".join(out.split())


def test_the_document_holds_rows_and_a_trace_that_replays(capsys: Capture) -> None:
    found = document(capsys, *QUICK)
    assert found["status"] == "exact"
    assert found["safe"] == [[{"op": ">=", "terms": {"MSL": -2, "TIME_WAIT": 1}}]]
    assert found["unsafe"] == [[{"op": ">", "terms": {"MSL": 2, "TIME_WAIT": -1}}]]
    assert found["minimal_time_wait"] == "2*MSL"
    assert found["assurance"]["unbounded"] and found["assurance"]["rechecked_by"] == ["z3"]
    (witness,) = found["unsafe_witnesses"]
    trace = parse(json.dumps(witness["trace"]))
    replay(trace, load("textbook").table)
    assert "drained" in trace.steps[-1].broken
    assert len(witness["times"]) == len(trace.steps) + 1


def test_nothing_is_enough_for_the_standard(capsys: Capture) -> None:
    found = document(capsys, "bound", "rfc9293", "--losses", "0", "--property", "no-assassination")
    assert (found["status"], found["safe"], found["minimal_time_wait"]) == ("exact", [], None)
    assert found["unsafe"] == [[]]
    assert main(["bound", "rfc9293", "--losses", "0", "--property", "no-assassination"]) == 0
    assert "is refuted for every TIME_WAIT" in capsys.readouterr().out


def test_alternatives_say_what_they_rest_on(capsys: Capture) -> None:
    assert main(["bound", "textbook+no-restart", "--losses", "0", "--property", "drained"]) == 0
    out = capsys.readouterr().out
    assert "TIME_WAIT ≥ 3·MSL + RTO_MAX" in out and "(within the scope only)" in out
    assert "TIME_WAIT ≥ 4·MSL   (any number of retransmissions)" in out
    assert out.count("Just below") == 2


def test_numbers_of_interest_are_put_in(capsys: Capture) -> None:
    asked = ["bound", "--property", "graceful-close", "--losses", "1", "--within-scope"]
    assert main([*asked, "--time-wait", "60s", "--rto", "0..120s"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "With RTO_MAX = 120s, TIME_WAIT = 60s: graceful-close is refuted, whatever MSL." in out
    assert main([*asked, "--time-wait", "4min", "--rto", "0..2min", "--msl", "2min"]) == 0
    assert "TIME_WAIT = 4min: graceful-close holds in this scope." in " ".join(capsys.readouterr().out.split())
    # A bare number has no name, and is no parameter to solve for.
    assert main([*QUICK, "--losses", "1", "--within-scope", "--time-wait", "60s", "--msl", "30s"]) == 0
    assert "drained holds in this scope if RTO_MAX ≤ 30s." in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("options", "counts"),
    [
        (["--within-scope"], "(no losses, no duplicates, 1 retransmission of a segment)"),
        (["--losses", "unlimited", "--incarnations", "1"], "(no duplicates, 1 retransmission of a segment)"),
    ],
)
def test_what_a_condition_rests_on_stands_beside_it(options: list[str], counts: str, capsys: Capture) -> None:
    assert main([*QUICK, *options]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert f"every retransmission timeout in (0, RTO_MAX], within the scope only {counts}." in out
    assert "The model's own TIME_WAIT = 2·MSL is enough in this scope" in out
    assert "Unbounded" not in out


def test_a_least_timeout_becomes_a_parameter(capsys: Capture) -> None:
    found = document(capsys, *QUICK, "--rto", "200ms..120s")
    assert found["parameters"] == ["MSL", "RTO_MAX", "RTO_MIN", "TIME_WAIT"]
    assert found["given"] == {"RTO_MAX": "120", "RTO_MIN": "1/5"}
    assert found["status"] == "exact"


def test_a_certificate_is_written_and_accepted(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "proof.json"
    assert main([*QUICK, "--certificate", str(path)]) == 0
    validate(json.loads(path.read_text(encoding="utf-8")))
    assert main(["recheck", str(path)]) == 0
    assert "TIME_WAIT ≥ 2·MSL" in capsys.readouterr().out


def test_runs_outside_are_drawn_with_their_times_as_expressions(tmp_path: Path, capsys: Capture) -> None:
    assert main([*QUICK, "--within-scope", "--ladders", str(tmp_path / "outside")]) == 0
    (file,) = (tmp_path / "outside").iterdir()
    assert file.name == "drained-1.svg"
    root = ElementTree.fromstring(file.read_text(encoding="utf-8"))
    said = ["".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text")]
    # On the axis, as in the ladder in text; the numbers that the picture is to scale for stand below it.
    assert "2·MSL − ε" in said and any("TIME-WAIT = 2·MSL − 2ε" in text for text in said)
    assert any(text.startswith("Drawn for MSL = 1") for text in said)
    assert any(text.startswith("axis to scale for these values") for text in said)
    assert "2·MSL − ε" in capsys.readouterr().out


def test_where_nothing_is_refuted_no_ladder_is_drawn(tmp_path: Path, capsys: Capture) -> None:
    draw_ladders([], str(tmp_path / "outside"), False)
    assert "no ladder was drawn" in capsys.readouterr().err and not (tmp_path / "outside").exists()


def test_what_time_does_not_allow_is_never_passed_off_as_exact(capsys: Capture) -> None:
    found = document(capsys, "bound", "--timeout", "300ms", status=3)
    assert found["status"] in ("sufficient", "unknown") and found["undecided"]
    assert "raise --timeout" in found["reason"]


def test_unlimited_retransmissions_are_sufficient_at_least(capsys: Capture) -> None:
    found = document(capsys, *QUICK, "--retransmissions", "unlimited", "--duplicates", "unlimited")
    assert found["status"] == "exact" and found["assurance"]["unbounded"]


def test_interrupted_it_says_what_it_knows() -> None:
    command = [sys.executable, "-m", "tcpverify", "bound", "--losses", "2", "--retransmissions", "2"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               env={**os.environ, "PYTHONUNBUFFERED": "1"})  # fmt: skip
    time.sleep(4)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, (out, err)
    assert "Not decided" in out and "Interrupted" in out and "Traceback" not in err


def test_a_sweep_is_one_table(capsys: Capture) -> None:
    asked = ["--losses", "0", "--retransmissions", "0", "--property", "drained", "--timeout", "5min"]
    assert main(["bound", "--sweep", "textbook", "rfc9293", *asked]) == 0
    out = capsys.readouterr().out
    rows = {words[0]: line for line in out.splitlines() if (words := line.split())}
    assert "no TIME_WAIT" in rows["rfc9293"] and "TIME_WAIT ≥ 2·MSL*" in rows["textbook"]


def test_a_sweep_says_what_time_did_not_allow(capsys: Capture) -> None:
    asked = ["bound", "--sweep", "--losses", "0", "--property", "drained", "--timeout", "1s"]
    found = document(capsys, *asked, status=3)
    assert {b["model"] for b in found["bounds"]} >= {"textbook", "rfc9293", "rfc9293+rfc1337"}
    assert all(b["undecided"] for b in found["bounds"] if b["status"] != "exact")
