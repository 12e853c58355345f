"""`tcpverify cost`: what the shortest safe TIME-WAIT costs, in connections a second, sockets and memory."""

from __future__ import annotations

import re
import sys
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from tcpverify.cli.common import Command, Parsed
from tcpverify.cli.exploring import exploring_options, named
from tcpverify.cli.saving import require_svg, write_whole
from tcpverify.cli.watching import Progress, Stop
from tcpverify.errors import UsageError
from tcpverify.workflow.durations import parse_size
from tcpverify.workflow.requests import cost_request, priced_models

if TYPE_CHECKING:
    from tcpverify.workflow.prices import CostReport

__all__ = ["cost"]

_LARGEST_PORT = 65535
#: options that mean the same as elsewhere, but begin with another value: (default, help)
_OTHERWISE = {
    "msl": ("2min", "Maximum segment lifetime; RFC 9293 §3.4.2 has 2min."),
    "rto": (None, "When the retransmission timer may fire: MIN..MAX or one value.  [default: 0..2min]"),
    "losses": ("0", None),
    "time_waits": ((), "Price this TIME-WAIT as well, such as 60s or 1msl; may be repeated."),
    "properties": ((), "The property to pay for.  [default: no-old-segment]"),
    "timeout": (None, "Wall-clock limit, such as 60s, shared by the models; what is open then is said to be."),
}


def _ports(text: str) -> int:
    """How many ports: a number, or the first and the last of a range."""
    found = re.fullmatch(r"(\d+)(?:\s*[- ]\s*(\d+))?", text.strip(), re.ASCII)
    expected = "write a number such as 28232 or a range such as 32768-60999"
    if found is None:
        raise UsageError(f"{text!r} is no number of ports; {expected}")
    if found[2] is None:
        number = int(found[1])
        if not 0 < number <= _LARGEST_PORT:
            raise UsageError(f"{text!r} is not between 1 and {_LARGEST_PORT} ports; {expected}")
        return number
    low, high = int(found[1]), int(found[2])
    if not 0 < low <= high <= _LARGEST_PORT:
        raise UsageError(f"{text!r} is no range of ports between 1 and {_LARGEST_PORT}; {expected}")
    return high - low + 1


def _rate(text: str) -> Fraction:
    """Connections a second: a positive number."""
    if not re.fullmatch(r"\d+(\.\d*)?|\.\d+|\d+/0*[1-9]\d*", text.strip(), re.ASCII) or not Fraction(text.strip()):
        raise UsageError(f"{text!r} is no rate; write connections a second, such as 1000 or 0.5")
    return Fraction(text.strip())


def _beginning_otherwise(command: click.Command) -> click.Command:
    """The common options of exploring commands with the values from which this one begins."""
    # Bounds have one engine.
    command.params = [option for option in command.params if option.name != "engine"]
    for option in command.params:
        if isinstance(option, click.Option) and option.name in _OTHERWISE:
            option.default, text = _OTHERWISE[option.name]
            option.help = text or option.help
    return command


@_beginning_otherwise
@click.command(cls=Command)
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@click.option("--all", "every", is_flag=True, help="All bases and sums that come with the program, and the usual few.")
@click.option("--rate", type=Parsed("N", _rate), default="1000", show_default=True,
              help="Connections closed a second, wherever to.")  # fmt: skip
@click.option("--ports", type=Parsed("N|LOW-HIGH", _ports), default="32768-60999", show_default=True,
              help="Local ports for connections to one destination.")  # fmt: skip
@click.option("--bytes", "size", type=Parsed("SIZE", parse_size), default="512", show_default=True,
              help="Kernel memory for a socket in TIME-WAIT.")  # fmt: skip
@exploring_options
@click.option("--plot", metavar="FILE.svg", help="Draw safe connection rates over MSL; - draws in the terminal.")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True,
              help="What to print.")  # fmt: skip
def cost(
    models: tuple[str, ...], every: bool, rate: Fraction, ports: int, size: int, plot: str | None, form: str,
    **options: Any,
) -> int:  # fmt: skip
    """Say what the shortest safe TIME_WAIT of each MODEL costs.

    For every MODEL (a few, if none is named): its own TIME_WAIT and the shortest safe one, derived for all values
    and put in numbers; connections a second to one destination that each allows; sockets and memory that it
    holds at a rate; and the other way round, the longest TIME_WAIT that allows that rate, and whether it is safe.

    \b
    Examples:
      tcpverify cost
      tcpverify cost textbook rfc9293+rfc1337 --calls open,close-in-turn --rate 5000
      tcpverify cost textbook --msl 30s --rto 200ms..120s --losses 1 --time-wait 60s
      tcpverify cost --ports 1024-65535 --plot price.svg
      tcpverify cost --all --timeout 5min --format json

    Exit status: 0 all bounds are exact, 2 usage or model error, 3 not all, 4 internal error, 130 interrupted.
    """
    if every and models:
        raise UsageError("--all prices every model that comes with the program; name models or --all, not both")
    if plot and plot != "-":
        require_svg(plot, "--plot")
    if plot == "-" and form == "json":
        raise UsageError("--plot - draws in the terminal, where --format json prints one document; name a file")
    options |= {"rate": rate, "ports": ports, "size": size}
    request = cost_request(priced_models(models, every), options, named(options))
    # Only here: --help and bad options need no engine.
    from tcpverify.workflow.cost import cost as run

    progress, stop = Progress(), Stop()
    try:
        with stop:
            report = run(request, progress, stop)
    finally:
        progress.clear()
    if plot and plot != "-":
        from tcpverify.views.price import price_plot

        write_whole(plot, price_plot(report), "--plot")
    _print(report, form, plot == "-")
    return report.exit_status


def _print(report: CostReport, form: str, drawn: bool) -> None:
    if form == "json":
        from tcpverify.views.cost import cost_document
        from tcpverify.views.documents import dumps

        sys.stdout.write(dumps(cost_document(report)))
        return
    from tcpverify.views.answers import cost_answer
    from tcpverify.views.styled import Screen

    screen, chart = Screen(sys.stdout), None
    if drawn:
        from tcpverify.views.pricechart import price_chart

        chart = price_chart(report, screen.width, screen.glyphs)
    screen.write(cost_answer(report, screen.width, chart))
