"""What a page in a file has and what it lacks, in words."""

from __future__ import annotations

from tcpverify.views.quantities import plural
from tcpverify.workflow.positions import Excerpt

__all__ = ["covered"]


def covered(excerpt: Excerpt) -> str:
    """One or two sentences."""
    count = plural(len(excerpt.positions), "position")
    if excerpt.whole:
        return f"This file has all {count} of this scope."
    found = [j.property for j in excerpt.jumps if j.address is not None]
    ways = f", and the shortest ways to break {_listed(found)}, each with the choices beside it" if found else ""
    return (
        f"This file has {count}: all that lie within {plural(excerpt.depth, 'step')} of the start{ways}. There are "
        "more; where it ends, the page says which command goes on."
    )


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
