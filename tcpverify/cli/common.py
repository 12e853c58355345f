"""What all commands share: help, --debug, and option types that explain themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from tcpverify.errors import UsageError

__all__ = ["DEBUG", "Command", "Parsed", "read_text", "version"]

DEBUG = "--debug"


def version() -> str:
    """The version that is installed."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("tcpverify")
    except PackageNotFoundError:
        return "0 (not installed)"


class Command(click.Command):
    """A subcommand: -h works too, and --debug may stand anywhere."""

    def __init__(self, *args: Any, **more: Any) -> None:
        settings = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
        more["context_settings"] = {**settings, **(more.get("context_settings") or {})}
        super().__init__(*args, **more)
        # `main` looks for the word itself, since an error may come before options are parsed.
        debug = click.Option(
            [DEBUG], is_flag=True, expose_value=False, help="Show the traceback of an error."
        )
        self.params.append(debug)

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; an empty value, such as an unset variable of a shell, is not taken for none."""
        for param in self.params:
            given = ctx.get_parameter_source(param.name or "") is ParameterSource.COMMANDLINE
            if given and ctx.params.get(param.name or "") == "" and param.default != "":
                raise click.BadParameter("it is empty; give a value, or leave it out", ctx, param)
        return super().invoke(ctx)


if TYPE_CHECKING:
    _ParamType = click.ParamType[Any]
else:
    # Generic since click 8.2 only, and then only for the type checker.
    _ParamType = click.ParamType


class Parsed(_ParamType):
    """An option whose text one function understands; its UsageError becomes the message."""

    def __init__(self, name: str, parse: Callable[[str], Any]) -> None:
        self.name, self.parse = name, parse

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return self.parse(value)
        except UsageError as error:
            self.fail(str(error), param, ctx)


def read_text(path: str, what: str) -> str:
    """The text of a file; UsageError in one sentence if it cannot be read as one."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        raise UsageError(f"{what} {path!r} does not exist") from None
    except IsADirectoryError:
        raise UsageError(f"{path!r} is a directory, not a {what}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path!r} is not a {what}: it is not UTF-8 text") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{what} {path!r} cannot be read: {reason}") from error
