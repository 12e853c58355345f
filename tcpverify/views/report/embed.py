"""What a page carries within itself: scripts, style, WebAssembly Graphviz, and data that no browser executes."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from markupsafe import Markup

__all__ = ["asset", "embedded", "graphviz_module", "policy"]

_UNSAFE = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


@cache
def asset(name: str, package: str = "tcpverify.views.report") -> str:
    """The text of a file of ``assets/`` in a package of views."""
    return (files(package) / "assets" / name).read_text(encoding="utf-8")


@cache
def graphviz_module() -> str:
    """Graphviz as an inline module: its class becomes ``globalThis.Graphviz``, then an event ``graphviz`` says so."""
    text = asset("vendor/wasm-graphviz.js").partition("\n//# sourceMappingURL")[0]
    exported = re.search(r"(\w+) as Graphviz\b", text)
    assert exported is not None, "the vendored module exports no Graphviz"
    return f'{text}\nglobalThis.Graphviz={exported[1]};dispatchEvent(new Event("graphviz"));\n'


def embedded(value: Any) -> Markup:
    """JSON for a ``script`` element of type application/json: nothing in it can end the element."""
    return Markup(json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_UNSAFE))


def policy(*scripts: str, wasm: bool = True, asks: bool = False) -> str:
    """A content security policy: these scripts and no others, with WebAssembly or without, no request at all.

    ``asks``: requests to where the page comes from, and to nobody else.
    """
    hashes = " ".join(f"'sha256-{b64encode(sha256(s.encode()).digest()).decode()}'" for s in scripts)
    allowed = "script-src " + (hashes or "'none'") + " 'wasm-unsafe-eval'" * (wasm and bool(scripts))
    rest = "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    return f"default-src 'none'; {allowed}; {rest}" + "; connect-src 'self'" * asks
