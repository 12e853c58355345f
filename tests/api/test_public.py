"""What `import tcpverify` offers, what it costs, and that every example in its documentation runs."""

from __future__ import annotations

import doctest
import inspect
import re
import subprocess
import sys
from importlib import import_module

import pytest

import tcpverify
from tcpverify.api.options import Options

NAMES = [
    "FileFormatError", "InternalDisagreement", "Model", "ModelError", "Run", "TcpverifyError", "UsageError", "bound",
    "check", "claims", "compare", "cost", "graph", "load", "models", "read_trace", "recheck", "replay",
    "why",
]  # fmt: skip
INSIDE = ("answers", "asking", "graphs", "model", "options", "proofs", "rechecking", "runs")
MODULES = ["tcpverify", *(f"tcpverify.api.{name}" for name in INSIDE)]


def test_the_exported_names() -> None:
    assert sorted(tcpverify.__all__) == NAMES
    assert set(NAMES) <= set(dir(tcpverify))
    for name in NAMES:
        assert getattr(tcpverify, name).__name__ == name


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'prove'"):
        tcpverify.prove  # noqa: B018


@pytest.mark.parametrize("module", MODULES)
def test_examples_run(module: str) -> None:
    assert doctest.testmod(import_module(module)).failed == 0


@pytest.mark.parametrize("name", NAMES)
def test_everything_public_is_documented(name: str) -> None:
    found = getattr(tcpverify, name)
    text = inspect.getdoc(found)
    assert text
    if inspect.isfunction(found):
        assert (">>> " in text) == (name != "read_trace")
        assert ("Raises" in text) == (name != "models")
        head = text.partition("Raises")[0]
        own = set(inspect.signature(found).parameters) - set(Options.__annotations__)
        assert name == "read_trace" or all(re.search(rf"^\S*\b{parameter}\b", head, re.MULTILINE) for parameter in own)
    elif not issubclass(found, Exception):
        members = [m for n, m in inspect.getmembers(found) if not n.startswith("_")]
        assert all(inspect.getdoc(member) for member in members)


def test_naming_the_functions_needs_no_solver() -> None:
    code = "import sys, tcpverify\ntcpverify.check, tcpverify.load('rfc9293'), tcpverify.models(), tcpverify.replay\n"
    code += "print([m for m in ('z3', 'networkx', 'rich', 'click', 'graphviz') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
