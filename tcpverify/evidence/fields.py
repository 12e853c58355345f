"""Values of a JSON document that somebody else wrote: taken out one by one, each checked, with its place in messages.

Exact numbers are strings, counts are integers; there are no floating point numbers in these documents.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from fractions import Fraction
from typing import Any, NoReturn

from tcpverify.errors import FileFormatError

__all__ = ["Field", "document"]

_RATIONAL = re.compile(r"-?[0-9]+(/[0-9]*[1-9][0-9]*)?")
#: digits of a rational and greatest integer: far more than durations and counts need
_DIGITS, _GREATEST = 400, 1 << 40


def document(text: str, name: str, kind: str = "certificate") -> Field:
    """The document in a text; ``kind`` is what messages say that it should be.

    Raises
    ------
    FileFormatError
        if the text is no JSON document, or holds what JSON does not have, such as NaN.
    """

    def stranger(word: str) -> NoReturn:
        raise ValueError(f"{word} is no number")

    try:
        return Field(json.loads(text, parse_constant=stranger), name, "", kind)
    except (ValueError, RecursionError) as error:
        why = "too deeply nested" if isinstance(error, RecursionError) else error
        raise FileFormatError(f"{name} is not a whole JSON document ({why}); expected a {kind}") from error


def _cut(text: str, length: int) -> str:
    """A message must not grow with what somebody wrote into a file."""
    return text if len(text) <= length else text[: length - 1] + "…"


class Field:
    """A value, the file it comes from, where in it, and what kind of document that should be.

    Every method raises FileFormatError, with the place, where the value is not what is asked for.
    """

    __slots__ = ("kind", "name", "place", "value")

    def __init__(self, value: Any, name: str, place: str, kind: str = "certificate") -> None:
        self.value, self.name, self.place, self.kind = value, name, place, kind

    def wrong(self, what: str) -> FileFormatError:
        """The error that says what is wrong here."""
        where = _cut(self.place, 80) or "the document"
        return FileFormatError(f"{self.name} is a damaged {self.kind}: {where} {_cut(what, 240)}")

    def __getitem__(self, key: str) -> Field:
        """A field of an object."""
        if not isinstance(self.value, dict):
            raise self.wrong("is not an object")
        if key not in self.value:
            raise self.wrong(f"has no {key!r}")
        return self._inner(self.value[key], f"{self.place}.{key}" if self.place else key)

    def _inner(self, value: Any, place: str) -> Field:
        return Field(value, self.name, place, self.kind)

    def get(self, key: str) -> Field | None:
        """A field that need not be there."""
        return self[key] if isinstance(self.value, dict) and key in self.value else None

    def items(self) -> Iterator[tuple[str, Field]]:
        """The fields of an object."""
        if not isinstance(self.value, dict):
            raise self.wrong("is not an object")
        return ((key, self._inner(value, f"{self.place}.{key}")) for key, value in self.value.items())

    def rows(self) -> Iterator[Field]:
        """The elements of a list."""
        if not isinstance(self.value, list):
            raise self.wrong("is not a list")
        return (self._inner(value, f"{self.place}[{i}]") for i, value in enumerate(self.value))

    def text(self, among: Collection[str] | None = None) -> str:
        """A string, one of some."""
        if not isinstance(self.value, str):
            raise self.wrong("is not a string")
        if among is not None and self.value not in among:
            raise self.wrong(f"is {self.value[:40]!r}, not one of {', '.join(map(repr, among))}")
        return self.value

    def flag(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            raise self.wrong("is neither true nor false")
        return self.value

    def whole(self, least: int = -_GREATEST, most: int = _GREATEST) -> int:
        """An integer between two others."""
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise self.wrong("is not an integer")
        if not least <= self.value <= most:
            raise self.wrong(f"is out of range ({least} to {most})")
        return self.value

    def rational(self) -> Fraction:
        """An exact number, written as a string."""
        if not isinstance(self.value, str) or not _RATIONAL.fullmatch(self.value) or len(self.value) > _DIGITS:
            raise self.wrong("is not an exact number such as '3' or '-1/2'")
        return Fraction(self.value)

    def wholes(self, least: int = -_GREATEST, most: int = _GREATEST) -> list[int]:
        """A list of integers."""
        return [row.whole(least, most) for row in self.rows()]
