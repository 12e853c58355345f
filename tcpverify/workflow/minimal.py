"""All minimal sets with a property that only grows: the smallest first, and with few questions.

The question "does this set break it?" is monotone: a set that contains a breaking one breaks it too. A set breaks it
only if it contains an element of every *remedy* (the complement of a set that holds). So the smallest set that meets
all remedies known so far is asked next. If it breaks, no smaller one does, for each of those lies within a set that
holds; if it holds, it is made as large as it can be while it still holds, and what is then missing is one remedy more
(the implicit hitting sets of Ignatiev, Previti, Liffiton and Marques-Silva, "Smallest MUS extraction with minimal
hitting set dualization", CP 2015).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

__all__ = ["Found", "Question", "minimal_sets"]

Set = frozenset[str]
#: whether a set breaks it; None: nobody knows
Question = Callable[[Set], bool | None]


@dataclass
class Found:
    """What is known so far; it stays readable when a question ends the search by an exception.

    Attributes
    ----------
    minimal
        the sets that break it though nothing smaller within them is known to, smallest first.
    holding
        sets that hold; as large as they can be, except where a search was cut short.
    unknown
        sets of which nobody knows.
    complete
        whether there are no other minimal sets, apart from such as contain an unknown one.
    """

    minimal: list[Set] = field(default_factory=list)
    holding: list[Set] = field(default_factory=list)
    unknown: list[Set] = field(default_factory=list)
    complete: bool = False

    def certain(self, minimal: Set) -> bool:
        """Whether everything smaller within a set is known to hold."""
        return all(any(minimal - {one} <= held for held in self.holding) for one in minimal)


def minimal_sets(universe: Sequence[str], breaks: Question, found: Found | None = None) -> Found:
    """All minimal sets that break it; ``found`` is filled while the search goes on."""
    found = found if found is not None else Found()
    breaking: list[Set] = []

    def ask(one: Set) -> bool | None:
        """The answer, from what is known if that is enough."""
        if any(known <= one for known in breaking):
            return True
        if any(one <= known for known in found.holding):
            return False
        answer = breaks(one)
        if answer:
            breaking.append(one)
        return answer

    for candidate in _hitting(universe, found):
        answer = ask(candidate)
        if answer:
            found.minimal.append(candidate)
        elif answer is None:
            found.unknown.append(candidate)
        else:
            found.holding.append(candidate)
            largest = candidate
            for element in universe:
                if element not in largest and ask(largest | {element}) is False:
                    largest = largest | {element}
            found.holding[:] = [known for known in found.holding if not known < largest]
            if largest not in found.holding:
                found.holding.append(largest)
    found.complete = True
    return found


def _hitting(universe: Sequence[str], found: Found) -> Iterator[Set]:
    """The smallest set that meets every remedy and contains no minimal set, again and again while there is one.

    Sets already asked without an answer are not asked twice.
    """
    size = 0
    while size <= len(universe):
        for chosen in combinations(universe, size):
            candidate = frozenset(chosen)
            held = any(candidate <= known for known in found.holding)
            if not held and candidate not in found.unknown and not any(m <= candidate for m in found.minimal):
                yield candidate
        size += 1
