"""docs/ builds as a site without a warning, holds every page, and asks no other server for anything."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import tcpverify
from tests.docs.console import ROOT

pytest.importorskip("sphinx", reason="needs the extra `docs`")
DOCS = ROOT / "docs"
#: what a browser fetches by itself, as opposed to links that somebody follows
FETCHED = [
    re.compile(r'<(?:script|img|iframe|source|object|embed)\b[^>]*\b(?:src|data)="(?:https?:)?//'),
    re.compile(r'<link\b[^>]*rel="(?:stylesheet|preload|icon)"[^>]*href="(?:https?:)?//'),
    re.compile(r"""@import\s+url|url\(['"]?https?:"""),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; any warning is an error."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", "-d", str(folder / "doctrees")]
    done = subprocess.run([*command, str(DOCS), str(folder / "html")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "html"


def test_every_page_is_there_and_in_the_contents(site: Path) -> None:
    files = [path.relative_to(DOCS) for path in DOCS.rglob("*.md") if "_build" not in path.parts]
    pages = {str(file.with_suffix(".html")) for file in files}
    assert len(pages) > 25
    contents = (site / "index.html").read_text(encoding="utf-8")
    for page in pages:
        assert (site / page).is_file()
        assert page == "index.html" or f'href="{page}"' in contents, f"{page} is in no toctree"


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    for path in [*site.rglob("*.html"), *site.rglob("*.css")]:
        text = path.read_text(encoding="utf-8")
        assert not [found[0] for pattern in FETCHED if (found := pattern.search(text))], path


def test_the_reference_holds_the_library(site: Path) -> None:
    page = (site / "reference" / "python.html").read_text(encoding="utf-8")
    for name in tcpverify.__all__:
        found = getattr(tcpverify, name)
        module = "tcpverify" if inspect.isfunction(found) else found.__module__
        assert f'id="{module}.{name}"' in page or (module == "tcpverify.errors" and name in page), name
    assert page.count("Parameters") > 5
