"""What a picture of a region shows: the areas in the plane of two parameters, their borders, and a frame for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from tcpverify.errors import UsageError
from tcpverify.lang.linear import Linear
from tcpverify.lang.region import Condition
from tcpverify.views.conditions import expression_text, region_texts
from tcpverify.views.plane import Border, Piece, Plane, Point, Side, borders, clipped, corners
from tcpverify.workflow.derived import EXACT, BoundReport

__all__ = [
    "BEYOND", "KINDS", "OPEN", "OUTSIDE", "OWN", "REFUTED", "WITHIN", "WORDS", "YOURS", "Area", "area", "equation",
    "ticks", "verdict",
]  # fmt: skip

#: what is known of a point: proved for any number of retransmissions, proved within the scope, refuted, nothing
BEYOND, WITHIN, REFUTED, OPEN = "beyond", "within", "refuted", "open"
#: the kinds by rank: where two overlap, the first is what counts
KINDS = (BEYOND, WITHIN, REFUTED, OPEN)

#: what pictures call them, and what else they show
WORDS = {
    BEYOND: "safe: proved for any number of retransmissions",
    WITHIN: "safe: proved within the scope",
    REFUTED: "refuted",
    OPEN: "not decided",
}
OUTSIDE, OWN, YOURS = "outside of what is assumed", "the model’s own: ", "your numbers"

#: values of parameters that are no axis, if nobody says otherwise: small, but within what is assumed
_USUAL = {
    "MSL": Fraction(1), "RTO_MAX": Fraction(1), "RTO_MIN": Fraction(1, 10), "TICK": Fraction(1, 100),
}  # fmt: skip
#: how far an axis reaches where nothing happens on it, and beyond the last thing that does
_LEAST, _MARGINS = Fraction(3), (Fraction(5, 2), Fraction(3, 2))
_TICKS = 7


@dataclass(frozen=True)
class Area:
    """The plane, and what is known of its points.

    Attributes
    ----------
    pieces
        (kind, convex piece); pieces may overlap, and the first in the order of `KINDS` counts. What is refuted is
        everything else if the region is exact.
    domain
        what is assumed from the start.
    size
        how far the axes reach, from zero.
    borders, corners
        where the safe area ends, and where two of these borders meet.
    own
        the line of the model's own TIME_WAIT: its ends, if it can be drawn.
    given
        the point of the user's numbers, if there is one; it may lie outside the frame.
    fixed
        the parameters that are no axis, in the unit.
    free
        parameters that no border depends on: the picture is the same for all their values.
    """

    plane: Plane
    unit: str
    pieces: Sequence[tuple[str, Piece]]
    domain: Piece
    size: Point
    borders: Sequence[Border]
    corners: Sequence[Point]
    own: tuple[Point, Point] | None
    given: Point | None
    fixed: Mapping[str, Fraction]
    free: tuple[str, ...]

    def kind(self, point: Point) -> str | None:
        """What is known of a point; None outside of what is assumed."""
        if not self.domain.inside(point):
            return None
        return next((k for k in KINDS for kind, piece in self.pieces if kind == k and piece.inside(point)), OPEN)

    def shows(self, kind: str) -> bool:
        """Whether there is anything of a kind in the frame."""
        found = [piece for other, piece in self.pieces if other == kind and piece.polygon(*self.size)]
        if kind != REFUTED or self.domain not in found:
            return bool(found)
        # The rest of the domain: there is some if the safe area has borders, or is none.
        polygon = self.domain.polygon(*self.size)
        middle = tuple(sum((p[axis] for p in polygon), Fraction(0)) / len(polygon) for axis in (0, 1))
        return bool(self.borders) or self.kind((middle[0], middle[1])) == REFUTED

    def is_safe(self, point: Point) -> bool:
        """Whether the property is proved there."""
        return any(kind in (BEYOND, WITHIN) and piece.inside(point) for kind, piece in self.pieces)


def area(report: BoundReport, x: str, y: str, unit: str, fixed: Mapping[str, Fraction] | None = None) -> Area:
    """Cut a report's regions with the plane of ``x`` and ``y``, everything in multiples of ``unit``.

    Raises
    ------
    UsageError
        if these are no parameters of the report, or nothing that is assumed lies in the plane.
    """
    if len({x, y, unit}) < 3 or not {x, y, unit} <= set(report.names):
        raise UsageError(f"axes and their unit are three of {', '.join(report.names)}, not {x}, {y} and {unit}")
    free = _free(report, {x, y, unit, *(fixed or {})})
    values = _values(report, {x, y, unit}, unit, fixed or {})
    for name in free:
        del values[name]
    plane = Plane(report.names, x, y, {**values, unit: Fraction(1), **dict.fromkeys(free, Fraction(0))})

    def drawn(conditions: Sequence[Condition]) -> Piece | None:
        """What is left where the free parameters may be anything."""
        about = [report.names.index(name) for name in free]
        left = [c for c in conditions if not any(c[0][place] for place in about)]
        positive = [(tuple(int(n == axis) for n in report.names), True) for axis in (x, y)]
        return plane.piece([*left, *(c for c in positive if report.domain.holds(*c))])

    domain = drawn(report.domain.conditions)
    if domain is None:
        said = ", ".join(f"{n} = {v} {unit}" for n, v in values.items())
        raise UsageError(f"nothing can be drawn for {said}: it contradicts what is assumed of the parameters")
    proofs = [(BEYOND if p.unbounded else WITHIN, p.region) for p in report.proofs]
    proofs += [(WITHIN, r) for r in report.safe if not any(p.region.includes(r) for p in report.proofs)]
    known = [(kind, drawn(region.conditions)) for kind, region in proofs if not region.empty]
    if report.status == EXACT:
        known.append((REFUTED, domain))
    else:
        known += [(REFUTED, drawn((*report.domain.conditions, *cut.conditions))) for cut in report.cuts]
        known += [(OPEN, drawn(region.conditions)) for region in report.open if not region.empty]
    pieces = [(kind, piece) for kind, piece in known if piece is not None]
    own, given = _own(report, plane, unit), _given(report, x, y, unit)
    size = _size(pieces, domain, own, given)
    found = _borders(pieces, domain, size)
    line = _within(own, size) if own else None
    return Area(plane, unit, pieces, domain, size, found, corners(found), line, given, values, free)


def _free(report: BoundReport, named: set[str]) -> tuple[str, ...]:
    """The parameters that occur in nothing but what is assumed of them."""
    said = [c for region in (*report.safe, *(p.region for p in report.proofs)) for c in region.conditions]
    if report.status != EXACT:
        said += [c for region in report.open for c in region.conditions]
        said += [c for cut in report.cuts for c in cut.conditions]
    own = [row for row, strict in said if not report.domain.holds(row, strict)]
    own.append(tuple(dict(report.own.terms).get(name, 0) for name in report.names))
    return tuple(n for i, n in enumerate(report.names) if n not in named and not any(row[i] for row in own))


def _values(
    report: BoundReport, drawn: set[str], unit: str, fixed: Mapping[str, Fraction]
) -> dict[str, Fraction]:
    others = [n for n in report.names if n not in drawn]
    unknown = sorted(set(fixed) - set(others))
    if unknown:
        raise UsageError(f"{', '.join(unknown)} cannot be fixed here; what can is {', '.join(others) or 'nothing'}")
    given = report.request.given
    values: dict[str, Fraction] = {}
    for name in others:
        if name in fixed:
            values[name] = fixed[name]
        elif name in given and given.get(unit):
            values[name] = given[name] / given[unit]
        elif name == "TIME_WAIT":
            values[name] = report.own.value({**_USUAL, "": Fraction(1), **values})
        else:
            values[name] = _USUAL.get(name, Fraction(0))
    return values


def _own(report: BoundReport, plane: Plane, unit: str) -> Side | None:
    """The line of the model's own TIME_WAIT."""
    if "TIME_WAIT" not in (plane.x, plane.y):
        return None
    terms = {n: -c for n, c in report.own.terms}
    constant = terms.pop("", Fraction(0))
    if constant and not report.request.given.get(unit):
        return None
    row = tuple(terms.get(n, Fraction(0)) + int(n == "TIME_WAIT") for n in plane.names)
    side = plane.side(row, False)
    return side._replace(c=side.c + constant / report.request.given[unit]) if constant else side


def _given(report: BoundReport, x: str, y: str, unit: str) -> Point | None:
    given = report.request.given
    if not {x, y, unit} <= given.keys() or not given[unit]:
        return None
    return given[x] / given[unit], given[y] / given[unit]


def _borders(pieces: Sequence[tuple[str, Piece]], domain: Piece, size: Point) -> list[Border]:
    safe = [piece for kind, piece in pieces if kind in (BEYOND, WITHIN)]
    return borders(safe, domain, [piece for kind, piece in pieces if kind not in (BEYOND, WITHIN)], *size)


def _within(line: Side, size: Point) -> tuple[Point, Point] | None:
    """The part of a line in the frame."""
    zero = Fraction(0)
    found: list[Point] = [(zero, zero), (size[0], zero), size, (zero, size[1])]
    for side in (line, line._replace(a=-line.a, b=-line.b, c=-line.c)):
        found = clipped(found, side)
    return (min(found), max(found)) if len(found) > 1 else None


def _size(
    pieces: Sequence[tuple[str, Piece]], domain: Piece, own: Side | None, given: Point | None
) -> Point:
    """How far the axes reach: beyond everything that happens."""
    sides = list({s.line: s for piece in (domain, *(p for _, p in pieces)) for s in piece.sides}.values())
    far = max([Fraction(4), *(abs(v) for one, other in combinations(sides, 2) for v in _crossing(one, other))]) * 4
    happens: tuple[list[Fraction], list[Fraction]] = ([], [])
    begins = [Fraction(0), Fraction(0)]
    found = _borders(pieces, domain, (far, far))
    for point in corners(found):
        happens[0].append(point[0])
        happens[1].append(point[1])
    for border in found:
        for end in (border.start, border.end):
            # Elsewhere a border says something about an axis only where it is upright on it or meets it.
            if not border.line[1] or not end[1]:
                happens[0].append(end[0])
            if not border.line[0] or not end[0]:
                happens[1].append(end[1])
            if far not in end:
                begins = [max(begins[axis], end[axis]) for axis in (0, 1)]
    if own is not None:
        ends = _within(own, (far, far))
        for axis in (0, 1):
            happens[axis].extend(end[axis] for end in ends or () if not (own.b, own.a)[axis])
    size = [max(values, default=Fraction(0)) * _MARGINS[axis] or _LEAST for axis, values in enumerate(happens)]
    size = [max(v, begins[axis] * _MARGINS[axis]) for axis, v in enumerate(size)]
    if given is not None:
        size = [max(v, g * Fraction(6, 5)) if g <= 2 * v else v for v, g in zip(size, given, strict=True)]
    return _round(size[0]), _round(size[1])


def _crossing(one: Side, other: Side) -> tuple[Fraction, ...]:
    """Where two lines meet, if they do."""
    turn = one.a * other.b - other.a * one.b
    if not turn:
        return ()
    return (one.b * other.c - other.b * one.c) / turn, (other.a * one.c - one.a * other.c) / turn


def _step(size: Fraction) -> Fraction:
    """The distance of the numbers on an axis: 1, 2 or 5 times a power of ten."""
    step = Fraction(1, 10**6)
    while True:
        for factor in (1, 2, 5):
            if size <= _TICKS * step * factor:
                return step * factor
        step *= 10


def _round(size: Fraction) -> Fraction:
    half = _step(size) / 2
    return -(-size // half) * half


def ticks(size: Fraction) -> list[tuple[Fraction, bool]]:
    """Where an axis has ticks, and whether with a number."""
    half = _step(size) / 2
    return [(n * half, not n % 2) for n in range(int(size // half) + 1)]


def equation(area: Area, row: Sequence[int | Fraction]) -> str:
    """A border as people write it, solved for what is drawn upwards if it mentions that."""
    terms = {n: Fraction(v) for n, v in zip(area.plane.names, row, strict=True)}
    subject = area.plane.y if terms[area.plane.y] else area.plane.x
    factor = terms.pop(subject)
    return f"{subject} = {expression_text(Linear.of({n: -v / factor for n, v in terms.items()}))}"


def verdict(report: BoundReport) -> str:
    """The region in one sentence."""
    # Lines are not broken within a condition.
    texts = ([c.replace(" ", "\u00a0") for c in region_texts(r, report.domain, report.names)] for r in report.safe)
    alternatives = [" and ".join(conditions) for conditions in texts]
    exact = report.status == EXACT
    if not all(alternatives):
        return "holds for all values"
    if not alternatives:
        return "is refuted for all values" if exact else "is not proved for any values so far"
    more = "" if exact else "; nothing is known of some other values"
    return f"holds {'exactly ' if exact else ''}if {', or '.join(alternatives)}{more}"
