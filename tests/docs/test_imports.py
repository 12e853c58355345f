"""What starting the program may cost: heavy libraries are imported where they are needed, not before."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest


def _imported_by(statement: str) -> set[str]:
    code = f"import json, sys\nbefore = set(sys.modules)\n{statement}\nprint(json.dumps([*{{*sys.modules}} - before]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("heavy", ["z3", "networkx", "rich", "graphviz"])
def test_the_command_line_starts_without(heavy: str) -> None:
    assert heavy not in _imported_by("import tcpverify.cli.main")


def test_the_package_itself_imports_nothing() -> None:
    assert {m for m in _imported_by("import tcpverify") if not m.startswith("tcpverify")} == set()


def test_help_and_the_list_of_models_need_no_solver() -> None:
    for arguments in (["--help"], ["models"], ["explain", "drained"]):
        statement = (
            "from tcpverify.cli.main import main\nfrom contextlib import redirect_stdout\nimport io\n"
            f"with redirect_stdout(io.StringIO()):\n    main({arguments})"
        )
        assert _imported_by(statement) & {"z3", "networkx"} == set(), arguments


def test_checking_needs_no_dot() -> None:
    assert "graphviz" not in _imported_by("import tcpverify.workflow.check")
