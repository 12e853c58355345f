"""What all tests share: which of them one worker of pytest-xdist runs in their order, and how wide output is."""

from __future__ import annotations

import os
import re
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# The blocks of a document (a command may read what one before it wrote), what asks all claims, what shares a browser.
_TOGETHER = re.compile(r"\[((?:docs/)?[\w./-]+\.md):\d+\]$|/(test_claims|browser/\w+)\.py::")

# A worker has no terminal of its own, but says how wide the one of its controller is.
os.environ.pop("COLUMNS", None)


class _Scheduling(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        found = _TOGETHER.search(nodeid)
        return next(filter(None, found.groups())) if found else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    # By name rather than by `xdist_group`: with pytest 9.2, xdist 3.8 no longer sees those marks.
    return _Scheduling(config, log)
