"""A model in print: its rules with their guards, effects and clauses, and what amendments changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tcpverify.lang.expr import TRUE, Expr
from tcpverify.lang.simplify import simplified
from tcpverify.lang.table import Amendment, Emit, Rule, Table
from tcpverify.tcp.registry import LoadedModel
from tcpverify.tcp.wording import NAMED, condition, named, readable
from tcpverify.views.styled import Line, Span, line, wrapped

__all__ = ["described", "model_document", "model_lines", "readable", "rule_effects", "rule_lines", "touched"]

def described(model: LoadedModel) -> str:
    """What a model is, in one line: its base and what each amendment makes of it."""
    base, *rest = model.parts
    if not rest:
        return base.title
    return f"{base.title}, but {'; '.join(f'{part.title} ({part.name})' for part in rest)}"


def touched(table: Table, rule: str) -> list[str]:
    """The amendments that changed, added or narrowed a rule, in no particular order."""
    found = {table.changed_by.get(rule)} | {
        who for (name, _), who in table.extended_by.items() if name == rule
    }
    return sorted(name for name in found if name)


def model_lines(
    model: LoadedModel, width: int, state: str = "", event: str = "", changed: bool = False
) -> list[Line]:
    """The model: head, words used in guards, then its rules state by state, narrowed to what is wanted."""
    table = model.table
    found = _head(model, width)
    wanted = [
        rule
        for rule in table.rules.values()
        if state in ("", rule.state)
        and event in ("", rule.event)
        and (not changed or touched(table, rule.name))
    ]
    used = _words_used(wanted)
    if used:
        found += [(), line(Span("Words used in guards", "head"))]
        for name in used:
            text = f"{name}: {readable(NAMED[name], but=name)}"
            found += wrapped(text, width, "", "  ", "    ")
    for place in table.states:
        here = [rule for rule in wanted if rule.state == place]
        if here:
            found += [(), line(Span(place, "title"))]
        for rule in here:
            found += rule_lines(table, rule, width)
    if not wanted:
        found += [(), line("no rule of that kind")]
    gone = [name for name in table.changed_by if name not in {**table.rules, **table.numbers, **table.scope}]
    if gone and not state and not event:
        found += [(), line(Span("Rules that amendments removed", "head"))]
        found += [line(f"  {name} (by {table.changed_by[name]})") for name in gone]
    return found


def _head(model: LoadedModel, width: int) -> list[Line]:
    table = model.table
    found = wrapped(f"{model.name}: {described(model)}", width, "title", indent="  ")
    found += wrapped(f"Implements {table.source}.", width, "", "  ", "  ") if table.source else []
    for name, value in table.numbers.items():
        by = f" (by {table.changed_by[name]})" if name in table.changed_by else ""
        found.append(line(f"  {name} = {value}{by}"))
    for name, choice in table.scope.items():
        found.append(line(f"  scope: {name} = {choice} (by {table.changed_by.get(name, model.parts[0].name)})"))
    from_where = {
        part.content.name: f"; from {part.distribution}"
        for part in model.parts
        if part.distribution and isinstance(part.content, Amendment)
    }
    for amendment in table.amendments:
        text = f"amended by {amendment.name}: {amendment.title} ({amendment.source})"
        text += "" if amendment.changes else "; it changes no rule"
        text += from_where.get(amendment.name, "")
        found += wrapped(text, width, "warn", "  ", "    ")
    for timer in table.timers:
        text = f"timer {timer.name}: runs in {', '.join(s for s in table.states if s in timer.states)}"
        text += "" if timer.while_.same(TRUE) else f" while {readable(timer.while_)}"
        found += wrapped(f"{text} ({timer.clause})", width, "dim", "  ", "    ")
    return [*found, line(f"  {len(table.rules)} rules")]


def rule_lines(table: Table, rule: Rule, width: int) -> list[Line]:
    """One rule: name, event, clause, its sentence, when it applies and what it does."""
    by = touched(table, rule.name)
    mark = Span(f"  * changed by {', '.join(by)}", "warn") if by else Span("")
    found: list[Line] = [
        line("  ", Span(rule.name, "head"), f"  [{rule.event}]  ", Span(rule.clause, "dim"), mark)
    ]
    found += wrapped(rule.text, width, "", "      ", "      ") if rule.text else []
    if not rule.guard.same(TRUE):
        found += wrapped(f"when  {condition(rule.guard)}", width, "dim", "      ", "            ")
    effects = "; ".join(rule_effects(rule))
    if effects:
        found += wrapped(f"then  {effects}", width, "dim", "      ", "            ")
    return found


def rule_effects(rule: Rule) -> Iterable[str]:
    """What a rule does, one effect after the other, in the RFC's notation."""
    if rule.to is not None:
        yield f"→ {rule.to}"
    for name, value in rule.assign.items():
        yield f"{name} := {readable(value)}"
    for message in rule.emits:
        yield _sends(message)
    for timer, when in rule.restarts:
        yield f"restart {timer}" + ("" if when.same(TRUE) else f" if {condition(when)}")


def _sends(message: Emit) -> str:
    """A message as the RFC writes it: ``<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>``."""
    flags, fields = [], []
    for name, value in message.fields.items():
        if name.endswith("?"):
            if not value.same(Expr("const", (False,), value.sort)):
                sure = value.same(TRUE)
                flags.append(name[:-1] if sure else f"{name[:-1]} if {readable(value)}")
        elif not (name == "TEXT" and value.op == "const" and value.args[0] == 0):
            fields.append(f"<{name}={readable(value)}>")
    text = "send " + "".join(fields) + (f"<CTL={','.join(flags)}>" if flags else "")
    return text if message.when.same(TRUE) else f"{text} if {condition(message.when)}"


# ------------------------------------------------------------ guards in the RFC's words


def _words_used(rules: Iterable[Rule]) -> list[str]:
    every: set[str] = set()
    for rule in rules:
        parts = [rule.guard, *rule.assign.values(), *(when for _, when in rule.restarts)]
        parts += [e for m in rule.emits for e in (m.when, *m.fields.values())]
        for part in parts:
            every |= simplified(named(part)).variables()
    return [name for name in NAMED if name in every]


# ------------------------------------------------------------ for machines


def model_document(model: LoadedModel) -> dict[str, Any]:
    """The model as a JSON document, schema ``tcpverify.model/1``; guards and effects as readable text."""
    table = model.table
    return {
        "schema": "tcpverify.model/1",
        "model": model.name,
        "title": described(model),
        "source": table.source,
        "numbers": {name: str(value) for name, value in table.numbers.items()},
        "amendments": [{"name": a.name, "title": a.title, "source": a.source} for a in table.amendments],
        "states": list(table.states),
        "events": list(table.events),
        "rules": [
            {
                "name": rule.name, "state": rule.state, "event": rule.event,
                "clause": rule.clause, "text": rule.text,
                "when": condition(rule.guard), "then": list(rule_effects(rule)), "tags": sorted(rule.tags),
                "changed_by": touched(table, rule.name),
            }
            for rule in table.rules.values()
        ],
    }  # fmt: skip
