"""One scope for models that are compared, where some bring a choice of the scope with them and others do not.

Whether segments carry timestamps, or where a run begins, changes verdicts by itself. What is to be told is what the
rules change, so a choice that one model brings counts for all: unless two bring different ones, or the choice is all
that parts two models, or another model does not go together with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tcpverify.errors import ModelError, UsageError
from tcpverify.lang.table import Table
from tcpverify.tcp.scope import Scope
from tcpverify.workflow import setting
from tcpverify.workflow.comparison import Adopted

__all__ = ["common_scope"]

_UNASKED = Scope()


def common_scope(expressions: Sequence[str], scope: Scope) -> tuple[Scope, tuple[Adopted, ...]]:
    """The scope in which all are to be asked, and which choices some of them adopt from others.

    Raises
    ------
    UsageError, ModelError
        if an expression names no model, or its scope is no scope.
    """
    models = [setting.model(one, scope) for one in expressions]
    adopted: list[Adopted] = []
    for name in dict.fromkeys(choice for model in models for choice in model.table.scope):
        if getattr(scope, name, None) != getattr(_UNASKED, name, None):
            continue
        bringing = [m for m in models if name in m.table.scope]
        lacking = [m for m in models if name not in m.table.scope]
        values = {m.table.scope[name] for m in bringing}
        if not lacking or len(values) > 1 or any(_alike(m.table, o.table) for m in bringing for o in lacking):
            continue
        choice: dict[str, Any] = {name: values.pop()}
        try:
            wider = replace(scope, **choice)
            for one in expressions:
                setting.scoped(setting.model(one, wider), wider)
        except (ModelError, UsageError):
            continue
        scope = wider
        adopted.append(
            Adopted(name, str(choice[name]), tuple(m.name for m in bringing), tuple(m.name for m in lacking))
        )
    return scope, tuple(adopted)


def _alike(one: Table, other: Table) -> bool:
    """Whether two tables have the same rules and timers, word for word but for texts."""
    rules = [{n: r.key() for n, r in t.rules.items()} for t in (one, other)]
    timers = [[(t.name, t.event, t.states, t.while_.key(), t.lasts) for t in x.timers] for x in (one, other)]
    return rules[0] == rules[1] and timers[0] == timers[1]
