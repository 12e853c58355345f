"""Durations, ranges, counts and sizes as users write them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpverify.errors import UsageError
from tcpverify.tcp.scope import UNLIMITED
from tcpverify.workflow.durations import parse_count, parse_duration, parse_range, parse_size

MSL = Fraction(30)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1", "1"), ("0", "0"), ("0.5", "1/2"), (".5", "1/2"), ("1.", "1"), ("1/3", "1/3"), ("30s", "30"),
        ("200ms", "1/5"),
        ("2min", "120"), ("1h", "3600"), ("5us", "1/200000"), ("2msl", "60"), ("1.99MSL", "597/10"),
        ("1/3 msl", "10"), (" 7 s ", "7"), ("120000", "120000"),
    ],
)  # fmt: skip
def test_durations(text: str, seconds: str) -> None:
    assert parse_duration(text).seconds(MSL) == Fraction(seconds)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("-1", "negative"), ("- 1s", "negative"), ("abc", "not a duration"), ("", "not a duration"),
        ("1/0", "zero"),
        ("1e3", "not a duration"), ("inf", "not a duration"), ("nan", "not a duration"),
        ("1 fortnight", "fortnight"),
        ("1,5", "not a duration"), ("1..2", "not a duration"), ("½", "not a duration"),
    ],
)  # fmt: skip
def test_no_durations(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        parse_duration(text)


def test_a_multiple_of_msl_needs_an_msl() -> None:
    with pytest.raises(UsageError, match="multiple of MSL"):
        parse_duration("2msl").seconds()


@given(st.fractions(min_value=0))
def test_every_fraction_survives(value: Fraction) -> None:
    assert parse_duration(str(value)).seconds() == value


def test_ranges() -> None:
    low, high = parse_range("200ms..1msl")
    assert low is not None and low.seconds() == Fraction(1, 5) and high.seconds(MSL) == MSL
    assert parse_range("..2")[0] is None and parse_range("0..2")[0] is None
    one, same = parse_range("1")
    assert one == same
    for text in ("1..", "..", "a..b", "1..2..3"):
        with pytest.raises(UsageError):
            parse_range(text)


def test_counts_and_sizes() -> None:
    assert [parse_count(t) for t in ("0", "7", "unlimited")] == [0, 7, UNLIMITED]
    assert [parse_size(t) for t in ("512", "1K", "2G", "1.5GiB", "3mb")] == [
        512, 1024, 2 << 30, 3 << 29, 3 << 20,
    ]  # fmt: skip
    for text in ("-1", "x", "1.5", ""):
        with pytest.raises(UsageError):
            parse_count(text)
    for text in ("0", "x", "3x", "-1G", ""):
        with pytest.raises(UsageError):
            parse_size(text)
