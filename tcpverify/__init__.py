"""A formal model checker for TCP's connection close.

The functions are the commands: they take the same options, as keywords, and their answers show themselves in a
notebook. Nothing is imported before it is used.

>>> import tcpverify
>>> tcpverify.check(msl=1, losses=0, time_wait="2msl", properties="drained")
<check of textbook at TIME-WAIT = 2: all proved>
"""

# As `typing` has it, which is not imported here either.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from tcpverify.api.asking import bound, check, claims, compare, cost, why
    from tcpverify.api.graphs import graph
    from tcpverify.api.model import Model, load, models
    from tcpverify.api.rechecking import recheck
    from tcpverify.api.runs import Run, read_trace, replay
    from tcpverify.errors import FileFormatError, InternalDisagreement, ModelError, TcpverifyError, UsageError

__all__ = [
    "FileFormatError", "InternalDisagreement", "Model", "ModelError", "Run", "TcpverifyError", "UsageError", "bound",
    "check", "claims", "compare", "cost", "graph", "load", "models", "read_trace", "recheck",
    "replay", "why",
]  # fmt: skip

_FROM = {
    "tcpverify.api.asking": ("bound", "check", "claims", "compare", "cost", "why"),
    "tcpverify.api.graphs": ("graph",),
    "tcpverify.api.model": ("Model", "load", "models"),
    "tcpverify.api.rechecking": ("recheck",),
    "tcpverify.api.runs": ("Run", "read_trace", "replay"),
    "tcpverify.errors": ("FileFormatError", "InternalDisagreement", "ModelError", "TcpverifyError", "UsageError"),
}
_MODULES = {name: module for module, names in _FROM.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found = getattr(import_module(_MODULES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return [*globals(), *__all__]
