"""Whole answers as lines, put together from their parts as the commands print them."""

from __future__ import annotations

from collections.abc import Mapping

from tcpverify.views import bound as bounds
from tcpverify.views import claims as sayings
from tcpverify.views import verdicts
from tcpverify.views.compare import answers_lines, compare_conclusion, rules_lines, turning_lines
from tcpverify.views.cost import cost_lines
from tcpverify.views.ladder import ladder
from tcpverify.views.quantities import BARE, Unit
from tcpverify.views.raster import text_plot
from tcpverify.views.reasons import ladder_caption, why_conclusion, why_lines
from tcpverify.views.styled import Glyphs, Line, line, wrapped
from tcpverify.workflow.claims.outcomes import ClaimsReport
from tcpverify.workflow.comparison import CompareReport
from tcpverify.workflow.derived import BoundReport
from tcpverify.workflow.prices import CostReport
from tcpverify.workflow.reasons import WhyReport
from tcpverify.workflow.results import CheckReport

__all__ = ["bound_answer", "check_answer", "claims_answer", "compare_answer", "cost_answer", "why_answer"]


def check_answer(
    report: CheckReport, title: str, width: int, glyphs: Glyphs, unit: Unit = BARE, verbose: bool = False,
) -> list[Line]:  # fmt: skip
    """Verdicts, context, what qualifies them, the ladder of the first refutation, the conclusion."""
    lines = verdicts.preface(report, width, unit, title)
    lines += verdicts.verdict_tables(report, width, unit)
    lines += verdicts.sweep_table(report, width, unit)
    lines += verdicts.qualifications(report, width, verbose)
    shown = report.first_refutation()
    if shown is not None and shown.trace is not None:
        lines.append(())
        if not shown.counts:
            lines += wrapped("As context, what goes wrong at the longest duration that is refuted:", width)
        lines += ladder(shown.trace, width=width, glyphs=glyphs, unit=unit, verbose=verbose)
    return [*lines, *verdicts.conclusion(report, width, unit)]


def bound_answer(
    report: BoundReport, title: str, width: int, glyphs: Glyphs, unit: Unit = BARE, verbose: bool = False,
    axes: tuple[str, str] | None = None,
) -> list[Line]:  # fmt: skip
    """The region, drawn over ``axes`` if they are given, the ladders outside of it, and how exact it is."""
    lines = bounds.answer(report, width, unit, title)
    if axes is not None:
        lines += [(), *text_plot(report, width, glyphs, *axes)]
    lines += bounds.ladders(report, width, glyphs, verbose)
    said = f"{'Interrupted; known by then. ' if report.interrupted else ''}{report.status} ({report.seconds:.1f} s)"
    return [*lines, (), *wrapped(said, width, "dim")]


def why_answer(
    report: WhyReport, title: str, width: int, glyphs: Glyphs, unit: Unit = BARE, verbose: bool = False,
) -> list[Line]:  # fmt: skip
    """The reasons, the ladder of the smallest set of powers, the conclusion."""
    lines = why_lines(report, width, unit, title)
    best = report.smallest
    # Cut short before any set was found, what was asked about is still worth a picture.
    shown = best.verdict.trace if best is not None else report.verdict.trace
    if shown is not None:
        lines += [(), *ladder_caption(report, width)]
        lines += ladder(shown, width=width, glyphs=glyphs, unit=unit, verbose=verbose)
    return [*lines, *why_conclusion(report, width, unit)]


def compare_answer(
    report: CompareReport, titles: Mapping[str, str], width: int, glyphs: Glyphs, unit: Unit = BARE,
    verbose: bool = False,
) -> list[Line]:  # fmt: skip
    """Rules, verdicts and bounds side by side, the runs that part them, the conclusion."""
    lines = rules_lines(report, width, verbose, dict(titles))
    lines += answers_lines(report, width, unit)
    lines += turning_lines(report, width, glyphs, unit, verbose)
    return [*lines, *compare_conclusion(report, width)]


def cost_answer(report: CostReport, width: int, chart: list[Line] | None = None) -> list[Line]:
    """The prices, a chart of them if there is one, and how many bounds are exact."""
    lines = cost_lines(report, width)
    if chart is not None:
        lines += [(), *chart]
    exact = sum(row.exact for row in report.models)
    said = f"{'Interrupted; known by then. ' if report.interrupted else ''}{exact} of {len(report.models)} bounds exact"
    return [*lines, (), *wrapped(f"{said} ({report.seconds:.1f} s)", width, "dim")]


def claims_answer(
    report: ClaimsReport, width: int, glyphs: Glyphs, lang: str = "en", ladders: bool = False, verbose: bool = False,
) -> list[Line]:  # fmt: skip
    """The sayings, the runs that speak against them if they are asked for, the conclusion."""
    lines = sayings.claims_lines(report, width, lang)
    if ladders:
        for answer in report.answers:
            drawn = sayings.ladder_of(answer, width, glyphs, lang, verbose)
            if drawn and len(report.answers) > 1:
                lines += [(), line(f"{answer.claim.id}")]
            lines += drawn
    else:
        chinese, english = "显示第 6 条的反例。", "shows the run behind claim 6."
        lines += [(), line(f"`tcpverify claims 6` {chinese if lang == 'zh' else english}")]
    return [*lines, *sayings.claims_conclusion(report, width, lang)]
