"""The pictures of graphs in docs/pictures.md are what the commands above them draw today."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from tcpverify.cli.main import main
from tests.docs.console import ROOT
from tests.docs.gallery import SKETCHES, essence, sketched

TEXT = (ROOT / "docs" / "pictures.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ tcpverify (graph .* -o (\w+\.svg))$", TEXT, re.MULTILINE)
#: the trace that the page saves first
TRACE = ROOT / "tests" / "views" / "traces" / "at-1.99.json"


@pytest.mark.skipif(shutil.which("dot") is None, reason="no Graphviz here")
@pytest.mark.parametrize(("command", "file"), COMMANDS, ids=[file for _, file in COMMANDS])
def test_a_graph_is_drawn_as_the_page_shows_it(command: str, file: str, tmp_path: Path) -> None:
    assert f"](pictures/{file})" in TEXT
    *words, _ = shlex.split(re.sub(r"run/traces/\S+", str(TRACE), command))
    assert main([*words, str(tmp_path / file)]) == 0
    kept = (ROOT / "docs" / "pictures" / file).read_text(encoding="utf-8")
    assert essence((tmp_path / file).read_text(encoding="utf-8")) == essence(kept)


@pytest.mark.skipif(shutil.which("dot") is None, reason="no Graphviz here")
@pytest.mark.parametrize("sketch", SKETCHES, ids=[path.stem for path in SKETCHES])
def test_a_sketch_is_drawn_from_the_text_beside_it(sketch: Path) -> None:
    kept = sketch.with_suffix(".svg")
    assert essence(sketched(sketch)) == essence(kept.read_text(encoding="utf-8"))
    pages = (path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md"))
    assert any(f"](pictures/{kept.name})" in page for page in pages)
