"""What a saying comes to: statements about models, each of a kind that the program can decide."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

from tcpverify.lang.linear import Linear
from tcpverify.tcp.scope import Scope

__all__ = ["Bounded", "Checked", "Rate", "Reached", "Same", "Statement", "Stays", "Text"]


class Text(NamedTuple):
    """The same in English and in Chinese."""

    en: str
    zh: str


@dataclass(frozen=True)
class Statement:
    """One statement; subclasses say what is asked.

    Attributes
    ----------
    setting
        the situation that it is about, in a few words.
    model
        the model expression.
    supports
        the outcomes (`outcomes.Outcome.verdict`) that speak for the saying; every other one that decides speaks
        against it.
    """

    setting: Text
    model: str
    supports: tuple[str, ...] = field(default=(), kw_only=True)

    kind: ClassVar[str] = ""
    default: ClassVar[tuple[str, ...]] = ()

    @property
    def for_it(self) -> tuple[str, ...]:
        """The outcomes that speak for the saying."""
        return self.supports or self.default

    def question(self) -> tuple[Any, ...]:
        """What is asked, without its words: equal questions are decided once."""
        words = ("setting", "supports")
        return self.kind, *((f.name, getattr(self, f.name)) for f in fields(self) if f.name not in words)


@dataclass(frozen=True)
class Checked(Statement):
    """The verdict of `check` on one property: ``proved`` or ``refuted``.

    ``time_wait`` None is the model's own; ``rto_max`` None is MSL. Durations are in seconds.
    """

    property: str
    scope: Scope = field(default_factory=Scope)
    time_wait: Fraction | None = None
    rto_max: Fraction | None = None
    msl: Fraction = Fraction(1)

    kind: ClassVar[str] = "check"
    default: ClassVar[tuple[str, ...]] = ("proved",)


@dataclass(frozen=True)
class Bounded(Statement):
    """Whether the region that `bound` derives holds ``at`` a TIME_WAIT: ``always``, ``never`` or ``sometimes``.

    ``assuming`` are expressions that are positive; only parameter values where they are count. The proof is one for
    any number of retransmissions unless ``within_scope``.
    """

    property: str
    at: Linear
    scope: Scope = field(default_factory=Scope)
    assuming: tuple[Linear, ...] = ()
    within_scope: bool = False

    kind: ClassVar[str] = "bound"
    default: ClassVar[tuple[str, ...]] = ("always",)


@dataclass(frozen=True)
class Reached(Statement):
    """Whether something (`observed.OBSERVED`, or ``rule NAME``) ever happens: ``reached`` or ``unreachable``.

    With ``without``, rules that must not apply before, only ``reached`` is an answer: these runs are some of all.
    """

    what: str
    scope: Scope = field(default_factory=Scope)
    time_wait: Fraction | None = None
    rto_max: Fraction | None = None
    msl: Fraction = Fraction(1)
    without: tuple[str, ...] = ()

    kind: ClassVar[str] = "reach"
    default: ClassVar[tuple[str, ...]] = ("reached",)


@dataclass(frozen=True)
class Same(Statement):
    """Whether another model does the ``same`` for all these states and events (empty: all), or something ``different``.

    The timers that run in these states, and whose expiry is one of these events, are compared with the rules;
    ``numbers`` are durations of the models that must be equal as well.
    """

    other: str
    states: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()

    kind: ClassVar[str] = "same"
    default: ClassVar[tuple[str, ...]] = ("different",)


@dataclass(frozen=True)
class Stays(Statement):
    """Whether an event never takes an end out of a state: ``stays`` or ``leaves``."""

    state: str
    event: str

    kind: ClassVar[str] = "stays"
    default: ClassVar[tuple[str, ...]] = ("stays",)


@dataclass(frozen=True)
class Rate(Statement):
    """Connections per second that ``ports`` allow if each is held for the model's own TIME_WAIT.

    It ``agrees`` with what is ``claimed`` if both are equal to within a fiftieth, and ``differs`` otherwise; where
    nothing is claimed it is ``computed``, and speaks neither for nor against. ``size`` is what one TIME-WAIT takes,
    in bytes (0: nobody asks).
    """

    ports: int
    msl: Fraction
    claimed: Fraction | None = None
    size: int = 0

    kind: ClassVar[str] = "rate"
    default: ClassVar[tuple[str, ...]] = ("agrees",)
