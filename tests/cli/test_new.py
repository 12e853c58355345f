"""`tcpverify new`: what it writes runs at once, is total, and makes the difference that it speaks of."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tcpverify.cli import models as listing
from tcpverify.cli.main import main
from tcpverify.tcp.modelfile import GROUPS
from tcpverify.tcp.registry import load, verify_table
from tcpverify.tcp.vocabulary import MSL

Said = Callable[..., tuple[int, str, str]]
SMALL = ["--losses", "0", "--calls", "close", "--property", "no-assassination", "--no-sweep"]
#: lines of code that a newcomer has to understand, beside the comments
CODE = 16


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    """Run a command in an empty directory: exit status and both streams."""
    monkeypatch.chdir(tmp_path)

    def ran(*arguments: str) -> tuple[int, str, str]:
        status = main(arguments)
        return status, *capsys.readouterr()

    return ran


def code(file: str) -> list[str]:
    body = Path(file).read_text(encoding="utf-8").split('"""', 2)[2]
    return [row for row in body.splitlines() if row.strip() and not row.strip().startswith("#")]


def test_the_file_makes_a_difference_at_once(said: Said) -> None:
    status, out, err = said("new", "deaf")
    assert (status, err) == (0, "") and len(code("deaf.py")) <= CODE
    assert verify_table(load("rfc9293+./deaf.py")) == []
    assert said("check", "rfc9293", *SMALL)[0] == 1
    assert said("check", "rfc9293+./deaf.py", *SMALL)[0] == 0
    # Every command that it proposes is one that can be run.
    proposed = [row.split()[1:] for row in out.splitlines() if row.strip().startswith("tcpverify ")]
    assert [words[0] for words in proposed] == ["show", "check", "bound"]
    assert said(*proposed[0])[0] == 0


@pytest.mark.parametrize(
    ("base", "changed", "over"),
    [
        ("rfc9293", "TIME-WAIT.rst", ()),
        ("rfc9293+literal", "TIME-WAIT.rst", ()),
        ("textbook", "TIME-WAIT.fin-again", ()),
        ("rfc9293+rfc1337", "TIME-WAIT.fin-again", ()),
        ("textbook+no-restart", "TIME_WAIT", ()),
        ("rfc9293+rfc1337+no-restart+tw-overflow", "TIME_WAIT", ("tw-overflow",)),
        ("rfc793", "TIME-WAIT.rst", ("pre-rfc5961",)),
    ],
)
def test_it_changes_what_the_base_does_not_do_yet(said: Said, base: str, changed: str, over: tuple[str, ...]) -> None:
    assert said("new", "mine", "--base", base)[0] == 0
    before, after = load(base).table, load(f"{base}+./mine.py").table
    assert after.changed_by[changed] == "mine"
    assert after.amendments[-1].over == over
    if changed == "TIME_WAIT":
        assert after.numbers["TIME_WAIT"] == before.numbers["TIME_WAIT"] + MSL
    else:
        assert after.rules[changed].key() != before.rules[changed].key()
    assert verify_table(load(f"{base}+./mine.py")) == []


@pytest.mark.parametrize(
    ("base", "rule", "over"),
    [
        ("rfc9293", "TIME-WAIT.syn", ()),
        ("textbook", "TIME-WAIT.syn", ("ideal",)),
        ("rfc9293+paws", "FIN-WAIT-2.fin", ("paws",)),
        ("rfc9293", "FIN-WAIT-1.retransmission-timeout", ()),
    ],
)
def test_it_starts_from_a_rule(said: Said, base: str, rule: str, over: tuple[str, ...]) -> None:
    assert said("new", "mine", "--base", base, "--rule", rule)[0] == 0
    before, after = load(base).table, load(f"{base}+./mine.py").table
    assert after.changed_by[rule] == "mine" and after.amendments[-1].over == over
    # As it stands it changes nothing, and every field is there to be changed.
    assert after.rules[rule].key() == before.rules[rule].key()
    text = Path("mine.py").read_text(encoding="utf-8")
    assert f"#   {rule}  [" in text
    for field in ("text", "clause", "guard", "to", "assign", "emits", "restarts", "tags"):
        assert f"            {field}=" in text


def test_the_place_of_the_file(said: Said) -> None:
    os.mkdir("variants")
    assert said("new", "late-syn", "-o", "variants/late_syn.py")[0] == 0
    assert load("rfc9293+variants/late_syn.py").table.amendments[-1].name == "late-syn"
    status, out, _ = said("new", "variants/my_own.py")
    assert status == 0 and "rfc9293+variants/my_own.py" in out
    assert load("rfc9293+variants/my_own.py").table.amendments[-1].name == "my-own"


def test_nothing_is_overwritten_unless_that_is_asked_for(said: Said) -> None:
    Path("mine.py").write_text("precious\n", encoding="utf-8")
    status, out, err = said("new", "mine")
    assert (status, out) == (2, "") and "'mine.py' exists already" in err and "--force" in err
    assert Path("mine.py").read_text(encoding="utf-8") == "precious\n"
    status, out, _ = said("new", "mine", "--force")
    assert status == 0 and "overwritten" in out and load("rfc9293+./mine.py")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("new", "NAME"),
        ("new rfc1337", "'rfc1337' is the name of a model that comes with the program"),
        ("new No-Restart", "comes with the program"),
        ("new no_restart.py", "comes with the program"),
        ("new two_words", "letters and digits make one, joined by dashes"),
        ("new -- -x", "letters and digits"),
        ("new mine/", "letters and digits"),
        ("new ä", "letters and digits"),
        ("new mine -o mine.txt", "does not end in .py"),
        ("new mine -o a+b.py", "holds a +"),
        ("new a.py -o b.py", "name one"),
        ("new mine -o nowhere/mine.py", "directory"),
        ("new mine --base nope", "unknown model 'nope'"),
        ("new mine --base rfc1337", "needs a base"),
        ("new mine --base fig5", "has no TIME_WAIT"),
        ("new mine --rule TIME-WAIT.sin", "did you mean TIME-WAIT.syn"),
        ("new mine --rule zzz", "`tcpverify show rfc9293` lists its rules"),
    ],
)
def test_mistakes_are_one_sentence_and_nothing_is_written(said: Said, arguments: str, says: str) -> None:
    status, out, err = said(*arguments.split())
    assert (status, out) == (2, "") and says in err and err.count("\n") == 1
    assert os.listdir() == []


def test_what_a_trace_names_is_not_executed(said: Said) -> None:
    found = Path(__file__).parents[1] / "views" / "traces" / "too-short.json"
    Path("evil.py").write_text("open('ran', 'w')\nSUM = 'textbook'\n", encoding="utf-8")
    text = found.read_text(encoding="utf-8").replace('"model": "textbook"', '"model": "./evil.py"', 1)
    Path("trace.json").write_text(text, encoding="utf-8")
    status, out, err = said("trace", "trace.json")
    assert (status, out) == (2, "") and "--model './evil.py'" in err and not Path("ran").exists()
    assert said("trace", "trace.json", "--model", "./evil.py")[0] == 0 and Path("ran").exists()


def test_the_list_knows_every_group(said: Said) -> None:
    assert listing.GROUPS == GROUPS
    for group in GROUPS:
        status, out, _ = said("models", "--group", group)
        assert status == 0 and ("textbook" in out) == (group == "variants")
