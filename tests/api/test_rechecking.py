"""Certificates in Python: held by answers, kept in files, proved again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import tcpverify
from tcpverify.api.proofs import Certificate
from tcpverify.cli.main import main
from tests.docs.test_schemas import validate

FEW = {"losses": 0, "incarnations": 1, "properties": "drained"}


@pytest.fixture(scope="module")
def proof() -> Certificate:
    found = tcpverify.bound(within_scope=True, **FEW).certificate
    assert found is not None
    return found


def test_a_certificate_is_kept_and_read_by_the_command(
    proof: Certificate, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    validate(proof.to_json())
    assert (proof.model, proof.properties) == ("textbook", ("drained",))
    path = tmp_path / "proof.json"
    proof.save(path)
    assert json.loads(path.read_text(encoding="utf-8")) == proof.to_json()
    assert main(["recheck", str(path)]) == 0
    assert "Confirmed" in capsys.readouterr().out
    with pytest.raises(tcpverify.UsageError, match="cannot be written"):
        proof.save(tmp_path / "nowhere" / "proof.json")


def test_it_is_proved_again_wherever_it_is(proof: Certificate, tmp_path: Path) -> None:
    path = tmp_path / "proof.json"
    proof.save(path)
    for held in (proof, proof.to_json(), path, str(path)):
        answer = tcpverify.recheck(held)
        assert answer.holds and not answer.failure
    document = answer.to_json()
    validate(document)
    assert (document["result"], document["file"]) == ("confirmed", str(path))
    assert "Confirmed: " in str(answer) and "<pre" in answer._repr_html_() and "Confirmed" in answer._repr_html_()


def test_what_is_no_proof_is_not_confirmed(proof: Certificate) -> None:
    answer = tcpverify.recheck(proof, "textbook+no-restart")
    assert answer.holds is False and "not confirmed" in repr(answer)
    assert answer.failure and "Not confirmed" in str(answer)
    late = tcpverify.recheck(proof, timeout="0.000001ms")
    assert late.holds is None and late.failure == "time" and "not decided" in repr(late)


def test_what_a_check_proves(tmp_path: Path) -> None:
    shared = tcpverify.check(time_wait="2msl", **{**FEW, "properties": ["drained", "no-data-loss"]}).certificates
    assert [c.properties for c in shared] == [("drained", "no-data-loss")]
    assert not tcpverify.check(time_wait="1.9msl", **FEW).certificates


def test_a_model_made_in_python_is_named_by_who_has_it() -> None:
    from tcpverify.tcp.vocabulary import MSL, Amendment

    slow = tcpverify.load("textbook") + Amendment("slow", "waits", "a test", numbers={"TIME_WAIT": 3 * MSL})
    (found,) = tcpverify.check(slow, sweep=False, **FEW).certificates
    assert tcpverify.recheck(found, slow).holds
    with pytest.raises(tcpverify.ModelError, match="unknown model 'slow'"):
        tcpverify.recheck(found)
    with pytest.raises(tcpverify.UsageError, match=r"say model='textbook\+./mine.py' if that"):
        tcpverify.recheck({**found.to_json(), "model": "textbook+./mine.py"})


def test_bad_input_is_one_sentence(proof: Certificate, tmp_path: Path) -> None:
    with pytest.raises(tcpverify.UsageError, match="cannot be read"):
        tcpverify.recheck(tmp_path / "none.json")
    with pytest.raises(tcpverify.UsageError, match="unknown solver 'cvc4'"):
        tcpverify.recheck(proof, solver="cvc4")
    with pytest.raises(tcpverify.UsageError, match="a timeout of 0"):
        tcpverify.recheck(proof, timeout=0)
    with pytest.raises(tcpverify.FileFormatError, match="the certificate is not a certificate"):
        tcpverify.recheck({"schema": "tcpverify.check/1"})
    with pytest.raises(tcpverify.FileFormatError, match="damaged certificate: parts"):
        tcpverify.recheck({**proof.to_json(), "parts": []})
    with pytest.raises(tcpverify.UsageError, match="5 is no certificate"):
        tcpverify.recheck(5)  # type: ignore[arg-type]
