"""A trace from a file, held against the model that it is about, or another."""

from __future__ import annotations

from dataclasses import replace

from tcpverify.errors import FileFormatError, InternalDisagreement, UsageError
from tcpverify.evidence.replay import replay
from tcpverify.evidence.trace import Trace
from tcpverify.tcp.registry import LoadedModel, load, outside

__all__ = ["in_its_words", "replayed"]


def replayed(trace: Trace, model: str | None = None, name: str = "the trace", hint: str = "--model ") -> LoadedModel:
    """The model that allows every step of a trace: the one it names, or another that the user names.

    Parameters
    ----------
    name
        what the trace is called in messages.
    hint
        what stands before a model where the user names one.

    Raises
    ------
    UsageError
        if the trace names a model outside of this program, which would have to be executed for that reason alone.
    ModelError
        if there is no such model.
    FileFormatError
        if the trace is no run of the model.
    """
    part = None if model else outside(trace.model)
    if part is not None:
        raise UsageError(
            f"{name} is about a model with {part!r}, which does not come with this program, and nothing is executed "
            f"because a trace names it; say {hint}{trace.model!r} if that is the model you mean"
        )
    loaded = load(model or trace.model)
    wanted = loaded.table.durations() | ({"TICK"} if trace.scope.sequence == "timestamps" else set())
    if missing := sorted(wanted - trace.parameters.keys()):
        raise FileFormatError(f"{name} does not fit model {loaded.name}: its parameters have no {missing[0]}")
    try:
        replay(trace, loaded.table)
    except InternalDisagreement as error:
        # A file may have been edited or made for another model: that is its fault, not ours.
        why = str(error).removeprefix("replay: ")
        raise FileFormatError(f"{name} is not a run of model {loaded.name}: {why}") from error
    return loaded


def in_its_words(trace: Trace, loaded: LoadedModel) -> Trace:
    """A trace that the model allows, with that model's name, and with what its rules say instead of what the file says.

    A replay confirms what happens; sentences and clauses in a file could be anybody's. That no run is shorter is said
    of the model in the trace, and of no other.
    """
    rules = loaded.table.rules
    steps = (replace(step, text=rules[step.rule].text, clause=rules[step.rule].clause) for step in trace.steps)
    same = trace.shortest and trace.model == loaded.name
    return replace(trace, model=loaded.name, steps=tuple(steps), shortest=same)
