"""docs/library.md has a row for every model of the library, and its cells are what the program derives."""

from __future__ import annotations

import pytest

from tcpverify.tcp.registry import combinations
from tcpverify.tcp.scope import Scope
from tcpverify.views.bound import cell
from tcpverify.workflow.bound import bound
from tcpverify.workflow.derived import BoundRequest
from tests.docs.library import COMMANDS, PAGE, blocks, rows_of

FOUND = blocks(PAGE.read_text(encoding="utf-8"))


def test_every_model_has_its_row() -> None:
    assert tuple(FOUND) == COMMANDS
    for body in FOUND.values():
        assert list(rows_of(body)) == combinations()


@pytest.mark.parametrize("model", ["rfc793", "rfc9293+rfc1337", "textbook"])
def test_its_cells_are_derived(model: str) -> None:
    report = bound(BoundRequest(model, "drained", Scope(losses=0)))
    assert rows_of(FOUND[COMMANDS[0]])[model][0].rstrip("*") == cell(report)
