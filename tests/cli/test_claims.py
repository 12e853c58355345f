"""`tcpverify claims` from outside."""

from __future__ import annotations

import json

import pytest

from tcpverify.cli.main import main
from tests.docs.test_schemas import validate

Capture = pytest.CaptureFixture[str]


def test_one_saying_comes_with_its_ladder(capsys: Capture) -> None:
    assert main(["claims", "6"]) == 0
    out, err = capsys.readouterr()
    assert "1.99 MSL would do." in out and "     no: " in out and not err
    assert "time runs downwards" in out and "TIME-WAIT timer starts" in out
    # The heading of a ladder speaks of a property that fails; here the saying has its own.
    assert "How drained" not in out


def test_several_have_ladders_on_request_only(capsys: Capture) -> None:
    assert main(["claims", "8", "17"]) == 0
    assert "time runs downwards" not in capsys.readouterr().out
    assert main(["claims", "8", "17", "--ladders"]) == 0
    assert capsys.readouterr().out.count("time runs downwards") == 2


def test_chinese(capsys: Capture) -> None:
    assert main(["claims", "1", "8", "--lang", "zh"]) == 0
    out, _ = capsys.readouterr()
    for wanted in ("只有先关闭的一端才会进入 TIME_WAIT。", "有条件：", "编号  说法", "已证明", "已推翻", "共判定"):
        assert wanted in out, wanted
    assert "conditional" not in out and "proved" not in out


def test_chinese_lines_fit(capsys: Capture) -> None:
    from unicodedata import east_asian_width

    assert main(["claims", "1", "8", "23", "--lang", "zh"]) == 0
    for row in capsys.readouterr().out.splitlines():
        assert sum(1 + (east_asian_width(c) in "WF") for c in row) <= 102, row


def test_json_is_what_the_schema_says(capsys: Capture) -> None:
    assert main(["claims", "3", "19", "21", "22", "23", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    validate(document)
    assert [c["id"] for c in document["claims"]] == [3, 19, 21, 22, 23]
    kinds = {e["kind"] for c in document["claims"] for e in c["evidence"]}
    assert kinds == {"check", "bound", "reach", "same", "stays", "rate"}
    (rate,) = [e for c in document["claims"] for e in c["evidence"] if e["key"] == "linux" and e["kind"] == "rate"]
    assert rate["value"] == "7058/15"


def test_no_time_is_unknown_and_status_3(capsys: Capture) -> None:
    assert main(["claims", "2", "--timeout", "0.001ms", "--format", "json"]) == 3
    document = json.loads(capsys.readouterr().out)
    validate(document)
    assert document["claims"][0]["holds"] == "unknown" and "--timeout" in document["halted"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["99"], "there is no saying 99; they have the numbers 1 to 25"),
        (["x"], "'x' is not the number of a saying"),
        (["6", "--timeout", "2msl"], "a timeout is a duration such as 60s, not a multiple"),
        (["6", "--amend", "nothing"], "unknown model 'nothing'"),
        (["6", "--lang", "de"], "'de' is not one of 'en', 'zh'"),
    ],
)
def test_bad_input_is_one_sentence(words: list[str], message: str, capsys: Capture) -> None:
    assert main(["claims", *words]) == 2
    out, err = capsys.readouterr()
    assert message in err and out == "" and err.count("\n") == 1
