"""What `simulate` and `explore` share: the stepper that the options ask for, and where it starts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tcpverify.cli.exploring import exploring_options, request_of, unit_of
from tcpverify.cli.watching import Progress, Stop
from tcpverify.workflow.limits import Limits

if TYPE_CHECKING:
    from tcpverify.workflow.positions import Jump
    from tcpverify.workflow.stepping import Stepper

__all__ = ["jumped", "started", "stepper_of", "stepping_options"]

F = TypeVar("F", bound=Callable[..., Any])
#: seconds that a search may take where nobody says how many: somebody is waiting
PATIENCE = 60.0


def stepping_options(command: F) -> F:
    """Decorator: the options of every command that explores, and where to start."""
    command = click.option("--jump", metavar="PROPERTY",
                           help="Start where the shortest run from there breaks this property.")(command)  # fmt: skip
    command = click.option("--at", metavar="ADDRESS", default="",
                           help="Start at this position, such as A.close/d1/B.close.")(command)  # fmt: skip
    return exploring_options(command)


def stepper_of(model: str, options: dict[str, Any]) -> Stepper:
    """The stepper; UsageError or ModelError if there is none."""
    request = request_of(model, options, sweep=False)
    from tcpverify.workflow.stepping import Stepper

    return Stepper(request, unit_of(options["msl"]))


def jumped(stepper: Stepper, origin: tuple[str, ...], name: str) -> Jump:
    """A search, with a sign of life and Ctrl-C that ends it."""
    from tcpverify.workflow.jumping import jump

    progress, stop = Progress(), Stop()
    limits = Limits(stepper.request.seconds or PATIENCE, stepper.request.memory, stop)
    try:
        with stop:
            return jump(stepper, origin, name, limits, progress)
    finally:
        progress.clear()


def started(stepper: Stepper, at: str, name: str | None) -> tuple[tuple[str, ...], Jump | None]:
    """The address at which to start, and the search that led there."""
    from tcpverify.workflow.addresses import split

    address = stepper.run(split(at)).address
    if name is None:
        return address, None
    found = jumped(stepper, address, name)
    return (address if found.address is None else found.address), found
