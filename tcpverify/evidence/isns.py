"""32-bit ISNs for the number spaces of a run, whose relations the exploration has decided one by one."""

from __future__ import annotations

from collections.abc import Mapping

from tcpverify.errors import InternalDisagreement
from tcpverify.tcp.interpreter import BITS, FIRST_ISN, WINDOW
from tcpverify.tcp.numbers import Spaces, edges

__all__ = ["Tag", "isns", "widen"]

Tag = tuple[int, int]  # (incarnation, end), both absolute


def isns(
    spaces: Spaces, decisions: list[tuple[tuple[Tag, ...], frozenset[tuple[int, ...]]]]
) -> dict[Tag, int]:
    """32-bit ISNs that satisfy every decision; spaces that nothing relates follow each other at a distance."""
    apart: dict[tuple[Tag, Tag], int] = {}
    for tags, values in decisions:
        pairs = [(i, j) for i in range(len(tags)) for j in range(i + 1, len(tags)) if tags[i][1] == tags[j][1]]
        fits = [
            v
            for v in values
            if all(
                apart.get((tags[i], tags[j]), spaces.signed(v[j] - v[i])) == spaces.signed(v[j] - v[i])
                for i, j in pairs
            )
        ]
        if not fits:
            raise InternalDisagreement("the relations of number spaces along the path contradict each other")
        best = min(fits, key=lambda v: ([abs(spaces.signed(v[j] - v[i])) for i, j in pairs], v))
        for i, j in pairs:
            apart[tags[i], tags[j]] = spaces.signed(best[j] - best[i])
            apart[tags[j], tags[i]] = -apart[tags[i], tags[j]]
    return _Isns(spaces, apart)


class _Isns(dict[Tag, int]):
    """ISNs by (incarnation, end), worked out when asked for, oldest first."""

    def __init__(self, spaces: Spaces, apart: Mapping[tuple[Tag, Tag], int]) -> None:
        super().__init__()
        self._spaces, self._apart = spaces, apart

    def __missing__(self, tag: Tag) -> int:
        incarnation, end = tag
        value = FIRST_ISN[end]
        for earlier in range(1, incarnation):
            value = self[earlier, end] + 10 * WINDOW
            distance = self._apart.get(((earlier, end), tag))
            if distance is not None:
                value = self[earlier, end] + widen(self._spaces, distance)
                if earlier == incarnation - 1:
                    break
        known = [e for e in range(1, incarnation) if ((e, end), tag) in self._apart]
        if known:
            value = self[known[-1], end] + widen(self._spaces, self._apart[(known[-1], end), tag])
        self[tag] = value % (1 << BITS)
        return self[tag]


def widen(spaces: Spaces, distance: int) -> int:
    """A 32-bit distance that compares with everything as the small one does (`tcpverify.tcp.lemma`)."""
    small, large = edges(spaces.bits, spaces.window), edges(BITS, WINDOW)
    for near, far in zip(small, large, strict=True):
        apart = spaces.signed(distance - near)
        if abs(apart) <= spaces.reach:
            return far + apart
    # Between two edges all distances look alike: take the middle of the same stretch.
    before = max(i for i, edge in enumerate(small) if edge <= distance)
    upper = large[before + 1] if before + 1 < len(large) else 1 << (BITS - 1)
    return (large[before] + upper) // 2
