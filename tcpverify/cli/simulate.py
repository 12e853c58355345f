"""`tcpverify simulate`: step through a model by hand, in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tcpverify.cli.common import Command
from tcpverify.cli.exploring import unit_of
from tcpverify.cli.saving import require_writable, write_whole
from tcpverify.cli.stepped import jumped, started, stepper_of, stepping_options
from tcpverify.errors import UsageError
from tcpverify.views.quantities import plural

if TYPE_CHECKING:
    from tcpverify.views.quantities import Unit
    from tcpverify.workflow.positions import Jump, Position
    from tcpverify.workflow.stepping import Stepper

__all__ = ["simulate"]

_HELP = """  N or WORD     take a choice, by its number or its word
  b             go back one step
  why N         why no other rule applies to choice N
  blocked       what cannot happen here, and why
  j PROPERTY    jump to where the shortest run from here breaks it
  g ADDRESS     go to an address; g alone: to the start
  l             the whole picture again
  s FILE        save the run as a trace, for `tcpverify trace`; s! FILE also where there is a file
  q             end"""


@click.command(cls=Command)
@click.argument("model", default="textbook")
@stepping_options
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True,
              help="Step by hand, or print one position as JSON.")  # fmt: skip
@click.option("--do", "script", multiple=True, metavar="COMMAND",
              help="Do this before anything is read; may be repeated.")  # fmt: skip
@click.option("-v", "--verbose", is_flag=True, help="Rule, clause and TCB in the ladder.")
def simulate(
    model: str, at: str, jump: str | None, form: str, script: tuple[str, ...], verbose: bool, **options: Any
) -> int:
    """Step through MODEL (default: textbook) by hand: choose the next event, go back, jump to a violation.

    Shown are the run so far, both ends, what is under way, everything that can happen next, what each choice
    breaks, and why other events are blocked. A position has an address, the list of choices that leads there.
    Commands are read from standard input; `help` lists them. Once it is not a terminal, the first wrong one
    ends the program.

    \b
    Examples:
      tcpverify simulate
      tcpverify simulate --time-wait 1.99msl --jump no-old-segment
      tcpverify simulate --at A.close/d1/B.close/d3 --do blocked
      tcpverify simulate rfc9293 --at A.close/d1/B.close --format json

    Exit status: 0 done, 2 usage or model error, 3 --jump hit a limit, 4 internal error, 130 interrupted.
    """
    stepper = stepper_of(model, options)
    address, found = started(stepper, at, jump)
    status = 3 if found is not None and found.stopped else 0
    unit = unit_of(options["msl"])
    if form == "json":
        from tcpverify.views.documents import dumps
        from tcpverify.views.happening import jump_text
        from tcpverify.views.positioned import position_document

        if found is not None and found.address is None:
            print(f"tcpverify: {jump_text(found)}", file=sys.stderr)
        sys.stdout.write(dumps(position_document(stepper.position(address), unit)))
        return status
    _Talk(stepper, unit, verbose, address, found, script).all()
    return status


class _Talk:
    """What is said and answered."""

    def __init__(
        self, stepper: Stepper, unit: Unit, verbose: bool, address: tuple[str, ...], found: Jump | None,
        script: tuple[str, ...],
    ) -> None:  # fmt: skip
        from tcpverify.views.styled import Screen

        self.stepper, self.unit, self.verbose, self.address, self.found = stepper, unit, verbose, address, found
        self.screen = Screen(sys.stdout)
        self.asks, self.script = sys.stdin.isatty(), list(script)
        self.scripted = False
        self.position: Position = stepper.position(address)

    def all(self) -> None:
        """Until there is no more to read."""
        self._preface()
        if self.found is not None:
            self._tell(self.found)
        self._show(whole=True)
        try:
            while (said := self._read()) is not None and said.strip() not in ("q", "quit", "exit"):
                self._answer(*said.strip().partition(" "))
        finally:
            if self.asks and self.address:
                print(f"\nYou were at {'/'.join(self.address)}; --at takes you back there.")

    def _answer(self, name: str, _: str, rest: str) -> None:
        try:
            self._do(name, rest.strip())
        except UsageError as error:
            if self.scripted:
                sys.stdout.flush()
                raise
            print(f"tcpverify: {' '.join(str(error).split())}")

    def _read(self) -> str | None:
        self.scripted = bool(self.script) or not self.asks
        if self.script:
            print(f"> {self.script[0]}")
            return self.script.pop(0)
        if self.asks:
            print("> ", end="", flush=True)
        said = sys.stdin.readline()
        if not said:
            return None
        if not self.asks:
            # Whoever reads what came out wants to see what was asked.
            print(f"> {said.rstrip()}")
        return said

    def _do(self, name: str, rest: str) -> None:
        commands: dict[str, Callable[[str], None]] = {
            "b": self._back, "back": self._back, "why": self._why, "blocked": self._blocked, "j": self._jump,
            "jump": self._jump, "g": self._go, "go": self._go, "s": self._save, "save": self._save,
            "s!": self._replace, "save!": self._replace,
            "l": lambda _: self._show(whole=True), "help": lambda _: print(_HELP), "h": lambda _: print(_HELP),
            "?": lambda _: print(_HELP),
        }  # fmt: skip
        if name in commands:
            commands[name](rest)
        elif name:
            self._choose(name)

    # ------------------------------------------------------------ commands

    def _choose(self, name: str) -> None:
        if name.isdecimal():
            self._to((*self.address, self.position.choices[self._number(name)].word))
        elif name in [c.word for c in self.position.choices] or "." in name or name.startswith("d"):
            self._to((*self.address, name))
        else:
            raise UsageError(f"{name!r} is no command and no choice; `help` lists the commands")

    def _number(self, text: str) -> int:
        count = len(self.position.choices)
        if not text.isdecimal() or not 1 <= int(text) <= count:
            raise UsageError(f"{text!r} is not the number of a choice; there are {count} here")
        return int(text) - 1

    def _to(self, address: tuple[str, ...]) -> None:
        self.position = self.stepper.position(address)
        self.address = self.position.address
        self._show(whole=False)

    def _back(self, _: str) -> None:
        if not self.address:
            raise UsageError("this is the start; there is nothing to go back to")
        self._to(self.address[:-1])

    def _go(self, text: str) -> None:
        from tcpverify.workflow.addresses import split

        self._to(split(text))

    def _jump(self, name: str) -> None:
        if not name:
            raise UsageError(f"j takes a property, such as {self.stepper.wanted[0].name}")
        found = jumped(self.stepper, self.address, name)
        self._tell(found)
        if found.address is not None:
            self.position = self.stepper.position(found.address)
            self.address = self.position.address
            self._show(whole=True)

    def _why(self, text: str) -> None:
        from tcpverify.views.stepping import choice_lines

        self.screen.write(choice_lines(self.position, self._number(text) + 1, self.screen.width))

    def _blocked(self, _: str) -> None:
        from tcpverify.views.stepping import blocked_lines

        self.screen.write(blocked_lines(self.position.blocked, self.screen.width))

    def _save(self, path: str) -> None:
        if Path(path).is_file():
            raise UsageError(f"s: there is a file {path!r}; `s! {path}` replaces it")
        self._write(path, "s", "Saved")

    def _replace(self, path: str) -> None:
        self._write(path, "s!", "Replaced" if Path(path).is_file() else "Saved")

    def _write(self, path: str, name: str, done: str) -> None:
        if not path:
            raise UsageError(f"{name} takes the name of a file")
        require_writable(path, name)
        write_whole(path, self.position.trace.dumps(), name)
        count = plural(len(self.position.trace.steps), "step")
        print(f"{done}: {count} in {path}; `tcpverify trace {path}` prints them.")

    # ------------------------------------------------------------ what is shown

    def _preface(self) -> None:
        from tcpverify.views.model import described
        from tcpverify.views.settings import durations_text, scope_text
        from tcpverify.views.styled import wrapped

        width, stepper = self.screen.width, self.stepper
        scope = stepper.request.scope
        durations = durations_text(stepper.parameters, self.unit, scope.delay)
        wait = self.unit.show(stepper.parameters["TIME_WAIT"])
        lines = wrapped(f"{stepper.model.name}: {described(stepper.model)}", width, "title", "", "  ")
        lines += wrapped(f"TIME-WAIT = {wait}, {durations}.", width, "", "  ", "  ")
        lines += wrapped(f"Scope: {scope_text(scope)}.", width, "", "  ", "  ")
        self.screen.write([*lines, ()])

    def _tell(self, found: Jump) -> None:
        from tcpverify.views.happening import jump_text
        from tcpverify.views.styled import wrapped

        self.screen.write([*wrapped(jump_text(found), self.screen.width, "bad" if found.address else ""), ()])

    def _show(self, whole: bool) -> None:
        """The position; ``whole`` adds heading, legend and story to the ladder."""
        from tcpverify.views.ladder import ladder
        from tcpverify.views.stepping import position_lines

        screen = self.screen
        drawn = ladder(self.position.trace, width=screen.width, glyphs=screen.glyphs, unit=self.unit,
                       verbose=self.verbose, words=whole)  # fmt: skip
        gap = [()] if drawn[-1] else []
        screen.write([*drawn, *gap, *position_lines(self.position, screen.width, self.unit)])
