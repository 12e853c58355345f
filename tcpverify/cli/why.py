"""`tcpverify why`: the powers that break a property and what repairs it, or the assumptions that carry its proof."""

from __future__ import annotations

import sys
from typing import Any

import click

from tcpverify.cli.common import Command
from tcpverify.cli.exploring import exploring_options, request_of, unit_of
from tcpverify.cli.watching import Progress, Stop
from tcpverify.views.quantities import Unit
from tcpverify.workflow.reasons import WhyReport

__all__ = ["why"]


@click.command(cls=Command)
@click.argument("model", default="textbook")
@exploring_options
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True,
              help="What to print.")  # fmt: skip
@click.option("-v", "--verbose", is_flag=True, help="Rule, clause and TCB in the ladder.")
def why(model: str, form: str, verbose: bool, **options: Any) -> int:
    """Say what the verdict on one property of MODEL (default: textbook) rests on.

    Where it is refuted: the smallest sets of powers of the environment that still refute it, and the smallest
    sets of shipped amendments that repair it. Where it is proved: each assumption given up by itself, and
    whether the proof needs it. The property is no-old-segment unless --property names another, the
    duration the model's own TIME-WAIT unless --time-wait gives another; one of each at a time.

    \b
    Examples:
      tcpverify why --time-wait 1.99msl
      tcpverify why rfc9293 --property no-assassination
      tcpverify why --property graceful-close --rto 0..3msl
      tcpverify why rfc9293+rfc1337 --property drained --timeout 60s --format json

    Exit status: 0 proved, 1 refuted, 2 usage or model error, 3 unknown, 4 internal error, 130 interrupted.
    """
    request = request_of(model, options, sweep=False)
    # Only here: --help and bad options need no engine.
    from tcpverify.workflow.why import why as run

    progress, stop = Progress(), Stop()
    try:
        with stop:
            report = run(request, progress.says, stop)
    finally:
        progress.clear()
    _print(report, form, unit_of(options["msl"]), verbose)
    return report.exit_status


def _print(report: WhyReport, form: str, unit: Unit, verbose: bool) -> None:
    if form == "json":
        from tcpverify.views.documents import dumps
        from tcpverify.views.reasons import why_document

        sys.stdout.write(dumps(why_document(report)))
        return
    from tcpverify.tcp.registry import load
    from tcpverify.views.answers import why_answer
    from tcpverify.views.model import described
    from tcpverify.views.styled import Screen

    screen = Screen(sys.stdout)
    title = described(load(report.model))
    screen.write(why_answer(report, title, screen.width, screen.glyphs, unit, verbose))
