"""Bounds that are formal minima of linear expressions, and the regions of parameters in which they are compared.

A formal minimum is a few expressions, the least of which counts; which one that is may differ from one parameter value
to the next. Sums and minima of formal minima are formal minima, so they need no case distinction; an expression that
another one undercuts everywhere in a region is left out. Entries and regions are numbers, and every operation on them
is remembered.
"""

from __future__ import annotations

from collections.abc import Sequence

from tcpverify.engines.zones import EMPTY
from tcpverify.lang.linear import Linear
from tcpverify.lang.region import Condition, Region, Row

__all__ = ["NONE", "ZERO", "Entry", "Matrix", "Minima", "row_of"]

#: numbers of entries of a matrix: no bound, and "at most zero"
NONE, ZERO = 0, 1

Entry = int
Matrix = list[Entry]


def row_of(bound: Linear, names: Sequence[str]) -> Row:
    """The coefficients of an expression, in the order of the parameters.

    Raises
    ------
    KeyError
        if it mentions a parameter that is none of them.
    """
    terms = dict(bound.terms)
    row = tuple(terms.pop(name, 0) for name in names)
    if terms:
        raise KeyError(*terms)
    return row


class Minima:
    """Entries and regions by number.

    Parameters
    ----------
    size
        the number of parameters.
    region
        number 0: the parameter values that everything is about.
    widest
        the greatest coefficient that an expression may have, others being forgotten; 0: any.
    """

    def __init__(self, size: int, region: Region, widest: int = 0) -> None:
        self.widest = widest
        #: formal minima, sorted tuples of (row, strict)
        self.entries: list[tuple[Condition, ...]] = [(), ((tuple([0] * size), False),)]
        self._entry_ids = {entry: i for i, entry in enumerate(self.entries)}
        self.regions: list[Region] = [region]
        self._region_ids: dict[object, int] = {region.conditions: 0}
        self._met: dict[tuple[int, tuple[Condition, ...]], int] = {}
        self._plus: dict[tuple[int, Entry, Entry], Entry] = {}
        self._least: dict[tuple[int, Entry, Entry], Entry] = {}
        self._within: dict[tuple[int, Entry], Entry] = {}
        self._below: dict[tuple[int, Entry, Entry], bool] = {}
        self._beyond: dict[tuple[int, Entry, tuple[Row, ...]], bool] = {}
        self._cut: dict[tuple[int, Entry, tuple[Row, ...]], Entry] = {}
        self._joined: dict[tuple[int, Entry, int, Entry], Entry] = {}

    # ------------------------------------------------------------ entries

    def entry(self, minimum: Sequence[Condition]) -> Entry:
        """The number of a formal minimum."""
        key = tuple(sorted(minimum))
        found = self._entry_ids.get(key)
        if found is None:
            found = self._entry_ids[key] = len(self.entries)
            self.entries.append(key)
        return found

    def _reduced(self, region: int, found: set[Condition]) -> Entry:
        """The entry with what others undercut everywhere left out."""
        kept = list(found)
        if len(kept) > 1:
            holds = self.regions[region].holds
            for row, strict in list(kept):
                for other, tight in kept:
                    if (other, tight) == (row, strict):
                        continue
                    # Equal values: the strict one is the smaller.
                    apart = tuple(a - b for a, b in zip(row, other, strict=True))
                    if holds(apart, strict and not tight):
                        kept.remove((row, strict))
                        break
        if self.widest:
            kept = [c for c in kept if all(-self.widest <= v <= self.widest for v in c[0])]
        return self.entry(kept)

    def plus(self, region: int, a: Entry, b: Entry) -> Entry:
        """The sum of two bounds."""
        if a == NONE or b == NONE:
            return NONE
        if a == ZERO:
            return b
        if b == ZERO:
            return a
        key = (region, a, b) if a < b else (region, b, a)
        found = self._plus.get(key)
        if found is None:
            sums = {
                (tuple(p + q for p, q in zip(x, y, strict=True)), s or t)
                for x, s in self.entries[a]
                for y, t in self.entries[b]
            }
            found = self._plus[key] = self._reduced(region, sums)
        return found

    def least(self, region: int, a: Entry, b: Entry) -> Entry:
        """The lesser of two bounds, whichever it is."""
        if a == b or b == NONE:
            return a
        if a == NONE:
            return b
        key = (region, a, b) if a < b else (region, b, a)
        found = self._least.get(key)
        if found is None:
            found = self._least[key] = self._reduced(region, {*self.entries[a], *self.entries[b]})
        return found

    def below(self, region: int, a: Entry, b: Entry) -> bool:
        """Whether the first bound is nowhere above the second."""
        if a == b or b == NONE:
            return True
        if a == NONE:
            return False
        key = (region, a, b)
        found = self._below.get(key)
        if found is None:
            found = self._below[key] = all(self._reaches(region, a, bound) for bound in self.entries[b])
        return found

    def _reaches(self, region: int, a: Entry, bound: Condition) -> bool:
        """Whether everywhere some expression of the entry is at most the bound."""
        row, strict = bound
        here = self.regions[region]
        rest = []
        for other, tight in self.entries[a]:
            apart = tuple(p - q for p, q in zip(row, other, strict=True))
            if here.holds(apart, strict and not tight):
                return True
            rest.append((tuple(-v for v in apart), not (strict and not tight)))
        # Each fails somewhere; perhaps nowhere all at once.
        return len(rest) > 1 and here.meet(*rest).empty

    # ------------------------------------------------------------ regions

    def narrowed(self, region: int, conditions: Sequence[Condition]) -> int:
        """The number of the region in which these hold as well, or EMPTY."""
        here = self.regions[region]
        fresh = tuple(sorted({c for c in conditions if not here.holds(*c)}))
        if not fresh:
            return region
        key = (region, fresh)
        found = self._met.get(key)
        if found is None:
            part = here.meet(*fresh)
            if part.empty:
                found = EMPTY
            else:
                found = self._region_ids.setdefault(part.conditions, len(self.regions))
                if found == len(self.regions):
                    self.regions.append(part)
            self._met[key] = found
        return found

    def not_negative(self, region: int, a: Entry, b: Entry) -> int:
        """The part of the region in which a cycle of two bounds is possible, or EMPTY."""
        if a == NONE or b == NONE:
            return region
        cycle = [
            (tuple(p + q for p, q in zip(x, y, strict=True)), s or t)
            for x, s in self.entries[a]
            for y, t in self.entries[b]
        ]
        return self.narrowed(region, cycle)

    def within(self, region: int, entry: Entry) -> Entry:
        """An entry with what is redundant in this region left out."""
        if len(self.entries[entry]) < 2:
            return entry
        key = (region, entry)
        found = self._within.get(key)
        if found is None:
            found = self._within[key] = self._reduced(region, set(self.entries[entry]))
        return found

    # ------------------------------------------------------------ limits, and bounds of several regions

    def just_beyond(self, upper: tuple[Row, ...]) -> Entry:
        return self.entry([(tuple(-v for v in upper[0]), True)]) if len(upper) == 1 else ZERO

    def beyond(self, region: int, entry: Entry, limits: tuple[Row, ...]) -> bool:
        """Whether a clock with that entry in the first row exceeds every limit, everywhere in the region."""
        if not limits:
            return True
        key = (region, entry, limits)
        found = self._beyond.get(key)
        if found is None:
            here = self.regions[region]
            # The clock is at least -row, for every row of the entry.
            found = self._beyond[key] = all(
                any(here.holds(tuple(-p - q for p, q in zip(row, limit, strict=True)), True)
                    for row, _ in self.entries[entry])
                for limit in limits
            )  # fmt: skip
        return found

    def not_above(self, region: int, entry: Entry, limits: tuple[Row, ...]) -> Entry:
        """An upper bound without what exceeds every limit anyway."""
        key = (region, entry, limits)
        found = self._cut.get(key)
        if found is None:
            here = self.regions[region]
            kept = [
                (row, strict)
                for row, strict in self.entries[entry]
                if not all(here.holds(tuple(p - q for p, q in zip(row, limit, strict=True)), True) for limit in limits)
            ]
            found = self._cut[key] = self.entry(kept)
        return found

    def greatest(self, here: int, a: Entry, there: int, b: Entry) -> Entry:
        """A bound that is nowhere below the first within its region, nor below the second within the other."""
        if a == b or NONE in (a, b):
            return a if a == b else NONE
        key = (here, a, there, b)
        found = self._joined.get(key)
        if found is None:
            kept = [c for c in self.entries[a] if self._reaches(there, b, c)]
            kept += [c for c in self.entries[b] if c not in kept and self._reaches(here, a, c)]
            found = self._joined[key] = self.entry(kept)
        return found
