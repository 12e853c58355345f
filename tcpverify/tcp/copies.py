"""The network when duplicates are unlimited: of every distinct segment only what matters of its copies.

However often a segment was sent and copied, a run can do with its copies no more than with two of them: the
youngest, which can be delivered for longest, and the oldest that was never delivered, which must be delivered
soonest. So a segment is in flight in one of three ways, and the network is finite however often it is sent:

- *owed*: sent, and no copy delivered yet; it must be delivered before it is MSL old (one clock);
- owed twice: sent again before that; the clocks of the oldest and of the youngest sending;
- *a copy*: it may be delivered any number of times while it is younger than MSL, or never (one clock).

Delivery is deterministic: owed twice becomes owed (the youngest), owed becomes a copy, a copy stays. A copy can be
forgotten only when it is too old to be delivered; that is asked where it matters: when a TIME-WAIT timer expires,
and when a CLOSED end could not open, or only otherwise, because of old incarnations that live on in copies.

To give up that a segment must be delivered only adds behaviour, so a proof may give up as much as it can spare:
`OBLIGATIONS` says how much is kept. The fewer, the smaller the state space. What lies between the oldest and the
youngest is always given up. An opening segment (SYN) of scopes that start with an established connection is
delivered exactly once, as everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tcpverify.tcp.location import Plan
from tcpverify.tcp.parts import Parts

__all__ = ["OBLIGATIONS", "Copies"]

#: which segments must be delivered at least once, from the fewest: those that change a receiver that waits for an
#: acknowledgment; also those whose answer goes to such an end; all
OBLIGATIONS = ("receiver", "answered", "all")

Flight = tuple[int, ...]
Rows = list[tuple[int, int]]


class Copies:
    """Flights in which copies are unlimited, as functions of the flight before, remembered.

    Parameters
    ----------
    arrivals
        what an end does with a segment: plans by numbers of end and segment.
    obligations
        one of `OBLIGATIONS`.
    opening_undisturbed
        whether opening segments are delivered once only.
    """

    def __init__(
        self, parts: Parts, arrivals: Callable[[int, int], Sequence[Plan]], obligations: str, opening_undisturbed: bool
    ) -> None:
        self._parts, self._arrivals = parts, arrivals
        self._obligations, self._undisturbed = OBLIGATIONS.index(obligations), opening_undisturbed
        self._steps: dict[tuple[Flight, int, Flight, bool, int, int], tuple[Flight, tuple[int, ...]]] = {}
        self._copies: dict[Flight, tuple[int, ...]] = {}
        self._matters: dict[tuple[int, int, int], bool] = {}

    def copies(self, flight: Flight) -> tuple[int, ...]:
        """The positions of copies, which nothing obliges to arrive."""
        found = self._copies.get(flight)
        if found is None:
            segments = self._parts.segments
            found = self._copies[flight] = tuple(i for i, n in enumerate(flight) if segments[n].copy)
        return found

    def alive(self, flight: Flight, copy: int) -> list[int]:
        """The segments that are certainly in flight: the owed ones, and the copy at that position (-1: none)."""
        copies = self.copies(flight)
        return [n for i, n in enumerate(flight) if i == copy or i not in copies]

    def without_oldest(self, flight: Flight) -> list[tuple[Flight, tuple[int, ...]]]:
        """What is left of a flight, with old positions, without the copies of the oldest incarnation, the two oldest,
        and so on. A copy is as old as the oldest number in it."""
        segments = self._parts.segments
        oldest = {i: min([segments[flight[i]].incarnation, *(t >> 1 for t in segments[flight[i]].tags() if t > 1)])
                  for i in self.copies(flight)}  # fmt: skip
        found = []
        for limit in sorted(set(oldest.values())):
            kept = tuple(i for i in range(len(flight)) if oldest.get(i, limit + 1) > limit)
            found.append((tuple(flight[i] for i in kept), kept))
        return found

    def step(
        self, flight: Flight, position: int, sent: Flight, expires: bool, ends: tuple[int, int]
    ) -> tuple[Flight, tuple[int, ...]]:
        """The flight after one event, and per segment its old position, or -1: just sent.

        A segment is delivered (``position``), or none (-1), and others are sent; ``ends`` are the ends after it.
        With ``expires`` a TIME-WAIT timer ends: either all copies are too old by then and are forgotten, or the one
        at ``position`` is not.
        """
        key = (flight, position, sent, expires, *ends)
        found = self._steps.get(key)
        if found is None:
            rows = [*zip(flight, range(len(flight)), strict=True)]
            if expires and position < 0:
                rows = [(n, i) for n, i in rows if not self._parts.segments[n].copy]
            elif position >= 0 and not expires:
                rows = self._delivered(rows, position)
            for number in sent:
                copy = self._copy(number)
                older = [row for row in rows if row[0] == number]
                rows = [row for row in rows if row[0] not in (number, copy)]
                rows += [*older[:1], (number, -1)]
            rows = self._relieved(rows, ends)
            # Stable: of two equal segments the older one comes first.
            rows.sort(key=lambda row: row[0])
            found = self._steps[key] = tuple(n for n, _ in rows), tuple(c for _, c in rows)
        return found

    def _delivered(self, rows: Rows, position: int) -> Rows:
        number = rows[position][0]
        twice = sum(n == number for n, _ in rows) > 1
        left = [row for i, row in enumerate(rows) if i != position]
        return left if twice or self._once(number) else [*left, (self._copy(number), position)]

    def _relieved(self, rows: Rows, ends: tuple[int, int]) -> Rows:
        """Those that need not be delivered made copies; of two the youngest, which can be delivered for longest."""
        found = []
        for place, (number, clock) in enumerate(rows):
            segment = self._parts.segments[number]
            sender = segment.end
            if segment.copy or self._once(number) or self._must(number, ends[1 - sender], ends[sender]):
                found.append((number, clock))
            elif all(n != number for n, _ in rows[place + 1 :]):
                found.append((self._copy(number), clock))
        return found

    def _copy(self, number: int) -> int:
        return self._parts.segment(self._parts.segments[number]._replace(copy=True))

    def _once(self, number: int) -> bool:
        return self._undisturbed and self._parts.segments[number].syn

    def _must(self, number: int, receiver: int, sender: int) -> bool:
        """Whether it is kept in mind that this segment must arrive at least once."""
        if self._obligations == len(OBLIGATIONS) - 1:
            return True
        key = (number, receiver, sender)
        found = self._matters.get(key)
        if found is None:
            timers = self._parts.timers
            waits, asks = "retransmission" in timers[receiver], "retransmission" in timers[sender]
            found = self._matters[key] = any(
                (waits and plan.after != receiver) or (self._obligations and asks and bool(plan.reaction.emits))
                for plan in self._arrivals(receiver, number)
            )
        return found
