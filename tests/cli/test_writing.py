"""Files are written where the user says: through links, into devices, with the permissions that the mask leaves."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tcpverify.cli.saving import require_writable, write_whole
from tcpverify.errors import FileFormatError, UsageError
from tcpverify.evidence.trace import parse
from tcpverify.workflow.durations import parse_duration


def test_a_link_stays_a_link_and_permissions_stay(tmp_path: Path) -> None:
    target, link = tmp_path / "real", tmp_path / "link"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    require_writable(str(link), "-o")
    write_whole(str(link), "new", "-o")
    assert link.is_symlink() and target.read_text() == "new" and target.stat().st_mode & 0o777 == 0o640


def test_a_new_file_heeds_the_mask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write_whole(str(tmp_path / "x"), b"x", "-o")
    finally:
        os.umask(before)
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o600


def test_a_device_is_written_to_and_not_replaced() -> None:
    write_whole("/dev/null", "x", "-o")
    assert not Path("/dev/null").is_file()


def test_numbers_that_would_take_for_ever_are_refused() -> None:
    with pytest.raises(UsageError, match="40 digits"):
        parse_duration("1" * 41)
    document = (
        '{"schema": "tcpverify.trace/1", "model": "m", "property": "p", "parameters": {"MSL": "1e999999999"}, '
        '"steps": [], "loop": null}'
    )
    with pytest.raises(FileFormatError, match=r"parameters\.MSL is not an exact number"):
        parse(document)
    with pytest.raises(FileFormatError, match="not a whole JSON document"):
        parse("[" * 100_000)


def test_durations_may_be_as_fine_as_one_likes() -> None:
    from fractions import Fraction

    from tcpverify.tcp.scope import Scope
    from tcpverify.workflow.check import check
    from tcpverify.workflow.results import CheckRequest

    answers = []
    for time_wait in (2 - Fraction(1, 10**30), 2 + Fraction(1, 10**30)):
        scope = Scope(losses=0, incarnations=1)
        asked = CheckRequest("textbook", Fraction(1), (time_wait,), scope=scope, properties=("drained",))
        answers += [v.verdict for v in check(asked).verdicts]
    assert answers == ["refuted", "proved"]
