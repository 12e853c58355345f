"""Keywords mean what the options of the command line mean, and wrong ones are refused in one sentence."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import click
import pytest

from tcpverify.api.options import Options, exploring, parsed
from tcpverify.cli.exploring import exploring_options, request_of
from tcpverify.errors import UsageError
from tcpverify.workflow.requests import check_request, usual
from tcpverify.workflow.results import CheckRequest

RENAMED = {"time_wait": "time_waits", "set": "durations"}

#: with a duration of its own
MODEL = "textbook+tw-reuse"


def asked(*arguments: str) -> CheckRequest:
    """The request of a command line."""

    @click.command()
    @exploring_options
    def command(**options: Any) -> CheckRequest:
        return request_of(MODEL, options)

    return command.main(list(arguments), standalone_mode=False)


def meant(**options: Any) -> CheckRequest:
    """The request of keywords."""
    return check_request(MODEL, *parsed(options))


def test_there_are_the_same_options() -> None:
    @click.command()
    @exploring_options
    def command(**options: Any) -> dict[str, Any]:
        return options

    found = command.main([], standalone_mode=False)
    assert {RENAMED.get(name, name) for name in Options.__annotations__} == set(found)
    assert found == usual()


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ("", {}),
        ("--msl 30s --time-wait 1.99msl", {"msl": 30, "time_wait": "1.99msl"}),
        ("--msl 1/3 --time-wait 1 --time-wait 2", {"msl": Fraction(1, 3), "time_wait": [1, "2"]}),
        ("--rto 0..2 --losses unlimited", {"rto": (0, 2), "losses": "unlimited"}),
        ("--rto 200ms", {"rto": "200ms"}),
        ("--rto 200ms..3", {"rto": (Fraction(1, 5), 3)}),
        (
            "--delay-min 0.25 --sequence timestamps --tick 10ms",
            {"delay_min": "1/4", "sequence": "timestamps", "tick": "10ms"},
        ),
        ("--set REUSE_DELAY=1s", {"set": {"reuse-delay": 1}}),
        ("--calls open,close-in-turn --reopen both", {"calls": ["open", "close-in-turn"], "reopen": "both"}),
        ("--no-reordering --start closed --data 2", {"reordering": False, "start": "closed", "data": 2}),
        ("--property drained --property no-old-segment", {"properties": "drained, no-old-segment"}),
        ("--engine smt --timeout 2min --memory 2G", {"engine": "smt", "timeout": 120, "memory": 2 * 1024**3}),
    ],
)
def test_keywords_mean_what_options_mean(words: str, options: dict[str, Any]) -> None:
    assert meant(**options) == asked(*words.split())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"msl": 0.1}, r"msl=0.1 is a float, .* write '0.1' or Fraction\('0.1'\)"),
        ({"time_wait": [1, 2.0]}, "time_wait=2.0 is a float"),
        ({"msl": True}, "not a duration"),
        ({"msl": -1}, "negative"),
        ({"msl": 0}, "MSL must be greater than 0"),
        ({"msl": "2msl"}, "multiple of itself"),
        ({"rto": (1, 2, 3)}, "not a pair"),
        ({"rto": (2, 1)}, "RTO_MIN"),
        ({"losses": -1}, "not a count"),
        ({"losses": 1.0}, "whole number"),
        ({"calls": []}, "no calls"),
        ({"calls": "walk"}, "unknown call 'walk'"),
        ({"delay": 1}, "neither True nor False"),
        ({"set": "REUSE_DELAY=1s"}, "not a mapping"),
        ({"properties": [3]}, "neither a name nor several"),
        ({"properties": "dranied"}, "drained"),
        ({"engine": "coal"}, "no engine 'coal'"),
        ({"time_waits": 1}, "did you mean time_wait"),
        ({"sequence": 3}, "not a word"),
        ({"memory": -1}, "not an amount of memory"),
    ],
)
def test_wrong_ones_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        meant(**options)


def test_the_signature_names_every_option() -> None:
    import inspect

    @exploring
    def ask(model: str, *, msl: int = 3, **options: Any) -> None:
        """Ask."""

    names = list(inspect.signature(ask).parameters)
    assert names[:2] == ["model", "msl"]
    assert set(names[1:]) == set(Options.__annotations__)
