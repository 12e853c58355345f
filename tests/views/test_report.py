"""The page of `report` as text: what it carries, what it allows, and that equal answers are equal pages."""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode
from dataclasses import replace
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

import pytest

from tcpverify.evidence.trace import Trace, parse
from tcpverify.tcp.registry import load
from tcpverify.tcp.scope import CALLS, REGIMES, REOPEN, STARTS, UNLIMITED, Scope
from tcpverify.views.report import assumptions
from tcpverify.views.report.embed import asset, embedded
from tcpverify.views.report.moments import moments
from tcpverify.views.report.page import report_page
from tcpverify.views.report.provenance import Provenance
from tcpverify.views.report.rulebook import cited
from tcpverify.workflow.graph import reachable_graph
from tcpverify.workflow.reported import Reported, exchanges_of, of_traces
from tcpverify.workflow.results import Assurance, CheckReport, CheckRequest, Verdict

TRACES = Path(__file__).parent / "traces"
PROVENANCE = Provenance(["tcpverify", "report", "a b", "-o", "x.html"], {"tcpverify": "1", "Python": "3"})


def trace(name: str) -> Trace:
    return parse((TRACES / f"{name}.json").read_text(encoding="utf-8"))


def page(*names: str) -> str:
    return report_page(of_traces([(n, trace(n)) for n in names]), PROVENANCE)


def verdict(name: str, wait: int, role: str, answer: str) -> Verdict:
    shown = replace(trace("too-short"), property=name) if answer == "refuted" else None
    return Verdict(name, Fraction(wait), role, answer, False, Assurance("zones", 1, 1, 1), 0.5, "", shown)


def checked(*verdicts: Verdict, **more: object) -> CheckReport:
    values = {"MSL": Fraction(1), "RTO_MIN": Fraction(0), "RTO_MAX": Fraction(1), "DELAY_MIN": Fraction(0)}
    found = CheckReport(CheckRequest("textbook", Fraction(1)), "textbook", "", values, verdicts, {"closed": True}, [])
    return replace(found, **more)  # type: ignore[arg-type]


def test_the_page_is_the_same_every_time_and_small() -> None:
    text = page("too-short")
    assert text == page("too-short")
    assert len(text.encode()) < 3_000_000


def test_the_policy_names_the_scripts_that_are_there_and_nothing_else() -> None:
    text = page("assassination")
    said = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert said is not None
    policy = html.unescape(said[1])
    scripts = re.findall(r"<script(?: type=\"module\")?>(.*?)</script>", text, re.DOTALL)
    hashes = {f"'sha256-{b64encode(sha256(s.encode()).digest()).decode()}'" for s in scripts}
    allowed = re.search(r"script-src ([^;]*);", policy)
    assert allowed is not None
    assert set(allowed[1].split()) == hashes | {"'wasm-unsafe-eval'"}
    assert policy.startswith("default-src 'none';")
    assert "http" not in policy


def test_graphviz_is_the_file_that_its_page_says_it_is() -> None:
    found = sha256(asset("vendor/wasm-graphviz.js").encode()).hexdigest()
    assert found in asset("vendor/README.md")


def test_no_script_can_end_its_element() -> None:
    for name in ("vendor/wasm-graphviz.js", "drawing.js", "player.js", "graph.js", "rules.js"):
        assert "</script" not in asset(name).lower()
        assert "<!--" not in asset(name)
    value = {"</script><!--": "\u2028&amp;<b>", "n": [1, None, "ü"]}
    text = str(embedded(value))
    assert json.loads(text) == value
    assert not set(text) & set("<>&\u2028\u2029")


def test_the_trace_in_the_page_is_the_trace() -> None:
    found = re.search(r'id="data">(.*?)</script>', page("lost-ack", "too-short"), re.DOTALL)
    assert found is not None
    data = json.loads(found[1])
    assert [e["trace"] for e in data["exchanges"]] == [trace("lost-ack").to_json(), trace("too-short").to_json()]


@pytest.mark.parametrize("name", ["too-short", "assassination", "lost-ack", "ack-loop"])
def test_moments_are_what_the_steps_say(name: str) -> None:
    shown = trace(name)
    found = moments(shown, load(shown.model).table)
    assert len(found) == len(shown.steps) + 1
    for moment, step in zip(found[1:], shown.steps, strict=True):
        end = moment.ends[step.end]
        assert (end["state"], end["incarnation"]) == (step.after.state, step.after.incarnation)
        assert step.broken.keys() == moment.broken.keys()
        assert moment.what
        for segment in step.sent:
            assert f"#{segment.number} {segment.flags}" in moment.what
            assert segment.lost != any(f["segment"] == segment.number for f in moment.flight)


def test_timers_say_since_when_and_until_when() -> None:
    found = moments(trace("assassination"), load("rfc9293").table)
    restarted = next(m for m in found if "restarts" in m.what)
    assert {"name": "time-wait", "since": "1/3", "until": "ends at 7/3"} in restarted.ends["A"]["timers"]  # type: ignore[operator]
    assert {"name": "retransmission", "since": "0", "until": "fires by 1"} in found[1].ends["A"]["timers"]  # type: ignore[operator]


def test_a_large_graph_gets_the_room_that_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    request = CheckRequest("textbook", Fraction(1), scope=Scope(losses=0, retransmissions=0))
    reported = Reported(load("textbook"), checked(verdict("drained", 2, "own", "proved")), (),
                        graph=reachable_graph(request))  # fmt: skip
    sizes = []
    for room in (3_000_000, 1):
        monkeypatch.setattr("tcpverify.views.report.page._MOST", room)
        sizes.append(len(report_page(reported, PROVENANCE)))
    assert sizes[0] > sizes[1]


def test_one_exchange_for_every_refuted_property_and_what_counts_comes_first() -> None:
    report = checked(
        verdict("drained", 2, "own", "proved"), verdict("drained", 1, "context", "refuted"),
        verdict("drained", 0, "context", "refuted"), verdict("no-old-segment", 2, "own", "refuted"),
        verdict("no-old-segment", 3, "context", "refuted"),
    )  # fmt: skip
    found = [(e.trace.property, e.time_wait, e.counts) for e in exchanges_of(report)]
    assert found == [("drained", 1, False), ("no-old-segment", 2, True)]


def test_what_is_missing_is_said() -> None:
    report = checked(verdict("drained", 2, "own", "unknown"), interrupted=True)
    without = "The run was interrupted before."
    text = report_page(Reported(load("textbook"), report, (), None, without, interrupted=True), PROVENANCE)
    assert "The run was interrupted: what this page does not show was not looked at." in text
    assert f"No region. {without}" in text
    assert "Interrupted; known by then" in text
    assert 'id="exchanges"' not in text


def test_command_versions_and_hashes_are_there() -> None:
    text = page("too-short")
    assert html.unescape(text).count("tcpverify report 'a b' -o x.html") == 1
    assert sha256(trace("too-short").dumps().encode()).hexdigest() in text


@pytest.mark.parametrize(
    "scope",
    [
        Scope(),
        Scope(losses=0, duplicates=UNLIMITED, retransmissions=UNLIMITED, data=1),
        *(Scope(sequence=regime) for regime in REGIMES),
        *(Scope(reopen=who, start=start) for who in REOPEN for start in STARTS),
        Scope(calls=CALLS, reordering=False, delay=False, retransmissions=0),
    ],
)
def test_every_bound_of_a_scope_is_put_in_words(scope: Scope) -> None:
    said = dict(assumptions.scope_in_words(scope))
    assert len(said) == len(scope.as_json()) - 1, "whether time may pass stands among the durations"
    assert all(text.endswith(".") for text in said.values())
    other = replace(scope, losses=scope.losses + 1, data=scope.data + 1, reordering=not scope.reordering,
                    duplicates=0 if scope.duplicates else 2)  # fmt: skip
    changed = dict(assumptions.scope_in_words(other))
    assert {n for n in said if said[n] != changed[n]} == {"losses", "duplicates", "data", "order"}


def test_a_clause_leads_to_its_section_and_nowhere_else() -> None:
    assert 'href="https://www.rfc-editor.org/rfc/rfc9293#section-3.10.7.4"' in cited("RFC 9293 §3.10.7.4, step 5")
    assert cited("the <b>textbook</b>") == "the &lt;b&gt;textbook&lt;/b&gt;"
    assert '"><img' not in cited('RFC 1 §2"><img>')
