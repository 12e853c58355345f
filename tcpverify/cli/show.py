"""`tcpverify show`: a model's rules with the clauses behind them."""

from __future__ import annotations

import sys

import click

from tcpverify.cli.common import Command
from tcpverify.errors import UsageError

__all__ = ["show"]


@click.command(cls=Command)
@click.argument("model", default="textbook")
@click.option("--state", metavar="NAME", default="", help="Only the rules of this state.")
@click.option("--event", metavar="NAME", default="", help="Only the rules for this event.")
@click.option("--changed", is_flag=True, help="Only the rules that amendments changed.")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True,
              help="What to print.")  # fmt: skip
def show(model: str, state: str, event: str, changed: bool, form: str) -> int:
    """Print MODEL (default: textbook): its rules, when they apply, what they do, and the clause behind each.

    In an amended model the rules that amendments changed are marked with *.

    \b
    Examples:
      tcpverify show rfc9293 --state TIME-WAIT
      tcpverify show rfc9293+rfc1337 --changed
    """
    from tcpverify.tcp.registry import load
    from tcpverify.views.model import model_document, model_lines
    from tcpverify.views.styled import Screen

    loaded = load(model)
    state, event = state.upper(), event.upper()
    for what, word, known in (("state", state, loaded.table.states), ("event", event, loaded.table.events)):
        if word and word not in known:
            raise UsageError(f"{model} has no {what} {word!r}; it has {', '.join(known)}")
    if form == "json":
        from tcpverify.views.documents import dumps

        sys.stdout.write(dumps(model_document(loaded)))
        return 0
    screen = Screen(sys.stdout)
    screen.write(model_lines(loaded, screen.width, state, event, changed))
    return 0
