"""A trace as a ladder: two lifelines, time running downwards, segments as arrows between them.

A segment that arrives when other things have happened since it was sent keeps a dotted lane in the middle,
from the row where it leaves to the row where it arrives, so that lateness can be seen.
"""

from __future__ import annotations

from tcpverify.evidence.trace import EndState, SegmentRecord, Trace
from tcpverify.views.exchange import Row, label, rows
from tcpverify.views.quantities import BARE, Unit
from tcpverify.views.story import closing, heading
from tcpverify.views.styled import Glyphs, Line, Span, line, wrapped

__all__ = ["ladder"]

_NARROWEST_AREA = 36


def ladder(
    trace: Trace, title: str = "", *, width: int = 100, glyphs: Glyphs | None = None, unit: Unit = BARE,
    verbose: bool = False, words: bool = True,
) -> list[Line]:  # fmt: skip
    """The whole picture: what is shown, a legend, the ladder, and what happened in plain words.

    Parameters
    ----------
    title
        one line about the model, if there is one.
    unit
        in which times are written.
    verbose
        add to every step its rule, the clause behind it and what changed in the TCB.
    words
        whether there is more than the ladder itself.
    """
    drawing = _Drawing(trace, rows(trace, unit, verbose), width, glyphs or Glyphs.of(True), unit)
    if not words:
        return drawing.lines()
    shown = drawing.glyphs.words
    found = wrapped(shown(heading(trace, title, unit)), width, "title")
    found += drawing.legend()
    found += [(), *drawing.lines(), ()]
    for sentence in closing(trace, unit):
        found += wrapped(shown(sentence), width)
    return found


class _Cells:
    """One line of the area between the lifelines, written cell by cell."""

    def __init__(self, width: int) -> None:
        self.characters = [" "] * width
        self.styles = [""] * width

    def put(self, at: int, text: str, style: str = "") -> None:
        """Write over what is there; what does not fit is cut."""
        for place, character in enumerate(text, max(at, 0)):
            if place < len(self.characters):
                self.characters[place], self.styles[place] = character, style

    def spans(self) -> list[Span]:
        """The cells, joined where their style is the same."""
        found: list[Span] = []
        for character, style in zip(self.characters, self.styles, strict=True):
            if found and found[-1].style == style:
                found[-1] = Span(found[-1].text + character, style)
            else:
                found.append(Span(character, style))
        return found


class _Drawing:
    """Draws rows as lines of a certain width."""

    def __init__(self, trace: Trace, found: list[Row], width: int, glyphs: Glyphs, unit: Unit) -> None:
        self.trace, self.rows, self.width, self.glyphs, self.unit = trace, found, width, glyphs, unit
        self.time_head = f"time {unit.name}".strip()
        times = [unit.number(r.time) for r in found if r.time is not None]
        states = [e.state for r in found for e in r.ends.values()]
        self.time_width = max(len(t) for t in [*times, self.time_head])
        self.state_width = max(len(s) for s in states)
        self.mark_width = len(glyphs.mark) + 1
        # mark, time, state, lifeline, area, lifeline, state
        used = self.mark_width + self.time_width + 1 + self.state_width + 3 + 1 + self.state_width
        self.area = max(width - used, _NARROWEST_AREA)
        self.lanes: dict[int, int] = {}
        self.marked: set[int] = set()

    # ------------------------------------------------------------ the frame

    def legend(self) -> list[Line]:
        """What the signs mean that occur here."""
        g, every = self.glyphs, [e for r in self.rows for e in r.ends.values()]
        kinds = {r.kind for r in self.rows}
        parts = ["time runs downwards", "#n a segment", "inc the incarnation of the connection that sent it"]
        if "send" in kinds:
            parts.append(f"{g.lane} under way")
        if "lost" in kinds:
            parts.append(f"{g.lost} lost")
        if any(e.state == "TIME-WAIT" for e in every):
            parts.append(f"{g.shade} TIME-WAIT")
        if any(e.incarnation % 2 == 0 and e.state != "CLOSED" for e in every):
            parts.append(f"{g.odd} incarnation 1")
            parts.append(f"{g.even} incarnation 2")
        if any(e.state == "CLOSED" for e in every):
            parts.append(f"{g.closed} no connection")
        if any(r.bad for r in self.rows):
            parts.append(f"{g.mark} breaks the property")
        # A sign and its meaning stay on one line.
        whole = wrapped("; ".join(part.replace(" ", "\0") for part in parts), self.width, "dim")
        return [(Span(row[0].text.replace("\0", " "), "dim"),) for row in whole]

    def lines(self) -> list[Line]:
        """The ladder itself, with a head and the rows."""
        pad = " " * (self.mark_width + self.time_width + 1 - len(self.time_head) - 1)
        left, middle = " " * (self.state_width + 2), " " * self.area
        found = [line(pad, Span(self.time_head, "time"), left, Span("A", "head"), middle, Span("B", "head"))]
        for row in self.rows:
            found.extend(self._row(row))
        return [*found, *self._leftover()]

    def _row(self, row: Row) -> list[Line]:
        if row.kind == "broken":
            first = " " * self.mark_width + "  "
            return wrapped(self.glyphs.words(row.text), self.width, "bad", first, first + "  ")
        draw = {
            "arrow": self._arrow, "send": self._send, "arrival": self._arrival, "lost": self._lost,
            "loop": self._loop,
        }.get(row.kind, self._words)  # fmt: skip
        return draw(row, self._blank(row))

    def _blank(self, row: Row) -> _Cells:
        """An area with the lanes of what is under way."""
        cells = _Cells(self.area)
        flying = {s.number for s in row.flying}
        self.lanes = {
            n: at for n, at in self.lanes.items() if n in flying or (row.segment and n == row.segment.number)
        }
        for segment in row.flying:
            if segment.number in self.lanes:
                cells.put(self.lanes[segment.number], self.glyphs.lane, _ink(segment))
        return cells

    def _framed(self, row: Row, cells: _Cells, leaves: bool = False, plain: bool = False) -> Line:
        """A line: mark, time, state of A, lifelines with the area between them, state of B."""
        marked = row.bad and not plain and row.step not in self.marked
        if marked:
            self.marked.add(row.step)
        mark = Span((self.glyphs.mark if marked else "").ljust(self.mark_width), "bad")
        time = "" if row.time is None or plain else self.unit.number(row.time)
        changed = frozenset() if plain else row.changed
        a, b = row.ends["A"], row.ends["B"]
        sender = row.segment.sender if row.segment and leaves else ""
        style = "bad" if row.bad else ""
        return (
            mark,
            Span(time.rjust(self.time_width), "time"),
            Span(" " + (a.state if "A" in changed else "").rjust(self.state_width) + " ", style or _of(a)),
            Span(self._lifeline(a, 0 if sender == "A" else None), _of(a)),
            *cells.spans(),
            Span(self._lifeline(b, 1 if sender == "B" else None), _of(b)),
            Span(" " + (b.state if "B" in changed else ""), style or _of(b)),
        )

    def _lifeline(self, end: EndState, side: int | None) -> str:
        g = self.glyphs
        if end.state == "TIME-WAIT":
            return g.shade
        if end.state == "CLOSED":
            return g.closed
        if side is None:
            return g.odd if end.incarnation % 2 else g.even
        return (g.odd_out if end.incarnation % 2 else g.even_out)[side]

    # ------------------------------------------------------------ rows

    def _words(self, row: Row, cells: _Cells) -> list[Line]:
        """Words beside the lifeline of an end; those that do not fit take more lines."""
        style = "bad" if row.bad else "dim" if row.kind in ("note", "start") else ""
        found: list[Line] = []
        for part in wrapped(self.glyphs.words(row.text), self.area - 4) or [()]:
            self._beside(row.end, cells, "".join(span.text for span in part), style)
            found.append(self._framed(row, cells, plain=bool(found)))
            cells = self._blank(row)
        return found

    def _beside(self, end: str, cells: _Cells, text: str, style: str) -> None:
        # A blank on both sides keeps lanes from touching the words.
        text = f" {text} " if text else ""
        cells.put(0 if end == "A" else self.area - len(text), text, style)

    def _loop(self, row: Row, cells: _Cells) -> list[Line]:
        text = f" {self.glyphs.words(row.text)} "
        cells.put(0, self.glyphs.rule * self.area, "warn")
        cells.put(max(0, (self.area - len(text)) // 2), text, "warn")
        return [self._framed(row, cells)]

    def _arrow(self, row: Row, cells: _Cells) -> list[Line]:
        """From lifeline to lifeline in one row."""
        assert row.segment is not None
        text, extra = self._label(row, row.segment, 6)
        shaft = self._shaft(text, self.area - 1)
        return self._out(row, row.segment, cells, shaft, self.glyphs.heads, extra)

    def _send(self, row: Row, cells: _Cells) -> list[Line]:
        """It leaves; a lane begins."""
        assert row.segment is not None
        text, extra = self._label(row, row.segment, 8)
        length = self._lane(row.segment, len(text) + 5)
        return self._out(row, row.segment, cells, self._shaft(text, length), self.glyphs.leaves, extra)

    def _lost(self, row: Row, cells: _Cells) -> list[Line]:
        assert row.segment is not None
        text, extra = self._label(row, row.segment, 14)
        shaft = self._shaft(text, min(len(text) + 6, self.area - 8))
        return self._out(
            row, row.segment, cells, shaft, (f"{self.glyphs.lost} lost", f"lost {self.glyphs.lost}"), extra
        )

    def _arrival(self, row: Row, cells: _Cells) -> list[Line]:
        """A lane ends (or, for a copy, branches) and leads to the lifeline."""
        segment, g = row.segment, self.glyphs
        assert segment is not None
        at = self.lanes.get(segment.number, self.area // 2)
        towards_b = segment.sender == "A"
        still = any(s.number == segment.number for s in row.flying)
        corner = (g.branches if still else g.arrives)[0 if towards_b else 1]
        style = "bad" if row.bad else _ink(segment)
        room = at - 1 if towards_b else self.area - at - 2
        text = next((t for t in self._late(row, segment) if len(t) <= room), "")
        if towards_b:
            cells.put(at, corner + g.shaft * (self.area - at - 2) + g.heads[0], style)
            cells.put(at - len(text) - 1, text, style)
        else:
            cells.put(0, g.heads[1] + g.shaft * (at - 1) + corner, style)
            cells.put(at + 2, text, style)
        return [self._framed(row, cells)]

    def _late(self, row: Row, segment: SegmentRecord) -> list[str]:
        """What can be said of a late arrival, the fullest first."""
        assert row.sent_at is not None
        age, sent = self.unit.number(row.now - row.sent_at), self.unit.number(row.sent_at)
        copy = ", a copy" if row.text else ""
        if row.now == row.sent_at:
            return [
                f"#{segment.number} {segment.flags}{copy}",
                f"#{segment.number}{copy}",
                f"#{segment.number}",
            ]
        return [
            f"#{segment.number} {segment.flags} sent at {sent}, arrives {age} later{copy}",
            f"#{segment.number} sent at {sent}, arrives {age} later{copy}",
            f"#{segment.number} arrives {age} later{copy}",
            f"#{segment.number}, {age} later{copy}",
            f"#{segment.number}",
        ]

    # ------------------------------------------------------------ arrows

    def _label(self, row: Row, segment: SegmentRecord, room: int) -> tuple[str, list[Line]]:
        """What stands on the shaft, and a line above it if the whole label is too long for that."""
        text = label(segment)
        if len(text) + room <= self.area:
            return text, []
        above = []
        for part in wrapped(text, self.area - 4):
            cells = self._blank(row)
            self._beside(
                segment.sender, cells, "".join(s.text for s in part), "bad" if row.bad else _ink(segment)
            )
            above.append(self._framed(row, cells, plain=True))
        return f"#{segment.number}", above

    def _shaft(self, text: str, length: int) -> str:
        return f"{self.glyphs.shaft} {text} ".ljust(length, self.glyphs.shaft)

    def _out(
        self,
        row: Row,
        segment: SegmentRecord,
        cells: _Cells,
        shaft: str,
        tips: tuple[str, str],
        extra: list[Line],
    ) -> list[Line]:
        """A shaft that leaves the sender's lifeline and ends in the tip for its direction."""
        style = "bad" if row.bad else _ink(segment)
        if segment.sender == "A":
            cells.put(0, shaft + tips[0], style)
            return [*extra, self._framed(row, cells, leaves=True)]
        name, dash = shaft.strip(self.glyphs.shaft), self.glyphs.shaft
        body = dash * max(0, len(shaft) - len(name) - 1) + name + dash
        cells.put(self.area - len(body) - len(tips[1]), tips[1] + body, style)
        return [*extra, self._framed(row, cells, leaves=True)]

    def _lane(self, segment: SegmentRecord, wanted: int) -> int:
        """Length of the shaft up to a lane of its own; the lane is remembered."""
        taken = set(self.lanes.values())
        towards_b = segment.sender == "A"

        def column(length: int) -> int:
            return length if towards_b else self.area - 1 - length

        lengths = [*range(wanted, self.area - 3), *range(wanted - 1, 3, -1)]
        free = [n for n in lengths if not {column(n) - 1, column(n), column(n) + 1} & taken]
        length: int = free[0] if free else lengths[0]
        self.lanes[segment.number] = column(length)
        return length

    def _leftover(self) -> list[Line]:
        """What is still under way after the last step."""
        last = self.rows[-1]
        if not last.flying:
            return []
        text = "still in the network: " + ", ".join(f"#{s.number} {s.flags}" for s in last.flying)
        tail = " " * (self.mark_width + 2)
        return wrapped(text, self.width, "dim", tail, tail + "  ")


def _ink(segment: SegmentRecord) -> str:
    return f"inc{(segment.incarnation - 1) % 3 + 1 if segment.incarnation else 0}"


def _of(end: EndState) -> str:
    if end.state == "TIME-WAIT":
        return "shade"
    if end.state == "CLOSED":
        return "inc0"
    return f"inc{(end.incarnation - 1) % 3 + 1}"
