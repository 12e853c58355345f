"""The pages of docs/reference/ that the program writes are what it would write today; examples in Python run."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

from tests.docs.console import ROOT, blocks
from tests.docs.generated import FOLDER, PAGES, rewrite

PYTHON = [path for path in (ROOT / "README.md", FOLDER / "python.md") if "```pycon" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_page_is_what_the_program_says(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == rewrite(name), "python -m tests.docs.generated?"


@pytest.mark.parametrize("path", PYTHON, ids=[path.name for path in PYTHON])
def test_examples_in_python_run(path: Path) -> None:
    text = "\n".join(b.body for b in blocks(path.read_text(encoding="utf-8")) if b.kind == "pycon")
    test = doctest.DocTestParser().get_doctest(text, {}, path.name, str(path), 0)
    assert test.examples
    assert doctest.DocTestRunner().run(test).failed == 0
