"""The page of `explore`: in a browser what `simulate` is in a terminal.

It shows documents of schema ``tcpverify.position/1`` with the ladder of each. A live page asks for them where it
comes from; a page in a file carries an excerpt of them, compressed, and asks nobody. Everything taken from a model
reaches it as JSON and is shown as text, or is in the ladder, whose writer escapes it.
"""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from collections.abc import Sequence
from html import escape
from string import Template
from typing import Any

from tcpverify.views.explorer.story import covered
from tcpverify.views.happening import deadline_text, left_text
from tcpverify.views.laddersvg import ladder_svg
from tcpverify.views.positioned import jump_document, position_document
from tcpverify.views.quantities import BARE, Unit
from tcpverify.views.report.embed import asset, embedded, policy
from tcpverify.views.settings import durations_text, scope_text
from tcpverify.views.svg import clean
from tcpverify.workflow.positions import Excerpt, Position

__all__ = ["answer", "live_page", "page_policy", "static_page"]

_HOME = "tcpverify.views.explorer"
_TITLE = "tcpverify explore"


def answer(position: Position, unit: Unit = BARE) -> dict[str, Any]:
    """What the page shows of one position."""
    return {
        "position": position_document(position, unit),
        "time": unit.show(position.now),
        "left": left_text(position) + deadline_text(position, unit),
        "ladder": ladder_svg(position.trace, unit=unit, words=False),
    }


def page_policy(asks: bool) -> str:
    """The content security policy of the page."""
    return policy(asset("explorer.js", _HOME), wasm=False, asks=asks)


def live_page(start: Position, title: str, properties: Sequence[tuple[str, str]], unit: Unit = BARE) -> str:
    """A page that asks for positions under the address that it was loaded from.

    Parameters
    ----------
    start
        the position without steps; it names model, durations and scope.
    title
        one line about the model.
    properties
        those that can be jumped to, each with its meaning.
    """
    return _page(start, title, {"properties": list(properties), "title": _TITLE}, "", True, unit)


def static_page(
    excerpt: Excerpt, title: str, properties: Sequence[tuple[str, str]], command: str, unit: Unit = BARE
) -> str:
    """A page that carries an excerpt; ``command`` is what goes on where it ends, but for the address."""
    answers = [answer(p, unit) for p in excerpt.positions]
    for one in answers:
        # The ladder shows it, and the address stands for it.
        del one["position"]["trace"]
    # Like follows like, which compresses best.
    columns = {name: [one[name] for one in answers] for name in answers[0]}
    data = {
        "properties": list(properties),
        "title": _TITLE,
        "jumps": [jump_document(j) for j in excerpt.jumps],
        "command": command,
        "positions": _packed(columns),
    }
    return _page(excerpt.positions[0], title, data, covered(excerpt), False, unit)


def _packed(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def _page(start: Position, title: str, data: dict[str, Any], note: str, asks: bool, unit: Unit) -> str:
    trace = start.trace
    wait = f"TIME-WAIT = {unit.show(trace.parameters['TIME_WAIT'])}"
    durations = f"{wait}, {durations_text(trace.parameters, unit, trace.scope.delay)}."
    words = {
        "model": start.model, "title": title, "durations": durations, "scope": f"Scope: {scope_text(trace.scope)}.",
        "note": note,
    }  # fmt: skip
    return Template(asset("explorer.html", _HOME)).substitute(
        {name: escape(clean(text)) for name, text in words.items()},
        policy=page_policy(asks),
        style=asset("explorer.css", _HOME),
        script=asset("explorer.js", _HOME),
        data=embedded(data),
    )
