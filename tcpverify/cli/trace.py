"""`tcpverify trace`: a saved trace, replayed against its model, and printed, drawn or made a test."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tcpverify.cli.common import Command, read_text
from tcpverify.cli.saving import require_writable, write_whole
from tcpverify.errors import UsageError
from tcpverify.views.quantities import UNITS, Unit

if TYPE_CHECKING:
    from tcpverify.evidence.trace import Trace
    from tcpverify.tcp.registry import LoadedModel
    from tcpverify.views.styled import Glyphs, Line

__all__ = ["trace"]

FORMS = ("text", "json", "svg", "mermaid", "plantuml")
#: of a ladder in a file
WIDTH = 100


@click.command(cls=Command)
@click.argument("file")
@click.option("--model", help="Replay against this model instead of the one named in the file.")
@click.option("--format", "form", type=click.Choice(FORMS), default="text",
              show_default=True, help="The ladder as text or as a picture, or the document again.")  # fmt: skip
@click.option("--as-test", is_flag=True, help="Write a test for pytest that replays the trace against the model.")
@click.option("-o", "--output", metavar="FILE", help="Write to FILE instead of standard output.")
@click.option("--unit", type=click.Choice(("us", "ms", "s", "min", "h")), help="Unit to show times in.")
@click.option("-v", "--verbose", is_flag=True, help="Add rule, clause and TCB to every step.")
def trace(
    file: str, model: str | None, form: str, as_test: bool, output: str | None, unit: str | None, verbose: bool
) -> int:
    """Replay the trace in FILE and show it as a ladder; - reads standard input.

    Every step is done again by a plain interpreter of the model's rules; a trace that the model does not
    allow is not shown.

    svg draws time to scale, TIME-WAIT as a shaded span and the lifetime of the old segment as a band; mermaid
    and plantuml are sequence diagrams as text. --as-test writes a file with the trace in it, which passes as
    long as the model allows the run.

    \b
    Examples:
      tcpverify check --msl 1 --time-wait 1.99 --save run
      tcpverify trace run/traces/no-old-segment-time-wait-1.99.json
      tcpverify trace run/traces/drained-time-wait-1.99.json --format svg -o drained.svg
      tcpverify trace run/traces/drained-time-wait-1.99.json --as-test -o test_drained.py
    """
    source = click.get_current_context().get_parameter_source("form")
    if as_test and getattr(source, "name", "") == "COMMANDLINE":
        raise UsageError("--as-test writes Python; leave --format out")
    if output is not None:
        require_writable(output, "-o")
    from tcpverify.evidence.trace import parse
    from tcpverify.workflow.replaying import in_its_words, replayed

    name = "standard input" if file == "-" else file
    text = sys.stdin.read() if file == "-" else read_text(file, "trace file")
    found = parse(text, name)
    loaded = replayed(found, model, name)
    found = in_its_words(found, loaded)
    shown = UNITS[unit or ""]
    if as_test:
        _put(_test(found, loaded.name, output, shown), output)
    elif form != "text":
        _put(_picture(found, loaded, form, shown, verbose), output)
    else:
        from tcpverify.views.styled import Glyphs, Screen, text_of

        if output is not None:
            _put(text_of(_text(found, loaded, WIDTH, Glyphs.of(True), shown, verbose)), output)
        else:
            screen = Screen(sys.stdout)
            screen.write(_text(found, loaded, screen.width, screen.glyphs, shown, verbose))
    return 0


def _put(document: str, output: str | None) -> None:
    if output is None:
        sys.stdout.write(document)
    else:
        write_whole(output, document, "-o")


def _text(
    found: Trace, loaded: LoadedModel, width: int, glyphs: Glyphs, unit: Unit, verbose: bool
) -> list[Line]:
    from tcpverify.views.ladder import ladder
    from tcpverify.views.model import described
    from tcpverify.views.settings import durations_text, scope_text
    from tcpverify.views.styled import line, wrapped

    lines = ladder(found, described(loaded), width=width, glyphs=glyphs, unit=unit, verbose=verbose)
    scope = f"{durations_text(found.parameters, unit, found.scope.delay)}; {scope_text(found.scope)}."
    return [*lines, (), *wrapped(glyphs.words(scope), width, "dim"), line(f"Replayed against {loaded.name}.")]


def _picture(found: Trace, loaded: LoadedModel, form: str, unit: Unit, verbose: bool) -> str:
    from tcpverify.views.laddersvg import ladder_svg
    from tcpverify.views.mermaid import mermaid
    from tcpverify.views.model import described
    from tcpverify.views.plantuml import plantuml

    if form == "json":
        return found.dumps()
    draw = {"svg": ladder_svg, "mermaid": mermaid, "plantuml": plantuml}[form]
    return draw(found, described(loaded), unit=unit, verbose=verbose)


def _test(found: Trace, model: str, output: str | None, unit: Unit) -> str:
    """The test; paths of models are made relative to it, so that both can move together."""
    from tcpverify.views.regression import regression_test

    place = Path(output).absolute().parent if output is not None else Path.cwd()
    words = [word.strip() for word in model.split("+")]
    said = [
        Path(os.path.relpath(Path(word).expanduser(), place)).as_posix() if word.endswith(".py") else word
        for word in words
    ]
    if any("+" in word for word in said):
        raise UsageError("a model whose path has a '+' in it cannot be named from there; write the test elsewhere")
    own = any(word.endswith(".py") for word in words)
    return regression_test(found, "+".join(said), own_file=own, unit=unit)
