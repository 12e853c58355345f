"""`tcpverify recheck`: a saved certificate, proved again from the model alone."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tcpverify.cli.common import Command, Parsed, read_text
from tcpverify.cli.saving import require_free, whole_directory
from tcpverify.cli.watching import Stop
from tcpverify.workflow.durations import parse_duration, wall_clock

__all__ = ["recheck"]


def _seconds(text: str) -> float:
    return wall_clock(parse_duration(text))


@click.command(cls=Command)
@click.argument("file")
@click.option("--model", metavar="EXPR", help="Hold it against this model instead of the one named in the file.")
@click.option("--solver", type=click.Choice(("z3", "cvc5")), default="z3", show_default=True,
              help="Who decides; cvc5 is an extra.")  # fmt: skip
@click.option("--smt2", metavar="DIR", help="Write the obligations as SMT-LIB 2 files for other solvers.")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True,
              help="What to print.")  # fmt: skip
@click.option("--timeout", type=Parsed("duration", _seconds), metavar="DURATION",
              help="Wall-clock limit above 0, such as 60s; without an answer by then, exit status 3.")  # fmt: skip
def recheck(file: str, model: str | None, solver: str, smt2: str | None, form: str, timeout: float | None) -> int:
    """Prove the certificates in FILE again, from the model alone; - reads standard input.

    FILE is what `bound --certificate` writes, or a file in the directory certificates/ of `check --save`.
    No engine takes part: the model's rules are read by a plain interpreter, and a solver proves every
    obligation. Where one fails it is named, with the values that escape.

    \b
    Examples:
      tcpverify check --msl 1 --save run
      tcpverify recheck run/certificates/time-wait-2-1.json
      tcpverify recheck proof.json --solver cvc5
      tcpverify recheck proof.json --smt2 obligations && z3 obligations/part-1.smt2

    Exit status: 0 confirmed, 1 an obligation fails, 2 usage error or no certificate, 3 undecided,
    4 internal error, 130 interrupted.
    """
    if smt2 is not None:
        require_free(smt2, "--smt2")
    name = "standard input" if file == "-" else file
    text = sys.stdin.read() if file == "-" else read_text(file, "certificate file")
    # Only here: --help and bad options need no solver.
    from tcpverify.workflow.recheck import recheck_text

    with Stop() as stop:
        report = recheck_text(text, name, model, solver, timeout or 0.0, stop)
    from tcpverify.views.documents import dumps
    from tcpverify.views.rechecked import answer, recheck_document, scripts

    if smt2 is not None:
        _write(smt2, scripts(report), len(report.file.parts))
    if form == "json":
        sys.stdout.write(dumps(recheck_document(report, name)))
        return report.exit_status
    from tcpverify.tcp.registry import load
    from tcpverify.views.model import described
    from tcpverify.views.styled import Screen

    screen = Screen(sys.stdout)
    screen.write(answer(report, name, screen.width, described(load(report.file.model))))
    return report.exit_status


def _write(directory: str, files: dict[str, str], parts: int) -> None:
    if len(files) < parts:
        print("tcpverify: not all obligations are known, so --smt2 wrote nothing", file=sys.stderr)
        return

    def fill(beside: Path) -> None:
        for name, text in files.items():
            (beside / name).write_text(text, encoding="utf-8")

    whole_directory(directory, fill, "--smt2")
