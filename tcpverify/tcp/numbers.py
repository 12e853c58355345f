"""Sequence numbers of several incarnations, related by an adversary as late as possible.

The exploration never fixes an ISN. A number is written relative to the number space it comes from: the ISS
that one end chose for one incarnation. Numbers of one space compare by their offsets. When a rule compares
numbers of two spaces, the relation of the spaces is decided there and then, in every way that matters
(`Spaces`): that is what the ``worst-case`` regime means, and deciding late explores only differences that
some rule can see.

A number is the integer ``tag * 2**SHIFT + offset``; the tag is ``2 * incarnation + end``, so tags of even
and odd parity are the two directions. Incarnation 0 is not a connection but the constant SEQ=0 of RFC 9293
§3.10.7.1.

The distances of two ISNs that matter are finitely many classes; `tcpverify.tcp.lemma` lets Z3 prove over
32-bit numbers that the distances listed by `distances` meet every class.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import combinations, pairwise, product

__all__ = [
    "HALF", "NO_RELATION", "SHIFT", "Delta", "Pairs", "Relation", "Spaces", "Unrelated", "distances", "edges",
    "number", "offset", "tag_of",
]  # fmt: skip

SHIFT = 10
HALF = 1 << (SHIFT - 1)

#: tags in ascending order, and the possible base values of each (the first of every direction is 0)
Relation = tuple[tuple[int, ...], frozenset[tuple[int, ...]]]
NO_RELATION: Relation = ((), frozenset({()}))
#: for pairs of tags (lower, higher) the distances (higher ISS - lower ISS) that are possible
Pairs = tuple[tuple[tuple[int, int], frozenset[int]], ...]
Delta = Callable[[int, int], int]


def tag_of(value: int) -> int:
    """The number space of a number."""
    return (value + HALF) >> SHIFT


def offset(value: int) -> int:
    """The distance of a number from the ISS of its space."""
    return value - (tag_of(value) << SHIFT)


def number(incarnation: int, end: int, offset: int = 0) -> int:
    """The number ``offset`` beyond the ISS that ``end`` chose for ``incarnation``."""
    return ((2 * incarnation + end) << SHIFT) + offset


class Unrelated(Exception):
    """Two number spaces were compared whose relation is not decided: ``pair``, the lower tag first."""

    def __init__(self, first: int, second: int) -> None:
        super().__init__(first, second)
        self.pair = (min(first, second), max(first, second))


def edges(bits: int, window: int) -> tuple[int, ...]:
    """The distances at which some comparison changes its answer, in the order of the circle.

    Two numbers at distance d are compared in both directions (a segment of either space may meet an end that
    counts in the other): with each other, which changes at 0 and at the antipode; with the receive window, at
    window and -window; and with the window of RFC 5961 §5.2 before SND.UNA, where d + window and -d + window
    change sign: also at the antipode less or plus a window.
    """
    half = 1 << (bits - 1)
    return (-half, -half + window, -window, 0, window, half - window)


def distances(bits: int, window: int, reach: int) -> list[int]:
    """One distance of two ISNs for every way in which their numbers can compare, in ascending order.

    Numbers of either space lie within ``reach`` of each other's offsets, so a distance matters through the
    values ``distance - reach … distance + reach``. Their answers change only near an edge, where every
    distance is listed; of the distances from one edge to the next, which all look alike, the first is.

    Raises
    ------
    ValueError
        if the circle has no room to keep the edges apart.
    """
    corners = edges(bits, window)
    if any(b - a < 2 * reach + 2 for a, b in zip(corners, (*corners[1:], 1 << (bits - 1)), strict=True)):
        raise ValueError(f"{bits} bits are too few for a window of {window} and a reach of {reach}")
    size = 1 << bits
    near = {(e + d + size // 2) % size - size // 2 for e in corners for d in range(-reach, reach + 1)}
    return sorted(near | {e + reach + 1 for e in corners})


class Spaces:
    """The number spaces of a scope: width, window, and how spaces may relate.

    Parameters
    ----------
    span
        the greatest offset that an end uses: SYN, data and FIN.
    regime
        ``worst-case`` or ``timestamps``: any relation; ``clock``: a later space begins beyond the earlier.
    """

    def __init__(self, span: int, regime: str) -> None:
        self.reach = span + 1
        # With a window between 3*(reach+1) and a third of the way to the antipode, less reach+1, the classes
        # of the distances of three spaces combine as they do on a circle of any other size: see the lemma.
        self.window = 3 * self.reach + 4
        self.bits = 6
        while 1 << (self.bits - 1) <= 3 * (self.window + self.reach + 1):
            self.bits += 1
        self.regime = regime
        self.distances = distances(self.bits, self.window, self.reach)
        #: for every distance the listed one that stands for it
        self.standard: dict[int, int] = {}
        half = 1 << (self.bits - 1)
        for value in range(-half, half):
            below = [d for d in self.distances if d <= value]
            self.standard[value] = max(below)
        self._met: dict[tuple[Relation, Pairs], Relation | None] = {}
        self._restricted: dict[tuple[Relation, tuple[int, ...]], Relation] = {}
        self._everything: dict[tuple[int, ...], frozenset[tuple[int, ...]]] = {}
        self._chosen: dict[int, dict[tuple[int, ...], tuple[int, ...]]] = {}
        self._canonical: dict[tuple[int, ...], tuple[int, ...]] = {}

    def signed(self, value: int) -> int:
        """A distance modulo the width, between minus half and half of it."""
        half = 1 << (self.bits - 1)
        return (value + half) % (2 * half) - half

    def delta(self, known: dict[tuple[int, int], int], seen: list[int]) -> Delta:
        """The signed distance of two numbers, where pairs of spaces have the known distances.

        For every comparison across spaces a word that says all that a rule can see of it goes into ``seen``:
        distances with equal words cannot be told apart.
        """

        def distance(a: int, b: int) -> int:
            left, right = (a + HALF) >> SHIFT, (b + HALF) >> SHIFT
            if left == right:
                return a - b
            if left < 2 or right < 2:
                # The constant SEQ=0 is no number of a connection: taken to be outside every window.
                return self.window + self.reach + 1
            low, high, sign = (left, right, -1) if left < right else (right, left, 1)
            apart = known.get((low, high))
            if apart is None:
                raise Unrelated(left, right)
            result = self.signed(sign * apart + a - b - ((left - right) << SHIFT))
            antipode = result == -(1 << (self.bits - 1))
            seen.append(0 if result == 0 else -1 - antipode if result < 0 else 1 + (result >= self.window))
            return result

        return distance

    def _bases(self, count: int) -> dict[tuple[int, ...], tuple[int, ...]]:
        """The classes that the distances of so many spaces of one direction can have together.

        Each with base values that have them, the first of which is 0. Sums of listed distances need not
        represent the sum, so for three spaces all values are tried, and of those with equal classes one is
        kept. More than three spaces extend what was kept for three.
        """
        found = self._chosen.get(count)
        if found is None:
            half = 1 << (self.bits - 1)
            tried: Iterable[tuple[int, ...]]
            if count < 3:
                tried = product((0,), *(self.distances,) * (count - 1))
            elif count == 3:
                tried = product((0,), range(-half, half), range(-half, half))
            else:
                shorter = self._bases(count - 1).values()
                tried = ((*bases, value) for bases in shorter for value in range(-half, half))
            found = {}
            for bases in tried:
                if self.regime != "clock" or self._ascending(bases):
                    found.setdefault(self._classes(bases), bases)
            self._chosen[count] = found
        return found

    def _classes(self, bases: tuple[int, ...]) -> tuple[int, ...]:
        return tuple([self.standard[self.signed(b - a)] for a, b in combinations(bases, 2)])

    def _standing(self, bases: tuple[int, ...]) -> tuple[int, ...]:
        """The kept base values that have the classes of these."""
        found = self._canonical.get(bases)
        if found is None:
            classes = self._classes(bases)
            found = self._bases(len(bases)).get(classes)
            if found is None:
                found = tuple(self.signed(b - bases[0]) for b in bases)
            self._canonical[bases] = found
        return found

    def _ascending(self, bases: tuple[int, ...]) -> bool:
        gaps = [self.signed(y - x) for x, y in pairwise(bases)]
        return all(self.reach <= g <= (1 << (self.bits - 1)) - self.reach - 1 for g in gaps)

    def everything(self, tags: tuple[int, ...]) -> frozenset[tuple[int, ...]]:
        """Every relation of these spaces that the regime allows; both directions in one tuple."""
        if tags in self._everything:
            return self._everything[tags]
        sides = [tuple(t for t in tags if t & 1 == side) for side in (0, 1)]
        found = set()
        lefts, rights = (list(self._bases(len(side)).values()) if side else [()] for side in sides)
        for left in lefts:
            for right in rights:
                values = dict(zip(sides[0] + sides[1], left + right, strict=True))
                found.add(tuple(values[t] for t in tags))
        self._everything[tags] = frozenset(found)
        return self._everything[tags]

    def meet(self, relation: Relation, pairs: Pairs) -> Relation | None:
        """The relation together with further distances, or None if they contradict each other."""
        if not pairs:
            return relation
        key = (relation, pairs)
        if key in self._met:
            return self._met[key]
        tags, known = relation
        if not tags and len({low & 1 for (low, _), _ in pairs}) == len(pairs):
            self._met[key] = self._fresh(pairs)
            return self._met[key]
        known_sides = {t & 1 for t in tags}
        new = tuple(p for p in pairs if p[0][0] & 1 not in known_sides)
        if new and len({low & 1 for (low, _), _ in new}) == len(new):
            # A direction nothing was known of: its choices times what is known of the other.
            added = self._fresh(new)
            if added is None:
                self._met[key] = None
                return None
            both = tuple(sorted((*tags, *added[0])))
            order = [(0, tags.index(t)) if t in tags else (1, added[0].index(t)) for t in both]
            joined = frozenset(tuple([pair[side][i] for side, i in order]) for pair in product(known, added[1]))
            old = tuple(p for p in pairs if p not in new)
            self._met[key] = self.meet((both, joined), old)
            return self._met[key]
        every = tuple(sorted({*tags, *(t for pair, _ in pairs for t in pair)}))
        values = known
        if every != tags:
            kept = [every.index(t) for t in tags]
            values = frozenset(
                v for v in self.everything(every) if self._normal(tags, tuple(v[i] for i in kept)) in known
            )
        for (low, high), allowed in pairs:
            i, j = every.index(low), every.index(high)
            values = frozenset(v for v in values if self.standard[self.signed(v[j] - v[i])] in allowed)
        self._met[key] = (every, values) if values else None
        return self._met[key]

    def _fresh(self, pairs: Pairs) -> Relation | None:
        """`meet` of nothing with one pair per direction, the common case: a plain product."""
        every = tuple(sorted(t for pair, _ in pairs for t in pair))
        choices = []
        for (low, high), allowed in pairs:
            possible = [bases[1] for bases in self.everything((low, high))]
            choices.append([d for d in possible if d in allowed])
        place = {pair[1]: i for i, (pair, _) in enumerate(pairs)}
        order = [place.get(t, -1) for t in every]
        values = frozenset(
            tuple([0 if i < 0 else chosen[i] for i in order]) for chosen in product(*choices)
        )
        return (every, values) if values else None

    def _normal(self, tags: tuple[int, ...], values: tuple[int, ...]) -> tuple[int, ...]:
        """The values that stand for these: the first space of each direction at 0, listed distances."""
        result = list(values)
        for side in (0, 1):
            places = [i for i, t in enumerate(tags) if t & 1 == side]
            if places:
                standing = self._standing(tuple([values[i] for i in places]))
                for i, value in zip(places, standing, strict=True):
                    result[i] = value
        return tuple(result)

    def restricted(self, relation: Relation, alive: frozenset[int] | set[int]) -> Relation:
        """What the relation still says about the spaces that are alive; nothing, if that is nothing."""
        tags, known = relation
        names = tuple(t for t in tags if t in alive)
        remembered = self._restricted.get((relation, names))
        if remembered is None:
            remembered = self._restricted[relation, names] = self._restrict(tags, known, names)
        return remembered

    def _restrict(
        self, tags: tuple[int, ...], known: frozenset[tuple[int, ...]], names: tuple[int, ...]
    ) -> Relation:
        kept = [i for i, t in enumerate(tags) if t in names]
        values = frozenset(self._normal(names, tuple(v[i] for i in kept)) for v in known)
        for side in (0, 1):
            if sum(t & 1 == side for t in names) == 1 or self._free(names, values, side):
                rest = [i for i, t in enumerate(names) if t & 1 != side]
                values = frozenset(tuple(v[i] for i in rest) for v in values)
                names = tuple(names[i] for i in rest)
        return (names, values) if names else NO_RELATION

    def _free(self, tags: tuple[int, ...], values: frozenset[tuple[int, ...]], side: int) -> bool:
        """Whether the relation says nothing about one direction."""
        mine = tuple(t for t in tags if t & 1 == side)
        if not mine:
            return False
        here = [i for i, t in enumerate(tags) if t & 1 == side]
        rest = [i for i, t in enumerate(tags) if t & 1 != side]
        others = {tuple(v[i] for i in rest) for v in values}
        full = self.everything(mine)
        return len(values) == len(full) * len(others) and {tuple(v[i] for i in here) for v in values} == full
