"""`tcpverify trace`: a saved trace, replayed against its model and printed."""

from __future__ import annotations

import sys

import click

from tcpverify.cli.common import Command, read_text
from tcpverify.views.quantities import UNITS

__all__ = ["trace"]


@click.command(cls=Command)
@click.argument("file")
@click.option("--model", help="Replay against this model instead of the one named in the file.")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True,
              help="The ladder, or the document again.")  # fmt: skip
@click.option("--unit", type=click.Choice(("us", "ms", "s", "min", "h")), help="Unit to show times in.")
@click.option("-v", "--verbose", is_flag=True, help="Add rule, clause and TCB to every step.")
def trace(file: str, model: str | None, form: str, unit: str | None, verbose: bool) -> int:
    """Replay the trace in FILE and print it as a ladder; - reads standard input.

    Every step is done again by a plain interpreter of the model's rules; a trace that the model does not
    allow is not shown.

    \b
    Examples:
      tcpverify check --msl 1 --time-wait 1.99 --save run
      tcpverify trace run/traces/no-old-segment-time-wait-1.99.json
    """
    from tcpverify.evidence.trace import parse
    from tcpverify.workflow.replaying import replayed

    name = "standard input" if file == "-" else file
    text = sys.stdin.read() if file == "-" else read_text(file, "trace file")
    found = parse(text, name)
    loaded = replayed(found, model, name)
    if form == "json":
        sys.stdout.write(found.dumps())
        return 0
    from tcpverify.views.ladder import ladder
    from tcpverify.views.model import described
    from tcpverify.views.settings import durations_text, scope_text
    from tcpverify.views.styled import Screen, line, wrapped

    screen = Screen(sys.stdout)
    shown = UNITS[unit or ""]
    lines = ladder(
        found, described(loaded), width=screen.width, glyphs=screen.glyphs, unit=shown, verbose=verbose
    )
    scope = f"{durations_text(found.parameters, shown, found.scope.delay)}; {scope_text(found.scope)}."
    said = [
        (),
        *wrapped(screen.glyphs.words(scope), screen.width, "dim"),
        line(f"Replayed against {loaded.name}."),
    ]
    screen.write([*lines, *said])
    return 0
