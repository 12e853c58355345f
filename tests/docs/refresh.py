"""``python -m tests.docs.refresh``: write into the documents what their commands print today."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.docs.console import ROOT, blocks, documents, normal, run_block


def refreshed(text: str, directory: Path) -> str:
    """A document with real output in its console blocks."""
    files: dict[str, str] = {}
    pieces, end = [], 0
    for block in blocks(text):
        if block.file:
            files[block.file] = block.body
        if block.kind != "console":
            continue
        fresh = run_block(block, files, directory)
        # A block that differs in measured times only is left as it is.
        if normal(fresh) != normal(block.body):
            pieces += [text[end : block.span[0]], fresh]
            end = block.span[1]
    return "".join([*pieces, text[end:]])


def main() -> int:
    """Refresh every document; says which have changed."""
    for path in documents():
        old = path.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as directory:
            new = refreshed(old, Path(directory))
        if new != old:
            path.write_text(new, encoding="utf-8")
            print(f"{path.relative_to(ROOT)} has changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
