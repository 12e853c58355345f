"""The answer of `claims` for a person and for machines: a block for every saying, in English or Chinese."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any
from unicodedata import east_asian_width

from tcpverify.evidence.trace import Trace
from tcpverify.views.bound import cell, symbolic_unit
from tcpverify.views.ladder import ladder
from tcpverify.views.phrases import WORDS, asked_text, condition_of, models_text, outcome_text
from tcpverify.views.quantities import BARE, UNITS, Unit
from tcpverify.views.story import heading
from tcpverify.views.styled import Glyphs, Line, Span, line, wrapped
from tcpverify.workflow.claims.outcomes import NO, Answer, ClaimsReport, Outcome
from tcpverify.workflow.claims.statements import Statement

__all__ = ["CLAIMS_SCHEMA", "claims_conclusion", "claims_document", "claims_lines", "ladder_of"]

CLAIMS_SCHEMA = "tcpverify.claims/1"
_STYLES = {"yes": "good", "no": "bad", "conditional": "warn", "unknown": "warn"}
#: what must not begin a line
_CLOSING = "，。；：、）”？！,.;:)"
#: what must not end one
_OPENING = "（“("


def claims_lines(report: ClaimsReport, width: int, lang: str = "en") -> list[Line]:
    """The head of the table and a block for every saying."""
    zh = lang == "zh"
    title = "关于 TIME_WAIT 的说法，逐条判定" if zh else "Sayings about TIME_WAIT, each decided anew"
    found: list[Line] = [line(Span(title, "title"))]
    if report.amendment:
        text = f"每个模型都加上了 {report.amendment}" if zh else f"With {report.amendment} added to every model."
        found.append(line(Span(text, "dim")))
    heads = "编号  说法；结论：条件或理由；证据" if zh else "no.  saying; verdict: condition or reason; evidence"
    found += [(), line(Span(heads, "dim"))]
    for answer in report.answers:
        found += [(), *_block(answer, width, lang)]
    return found


def _block(answer: Answer, width: int, lang: str) -> list[Line]:
    word = getattr(WORDS[answer.holds], lang)
    first = f"{answer.claim.id:>3}  "
    rows = _filled(getattr(answer.claim.words, lang), width - len(first), lang)
    found: list[Line] = [line(Span(first, "head"), Span(rows[0], "head"))]
    found += [line("     ", Span(row, "head")) for row in rows[1:]]
    mark, condition = ("：" if lang == "zh" else ": "), condition_of(answer, lang)
    said = _filled(f"{word}{mark}{condition}", width - 5, lang)
    found.append(line("     ", Span(word, _STYLES[answer.holds]), said[0].removeprefix(word)))
    found += [line("     ", row) for row in said[1:]]
    for _, statement, outcome, _ in answer.statements():
        found += _evidence(statement, outcome, width, lang)
    return found


def _evidence(statement: Statement, outcome: Outcome, width: int, lang: str) -> list[Line]:
    mark, arrow = ("：", " → ") if lang == "zh" else (": ", " → ")
    setting = getattr(statement.setting, lang)
    text = f"{setting}{mark}{models_text(outcome, lang)}, {asked_text(statement, outcome, lang)}{arrow}"
    rows = _filled(text + outcome_text(statement, outcome, lang), width - 9, lang)
    return [line("       - " if not i else "         ", Span(row, "dim")) for i, row in enumerate(rows)]


def _wide(character: str) -> bool:
    return east_asian_width(character) in "WF"


def _filled(text: str, width: int, lang: str) -> list[str]:
    """The text in lines of so many columns; Chinese may break anywhere but before a closing sign."""
    if lang != "zh":
        return [row[0].text for row in wrapped(text, width)] or [""]
    pieces: list[str] = []
    for character in text:
        # A Latin word stays together, and so does a sign that closes what stands before it, or opens what follows.
        word = not (_wide(character) or character == " ")
        last = pieces[-1][-1] if pieces else " "
        if pieces and (character in _CLOSING or last in _OPENING or (word and not (_wide(last) or last == " "))):
            pieces[-1] += character
        else:
            pieces.append(character)
    rows, size = [""], 0
    for piece in pieces:
        long = sum(1 + _wide(c) for c in piece)
        if size + long > width and rows[-1]:
            rows.append("")
            size, piece = 0, piece.lstrip()
            long = sum(1 + _wide(c) for c in piece)
        rows[-1] += piece
        size += long
    return [row.rstrip() for row in rows]


# ------------------------------------------------------------ ladders


def ladder_of(answer: Answer, width: int, glyphs: Glyphs, lang: str = "en", verbose: bool = False) -> list[Line]:
    """The run that speaks against a saying, or failing that the first run of its evidence; empty: there is none."""
    with_runs = [row for row in answer.statements() if row[2].trace is not None]
    against = [row for row in with_runs if row[3] == NO] or with_runs
    # A run with numbers is easier to follow than one with expressions.
    against.sort(key=lambda row: row[2].bound is not None)
    if not against:
        return []
    _, statement, outcome, _ = against[0]
    assert outcome.trace is not None
    setting = getattr(statement.setting, lang)
    model = models_text(outcome, lang)
    head = f"{setting}（{model}）" if lang == "zh" else f"{setting[0].upper()}{setting[1:]} ({model})"
    head += f", {asked_text(statement, outcome, lang)} → {outcome_text(statement, outcome, lang)}"
    found: list[Line] = [(), *(line(Span(row, "head")) for row in _filled(head, width, lang))]
    unit = _unit(outcome)
    drawn = ladder(outcome.trace, width=width, glyphs=glyphs, unit=unit, verbose=verbose)
    return found + drawn[_heading_rows(outcome.trace, width, glyphs, unit) :]


def _heading_rows(trace: Trace, width: int, glyphs: Glyphs, unit: Unit) -> int:
    """How many lines a ladder spends on its heading, which speaks of a property that fails."""
    return len(wrapped(glyphs.words(heading(trace, "", unit)), width))


def _unit(outcome: Outcome) -> Unit:
    if outcome.bound is not None:
        return symbolic_unit(outcome.bound, outcome.bound.witnesses[0])
    return BARE if outcome.parameters["MSL"] == 1 else UNITS["s"]


def claims_conclusion(report: ClaimsReport, width: int, lang: str = "en") -> list[Line]:
    """The last lines: how many sayings are settled, how, and whether anything is missing."""
    zh, counts = lang == "zh", Counter(a.holds for a in report.answers)
    named = [(getattr(WORDS[word], lang), counts[word]) for word in WORDS if counts[word]]
    parts = [f"{word} {count}" if zh else f"{count} {word}" for word, count in named]
    found: list[Line] = [()]
    if report.halted:
        text = f"中途停止：{report.halted}" if zh else f"Cut short: {report.halted}. What is open is unknown."
        found += [line(Span(row, "warn")) for row in _filled(text, width, lang)]
    asked = f"，共判定 {report.asked} 个命题" if zh else f"; {report.asked} statements decided"
    ending = "。" if zh else "."
    text = f"{'、'.join(parts) if zh else ', '.join(parts)}{asked}{ending} ({report.seconds:.1f} s)"
    return [*found, *(line(row) for row in _filled(text, width, lang))]


# ------------------------------------------------------------ for machines


def claims_document(report: ClaimsReport) -> dict[str, Any]:
    """The document of schema `CLAIMS_SCHEMA`."""
    return {
        "schema": CLAIMS_SCHEMA,
        "claims": [_claim(answer) for answer in report.answers],
        "amendment": report.amendment,
        "asked": report.asked,
        "halted": report.halted,
        "interrupted": report.interrupted,
        "exit_status": report.exit_status,
        "seconds": round(report.seconds, 3),
    }


def _claim(answer: Answer) -> dict[str, Any]:
    claim = answer.claim
    return {
        "id": claim.id,
        "statement": claim.words.en,
        "statement_zh": claim.words.zh,
        "meaning": claim.meaning.en,
        "meaning_zh": claim.meaning.zh,
        "source": claim.source,
        "holds": answer.holds,
        "condition": condition_of(answer, "en"),
        "condition_zh": condition_of(answer, "zh"),
        "evidence": [_evidence_document(k, s, o, w) for k, s, o, w in answer.statements()],
    }


def _evidence_document(key: str, statement: Statement, outcome: Outcome, word: str) -> dict[str, Any]:
    # What was run: a model may bring choices with it that the statement does not make.
    scope, assurance = outcome.scope or getattr(statement, "scope", None), outcome.assurance
    trace: Mapping[str, Any] | None = outcome.trace.to_json() if outcome.trace is not None else None
    return {
        "key": key,
        "kind": statement.kind,
        "setting": statement.setting.en,
        "model": outcome.model,
        "property": getattr(statement, "property", None),
        "asked": asked_text(statement, outcome, "en"),
        "verdict": outcome.verdict,
        "says": word if word != "-" else None,
        "scope": scope.as_json() if scope is not None else None,
        "parameters": {n: str(v) for n, v in outcome.parameters.items()},
        "region": cell(outcome.bound) if outcome.bound is not None else None,
        "value": str(outcome.value) if outcome.value is not None else None,
        "names": list(outcome.names),
        "rechecked_by": list(assurance.rechecked_by) if assurance is not None else [],
        "reason": outcome.reason,
        "trace": trace,
        "seconds": round(outcome.seconds, 3),
    }
