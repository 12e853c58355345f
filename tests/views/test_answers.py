"""Tables and documents made from reports: what they must say, whatever the engines find."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from tcpverify.evidence.trace import parse
from tcpverify.lang.table import Amendment, remove
from tcpverify.tcp.registry import LoadedModel, load
from tcpverify.tcp.scope import Scope
from tcpverify.views import verdicts
from tcpverify.views.documents import check_document, dumps, junit
from tcpverify.views.model import described, model_document, model_lines, touched
from tcpverify.views.quantities import UNITS, multiple, plural, short
from tcpverify.views.styled import text_of
from tcpverify.workflow.results import Assurance, CheckReport, CheckRequest, Verdict

MSL = Fraction(1)
TRACE = parse((Path(__file__).parent / "traces" / "too-short.json").read_text(encoding="utf-8"))
BY_Z3 = Assurance("zones, breadth first", 9227, 42338, 25, ("z3",), 2753)


def verdict(name: str, time: str, role: str, found: str, vacuous: bool = False, reason: str = "") -> Verdict:
    trace = replace(TRACE, property=name) if found == "refuted" else None
    by = replace(BY_Z3, rechecked_by=("z3", "replay")) if trace else BY_Z3
    return Verdict(name, Fraction(time), role, found, vacuous, by, 0.5, reason, trace)


def report(*found: Verdict, premises: dict[str, bool] | None = None) -> CheckReport:
    parameters = {"MSL": MSL, "RTO_MIN": Fraction(0), "RTO_MAX": MSL, "DELAY_MIN": Fraction(0)}
    silent = [f"LISTEN.rule-{n}" for n in range(9)]
    return CheckReport(
        CheckRequest("textbook", MSL), "textbook", "a title", {**parameters, "TIME_WAIT": 2 * MSL}, found,
        premises or {"closed": True}, silent, gave_up=True, seconds=1.25,
    )  # fmt: skip


PROVED = report(
    verdict("no-old-segment", "2", "own", "proved"),
    verdict("drained", "2", "own", "proved", True, "never reached: TIME-WAIT ends by its timer"),
    verdict("no-old-segment", "3/2", "context", "refuted"),
    verdict("drained", "3/2", "context", "unknown"),
)
REFUTED = report(
    verdict("no-old-segment", "1.99", "named", "refuted"),
    verdict("drained", "1.99", "named", "unknown", reason="the time limit was reached; raise --timeout"),
)


def everything(found: CheckReport, width: int = 100, verbose: bool = False) -> str:
    lines = verdicts.preface(found, width) + verdicts.verdict_tables(found, width)
    lines += verdicts.sweep_table(found, width) + verdicts.qualifications(found, width, verbose)
    return text_of([*lines, *verdicts.conclusion(found, width)])


def test_a_table_names_machine_scope_numbers_evidence_and_vacuity() -> None:
    text = everything(PROVED)
    for wanted in (
        "textbook: a title", "MSL = 1", "anywhere in (0, 1]", "1 loss, no duplicates",
        "2 MSL, the model's own",
        "9227 states, 42338 transitions", "2753 obligations; re-checked by z3",
        "vacuous", "never reached: TIME-WAIT ends by its timer",
        "9 rules of the table never fired", "and 4 more",
    ):  # fmt: skip
        assert wanted in text


def test_verbose_lists_every_silent_rule() -> None:
    assert "LISTEN.rule-8" in everything(PROVED, verbose=True)
    assert "LISTEN.rule-8" not in everything(PROVED)


def test_the_sweep_has_a_column_for_each_duration_and_marks_the_own() -> None:
    row = next(line for line in everything(PROVED).splitlines() if line.startswith("  TIME-WAIT ="))
    assert row.split()[2:] == ["1.5", "2*"]
    assert any(line.split() == ["no-old-segment", "✗", "✓"] for line in everything(PROVED).splitlines())
    assert any(line.split() == ["drained", "?", "(✓)"] for line in everything(PROVED).splitlines())


def test_what_was_never_reached_is_said() -> None:
    text = everything(report(verdict("drained", "2", "own", "proved"), premises={"last-ack": False}))
    assert "Never reached in this run: LAST-ACK is reached" in text
    assert "Not vacuous" not in text


def test_no_line_is_wider_than_80_where_80_is_asked_for() -> None:
    for found in (PROVED, REFUTED):
        assert max(map(len, everything(found, 80).splitlines())) <= 80


def test_json_has_the_schema_and_exact_numbers() -> None:
    document = json.loads(dumps(check_document(REFUTED)))
    assert document["schema"] == "tcpverify.check/1"
    assert document["parameters"] == {"MSL": "1", "RTO_MIN": "0", "RTO_MAX": "1", "DELAY_MIN": "0"}
    first, second = document["results"]
    assert (first["property"], first["time_wait"], first["role"]) == ("no-old-segment", "199/100", "named")
    assert first["assurance"]["rechecked_by"] == ["z3", "replay"]
    assert parse(json.dumps(first["trace"])) == TRACE
    assert second["trace"] is None and second["certificate"] is None
    assert document["exit_status"] == 1


def test_junit_counts_refutations_as_failures_and_unknowns_as_errors() -> None:
    root = ElementTree.fromstring(junit(REFUTED))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("2", "1", "1")
    failure = root.find(".//failure")
    assert failure is not None and "breaks no-old-segment" in (failure.text or "")


def test_junit_leaves_context_out() -> None:
    root = ElementTree.fromstring(junit(PROVED))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("2", "0", "0")


def test_a_model_in_print_marks_what_amendments_changed() -> None:
    model = load("rfc9293+rfc1337")
    text = text_of(model_lines(model, 100, changed=True))
    assert "TIME-WAIT.rst  [SEGMENT]  RFC 1337 §3  * changed by rfc1337" in text
    assert "ESTABLISHED" not in text.split("TIME-WAIT\n", 1)[1]
    assert "rfc1337" in described(model)
    assert touched(model.table, "TIME-WAIT.rst") == ["rfc1337"]
    assert touched(model.table, "ESTABLISHED.rst") == []


def test_only_rules_are_listed_as_removed() -> None:
    linux = text_of(model_lines(load("linux"), 100, changed=True))
    assert "scope: sequence = timestamps" in linux and "\n  sequence (by" not in linux
    less = Amendment("less", "", "", (remove("TIME-WAIT.other"),), scope={"start": "closed"})
    without = load("rfc9293").table.amended(less)
    text = text_of(model_lines(LoadedModel("less", without, load("rfc9293").parts), 100, changed=True))
    assert text.rstrip().endswith("Rules that amendments removed\n  TIME-WAIT.other (by less)")


def test_guards_are_printed_in_the_words_of_the_rfc() -> None:
    text = text_of(model_lines(load("rfc9293"), 100, state="FIN-WAIT-1"))
    assert "ack in range" in text and "FIN in order" in text and "FIN acknowledged" in text
    assert "<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>" in text


def test_a_model_document_is_json() -> None:
    document = json.loads(json.dumps(model_document(load("textbook"))))
    assert {"name", "clause", "when", "then", "changed_by"} <= set(document["rules"][0])


def test_numbers_are_exact() -> None:
    assert [short(Fraction(t)) for t in ("2", "199/100", "1/3", "-1/2", "1/100000", "0")] == [
        "2", "1.99", "1/3", "-0.5", "1/100000", "0",
    ]  # fmt: skip
    assert UNITS["ms"].show(Fraction(1, 5)) == "200ms"
    assert multiple(Fraction(60), Fraction(30)) == "2 MSL"
    assert [plural(n, "loss") for n in (0, 1, 2)] == ["no losses", "1 loss", "2 losses"]


def test_a_choice_of_the_model_that_the_user_overrides_is_said() -> None:
    request = CheckRequest("linux", MSL, scope=Scope(sequence="clock"))
    found = replace(PROVED, request=request, model="linux", overridden={"sequence": "timestamps"})
    said = " ".join(text_of(verdicts.preface(found, 100)).split())
    assert "linux brings sequence = timestamps with it, but you ask for clock, so segments carry no timestamps." in said
    assert "with it, but" not in text_of(verdicts.preface(PROVED, 100))
