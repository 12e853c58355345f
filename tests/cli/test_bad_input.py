"""Bad input: one clear sentence on standard error, exit status 2, nothing on standard output."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcpverify.cli.main import main

TRACE = Path(__file__).parent.parent / "views" / "traces" / "too-short.json"

#: (arguments, words that the sentence must contain)
BAD = [
    ("chek", "did you mean check"),
    ("list", "did you mean models?"),
    ("help", "did you mean --help?"),
    ("--nope", "--nope"),
    ("check nope", "unknown model 'nope'"),
    ("check textbok", "textbook"),
    ("check rfc1337", "amendment"),
    ("check rfc9293+textbook", "base"),
    ("check rfc9293+ideal+literal", "TIME-WAIT.unacceptable"),
    ("check rfc9293+rfc1337+rfc1337", "twice"),
    ("check rfc9293++ideal", "not a model"),
    ("check {dir}", "directory"),
    ("check {dir}/none.py", "does not exist"),
    ("check {dir}/syntax.py", "syntax.py, line 2"),
    ("check {dir}/raises.py", "raises.py, line 3"),
    ("check {dir}/empty.py", "empty.py"),
    ("check --property nope", "unknown property 'nope'"),
    ("check --msl 0", "MSL must be greater than 0"),
    ("check --msl -1", "negative"),
    ("check --msl fast", "not a duration"),
    ("check --msl 2msl", "multiple of itself"),
    ("check --time-wait -1", "negative"),
    ("check --time-wait 1/0", "zero"),
    ("check --rto 2..1", "RTO_MIN (2) is greater than RTO_MAX (1)"),
    ("check --rto 2s..200ms --msl 1s", "RTO_MIN (2s) is greater than RTO_MAX (0.2s)"),
    ("check --rto 0", "RTO_MAX"),
    ("check --rto 0..0", "RTO_MAX"),
    ("check --rto 1..", "upper bound"),
    ("check --delay-min 1msl", "least delay"),
    ("check --losses -1", "not a count"),
    ("check --losses many", "not a count"),
    ("check --duplicates unlimited", "duplicates"),
    ("check --data -1", "--data"),
    ("check --incarnations 0", "--incarnations"),
    ("check --sequence random", "--sequence"),
    ("check --calls open,shout", "shout"),
    ("check --calls ,", "names no calls"),
    ("check --engine magic", "--engine"),
    ("check --timeout 1msl", "multiple of MSL"),
    ("check --timeout 0", "a timeout of 0 leaves no time"),
    ("check --save {empty}", "Invalid value for '--save': it is empty"),
    ("bound --certificate {empty}", "Invalid value for '--certificate': it is empty"),
    ("claims --amend {empty}", "Invalid value for '--amend': it is empty"),
    ("trace {trace} --model {empty}", "Invalid value for '--model': it is empty"),
    ("trace {empty}", "it is empty; give a value"),
    ("graph -o {empty}", "it is empty"),
    ("check --data 401", "data must be at most 400 octets, not 401"),
    ("check --incarnations 1001", "incarnations must be at most 1000"),
    ("bound --set FOO=1s", "textbook has no duration 'FOO' to set"),
    ("check --set FOO=1", "textbook has no duration 'FOO' to set; no rule asks for any"),
    ("check textbook+tw-reuse --set REUSE=1", "no duration 'REUSE' to set; it has REUSE_DELAY"),
    ("check --set MSL=3", "MSL is set by --msl, which every model has, not by --set"),
    ("compare textbook rfc9293 --set RTO_MAX=3", "RTO_MAX is set by --rto"),
    ("cost textbook textbook+tw-reuse --set FOO=1s", "none of these models has a duration 'FOO' to set"),
    ("claims abc", "'abc' is not the number of a saying, such as 6"),
    ("claims 6.5", "is not the number of a saying"),
    ("claims 0", "there is no saying 0; they have the numbers 1 to 25"),
    ("claims 6 99", "there is no saying 99; they have the numbers 1 to 25"),
    ("claims --timeout 0s", "a timeout of 0 leaves no time"),
    ("claims --timeout 1msl", "multiple of MSL"),
    ("recheck {trace} --timeout 0", "a timeout of 0 leaves no time"),
    ("check --tick 0.5", "a tick has no effect where segments carry no timestamps"),
    ("bound --tick 1s --losses 0", "a tick has no effect"),
    ("cost textbook rfc9293 --tick 1s", "a tick has no effect"),
    ("compare textbook rfc9293 --tick 1s", "a tick has no effect"),
    ("check --calls open,close,other-host", "the call other-host has no effect"),
    ("check --memory lots", "amount of memory"),
    ("check --save {dir}/no/where", "does not exist"),
    ("check --save {dir}", "not empty"),
    ("check --save {dir}/empty.py", "is a file"),
    ("check textbook rfc9293", "rfc9293"),
    ("bound fig5", "has no TIME_WAIT"),
    ("bound --property termination", "endless runs"),
    ("bound --property nonsense", "nonsense"),
    ("bound --time-wait 1 --time-wait 2", "--time-wait once"),
    ("bound --rto 0..1msl", "MSL is free"),
    ("bound --axes A,B --plot -", "--axes takes two different parameters"),
    ("bound --axes MSL,TIME_WAIT", "give --plot as well"),
    ("bound --engine smt", "leave --engine out"),
    ("bound --sweep --certificate x", "--certificate"),
    ("bound --sweep --plot x.svg", "--plot"),
    ("bound --plot {dir}", "is a directory"),
    ("bound --plot {dir}/no/where.svg", "does not exist"),
    ("bound --plot {dir}/new.png", "name it new.svg"),
    ("bound --plot {dir}/new.PDF", "draws SVG"),
    ("bound --sweep --ladders {dir}/new", "leave --sweep out"),
    ("bound --ladders {dir}/empty.py", "is a file"),
    ("bound --certificate {dir}/no/where.json", "does not exist"),
    ("bound --duplicates unlimited --sequence timestamps", "timestamps"),
    ("cost nope", "unknown model 'nope'"),
    ("cost textbook fig5", "has no TIME_WAIT"),
    ("cost textbook --all", "not both"),
    ("cost --rate 0", "is no rate"),
    ("cost --rate fast", "is no rate"),
    ("cost --rate 1/0", "is no rate"),
    ("cost --ports 0", "between 1 and 65535"),
    ("cost --ports 60999-32768", "no range of ports"),
    ("cost --ports many", "no number of ports"),
    ("cost --bytes 0", "amount of memory"),
    ("cost --property termination", "endless runs"),
    ("cost --property drained --property no-old-segment", "one property at a time"),
    ("cost --rto 0..1msl", "give --msl as well"),
    ("cost --msl 1s --rto 200s..100s", "RTO_MIN"),
    ("cost --engine smt", "--engine"),
    ("cost --plot {dir}", "is a directory"),
    ("cost --plot {dir}/no/where.svg", "does not exist"),
    ("cost --plot {dir}/new.png", "name it new.svg"),
    ("cost --plot - --format json", "name a file"),
    ("trace", "FILE"),
    ("trace {dir}/none.json", "does not exist"),
    ("trace {dir}", "directory"),
    ("trace {dir}/empty.py", "not a whole JSON document"),
    ("trace {dir}/truncated.json", "not a whole JSON document"),
    ("trace {dir}/foreign.json", "not a trace"),
    ("trace {dir}/list.json", "not a trace"),
    ("trace {dir}/damaged.json", "damaged"),
    ("trace {dir}/binary.json", "UTF-8"),
    ("trace {dir}/edited.json", "not a run of model textbook: step 4"),
    ("trace {trace} --model nope", "unknown model"),
    ("trace {trace} --as-test --format svg", "leave --format out"),
    ("trace {trace} --format svg -o {dir}/none/x.svg", "-o: directory"),
    ("trace {trace} --format svg -o {dir}", "is a directory"),
    ("trace {dir}/edited.json --as-test", "not a run of model textbook: step 4"),
    ("recheck", "FILE"),
    ("recheck {dir}/none.json", "does not exist"),
    ("recheck {dir}", "directory"),
    ("recheck {dir}/binary.json", "UTF-8"),
    ("recheck {dir}/empty.py", "not a whole JSON document"),
    ("recheck {dir}/foreign.json", "not a certificate"),
    ("recheck {dir}/list.json", "not a certificate"),
    ("recheck {trace}", "not a certificate"),
    ("recheck {dir}/foreign.json --solver cvc4", "--solver"),
    ("recheck {dir}/foreign.json --timeout soon", "not a duration"),
    ("recheck {dir}/foreign.json --timeout 1msl", "multiple of MSL"),
    ("recheck {dir}/foreign.json --smt2 {dir}", "--smt2: directory"),
    ("show nope", "unknown model"),
    ("show rfc9293 --state FLYING", "FLYING"),
    ("explain no-old-segmnt", "did you mean no-old-segment"),
    ("explain qwertyuiop", "nothing is called"),
    ("explain TIME-WAIT.rst --model nope", "unknown model"),
]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("bad")
    whole = TRACE.read_text(encoding="utf-8")
    contents = {
        "syntax.py": "a = 1\nb = = 2\n",
        "raises.py": "from tcpverify.tcp.vocabulary import *\n\nMODEL = 1 / 0\n",
        "empty.py": "",
        "truncated.json": whole[: len(whole) // 2],
        "foreign.json": '{"schema": "tcpverify.check/1"}',
        "list.json": "[1, 2]",
        "damaged.json": whole.replace('"time": "0"', '"time": "soon"', 1),
        "edited.json": whole.replace('"FIN-WAIT-2"', '"CLOSING"', 1),
    }
    for name, text in contents.items():
        (found / name).write_text(text, encoding="utf-8")
    (found / "binary.json").write_bytes(b"\xff\xfe\x00")
    return found


@pytest.mark.parametrize(("arguments", "says"), BAD, ids=[row[0] or "-" for row in BAD])
def test_one_sentence_and_exit_2(
    arguments: str, says: str, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main([word.format(dir=files, trace=TRACE, empty="") for word in arguments.split()])
    out, err = capsys.readouterr()
    assert status == 2
    assert out == ""
    assert err.startswith("tcpverify: ") and err.count("\n") == 1
    assert says in err
    assert "Traceback" not in err


def test_debug_shows_the_traceback(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--debug", "check", f"{files}/raises.py"]) == 2
    assert "Traceback" in capsys.readouterr().err
    assert main(["check", f"{files}/raises.py", "--debug"]) == 2
    assert "Traceback" in capsys.readouterr().err
