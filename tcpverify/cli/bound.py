"""`tcpverify bound`: the exact condition under which a property holds, for all values of the parameters."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tcpverify.cli.common import Command
from tcpverify.cli.exploring import exploring_options, named
from tcpverify.cli.saving import require_free, require_svg, require_writable, whole_directory, write_whole
from tcpverify.cli.watching import Progress, Stop
from tcpverify.errors import UsageError
from tcpverify.views.quantities import Unit
from tcpverify.workflow.requests import about, bound_request, unit_of_bound

if TYPE_CHECKING:
    from tcpverify.workflow.derived import BoundReport, BoundRequest

__all__ = ["bound", "draw_ladders"]


@click.command(cls=Command)
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@exploring_options
@click.option("--sweep", is_flag=True, help="One table: these models, or the library of the program, by property.")
@click.option("--within-scope", is_flag=True, help="Do not try to prove it for any number of retransmissions.")
@click.option("--certificate", metavar="FILE", help="Write the certificate of the proofs, for `tcpverify recheck`.")
@click.option("--plot", metavar="FILE.svg", help="Draw the safe region; - draws it in the terminal.")
@click.option("--axes", default="RTO_MAX,TIME_WAIT", show_default=True, metavar="X,Y",
              help="The two parameters of the plot.")  # fmt: skip
@click.option("--ladders", metavar="DIR", help="Draw every run just outside of the region, as SVG files in DIR.")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True,
              help="What to print.")  # fmt: skip
@click.option("-v", "--verbose", is_flag=True, help="Rule, clause and TCB in the ladders.")
def bound(
    models: tuple[str, ...], sweep: bool, within_scope: bool, certificate: str | None, plot: str | None, axes: str,
    ladders: str | None, form: str, verbose: bool, **options: Any,
) -> int:  # fmt: skip
    """Derive the exact region of TIME_WAIT, MSL and RTO_MAX in which a property of MODEL holds.

    The answer holds for all values at once, with a proof inside and a run just outside of every facet. Durations
    that are given (--msl, --time-wait, --rto, --delay-min) do not restrict it: the answer is put in these terms as
    well. A least retransmission timeout or delay becomes a parameter of the region.

    \b
    Examples:
      tcpverify bound --losses 0
      tcpverify bound textbook --property graceful-close --time-wait 60s --rto 120s
      tcpverify bound rfc9293+rfc1337 --calls open,close-in-turn --losses 0
      tcpverify bound --certificate bound.json --plot region.svg --ladders outside
      tcpverify bound --sweep --losses 0 --timeout 10min
      tcpverify bound --sweep rfc9293 rfc793 linux --losses 0

    Exit status: 0 exact region found, 2 usage or model error, 3 not exact, 4 internal error, 130 interrupted.
    """
    if len(models) > 1 and not sweep:
        raise UsageError(f"bound derives the region of one model, not of {len(models)}; --sweep makes a table of them")
    from tcpverify.tcp.registry import DEFAULT_MODEL

    said = named(options)
    beside = (models[1:] or _library()) if sweep else ()
    request = bound_request(models[0] if models else DEFAULT_MODEL, options, said, within_scope, beside)
    names = tuple(options["properties"]) or ("no-old-segment",)
    if (certificate or plot) and (sweep or len(names) > 1):
        raise UsageError("--certificate and --plot write one answer; name one --property, without --sweep")
    if plot is None and named(("axes",)):
        raise UsageError("--axes says what a plot shows; give --plot as well, or leave it out")
    x, y = _axes(axes, request)
    if certificate and certificate != "-":
        require_writable(certificate, "--certificate")
    if plot and plot != "-":
        require_svg(plot, "--plot")
    if ladders and sweep:
        raise UsageError("--ladders draws runs of one model; leave --sweep out")
    if ladders:
        require_free(ladders, "--ladders")
    # Only here: --help and bad options need no engine.
    from tcpverify.workflow.bound import bound as run

    progress, stop = Progress(), Stop()
    if sweep:
        from tcpverify.cli.sweep import sweep as table

        return table(
            request, models or _library(), tuple(options["properties"]), form,
            lambda asked, name: about(asked, name, said), progress, stop,
        )  # fmt: skip
    reports = []
    try:
        with stop:
            for name in names:
                reports.append(run(about(request, name, said), progress, stop))
    finally:
        progress.clear()
    if certificate:
        _certificate(reports[0], certificate)
    if plot and plot != "-":
        from tcpverify.views.plot import plot as draw

        write_whole(plot, draw(reports[0], x, y), "--plot")
    if ladders:
        draw_ladders(reports, ladders, verbose)
    _print(reports, form, unit_of_bound(options, request), verbose, certificate, (x, y) if plot == "-" else None)
    return max((r.exit_status for r in reports), default=0)


def _library() -> list[str]:
    """The models of a sweep where none is named."""
    from tcpverify.tcp.registry import combinations

    return combinations()


def _axes(text: str, request: BoundRequest) -> tuple[str, str]:
    names = ("RTO_MAX", "TIME_WAIT", *request.further, *(("TICK",) if request.scope.sequence == "timestamps" else ()))
    found = tuple(part.strip().upper().replace("-", "_") for part in text.split(","))
    if len(found) != 2 or found[0] == found[1] or any(n not in names for n in found):
        raise UsageError(f"--axes takes two different parameters of {', '.join(names)} (in units of MSL), not {text!r}")
    return found[0], found[1]


def _certificate(report: BoundReport, path: str) -> None:
    from tcpverify.evidence.certificate import CertificateFile
    from tcpverify.views.documents import dumps

    if not report.proofs:
        print("tcpverify: nothing was proved, so no certificate was written", file=sys.stderr)
        return
    parts = tuple(p.certificate for p in report.proofs)
    write_whole(path, dumps(CertificateFile(parts, report.request.scope).to_json()), "--certificate")


def draw_ladders(reports: list[BoundReport], directory: str, verbose: bool) -> None:
    """Write a picture of every run just outside of the regions, all of them or none."""
    from tcpverify.tcp.registry import load
    from tcpverify.views.bound import symbolic_unit
    from tcpverify.views.laddersvg import ladder_svg
    from tcpverify.views.model import described

    pictures = {
        f"{report.request.property}-{number}.svg": ladder_svg(
            witness.trace, described(load(report.model)), unit=symbolic_unit(report, witness), verbose=verbose
        )
        for report in reports
        for number, witness in enumerate(report.witnesses, 1)
    }
    if not pictures:
        print("tcpverify: there is no run outside of the region, so no ladder was drawn", file=sys.stderr)
        return

    def fill(folder: Path) -> None:
        for name, picture in pictures.items():
            (folder / name).write_text(picture, encoding="utf-8")

    whole_directory(directory, fill, "--ladders")


def _print(reports: list[BoundReport], form: str, unit: Unit, verbose: bool, certificate: str | None,
           axes: tuple[str, str] | None) -> None:  # fmt: skip
    from tcpverify.tcp.registry import load
    from tcpverify.views.answers import bound_answer
    from tcpverify.views.bound import bound_document
    from tcpverify.views.documents import dumps
    from tcpverify.views.model import described
    from tcpverify.views.styled import Line, Screen

    if form == "json":
        documents = [bound_document(r, str(Path(certificate)) if certificate else None) for r in reports]
        one = len(documents) == 1
        sys.stdout.write(dumps(documents[0] if one else {"schema": "tcpverify.bounds/1", "bounds": documents}))
        return
    screen = Screen(sys.stdout)
    for number, report in enumerate(reports):
        lines: list[Line] = [()] if number else []
        title = described(load(report.model))
        screen.write([*lines, *bound_answer(report, title, screen.width, screen.glyphs, unit, verbose, axes)])
