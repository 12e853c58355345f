"""Model expressions, and what each mistake in one is answered with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcpverify.errors import ModelError, TcpverifyError, UsageError
from tcpverify.tcp.misfits import misfits
from tcpverify.tcp.registry import catalogue, combinations, load, shipped, verify_table

WORDS = "from tcpverify.tcp.vocabulary import *\n"
MINE = f"""{WORDS}
AMENDMENT = Amendment("mine", "a test", "nowhere", (change("TIME-WAIT.fin-again", emits=()),))
"""


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a model file and give back how a user in that directory would name it."""
    monkeypatch.chdir(tmp_path)

    def written(text: str, name: str = "mine.py") -> str:
        (tmp_path / name).write_text(text)
        return f"./{name}"

    return written


def test_a_sum_keeps_its_short_name_and_shows_its_parts():
    model = load("textbook+no-restart")
    assert model.name == model.table.name == "textbook+no-restart"
    assert [part.name for part in model.parts] == ["rfc9293", "ideal", "no-restart"]
    assert [part.kind for part in model.parts] == ["base", "amendment", "amendment"]
    assert load("textbook").table.rules.keys() == load("rfc9293+ideal").table.rules.keys()


def test_files_and_shipped_names_mix(write):
    mine = write(MINE)
    model = load(f"textbook+{mine}")
    assert model.name == "textbook+./mine.py"
    assert model.table.changed_by["TIME-WAIT.fin-again"] == "mine"
    assert model.parts[-1].path == Path("mine.py")


def test_a_file_may_be_a_base_or_a_sum_relative_to_itself(write, tmp_path, monkeypatch):
    write(MINE)
    write("from tcpverify.tcp.registry import load\nMODEL = load('rfc9293').table\n", "base.py")
    write("SUM = './base.py+rfc1337+./mine.py'\n", "all.py")
    monkeypatch.chdir("/")
    model = load(f"{tmp_path}/all.py+paws")
    assert [p.kind for p in model.parts] == ["base", "amendment", "amendment", "amendment"]
    assert verify_table(model) == []


def test_shipped_models_do_not_depend_on_the_current_directory(tmp_path, monkeypatch):
    # A file of the same name beside the user is not what a bare name means, and is not executed.
    (tmp_path / "rfc9293.py").write_text("raise SystemExit('executed')")
    monkeypatch.chdir(tmp_path)
    assert load("rfc9293").parts[0].path == shipped()["rfc9293"]


def test_the_catalogue_says_what_each_is():
    entries = {entry.name: entry for entry in catalogue()}
    assert entries.keys() == shipped().keys()
    assert entries["rfc9293"].kind == "base"
    assert entries["textbook"].kind == "sum"
    assert entries["no-restart"].kind == "amendment"
    assert all(e.title and e.source and not e.title.endswith(".") for e in entries.values())


@pytest.mark.parametrize(
    ("spec", "error", "says"),
    [
        ("rfc929", ModelError, "unknown model 'rfc929'; did you mean rfc9293 or "),
        ("rfc9293+no_restart", ModelError, "did you mean no-restart"),
        ("rfc9293+zzz", ModelError, "`tcpverify models` lists"),
        ("ideal", ModelError, "'ideal' is an amendment and needs a base before it, such as rfc9293+ideal"),
        ("rfc9293+textbook", ModelError, "'rfc9293' is a base, not an amendment"),
        ("textbook+literal", ModelError, "'literal' changes rule 'TIME-WAIT.unacceptable', which 'ideal'"),
        ("rfc9293+paws+literal", ModelError, "or put 'paws' after it"),
        ("textbook+ideal", ModelError, "amendment 'ideal' is applied twice"),
        ("rfc9293++ideal", UsageError, "write a base and its amendments as base+amendment"),
        ("", UsageError, "is not a model"),
        ("./none.py", UsageError, "model file './none.py' does not exist"),
        ("/", UsageError, "is a directory"),
    ],
)
def test_mistakes_in_an_expression(spec, error, says):
    with pytest.raises(error) as caught:
        load(spec)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_status == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x = 1\n", "mine.py: a model file defines one of MODEL, AMENDMENT and SUM"),
        ("MODEL = 1\nSUM = 'a'\n", "this one defines MODEL and SUM"),
        ("SUM = 3\n", "SUM must be of type str, not int"),
        ("AMENDMENT = 'rfc1337'\n", "AMENDMENT must be of type Amendment, not str"),
        ("SUM = './mine.py'\n", "leads back to itself"),
        ("SUM = 'rfc9293+'\n", "is not a base and its amendments"),
        ("SUM = 'rfc9293+idael'\n", "did you mean ideal?"),
        ("\n\ndef f(:\n", "mine.py, line 3: invalid syntax"),
        ("a = 1\n\ndef f():\n    return 1 / 0\n\nSUM = f()\n", "line 4: ZeroDivisionError: division by zero"),
        ("import nowhere\n", "mine.py, line 1: ModuleNotFoundError: No module named 'nowhere'"),
        ("raise SystemExit\n", "mine.py, line 1: SystemExit"),
        (WORDS + "x = change('A.b', state='C')\n", "line 2: the change of 'A.b' cannot set 'state'; it can"),
        (WORDS + "if SEG_LEN == 0:\n    pass\n", "use & | ~ instead of and, or, not"),
    ],
)
def test_mistakes_in_a_file(write, text, says):
    with pytest.raises(TcpverifyError) as caught:
        load(write(text))
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_cause_is_kept_for_debugging(write):
    with pytest.raises(ModelError) as caught:
        load(write("1 / 0\n"))
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ("change('TIME-WAIT.nothing', to=None)", "names rule 'TIME-WAIT.nothing', which the table"),
        ("change('TIME-WAIT.rst', to='TIMEWAIT')", "'TIME-WAIT.rst' leads to the unknown state 'TIMEWAIT'"),
        ("merge('TIME-WAIT.rst', {'SND.UP': SEG_SEQ})", "assigns the unknown variable 'SND.UP'"),
        ("merge('TIME-WAIT.rst', {'SND.UNA': 1})", "assigns a number (<1>) to SND.UNA, which is a sequence number"),
        ("change('TIME-WAIT.rst', restarts=(('2msl', TRUE),))", "restarts the unknown timer '2msl'"),
        ("change('TIME-WAIT.close', guard=ACK)", "reads 'SEG.ACK?', which CLOSE does not have"),
        ("merge('CLOSED.ack', {'RCV.NXT': RCV_NXT + 1})", "reads 'RCV.NXT', of which an end in CLOSED knows nothing"),
        ("change('LISTEN.ack', emits=(segment(SND_NXT),))", "reads 'SND.NXT', of which an end in LISTEN knows nothing"),
        ("change('TIME-WAIT.rst', guard=SEG_TEXT)", "guard is <SEG.TEXT>; write a condition, such as RST"),
        ("add(Rule('X.y', 'X', 'SEGMENT', 'c', 't'))", "rule 'X.y' is of the unknown state 'X'"),
        ("add(Rule('LISTEN.y', 'LISTEN', 'SEGMNT', 'c', 't'))", "is of the unknown event 'SEGMNT'"),
        ("add(Rule('LISTEN.rst', 'LISTEN', 'SEGMENT', 'c', 't'))", "adds rule 'LISTEN.rst', which exists"),
    ],
)
def test_a_table_that_names_what_it_does_not_have(write, changes, says):
    text = f"{WORDS}AMENDMENT = Amendment('mine', 't', 's', ({changes},))\n"
    with pytest.raises(ModelError) as caught:
        load(f"rfc9293+{write(text)}")
    assert says in str(caught.value)


def test_shipped_tables_fit_themselves():
    for name in (*(entry.name for entry in catalogue() if entry.kind != "amendment"), *combinations()):
        assert list(misfits(load(name).table)) == [], name


def test_over_allows_what_is_meant(write):
    override = MINE.replace("emits=()),)", "emits=()),), over=('no-restart',)")
    assert load(f"textbook+no-restart+{write(override)}").table.changed_by["TIME-WAIT.fin-again"] == "mine"
    with pytest.raises(ModelError, match="declare over="):
        load(f"textbook+no-restart+{write(MINE)}")
