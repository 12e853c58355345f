"""The answer of `why` for a person and for machines: sets of powers, remedies, assumptions, and what follows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from tcpverify.tcp.powers import POWERS
from tcpverify.tcp.properties import find
from tcpverify.views.documents import result_document
from tcpverify.views.quantities import BARE, Unit, multiple, plural
from tcpverify.views.settings import durations_text, scope_text
from tcpverify.views.styled import Line, Span, columns, line, wrapped
from tcpverify.views.verdicts import evidence
from tcpverify.workflow.reasons import Lifted, WhyReport
from tcpverify.workflow.results import PROVED, REFUTED, UNKNOWN, Verdict

__all__ = ["WHY_SCHEMA", "ladder_caption", "why_conclusion", "why_document", "why_lines"]

WHY_SCHEMA = "tcpverify.why/1"
_STYLES = {PROVED: "good", REFUTED: "bad", UNKNOWN: "warn"}


def why_lines(report: WhyReport, width: int, unit: Unit = BARE, title: str = "") -> list[Line]:
    """Everything but the ladder and the conclusion."""
    found = wrapped(f"{report.model}: {title or report.title}", width, "title", indent="  ")
    durations = durations_text(report.parameters, unit, report.request.scope.delay)
    found += wrapped(durations + ".", width, "", "  ", "  ")
    found += wrapped(f"Scope: {scope_text(report.request.scope)}.", width, "dim", "  ", "  ")
    found += _verdict(report, width, unit)
    if report.verdict.verdict == REFUTED:
        found += _powers(report, width)
        found += _remedies(report, width)
    elif report.verdict.verdict == PROVED:
        found += _assumptions(report, width, unit)
    return found


def _verdict(report: WhyReport, width: int, unit: Unit) -> list[Line]:
    verdict = report.verdict
    own = ", the model's own" if verdict.role == "own" else ""
    size = multiple(verdict.time_wait, report.parameters["MSL"])
    head = f"{report.property} at TIME-WAIT = {unit.show(verdict.time_wait)} ({size}{own}): "
    word = "vacuous" if verdict.vacuous else verdict.verdict
    style = "warn" if verdict.vacuous else _STYLES[verdict.verdict]
    found = [(), line(Span(head, "head"), Span(word, style))]
    said = [text for text in (evidence(verdict), verdict.reason) if text]
    return found + [row for text in said for row in wrapped(f"{text}.", width, "dim", "  ", "  ")]


# ------------------------------------------------------------ refuted: powers and remedies


def _powers(report: WhyReport, width: int) -> list[Line]:
    found: list[Line] = [(), line(Span("Which powers break it", "head"))]
    if any(not b.powers for b in report.breaking):
        steps = plural(_steps(report.breaking[0].verdict), "step")
        found += wrapped(f"None: it is refuted, in {steps}, when all are taken away.", width, "", "  ", "    ")
        return found
    if report.breaking:
        text = "Each of these sets refutes it, all other powers taken away. Take one more away, and it is proved."
        found += wrapped(text, width, "", "  ", "  ")
        rows = [
            [Span(_and(b.powers)), Span(str(_steps(b.verdict))), Span("" if b.minimal else "*")]
            for b in report.breaking
        ]
        found += columns(["powers", "steps", ""], rows, right=[1])
        if not all(b.minimal for b in report.breaking):
            text = "* whether it is proved with one of these less is undecided."
            found += wrapped(text, width, "warn", "  ", "    ")
    used = [p for p in report.powers if any(p in b.powers for b in report.breaking)]
    if used:
        found += [(), *columns(["", ""], [[Span(p), Span(POWERS[p], "dim")] for p in used]), ()]
    if report.idle and report.breaking:
        found += wrapped(f"In none of them: {_and(report.idle)}.", width, "", "  ", "    ")
    if report.enough and report.complete:
        ways = "; or ".join(f"without {_and(powers)}" for powers in report.enough)
        found += wrapped(f"With all other powers left it is proved {ways}.", width, "", "  ", "    ")
    if report.undecided:
        sets = "; ".join(_and(powers) for powers in report.undecided)
        text = f"Undecided within the limit on states: {sets}. Other sets that contain one of these may be missing."
        found += wrapped(text, width, "warn", "  ", "    ")
    if not report.complete and not report.halted:
        found += wrapped("Other sets may be missing.", width, "warn", "  ", "    ")
    return found


def _remedies(report: WhyReport, width: int) -> list[Line]:
    if not report.remedies:
        return []
    found: list[Line] = [(), line(Span("What repairs it", "head"))]
    tried = [(r, r.verdict) for r in report.remedies if r.verdict is not None]
    rows = []
    for remedy, verdict in tried:
        regime = "" if remedy.sequence == report.request.scope.sequence else f"--sequence {remedy.sequence}"
        words = [*(f"+{a}" for a in remedy.amendments), *([regime] if regime else [])]
        rows.append([Span(" ".join(words)), *_cells(verdict)])
    if rows:
        found += columns(["with", "verdict", "evidence"], rows)
    found += _notes([(row[0].text, verdict) for row, (_, verdict) in zip(rows, tried, strict=True)], width)
    for remedy in report.remedies:
        if remedy.verdict is None and remedy.note:
            text = f"Not tried: {_and(remedy.amendments)}: {remedy.note.split(';')[0]}."
            found += wrapped(text, width, "dim", "  ", "    ")
    idle = [a for r in report.remedies if r.verdict is None and not r.note for a in r.amendments]
    if idle:
        text = f"Not tried, since the run that refutes it uses no rule that they change: {', '.join(idle)}."
        found += wrapped(text, width, "dim", "  ", "    ")
    best = report.repairs
    if best:
        fewest = min(len(r.amendments) for r in best)
        names = [" with ".join(r.amendments) or "ISNs from a clock" for r in best if len(r.amendments) == fewest]
        found += wrapped(f"Smallest repair: {' or '.join(names)}.", width, "good", "  ", "    ")
    elif not report.halted:
        pairs = " or in pairs" if any(len(r.amendments) > 1 for r in report.remedies) else ""
        found += wrapped(f"No shipped amendment repairs it, alone{pairs}.", width, "", "  ", "    ")
    what = "how long it must be, if any is long enough"
    return found + _hint(report, "A longer TIME-WAIT is no amendment", what, width)


def _hint(report: WhyReport, head: str, what: str, width: int) -> list[Line]:
    """That another command derives durations, for properties of which it can."""
    if not find(report.property).watched:
        return []
    text = f"{head}: `tcpverify bound {report.model} --property {report.property}` derives {what}."
    return wrapped(text, width, "dim", "  ", "    ")


def _cells(verdict: Verdict) -> list[Span]:
    """The verdict of a trial and, in a few words, what it rests on."""
    word = Span("vacuous", "warn") if verdict.vacuous else Span(verdict.verdict, _STYLES[verdict.verdict])
    a = verdict.assurance
    if verdict.trace is not None:
        said = plural(len(verdict.trace.steps), "step")
    elif verdict.verdict == PROVED and a.method == "rules":
        said = plural(a.obligations, "rule")
    elif verdict.verdict == PROVED:
        said = plural(a.obligations, "obligation") if a.obligations else plural(a.states, "state")
    else:
        said = f"open after {plural(a.states, 'state')}"
    return [word, Span(said, "dim")]


def _notes(said: Iterable[tuple[str, Verdict]], width: int) -> list[Line]:
    """What trials left undecided for another reason than their number of states."""
    return [
        row
        for about, verdict in said
        if verdict.verdict == UNKNOWN and not verdict.reason.startswith("undecided within")
        for row in wrapped(f"{about}: {verdict.reason}.", width, "warn", "  ", "    ")
    ]


def _steps(verdict: Verdict) -> int:
    return len(verdict.trace.steps) if verdict.trace is not None else 0


def _and(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def ladder_caption(report: WhyReport, width: int) -> list[Line]:
    """What the ladder is a run of: the fewest powers, which may take more steps than the scope that was asked about."""
    best = report.smallest
    if best is None:
        return []
    left = _and(best.powers) or "none of these powers"
    are = "is" if len(best.powers) < 2 else "are"
    text = f"A run with the fewest powers: of all that the scope gives, {left} {are} left."
    mine, asked = _steps(best.verdict), _steps(report.verdict)
    if asked and mine != asked:
        trace = best.verdict.trace
        sure = ", the fewest in that scope" if trace is not None and trace.shortest else ""
        text += f" It takes {plural(mine, 'step')}{sure}; with all powers {asked} are enough."
    return wrapped(text, width)


# ------------------------------------------------------------ proved: assumptions


def _assumptions(report: WhyReport, width: int, unit: Unit) -> list[Line]:
    if not report.lifted:
        return []
    found: list[Line] = [(), line(Span("Which assumptions carry the proof", "head"))]
    text = "Each is given up by itself, all others kept; the option is that of `tcpverify check`."
    found += wrapped(text, width, "", "  ", "  ")
    rows, notes, answers = [], [], dict[str, list[Lifted]]()
    for trial in report.lifted:
        said, option = _assumed(trial, report, unit), _option(trial, report, unit)
        rows.append([Span("" if said in answers else said), Span(option), *_cells(trial.verdict)])
        notes.append((option, trial.verdict))
        answers.setdefault(said, []).append(trial)
    found += columns(["assumed", "instead", "verdict", "evidence"], rows)
    found += _notes(notes, width)
    for head, answer, style in (
        ("Carried by", REFUTED, ""), ("Not needed", PROVED, "good"), ("Undecided", UNKNOWN, "warn"),
    ):  # fmt: skip
        names = []
        for said, trials in answers.items():
            *earlier, last = trials
            if last.verdict.verdict != answer:
                continue
            if answer == PROVED and isinstance(last.after, int) and not isinstance(last.after, bool):
                said += f" (as far as {_option(last, report, unit)})"
            elif earlier and answer != PROVED:
                said += f" ({_option(earlier[-1], report, unit)} is proved)"
            names.append(said)
        if names:
            found += wrapped(f"{head}: {'; '.join(names)}.", width, style, "  ", "    ")
    return found + _hint(report, "Other durations are samples", "the exact condition", width)


_CALLS = {
    "open": "nobody opens again",
    "close": "no simultaneous close",
    "cancel": "nobody closes while opening",
    "abort": "nobody aborts",
}


def _added(before: object, after: object) -> str:
    """The call that a trial adds."""
    assert isinstance(before, tuple) and isinstance(after, tuple)
    return next(str(call) for call in after if call not in before)


def _assumed(trial: Lifted, report: WhyReport, unit: Unit) -> str:
    """What was assumed, in words."""
    before = trial.before
    if isinstance(before, Fraction):
        return f"{trial.name} = {unit.show(before)} ({multiple(before, report.parameters['MSL'])})"
    counted = {"losses": "loss", "duplicates": "duplicate", "retransmissions": "retransmission"}
    if trial.name in counted and isinstance(before, int):
        return f"{'at most ' if before else ''}{plural(before, counted[trial.name])}"
    if trial.name == "calls":
        return _CALLS[_added(before, trial.after)]
    if trial.name == "data" and isinstance(before, int):
        return f"at most {plural(before, 'octet')} written" if before else "no data"
    return {
        "reordering": "segments arrive in the order sent",
        "delay": "no time passes under way",
        "reopen": f"only the {before} closer opens again",
        "start": "openings are not disturbed",
        "incarnations": f"{before} incarnations alive at once",
        "sequence": "ISNs from a clock" if before == "clock" else "segments carry timestamps",
    }[trial.name]


def _option(trial: Lifted, report: WhyReport, unit: Unit) -> str:
    """The option of `check` that gives it up."""
    after = trial.after
    if isinstance(after, Fraction):
        low, high = report.parameters["RTO_MIN"], report.parameters["RTO_MAX"]
        rto = {"RTO_MAX": (low, after), "RTO_MIN": (after, high)}.get(trial.name)
        if rto is not None:
            return f"--rto {unit.show(rto[0])}..{unit.show(rto[1])}"
        return f"--{trial.name.lower().replace('_', '-')} {unit.show(after)}"
    if isinstance(after, bool):
        return f"--{trial.name}"
    return f"--{trial.name} {','.join(after) if isinstance(after, tuple) else after}"


# ------------------------------------------------------------ in the end


def why_conclusion(report: WhyReport, width: int, unit: Unit = BARE) -> list[Line]:
    """The last line, which says what the exit status says, and whether anything is missing."""
    found: list[Line] = [()]
    if report.halted:
        text = f"Cut short: {report.halted}. What is shown was decided before; the rest was not tried."
        found += wrapped(text, width, "warn")
    spent = f" ({plural(report.runs, 'run')}, {report.seconds:.1f} s)"
    verdict = report.verdict
    at = f"At TIME-WAIT = {unit.show(verdict.time_wait)}, within this scope, {report.property} is "
    if verdict.verdict == REFUTED:
        best = report.smallest
        takes = f"; it takes no more than {_and(best.powers) or 'calls and timers'}" if best is not None else ""
        return found + wrapped(f"{at}refuted{takes}.{spent}", width, "bad")
    if verdict.verdict == PROVED:
        vacuous = ", but vacuously" if verdict.vacuous else ""
        return found + wrapped(f"{at}proved{vacuous}.{spent}", width, "warn" if vacuous else "good")
    return found + wrapped(f"{at}unknown.{spent}", width, "warn")


# ------------------------------------------------------------ for machines


def why_document(report: WhyReport) -> dict[str, Any]:
    """The document of schema `WHY_SCHEMA`."""
    return {
        "schema": WHY_SCHEMA,
        "model": report.model,
        "property": report.property,
        "parameters": {n: str(v) for n, v in report.parameters.items()},
        "scope": report.request.scope.as_json(),
        "result": result_document(report.verdict),
        "powers": list(report.powers),
        "breaking": [
            {"powers": list(b.powers), "minimal": b.minimal, "result": result_document(b.verdict)}
            for b in report.breaking
        ],
        "proved_without": _lists(report.enough),
        "undecided": _lists(report.undecided),
        "complete": report.complete,
        "remedies": [
            {
                "amendments": list(r.amendments), "model": r.model, "sequence": r.sequence, "repairs": r.repairs,
                "result": result_document(r.verdict) if r.verdict is not None else None, "note": r.note,
            }
            for r in report.remedies
        ],
        "lifted": [
            {
                "name": t.name, "before": _json(t.before), "after": _json(t.after),
                "result": result_document(t.verdict),
            }
            for t in report.lifted
        ],
        "halted": report.halted,
        "interrupted": report.interrupted,
        "exit_status": report.exit_status,
        "runs": report.runs,
        "seconds": round(report.seconds, 3),
    }  # fmt: skip


def _lists(sets: Iterable[Sequence[str]]) -> list[list[str]]:
    return [list(one) for one in sets]


def _json(value: object) -> object:
    if isinstance(value, Fraction):
        return str(value)
    return list(value) if isinstance(value, tuple) else value
