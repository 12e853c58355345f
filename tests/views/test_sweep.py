"""The table of a sweep stays readable whatever its cells say."""

from __future__ import annotations

import pytest

from tcpverify.tcp.scope import Scope
from tcpverify.views import sweep as view
from tcpverify.views.sweep import sweep_lines
from tests.views.test_plot import FLAT


def shown(each: float = 0.0) -> list[str]:
    cells = {("one", "drained"): FLAT, ("two", "drained"): "does not go together", ("one", "no-old-segment"): FLAT}
    lines = sweep_lines(cells, ["one", "two"], ["drained", "no-old-segment"], Scope(), 100, each=each)
    return ["".join(getattr(part, "text", part) for part in line) for line in lines]


def test_long_cells_go_below_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = iter(["short", "TIME_WAIT ≥ 2·MSL and " * 4])
    monkeypatch.setattr(view, "cell", lambda report: next(texts))
    said = shown()
    row = next(line for line in said if line.strip().startswith("one"))
    assert "short" in row and "see below" in row and len(row) < 60
    assert any(line.startswith("- one, no-old-segment: TIME_WAIT ≥ 2·MSL and") for line in said)


def test_what_does_not_apply_is_explained() -> None:
    said = shown()
    assert any(line.strip().startswith("two") and "-" in line and "?" in line for line in said)
    assert "- two: does not go together" in said
    assert not any("No cell took longer" in line for line in said)
