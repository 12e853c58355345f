"""`tcpverify bound`: the exact condition under which a property holds, for all values of the parameters."""

from __future__ import annotations

import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tcpverify.cli.common import Command
from tcpverify.cli.exploring import exploring_options, request_of, unit_of
from tcpverify.cli.saving import require_writable, write_whole
from tcpverify.cli.watching import Progress, Stop
from tcpverify.errors import UsageError
from tcpverify.views.quantities import Unit

if TYPE_CHECKING:
    from tcpverify.workflow.derived import BoundReport, BoundRequest

__all__ = ["bound"]


@click.command(cls=Command)
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@exploring_options
@click.option("--sweep", is_flag=True, help="One table: these models, or the library of the program, by property.")
@click.option("--within-scope", is_flag=True, help="Do not try to prove it for any number of retransmissions.")
@click.option("--certificate", metavar="FILE", help="Write the certificate of the proofs, for `tcpverify recheck`.")
@click.option("--plot", metavar="FILE.svg", help="Draw the safe region; - draws it in the terminal.")
@click.option("--axes", default="RTO_MAX,TIME_WAIT", show_default=True, metavar="X,Y",
              help="The two parameters of the plot.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True,
              help="What to print.")  # fmt: skip
@click.option("-v", "--verbose", is_flag=True, help="Rule, clause and TCB in the ladders.")
def bound(
    models: tuple[str, ...], sweep: bool, within_scope: bool, certificate: str | None, plot: str | None, axes: str,
    form: str, verbose: bool, **options: Any,
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
      tcpverify bound --certificate bound.json --plot region.svg
      tcpverify bound --sweep --losses 0 --timeout 10min
      tcpverify bound --sweep rfc9293 rfc793 linux --losses 0

    Exit status: 0 exact region found, 2 usage or model error, 3 not exact, 4 internal error, 130 interrupted.
    """
    if len(models) > 1 and not sweep:
        raise UsageError(f"bound derives the region of one model, not of {len(models)}; --sweep makes a table of them")
    from tcpverify.tcp.registry import DEFAULT_MODEL

    request = _request(models[0] if models else DEFAULT_MODEL, options, within_scope)
    names = tuple(options["properties"]) or ("no-old-segment",)
    if (certificate or plot) and (sweep or len(names) > 1):
        raise UsageError("--certificate and --plot write one answer; name one --property, without --sweep")
    x, y = _axes(axes, request)
    for path, option in ((certificate, "--certificate"), (plot, "--plot")):
        if path and path != "-":
            require_writable(path, option)
    # Only here: --help and bad options need no engine.
    from tcpverify.workflow.bound import bound as run

    progress, stop = Progress(), Stop()
    if sweep:
        from tcpverify.cli.sweep import sweep as table

        return table(request, models or _library(), tuple(options["properties"]), form, _about, progress, stop)
    reports = []
    try:
        with stop:
            for name in names:
                reports.append(run(_about(request, name), progress, stop))
    finally:
        progress.clear()
    if certificate:
        _certificate(reports[0], certificate)
    if plot and plot != "-":
        from tcpverify.views.plot import plot as draw

        write_whole(plot, draw(reports[0], x, y), "--plot")
    _print(reports, form, _unit(options, request), verbose, certificate, (x, y) if plot == "-" else None)
    return max((r.exit_status for r in reports), default=0)


def _library() -> list[str]:
    """The models of a sweep where none is named."""
    from tcpverify.tcp.registry import combinations

    return combinations()


def _given(options: dict[str, Any], request: Any) -> dict[str, Fraction]:
    """The durations that stand on the command line."""
    source = click.get_current_context().get_parameter_source
    said = {name for name in ("msl", "rto", "delay_min", "tick") if getattr(source(name), "name", "") == "COMMANDLINE"}
    found: dict[str, Fraction] = {}
    if "msl" in said:
        found["MSL"] = request.msl
    if "rto" in said and request.rto_max is not None:
        found["RTO_MAX"] = request.rto_max
        if request.rto_min:
            found["RTO_MIN"] = request.rto_min
    found.update(request.durations)
    if request.delay_min:
        found["DELAY_MIN"] = request.delay_min
    if "tick" in said and request.tick is not None:
        found["TICK"] = request.tick
    if len(request.time_waits) > 1:
        raise UsageError("bound derives one region; give --time-wait once, or not at all")
    if request.time_waits:
        found["TIME_WAIT"] = request.time_waits[0]
    return found


def _request(model: str, options: dict[str, Any], within_scope: bool) -> BoundRequest:
    from tcpverify.workflow.bound import FURTHER
    from tcpverify.workflow.derived import BoundRequest

    request = request_of(model, options)
    if request.engine != "zones":
        raise UsageError("bound has one engine, the parametric zones; leave --engine out")
    given = _given(options, request)
    if "MSL" not in given and any(options[n] is not None and _relative(options[n]) for n in ("rto", "tick")):
        raise UsageError("a multiple of msl says nothing where MSL is free; give --msl, or a duration such as 60s")
    return BoundRequest(
        model=model,
        scope=request.scope,
        further=tuple(n for n in FURTHER if n in given),
        given=given,
        beyond=not within_scope,
        seconds=request.seconds,
        memory=request.memory,
    )


def _unit(options: dict[str, Any], request: BoundRequest) -> Unit:
    """The unit of the first duration that the user gave."""
    durations = [options["msl"]] if "MSL" in request.given else []
    durations += [*options["time_waits"], *(d for d in options["rto"] or () if d is not None)]
    return next((d.unit for d in durations if d.unit is not None and d.unit.name), unit_of(options["msl"]))


def _relative(value: Any) -> bool:
    return any(getattr(v, "unit", BaseException) is None for v in (value if isinstance(value, tuple) else (value,)))


def _about(request: BoundRequest, name: str) -> BoundRequest:
    """The request for one property; graceful-close looks at one incarnation unless more are asked for."""
    source = click.get_current_context().get_parameter_source("incarnations")
    scope = request.scope
    if name == "graceful-close" and getattr(source, "name", "") != "COMMANDLINE":
        scope = replace(scope, incarnations=1)
    return replace(request, property=name, scope=scope)


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


def _print(reports: list[BoundReport], form: str, unit: Unit, verbose: bool, certificate: str | None,
           axes: tuple[str, str] | None) -> None:  # fmt: skip
    from tcpverify.tcp.registry import load
    from tcpverify.views.bound import answer, bound_document, ladders
    from tcpverify.views.documents import dumps
    from tcpverify.views.model import described
    from tcpverify.views.raster import text_plot
    from tcpverify.views.styled import Line, Screen, wrapped

    if form == "json":
        documents = [bound_document(r, str(Path(certificate)) if certificate else None) for r in reports]
        one = len(documents) == 1
        sys.stdout.write(dumps(documents[0] if one else {"schema": "tcpverify.bounds/1", "bounds": documents}))
        return
    screen = Screen(sys.stdout)
    for number, report in enumerate(reports):
        lines: list[Line] = [()] if number else []
        lines += answer(report, screen.width, unit, described(load(report.model)))
        if axes is not None:
            lines += [(), *text_plot(report, screen.width, screen.glyphs, *axes)]
        lines += ladders(report, screen.width, screen.glyphs, verbose)
        said = f"{'Interrupted; known by then. ' if report.interrupted else ''}{report.status} ({report.seconds:.1f} s)"
        lines += [(), *wrapped(said, screen.width, "dim")]
        screen.write(lines)
