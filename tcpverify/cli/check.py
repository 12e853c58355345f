"""`tcpverify check`: verdicts at the model's own TIME-WAIT, a sweep as context, the ladder of what fails."""

from __future__ import annotations

import sys
from typing import Any

import click

from tcpverify.cli.common import Command
from tcpverify.cli.exploring import exploring_options, request_of, unit_of
from tcpverify.cli.saving import require_free, save_run
from tcpverify.cli.watching import Progress, Stop
from tcpverify.views.quantities import Unit
from tcpverify.workflow.results import CheckReport

__all__ = ["check"]


@click.command(cls=Command)
@click.argument("model", default="textbook")
@exploring_options
@click.option("--no-sweep", is_flag=True, help="Leave out the other durations that are shown as context.")
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "json", "junit")),
    default="text",
    show_default=True,
    help="What to print.",
)
@click.option(
    "--save", metavar="DIR", help="Write a run directory: command, versions, report, traces, certificates."
)
@click.option(
    "-v", "--verbose", is_flag=True, help="All silent rules, and rule, clause and TCB in the ladder."
)
def check(model: str, no_sweep: bool, form: str, save: str | None, verbose: bool, **options: Any) -> int:
    """Prove or refute the properties of MODEL (default: textbook).

    MODEL is a base and amendments joined by +, each a shipped name or a file. Without --time-wait the
    model's own duration is checked, and others are shown as context; those do not decide the exit status.

    \b
    Examples:
      tcpverify check --msl 1
      tcpverify check --msl 1 --time-wait 1.99
      tcpverify check rfc9293+rfc1337 --msl 30s --rto 200ms..60s --losses 2
      tcpverify check ./mine.py+rfc1337 --property drained --format json

    Exit status: 0 proved, 1 refuted, 2 usage or model error, 3 unknown, 4 internal error, 130 interrupted.
    """
    request = request_of(model, options, sweep=not no_sweep)
    if save is not None:
        require_free(save)
    # Only here: --help and bad options need no engine.
    from tcpverify.workflow.check import check as run

    progress, stop = Progress(), Stop()
    try:
        with stop:
            report = run(request, progress, stop)
    finally:
        progress.clear()
    if save is not None:
        save_run(save, report, ["tcpverify", *sys.argv[1:]])
    _print(report, form, unit_of(options["msl"]), verbose)
    return report.exit_status


def _print(report: CheckReport, form: str, unit: Unit, verbose: bool) -> None:
    if form != "text":
        from tcpverify.views.documents import check_document, dumps, junit

        sys.stdout.write(junit(report) if form == "junit" else dumps(check_document(report)))
        return
    from tcpverify.tcp.registry import load
    from tcpverify.views.answers import check_answer
    from tcpverify.views.model import described
    from tcpverify.views.styled import Screen

    screen = Screen(sys.stdout)
    title = described(load(report.model))
    screen.write(check_answer(report, title, screen.width, screen.glyphs, unit, verbose))
