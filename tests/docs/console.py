"""The commands in the documents: found, run, and compared with what the documents say they print.

A block of kind ``console`` holds commands (``$ tcpverify …``, ``$ echo $?``, ``$ cat FILE``, ``$ pip install
--quiet DIRECTORY``) each followed by its output. A block of kind ``python FILE``, or ``toml FILE``, is a file that the
commands after it find. A comment before a block,
``<!-- only: FIRST .. LAST && FIRST .. LAST -->``, says which lines are shown, by regular expressions for the
first and the last of each stretch (empty: the very first, the very last); ``[…]`` stands for what is left out.

``python -m tests.docs.refresh`` writes the real output into the documents.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["GAP", "ROOT", "Block", "blocks", "documents", "normal", "run_block"]

ROOT = Path(__file__).parents[2]
GAP = "[…]"
SITE = "site-packages"
LIMIT = 50  # seconds for one command
_FENCE = re.compile(
    r"(?:<!-- only: (?P<only>.*?) -->\n)?```(?P<info>[^\n`]*)\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True)
class Block:
    """A fenced block: its kind, the file it holds if any, which lines of an output it shows, where it stands."""

    kind: str
    file: str
    only: str
    body: str
    line: int
    span: tuple[int, int]


def documents() -> list[Path]:
    """All documents of the project."""
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(text: str) -> Iterator[Block]:
    """The fenced blocks of a document, in order."""
    for found in _FENCE.finditer(text):
        kind, _, file = found["info"].partition(" ")
        line = text.count("\n", 0, found.start()) + 1
        yield Block(kind, file.strip(), found["only"] or "", found["body"], line, found.span("body"))


@cache
def _output(command: str, files: tuple[tuple[str, str], ...], directory: str) -> tuple[str, int]:
    """What a command prints on both streams, in a directory with these files, and its exit status."""
    for name, content in files:
        (Path(directory) / name).parent.mkdir(parents=True, exist_ok=True)
        (Path(directory) / name).write_text(content, encoding="utf-8")
    words = shlex.split(command)
    packages = [Path(name).parent for name, _ in files if Path(name).name == "pyproject.toml"]
    if words[:3] == ["pip", "install", "--quiet"] and Path(words[3]) in packages:
        _install(Path(directory) / words[3], Path(directory) / SITE)
        return "", 0
    if words[0] == "cat":
        return (Path(directory) / words[1]).read_text(encoding="utf-8"), 0
    if words[0] != "tcpverify":
        raise AssertionError(f"the documents may only run tcpverify, not {words[0]!r}")
    environment = {n: v for n, v in os.environ.items() if n not in ("COLUMNS", "FORCE_COLOR", "LINES")}
    # What one document installs is not there for the others.
    path = os.pathsep.join([str(ROOT), *([str(Path(directory) / SITE)] if packages else [])])
    environment |= {"PYTHONIOENCODING": "utf-8", "NO_COLOR": "1", "PYTHONPATH": path}
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=directory, env=environment, capture_output=True, encoding="utf-8",
        stdin=subprocess.DEVNULL, timeout=LIMIT, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr, done.returncode


def _install(project: Path, site: Path) -> None:
    """What pip makes of a project that is one pure Python package, as far as an interpreter can see it."""
    said = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    package = said["name"].replace("-", "_")
    shutil.copytree(project / package, site / package, dirs_exist_ok=True)
    metadata = site / f"{package}-{said['version']}.dist-info"
    metadata.mkdir(exist_ok=True)
    about = f"Metadata-Version: 2.1\nName: {said['name']}\nVersion: {said['version']}\n"
    (metadata / "METADATA").write_text(about, encoding="utf-8")
    rows = []
    for group, entries in said["entry-points"].items():
        rows += [f"[{group}]", *(f"{name} = {value}" for name, value in entries.items())]
    (metadata / "entry_points.txt").write_text("\n".join(rows) + "\n", encoding="utf-8")


def _shown(output: str, only: str) -> str:
    """The stretches of an output that a block shows."""
    if not only:
        return output
    lines, kept, end = output.splitlines(), list[str](), 0
    for stretch in only.split("&&"):
        first, _, last = (part.strip() for part in stretch.partition(".."))
        begin = next((i for i in range(end, len(lines)) if re.search(first, lines[i])), None)
        if begin is None:
            raise AssertionError(f"no line of the output matches {first!r}:\n{output}")
        if begin > end:
            kept.append(GAP)
        end = next((i + 1 for i in range(begin, len(lines)) if last and re.search(last, lines[i])), len(lines))
        kept += lines[begin:end]
    if end < len(lines):
        kept.append(GAP)
    return "\n".join(kept) + "\n"


def run_block(block: Block, files: dict[str, str], directory: Path) -> str:
    """What the block would have to say."""
    found, status = [], 0
    for line in block.body.splitlines():
        if not line.startswith("$ "):
            continue
        found.append(f"{line}\n")
        command = line[2:]
        if command == "echo $?":
            found.append(f"{status}\n")
            continue
        output, status = _output(command, tuple(sorted(files.items())), str(directory))
        found.append(_shown(output, block.only))
    return "".join(found)


def normal(text: str) -> str:
    """The same with every measured time replaced: those differ from run to run."""
    text = re.sub(r"\s+\(\d+\.\d\s+s\)", " (N s)", text)
    text = re.sub(r'"seconds": \d+(\.\d+)?', '"seconds": N', text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
