"""Which tests one worker of pytest-xdist runs in their order: those that share files or an answer that cost much."""

from __future__ import annotations

import re
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# The blocks of a document (a command may read what one before it wrote), what asks all claims, what shares a browser.
_TOGETHER = re.compile(r"\[((?:docs/)?[\w./-]+\.md):\d+\]$|/(test_claims|browser/\w+)\.py::")


class _Scheduling(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        found = _TOGETHER.search(nodeid)
        return next(filter(None, found.groups())) if found else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    # By name rather than by `xdist_group`: with pytest 9.2, xdist 3.8 no longer sees those marks.
    return _Scheduling(config, log)
