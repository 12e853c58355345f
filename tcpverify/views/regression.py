"""A trace as a test for pytest: it passes as long as the model does what the trace says.

The trace is within the test, so that the two cannot part, and a review sees what is expected of the model. What comes
from the trace stands in comments and in literals only.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from textwrap import wrap

from tcpverify.evidence.trace import Trace
from tcpverify.views.quantities import BARE, Unit
from tcpverify.views.story import closing, heading

__all__ = ["regression_test"]

_WIDTH = 86
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def regression_test(trace: Trace, model: str, *, own_file: bool = False, unit: Unit = BARE) -> str:
    """The text of a Python file with one test.

    Parameters
    ----------
    model
        the expression that names the model.
    own_file
        whether that has paths in it; they are relative to the test.
    """
    return "\n".join(_lines(trace, model, own_file, unit)) + "\n"


def _lines(trace: Trace, model: str, own_file: bool, unit: Unit) -> Iterator[str]:
    yield '"""The model still allows this run; written by `tcpverify trace --as-test`."""'
    yield ""
    for sentence in (heading(trace, unit=unit), *closing(trace, unit)):
        for line in wrap(_UNPRINTABLE.sub(" ", sentence), _WIDTH, break_on_hyphens=False):
            yield f"# {line}"
    yield ""
    if own_file:
        yield "from pathlib import Path\n\nimport pytest"
    yield "import tcpverify"
    yield "from tcpverify.evidence.trace import parse"
    yield ""
    yield f"MODEL = {_literal(model)}"
    yield f"PROPERTY = {_literal(trace.property)}"
    broken = bool(trace.steps) and trace.property in trace.steps[-1].broken
    if broken:
        yield f"RULE = {_literal(trace.steps[-1].rule)}"
    yield ""
    # JSON in ASCII has never three quotes in a row, and ends with a line: nothing in it can end the literal.
    yield f'TRACE = r"""\n{trace.dumps()}"""'
    yield "\n"
    yield f"def {_name(trace, broken)}({'monkeypatch: pytest.MonkeyPatch' if own_file else ''}) -> None:"
    yield '    """Replaying raises FileFormatError, which names the step, once the model does otherwise."""'
    if own_file:
        yield "    # The path of the model is relative to this file."
        yield "    monkeypatch.chdir(Path(__file__).parent)"
    yield "    run = tcpverify.replay(parse(TRACE), MODEL)"
    yield "    assert run.property == PROPERTY"
    if broken:
        yield "    assert PROPERTY in run.steps[-1].broken and run.steps[-1].rule == RULE"
    elif trace.loop is not None:
        yield f"    # The replay came back to where step {trace.loop + 1} began."
        yield f"    assert run.trace.loop == {trace.loop}"


def _name(trace: Trace, broken: bool) -> str:
    said = re.sub("[^a-z0-9]+", "_", trace.property.lower()).strip("_")
    return f"test_{said or 'run'}_{'is_broken' if broken else 'fails' if said else 'is_possible'}"


def _literal(text: str) -> str:
    """A text as Python writes it, in double quotes where that is possible."""
    found = json.dumps(text)
    return found if ast.literal_eval(found) == text else ascii(text)
