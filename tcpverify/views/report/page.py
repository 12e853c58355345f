"""The page of `report`: one HTML file with everything in it, which asks nobody for anything.

Whatever comes from a model, a trace or the command line reaches the page through templates that escape it, as JSON in
which no character can end an element, or through the writers of SVG and DOT, which escape it themselves.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import asdict
from fractions import Fraction
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tcpverify.errors import UsageError
from tcpverify.tcp.scope import Scope
from tcpverify.views import bound as region_words
from tcpverify.views.laddersvg import ladder_svg
from tcpverify.views.machine import machine_dot
from tcpverify.views.model import described
from tcpverify.views.plot import plot
from tcpverify.views.quantities import BARE, Unit, multiple
from tcpverify.views.reachable import reachable_parts
from tcpverify.views.report import assumptions, verdicts
from tcpverify.views.report.compact import compact
from tcpverify.views.report.embed import asset, embedded, graphviz_module, policy
from tcpverify.views.report.moments import moments
from tcpverify.views.report.provenance import Provenance, fingerprints
from tcpverify.views.report.rulebook import cited, rulebook
from tcpverify.views.story import closing, heading
from tcpverify.views.svg import clean
from tcpverify.workflow.derived import BoundReport
from tcpverify.workflow.machine import machine_graph
from tcpverify.workflow.quotient import levels
from tcpverify.workflow.reported import Exchange, Reported

__all__ = ["report_page"]

_SCRIPTS = ("drawing.js", "player.js", "graph.js", "rules.js")
#: nodes that an expanded group shows: as many as leave the page within so many octets
_MEMBERS, _MOST = (12, 8, 5, 3, 2), 2_900_000


def report_page(reported: Reported, provenance: Provenance, unit: Unit = BARE) -> str:
    """The text of the page."""
    scripts = [Markup(graphviz_module()), Markup("".join(asset(name) for name in _SCRIPTS))]
    template = _templates().get_template("report.html")
    data, content = _content(reported, unit)
    hashes = list(fingerprints(reported, unit))
    page = ""
    for members in _MEMBERS:
        parts = reachable_parts(levels(reported.graph, members=members)) if reported.graph is not None else None
        page = template.render(
            **content,
            data=embedded({**data, "graph": parts}),
            groups=parts["groups"] if parts else [],
            more_lines=parts["more"] if parts else 0,
            command=shlex.join(provenance.command),
            versions=provenance.versions,
            fingerprints=hashes,
            style=Markup(asset("report.css")),
            scripts=scripts,
            policy=policy(*scripts),
        )
        if parts is None or len(page.encode()) <= _MOST:
            break
    return page


def _templates() -> Environment:
    def said(value: Any) -> Any:
        # Not every character that a file name may have can be shown.
        return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    found = Environment(
        loader=PackageLoader("tcpverify.views.report"), autoescape=True, undefined=StrictUndefined, finalize=said,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    found.filters["cited"] = cited
    return found


def _content(reported: Reported, unit: Unit) -> tuple[dict[str, Any], dict[str, Any]]:
    """What scripts are given, and what the templates show, without what depends on the size of the page."""
    check, model = reported.check, reported.model
    exchanges = [_exchange(n, e, reported, unit) for n, e in enumerate(reported.exchanges, 1)]
    silent = None if check is None else frozenset(check.silent_rules)
    used = frozenset(m["rule"] for e in exchanges for m in e["moments"])
    rules = rulebook(model, silent, used)
    places = {rule["name"]: rule["id"] for rule in rules}
    for exchange in exchanges:
        for moment in exchange["moments"]:
            moment["place"] = places.get(moment["rule"], "")
    machine = machine_graph(model)
    data = {
        "exchanges": [{k: e[k] for k in ("id", "property", "moments", "trace")} for e in exchanges],
        "machine": {"dot": machine_dot(machine), "states": list(machine), "small": compact(machine, used)},
    }
    return data, {
        "model": model.name,
        "title": described(model),
        "source": model.table.source,
        "amendments": model.table.amendments,
        "interrupted": reported.interrupted,
        "answers": verdicts.answers(check, unit) if check else [],
        "sweep": verdicts.sweep(check, unit) if check else None,
        "qualified": verdicts.qualified(check) if check else [],
        "conclusion": verdicts.conclusion(check, unit) if check else "",
        "exchanges": exchanges,
        "region": _region(reported.region, unit) if reported.region else None,
        "without_region": reported.without_region,
        "graph": reported.graph.graph if reported.graph is not None else None,
        "wait": unit.show(Fraction(reported.graph.graph["time_wait"])) if reported.graph is not None else "",
        "without_graph": reported.without_graph,
        "assumptions": _assumptions(reported, unit),
        "rules": rules,
        "states": model.table.states,
    }  # fmt: skip


def _exchange(number: int, exchange: Exchange, reported: Reported, unit: Unit) -> dict[str, Any]:
    trace, model = exchange.trace, reported.model
    wait = f"{unit.show(exchange.time_wait)} ({multiple(exchange.time_wait, trace.parameters['MSL'])})"
    return {
        "id": f"exchange-{number}",
        "property": trace.property,
        "head": f"{trace.property} fails at TIME-WAIT = {wait}" if trace.property else f"A run at TIME-WAIT = {wait}",
        "counts": exchange.counts,
        "heading": heading(trace, described(model), unit) if trace.property else "",
        "closing": closing(trace, unit) if trace.property else [],
        "svg": Markup(ladder_svg(trace, described(model), unit=unit, words=False)),
        "moments": [asdict(m) for m in moments(trace, model.table, unit)],
        "trace": trace.to_json(),
    }


def _region(report: BoundReport, unit: Unit) -> dict[str, Any]:
    try:
        picture = Markup(plot(report))
    except UsageError as error:
        picture = None
        without = str(error)
    else:
        without = ""
    lines = ["".join(s.text for s in line) for line in region_words.answer(report, verdicts.ENDLESS, unit)]
    return {
        "property": report.request.property,
        "status": report.status,
        "words": lines[2:],
        "svg": picture,
        "without": without,
    }


def _assumptions(reported: Reported, unit: Unit) -> list[tuple[str, list[assumptions.Said]]]:
    """Headed lists of terms, each with what is said of it."""
    scope: Scope
    parameters: Mapping[str, Any]
    if reported.check is not None:
        scope, parameters = reported.check.request.scope, reported.check.parameters
    else:
        first = reported.exchanges[0].trace
        scope, parameters = first.scope, first.parameters
    return [
        ("Durations", assumptions.durations_in_words(parameters, scope, unit)),
        ("Scope", list(assumptions.scope_in_words(scope))),
        ("In every model", assumptions.taken_for_granted()),
    ]
