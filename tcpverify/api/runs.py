"""Runs of a model: traces that somebody can look at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tcpverify.api.model import Named, load
from tcpverify.errors import UsageError
from tcpverify.workflow.durations import BARE, Unit

if TYPE_CHECKING:
    from tcpverify.evidence.trace import Step, Trace

__all__ = ["Run", "read_trace", "replay", "text_of_file"]


class Run:
    """A trace and its picture: a notebook shows the ladder to scale, ``print`` the one of the terminal."""

    def __init__(self, trace: Trace, title: str = "", unit: Unit = BARE) -> None:
        self._trace, self._title, self._unit = trace, title, unit

    @property
    def trace(self) -> Trace:
        """The plain data."""
        return self._trace

    @property
    def model(self) -> str:
        """The model it is a run of."""
        return self._trace.model

    @property
    def steps(self) -> tuple[Step, ...]:
        """What happens, in order, each step with its exact time, its rule and the clause behind it."""
        return self._trace.steps

    @property
    def property(self) -> str:
        """The property that it breaks."""
        return self._trace.property

    def svg(self, verbose: bool = False) -> str:
        """The ladder as the text of an SVG file; ``verbose`` adds rule, clause and TCB to every step."""
        from tcpverify.views.laddersvg import ladder_svg

        return ladder_svg(self._trace, self._title, unit=self._unit, verbose=verbose)

    def text(self, width: int = 100, verbose: bool = False) -> str:
        """The ladder as a terminal shows it."""
        from tcpverify.views.ladder import ladder
        from tcpverify.views.styled import text_of

        return text_of(ladder(self._trace, self._title, width=width, unit=self._unit, verbose=verbose))

    def to_json(self) -> dict[str, Any]:
        """The document that ``tcpverify trace`` reads; ``json.dump`` it to keep it."""
        return self._trace.to_json()

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<run of {self.model} that breaks {self.property}: {len(self.steps)} steps>"

    def _repr_html_(self) -> str:
        from tcpverify.views.notebook import block, picture
        from tcpverify.views.story import heading

        return block(picture(self.svg(), heading(self._trace, self._title, self._unit)))

    def _repr_svg_(self) -> str:
        return self.svg()


def read_trace(file: str | Path) -> Run:
    """A trace that was saved; nothing is replayed yet.

    Raises
    ------
    UsageError
        if the file cannot be read.
    FileFormatError
        if it holds no trace, or a damaged one.
    """
    from tcpverify.evidence.trace import parse

    return Run(parse(text_of_file(file, "trace file"), str(file)))


def text_of_file(file: str | Path, what: str) -> str:
    """The text of a file; UsageError in one sentence if it cannot be read as one."""
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise UsageError(f"{what} {str(file)!r} cannot be read: {reason}") from error


def replay(trace: Run | Trace | str | Path, model: Named | None = None) -> Run:
    """Do every step of a trace again, by a plain interpreter of the rules: the run, if the model allows it.

    Parameters
    ----------
    trace
        a run, its plain data, or the file that holds it.
    model
        whose rules apply; by default the model that the trace names, which must be one that comes with the program.

    Raises
    ------
    UsageError
        if the file cannot be read, or names a model outside of this program.
    FileFormatError
        if the file holds no trace, or the trace is no run of the model; says at which step and why.

    Examples
    --------
    >>> import tcpverify
    >>> failing = tcpverify.check(time_wait="1.99msl", losses=0, incarnations=1, properties="drained").trace()
    >>> tcpverify.replay(failing, "textbook")
    <run of textbook that breaks drained: 8 steps>
    >>> tcpverify.replay(failing, "rfc9293+rfc1337+no-restart")
    <run of rfc9293+rfc1337+no-restart that breaks drained: 8 steps>
    """
    from tcpverify.views.model import described
    from tcpverify.workflow.replaying import in_its_words, replayed

    run = read_trace(trace) if isinstance(trace, str | Path) else trace if isinstance(trace, Run) else Run(trace)
    name = str(trace) if isinstance(trace, str | Path) else "the trace"
    if model is None:
        loaded = replayed(run.trace, None, name, hint="model=")
    else:
        chosen = load(model)
        with chosen.at_hand() as expression:
            loaded = replayed(run.trace, expression, name)
    return Run(in_its_words(run.trace, loaded), described(loaded), run._unit)
