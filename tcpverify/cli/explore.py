"""`tcpverify explore`: step through a model in a browser, on this machine only, or in a file."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from tcpverify.cli.common import Command
from tcpverify.cli.exploring import unit_of
from tcpverify.cli.saving import require_writable, write_whole
from tcpverify.cli.stepped import PATIENCE, started, stepper_of, stepping_options
from tcpverify.cli.watching import Progress, Stop
from tcpverify.errors import UsageError

if TYPE_CHECKING:
    from tcpverify.views.quantities import Unit
    from tcpverify.workflow.stepping import Stepper

__all__ = ["explore"]

#: seconds that the search for violations may take whose ways a file should have
_SEARCH = 10.0
#: options of this command that a command that goes on where a file ends does not repeat
_OWN = ("-o", "--output", "--at", "--jump", "--positions")


@click.command(cls=Command)
@click.argument("model", default="textbook")
@stepping_options
@click.option("-o", "--output", metavar="FILE.html", help="Write a page with some positions instead, and end.")
@click.option("--positions", type=click.IntRange(min=1, max=5000), default=400, show_default=True, metavar="N",
              help="With -o: how many at most, besides the shortest ways to violations.")  # fmt: skip
@click.option("--no-browser", is_flag=True, help="Only print the address.")
def explore(
    model: str, at: str, jump: str | None, output: str | None, positions: int, no_browser: bool, **options: Any
) -> int:
    """Step through MODEL (default: textbook) in a browser: what `simulate` does, as a page.

    The page is served to this machine only, at an address that nobody can guess, until Ctrl-C. What comes after
    its # is the address of a position, so a position can be shared with whoever runs the same command. With -o a page
    is written that needs no program any more, but has only the positions near the start and those on the shortest
    ways to violations.

    \b
    Examples:
      tcpverify explore
      tcpverify explore rfc9293 --losses 0 --jump no-assassination
      tcpverify explore --time-wait 1.5msl -o short.html

    Exit status: 0 done, 2 usage or model error, 3 --jump hit a limit, 4 internal error, 130 interrupted.
    """
    if output is not None:
        if at or jump:
            raise UsageError("a page in a file begins at the start; leave out --at and --jump, or add #ADDRESS to it")
        if output == "-":
            raise UsageError("a page of positions goes into a file; name one")
        require_writable(output, "--output")
    stepper = stepper_of(model, options)
    unit = unit_of(options["msl"])
    if output is not None:
        _write(stepper, output, positions, unit)
        return 0
    address, found = started(stepper, at, jump)
    if found is not None:
        from tcpverify.views.happening import jump_text

        print(jump_text(found), file=sys.stderr)
    _serve(stepper, "/".join(address), unit, no_browser)
    return 3 if found is not None and found.stopped else 0


def _about(stepper: Stepper) -> tuple[str, list[tuple[str, str]]]:
    """What the page says of the model, and of the properties."""
    from tcpverify.views.model import described

    return described(stepper.model), [(p.name, p.meaning) for p in stepper.wanted]


def _write(stepper: Stepper, output: str, most: int, unit: Unit) -> None:
    from tcpverify.views.explorer.page import static_page
    from tcpverify.workflow.excerpt import excerpt
    from tcpverify.workflow.limits import Limits

    progress, stop = Progress(), Stop()
    seconds, memory = stepper.request.seconds, stepper.request.memory
    try:
        with stop:
            search = Limits(min(seconds or _SEARCH, _SEARCH), memory, stop)
            found = excerpt(stepper, most, search, Limits(seconds, memory, stop), progress)
    finally:
        progress.clear()
    page = static_page(found, *_about(stepper), _repeated(sys.argv[1:]), unit)
    write_whole(output, page, "--output")
    print(f"{output}: {len(found.positions)} positions, {len(page.encode()) / 1e6:.1f} MB", file=sys.stderr)


def _repeated(arguments: list[str]) -> str:
    """The command without what is about the file."""
    kept: list[str] = []
    skip = False
    for word in arguments:
        if skip:
            skip = False
        elif word in _OWN:
            skip = True
        elif not word.startswith(tuple(f"{name}=" for name in _OWN if name.startswith("--"))):
            kept.append(word)
    return shlex.join(["tcpverify", *kept])


def _serve(stepper: Stepper, address: str, unit: Unit, no_browser: bool) -> None:
    from tcpverify.cli.serving import Server
    from tcpverify.views.explorer.page import answer, live_page, page_policy
    from tcpverify.views.positioned import jump_document
    from tcpverify.workflow.addresses import split
    from tcpverify.workflow.jumping import jump
    from tcpverify.workflow.limits import Limits

    ended = False

    def position(asked: Mapping[str, str]) -> Mapping[str, Any]:
        return answer(stepper.position(split(asked.get("at", ""))), unit)

    def search(asked: Mapping[str, str]) -> Mapping[str, Any]:
        limits = Limits(stepper.request.seconds or PATIENCE, stepper.request.memory, lambda: ended)
        return jump_document(jump(stepper, split(asked.get("at", "")), asked.get("property", ""), limits))

    page = live_page(stepper.position(), *_about(stepper), unit)
    with Server(page, page_policy(asks=True), {"position": position, "jump": search}) as server:
        where = server.address + (f"#{address}" if address else "")
        print(f"Serving this machine only, until Ctrl-C:\n{where}", flush=True)
        if not no_browser:
            import webbrowser

            webbrowser.open(where)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            ended = True
            print("\nended")
