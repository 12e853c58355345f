"""`tcpverify models`: what can stand in a model expression."""

from __future__ import annotations

import sys

import click

from tcpverify.cli.common import Command

__all__ = ["models"]

#: as in `tcpverify.tcp.modelfile`, which is imported only when the command runs; a test compares them
GROUPS = ("standards", "variants", "stacks", "options", "relatives")


@click.command(cls=Command)
@click.option("--group", type=click.Choice(GROUPS), help="Only this group.")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True,
              help="What to print.")  # fmt: skip
def models(group: str | None, form: str) -> int:
    """List the models that come with the program, and those that installed distributions offer.

    Of the latter nothing is executed for the list: what it says of them is read from their text.

    \b
    Examples:
      tcpverify models
      tcpverify models --group stacks
      tcpverify check rfc9293+rfc1337+no-restart --msl 1
    """
    from tcpverify.tcp.plugins import offers
    from tcpverify.tcp.registry import catalogue
    from tcpverify.views.documents import dumps
    from tcpverify.views.library import library_document, library_lines, library_rows
    from tcpverify.views.styled import Screen, wrapped

    rows, problems = library_rows(catalogue(), offers())
    if group is not None:
        rows = [row for row in rows if row.group == group]
    if form == "json":
        sys.stdout.write(dumps(library_document(rows, problems)))
        return 0
    screen = Screen(sys.stdout)
    hint = (
        "Join a base and amendments with +, such as rfc9293+rfc1337; each may be a path to your own file. "
        "`tcpverify show MODEL` prints the rules, `tcpverify new NAME` writes an amendment to start from."
    )
    screen.write([*library_lines(rows, problems, screen.width), *wrapped(hint, screen.width, "dim")])
    return 0
