"""The options of every command that explores, and the request that they amount to."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from tcpverify.cli.common import Parsed
from tcpverify.errors import UsageError
from tcpverify.tcp.scope import CALLS, REGIMES, REOPEN, STARTS, Scope
from tcpverify.workflow.durations import Duration, parse_count, parse_duration, parse_range, parse_size
from tcpverify.workflow.requests import ENGINES, check_request, unit_of

if TYPE_CHECKING:
    from tcpverify.workflow.results import CheckRequest

__all__ = ["exploring_options", "named", "request_of", "unit_of"]

F = TypeVar("F", bound=Callable[..., Any])
_DURATION = Parsed("DURATION", parse_duration)
_RANGE = Parsed("MIN..MAX", parse_range)
_COUNT = Parsed("N|unlimited", parse_count)
_SIZE = Parsed("SIZE", parse_size)
_SCOPE = Scope()


def _calls(text: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    unknown = [call for call in found if call not in CALLS]
    if unknown:
        raise UsageError(f"unknown call {unknown[0]!r}; known are {', '.join(CALLS)}")
    if not found:
        raise UsageError(f"{text!r} names no calls; write some of {', '.join(CALLS)}, joined by commas")
    return found


def _setting(text: str) -> tuple[str, Duration]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UsageError(f"{text!r} sets nothing; write NAME=DURATION, such as REUSE_DELAY=1s")
    return name.strip().upper().replace("-", "_"), parse_duration(value)


_OPTIONS = (
    click.option("--msl", type=_DURATION, default="1",
                 help="Maximum segment lifetime: 1, 1/3, 30s, 200ms, 2min (plain numbers are seconds).  "
                      "[default: the model's own, or 1]"),
    click.option("--time-wait", "time_waits", type=_DURATION, multiple=True,
                 help="Check exactly this TIME-WAIT, such as 1.99msl; may be repeated."),
    click.option("--rto", type=_RANGE,
                 help="When the retransmission timer may fire: MIN..MAX or one value.  [default: the model's "
                      "own, or 0..1msl]"),
    click.option("--delay-min", type=_DURATION, default="0", show_default=True,
                 help="Least delay of a segment."),
    click.option("--losses", type=_COUNT, default=_SCOPE.losses, show_default=True,
                 help="Segments that may be lost."),
    click.option("--duplicates", type=_COUNT, default=_SCOPE.duplicates, show_default=True,
                 help="Segments that may be delivered once more."),
    click.option("--retransmissions", type=_COUNT, default=_SCOPE.retransmissions, show_default=True,
                 help="How often one segment may be sent again before its sender gives up."),
    click.option("--data", type=click.IntRange(min=0), default=_SCOPE.data, show_default=True, metavar="N",
                 help="Octets that each side writes before it closes, at most 400."),
    click.option("--incarnations", type=click.IntRange(min=1), default=_SCOPE.incarnations, show_default=True,
                 metavar="N", help="Incarnations of the connection alive at once."),
    click.option("--sequence", type=click.Choice(REGIMES), default=_SCOPE.sequence, show_default=True,
                 help="How the ISN of a new incarnation relates to older numbers."),
    click.option("--tick", type=_DURATION,
                 help="With --sequence timestamps: the longest a timestamp clock stands still.  [default: 0.01msl]"),
    click.option("--set", "durations", type=Parsed("NAME=DURATION", _setting), multiple=True,
                 help="Another value for a duration that the model names, such as REUSE_DELAY=1s; may be repeated."),
    click.option("--calls", type=Parsed("LIST", _calls), default=",".join(_SCOPE.calls), show_default=True,
                 help=f"User calls that the applications may make, of {', '.join(CALLS)}."),
    click.option("--reopen", type=click.Choice(REOPEN), default=_SCOPE.reopen, show_default=True,
                 help="Which closer may begin the next incarnation."),
    click.option("--start", type=click.Choice(STARTS), default=_SCOPE.start, show_default=True,
                 help="Whether runs begin with a connection or before it."),
    click.option("--reordering/--no-reordering", default=_SCOPE.reordering, show_default=True,
                 help="Whether segments of one direction may overtake each other."),
    click.option("--delay/--no-delay", default=_SCOPE.delay, show_default=True,
                 help="Whether time may pass while a segment is under way."),
    click.option("--property", "properties", multiple=True, metavar="NAME",
                 help="Check this property only; may be repeated."),
    click.option("--engine", type=click.Choice(ENGINES), default=ENGINES[0], show_default=True,
                 help="Zone exploration, or a bounded and inductive search by Z3."),
    click.option("--timeout", type=_DURATION,
                 help="Wall-clock limit above 0, such as 60s; what is open then is unknown."),
    click.option("--memory", type=_SIZE, help="Limit on memory, such as 2G."),
)  # fmt: skip


def exploring_options(command: F) -> F:
    """Decorator: adds the options; the values arrive by keyword and go to :func:`request_of`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def named(names: Collection[str]) -> frozenset[str]:
    """Which of these options the user gives on the command line."""
    context = click.get_current_context(silent=True)
    if context is None:
        return frozenset(names)
    source = context.get_parameter_source
    return frozenset(name for name in names if source(name) not in (None, ParameterSource.DEFAULT))


def request_of(
    model: str, options: dict[str, Any], sweep: bool = True, beside: Collection[str] = ()
) -> CheckRequest:
    """The request that the options amount to, as `tcpverify.workflow.requests.check_request` says."""
    return check_request(model, options, named(options), sweep, beside)
