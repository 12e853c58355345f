"""Certificates for all parameter values: read back from documents, re-checked by both solvers, refused if tampered."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import cycle
from typing import Any

import pytest

from tcpverify.engines.explore import explore
from tcpverify.engines.parametric import ParametricZones
from tcpverify.engines.skeleton import Skeleton
from tcpverify.errors import FileFormatError, ModelError, TcpverifyError, UsageError
from tcpverify.evidence.certificate import Certificate, CertificateFile
from tcpverify.evidence.certify import certify
from tcpverify.evidence.reading import covers, read
from tcpverify.evidence.recheck import Afresh, Recheck, recheck
from tcpverify.evidence.solvers import solver
from tcpverify.lang.linear import parameter
from tcpverify.lang.region import Region
from tcpverify.tcp import properties
from tcpverify.tcp.registry import load
from tcpverify.tcp.scenario import Scenario
from tcpverify.tcp.scope import UNLIMITED, Scope
from tcpverify.workflow.recheck import RecheckReport, recheck_text
from tests.evidence.scripts import answers_of_cvc5, answers_of_z3

F = Fraction
NAMES = ("MSL", "RTO_MAX", "TIME_WAIT")
SMALL = Scope(losses=0, calls=("close",))
UNBOUNDED = replace(SMALL, duplicates=UNLIMITED, retransmissions=UNLIMITED)
CLAIM = ("drained", "no-assassination")
Document = dict[str, Any]


def proof(scope: Scope) -> Certificate:
    """The close of one connection, for every TIME_WAIT of at least 2 MSL."""
    system = Scenario(
        load("textbook").table, scope, observer=properties.observe, drain=properties.drain, obligations="receiver"
    )
    region = Region(3).meet(((1, 0, 0), True), ((0, 1, 0), True), ((-2, 0, 1), False))
    skeleton = Skeleton(system)
    run = explore(skeleton, {}, space=ParametricZones(skeleton, NAMES, region, 6))
    assert run.complete and not set(CLAIM) & run.first.keys()
    return certify(run, system, "textbook", CLAIM)


@pytest.fixture(scope="module")
def certificate() -> Certificate:
    return proof(SMALL)


@pytest.fixture(scope="module")
def unbounded() -> Certificate:
    return proof(UNBOUNDED)


@pytest.fixture(scope="module")
def document(certificate: Certificate) -> Document:
    found: Document = json.loads(json.dumps(certificate.to_json()))
    return found


def held(document: Document, **more: Any) -> RecheckReport:
    """The re-check of a document."""
    return recheck_text(json.dumps(document), "it", **more)


def against(certificate: Certificate, **more: Any) -> Recheck:
    return recheck(certificate, Afresh(certificate.scenario.twin()), **more)


def tampered(document: Document, change: Callable[[Document], object]) -> Document:
    found = copy.deepcopy(document)
    change(found)
    return found


# ------------------------------------------------------------ what holds


@pytest.mark.parametrize("name", ["z3", "cvc5"])
def test_with_and_without_hints_and_by_both_solvers(certificate: Certificate, name: str) -> None:
    with_hints = against(certificate, solver=solver(name))
    without = against(replace(certificate, images={}), solver=solver(name))
    assert with_hints.holds and without.holds
    assert with_hints.solver == name and with_hints.obligations > 100 and without.obligations > 100


@pytest.mark.parametrize("which", ["certificate", "unbounded"])
def test_read_back_it_is_the_same(which: str, request: pytest.FixtureRequest) -> None:
    original: Certificate = request.getfixturevalue(which)
    text = json.dumps(original.to_json())
    file = read(text)
    [part] = file.parts
    mine, its = against(replace(original, images={})), against(part)
    assert its.holds
    counts = ("locations", "regions", "edges", "obligations")
    assert [getattr(mine, n) for n in counts] == [getattr(its, n) for n in counts]
    assert (part.assume, part.properties, part.scenario.scope) == (original.assume, CLAIM, original.scenario.scope)
    # Numbers of ends and segments may differ; once more they do not.
    again = json.dumps(file.to_json())
    assert json.dumps(read(again).to_json()) == again


def test_a_wider_scope_proves_a_narrower_claim(unbounded: Certificate) -> None:
    file = CertificateFile((unbounded,), replace(SMALL, duplicates=1))
    report = held(file.to_json())
    assert report.holds and report.file.scope.duplicates == 1
    # But no claim about other numbers of losses.
    with pytest.raises(FileFormatError, match="leaves out behaviour"):
        held(CertificateFile((unbounded,), replace(SMALL, losses=1)).to_json())


def test_what_a_scope_covers() -> None:
    scope = Scope(losses=1, retransmissions=2)
    assert covers(scope, scope) and covers(replace(scope, losses=UNLIMITED, duplicates=3), scope)
    assert not covers(replace(scope, losses=0), scope) and not covers(scope, replace(scope, losses=UNLIMITED))
    assert not covers(replace(scope, data=1), scope) and not covers(replace(scope, calls=("close",)), scope)


def test_several_parts_are_held_one_by_one(certificate: Certificate, unbounded: Certificate) -> None:
    report = held(CertificateFile((certificate, unbounded), SMALL).to_json())
    assert report.holds and len(report.parts) == 2
    bad = CertificateFile((replace(certificate, regions=[()] * len(certificate.regions)), unbounded), SMALL)
    report = held(bad.to_json())
    assert [part.holds for part in report.parts] == [False, True] and report.exit_status == 1


# ------------------------------------------------------------ what does not


def test_assuming_less_is_noticed(document: Document) -> None:
    """1.9 MSL is not enough, and the values that show it are named."""
    def shorter(found: Document) -> None:
        [row] = [row for row in found["parts"][0]["assume"] if "TIME_WAIT" in row["terms"]]
        row["terms"]["MSL"] = "-19/10"

    for name in ("z3", "cvc5"):
        report = held(tampered(document, shorter), solver=name)
        failed = report.parts[0].failed
        assert report.exit_status == 1 and failed is not None
        assert F(19, 10) * failed.parameters["MSL"] <= failed.parameters["TIME_WAIT"] < 2 * failed.parameters["MSL"]


def test_every_location_is_needed(document: Document) -> None:
    for place in range(0, len(document["parts"][0]["invariant"]), 37):
        report = held(tampered(document, lambda d, n=place: d["parts"][0]["invariant"].pop(n)))
        failed = report.parts[0].failed
        assert failed is not None and failed.kind == "missing", place
        assert failed.target in report.parts[0].failure


def test_a_location_without_regions_is_as_good_as_none(document: Document) -> None:
    report = held(tampered(document, lambda d: d["parts"][0]["invariant"][5].update(regions=[])))
    assert report.parts[0].failed is not None and report.parts[0].failed.kind == "missing"


def test_tighter_and_weaker_bounds(certificate: Certificate) -> None:
    """A tighter bound leaves something out. A weaker one need not matter, but some do."""
    model = Afresh(certificate.scenario.twin())
    noticed = 0
    for region in range(0, len(certificate.regions), 13):
        for row, (i, j, c, strict) in enumerate(certificate.regions[region][:4]):
            for factor, name in ((F(-1, 50), "MSL"), (F(1), "RTO_MAX")):
                regions = list(certificate.regions)
                moved = (i, j, c + parameter(name) * factor, strict)
                regions[region] = (*regions[region][:row], moved, *regions[region][row + 1 :])
                answer = recheck(replace(certificate, regions=regions), model)
                if factor < 0 and not noticed and not answer.holds:
                    assert answer.failed is not None
                    assert answer.failed.kind == "escapes" and answer.failed.location
                noticed += not answer.holds
    assert noticed > 5


def test_a_dropped_region_is_noticed(document: Document) -> None:
    rows = document["parts"][0]["invariant"]
    place = next(i for i, row in enumerate(rows) if len(row["regions"]) > 1)
    report = held(tampered(document, lambda d: d["parts"][0]["invariant"][place]["regions"].pop()))
    failed = report.parts[0].failed
    assert failed is not None and failed.kind == "escapes" and failed.event


@pytest.mark.parametrize("model", ["rfc9293", "textbook+no-restart", "rfc9293+literal"])
def test_another_model(document: Document, model: str) -> None:
    by_option = held(document, model=model)
    by_document = held(tampered(document, lambda d: d.update(model=model)))
    assert by_option.parts[0].failure == by_document.parts[0].failure != ""
    assert by_option.exit_status == 1 and by_option.file.model == model


@pytest.mark.parametrize("change", [{"losses": 1}, {"duplicates": 1}, {"retransmissions": 2}, {"data": 1}])
def test_another_scope(document: Document, change: Document) -> None:
    report = held(tampered(document, lambda d: d["scope"].update(change)))
    assert report.exit_status == 1 and report.parts[0].failed is not None


def test_another_property(document: Document) -> None:
    """What the run breaks is not proved: neither is what cannot be asked of this system."""
    report = held(tampered(document, lambda d: d.update(properties=["graceful-close"])))
    assert report.holds
    with pytest.raises(FileFormatError, match="who sent the first FIN"):
        held(tampered(document, lambda d: d.update(properties=["time-wait-side"])))
    with pytest.raises(FileFormatError, match="endless runs"):
        held(tampered(document, lambda d: d.update(properties=["termination"])))


def test_of_no_values_nothing_is_proved(document: Document) -> None:
    never = {"terms": {"TIME_WAIT": "-1", "": "-1"}, "op": ">="}
    with pytest.raises(FileFormatError, match="no parameter values satisfy"):
        held(tampered(document, lambda d: d["parts"][0]["assume"].append(never)))


def test_a_limit_of_time_is_no_answer(document: Document) -> None:
    report = held(document, seconds=0.001)
    assert report.exit_status == 3 and report.parts[0].stopped == "time"
    report = held(document, interrupted=lambda: True)
    assert report.exit_status == 130


# ------------------------------------------------------------ what is no certificate


def _replaced(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    found = copy.deepcopy(document)
    at = found
    for step in path[:-1]:
        at = at[step]
    if value is ...:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return found


def _places(value: Any, path: tuple[Any, ...] = ()) -> Any:
    """Some places in a document: every field, of lists the first and the last element."""
    if path:
        yield path
    if isinstance(value, dict):
        keys = list(value)
        for key in keys if len(keys) < 20 else [keys[0], keys[-1]]:
            yield from _places(value[key], (*path, key))
    elif isinstance(value, list) and value:
        for key in {0, len(value) - 1}:
            yield from _places(value[key], (*path, key))


STRANGE = [..., None, True, 7, -1, 10**30, 1.5, "", "x", "1/0", "9" * 5000, [], [[]], {}, {"x1": 1}, [-1, -1]]


def test_strange_documents_are_refused_in_one_sentence(document: Document) -> None:
    """Whatever stands anywhere: an answer or one sentence, never anything else."""
    part = document["parts"][0]
    few = {"invariant": part["invariant"][:3], "regions": part["regions"][:40]}
    small = tampered(document, lambda d: d["parts"][0].update(few))
    refused = tried = 0
    # Every place meets one of the values, and every value many places: all pairs would take minutes.
    for path, value in zip(_places(small), cycle(STRANGE), strict=False):
        tried += 1
        try:
            read(json.dumps(_replaced(small, path, value)), "it")
        except TcpverifyError as error:
            refused += 1
            assert error.exit_status == 2
            assert "\n" not in str(error) and len(str(error)) < 500, (path, value)
    assert tried > 100 and refused > tried // 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not a whole JSON document"),
        ("{", "not a whole JSON document"),
        ('{"schema": NaN}', "NaN is no number"),
        ("[" * 100_000, "too deeply nested"),
        ("[]", "not a certificate"),
        ("null", "not a certificate"),
        ('{"schema": 1}', "not a certificate"),
        ('{"schema": "tcpverify.trace/1"}', "not a certificate"),
        ('{"schema": "tcpverify.certificate/1"}', "run `check --save` again"),
        ('{"schema": "tcpverify.certificate/2"}', "has no 'model'"),
    ],
)
def test_what_is_no_certificate(text: str, says: str) -> None:
    with pytest.raises(FileFormatError, match=says):
        read(text, "it")


CHANGES = [
    (("model",), "./evil.py", UsageError, "--model"),
    (("model",), "rfc9293+evil.py", UsageError, "--model"),
    (("model",), "nope", ModelError, "unknown model"),
    (("model",), "fig5", ModelError, "no TIME_WAIT"),
    (("parts",), [], FileFormatError, "proves nothing"),
    (("scope", "data"), 10**6, FileFormatError, "scope cannot be: data must be at most 400"),
    (("scope", "magic"), True, FileFormatError, "scope has 'magic', which no scope has"),
    (("scope", "losses"), "1", FileFormatError, "scope.losses is neither 0 nor a positive integer nor"),
    (("parameters",), ["MSL"], FileFormatError, "RTO_MAX, TIME_WAIT"),
    (("parameters",), ["MSL", "RTO_MAX", "TIME_WAIT", "c0"], FileFormatError, "parameters\\[3\\] is 'c0'"),
    (("parts", 0, "regions", 1), [{"terms": {"x99": 1}, "op": "<", "bound": {}}], FileFormatError, "speaks of x99"),
    (("parts", 0, "invariant", 2, "regions"), [10**6], FileFormatError, "out of range"),
    (("parts", 0, "invariant", 2, "flight"), [999], FileFormatError, "names segment 999"),
    (("parts", 0, "invariant", 2, "ends"), [-1, 0], FileFormatError, "names end -1"),
    (("parts", 0, "ends", "0", "state"), "FLYING", FileFormatError, "ends.0.state is 'FLYING'"),
    (("parts", 0, "assume", 0, "terms"), {"MSL": "1e999999999"}, FileFormatError, "not an exact number"),
    (("parts", 0, "assume", 0, "terms"), {"MSL": "1/0"}, FileFormatError, "not an exact number"),
    (("parts", 0, "assume", 0, "op"), "!=", FileFormatError, "is '!='"),
]


@pytest.mark.parametrize(("path", "value", "kind", "says"), CHANGES, ids=[str(c[0]) + str(c[1])[:20] for c in CHANGES])
def test_one_thing_wrong(
    document: Document, path: tuple[Any, ...], value: Any, kind: type[Exception], says: str
) -> None:
    with pytest.raises(kind, match=says):
        held(_replaced(document, path, value))


# ------------------------------------------------------------ for other solvers


def test_both_solvers_read_the_scripts_by_themselves(certificate: Certificate) -> None:
    asked = against(replace(certificate, images={}))
    assert set(answers_of_cvc5(asked.document)) == {"unsat"}
    assert set(answers_of_z3(asked.document)) == {"unsat"}
    assert asked.document.count("(check-sat)") == asked.obligations


def test_without_cvc5_one_sentence_says_how_to_get_it() -> None:
    code = (
        "import sys\nsys.modules['cvc5'] = None\nfrom tcpverify.cli.main import main\n"
        "sys.exit(main(['recheck', '-', '--solver', 'cvc5']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input="{}", capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 2 and "pip install 'tcpverify[cvc5]'" in done.stderr and done.stderr.count("\n") == 1
