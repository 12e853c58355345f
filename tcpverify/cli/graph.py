"""`tcpverify graph`: the state machine, the reachable graph, or a counterexample in it, as a picture or as data."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tcpverify.cli.common import Command, read_text
from tcpverify.cli.exploring import exploring_options, named, request_of
from tcpverify.cli.saving import require_writable, write_whole
from tcpverify.cli.watching import Progress, Stop
from tcpverify.errors import UsageError
from tcpverify.tcp.registry import DEFAULT_MODEL

if TYPE_CHECKING:
    from tcpverify.evidence.trace import Trace

__all__ = ["graph"]

SHOW = ("machine", "reachable", "counterexample")
FORMS = ("dot", "svg", "png", "pdf", "graphml", "json", "html")
BY = ("ends", "flight", "incarnation", "property", "none")
#: what may stand beside a trace, which says everything else itself
_BESIDE_TRACE = frozenset({"timeout", "memory"})
_CUT_SHORT = 3


@click.command(cls=Command)
@click.argument("model", required=False)
@exploring_options
@click.option("--show", type=click.Choice(SHOW),
              help="What to draw.  [default: machine; reachable where an option asks for exploring]")
@click.option("--all", "everything", is_flag=True,
              help="Draw also resets, aborts, user timeouts and what changes no state, or all lines of a large graph.")
@click.option("--by", type=click.Choice(BY),
              help="What states have in common that are one node: both ends' states, these and what is in flight, "
                   "incarnations, what --property looks at, or nothing.  [default: ends]")
@click.option("--expand", multiple=True, metavar="GROUP",
              help="Show the members of this group, such as TIME-WAIT/LAST-ACK; may be repeated.")
@click.option("--members", type=click.IntRange(min=2), metavar="N",
              help="Nodes that an expanded group shows.  [default: 24]")
@click.option("--times", is_flag=True, help="Put what clocks may show on nodes, and guards on edges.")
@click.option("--states", type=click.IntRange(min=1), metavar="N",
              help="Symbolic states after which the exploration stops, looked at every 1024.  [default: 20000]")
@click.option("--counterexample", is_flag=True, help="The same as --show counterexample.")
@click.option("--trace", "file", metavar="FILE", help="A counterexample that was saved; - reads standard input.")
@click.option("--format", "form", type=click.Choice(FORMS),
              help="[default: as the name of the file ends, or dot]")
@click.option("-o", "--output", metavar="FILE", help="Write to FILE instead of standard output.")
def graph(
    model: str | None, show: str | None, everything: bool, by: str | None, expand: tuple[str, ...],
    members: int | None, times: bool, states: int | None, counterexample: bool, file: str | None, form: str | None,
    output: str | None, **options: Any,
) -> int:  # fmt: skip
    """Draw MODEL (default: textbook) with Graphviz, or write its graphs for other programs.

    machine is the state machine as RFC 9293 Figure 5 draws it, with what amendments changed. reachable is what can be
    reached at one TIME-WAIT, with one node for all states that have something in common. counterexample shows the
    first refutation of `check`, or a saved trace, in that graph.

    \b
    Examples:
      tcpverify graph rfc9293+rfc1337 -o machine.svg
      tcpverify graph --show reachable -o reachable.svg
      tcpverify graph --show reachable --by property --property drained --time-wait 1.9msl
      tcpverify graph --show reachable --expand TIME-WAIT/LAST-ACK --times --losses 0 -o expanded.pdf
      tcpverify graph --counterexample --time-wait 1.99 --format html -o why.html
      tcpverify graph --trace run/traces/drained-time-wait-1.99.json --format graphml -o drained.graphml

    svg, png and pdf need the program dot; html draws in the browser, and the others need nothing.

    Exit status: 0 drawn, 2 usage or model error, 3 drawn, but a time or memory limit ended the exploration,
    4 internal error, 130 interrupted (what was known is drawn).
    """
    form = _form(form, output)
    given = sorted(named(options))
    asked = [name for name, value in (("--by", by), ("--expand", expand), ("--members", members), ("--times", times),
                                      ("--states", states)) if value]  # fmt: skip
    show = _show(show, counterexample, file, bool(asked or given))
    if output is not None and output != "-":
        require_writable(output, "-o")
    if show == "machine":
        if asked or given or file:
            odd = asked[0] if asked else f"--{given[0].replace('_', '-')}" if given else "--trace"
            raise UsageError(f"the state machine is the rules alone, and nothing is explored for it; leave {odd} out")
        from tcpverify.tcp.registry import load
        from tcpverify.workflow.machine import machine_graph

        return _write(machine_graph(load(model or DEFAULT_MODEL)), form, output, everything)
    progress, stop = Progress(), Stop()
    try:
        with stop:
            found = _explored(model, show, file, options, given, times, states, progress, stop)
    finally:
        progress.clear()
    from tcpverify.workflow.quotient import MEMBERS, folded

    what = folded(found, by or "ends", expand, show == "counterexample", members or MEMBERS,
                  form in ("graphml", "json"))  # fmt: skip
    status = _write(what, form, output, everything)
    if found.graph["interrupted"]:
        return 130
    return _CUT_SHORT if found.graph["stopped"] in ("time", "interrupted") else status


def _form(form: str | None, output: str | None) -> str:
    """The format that is asked for, by name or by the name of the file."""
    if form is None:
        form = Path(output).suffix.removeprefix(".").lower() if output not in (None, "-") else "dot"
        if form not in FORMS:
            raise UsageError(f"--format says what to write, one of {', '.join(FORMS)}; {output!r} does not end in one")
    if form in ("png", "pdf") and (output is None or output == "-") and sys.stdout.isatty():
        raise UsageError(f"{form} is nothing for a terminal; name a file with -o")
    return form


def _show(show: str | None, counterexample: bool, file: str | None, exploring: bool) -> str:
    if counterexample or file:
        if show not in (None, "counterexample"):
            raise UsageError(f"--show {show} and {'--trace' if file else '--counterexample'} contradict each other")
        return "counterexample"
    return show or ("reachable" if exploring else "machine")


def _explored(
    model: str | None, show: str, file: str | None, options: dict[str, Any], given: list[str], times: bool,
    states: int | None, progress: Progress, stop: Stop,
) -> Any:  # fmt: skip
    """The graph of all states, with a trace in it if one is asked for."""
    from dataclasses import replace

    from tcpverify.workflow.graph import reachable_graph
    from tcpverify.workflow.graph import request_of as request_about
    from tcpverify.workflow.refuting import refutation

    trace: Trace | None = None
    if file is not None:
        odd = [name for name in given if name not in _BESIDE_TRACE]
        if odd:
            raise UsageError(f"the trace says what it is a run of; leave {_option(odd[0])} out")
        trace = _read(file, model)
        limits = request_of(model or trace.model, options)
        request = replace(request_about(trace, model or ""), seconds=limits.seconds, memory=limits.memory)
    else:
        request = request_of(model or DEFAULT_MODEL, options)
        if show == "counterexample":
            trace = refutation(request, progress, stop)
            request = replace(request, time_waits=(trace.parameters["TIME_WAIT"],), properties=(trace.property,))
    return reachable_graph(
        replace(request, states=states or 0), times=times, trace=trace, progress=progress, interrupted=stop
    )


def _read(file: str, model: str | None) -> Trace:
    from tcpverify.evidence.trace import parse
    from tcpverify.workflow.replaying import in_its_words, replayed

    name = "standard input" if file == "-" else file
    trace = parse(sys.stdin.read() if file == "-" else read_text(file, "trace file"), name)
    return in_its_words(trace, replayed(trace, model, name, hint="MODEL as "))


# ------------------------------------------------------------ writing


def _write(what: Any, form: str, output: str | None, everything: bool) -> int:
    from tcpverify.views import drawing

    if form == "json":
        text: str | bytes = drawing.json_text(what)
    elif form == "graphml":
        text = drawing.graphml(what)
    elif form == "html":
        from tcpverify.views.graphpage import graph_page

        text = graph_page(what, everything)
    else:
        text = drawing.drawn(what, everything)
        if form in drawing.RENDERED:
            text = drawing.rendered(text, form)
    said = drawing.summary(what)
    if output is None or output == "-":
        if isinstance(text, str):
            sys.stdout.write(text)
        else:
            sys.stdout.flush()
            sys.stdout.buffer.write(text)
        if "asked" in what.graph and (what.graph["asked"] != what.graph["by"] or what.graph["stopped"]):
            # Not what the user expects: that is said even where only the graph is wanted.
            print(f"tcpverify: {said}", file=sys.stderr)
        return 0
    write_whole(output, text, "-o")
    print(f"{output}: {said}")
    return 0


def _option(parameter: str) -> str:
    """How an option is written, from the name of its parameter."""
    found = click.get_current_context().command.params
    return next(o.opts[0] for o in found if o.name == parameter)
