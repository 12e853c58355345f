"""``python -m tests.docs.library``: write into docs/library.md the bounds of the whole library, as derived today.

Takes about twenty minutes on one core, so a test only holds the page against the list of models and a few cells.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.docs.console import ROOT

__all__ = ["COMMANDS", "PAGE", "rows_of"]

PAGE: Path = ROOT / "docs" / "library.md"
#: the commands whose output the page holds, in order
COMMANDS = (
    "tcpverify bound --sweep --losses 0 --timeout 15min",
    "tcpverify bound --sweep --losses 0 --calls open,close-in-turn --property no-old-segment --timeout 8min",
)
_BLOCK = re.compile(r"```text\n\$ (?P<command>tcpverify bound --sweep[^\n]*)\n(?P<body>.*?)```\n", re.DOTALL)


def blocks(text: str) -> dict[str, str]:
    """The output on the page, by command."""
    return {found["command"]: found["body"] for found in _BLOCK.finditer(text)}


def rows_of(body: str) -> dict[str, list[str]]:
    """The cells of a table in the output, by model."""
    rows = (re.split(r" {2,}", row.strip()) for row in body.splitlines())
    return {cells[0]: cells[1:] for cells in rows if len(cells) > 1 and cells[0] != "model"}


def main() -> int:
    """Rewrite the page; the status is 3 where a cell stayed open, as it may."""
    text = PAGE.read_text(encoding="utf-8")
    for command in COMMANDS:
        done = subprocess.run([sys.executable, "-m", *command.split()], capture_output=True, text=True, check=False)
        if done.returncode not in (0, 3):
            print(done.stderr, file=sys.stderr)
            return done.returncode
        old = next(b for b in _BLOCK.finditer(text) if b["command"] == command)
        text = f"{text[: old.start('body')]}{done.stdout}{text[old.end('body') :]}"
        PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
