"""`tcpverify compare`: what two models or more do differently, proved, and which answers change."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from tcpverify.cli.common import Command
from tcpverify.cli.exploring import exploring_options, request_of, unit_of
from tcpverify.cli.watching import Progress, Stop
from tcpverify.errors import UsageError

if TYPE_CHECKING:
    from tcpverify.views.quantities import Unit
    from tcpverify.workflow.comparison import CompareReport

__all__ = ["compare"]


@click.command(cls=Command)
@click.argument("models", nargs=-1, required=True, metavar="MODEL MODEL...")
@exploring_options
@click.option("--no-bounds", is_flag=True, help="Leave out the bounds on TIME_WAIT and what they cost.")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True,
              help="What to print.")  # fmt: skip
@click.option("-v", "--verbose", is_flag=True, help="All rules and all events that tell them apart.")
def compare(models: tuple[str, ...], no_bounds: bool, form: str, verbose: bool, **options: Any) -> int:
    """Say what two MODELs or more do differently; the first one is the reference.

    Rules that differ stand side by side, each with an event that tells them apart; of all others Z3 proves that
    they behave alike. Then the verdicts of `check` at each model's own TIME-WAIT (or at --time-wait), the bounds of
    `bound`, and the shortest run that one model allows and another does not, with the step at which they part.
    Without --timeout a search for verdicts ends after 70,000 states, and every bound may take 20 s; with it, all
    the work shares that time.

    \b
    Examples:
      tcpverify compare rfc9293 rfc9293+rfc1337
      tcpverify compare textbook textbook+no-restart --losses 0 --timeout 5min
      tcpverify compare rfc9293 ./mine.py --property no-assassination --no-bounds
      tcpverify compare rfc9293 rfc793 rfc793+rfc5961 --no-bounds --format json

    Exit status: 0 compared, 2 usage or model error, 3 something is left open, 4 internal error, 130 interrupted.
    """
    if options["engine"] != "zones":
        raise UsageError("compare has one engine, the zones; leave --engine out")
    base = request_of(models[0], options, sweep=False, beside=models[1:])
    from tcpverify.tcp.properties import find

    # Only here: --help and bad options need no engine.
    from tcpverify.workflow.compare import BOUNDED
    from tcpverify.workflow.compare import compare as run
    from tcpverify.workflow.comparison import CompareRequest

    wanted = tuple(n for n in base.properties if find(n).watched) if base.properties else BOUNDED
    progress, stop = Progress(), Stop()
    try:
        with stop:
            report = run(CompareRequest(base, models, () if no_bounds else wanted), progress, stop)
    finally:
        progress.clear()
    _print(report, form, unit_of(options["msl"]), verbose)
    return report.exit_status


def _print(report: CompareReport, form: str, unit: Unit, verbose: bool) -> None:
    if form == "json":
        from tcpverify.views.compared import compare_document
        from tcpverify.views.documents import dumps

        sys.stdout.write(dumps(compare_document(report)))
        return
    from tcpverify.tcp.registry import load
    from tcpverify.views.answers import compare_answer
    from tcpverify.views.model import described
    from tcpverify.views.styled import Screen

    screen = Screen(sys.stdout)
    titles = {side.model: described(load(side.model)) for side in report.sides}
    screen.write(compare_answer(report, titles, screen.width, screen.glyphs, unit, verbose))
