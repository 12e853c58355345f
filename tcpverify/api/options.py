"""The keyword arguments of every function that explores: the options of the command line, as Python values."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from fractions import Fraction
from typing import Any, TypedDict, TypeVar

from tcpverify.errors import UsageError
from tcpverify.tcp.scope import Scope
from tcpverify.workflow.durations import BARE, Duration, parse_count, parse_duration, parse_range, parse_size
from tcpverify.workflow.requests import usual

__all__ = ["Count", "Length", "Options", "duration", "exploring", "parsed"]

#: a duration: an exact number of seconds, or text such as "1.99", "1/3", "200ms", "2min", "2msl"
Length = int | Fraction | str
#: how often: a number, or "unlimited"
Count = int | str
F = TypeVar("F", bound=Callable[..., Any])
_SCOPE = Scope()


class Options(TypedDict, total=False):
    """What may be said of durations, scope and limits; each means what the option of that name means.

    Durations are exact: an int or a Fraction of seconds, or text such as ``"1.99"``, ``"1/3"``, ``"200ms"``,
    ``"2min"`` or ``"2msl"``. Floats are refused, because 0.1 is not a tenth, and a verdict is about exact numbers.

    Attributes
    ----------
    msl
        maximum segment lifetime (the model's own, or 1).
    time_wait
        check exactly this TIME-WAIT, or these.
    rto
        when the retransmission timer may fire: ``"200ms..1msl"``, a pair, or one value (0..1msl).
    delay_min
        least delay of a segment (0).
    losses, duplicates, retransmissions
        how many segments may be lost, delivered once more, and how often each may be sent again (1, 0, 1);
        ``"unlimited"`` where the function can handle it.
    data
        octets that each side writes before it closes (0).
    incarnations
        incarnations of the connection alive at once (2).
    sequence
        how the ISN of a new incarnation relates to older numbers: ``worst-case``, ``clock``, ``timestamps``.
    tick
        with timestamps, and only then: the longest a timestamp clock stands still (0.01msl).
    set
        other values for durations that the model names, such as ``{"REUSE_DELAY": "1s"}``.
    calls
        user calls that the applications may make: a sequence, or text with commas.
    reopen, start
        which closer may begin the next incarnation; whether runs begin ``established`` or ``closed``.
    reordering, delay
        whether segments may overtake each other, and whether time may pass while one is under way.
    properties
        check these only: a name, or several.
    engine
        ``zones``, or ``smt``.
    timeout
        wall-clock limit above 0; what is open then is unknown.
    memory
        limit on memory, in bytes, or as ``"2G"``.
    """

    msl: Length
    time_wait: Length | Iterable[Length]
    rto: Length | tuple[Length, Length]
    delay_min: Length
    losses: Count
    duplicates: Count
    retransmissions: Count
    data: int
    incarnations: int
    sequence: str
    tick: Length
    set: Mapping[str, Length]
    calls: str | Iterable[str]
    reopen: str
    start: str
    reordering: bool
    delay: bool
    properties: str | Iterable[str]
    engine: str
    timeout: Length
    memory: int | str


def exploring(function: F) -> F:
    """Decorator: the signature names every option, so that help and completion do."""
    shown = inspect.signature(function)
    own = [p for p in shown.parameters.values() if p.kind is not p.VAR_KEYWORD]
    taken = {p.name for p in own}
    options = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=_Unsaid(), annotation=_text(kind))
        for name, kind in Options.__annotations__.items()
        if name not in taken
    ]
    function.__signature__ = shown.replace(parameters=[*own, *options])  # type: ignore[attr-defined]
    return function


def _text(kind: Any) -> Any:
    return getattr(kind, "__forward_arg__", kind)


class _Unsaid:
    def __repr__(self) -> str:
        return "..."


def parsed(options: Mapping[str, Any]) -> tuple[dict[str, Any], frozenset[str]]:
    """The options as `tcpverify.workflow.requests` takes them, and which of them were given.

    Raises
    ------
    UsageError
        if there is no such option, or a value is not one for it.
    """
    found = usual()
    for name, value in options.items():
        if name not in _READERS:
            close = get_close_matches(name, _READERS, n=1)
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(_READERS)}"
            raise UsageError(f"there is no option {name!r}; {hint}")
        inside, read = _READERS[name]
        found[inside] = read(value, name)
    return found, frozenset(_READERS[name][0] for name in options)


def duration(value: Any, name: str) -> Duration:
    """A duration from a Python value; text may be a multiple of MSL.

    Raises
    ------
    UsageError
        if it is none, is negative, or is a float, which is not exactly the number that was written.
    """
    if isinstance(value, str):
        return parse_duration(value)
    if isinstance(value, float):
        said = repr(value)
        raise UsageError(
            f"{name}={said} is a float, and floats are not exactly the numbers that are written; verdicts are about "
            f"exact ones: write {said!r} or Fraction({said!r})"
        )
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        raise UsageError(f"{name}: {value!r} is not a duration; write 1, '0.5', '30s', '2msl' or Fraction(1, 3)")
    if value < 0:
        raise UsageError(f"{name}: {value} is negative; a duration is not")
    return Duration(Fraction(value), BARE)


def _durations(value: Any, name: str) -> tuple[Duration, ...]:
    if isinstance(value, Iterable) and not isinstance(value, str):
        return tuple(duration(one, name) for one in value)
    return (duration(value, name),)


def _range(value: Any, name: str) -> tuple[Duration | None, Duration]:
    if isinstance(value, str):
        return parse_range(value)
    if isinstance(value, tuple | list):
        if len(value) != 2:
            raise UsageError(f"{name}: {value!r} is not a pair of durations")
        low, high = (duration(one, name) for one in value)
        return (low if low.number else None), high
    one = duration(value, name)
    return one, one


def _count(value: Any, name: str) -> int:
    if isinstance(value, str):
        return parse_count(value)
    number = _whole(value, name)
    if number < 0:
        raise UsageError(f"{name}: {number} is not a count; write 0, 1, 2, … or 'unlimited'")
    return number


def _whole(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise UsageError(f"{name}: {value!r} is not a whole number")
    return value


def _words(value: Any, name: str) -> tuple[str, ...]:
    parts = tuple(value.split(",") if isinstance(value, str) else value if isinstance(value, Iterable) else (value,))
    if not all(isinstance(part, str) for part in parts):
        raise UsageError(f"{name}: {value!r} is neither a name nor several")
    return tuple(dict.fromkeys(part.strip() for part in parts))


def _word(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{name}: {value!r} is not a word")
    return value


def _flag(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise UsageError(f"{name}: {value!r} is neither True nor False")
    return value


def _settings(value: Any, name: str) -> tuple[tuple[str, Duration], ...]:
    if not isinstance(value, Mapping):
        raise UsageError(f"{name}: {value!r} is not a mapping such as {{'REUSE_DELAY': '1s'}}")
    return tuple((str(key).upper().replace("-", "_"), duration(one, str(key))) for key, one in value.items())


def _size(value: Any, name: str) -> int:
    return parse_size(value) if isinstance(value, str) else parse_size(str(_whole(value, name)))


#: option: (its name among the options of the command line, how its value is read)
_READERS: dict[str, tuple[str, Callable[[Any, str], Any]]] = {
    "msl": ("msl", duration),
    "time_wait": ("time_waits", _durations),
    "rto": ("rto", _range),
    "delay_min": ("delay_min", duration),
    **{name: (name, _count) for name in ("losses", "duplicates", "retransmissions")},
    **{name: (name, _whole) for name in ("data", "incarnations")},
    "sequence": ("sequence", _word),
    "tick": ("tick", duration),
    "set": ("durations", _settings),
    "calls": ("calls", _words),
    **{name: (name, _word) for name in ("reopen", "start")},
    **{name: (name, _flag) for name in ("reordering", "delay")},
    "properties": ("properties", _words),
    "engine": ("engine", _word),
    "timeout": ("timeout", duration),
    "memory": ("memory", _size),
}
