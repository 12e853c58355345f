"""`tcpverify report`: verdicts, safe region, ladders, rules and where they come from, in one HTML file."""

from __future__ import annotations

import platform
import sys
from typing import TYPE_CHECKING, Any

import click

from tcpverify.cli.common import Command, read_text, version
from tcpverify.cli.exploring import exploring_options, named, request_of
from tcpverify.cli.saving import installed, require_free, require_writable, save_run, write_whole
from tcpverify.cli.watching import Progress, Stop
from tcpverify.errors import UsageError
from tcpverify.evidence.trace import parse
from tcpverify.tcp.registry import DEFAULT_MODEL
from tcpverify.workflow.durations import BARE, Unit
from tcpverify.workflow.requests import about, bound_request, unit_of

if TYPE_CHECKING:
    from tcpverify.workflow.derived import BoundRequest
    from tcpverify.workflow.reported import Reported

__all__ = ["report"]


@click.command(cls=Command)
@click.argument("model", required=False)
@exploring_options
@click.option("-o", "--output", metavar="FILE.html", required=True,
              help="Where to write the page; - is standard output.")  # fmt: skip
@click.option("--trace", "traces", multiple=True, metavar="FILE",
              help="A page about this saved trace instead, exploring nothing; may be repeated.")  # fmt: skip
@click.option("--no-sweep", is_flag=True, help="Leave out the other durations that are shown as context.")
@click.option("--no-region", is_flag=True, help="Leave out the safe region, which may take longest.")
@click.option("--no-graph", is_flag=True, help="Leave out the reachable graph.")
@click.option("--save", metavar="DIR", help="Write a run directory too: the traces and certificates behind the page.")
def report(
    model: str | None, output: str, traces: tuple[str, ...], no_sweep: bool, no_region: bool, no_graph: bool,
    save: str | None, **options: Any,
) -> int:  # fmt: skip
    """Write what is known about MODEL (default: textbook) as one HTML page.

    The page needs no network and nothing beside it. It shows the verdicts of `check` with their evidence, the safe
    region of `bound`, every refutation as a ladder to step through, the state machine, the reachable graph, the rules
    with their clauses, assumptions and scope in words, the command, versions and hashes of certificates.

    \b
    Examples:
      tcpverify report -o textbook.html
      tcpverify report rfc9293 --losses 0 --no-region -o rfc9293.html
      tcpverify report ./mine.py+rfc1337 --msl 30s --time-wait 60s --timeout 5min -o mine.html
      tcpverify report --trace run/traces/no-old-segment-time-wait-1.99.json -o trace.html

    Exit status: as `check`: 0 proved, 1 refuted, 2 usage or model error, 3 unknown, 4 internal error, 130 interrupted.
    """
    if output != "-":
        require_writable(output, "--output")
    elif sys.stdout.isatty():
        raise UsageError("a page of a megabyte is nothing for a terminal; name a file, or send the output to one")
    command = ["tcpverify", *sys.argv[1:]]
    if traces:
        if save is not None or named(options):
            odd = "the options of a scope" if save is None else "--save"
            raise UsageError(f"a page about saved traces explores nothing; leave out {odd}")
        from tcpverify.workflow.reported import of_traces

        found = of_traces([(path, parse(read_text(path, "trace file"), path)) for path in traces], model)
        unit = BARE
    else:
        if save is not None:
            require_free(save)
        found = _explored(model or DEFAULT_MODEL, options, not no_sweep, not no_region, not no_graph)
        unit = unit_of(options["msl"])
    if save is not None and found.check is not None:
        save_run(save, found.check, command)
    _write(output, found, command, unit)
    return found.exit_status


def _explored(model: str, options: dict[str, Any], sweep: bool, region: bool, graph: bool) -> Reported:
    request = request_of(model, options, sweep=sweep)
    wanted = _region(model, options) if region else "It was not asked for."
    # Only here: --help and bad options need no engine.
    from tcpverify.workflow.report import report as run

    progress, stop = Progress(), Stop()
    try:
        with stop:
            return run(request, wanted, graph, progress, stop)
    finally:
        progress.clear()


def _write(output: str, found: Reported, command: list[str], unit: Unit) -> None:
    from tcpverify.views.report.page import report_page
    from tcpverify.views.report.provenance import Provenance

    versions = {"tcpverify": version(), "Python": platform.python_version()}
    versions |= {name: installed(name) for name in ("z3-solver", "networkx", "jinja2")}
    page = report_page(found, Provenance(command, versions), unit)
    if output == "-":
        sys.stdout.write(page)
    else:
        write_whole(output, page, "--output")


def _region(model: str, options: dict[str, Any]) -> BoundRequest | str:
    """The safe region of the first safety property that is asked about, or why there can be none."""
    from tcpverify.tcp.properties import find

    names = [n for n in options["properties"] or ("no-old-segment",) if find(n).watched]
    if not names:
        return "Regions are derived for safety properties, and none was asked about."
    given = named(options)
    if len(options["time_waits"]) > 1:
        # A region is about all durations; one that the user names is marked in its picture, several are not.
        options = {**options, "time_waits": ()}
    try:
        return about(bound_request(model, options, given), names[0], given)
    except UsageError as error:
        return f"{str(error)[:1].upper()}{str(error)[1:]}."
