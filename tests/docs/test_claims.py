"""docs/claims.md and docs/claims.zh.md say what the program answers."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.docs.answers import PAGES, rewritten


@pytest.mark.parametrize("lang", sorted(PAGES))
def test_the_page_says_what_the_program_answers(lang: str) -> None:
    text = PAGES[lang].read_text(encoding="utf-8")
    assert text == rewritten(text, lang), "python -m tests.docs.answers?"


def test_the_sample_code_is_legal(tmp_path: Path) -> None:
    compiler = shutil.which("g++") or shutil.which("clang++")
    if compiler is None:
        pytest.skip("needs a C++ compiler")
    samples = re.findall(r"^```cpp\n(.*?)^```$", PAGES["zh"].read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert len(samples) == 2
    for number, sample in enumerate(samples):
        path = tmp_path / f"sample{number}.cpp"
        path.write_text(sample, encoding="utf-8")
        done = subprocess.run([compiler, "-std=c++17", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", str(path)],
                              capture_output=True, text=True, check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr
