"""What might repair a refuted property, tried in the same scope at the same durations: amendments, and other ISNs."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

from tcpverify.errors import ModelError
from tcpverify.tcp.registry import catalogue, load
from tcpverify.workflow import setting
from tcpverify.workflow.reasons import Remedy
from tcpverify.workflow.trials import Trials

__all__ = ["remedies"]

#: the amendment that does nothing unless segments carry timestamps
PAWS = "paws"


def remedies(trials: Trials, found: list[Remedy]) -> None:
    """Try every shipped amendment, then every pair if none repairs it by itself; ``found`` is filled meanwhile."""
    request = trials.request
    present = {part.name for part in setting.model(request.model, request.scope).parts}
    fitting = []
    for entry in catalogue():
        if entry.kind == "amendment" and entry.name not in present:
            found.append(_with(trials, (entry.name,)))
            if found[-1].verdict is not None:
                fitting.append(entry.name)
    if not any(remedy.repairs for remedy in found):
        for pair in combinations(fitting, 2):
            found.append(_with(trials, pair))
    if request.scope.sequence == "worst-case":
        scope = replace(request.scope, sequence="clock")
        verdict = trials.verdict(replace(request, scope=scope), "with ISNs from a clock")
        found.append(Remedy((), request.model, "clock", verdict))


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
