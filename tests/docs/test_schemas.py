"""The published schemas against what the program really writes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tcpverify.cli.main import main
from tests.docs.console import ROOT

FILES = [json.loads(p.read_text(encoding="utf-8")) for p in (ROOT / "docs" / "schemas").glob("*.json")]
#: by the word under "schema" in a document
SCHEMAS = {schema["properties"]["schema"]["const"]: schema for schema in FILES}
REGISTRY: Registry[Any] = Registry().with_resources((s["$id"], Resource.from_contents(s)) for s in FILES)


def validate(document: dict[str, Any]) -> None:
    """The document against the schema that it names."""
    Draft202012Validator(SCHEMAS[document["schema"]], registry=REGISTRY).validate(document)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run directory with proofs and refutations, safety and liveness."""
    directory = tmp_path_factory.mktemp("run") / "saved"
    asked = [
        "check", "--losses", "0", "--time-wait", "2", "--time-wait", "1.99",
        "--property", "drained", "--property", "termination", "--save", str(directory),
    ]  # fmt: skip
    assert main(asked) == 1
    return directory


def _documents(saved: Path) -> Iterator[dict[str, Any]]:
    for path in [saved / "report.json", *saved.glob("traces/*.json"), *saved.glob("certificates/*.json")]:
        yield json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_schemas_are_schemas(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])


def test_a_saved_run_is_what_the_schemas_say(saved: Path) -> None:
    kinds = set()
    for document in _documents(saved):
        validate(document)
        kinds.add(document["schema"])
    assert kinds == {"tcpverify.check/1", "tcpverify.trace/1", "tcpverify.certificate/2"}


def test_a_recheck_is_what_the_schema_says(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    proof = str(next((saved / "certificates").iterdir()))
    for model, status in (("textbook", 0), ("rfc9293", 1)):
        assert main(["recheck", proof, "--format", "json", "--model", model]) == status
        document = json.loads(capsys.readouterr().out)
        validate(document)
        assert (document["parts"][0]["failure"] is None) == (status == 0)


def test_printed_json_is_what_the_schema_says(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["check", "--losses", "0", "--property", "no-old-segment", "--format", "json"]
    assert main(asked) == 0
    document = json.loads(capsys.readouterr().out)
    validate(document)
    assert {r["role"] for r in document["results"]} == {"own", "context"}
    assert {r["verdict"] for r in document["results"]} == {"proved", "refuted"}


def test_an_endless_run_is_what_the_schema_says(tmp_path: Path) -> None:
    # The literal text: two ends in TIME-WAIT acknowledge each other's ACKs for ever.
    asked = ["check", "rfc9293+literal", "--losses", "0", "--property", "no-ack-loop", "--no-sweep", "--timeout", "40"]
    assert main([*asked, "--save", str(tmp_path / "saved")]) == 1
    trace = json.loads(next((tmp_path / "saved" / "traces").iterdir()).read_text(encoding="utf-8"))
    validate(trace)
    assert trace["loop"] is not None


def test_timestamps_are_what_the_schema_says(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["check", "--losses", "0", "--sequence", "timestamps", "--property", "drained", "--time-wait", "0"]
    assert main([*asked, "--format", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    validate(document)
    assert any("ts" in segment for step in document["results"][0]["trace"]["steps"] for segment in step["sent"])


def test_reasons_are_what_the_schema_says(capsys: pytest.CaptureFixture[str]) -> None:
    quick = ["why", "--losses", "0", "--retransmissions", "0", "--property", "time-wait-side", "--format", "json"]
    for more, status in (["--calls", "close-in-turn", "--timeout", "5s"], 0), (["--calls", "close"], 1):
        assert main([*quick, *more]) == status
        document = json.loads(capsys.readouterr().out)
        validate(document)
        assert bool(document["lifted"]) == (status == 0) != bool(document["breaking"] and document["remedies"])


def test_the_list_of_models_is_what_the_schema_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    validate(document)
    assert {row["kind"] for row in document["models"]} == {"base", "sum", "amendment"}
    assert document["problems"] == []


def test_every_schema_that_the_program_names_is_documented() -> None:
    reference = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    for path in (ROOT / "tcpverify").rglob("*.py"):
        for name in re.findall(r'"(tcpverify\.\w+/\d)"', path.read_text(encoding="utf-8")):
            assert f"`{name}`" in reference, f"{path.name} writes {name}"
