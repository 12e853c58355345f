"""`tcpverify compare` from outside: exit statuses, one document, its schema."""

from __future__ import annotations

import json

import pytest

from tcpverify.cli.main import main
from tests.docs.test_schemas import validate

Capture = pytest.CaptureFixture[str]
QUICK = ["--losses", "0", "--property", "drained"]


def test_compared_is_done_whatever_differs(capsys: Capture) -> None:
    assert main(["compare", "rfc9293", "textbook", "--no-bounds", *QUICK]) == 0
    out, err = capsys.readouterr()
    assert "differs from rfc9293 in 4 rules" in out and "A run that rfc9293 allows" in out
    assert "Which TIME_WAIT" not in out and not err


def test_what_is_left_open_is_status_3(capsys: Capture) -> None:
    assert main(["compare", "rfc9293", "textbook", "--timeout", "10ms", *QUICK]) == 3
    out, _ = capsys.readouterr()
    assert "Cut short: the time limit was reached" in out and "Open:" in out


def test_the_document_is_what_the_schema_says(capsys: Capture) -> None:
    for more, status in ([], 0), (["--timeout", "10ms"], 3):
        asked = ["compare", "textbook", "textbook+tw-overflow", "rfc9293", *QUICK, *more]
        assert main([*asked, "--format", "json"]) == status
        document = json.loads(capsys.readouterr().out)
        validate(document)
        assert document["exit_status"] == status and len(document["rules"]) == 2
        assert bool(document["turning_points"]) == (status == 0)


def test_the_named_duration_is_the_same_for_all(capsys: Capture) -> None:
    asked = ["compare", "textbook", "textbook+tw-overflow", "--no-bounds", "--time-wait", "3msl", "--msl", "30s"]
    assert main([*asked, *QUICK, "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [m["time_wait"] for m in document["models"]] == ["90", "90"] and not document["turning_points"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("compare", "MODEL"),
        ("compare rfc9293", "two models or more"),
        ("compare rfc9293 rfc9293", "named twice"),
        ("compare rfc9293 nope", "unknown model 'nope'"),
        ("compare rfc9293 fig5", "has no TIME_WAIT"),
        ("compare rfc9293 textbook --engine smt", "one engine"),
        ("compare rfc9293 textbook --time-wait 1 --time-wait 2", "one TIME_WAIT"),
        ("compare rfc9293 textbook --set nope=1s", "NOPE"),
        ("compare rfc9293 textbook --duplicates unlimited", "duplicates"),
    ],
)
def test_bad_input_is_one_sentence(arguments: str, words: str, capsys: Capture) -> None:
    assert main(arguments.split()) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and words in err
