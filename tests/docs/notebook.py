"""``python -m tests.docs.notebook``: run docs/notebooks/time-wait.ipynb and write the page that shows what it shows.

The notebook itself holds no outputs; the page holds them for readers without Jupyter.
"""

from __future__ import annotations

import html
import re
import sys
from base64 import b64decode
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from tests.docs.console import ROOT
from tests.docs.gallery import essence

__all__ = ["FOLDER", "NOTEBOOK", "PAGE", "executed", "page"]

FOLDER: Path = ROOT / "docs" / "notebooks"
NOTEBOOK, PAGE = FOLDER / "time-wait.ipynb", FOLDER / "time-wait.md"
_HEAD = "<!-- written by python -m tests.docs.notebook from time-wait.ipynb -->"
_IMAGE = re.compile(r'''<img src="data:image/svg\+xml;base64,([^"]+)" alt=(?:"([^"]*)"|'([^']*)')[^>]*/>''')


def executed() -> Any:
    """The notebook with its outputs, every cell run by a kernel."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(FOLDER)}}).execute()
    return notebook


def page(notebook: Any) -> tuple[str, dict[str, str]]:
    """The page, and the pictures that it shows by file."""
    pictures: dict[str, str] = {}

    def kept(found: re.Match[str]) -> str:
        name = f"time-wait-{len(pictures) + 1}.svg"
        pictures[name] = b64decode(found[1]).decode("utf-8")
        words = re.sub(r"([\[\]*`<])", r"\\\1", html.unescape(found[2] or found[3]))
        return f"\n\n![{words}]({name})\n\n"

    rows = [_HEAD, ""]
    for cell in notebook.cells:
        rows += [cell.source, ""] if cell.cell_type == "markdown" else ["```python", cell.source, "```", ""]
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if "text/html" in data:
                inside = data["text/html"].removeprefix('<div class="tcpverify">').removesuffix("</div>")
                # Markdown takes a blank line for the end of HTML, except within such an element that begins a line.
                inside = re.sub(r"(<pre)", r"\n\n\1", inside).replace("</pre>", "</pre>\n\n")
                rows += [re.sub(r"\n{3,}", "\n\n", _IMAGE.sub(kept, inside)).strip(), ""]
            else:
                rows += ["```text", data.get("text/plain", output.get("text", "")), "```", ""]
    rows += ["[The notebook](time-wait.ipynb) runs wherever `tcpverify` is installed."]
    return "\n".join(rows).rstrip() + "\n", pictures


def main() -> int:
    """Write page and pictures; says which have changed."""
    text, pictures = page(executed())
    for name, new in {PAGE.name: text, **pictures}.items():
        path = FOLDER / name
        if not path.is_file() or essence(path.read_text(encoding="utf-8")) != essence(new):
            path.write_text(new, encoding="utf-8")
            print(f"{path.relative_to(ROOT)} has changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
