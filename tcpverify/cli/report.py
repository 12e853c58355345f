"""`tcpverify report`: verdicts, safe region, ladders, rules and where they come from, in one HTML file."""

from __future__ import annotations

import platform
import sys
from typing import TYPE_CHECKING, Any

import click

from tcpverify.cli.common import Command, version
from tcpverify.cli.exploring import exploring_options, named, request_of
from tcpverify.cli.saving import installed, require_writable, write_whole
from tcpverify.cli.watching import Progress, Stop
from tcpverify.errors import UsageError
from tcpverify.workflow.requests import about, bound_request, unit_of

if TYPE_CHECKING:
    from tcpverify.workflow.derived import BoundRequest

__all__ = ["report"]


@click.command(cls=Command)
@click.argument("model", default="textbook")
@exploring_options
@click.option("-o", "--output", metavar="FILE.html", required=True,
              help="Where to write the page; - is standard output.")  # fmt: skip
@click.option("--no-sweep", is_flag=True, help="Leave out the other durations that are shown as context.")
@click.option("--no-region", is_flag=True, help="Leave out the safe region, which may take longest.")
def report(model: str, output: str, no_sweep: bool, no_region: bool, **options: Any) -> int:
    """Write what is known about MODEL (default: textbook) as one HTML page.

    The page needs no network and nothing beside it. It shows the verdicts of `check` with their evidence, the safe
    region of `bound`, every refutation as a ladder to step through, the state machine, the rules with their clauses,
    assumptions and scope in words, the command, versions and hashes of certificates.

    \b
    Examples:
      tcpverify report -o textbook.html
      tcpverify report rfc9293 --losses 0 --no-region -o rfc9293.html
      tcpverify report ./mine.py+rfc1337 --msl 30s --time-wait 60s --timeout 5min -o mine.html

    Exit status: as `check`: 0 proved, 1 refuted, 2 usage or model error, 3 unknown, 4 internal error, 130 interrupted.
    """
    if output != "-":
        require_writable(output, "--output")
    request = request_of(model, options, sweep=not no_sweep)
    wanted = "It was not asked for." if no_region else _region(model, options)
    # Only here: --help and bad options need no engine.
    from tcpverify.workflow.report import report as run

    progress, stop = Progress(), Stop()
    try:
        with stop:
            found = run(request, wanted, progress, stop)
    finally:
        progress.clear()
    from tcpverify.views.report.page import report_page
    from tcpverify.views.report.provenance import Provenance

    versions = {"tcpverify": version(), "Python": platform.python_version()}
    versions |= {name: installed(name) for name in ("z3-solver", "networkx", "jinja2")}
    page = report_page(found, Provenance(["tcpverify", *sys.argv[1:]], versions), unit_of(options["msl"]))
    if output == "-":
        sys.stdout.write(page)
    else:
        write_whole(output, page, "--output")
        print(f"{output}: {len(page.encode()) / 1e6:.1f} MB", file=sys.stderr)
    return found.exit_status


def _region(model: str, options: dict[str, Any]) -> BoundRequest | str:
    """The safe region of the first safety property that is asked about, or why there can be none."""
    from tcpverify.tcp.properties import find

    names = [n for n in options["properties"] or ("no-old-segment",) if find(n).watched]
    if not names:
        return "Regions are derived for safety properties, and none was asked about."
    given = named(options)
    try:
        return about(bound_request(model, options, given), names[0], given)
    except UsageError as error:
        return f"{str(error)[:1].upper()}{str(error)[1:]}."
