"""What the documents say a command prints is what it prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.console import ROOT, Block, blocks, documents, normal, run_block

README_COMMANDS = 2


def _console_blocks() -> list[tuple[str, Block, dict[str, str]]]:
    found = []
    for path in documents():
        files: dict[str, str] = {}
        for block in blocks(path.read_text(encoding="utf-8")):
            if block.file:
                files[block.file] = block.body
            if block.kind == "console":
                found.append((f"{path.relative_to(ROOT)}:{block.line}", block, dict(files)))
    return found


BLOCKS = _console_blocks()


@pytest.fixture(scope="module")
def directories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where every document gets a directory of its own."""
    return tmp_path_factory.mktemp("documents")


# A document's blocks run in their order, by one worker (tests/conftest.py).
@pytest.mark.parametrize(("name", "block", "files"), BLOCKS, ids=[row[0] for row in BLOCKS])
def test_a_command_prints_what_the_document_says(
    name: str, block: Block, files: dict[str, str], directories: Path
) -> None:
    directory = directories / name.partition(":")[0]
    directory.mkdir(parents=True, exist_ok=True)
    assert normal(block.body) == normal(run_block(block, files, directory)), "python -m tests.docs.refresh?"


def test_the_readme_has_one_command_to_run_and_one_to_test() -> None:
    shell = [b.body for b in blocks((ROOT / "README.md").read_text(encoding="utf-8")) if b.kind == "sh"]
    assert len(shell) == README_COMMANDS
    run, test = shell
    assert run.rstrip().endswith("tcpverify check --msl 1")
    assert test.rstrip().endswith("python -m pytest -n auto")
