"""The answer of `check` for a person: verdict tables, the sweep, and what qualifies a green result."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from tcpverify.tcp.properties import PREMISES
from tcpverify.views.quantities import BARE, Unit, multiple, plural
from tcpverify.views.settings import durations_text, scope_text
from tcpverify.views.styled import Line, Span, columns, line, wrapped
from tcpverify.workflow.results import PROVED, REFUTED, UNKNOWN, CheckReport, Verdict

__all__ = ["conclusion", "evidence", "preface", "qualifications", "sweep_table", "verdict_tables"]

_STYLES = {PROVED: "good", REFUTED: "bad", UNKNOWN: "warn"}
_SIGNS = {PROVED: Span("✓", "good"), REFUTED: Span("✗", "bad"), UNKNOWN: Span("?", "warn")}
_FEW = 5


def preface(report: CheckReport, width: int, unit: Unit = BARE, title: str = "") -> list[Line]:
    """Which machine, which durations, which scope: everything that a verdict depends on."""
    found = wrapped(f"{report.model}: {title or report.title}", width, "title", indent="  ")
    found += wrapped(durations_text(report.parameters, unit, report.request.scope.delay) + ".", width, "", "  ", "  ")
    found += wrapped(f"Scope: {scope_text(report.request.scope)}.", width, "dim", "  ", "  ")
    for name, value in report.overridden.items():
        so = ", so segments carry no timestamps" if value == "timestamps" else ""
        asked = getattr(report.request.scope, name)
        text = f"{report.model} brings {name} = {value} with it, but you ask for {asked}{so}."
        found += wrapped(text, width, "warn", "  ", "    ")
    return found


def evidence(verdict: Verdict) -> str:
    """Why to believe it: who found it, and who confirmed it without them."""
    by = ", ".join(verdict.assurance.rechecked_by)
    if verdict.verdict == PROVED:
        count = verdict.assurance.obligations
        if verdict.assurance.method == "rules":
            return f"none of {plural(count, 'rule')} can break it; re-checked by {by}"
        if count and not by:
            return "no such run in the state graph; states re-checked by z3"
        what = f"invariant, {plural(count, 'obligation')};" if count else "reachable states exhausted;"
        return f"{what} re-checked by {by}" if by else what.rstrip(";")
    if verdict.trace is not None:
        steps = plural(len(verdict.trace.steps), "step")
        what = f"{'shortest ' if verdict.trace.shortest else ''}trace, {steps}"
        return f"{what}; re-checked by {by}" if by else what
    return ""


def within(report: CheckReport) -> str:
    """What a statement about all that happened is about."""
    return "in this scope" if report.complete else "in what was explored"


def _word(verdict: Verdict) -> Span:
    if verdict.vacuous:
        return Span("vacuous", "warn")
    return Span(verdict.verdict, _STYLES[verdict.verdict])


def verdict_tables(report: CheckReport, width: int, unit: Unit = BARE) -> list[Line]:
    """One table for every duration that counts, each with the notes on its verdicts."""
    found: list[Line] = []
    for duration, role in dict.fromkeys((v.time_wait, v.role) for v in report.verdicts if v.counts):
        verdicts = [v for v in report.verdicts if v.counts and v.time_wait == duration]
        found += [(), *_head(report, verdicts, role, unit)]
        found += _table(verdicts)
        found += _notes(verdicts, width)
    return found


def _head(report: CheckReport, verdicts: Sequence[Verdict], role: str, unit: Unit) -> list[Line]:
    duration = verdicts[0].time_wait
    own = ", the model's own" if role == "own" else ""
    size = multiple(duration, report.parameters["MSL"])
    head = line(Span(f"TIME-WAIT = {unit.show(duration)} ({size}{own})", "head"))
    if not _one_run(verdicts):
        return [head]
    a = verdicts[0].assurance
    run = f"  {a.states} states, {a.transitions} transitions, depth {a.depth}; {a.method}"
    return [head, line(Span(run, "dim"))]


def _one_run(verdicts: Sequence[Verdict]) -> bool:
    """Whether one exploration gave all verdicts, so that its numbers need to be said only once."""
    return len({(v.assurance.method, v.assurance.states, v.assurance.transitions) for v in verdicts}) == 1


def _table(verdicts: Sequence[Verdict]) -> list[Line]:
    heads, rows, right = ["property", "verdict"], [[Span(v.property), _word(v)] for v in verdicts], []
    if not _one_run(verdicts):
        heads += ["states", "transitions"]
        right = [2, 3]
        for row, v in zip(rows, verdicts, strict=True):
            row += [Span(str(v.assurance.states)), Span(str(v.assurance.transitions))]
    for row, v in zip(rows, verdicts, strict=True):
        row.append(Span(evidence(v), "dim"))
    return columns([*heads, "evidence"], rows, right)


def _notes(verdicts: Sequence[Verdict], width: int) -> list[Line]:
    """What verdicts have to say for themselves; equal words are said once."""
    said: dict[str, list[str]] = {}
    for verdict in verdicts:
        if verdict.reason:
            said.setdefault(verdict.reason, []).append(verdict.property)
    return [row for reason, names in said.items() for row in _note(f"{', '.join(names)}: {reason}.", width)]


def _note(text: str, width: int) -> list[Line]:
    return wrapped(text, width, "warn", "  ", "    ")


def sweep_table(report: CheckReport, width: int, unit: Unit = BARE) -> list[Line]:
    """The same properties at other durations; the model's own stands among them, marked."""
    context = [v for v in report.verdicts if v.role == "context"]
    if not context:
        return []
    shown = {(v.property, v.time_wait): v for v in report.verdicts}
    durations = sorted({time for _, time in shown})
    own = {v.time_wait for v in report.verdicts if v.role == "own"}
    names = dict.fromkeys(v.property for v in report.verdicts)

    def cell(name: str, duration: Fraction) -> Span:
        verdict = shown.get((name, duration))
        if verdict is None:
            return Span("")
        return Span("(✓)", "warn") if verdict.vacuous else _SIGNS[verdict.verdict]

    heads = ("TIME-WAIT =", *(unit.show(d) + ("*" if d in own else "") for d in durations))
    rows = [(Span(name), *(cell(name, d) for d in durations)) for name in names]
    legend = "✓ proved, ✗ refuted, ? not decided here, * the model's own; only that decides the exit status."
    title = line(Span("Other durations, as context", "head"))
    return [
        (),
        title,
        *columns(heads, rows, right=range(1, len(heads))),
        *wrapped(legend, width, "dim", "  ", "  "),
    ]


def qualifications(report: CheckReport, width: int, verbose: bool = False) -> list[Line]:
    """What a reader must know before relying on a green result: vacuity, silent rules, runs given up."""
    found: list[Line] = [()]
    missed = [PREMISES.get(name, name) for name, reached in report.premises.items() if not reached]
    if missed:
        found += _note(f"Never reached in this run: {_listed(missed)}.", width)
    elif report.premises:
        reached = _listed([PREMISES.get(name, name) for name in report.premises])
        found += wrapped(f"Not vacuous, since in some reachable state: {reached}.", width, "", "", "  ")
    if report.silent_rules:
        few = list(report.silent_rules) if verbose else list(report.silent_rules)[:_FEW]
        more = len(report.silent_rules) - len(few)
        rest = f" and {more} more (--verbose lists them)" if more else ""
        count = plural(len(report.silent_rules), "rule")
        found += wrapped(
            f"{count} of the table never fired {within(report)}: {', '.join(few)}{rest}.", width, "", "", "  "
        )
    if report.gave_up:
        text = (
            "Some runs were cut off where an end had used up its retransmissions; they refute nothing "
            "(--retransmissions raises the bound)."
        )
        found += wrapped(text, width, "", "", "  ")
    return found


def _listed(items: Iterable[str]) -> str:
    return "; ".join(items)


def conclusion(report: CheckReport, width: int, unit: Unit = BARE) -> list[Line]:
    """The last line: what the exit status says, in words."""
    mine = [v for v in report.verdicts if v.counts]

    def names(verdict: str) -> str:
        return ", ".join(dict.fromkeys(v.property for v in mine if v.verdict == verdict))

    refuted, undecided = names(REFUTED), names(UNKNOWN)
    vacuous = ", ".join(dict.fromkeys(v.property for v in mine if v.vacuous))
    said = [f"refuted {refuted}"] if refuted else []
    said += [f"unknown {undecided}"] if undecided else []
    if mine and not said:
        count = len({v.property for v in mine})
        said = ["the property is proved" if count == 1 else f"all {count} properties are proved"]
        said[0] += f", but vacuously: {vacuous}" if vacuous else ""
    durations = ", ".join(unit.show(d) for d in dict.fromkeys(v.time_wait for v in mine))
    seconds = f" ({report.seconds:.1f} s)" if report.seconds else ""
    first = "Interrupted; known by then: at" if report.interrupted else "At"
    text = f"{first} TIME-WAIT = {durations}, within this scope: {'; '.join(said)}.{seconds}"
    style = "bad" if refuted else "warn" if undecided or vacuous or report.interrupted else "good"
    return [(), *wrapped(text, width, style)]
