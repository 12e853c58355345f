"""`tcpverify claims`: the widespread sayings about TIME-WAIT, each decided when it is asked for."""

from __future__ import annotations

import sys

import click

from tcpverify.cli.common import Command, Parsed
from tcpverify.cli.watching import Progress, Stop
from tcpverify.errors import UsageError
from tcpverify.workflow.claims.outcomes import ClaimsReport
from tcpverify.workflow.durations import Duration, parse_duration, parse_size, wall_clock

__all__ = ["claims"]

_DIGITS = 9


def _number(text: str) -> int:
    if not text.isdecimal() or not text.isascii() or len(text) > _DIGITS:
        raise UsageError(f"{text!r} is not the number of a saying, such as 6; without a number all are settled")
    return int(text)


@click.command(cls=Command)
@click.argument("numbers", nargs=-1, type=Parsed("NUMBER", _number), metavar="[NUMBER]...")
@click.option("--lang", type=click.Choice(("en", "zh")), default="en", show_default=True,
              help="The language of sayings, conditions and settings.")
@click.option("--ladders", is_flag=True, help="For every saying that fails somewhere, the run that shows it.")
@click.option("--amend", metavar="AMENDMENT",
              help="Add this amendment, a shipped name or a file, to every model.")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True,
              help="What to print.")
@click.option("--timeout", type=Parsed("DURATION", parse_duration),
              help="Wall-clock limit above 0, such as 60s; what is open then is unknown.")
@click.option("--memory", type=Parsed("SIZE", parse_size), help="Limit on memory, such as 2G.")
@click.option("-v", "--verbose", is_flag=True, help="Rule, clause and TCB in the ladders.")
def claims(
    numbers: tuple[int, ...], lang: str, ladders: bool, amend: str | None, form: str, timeout: Duration | None,
    memory: int | None, verbose: bool,
) -> int:  # fmt: skip
    """Settle the widespread sayings about TIME-WAIT: each yes, no or conditional, with the condition and evidence.

    Every saying is put as statements about models, and these are decided each time: proved with a re-checked
    certificate, refuted with a replayed run, or derived for all durations. One saying named by its NUMBER comes
    with the run that speaks against it.

    \b
    Examples:
      tcpverify claims
      tcpverify claims 6
      tcpverify claims 3 5 7 --lang zh
      tcpverify claims --amend ./mine.py --timeout 2min --format json

    Exit status: 0 all settled, 2 usage or model error, 3 something unknown, 4 internal error, 130 interrupted.
    """
    seconds = wall_clock(timeout)
    # Only here: --help and bad options need no engine.
    from tcpverify.workflow.claims.asking import claims as run

    progress, stop = Progress(), Stop()
    try:
        with stop:
            report = run(
                numbers, seconds=seconds, memory=memory or 0,
                amendment=amend or "", says=progress.says, interrupted=stop,
            )  # fmt: skip
    finally:
        progress.clear()
    _print(report, form, lang, ladders or len(report.answers) == 1, verbose)
    return report.exit_status


def _print(report: ClaimsReport, form: str, lang: str, ladders: bool, verbose: bool) -> None:
    if form == "json":
        from tcpverify.views.claims import claims_document
        from tcpverify.views.documents import dumps

        sys.stdout.write(dumps(claims_document(report)))
        return
    from tcpverify.views.answers import claims_answer
    from tcpverify.views.styled import Screen

    screen = Screen(sys.stdout)
    if lang == "zh" and not screen.glyphs.unicode:
        raise UsageError("--lang zh needs an output in UTF-8; set PYTHONIOENCODING=utf-8")
    screen.write(claims_answer(report, screen.width, screen.glyphs, lang, ladders, verbose))
