"""MSL and RTO that a model names are taken where the user names none, and only there."""

from __future__ import annotations

from fractions import Fraction

import click
import pytest

from tcpverify.cli.exploring import exploring_options, request_of, unit_of
from tcpverify.errors import ModelError

S30, S60 = Fraction(30), Fraction(60)
LEAST, MOST = Fraction(1, 5), Fraction(120)


def asked(*arguments: str) -> tuple[Fraction, Fraction | None, Fraction | None, str]:
    """MSL, RTO_MIN and RTO_MAX of the request, and the unit of what is shown."""

    @click.command()
    @click.argument("model")
    @exploring_options
    def command(model: str, **options):
        request = request_of(model, options)
        return request.msl, request.rto_min, request.rto_max, unit_of(options["msl"]).name

    return command.main(list(arguments), standalone_mode=False)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("textbook", (1, None, None, "")),
        ("lwip", (S60, None, None, "s")),
        ("linux", (S30, LEAST, MOST, "s")),
        ("linux --msl 2min", (MOST, LEAST, MOST, "min")),
        ("linux --msl 30s", (S30, LEAST, MOST, "s")),
        # A multiple of MSL is one of the model's.
        ("linux --rto 0..1msl", (S30, None, S30, "s")),
        ("linux --rto 3 --msl 2", (2, 3, 3, "")),
        # The value that would be the default counts as named.
        ("linux --msl 1", (1, LEAST, MOST, "")),
    ],
)
def test_what_the_user_does_not_name_is_the_models(arguments, expected):
    assert asked(*arguments.split()) == expected


def test_a_model_that_does_not_exist_is_said_first():
    with pytest.raises(ModelError, match="unknown model 'lixun'; did you mean linux"):
        asked("lixun", "--rto", "3..2")
