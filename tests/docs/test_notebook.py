"""The notebook runs from its first cell to its last, and its page shows what it shows."""

from __future__ import annotations

import json

from tests.docs.gallery import essence
from tests.docs.notebook import FOLDER, NOTEBOOK, PAGE, executed, page


def test_it_runs_and_shows_what_its_page_shows() -> None:
    notebook = executed()
    assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")
    text, pictures = page(notebook)
    assert PAGE.read_text(encoding="utf-8") == text, "python -m tests.docs.notebook?"
    assert {path.name for path in FOLDER.glob("*.svg")} == set(pictures)
    for name, picture in pictures.items():
        assert essence((FOLDER / name).read_text(encoding="utf-8")) == essence(picture), name


def test_it_is_kept_without_outputs() -> None:
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert len(code) > 10
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code)
