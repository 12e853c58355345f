"""docs/architecture.md names every file of the program, and no file that is not there."""

from __future__ import annotations

import re
import tomllib

from tests.docs.console import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE))


def _files(folder: str, pattern: str) -> set[str]:
    return {str(p.relative_to(ROOT)) for p in (ROOT / folder).rglob(pattern) if "__pycache__" not in p.parts}


def test_every_module_has_its_line() -> None:
    modules = {f for f in _files("tcpverify", "*.py") | _files("models", "*.py") if not f.endswith("__init__.py")}
    named = {n for n in NAMED if n.startswith(("tcpverify/", "models/"))}
    assert modules - named == set(), "files that the page does not name"
    assert named - modules == set(), "names of the page that are not there"


def test_every_folder_of_tests_and_documents_has_its_line() -> None:
    here = {f"tests/{p.parent.name}/" for p in (ROOT / "tests").glob("*/*.py")}
    here |= {f"tests/{p.name}" for p in (ROOT / "tests").glob("*.py") if p.name != "__init__.py"}
    here |= {f"docs/{p.name}{'/' if p.is_dir() else ''}" for p in (ROOT / "docs").iterdir()}
    named = {n for n in NAMED if n.startswith(("tests/", "docs/"))}
    assert named == here


def test_the_layers_are_those_that_import_linter_enforces() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = settings["tool"]["importlinter"]["contracts"][0]
    layers = [re.findall(r"tcpverify\.(\w+)", layer) for layer in contract["layers"]]
    drawn = re.search(r"^```text\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    assert drawn is not None
    rows = [re.findall(r"\b(\w+)\b", row.split("   ")[0]) for row in drawn[1].splitlines() if "↓" not in row]
    assert rows == layers
