"""What might repair a refuted property, tried in the same scope at the same durations: amendments, and other ISNs.

An amendment can only repair what it touches: a run that uses none of the rules that it changes is a run of the amended
model as well. So only those are tried of which a rule occurs in the run that refutes the property, and in pairs only
those of which one touches that run and the other touches what then still refutes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from tcpverify.errors import ModelError
from tcpverify.evidence.trace import Trace
from tcpverify.lang.table import Amendment, Rule
from tcpverify.tcp.registry import catalogue, load
from tcpverify.workflow import setting
from tcpverify.workflow.reasons import Remedy
from tcpverify.workflow.results import Verdict
from tcpverify.workflow.trials import Trials

__all__ = ["remedies"]

#: the amendment that does nothing unless segments carry timestamps
PAWS = "paws"
#: what shows how a protocol might be mended; stacks and socket options do not
_GROUPS = ("standards", "variants")


def remedies(trials: Trials, refuted: Verdict, found: list[Remedy]) -> None:
    """Try the shipped amendments, then pairs of them if none repairs it by itself; ``found`` is filled meanwhile."""
    request = trials.request
    model = setting.model(request.model, request.scope)
    present, rules = {part.name for part in model.parts}, model.table.rules
    candidates = {
        e.name: e.content
        for e in catalogue()
        if isinstance(e.content, Amendment) and e.content.changes and e.group in _GROUPS and e.name not in present
    }
    for name, amendment in candidates.items():
        if name == PAWS or _touches(amendment, refuted.trace, rules):
            found.append(_with(trials, (name,)))
        else:
            found.append(Remedy((name,), f"{request.model}+{name}", request.scope.sequence, None))
    if not any(remedy.repairs for remedy in found):
        pairs: dict[frozenset[str], None] = {}
        for (first,), verdict in [(r.amendments, r.verdict) for r in found if r.verdict and r.verdict.trace]:
            for second, amendment in candidates.items():
                if second != first and _touches(amendment, verdict.trace, rules):
                    pairs[frozenset({first, second})] = None
        for pair in pairs:
            both = _with(trials, tuple(n for n in candidates if n in pair))
            found += [both] if both.verdict is not None else []
    if request.scope.sequence == "worst-case":
        scope = replace(request.scope, sequence="clock")
        verdict = trials.verdict(replace(request, scope=scope), "with ISNs from a clock")
        found.append(Remedy((), request.model, "clock", verdict))


def _touches(amendment: Amendment, trace: Trace | None, rules: Mapping[str, Rule]) -> bool:
    """Whether a run uses a rule that an amendment changes, removes or takes precedence over."""
    if trace is None:
        return True
    used = {name: rules[name] for step in trace.steps if (name := step.rule) in rules}
    for change in amendment.changes:
        with suppress(ModelError):
            if change.kind != "add" and used.keys() & set(change.named(used, amendment.name)):
                return True
    return False


def _with(trials: Trials, amendments: tuple[str, ...]) -> Remedy:
    """The model with these amendments, in whichever order they go together."""
    request = trials.request
    sequence = "timestamps" if PAWS in amendments and request.scope.sequence == "worst-case" else request.scope.sequence
    problem = ""
    for order in dict.fromkeys((amendments, amendments[::-1])):
        model = "+".join((request.model, *order))
        try:
            load(model)
        except ModelError as error:
            problem = problem or str(error)
            continue
        asked = replace(request, model=model, scope=replace(request.scope, sequence=sequence))
        return Remedy(order, model, sequence, trials.verdict(asked, f"with {' and '.join(order)}"))
    return Remedy(amendments, "+".join((request.model, *amendments)), sequence, None, problem)
