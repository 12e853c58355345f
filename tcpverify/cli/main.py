"""The command `tcpverify`: finds the subcommand, and turns every error into one sentence and an exit status.

Exit statuses: 0 proved or done, 1 refuted, 2 usage or model error, 3 unknown, 4 internal error,
130 interrupted (and 141, the shell's number for it, when the reader of a pipe has gone).
Nothing is imported here that a subcommand alone needs, so that `tcpverify --help` answers at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from tcpverify.cli.common import DEBUG, Command, version
from tcpverify.errors import TcpverifyError

__all__ = ["COMMANDS", "cli", "main"]

INTERNAL, INTERRUPTED, PIPE_CLOSED = 4, 130, 141

#: subcommand: (module, what it does); the module has the command under the subcommand's name
COMMANDS = {
    "check": ("tcpverify.cli.check", "Prove or refute the properties of a model."),
    "bound": ("tcpverify.cli.bound", "Derive for which TIME_WAIT, MSL and RTO a property holds, for all values."),
    "cost": ("tcpverify.cli.cost", "Say what a safe TIME_WAIT costs: connections a second, sockets, memory."),
    "why": ("tcpverify.cli.why", "Say which powers break a property, or which assumptions carry its proof."),
    "claims": ("tcpverify.cli.claims", "Settle the widespread sayings about TIME-WAIT."),
    "compare": ("tcpverify.cli.compare", "Say what models do differently, proved, and which verdicts change."),
    "report": ("tcpverify.cli.report", "Write one HTML page: verdicts, region, exchanges to step through, rules."),
    "trace": ("tcpverify.cli.trace", "Replay a saved trace and print its ladder."),
    "simulate": ("tcpverify.cli.simulate", "Step through a model by hand, and see what is blocked and why."),
    "explore": ("tcpverify.cli.explore", "The same as a page, on this machine only or in a file."),
    "recheck": ("tcpverify.cli.recheck", "Prove a saved certificate again, from the model alone."),
    "graph": ("tcpverify.cli.graph", "Draw the state machine, the reachable graph, or a counterexample in it."),
    "models": ("tcpverify.cli.models", "List the models and amendments that come with the program."),
    "show": ("tcpverify.cli.show", "Print a model: its rules and the clauses behind them."),
    "new": ("tcpverify.cli.new", "Write a commented amendment of your own, to start from."),
    "explain": ("tcpverify.cli.explain", "Say what a property, a rule, or a word of answers or model files means."),
}

#: what others call these commands
_ALSO = {"list": "models", "ls": "models", "verify": "check", "prove": "check", "replay": "trace", "diff": "compare",
         "draw": "graph", "plot": "bound", "help": "--help"}  # fmt: skip


class _Lazy(click.Group):
    """A group that imports a subcommand only when it is called."""

    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        found = getattr(import_module(module), cmd_name)
        assert isinstance(found, click.Command)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in COMMANDS:
            from difflib import get_close_matches

            close = [_ALSO[name]] if name in _ALSO else get_close_matches(name, COMMANDS, n=1)
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(COMMANDS)}"
            raise click.UsageError(f"unknown command {name!r}; {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(version(), "--version", prog_name="tcpverify", message="%(prog)s %(version)s")
@click.option(DEBUG, is_flag=True, expose_value=False, help="Show the traceback of an error.")
def cli() -> None:
    """Prove or refute what TCP's TIME-WAIT is for.

    \b
    Examples:
      tcpverify check --msl 1
      tcpverify check rfc9293+rfc1337 --msl 30s --time-wait 2msl
      tcpverify explain no-old-segment

    Exit status: 0 proved, 1 refuted, 2 usage or model error, 3 unknown, 4 internal error, 130 interrupted.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    args = list(sys.argv[1:] if arguments is None else arguments)
    debug = DEBUG in args
    try:
        if not args:
            # Asking for nothing is asking what there is.
            args = ["--help"]
        status = cli.main(args, prog_name="tcpverify", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has gone, and what is still buffered must not raise again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except (click.Abort, KeyboardInterrupt):
        return _failed("interrupted", INTERRUPTED, debug)
    except click.ClickException as error:
        return _failed(_usage(error), 2, debug)
    except TcpverifyError as error:
        return _failed(str(error), error.exit_status, debug)
    except Exception as error:
        what = f"internal error: {type(error).__name__}: {error} (--debug shows where)"
        return _failed(what, INTERNAL, debug)
    return status if isinstance(status, int) else 0


def _usage(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    hint = f" (see {context.command_path} --help)" if isinstance(context, click.Context) else ""
    return error.format_message().rstrip(".") + hint


def _failed(sentence: str, status: int, debug: bool) -> int:
    if debug:
        import traceback

        traceback.print_exc()
    print(f"tcpverify: {' '.join(sentence.split())}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
