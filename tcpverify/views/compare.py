"""The answer of `compare` for a person: rules side by side, verdicts and bounds in tables, where the other departs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tcpverify.evidence.departure import Departure
from tcpverify.lang.difference import Difference
from tcpverify.views.beside import answer_text, beside, event_text, rule_beside
from tcpverify.views.bound import cell
from tcpverify.views.conditions import expression_text
from tcpverify.views.cost import rate_text
from tcpverify.views.ladder import ladder
from tcpverify.views.quantities import BARE, Unit, plural
from tcpverify.views.settings import durations_text, scope_text
from tcpverify.views.styled import Glyphs, Line, Span, columns, line, wrapped
from tcpverify.workflow.comparison import (
    ADDED,
    ALIKE,
    MOVED,
    REMOVED,
    RENAMED,
    REWORDED,
    CompareReport,
    RulePair,
    RulesReport,
    Side,
    TurningPoint,
)
from tcpverify.workflow.derived import EXACT
from tcpverify.workflow.prices import OWN, PORTS, SHORTEST, WITHIN
from tcpverify.workflow.results import PROVED, REFUTED, UNKNOWN, Verdict

__all__ = ["answers_lines", "compare_conclusion", "rules_lines", "turning_lines"]

_STYLES = {PROVED: "good", REFUTED: "bad", UNKNOWN: "warn"}
#: so many rules are shown side by side, and so many events with each, unless all are asked for
_RULES, _EXAMPLES = 12, 2


# ------------------------------------------------------------ rules


def rules_lines(
    report: CompareReport, width: int, verbose: bool = False, titles: Mapping[str, str] | None = None
) -> list[Line]:
    """What is compared, and in which rules and settings the tables differ."""
    words = titles or report.words()
    found: list[Line] = []
    for side in report.sides:
        found += wrapped(f"{side.model}: {words[side.model]}", width, "title", indent="  ")
    for one in report.rules:
        found += [(), line(Span(f"Rules: {report.sides[0].model} and {one.model}", "head"))]
        found += _settings(report.sides[0].model, one, width)
        found += _rules(report.sides[0].model, one, width, verbose)
        found += _proof(one, width)
    return found


def _settings(first: str, one: RulesReport, width: int) -> list[Line]:
    rows = [(f"{s.kind} {s.name}", s.left or "-", s.right or "-") for s in one.settings]
    return beside((first, one.model), rows, width, "  ") if rows else []


def _rules(first: str, one: RulesReport, width: int, verbose: bool) -> list[Line]:
    heads, found = (first, one.model), list[Line]()
    shown: set[tuple[str | None, str | None]] = set()
    telling = [p for p in one.rules if p.behaves and not _yields(one, p)]
    for pair in telling if verbose else telling[:_RULES]:
        found += [(), _head(pair, one.model)]
        found += rule_beside(heads, pair.left, pair.right, width)
        events = [d for d in one.examples(pair.name) if (d.left, d.right) not in shown]
        for event in events if verbose else events[:_EXAMPLES]:
            shown.add((event.left, event.right))
            found += _example(heads, event, width)
    if len(telling) > _RULES and not verbose:
        rest = ", ".join(p.name for p in telling[_RULES:])
        found += [(), *wrapped(f"As well (--verbose shows them): {rest}.", width, "", "  ", "    ")]
    for head, names in (
        ("Do the same as before, but leave events to a rule that was added or take those of one that is gone",
         [p.name for p in one.rules if p.behaves and _yields(one, p)]),
        ("Written differently, same behaviour", [p.name for p in one.rules if not p.behaves and p.kind == ALIKE]),
        (f"Only in {one.model}, without any effect on behaviour",
         [p.name for p in one.rules if not p.behaves and p.kind == ADDED]),
        (f"Only in {first}, without any effect on behaviour",
         [p.name for p in one.rules if not p.behaves and p.kind == REMOVED]),
        ("Another name, same rule", [f"{p.name} ({p.right.name})" for p in one.rules
                                     if p.kind == RENAMED and p.right is not None]),
        ("Only the words differ", [p.name for p in one.rules if p.kind == REWORDED]),
    ):  # fmt: skip
        if names:
            found += [(), *wrapped(f"{head} ({len(names)}): {', '.join(names)}.", width, "", "  ", "    ")]
    return found


def _yields(one: RulesReport, pair: RulePair) -> bool:
    """Whether a rule does what it did, and only a rule that one table lacks makes the difference."""
    alone = {p.name for p in one.rules if p.kind in (ADDED, REMOVED)}
    others = {d.right if d.left == pair.name else d.left for d in one.examples(pair.name)}
    return pair.kind == MOVED and bool(others) and others <= alone


def _head(pair: RulePair, model: str) -> Line:
    rule = pair.left or pair.right
    event = f"  [{rule.event}]" if rule is not None else ""
    what = {ADDED: f"  only in {model}", REMOVED: f"  not in {model}"}.get(pair.kind, "")
    return line("  ", Span(pair.name, "head"), event, Span(what, "warn"))


def _example(heads: tuple[str, str], event: Difference, width: int) -> list[Line]:
    found = wrapped(f"For example in {event_text(event)}:", width, "", "    ", "      ")
    label = max(map(len, heads))
    for head, answer in zip(heads, event.answers, strict=True):
        found += wrapped(answer_text(answer, event.state), width, "", f"      {head.ljust(label)}  ", " " * (label + 8))
    tags = [", ".join(sorted(a.tags)) or "nothing" for a in event.answers]
    if "tags" in event.aspects and len(event.aspects) == 1:
        text = f"They differ in what the rules are marked with: {tags[0]}; {tags[1]}."
        found += wrapped(text, width, "", "      ", "        ")
    if not event.plain:
        text = "Only where a length exceeds 32 bits; no segment has such a one."
        found += wrapped(text, width, "warn", "      ", "        ")
    return found


def _proof(one: RulesReport, width: int) -> list[Line]:
    d = one.differences
    count = sum(p.behaves for p in one.rules)
    places = f"for all {d.places} pairs of state and event and all 32-bit values ({d.asked} questions to z3)"
    same = f"{plural(one.same, 'rule')} are word for word the same."
    if d.open:
        names = ", ".join(f"{left or '-'}/{right or '-'}" for _, _, left, right in d.open[:_RULES])
        text = f"{same} Not decided whether these behave alike: {names}{' …' if len(d.open) > _RULES else ''}."
        return [(), *wrapped(text, width, "warn", "  ", "    ")]
    if one.equal:
        return [(), *wrapped(f"{same} Proved: the two behave alike, {places}.", width, "good", "  ", "    ")]
    what = f"apart from {plural(count, 'rule')} the two behave alike" if count else "the rules behave alike"
    return [(), *wrapped(f"{same} Proved: {what}, {places}.", width, "good", "  ", "    ")]


# ------------------------------------------------------------ verdicts, bounds, prices


def answers_lines(report: CompareReport, width: int, unit: Unit = BARE) -> list[Line]:
    """Verdicts, bounds and prices, a column for each model; rows that differ are marked."""
    labels = [side.model for side in report.sides]
    found: list[Line] = []
    if sum(len(label) + 2 for label in labels) > width - 24:
        letters = [chr(ord("A") + i) for i in range(len(labels))]
        legend = ", ".join(f"{a} = {model}" for a, model in zip(letters, labels, strict=True))
        found, labels = [(), *wrapped(f"{legend}.", width, "", "", "    ")], letters
    first = next((s.report for s in report.sides if s.report is not None), None)
    if first is not None:
        found += _verdicts(report, labels, width, unit)
    if report.request.bounds:
        found += _bounds(report, labels, width)
        found += _costs(report, width, unit)
    return found


def _verdicts(report: CompareReport, labels: Sequence[str], width: int, unit: Unit) -> list[Line]:
    found: list[Line] = [(), line(Span("Verdicts", "head"))]
    first = next(s.report for s in report.sides if s.report is not None)
    found += wrapped(durations_text(first.parameters, unit, first.request.scope.delay) + ".", width, "dim", "  ", "  ")
    scopes: dict[str, list[str]] = {}
    for side in report.sides:
        if side.report is not None:
            scopes.setdefault(scope_text(side.report.request.scope), []).append(side.model)
    for text, models in scopes.items():
        whose = f" of {', '.join(models)}" if len(scopes) > 1 else ""
        found += wrapped(f"Scope{whose}: {text}.", width, "dim", "  ", "  ")
    for one in report.adopted:
        brings = f"{' and '.join(one.of)} {'bring' if len(one.of) > 1 else 'brings'} {one.name} = {one.value} with it"
        also = f"{' and '.join(one.by)} {'are' if len(one.by) > 1 else 'is'} asked in it too"
        found += wrapped(f"{brings}; {also}.", width, "", "  ", "    ")
    if len(scopes) > 1:
        text = "The scopes are not the same: a verdict may differ because of that, and not because of a rule."
        found += wrapped(text, width, "warn", "  ", "    ")
    waits = [Span(unit.show(s.time_wait) if s.time_wait is not None else "?") for s in report.sides]
    rows = [[Span("TIME-WAIT"), *waits, Span("")]]
    for name in report.properties:
        cells = [_cell(side.verdicts.get(name)) for side in report.sides]
        words = {v.verdict for s in report.sides if (v := s.verdicts.get(name)) is not None} - {UNKNOWN}
        rows.append([Span(name), *cells, Span("differs" if len(words) > 1 else "", "warn")])
    return [*found, *columns(["property", *labels, ""], rows)]


def _cell(verdict: Verdict | None) -> Span:
    if verdict is None:
        return Span("not asked", "dim")
    if verdict.vacuous:
        return Span("vacuous", "warn")
    steps = f" ({plural(len(verdict.trace.steps), 'step')})" if verdict.trace is not None else ""
    return Span("open" if verdict.verdict == UNKNOWN else verdict.verdict + steps, _STYLES[verdict.verdict])


def _bounds(report: CompareReport, labels: Sequence[str], width: int) -> list[Line]:
    found: list[Line] = [(), line(Span("Which TIME_WAIT is needed, for all values of MSL and RTO_MAX", "head"))]
    for name in report.request.bounds:
        shown = [_bound(side, name) for side in report.sides]
        same = len({s.text for s in shown}) == 1
        found.append(line("  ", Span(name), Span("" if same else "  differs", "warn")))
        label = max(map(len, labels))
        for one, span in zip(labels, shown, strict=True):
            found += wrapped(span.text, width, span.style, f"    {one.ljust(label)}  ", " " * (label + 6))
    text = "* for any number of retransmissions and duplicates; (sufficient): smaller ones may do."
    return [*found, *wrapped(text, width, "dim", "  ", "  ")]


def _bound(side: Side, name: str) -> Span:
    found = side.bounds.get(name)
    if found is None:
        return Span("not asked", "dim")
    if isinstance(found, str):
        return Span(f"does not apply: {found}", "dim")
    text = cell(found)
    if text == "?":
        return Span(f"not decided in {found.seconds:.0f} s; --timeout gives more time", "warn")
    style = "warn" if found.status != EXACT else "good" if found.safe else "bad"
    return Span(text + ("*" if found.unbounded else ""), style)


def _costs(report: CompareReport, width: int, unit: Unit) -> list[Line]:
    rows, about = [], report.request.bounds[0]
    for side in report.sides:
        if side.cost is None:
            continue
        own, least = side.cost.role(OWN), side.cost.role(SHORTEST) or side.cost.role(WITHIN)
        if own is None:
            continue
        nothing = Span("none", "bad") if side.cost.exact else Span("?", "warn")
        shortest = nothing if least is None else Span(("" if least.attained else "> ") + unit.show(least.time_wait))
        more = " (within the scope)" if least is not None and least.role == WITHIN else ""
        rows.append([
            Span(side.model), Span(f"{expression_text(side.cost.own)} = {unit.show(own.time_wait)}"),
            Span(rate_text(own.price.fastest)), Span(shortest.text + more, shortest.style),
            Span(rate_text(least.price.fastest) if least is not None else "-"),
        ])  # fmt: skip
    if not rows:
        return []
    heads = ["model", "TIME_WAIT", "conn/s", "least safe", "conn/s"]
    text = (
        f"conn/s: connections a second to one destination from one address, with {PORTS} ports; least safe: for "
        f"{about} with these MSL and RTO. `tcpverify cost` tells more."
    )
    return [(), line(Span("What each costs", "head")), *columns(heads, rows, [2, 4]),
            *wrapped(text, width, "dim", "  ", "  ")]  # fmt: skip


# ------------------------------------------------------------ the run that tells them apart


def turning_lines(
    report: CompareReport, width: int, glyphs: Glyphs, unit: Unit = BARE, verbose: bool = False
) -> list[Line]:
    """For each model whose verdicts differ from the first one's: the shortest run, and where the other departs."""
    found: list[Line] = []
    for turn in report.turning:
        head = f"A run that {turn.broken} allows and {turn.kept} does not"
        found += [(), line(Span(head, "head")), *wrapped(_departs(turn, unit), width, "", "  ", "  "), ()]
        found += ladder(turn.trace, width=width, glyphs=glyphs, unit=unit, verbose=verbose)
    return found


def _departs(turn: TurningPoint, unit: Unit) -> str:
    left = turn.departure
    if left is None:
        return (
            f"{turn.kept} takes every one of these steps in the same way; that {turn.property} holds there rests on "
            "its scope."
        )
    at = f"{turn.kept} departs from it at step {left.step}, at {unit.show(left.time)}"
    if not left.mine:
        return f"{at}: there the step ({left.theirs} at {left.end}) is not possible, since {left.reason}."
    return f"{at}: {left.end} in {left.state} {_does(left)} by {left.mine} ({left.clause}), and {turn.broken} does not."


def _does(left: Departure) -> str:
    moves = f"goes to {left.to}" if left.to != left.state else f"stays in {left.to}"
    sends = f"sends {' and '.join(left.sent)}" if left.sent else "sends nothing"
    return f"{moves} and {sends}" + (f" and restarts {', '.join(left.restarts)}" if left.restarts else "")


# ------------------------------------------------------------ in the end


def compare_conclusion(report: CompareReport, width: int) -> list[Line]:
    """The last lines: what differs, and what is open."""
    said = []
    for other, rules in zip(report.sides[1:], report.rules, strict=False):
        many = sum(p.behaves for p in rules.rules)
        rest = f" and {plural(len(rules.settings), 'setting')}" if rules.settings else ""
        how = "behaves as" if rules.equal else f"differs from {report.sides[0].model} in {plural(many, 'rule')}{rest}"
        how = f"{how} {report.sides[0].model}" if rules.equal else how
        changed = report.changes(other)
        verdicts = f"verdicts that change: {', '.join(changed)}" if changed else "no verdict is known to change"
        if still := [f"{name} ({known})" if known else name for name, known in report.undecided(other)]:
            verdicts += f"; not decided: {', '.join(still)}"
        said.append(f"{other.model} {how}; {verdicts}.")
    found: list[Line] = [()]
    if report.halted:
        found += wrapped(f"Cut short: {report.halted}. What is shown was decided before.", width, "warn")
    if report.left_open:
        found += wrapped(f"Open: {'; '.join(report.left_open)}.", width, "warn", "", "  ")
    text = f"{' '.join(said)} ({report.seconds:.1f} s)"
    return [*found, *wrapped(text, width, "warn" if report.left_open else "")]
