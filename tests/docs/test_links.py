"""Every relative link in a document leads to a file, and every anchor to a heading."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.console import ROOT, documents

LINK = re.compile(r"\]\((?!https?://|mailto:)([^)\s]+)\)")


def _anchors(path: Path) -> set[str]:
    """The anchors that a forge makes of the headings of a Markdown file."""
    found = set()
    for heading in re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE):
        word = re.sub(r"[^\w\- ]", "", heading.strip().lower())
        found.add(word.replace(" ", "-"))
    return found


@pytest.mark.parametrize("path", documents(), ids=[str(p.relative_to(ROOT)) for p in documents()])
def test_links_resolve(path: Path) -> None:
    for link in LINK.findall(re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)):
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), f"{path.name} links to {link}"
        if anchor:
            assert anchor in _anchors(target), f"{path.name} links to {link}; {sorted(_anchors(target))}"
