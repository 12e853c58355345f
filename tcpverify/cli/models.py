"""`tcpverify models`: what comes with the program."""

from __future__ import annotations

import json
import sys

import click

from tcpverify.cli.common import Command

__all__ = ["models"]

_KINDS = {"base": "Bases", "sum": "Sums (a name for a base and its amendments)", "amendment": "Amendments"}


@click.command(cls=Command)
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True,
              help="What to print.")  # fmt: skip
def models(form: str) -> int:
    """List the models and amendments that come with the program.

    \b
    Examples:
      tcpverify models
      tcpverify check rfc9293+rfc1337+no-restart --msl 1
    """
    from tcpverify.tcp.registry import DEFAULT_MODEL, catalogue
    from tcpverify.views.styled import Line, Screen, Span, line, wrapped

    entries = catalogue()
    if form == "json":
        rows = [{"name": e.name, "kind": e.kind, "title": e.title, "source": e.source} for e in entries]
        print(json.dumps({"schema": "tcpverify.models/1", "models": rows}, indent=1, ensure_ascii=False))
        return 0
    screen = Screen(sys.stdout)
    lines: list[Line] = []
    for kind, head in _KINDS.items():
        lines += [line(Span(head, "head"))]
        for entry in (e for e in entries if e.kind == kind):
            default = " (the default)" if entry.name == DEFAULT_MODEL else ""
            stands = f"; stands for {entry.content}" if isinstance(entry.content, str) else ""
            text = f"{entry.title}{stands}{default} [{entry.source}]"
            lines += wrapped(text, screen.width, "", f"  {entry.name:<12} ", " " * 15)
        lines.append(())
    hint = (
        "Join a base and amendments with +, such as rfc9293+rfc1337; each may be a path to your own file. "
        "`tcpverify show MODEL` prints the rules."
    )
    lines += wrapped(hint, screen.width, "dim")
    screen.write(lines)
    return 0
