"""`tcpverify new`: a file to start a variant of one's own from."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tcpverify.cli.common import Command
from tcpverify.cli.saving import require_writable, write_whole
from tcpverify.errors import InternalDisagreement, UsageError

if TYPE_CHECKING:
    from tcpverify.views.styled import Line

__all__ = ["new"]

_NAME = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")


@click.command(cls=Command)
@click.argument("name")
@click.option("-o", "--output", metavar="FILE", help="Where to write it.  [default: NAME.py]")
@click.option("--base", metavar="MODEL", default="rfc9293", show_default=True, help="The model that it amends.")
@click.option("--rule", metavar="RULE", help="Start from this rule of the base, such as TIME-WAIT.syn.")
@click.option("--force", is_flag=True, help="Overwrite a file that is there.")
def new(name: str, output: str | None, base: str, rule: str | None, force: bool) -> int:
    """Write an amendment called NAME to start from: commented, and fit to run at once.

    Without --rule it changes one thing in TIME-WAIT that makes a visible difference. With --rule it holds that
    rule's present form and a change of each of its fields. Before it is written, Z3 proves that in base and amendment
    together exactly one rule applies to every state and event.

    \b
    Examples:
      tcpverify new quiet
      tcpverify new late-syn --base rfc9293+rfc1337 --rule TIME-WAIT.syn -o variants/late_syn.py
    """
    from tcpverify.tcp.modelfile import read
    from tcpverify.tcp.registry import amended, load, verify_table
    from tcpverify.views.styled import Screen
    from tcpverify.views.variant import variant_text

    name, path = _named(name, output)
    there = Path(path).exists()
    require_writable(path, "-o")
    if there and not force:
        raise UsageError(f"{path!r} exists already; name another file with -o, or overwrite it with --force")
    loaded = load(base)
    spec = f"{base}+{path if os.sep in path else f'./{path}'}"
    text = variant_text(name, loaded, spec, rule)
    flaws = verify_table(amended(loaded, read(name, Path(path), text=text)))
    if flaws:
        raise InternalDisagreement(f"the amendment that was to be written leaves a gap: {flaws[0]}")
    write_whole(path, text, "-o")
    screen = Screen(sys.stdout)
    screen.write(_lines(path, base, spec, there, screen.width))
    return 0


def _named(word: str, output: str | None) -> tuple[str, str]:
    """The amendment's name, and its file."""
    from tcpverify.tcp.registry import shipped

    if word.endswith(".py"):
        if output is not None:
            raise UsageError(f"{word!r} names a file, and -o {output!r} another; name one")
        output, word = word, Path(word).stem.replace("_", "-")
    if not _NAME.fullmatch(word):
        raise UsageError(f"{word!r} is not a name for an amendment: letters and digits make one, joined by dashes")
    if word.lower() in shipped():
        raise UsageError(f"{word!r} is the name of a model that comes with the program; choose another")
    path = output if output is not None else f"{word}.py"
    if not path.endswith(".py"):
        raise UsageError(f"-o: {path!r} does not end in .py, as the file of a model does")
    if "+" in path:
        raise UsageError(f"-o: {path!r} holds a +, which joins the parts of a model expression; choose another path")
    return word, path


def _lines(path: str, base: str, spec: str, overwritten: bool, width: int) -> list[Line]:
    from tcpverify.views.styled import Span, line, wrapped

    how = "overwritten with" if overwritten else "written:"
    said = f"{path} is {how} an amendment of {base}. Exactly one rule applies to every state and event (proved by Z3)."
    commands = (
        ("what it changes", f"tcpverify show {spec} --changed"),
        ("what holds then", f"tcpverify check {spec} --msl 1"),
        ("how long TIME-WAIT must be then", f"tcpverify bound {spec} --losses 0 --calls open,close-in-turn"),
    )
    found = [*wrapped(said, width, "title"), ()]
    for what, command in commands:
        found += [line(Span(f"  {what}:", "dim")), line(f"    {command}")]
    return found
