"""`tcpverify cost` from outside: what it says, as text, JSON and pictures, and with which exit status."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from fractions import Fraction as F
from pathlib import Path
from typing import Any

import pytest

from tcpverify.cli.main import main
from tcpverify.workflow import cost as engine
from tcpverify.workflow.prices import DEFAULT_MODELS, CostReport, CostRequest
from tests.docs.console import ROOT
from tests.docs.test_schemas import validate

Capture = pytest.CaptureFixture[str]
QUICK = ("--retransmissions", "0", "--calls", "open,close-in-turn")


def document(capsys: Capture, *arguments: str, status: int = 0) -> dict[str, Any]:
    assert main(["cost", *arguments, "--format", "json"]) == status
    out, err = capsys.readouterr()
    assert not err
    found: dict[str, Any] = json.loads(out)
    validate(found)
    return found


def test_the_price_of_two_machines(capsys: Capture) -> None:
    assert main(["cost", "textbook", "rfc9293", *QUICK]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "Scope: no losses" in out and "MSL = 120s, retransmission timeout anywhere in (0, 120s]" in out
    assert "the shortest safe 240s safe 117.6/s 240,000 122.9 MB" in out
    assert "for 1000/s to one destination 28.232s refuted" in out
    assert "rfc9293: no TIME_WAIT is safe" in out and "--losses 1 asks what a lost ACK costs" in out
    assert "2 of 2 bounds exact" in out


def test_the_document_is_exact(capsys: Capture) -> None:
    asked = ("textbook", *QUICK, "--msl", "30s", "--rate", "500", "--ports", "1024-65535", "--bytes", "1K")
    found = document(capsys, *asked, "--time-wait", "1msl", "--time-wait", "60s")
    assert (found["ports"], found["rate"], found["bytes_per_socket"]) == (64512, "500", 1024)
    (model,) = found["models"]
    assert (model["status"], model["minimal_time_wait"], model["own_time_wait"]) == ("exact", "2*MSL", "2*MSL")
    assert model["safe_time_wait"] == [{"from": "60", "from_included": True, "to": None, "to_included": False}]
    rows = {(d["role"], d["time_wait"]): d for d in model["durations"]}
    assert rows["named", "30"]["verdict"] == "unsafe" and rows["named", "60"]["verdict"] == "safe"
    assert rows["affordable", "16128/125"]["verdict"] == "safe"
    assert rows["own", "60"]["connections_per_second"] == str(F(64512, 60))
    assert (rows["own", "60"]["sockets"], rows["own", "60"]["bytes"]) == ("30000", str(30000 * 1024))
    linux = next(s for s in found["stacks"] if s["name"] == "Linux")
    assert linux["safe_msl"] == {"textbook": [{"from": "0", "from_included": False, "to": "30", "to_included": True}]}


def test_pictures(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "price.svg"
    assert main(["cost", "textbook", *QUICK, "--plot", str(path)]) == 0
    assert "textbook: TIME_WAIT ≥ 2·MSL" in path.read_text(encoding="utf-8")
    ElementTree.parse(path)
    assert "connections a second to one destination" not in capsys.readouterr().out
    assert main(["cost", "textbook", *QUICK, "--plot", "-"]) == 0
    out = capsys.readouterr().out
    assert "connections a second to one destination" in out and "safe for textbook" in out


def test_the_picture_in_the_documents_is_what_the_program_draws(tmp_path: Path, capsys: Capture) -> None:
    page = (ROOT / "docs" / "price.md").read_text(encoding="utf-8")
    command = next(line for line in page.splitlines() if line.startswith("$ tcpverify cost")).split()[2:]
    path = tmp_path / "price.svg"
    assert main([*command, "--plot", str(path)]) == 0
    capsys.readouterr()
    kept = ROOT / "docs" / "pictures" / "price.svg"
    assert path.read_bytes() == kept.read_bytes(), f"tcpverify {' '.join(command)} --plot {kept}"


def test_options_become_a_request(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    seen: list[CostRequest] = []

    def cost(request: CostRequest, *more: Any) -> CostReport:
        seen.append(request)
        return CostReport(request, [])

    monkeypatch.setattr(engine, "cost", cost)
    assert main(["cost"]) == 0
    words = "textbook textbook --msl 30s --rto 200ms..2msl --losses 1 --property drained --delay-min 1ms --timeout 9s"
    assert main(["cost", *words.split()]) == 0
    assert main(["cost", "--all", "--property", "graceful-close", "--ports", "5"]) == 0
    usual, asked, every = seen
    assert (usual.models, usual.property, usual.given) == (DEFAULT_MODELS, "no-old-segment", {})
    assert (usual.scope.losses, usual.ports, usual.rate, usual.bytes, usual.seconds) == (0, 28232, 1000, 512, 0)
    assert (asked.models, asked.property, asked.scope.losses, asked.seconds) == (("textbook",), "drained", 1, 9)
    assert asked.given == {"MSL": 30, "RTO_MIN": F(1, 5), "RTO_MAX": 60, "DELAY_MIN": F(1, 1000)}
    assert set(every.models) >= {*DEFAULT_MODELS} and every.ports == 5 and every.scope.incarnations == 1
    capsys.readouterr()


def test_what_time_does_not_allow_is_exit_3(capsys: Capture) -> None:
    found = document(capsys, "textbook", "rfc9293", "--losses", "2", "--retransmissions", "2", "--timeout", "600ms",
                     status=3)  # fmt: skip
    assert any(m["status"] != "exact" and m["reason"] for m in found["models"])
    assert main(["cost", "textbook", "--losses", "2", "--retransmissions", "2", "--timeout", "300ms"]) == 3
    out = capsys.readouterr().out
    assert "not decided" in out and "0 of 1 bounds exact" in out and "raise --timeout" in out


def test_interrupted_it_says_what_it_knows() -> None:
    command = [sys.executable, "-m", "tcpverify", "cost", "textbook", "rfc9293", "--losses", "2",
               "--retransmissions", "2"]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               env={**os.environ, "PYTHONUNBUFFERED": "1"})  # fmt: skip
    time.sleep(4)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, (out, err)
    assert "Interrupted; known by then" in out and "rfc9293: not asked" in out and "Traceback" not in err
