"""What the functions answer with: thin objects around the plain data of `tcpverify.workflow`."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from tcpverify.api.proofs import Certificate
from tcpverify.api.runs import Run
from tcpverify.errors import UsageError
from tcpverify.workflow.durations import BARE, Unit

if TYPE_CHECKING:
    from tcpverify.views.styled import Line
    from tcpverify.workflow.claims.outcomes import ClaimsReport
    from tcpverify.workflow.comparison import CompareReport
    from tcpverify.workflow.derived import BoundReport
    from tcpverify.workflow.prices import CostReport  # noqa: F401 (a base class names it)
    from tcpverify.workflow.reasons import WhyReport
    from tcpverify.workflow.results import CheckReport, Verdict

__all__ = [
    "WIDTH", "Answer", "BoundResult", "CheckResult", "ClaimsResult", "CompareResult", "CostResult", "WhyResult",
]  # fmt: skip

R = TypeVar("R")
#: of answers as text
WIDTH = 100


class Answer(Generic[R]):
    """An answer: ``str`` of it is the text of the command, a notebook shows tables and pictures."""

    def __init__(self, report: R, unit: Unit = BARE) -> None:
        self._report, self._unit = report, unit

    @builtins.property
    def report(self) -> R:
        """The plain data."""
        return self._report

    def to_json(self) -> dict[str, Any]:
        """The document that the command prints with ``--format json``."""
        raise NotImplementedError

    def _lines(self) -> list[Line]:
        raise NotImplementedError

    def _pictures(self) -> list[tuple[str, str]]:
        """SVG files, each with the words for who cannot see it."""
        return []

    def __str__(self) -> str:
        from tcpverify.views.styled import text_of

        return text_of(self._lines())

    def _repr_html_(self) -> str:
        from tcpverify.views.notebook import block, picture, preformatted

        return block(preformatted(self._lines()), *(picture(svg, words) for svg, words in self._pictures()))


class CheckResult(Answer["CheckReport"]):
    """The verdicts of `tcpverify.check`."""

    def __init__(self, report: CheckReport, unit: Unit, title: str) -> None:
        super().__init__(report, unit)
        self._title = title

    @builtins.property
    def model(self) -> str:
        """The model that was checked."""
        return self.report.model

    @builtins.property
    def verdicts(self) -> tuple[Verdict, ...]:
        """One per property and duration that was asked for: ``property``, ``time_wait``, ``verdict``, ``vacuous``, …"""
        return tuple(v for v in self.report.verdicts if v.counts)

    @builtins.property
    def context(self) -> tuple[Verdict, ...]:
        """The same at other durations, shown as context."""
        return tuple(v for v in self.report.verdicts if not v.counts)

    def _all(self, word: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(v.property for v in self.verdicts if v.verdict == word))

    @builtins.property
    def proved(self) -> bool:
        """Whether every property holds at every duration asked for, in the scope; vacuous ones count as proved."""
        return {v.verdict for v in self.verdicts} == {"proved"}

    @builtins.property
    def refuted(self) -> tuple[str, ...]:
        """The properties that fail at a duration asked for."""
        return self._all("refuted")

    @builtins.property
    def unknown(self) -> tuple[str, ...]:
        """The properties that are undecided at a duration asked for."""
        return self._all("unknown")

    @builtins.property
    def vacuous(self) -> tuple[str, ...]:
        """The properties whose premise no reachable state meets: nothing was there to break them."""
        return tuple(dict.fromkeys(v.property for v in self.verdicts if v.vacuous))

    def trace(self, property: str | None = None) -> Run:
        """The run that refutes a property, by default the one that tells most; replayed before it got here.

        Raises
        ------
        UsageError
            if there is none.
        """
        if property is None:
            found = self.report.first_refutation()
        else:
            refuted = [v for v in self.report.verdicts if v.property == property and v.trace is not None]
            found = max(refuted, key=lambda v: (v.counts, v.time_wait), default=None)
        if found is None or found.trace is None:
            what = f"{property} is not refuted" if property else "nothing is refuted"
            raise UsageError(f"there is no trace: {what} in this run of {self.model}")
        return Run(found.trace, self._title, self._unit)

    @builtins.property
    def certificates(self) -> tuple[Certificate, ...]:
        """What proves the properties that are proved; those proved together share one."""
        found = {id(v.certificate): v.certificate for v in self.report.verdicts if v.certificate is not None}
        return tuple(Certificate(one) for one in found.values())

    def to_json(self) -> dict[str, Any]:
        """The document ``tcpverify.check/1``, as ``tcpverify check --format json`` prints it."""
        from tcpverify.views.documents import check_document

        return check_document(self.report)

    def _lines(self) -> list[Line]:
        from tcpverify.views.answers import check_answer
        from tcpverify.views.styled import Glyphs

        return check_answer(self.report, self._title, WIDTH, Glyphs.of(True), self._unit)

    def _repr_html_(self) -> str:
        from tcpverify.views.notebook import check_html
        from tcpverify.views.story import heading

        shown = self.report.first_refutation()
        drawn, about = "", ""
        if shown is not None and shown.trace is not None:
            drawn = Run(shown.trace, self._title, self._unit).svg()
            about = heading(shown.trace, self._title, self._unit)
        return check_html(self.report, self._title, self._unit, drawn, about)

    def __repr__(self) -> str:
        durations = ", ".join(dict.fromkeys(self._unit.show(v.time_wait) for v in self.verdicts))
        said = [f"{word} {', '.join(names)}" for word in ("refuted", "unknown") if (names := self._all(word))]
        return f"<check of {self.model} at TIME-WAIT = {durations}: {'; '.join(said) or 'all proved'}>"


class BoundResult(Answer["BoundReport"]):
    """The region of `tcpverify.bound`."""

    def __init__(self, report: BoundReport, unit: Unit, title: str) -> None:
        super().__init__(report, unit)
        self._title = title

    @builtins.property
    def exact(self) -> bool:
        """Whether everything outside of the region is refuted."""
        return self.report.status == "exact"

    @builtins.property
    def minimal_time_wait(self) -> str | None:
        """The shortest safe TIME_WAIT as an expression, such as ``2*MSL``; None if there is none that is known."""
        found = self.to_json()["minimal_time_wait"]
        return None if found is None else str(found)

    def holds(self, **values: int | Fraction | str) -> bool | None:
        """Whether the property holds where the parameters (`report.names`) have these values; None: not known.

        Raises
        ------
        UsageError
            if a parameter has no value, or one that it cannot have.

        Examples
        --------
        >>> import tcpverify
        >>> region = tcpverify.bound(losses=0, incarnations=1, within_scope=True, properties="drained")
        >>> region.holds(MSL=30, RTO_MAX=120, TIME_WAIT="2msl"), region.holds(MSL=30, RTO_MAX=120, TIME_WAIT="59.9")
        (True, False)
        """
        from tcpverify.api.options import duration
        from tcpverify.workflow.slices import SAFE, UNDECIDED, WITHIN_SCOPE, verdict_at

        msl = duration(values["MSL"], "MSL").seconds() if "MSL" in values else None
        point = {name: duration(value, name).seconds(msl) for name, value in values.items()}
        names = self.report.names
        if set(point) != set(names):
            raise UsageError(f"this region is about {', '.join(names)}; give each of them a value")
        if not self.report.domain.inside([point[name] for name in names]):
            raise UsageError("these values are none that the parameters can have: MSL and timeouts are greater than 0")
        found = verdict_at(self.report, point)
        return None if found == UNDECIDED else found in (SAFE, WITHIN_SCOPE)

    def plot(self, x: str = "RTO_MAX", y: str = "TIME_WAIT") -> Picture:
        """The safe region over two parameters, in multiples of MSL."""
        from tcpverify.views.plot import plot

        return Picture(plot(self.report, x, y), f"The safe region of {self.report.request.property}")

    @builtins.property
    def certificate(self) -> Certificate | None:
        """What proves the region; None if nothing was proved."""
        from tcpverify.evidence.certificate import CertificateFile

        parts = tuple(proof.certificate for proof in self.report.proofs)
        return Certificate(CertificateFile(parts, self.report.request.scope)) if parts else None

    def traces(self) -> list[Run]:
        """A run just outside of every facet of the region."""
        return [Run(witness.trace, self._title, self._unit) for witness in self.report.witnesses]

    def to_json(self) -> dict[str, Any]:
        """The document ``tcpverify.bound/1``."""
        from tcpverify.views.bound import bound_document

        return bound_document(self.report)

    def _lines(self) -> list[Line]:
        from tcpverify.views.answers import bound_answer
        from tcpverify.views.styled import Glyphs

        return bound_answer(self.report, self._title, WIDTH, Glyphs.of(True), self._unit)

    def _repr_html_(self) -> str:
        from tcpverify.views.bound import answer
        from tcpverify.views.notebook import block, folded, picture, preformatted

        region = self.plot()
        runs = "".join(picture(run.svg(), repr(run)) for run in self.traces())
        return block(
            preformatted(answer(self.report, WIDTH, self._unit, self._title)), picture(region.svg, region.words),
            folded("Runs just outside of it", runs) if runs else "",
        )  # fmt: skip

    def __repr__(self) -> str:
        asked, scoped = self.report.request.property, self.report.proofs and not self.report.unbounded
        said = self.report.status + " within the scope" * bool(scoped)
        return f"<bound of {asked} in {self.report.model}: {self.minimal_time_wait}, {said}>"


class Picture:
    """A picture that a notebook shows; ``svg`` is its text, ``words`` say what it shows."""

    def __init__(self, svg: str, words: str) -> None:
        self.svg, self.words = svg, words

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<picture: {self.words}>"


class WhyResult(Answer["WhyReport"]):
    """The reasons of `tcpverify.why`."""

    def __init__(self, report: WhyReport, unit: Unit, title: str) -> None:
        super().__init__(report, unit)
        self._title = title

    def trace(self) -> Run:
        """The run that breaks the property with the fewest powers of the environment.

        Raises
        ------
        UsageError
            if the property is not refuted.
        """
        best = self.report.smallest
        found = best.verdict.trace if best is not None else self.report.verdict.trace
        if found is None:
            raise UsageError(f"there is no trace: {self.report.property} is {self.report.verdict.verdict}")
        return Run(found, self._title, self._unit)

    def to_json(self) -> dict[str, Any]:
        """The document ``tcpverify.why/1``."""
        from tcpverify.views.reasons import why_document

        return why_document(self.report)

    def _lines(self) -> list[Line]:
        from tcpverify.views.answers import why_answer
        from tcpverify.views.styled import Glyphs

        return why_answer(self.report, self._title, WIDTH, Glyphs.of(True), self._unit)

    def __repr__(self) -> str:
        return f"<why {self.report.property} is {self.report.verdict.verdict} in {self.report.model}>"


class CompareResult(Answer["CompareReport"]):
    """The differences that `tcpverify.compare` has found."""

    def __init__(self, report: CompareReport, unit: Unit, titles: Mapping[str, str]) -> None:
        super().__init__(report, unit)
        self._titles = titles

    def to_json(self) -> dict[str, Any]:
        """The document ``tcpverify.compare/1``."""
        from tcpverify.views.compared import compare_document

        return compare_document(self.report)

    def _lines(self) -> list[Line]:
        from tcpverify.views.answers import compare_answer
        from tcpverify.views.styled import Glyphs

        return compare_answer(self.report, self._titles, WIDTH, Glyphs.of(True), self._unit)

    def __repr__(self) -> str:
        return f"<comparison of {', '.join(side.model for side in self.report.sides)}>"


class CostResult(Answer["CostReport"]):
    """The prices of `tcpverify.cost`."""

    def plot(self) -> Picture:
        """The greatest safe rate of connections over MSL."""
        from tcpverify.views.price import price_plot

        return Picture(price_plot(self.report), "The price of safety: connections a second over MSL")

    def to_json(self) -> dict[str, Any]:
        """The document ``tcpverify.cost/1``."""
        from tcpverify.views.cost import cost_document

        return cost_document(self.report)

    def _lines(self) -> list[Line]:
        from tcpverify.views.answers import cost_answer

        return cost_answer(self.report, WIDTH)

    def _pictures(self) -> list[tuple[str, str]]:
        drawn = self.plot()
        return [(drawn.svg, drawn.words)]

    def __repr__(self) -> str:
        return f"<prices of {', '.join(row.model for row in self.report.models)}>"


class ClaimsResult(Answer["ClaimsReport"]):
    """The sayings that `tcpverify.claims` has settled."""

    def __init__(self, report: ClaimsReport, lang: str) -> None:
        super().__init__(report)
        self._lang = lang

    def to_json(self) -> dict[str, Any]:
        """The document ``tcpverify.claims/1``."""
        from tcpverify.views.claims import claims_document

        return claims_document(self.report)

    def _lines(self) -> list[Line]:
        from tcpverify.views.answers import claims_answer
        from tcpverify.views.styled import Glyphs

        alone = len(self.report.answers) == 1
        return claims_answer(self.report, WIDTH, Glyphs.of(True), self._lang, ladders=alone)

    def __repr__(self) -> str:
        return f"<claims {', '.join(f'{a.claim.id}: {a.holds}' for a in self.report.answers)}>"
